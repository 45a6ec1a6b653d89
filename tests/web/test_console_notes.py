"""Inspection notes, reminders, and the sheet that a unit gets: who sees them, and what they say."""

import csv
import io

import pytest
from sqlalchemy import select

from survey_app.domain.powers import Role
from survey_app.domain.release import Audience
from survey_app.models import InspectionNote, Place, Unit
from survey_app.services import publishing
from survey_app.services.publishing import publish
from survey_app.services.releases import files as release_files
from survey_app.services.releases.withdrawing import withdraw
from tests.results_fixtures.cases import SURVEY, TARGETS, UNITS, add_units, answered, reviewed
from tests.results_fixtures.reading import pdf_text
from tests.web.console_browser import plain
from tests.web.small_survey import TOWN, VILLAGE
from tests.web.test_console_board import BOARD, DINGCHENG, WULING, enter, survey
from tests.web.test_console_pages import HOSTILE, turn_out

pytest_plugins = "tests.web.console_fixtures"

__all__ = ["survey"]


@pytest.fixture
def address(survey):
    with survey.database.reading() as session:
        place = session.scalars(select(Place.id).join(Unit).where(Unit.name == TOWN)).one()
    return f"{BOARD}/places/{place}/notes"


def test_a_note_is_written_once_and_seen_from_above(app, organiser, address):
    supervisor = enter(app, Role.SUPERVISOR, WULING)
    assert supervisor.submit(f"{address}?lang=en", {"text": f"公告被遮住 {HOSTILE}"}).status_code == 303
    page = supervisor.get(f"{address}?lang=en")
    assert "The note is kept." in plain(page)
    assert HOSTILE not in page.text
    assert "公告被遮住" in page.text
    assert f"{Role.SUPERVISOR}-{WULING}" in plain(page)
    assert "公告被遮住" in organiser.get(address).text
    assert "公告被遮住" in organiser.get(f"{BOARD}/notes").text
    assert "公告被遮住" in enter(app, Role.AUDITOR, WULING).get(f"{BOARD}/notes").text
    township = organiser.get(f"{BOARD}?unit=430702001&lang=en").text
    assert f'<a href="{address}?lang=en">1<' in township


def test_a_note_is_not_seen_from_beside(app, organiser, address):
    organiser.submit(address, {"text": "公告被遮住"})
    beside = enter(app, Role.SUPERVISOR, DINGCHENG)
    assert beside.get(address).status_code == 404
    assert beside.post(address, {"text": "x"}).status_code == 404
    assert "公告被遮住" not in beside.get(f"{BOARD}/notes").text
    assert "No note was written yet." in plain(beside.get(f"{BOARD}/notes?lang=en"))


def test_who_may_read_only_gets_no_form(app, organiser, address):
    auditor = enter(app, Role.AUDITOR, WULING)
    page = auditor.get(f"{address}?lang=en")
    assert "<textarea" not in page.text
    assert "No note was written about this place." in plain(page)
    assert auditor.post(address, {"text": "x"}).status_code == 403
    assert enter(app, Role.OFFICER, WULING).get(address).status_code == 403


@pytest.mark.parametrize(("text", "said"), [(" \n", "Please write what was seen."), ("路" * 2001, "at most 2000")])
def test_what_is_wrong_is_said_and_nothing_is_lost(app, organiser, address, text, said):
    answer = organiser.submit(f"{address}?lang=en", {"text": text})
    assert answer.status_code == 422
    assert said in plain(answer)
    assert text.strip() in answer.text
    with app.extensions["manyi"].database.reading() as session:
        assert session.scalars(select(InspectionNote)).all() == []


def test_there_are_no_notes_of_a_place_of_another_survey(organiser, address, review):
    assert organiser.get(address.replace("every-kind", "targets")).status_code == 404
    assert organiser.get(f"{BOARD}/places/999/notes").status_code == 404


