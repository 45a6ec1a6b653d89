"""Paper in the console: printed, entered by two people who do not see one another, counted."""

import re
import threading
from html import unescape

import pytest
from sqlalchemy import func, select, update

from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Role
from survey_app.jobs.worker import work_once
from survey_app.models import Account, AuditEntry, Job, PaperEntry, PaperTotals, Place, RespondentGroup, Survey, Unit
from survey_app.services.accounts import create_account
from survey_app.services.paper import totals as paper_totals
from tests.web.console_browser import PASSWORD, Browser, plain
from tests.web.small_survey import EVERY_KIND, TARGETS, TOWN, VILLAGE, SmallSurvey

pytest_plugins = "tests.web.console_fixtures"

LIST = "/console/surveys/every-kind/paper"

#: Numbers that no page writes for another reason. Of those of satisfaction 4,271 and 733 are the first person's alone.
HEAD = {"issued": "7013", "returned": "6011", "valid": "6007", "invalid": "4"}
LINES = {
    "overall.1": "4271",
    "overall.2": "733",
    "overall.3": "1003",
    "buses.1": "6007",
    "visits.1": "5003",
    "visits.0": "1004",
}
ROW_NAMES = ("4271", "733")


@pytest.fixture
def closed(app):
    """Give a closed survey that two people must enter."""
    survey = SmallSurvey(app.extensions["manyi"], EVERY_KIND).open()
    survey.close()
    set_paper(survey, "double")
    return survey


@pytest.fixture
def second(app, account):
    return somebody(app, "wang")


def somebody(app, name, **rest):
    parts = app.extensions["manyi"]
    with parts.database.writing() as session:
        create_account(session, name, PASSWORD, **rest)
    browser = Browser(app)
    assert browser.log_in(name).status_code == 303
    return browser


def set_paper(survey, mode):
    survey._change(update(Survey).where(Survey.id == survey.id).values(paper=mode))


def address(survey, place=TOWN, then=""):
    with survey.database.reading() as session:
        found = session.scalars(
            select(Place.id)
            .join(Unit, Unit.id == Place.unit_id)
            .where(Place.survey_id == survey.id, Unit.name == place)
        ).one()
        group = session.scalars(
            select(RespondentGroup.id).where(RespondentGroup.survey_id == survey.id).order_by(RespondentGroup.position)
        ).first()
    return f"/console/surveys/{survey.slug}/paper/{found}/{group}{then}?lang=en"


def stored(survey, of=PaperEntry):
    with survey.database.reading() as session:
        return session.scalar(select(func.count()).select_from(of))


def values(answer):
    """Return what stands in the boxes of a page, but for zeros."""
    boxes = re.findall(r'<input id="[^"]+" name="([a-z.0-9]+)" value="([^"]*)"', answer.text)
    return {name: unescape(value) for name, value in boxes if value not in ("", "0")}


def test_two_people_enter_and_it_is_counted(closed, organiser, second):
    page = address(closed)
    assert "second entry missing 0" in plain(organiser.get(f"{LIST}?lang=en"))
    assert organiser.submit(page, HEAD | LINES).status_code == 303
    assert "It counts once a second person" in plain(organiser.get(f"{LIST}?lang=en"))
    assert stored(closed, PaperTotals) == 0
    assert "on your own" in plain(second.get(page))
    answer = second.submit(page, HEAD | LINES)
    assert answer.status_code == 303
    assert "Stored and counted" in plain(second.get(f"{LIST}?lang=en"))
    assert stored(closed, PaperTotals) == 1


def test_the_second_person_finds_the_first_ones_numbers_nowhere(app, closed, organiser, second):
    organiser.submit(address(closed), HEAD | LINES)
    otherwise = LINES | {"overall.1": "4000", "overall.2": "1004"}
    pages = [second.get(path) for path in (address(closed), f"{LIST}?lang=en", address(closed, then="/discard"))]
    pages.append(second.submit(address(closed), HEAD | otherwise))
    pages += [second.get(path) for path in (address(closed), f"{LIST}?lang=en", "/console/surveys/every-kind?lang=en")]
    for answer in pages:
        assert not [number for number in ROW_NAMES if number in answer.text], answer.request.path
    differing = pages[4]
    assert values(differing) == HEAD | otherwise
    marked = re.findall(r'<tr id="(line\d+)" class="differs"', differing.text)
    assert marked == ["line0"]
    with app.extensions["manyi"].database.reading() as session:
        written = [
            f"{each.what} {each.about} {each.before} {each.after}" for each in session.scalars(select(AuditEntry))
        ]
        assert session.scalars(select(Job)).all() == []
    assert any(each.startswith("paper.enter") for each in written)
    # A place's code may hold any digits; the state, the entry's number and names are all that is written besides.
    assert not [each for each in written if any(number in each for number in ("4271", " 733", "7013", "6011"))]


