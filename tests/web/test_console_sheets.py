"""Unit sheets: many in one file, and the check of a draft by the units; for whoever may have them, while they stand."""

import csv
import io
import threading
import zipfile

import pytest
from sqlalchemy import select

from survey_app.domain.powers import Role
from survey_app.domain.release import Audience
from survey_app.jobs import sheets as sheet_jobs
from survey_app.jobs.worker import work_once
from survey_app.models import AuditEntry
from survey_app.services import publishing
from survey_app.services.publishing import publish
from survey_app.services.releases import files as release_files
from survey_app.services.releases import sheet_files
from survey_app.services.releases.withdrawing import withdraw
from tests.results_fixtures.cases import SURVEY, TARGETS, Case, answered
from tests.results_fixtures.reading import pdf_text
from tests.web.console_browser import plain
from tests.web.test_console_board import enter
from tests.web.test_console_jobs import HOSTILE

pytest_plugins = "tests.web.console_fixtures"

SURVEY_PAGE = "/console/surveys/services"
HERE = f"{SURVEY_PAGE}/sheets/files"
COUNTY = "43A"


@pytest.fixture
def only_tables(monkeypatch):
    """Make releases without their drawings."""
    monkeypatch.setattr(publishing, "make_files", lambda head, rows, *_: list(release_files._data(head, rows)))


@pytest.fixture
def case(app, only_tables):
    """Give a closed survey with a draft and the internal release made from it."""
    made = answered(app.extensions["manyi"].database, {"43A11": (30, 12, 5, 3), "43B11": (20, 9, 4)}, SURVEY)
    publish(made.database, made.slug, "lin", audience=Audience.REVIEW)
    return made


def issue(case):
    from tests.web.test_console_notes import publish_internally  # noqa: PLC0415

    publish_internally(case.database, case.slug)


def ask(browser, release="internal 1", way="together", **more):
    browser.get(f"{HERE}?lang=en")
    return browser.post(f"{HERE}?lang=en", {"release": release, "way": way, **more})


def made(app, browser, answer):
    """Let the worker do the job, and return its address, its page and its file."""
    assert answer.status_code == 303, plain(answer)
    parts = app.extensions["manyi"]
    assert work_once(parts.config, parts.database, threading.Event())
    page = browser.get(answer.location)
    address = answer.location.partition("?")[0]
    return address, plain(page), browser.get(f"{address}/result")


def test_all_sheets_or_a_countys_are_made_in_one_file(app, organiser, case, monkeypatch):
    assert f'href="{HERE}' in organiser.get(f"{SURVEY_PAGE}/releases").text
    _, page, file = made(app, organiser, ask(organiser, "review 1"))
    assert "Unit sheets · Draft 1 · PDF" in page
    assert "Download 送审稿反馈单-services-1.pdf" in page
    assert (file.mimetype, file.data[:5]) == ("application/pdf", b"%PDF-")
    refused = ask(organiser, under="nowhere")
    assert (refused.status_code, organiser.get(f"{HERE}?under=nowhere").status_code) == (400, 404)  # None is issued.

    issue(case)
    assert ask(organiser, under="nowhere").status_code == 409
    _, page, file = made(app, organiser, ask(organiser, way="apart", under=COUNTY))
    assert "Unit sheets · Internal bulletin 1 · 43A · zip" in page
    assert file.mimetype == "application/zip"
    with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
        assert {"43A 武陵区.pdf", "43A11 先锋社区.pdf"} <= set(packed.namelist())
        assert all(name.startswith("43A") for name in packed.namelist())
        assert packed.read("43A11 先锋社区.pdf") == organiser.get(f"{SURVEY_PAGE}/sheet/43A11").data
    monkeypatch.setattr(sheet_files, "MOST_APART", 2)
    _, page, _ = made(app, organiser, ask(organiser, way="apart"))
    assert "These are 15 sheets; a zip has at most 2. Choose one county" in page


def test_a_county_has_its_own_part_of_what_was_issued_and_of_no_draft(app, organiser, case):
    county, beside = enter(app, Role.OFFICER, COUNTY), enter(app, Role.OFFICER, "43B")
    of_draft, _, _ = made(app, organiser, ask(organiser, "review 1", under=COUNTY))
    assert "There are no unit sheets yet." in plain(county.get(f"{HERE}?lang=en"))
    assert ask(county).status_code == 409
    issue(case)
    assert "Draft for review 1" in plain(organiser.get(f"{HERE}?lang=en"))
    page = county.get(f"{HERE}?lang=en")
    assert ("Internal bulletin 1" in plain(page), "raft" in plain(page)) == (True, False)
    assert ask(county, "review 1").status_code == 400
    address, page, file = made(app, county, ask(county, way="apart"))
    with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
        assert packed.namelist()[0] == "43A 武陵区.pdf"
        assert not [name for name in packed.namelist() if not name.startswith(COUNTY)]
    for path in (of_draft, f"{of_draft}/result"):
        assert county.get(path).status_code == 404, "a draft's sheets are for those who see the whole survey"
    assert "Draft 1" not in plain(county.get(f"{SURVEY_PAGE}/jobs?lang=en"))
    assert beside.get(address).status_code == 404
    assert ask(beside, under=COUNTY).status_code == 404
    assert enter(app, Role.OFFICER, "43").get(of_draft).status_code == 403
    assert enter(app, Role.SUPERVISOR, COUNTY).get(HERE).status_code == 403