def test_who_is_behind_is_listed_with_the_text_to_send(app, organiser, survey):
    turn_out(survey, {TOWN: 9})
    page = plain(organiser.get(f"{BOARD}/reminders?lang=en"))
    assert "1 of 2 places. Units: 1." in page
    assert f"in 蒿子港镇 so far 1 of 1 places have no ballot: {VILLAGE}. Please see" in page
    assert "until 20 Dec 2099 24:00. Questions: 0736-0000000" in page
    assert TOWN not in page
    half = plain(organiser.get(f"{BOARD}/reminders?below=50&lang=en"))
    assert f"in 启明街道 so far 1 of 1 places have less than 50% of their quota: {TOWN}." in half
    assert "Nobody needs a reminder." in plain(organiser.get(f"{BOARD}/reminders?unit={WULING}&lang=en"))
    county = enter(app, Role.SUPERVISOR, WULING)
    assert "Nobody needs a reminder." in plain(county.get(f"{BOARD}/reminders?lang=en"))
    assert county.get(f"{BOARD}/reminders?unit={DINGCHENG}").status_code == 404
    assert organiser.get(f"{BOARD}/reminders?below=7").status_code == 404


def test_a_long_list_is_shown_in_part_and_taken_home_whole(organiser, survey, monkeypatch):
    from survey_app.web.organiser.board import reminders  # noqa: PLC0415

    monkeypatch.setattr(reminders, "MOST_SHOWN", 1)
    page = plain(organiser.get(f"{BOARD}/reminders?lang=en"))
    assert "The first 1 are shown. The file has all." in page
    rows = list(csv.reader(io.StringIO(organiser.get(f"{BOARD}/reminders.csv").text)))
    assert [row[2] for row in rows[1:]] == [TOWN, VILLAGE]
    assert organiser.get(f"{BOARD}/reminders.xlsx").data.startswith(b"PK")


def test_a_unit_gets_its_sheet_once_it_was_issued(app, organiser, monkeypatch):
    monkeypatch.setattr(publishing, "make_files", lambda head, rows, *_: list(release_files._data(head, rows)))
    database = app.extensions["manyi"].database
    case = answered(database, {"43A11": (30, 12, 5, 3), "43B11": (20, 9, 4)}, SURVEY)
    here = f"/console/surveys/{case.slug}"
    officer = enter(app, Role.OFFICER, "43A11")
    assert officer.get(f"{here}/sheet/43A11").status_code == 404
    assert "Result sheet" not in plain(officer.get(f"{here}?lang=en"))
    publish(database, case.slug, "lin", audience=Audience.REVIEW)
    assert officer.get(f"{here}/sheet/43A11").status_code == 404  # A draft is nothing yet.
    publish_internally(database, case.slug)
    assert "Result sheet" in plain(officer.get(f"{here}?lang=en"))
    answer = officer.get(f"{here}/sheet/43A11")
    assert answer.data.startswith(b"%PDF-")
    assert officer.get(f"{here}/sheet/43B11").status_code == 404
    assert officer.get(f"{here}/sheet/43A").status_code == 404
    supervisor = enter(app, Role.SUPERVISOR, "43A11")
    assert supervisor.get(f"{here}/sheet/43A11").status_code == 403

    with database.writing() as session:
        withdraw(session, case.slug, "lin", "两个社区重复计入", Audience.INTERNAL)
    gone = officer.get(f"{here}/sheet/43A11?lang=en")
    assert (gone.status_code, gone.mimetype) == (410, "text/html")
    assert "This result sheet is withdrawn" in plain(gone)
    board = officer.get(f"{here}?lang=en")
    assert f"{here}/sheet/" not in board.text
    for page in (gone, board):
        assert "withdrawn on" in plain(page)
        assert "两个社区重复计入" in plain(page)
    assert "两个社区重复计入" not in supervisor.get(here).text
    assert officer.get(f"{here}/sheet/43B11").status_code == 404


OFFICES = (
    *UNITS,
    ("43D", "市直机关", "county", "43"),
    *((each["code"], each["name"], "organisation", "43D") for each in TARGETS["targets"]),
)