def test_the_first_person_corrects_and_makes_no_second_entry(closed, organiser):
    organiser.submit(address(closed), HEAD | LINES)
    shown = organiser.get(address(closed))
    assert values(shown)["overall.1"] == "4271"
    organiser.post(address(closed), HEAD | LINES | {"overall.1": "4272", "overall.2": "732"})
    assert stored(closed) == 1
    assert stored(closed, PaperTotals) == 0


def test_every_fault_is_told_at_its_place_and_nothing_typed_is_lost(closed, organiser):
    typed = {
        "issued": "10",
        "returned": "1\N{FULLWIDTH DIGIT TWO}",
        "valid": "11",
        "invalid": "0",
        "overall.1": "5",
        "overall.2": "abc<b>",
        "visits.1": "11",
    }
    answer = organiser.submit(address(closed), typed)
    assert answer.status_code == 422
    assert values(answer) == {name: value for name, value in typed.items() if value != "0"}
    assert "Basically satisfied: Please write a whole number, in digits." in plain(answer)
    answer = organiser.submit(address(closed), typed | {"overall.2": ""})
    said = plain(answer)
    assert "Nothing was stored. To mend: 4" in said
    assert "More came back than were issued: 12 of 10." in said
    assert "Valid and invalid together are 11, but 12 came back." in said
    assert "The line adds up to 5; it must be 11." in said
    assert "The line adds up to 0; it must be 11." in said
    assert stored(closed) == 0


def test_what_comes_too_late_is_refused_and_stands_there_to_be_read(closed, organiser, monkeypatch):
    def too_late(*_):
        raise Refused(message("Somebody was faster."))

    there = address(closed)
    organiser.get(there)
    with monkeypatch.context() as race:
        race.setattr(paper_totals, "enter_paper", too_late)
        late = organiser.post(there, HEAD | LINES)
    assert late.status_code == 409
    assert "Somebody was faster. Nothing was stored. What you had typed stands below." in plain(late)
    assert values(late) == HEAD | LINES
    closed._change(update(Survey).where(Survey.id == closed.id).values(state="open"))  # Reopened meanwhile.
    late = organiser.post(there, HEAD | LINES)
    assert late.status_code == 409
    assert "once the survey is closed" in plain(late)
    assert set(LINES.values()) <= set(re.findall(r"<td[^>]*>(\d+)</td>", late.text))
    assert stored(closed) == 0


def test_ticks_are_blamed_at_their_box(closed, organiser):
    lines = LINES | {"buses.1": "6000", "buses.2": "7", "reason.2": "9"}
    answer = organiser.submit(address(closed), HEAD | lines)
    assert "Fares: 9 ticks on 7 ballots: at most one on each." in plain(answer)


def test_correcting_what_is_counted_asks_why(closed, organiser):
    set_paper(closed, "single")
    organiser.submit(address(closed), HEAD | LINES)
    assert stored(closed, PaperTotals) == 1
    changed = HEAD | LINES | {"overall.1": "4270", "overall.2": "734"}
    answer = organiser.submit(address(closed), changed)
    assert answer.status_code == 422
    assert "Correcting it needs a reason" in plain(answer)
    assert organiser.post(address(closed), changed | {"reason": "看错"}).status_code == 303
    with closed.database.reading() as session:
        written = session.scalars(select(AuditEntry).where(AuditEntry.what == "paper.correct")).one()
    assert written.after["reason"] == "看错"


def test_discarding_asks_and_needs_a_reason(closed, organiser):
    organiser.submit(address(closed), HEAD | LINES)
    where = address(closed, then="/discard")
    assert "Entered by: lin" in plain(organiser.get(where))
    assert organiser.post(where, {"reason": " "}).status_code == 422
    assert organiser.post(where, {"reason": "x" * 501}).status_code == 422
    assert stored(closed) == 1
    assert organiser.post(where, {"reason": "重数"}).status_code == 303
    assert stored(closed) == 0