def test_whose_units_hold_all_places_has_only_its_own_of_the_units_that_are_rated(app, organiser, only_tables):
    database = app.extensions["manyi"].database
    rated = ["43A11", "43A21", "43B11", "D1"]
    targets = [{"code": code} | ({"name": "市委办公室"} if code == "D1" else {}) for code in rated]
    questions = [SURVEY["questions"][0], TARGETS["questions"][0]]
    case = Case(database, SURVEY | {"places": {"units": ["43A11"]}, "targets": targets, "questions": questions})
    case.answer("43A11", [bytes([1 + number % 2] + [1 + number % 3] * len(rated)) for number in range(40)])
    case.close()
    publish(database, case.slug, "lin", audience=Audience.REVIEW)
    issue(case)
    all_of_them, _, file = made(app, organiser, ask(organiser, way="apart"))
    assert codes_in(file) == {"43", "43A", "43A1", "43A11", "target-43A11", "43A21", "43B11", "D1"}
    village, beside = enter(app, Role.OFFICER, "43A11"), enter(app, Role.OFFICER, "43A21")
    for path in (all_of_them, f"{all_of_them}/result"):
        assert village.get(path).status_code == 404, "all places are its own, not all sheets"
    assert f'href="{all_of_them}' not in village.get(f"{SURVEY_PAGE}/jobs").text
    address, page, file = made(app, village, ask(village, way="apart"))
    assert ("43A11 · zip" in page, codes_in(file)) == (True, {"43A11", "target-43A11"})
    assert beside.get(f"{address}/result").status_code == 404
    # A county above it has those of its own too, and who runs the survey in it may see the draft.
    county = enter(app, Role.ORGANISER, COUNTY)
    for release in ("internal 1", "review 1"):
        _, _, file = made(app, county, ask(county, release, way="apart"))
        assert codes_in(file) == {"43A", "43A1", "43A11", "target-43A11", "43A21"}, release
    assert county.get(all_of_them).status_code == 404


def codes_in(file):
    with zipfile.ZipFile(io.BytesIO(file.data)) as packed:
        return {name.partition(" ")[0] for name in packed.namelist()}


def test_of_a_withdrawn_release_there_is_no_file_any_more(app, organiser, case, monkeypatch):
    issue(case)
    address, _, file = made(app, organiser, ask(organiser))
    assert file.status_code == 200
    drawn, waiting = ask(organiser, under=COUNTY), ask(organiser, way="apart")
    real = sheet_jobs.pack_sheets

    def meanwhile(*given, **more):
        real(*given, **more)
        with case.database.writing() as session:
            withdraw(session, case.slug, "lin", "算错了", Audience.INTERNAL)

    monkeypatch.setattr(sheet_jobs, "pack_sheets", meanwhile)
    _, page, file = made(app, organiser, drawn)
    assert ("Release 1 is withdrawn already." in page, file.status_code) == (True, 404)
    monkeypatch.setattr(sheet_jobs, "pack_sheets", real)
    assert organiser.get(f"{address}/result").status_code == 404
    assert "its release was withdrawn" in plain(organiser.get(f"{address}?lang=en"))
    _, page, file = made(app, organiser, waiting)
    assert ("Release 1 is withdrawn already." in page, file.status_code) == (True, 404)
    again = ask(organiser)
    assert (again.status_code, "the newest is withdrawn" in plain(again)) == (409, True)


CHECK = f"{SURVEY_PAGE}/check"
DRAFT = f"{SURVEY_PAGE}/releases/review/1/units"


def answer(browser, code="43A11", draft="1", **given):
    browser.get(f"{CHECK}/{code}?lang=en")
    return browser.post(f"{CHECK}/{code}?lang=en", {"draft": draft, **given})


