"""A small survey answered by slips, and what was printed for it, for the tests of printing and of spending."""

from sqlalchemy import select

from survey_app.models import Place, Unit
from survey_app.services.slips.issuing import issue_slips, make_slips
from survey_app.services.slips.planning import SlipOrder
from tests.services.polling import DEFINITION, launch_poll

URL = "https://my.cd.cn"
KEY = b"k" * 32
BY_SLIP = DEFINITION | {"ballot_mode": "slip"}


def print_slips(database, key=KEY, by="lin", **order):
    """Print and issue slips; return what was made."""
    with database.reading() as session:
        made = make_slips(session, SlipOrder("poll", **order), URL, key)
    with database.writing() as session:
        issue_slips(session, made, by, key)
    return made


def codes_of(made, unit, group="residents"):
    """Return the codes printed for one group at one place."""
    return next(each.printed.codes for each in made.stacks if (each.line[-1], each.group) == (unit, group))


def launch_by_slip(database, copies=3, definition=BY_SLIP, opened=True):
    """Launch a survey by slip and print; return the poll, which casts by each place's first slip, and the printing."""
    poll = launch_poll(database, definition, opened=opened)
    made = print_slips(database, copies=copies)
    with database.reading() as session:
        rows = session.execute(select(Place, Unit.code).join(Unit, Unit.id == Place.unit_id)).all()
        session.expunge_all()
    places = {unit: place for place, unit in rows}
    for stack in made.stacks:
        poll.places[stack.line[-1], stack.group] = (places[stack.line[-1]], stack.printed.codes[0])
    return poll, made