def test_a_third_person_sees_who_and_not_what(app, closed, organiser, second):
    organiser.submit(address(closed), HEAD | LINES)
    second.submit(address(closed), HEAD | LINES)
    third = somebody(app, "zhou")
    answer = third.get(address(closed))
    assert "This was entered by lin / wang" in plain(answer)
    assert values(answer) == {}
    assert not [number for number in ROW_NAMES if number in answer.text]
    refused = third.post(address(closed), HEAD | LINES)
    assert "Only who entered it can correct it" in plain(refused)


def test_the_list_is_narrowed_and_searched(closed, organiser):
    organiser.submit(address(closed), HEAD | LINES)
    shown = plain(organiser.get(f"{LIST}?lang=en&state=waiting"))
    assert TOWN in shown
    assert f"{VILLAGE} 武" not in shown
    assert VILLAGE in plain(organiser.get(f"{LIST}?lang=en&q={VILLAGE}"))
    assert "No place is in this state" in plain(organiser.get(f"{LIST}?lang=en&q=nowhere&state=bad"))
    assert "鼎城区 蒿子港镇" not in plain(organiser.get(f"{LIST}?lang=en&under=430702"))
    assert organiser.get(f"{LIST}?under=999").status_code == 404


def test_somebody_of_one_county_finds_nothing_of_another(app, closed, account):
    officer = somebody(app, "wuling", role=Role.ORGANISER, scope_code="430702")
    shown = plain(officer.get(f"{LIST}?lang=en"))
    assert TOWN in shown
    assert VILLAGE not in shown
    assert officer.get(address(closed)).status_code == 200
    assert officer.get(address(closed, VILLAGE)).status_code == 404
    assert officer.submit(address(closed), HEAD | LINES).status_code == 303
    officer.submit(f"{LIST}/sheets?lang=en")
    with closed.database.reading() as session:
        assert session.scalars(select(Job)).one().arguments == {"kind": "ballots", "under": "430702"}


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR])
def test_who_may_not_enter_paper_is_turned_away(app, closed, account, role):
    browser = somebody(app, "other", role=role)
    assert browser.get(LIST).status_code == 403
    assert browser.get(address(closed)).status_code == 403


def test_without_paper_there_is_no_page(closed, organiser):
    set_paper(closed, "none")
    for path in (LIST, f"{LIST}/sheets", address(closed), address(closed, then="/discard")):
        assert organiser.get(path).status_code == 404
    assert "/paper" not in organiser.get("/console/surveys/every-kind").text


def test_before_closing_only_sheets_are_printed(app, survey, organiser):
    set_paper(survey, "single")
    shown = plain(organiser.get(f"{LIST}?lang=en"))
    assert "entered once the survey is closed" in shown
    assert "Assisted and telephone entry" in shown
    assert organiser.get(address(survey)).status_code == 404
    assert "One master for every place" in plain(organiser.get(f"{LIST}/sheets?lang=en"))
    assert organiser.post(f"{LIST}/sheets", {"kind": "nothing"}).status_code == 400
    answer = organiser.post(f"{LIST}/sheets?lang=en", {"kind": "totals", "under": "430702001001"})
    assert answer.status_code == 303
    parts = app.extensions["manyi"]
    while work_once(parts.config, parts.database, threading.Event()):
        pass
    done = organiser.get(answer.location)
    assert "Forms for the totals" in plain(done)
    file = organiser.get(f"{answer.location.split('?')[0]}/result")
    assert file.data.startswith(b"%PDF")
    assert "430702001001" in unescape(file.headers["Content-Disposition"])


def test_targets_and_groups_are_entered_by_group(app, organiser):
    survey = SmallSurvey(app.extensions["manyi"], TARGETS).open()
    survey.close()
    set_paper(survey, "single")
    shown = organiser.get(address(survey, "常德市"))
    assert "Service users" in plain(shown)
    assert "Labour" in plain(shown)
    head = {"issued": "3", "returned": "3", "valid": "3", "invalid": "0"}
    lines = {f"conduct:D00{number}.1": "3" for number in range(1, 5)}
    assert organiser.post(address(survey, "常德市"), head | lines).status_code == 303
    shown = plain(organiser.get("/console/surveys/targets/paper?lang=en"))
    assert "Service users counted lin" in shown
    assert "Grass-roots cadres not entered —" in shown


def test_who_has_left_keeps_what_they_entered(closed, organiser, second):
    organiser.submit(address(closed), HEAD | LINES)
    closed._change(update(Account).where(Account.name == "lin").values(name="lin (gone)"))
    assert "second entry missing" in plain(second.get(address(closed)))