def test_a_unit_that_is_rated_gets_its_sheet_though_it_is_no_place(app, organiser, monkeypatch):
    """D1 is asked nowhere: two groups rate it at the city. Its share is 60 % of 32/38 and 40 % of 34/38."""
    monkeypatch.setattr(publishing, "make_files", lambda head, rows, *_: list(release_files._data(head, rows)))
    database = app.extensions["manyi"].database
    with database.writing() as session:
        add_units(session, OFFICES)
    case = reviewed(database)
    here = f"/console/surveys/{case.slug}"
    officer, above = enter(app, Role.OFFICER, "D1"), enter(app, Role.OFFICER, "43D")
    assert officer.get(f"{here}/sheet/D1").status_code == 404
    publish(database, case.slug, "lin", audience=Audience.REVIEW)
    assert officer.get(f"{here}/sheet/D1").status_code == 404  # A draft is nothing yet.
    page = officer.get(f"{here}/sheets?lang=en")
    assert ("not issued yet" in page.text, "86.3" in page.text, f"{here}/check/" in page.text) == (True, False, False)
    organiser.get(f"{here}/releases")
    assert organiser.post(f"{here}/releases/review/1/units").status_code == 303
    check = f"{here}/check/D1?as=target&lang=en"
    assert f'href="{check.replace("&", "&amp;")}"' in officer.get(f"{here}/sheets?lang=en").text
    said = pdf_text(officer.get(f"{here}/check/D1/sheet?as=target").data)
    assert ("送审稿" in said, "86.3" in said, "市总工会" in said) == (True, True, False)
    officer.get(check)
    assert officer.post(check, {"draft": "1", "verdict": "objected", "text": "漏了一组"}).status_code == 303
    assert "漏了一组" in organiser.get(f"{here}/releases").text
    assert officer.get(f"{here}/check/D2").status_code == 404

    publish_internally(database, case.slug)
    assert f"{here}/sheets" in officer.get("/console/").text
    page = officer.get(f"{here}/sheets?lang=en")
    assert f"{here}/sheet/D1?as=target" in page.text
    assert "市总工会" not in page.text
    for path in ("sheet/D1", "sheet/D1?as=target"):
        said = pdf_text(officer.get(f"{here}/{path}").data)
        assert ("市委办公室" in said, "86.3" in said, "市总工会" in said) == (True, True, False)
    for path in ("sheet/D2", "sheet/target-D1", "sheet/43D", "sheet/43", "", "/board", "/reminders", "/jobs"):
        assert officer.get(f"{here}/{path}".rstrip("/")).status_code == 404, path
    page = above.get(f"{here}/sheets")
    assert all(f"{here}/sheet/{code}?as=target" in page.text for code in ("D1", "D2", "D3"))
    assert above.get(f"{here}/sheet/43D").status_code == 404
    assert enter(app, Role.OFFICER, "43A").get(f"{here}/sheets").status_code == 404
    assert enter(app, Role.SUPERVISOR, "D1").get(f"{here}/sheets").status_code == 403
    # Who sees the places finds the sheets of those that are rated from the board.
    assert f"{here}/sheets" in organiser.get(here).text
    with database.writing() as session:
        withdraw(session, case.slug, "lin", "权重有误", Audience.INTERNAL)
    page = officer.get(f"{here}/sheets?lang=en")
    assert ("/sheet/D1" in page.text, "withdrawn on" in plain(page), "权重有误" in page.text) == (False, True, True)
    # Of the survey's own page it sees nothing: the way back is its list.
    gone = officer.get(f"{here}/sheet/D1?lang=en")
    assert (gone.status_code, "权重有误" in gone.text, f'href="{here}/sheets?' in gone.text) == (410, True, True)
    assert f'href="{here}?' not in gone.text
    assert officer.get("/console/surveys/nothing/sheets").status_code == 404


def publish_internally(database, slug):
    from survey_app.domain.release import Step  # noqa: PLC0415
    from survey_app.services.releases.signing import sign  # noqa: PLC0415

    for step, by in zip(Step, ("王", "李", "赵"), strict=True):
        with database.writing() as session:
            sign(session, slug, step, "主任", by, by)
    publish(database, slug, "lin", audience=Audience.INTERNAL)
