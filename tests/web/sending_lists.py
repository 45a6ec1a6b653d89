"""How tests send a list of units through the console, from the first page to the last."""

import io
import threading

import openpyxl
from sqlalchemy import select

from survey_app.jobs.worker import work_once
from survey_app.models import Job
from survey_app.services.units.importing import known_units
from tests import cast
from tests.web.console_browser import plain

GOOD = cast.units_csv().decode()
IMPORTS = "/console/unit-imports"


def send(clerk, content, filename="units.csv"):
    clerk.get(f"{IMPORTS}?lang=en")
    content = content.encode() if isinstance(content, str) else content
    return clerk.post(f"{IMPORTS}?lang=en", {"file": (io.BytesIO(content), filename)})


def look(clerk, content, filename="units.csv"):
    """Send a list and look at what came of it; return the page and the list's address."""
    answer = send(clerk, content, filename)
    assert answer.status_code == 303
    address = answer.location.partition("?")[0]
    return clerk.get(f"{address}?lang=en"), address


def agree(clerk, answer, address):
    mark = answer.text.partition('name="seen" value="')[2].partition('"')[0]
    return clerk.post(f"{address}/import?lang=en", {"seen": mark})


def work(app):
    parts = app.extensions["manyi"]
    while work_once(parts.config, parts.database, threading.Event()):
        pass


def do_import(app, clerk, content, filename="units.csv"):
    """Bring a list in from the first page to the last, and give the last one in words."""
    going = agree(clerk, *look(clerk, content, filename))
    assert going.status_code == 303
    work(app)
    return plain(clerk.get(going.location))


def units(app):
    with app.extensions["manyi"].database.reading() as session:
        return known_units(session)


def jobs(app, kind):
    with app.extensions["manyi"].database.reading() as session:
        found = session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id)).all()
        return [(each.state, each.result) for each in found]


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
