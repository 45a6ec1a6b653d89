"""A script and a formula typed into every text box of the console: escaped on every page, harmless in every file."""

import csv
import io
import zipfile

import pytest
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import select

from survey_app.models import Account, InspectionNote, RespondentGroup, Survey, SurveyPlan, Unit
from survey_app.services.lifecycle import close_survey
from tests.web.console_routes import address_of, console_rules
from tests.web.scoped_console import CHILD, EVERYBODY, OWN, make_console

ADMIN = EVERYBODY["A"]
FREE = "100199"
SCRIPT = '=1+1"><script>alert(7)</script>'

#: Boxes whose value decides what is done, not what is said.
_KEPT = ("number", "date", "time", "radio", "checkbox", "hidden", "submit", "file", "password")


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    made = make_console(tmp_path_factory.mktemp("hostile"))
    for who in EVERYBODY.values():
        made.enter(*who)
    with made.database.writing() as session:
        survey = close_survey(session, "partly", "test")
        group = session.scalar(select(RespondentGroup.id).where(RespondentGroup.survey_id == survey.id))
        made.things["paper"] = f"paper/{made.things['place']['own']}/{group}"
        inside = select(RespondentGroup.code).join(Survey).where(Survey.slug == "inside")
        made.things["group"] = session.scalar(inside)
        # One that no survey holds, so that it can be moved and merged.
        own = session.scalar(select(Unit.id).where(Unit.code == OWN))
        session.add(Unit(code=FREE, name="空村", level="village", parent_id=own))
    yield made
    made.database.dispose()


def addresses(console):
    known = {"slug": "inside", "unit_code": CHILD, "plan_id": console.things["plan"]["all"], "language": "zh_Hans"}
    with console.database.reading() as session:
        survey = session.scalar(select(Survey).where(Survey.slug == "inside"))
        known["group_id"] = session.scalar(select(RespondentGroup.id).where(RespondentGroup.survey_id == survey.id))
        known["account_id"] = session.scalar(select(Account.id).where(Account.role == "officer"))
        known["job_id"] = console.things["job"]["inside"]
    for rule in console_rules(console.app):
        if "GET" in rule.methods and "login" not in rule.endpoint:
            yield address_of(console.app, rule, **known)
    plan = f"/console/plans/{known['plan_id']}/questionnaire"
    yield from (
        f"{plan}?open={part}" for part in ("new-rating", "new-single_choice", "new-open_text", "head", "scopes")
    )
    yield from (f"/console/units/{FREE}/{act}" for act in ("edit", "move", "merge"))
    group = console.things["group"]
    yield from (
        f"/console/surveys/inside/codes/{act}?unit={CHILD}&group={group}" for act in ("pause", "replace", "void")
    )
    yield from (f"/console/surveys/partly/{page}" for page in ("releases", "reopen", console.things["paper"]))
    yield "/console/surveys/inside/close"
    yield from (f"{plan}?also=targets&open=targets", f"/console/units?q={SCRIPT}", f"/console/audit?by={SCRIPT}")


def forms_of(page):
    """Give the address and the values of each form that is sent, with the script in every box for text."""
    for form in LexborHTMLParser(page).css("form"):
        values = {}
        for box in form.css("input, textarea, select"):
            name, kind = box.attributes.get("name"), box.attributes.get("type") or "text"
            if not name:
                continue
            if box.tag == "textarea" or (box.tag == "input" and kind not in _KEPT):
                values[name] = SCRIPT
            elif box.tag == "select":
                chosen = box.css_first("option[selected]") or box.css_first("option")
                values[name] = (chosen.attributes.get("value") or "") if chosen else ""
            elif kind not in ("radio", "checkbox") or "checked" in box.attributes:
                values.setdefault(name, box.attributes.get("value") or "")
        if (form.attributes.get("method") or "").lower() == "post" and SCRIPT in values.values():
            yield form.attributes.get("action") or "", values


def check(answer, address):
    assert answer.status_code < 500, address
    content = answer.get_data()
    answer.close()
    if answer.mimetype == "text/html":
        assert b"<script>alert" not in content, address
    elif answer.mimetype == "text/csv":
        cells = [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"))) for cell in row]
        assert not [cell for cell in cells if cell.startswith("=")], address
    elif content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            sheets = [packed.read(name) for name in packed.namelist() if "worksheets" in name]
        assert not [sheet for sheet in sheets if b"<f>" in sheet or b"<script>alert" in sheet], address
    return content.decode("utf-8", "replace")


def test_what_is_typed_into_any_box_is_only_ever_text(console):
    sent = 0
    for address in list(addresses(console)):
        for action, values in forms_of(check(console.open(ADMIN, "GET", address), address)):
            check(console.open(ADMIN, "POST", action or address.partition("?")[0], data=values), action)
            sent += 1
    assert sent >= 22
    with console.database.writing() as session:  # Something of it has been stored, so the second look means something.
        assert session.scalar(select(InspectionNote.text)) == SCRIPT
        assert SCRIPT in str([plan.given for plan in session.scalars(select(SurveyPlan))])
        session.scalar(select(Survey).where(Survey.slug == "inside")).title = {"zh_Hans": SCRIPT}
    shown = [check(console.open(ADMIN, "GET", address), address) for address in addresses(console)]
    assert sum("&lt;script&gt;alert(7)" in page for page in shown) >= 10