def test_units_check_their_sheets_of_the_draft_that_was_sent_to_them(app, organiser, case):
    officer, county = enter(app, Role.OFFICER, "43A11"), enter(app, Role.OFFICER, COUNTY)
    enter(app, Role.OFFICER, "43A12")
    paths = (f"{CHECK}/43A11", f"{CHECK}/43A11/sheet")
    assert {officer.get(path).status_code for path in paths} == {404}, "nobody sees it before it is sent"
    assert "check" not in officer.get(f"{SURVEY_PAGE}?lang=en").text
    assert "Send to the units for checking" in plain(organiser.get(f"{SURVEY_PAGE}/releases?lang=en"))
    assert organiser.get(f"{SURVEY_PAGE}/unit-answers/1.csv").status_code == 404
    assert organiser.post(DRAFT).status_code == 303
    again = organiser.post(f"{DRAFT}?lang=en")
    assert (again.status_code, "was shown to the units already" in plain(again)) == (409, True)

    board = officer.get(f"{SURVEY_PAGE}?lang=en")
    assert "Please check it and answer." in plain(board)
    assert f'href="{CHECK}/43A11?lang=en"' in board.text
    file = officer.get(f"{CHECK}/43A11/sheet")
    assert file.headers["Content-Disposition"].endswith("filename=services-review-1-43A11.pdf")
    said = pdf_text(file.data)
    assert ("送审稿" in said, "先锋社区" in said, "民主村" in said) == (True, True, False)
    for path in ("43A12", "43B11", "43", "nowhere"):
        assert officer.get(f"{CHECK}/{path}").status_code == 404
        assert officer.get(f"{CHECK}/{path}/sheet").status_code == 404
        assert answer(officer, path, verdict="confirmed").status_code == 404

    # An objection needs a text; what was typed stays; the answer can be changed.
    for given, told in (
        ({}, "Please choose one of the two."),
        ({"verdict": "confirmed", "draft": "9" * 5000}, "Another draft was made meanwhile."),
        ({"verdict": "objected", "text": " "}, "Please write what you object to."),
        ({"verdict": "confirmed", "draft": "2"}, "Another draft was made meanwhile."),
        ({"verdict": "objected", "text": "字" * 1001}, "at most 1000"),
    ):
        fault = answer(officer, **given)
        assert (fault.status_code, told in plain(fault)) == (422, True), told
    assert answer(officer, verdict="objected", text=f"少了两份 {HOSTILE}").status_code == 303
    page = officer.get(f"{CHECK}/43A11?lang=en")
    assert "Objection recorded · officer-43A11" in plain(page)
    assert HOSTILE not in page.text
    assert answer(county, COUNTY, verdict="confirmed", text="没有").status_code == 303
    assert answer(county, "43A11", verdict="objected", text="=少了三份").status_code == 303

    page = plain(organiser.get(f"{SURVEY_PAGE}/releases?lang=en"))
    assert "Confirmed: 1. Objections: 1. Units with an account that have not answered: 1." in page
    assert "先锋社区 =少了三份 officer-43A" in page
    assert "Units object to their sheets: 1." in page
    rows = list(csv.reader(io.StringIO(organiser.get(f"{SURVEY_PAGE}/unit-answers/1.csv?lang=en").text)))
    assert [(row[0], row[3], row[4], row[5]) for row in rows[1:]] == [
        ("43A11", "objection", "'=少了三份", "officer-43A"),
        ("43A12", "no answer yet", "", ""),
        ("43A", "confirmed", "", "officer-43A"),
    ]
    with case.database.reading() as session:
        trail = session.scalars(select(AuditEntry).where(AuditEntry.what == "sheet.answer")).all()
        assert [(each.by, each.about, each.after["answer"]) for each in trail] == [
            ("officer-43A11", "services · review 1 · 43A11", "objected"),
            ("officer-43A", "services · review 1 · 43A", "confirmed"),
            ("officer-43A", "services · review 1 · 43A11", "objected"),
        ]
        assert trail[2].before["answer"] == "objected"
        assert not [each for each in trail if "少了" in str(each.after)]

    # Signing does not wait; the release ends it, a new draft begins anew and unseen.
    issue(case)
    assert {officer.get(path).status_code for path in paths} == {404}
    assert answer(officer, verdict="confirmed").status_code == 404
    assert "Confirmed: 1." in plain(organiser.get(f"{SURVEY_PAGE}/releases?lang=en"))
    publish(case.database, case.slug, "lin", audience=Audience.REVIEW)
    assert {officer.get(path).status_code for path in paths} == {404}
    assert organiser.post(DRAFT).status_code == 409
    assert organiser.post(DRAFT.replace("/1/", "/2/")).status_code == 303
    assert "Units with an account that have not answered: 3." in plain(organiser.get(f"{SURVEY_PAGE}/releases?lang=en"))
    assert answer(officer, draft="2", verdict="confirmed").status_code == 303
