"""What organisers upload: lists of units and definitions, good and bad."""

import io
import json

import openpyxl
import pytest
from sqlalchemy import func, select

from survey_app.models import StoredQuestionnaire, Survey, Unit
from survey_app.services.surveys import find_survey, load_frame
from tests.web.console_browser import plain
from tests.web.small_survey import EVERY_KIND, other

pytest_plugins = "tests.web.console_fixtures"

GOOD = (
    "code,name,level,parent_code\n430700,常德市,city,\n430702,武陵区,county,430700\n"
    "430702001,启明街道,township,430702\n"
)
BAD = (
    "code,name,level,parent_code\n430700,常德市,city,\n,无代码,county,430700\n"
    "430703,<script>alert(1)</script>,palace,430799\n=1+1,坏,county,430700\n"
)
HERE = "/console/units/import?lang=en"


def upload(organiser, path, content, filename, button="import", page="/console/units?lang=en"):
    organiser.get(page)
    content = content.encode() if isinstance(content, str) else content
    return organiser.post(path, {"file": (io.BytesIO(content), filename), button: ""})


def units(app):
    with app.extensions["manyi"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(Unit))


def workbook(rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_without_units_the_page_says_what_to_do(organiser):
    page = organiser.get("/console/units?lang=en")
    assert "There are no units yet. Download the template, fill it in, and import it." in plain(page)
    assert '<details class="import" open>' in page.text


def test_a_list_is_imported_and_reported(app, organiser):
    answer = upload(organiser, HERE, GOOD, "units.csv")
    assert (answer.status_code, answer.location) == (303, "/console/units?lang=en")
    assert units(app) == 3
    page = plain(organiser.get("/console/units?lang=en"))
    assert "Imported: 3 added, 0 updated, 0 unchanged." in page
    assert "county 1 · township 1" in page
    changed = GOOD.replace("武陵区", "武陵新区")
    upload(organiser, HERE, changed, "units.csv")
    assert "Imported: 0 added, 1 updated, 2 unchanged." in plain(organiser.get("/console/units?lang=en"))


def test_a_workbook_is_imported(app, organiser):
    rows = [line.split(",") for line in GOOD.splitlines()]
    assert upload(organiser, HERE, workbook(rows), "名单.xlsx").status_code == 303
    assert units(app) == 3


def test_checking_writes_nothing_and_shows_what_would_come(app, organiser):
    upload(organiser, HERE, GOOD, "units.csv")
    more = GOOD.replace("武陵区", "武陵新区") + "430703,鼎城区,county,430700\n"
    answer = upload(organiser, HERE, more, "<b>units</b>.csv", "check")
    assert answer.status_code == 200
    page = plain(answer)
    assert "The list is in order; nothing was written yet" in page
    assert "would be added 1 would be updated 1 unchanged 2" in page
    assert "鼎城区" in page
    assert "武陵新区" in page
    assert "<b>units" not in answer.text
    assert units(app) == 3


@pytest.mark.parametrize("button", ["import", "check"])
def test_every_bad_row_is_told_and_nothing_is_written(app, organiser, button):
    answer = upload(organiser, HERE, BAD, "bad.csv", button)
    assert answer.status_code == 422
    page = plain(answer)
    assert "Nothing was written. To mend: 4" in page
    assert "3 code — The code is missing. Give the unit a code of its own." in page
    assert "4 level palace This is no level." in page
    assert "4 parent_code 430799 No unit has this code" in page
    assert "5 code =1+1 This is a formula" in page
    assert "<script>alert(1)" not in answer.text
    assert "bad.csv" in page
    assert units(app) == 0


def test_long_lists_of_faults_are_cut(app, organiser):
    rows = "".join(f",name {number},county,\n" for number in range(300))
    page = plain(upload(organiser, HERE, "code,name,level,parent_code\n" + rows, "bad.csv"))
    assert "To mend: 300" in page
    assert "The first 200 are shown." in page
    assert "201 code" in page
    assert "202 code" not in page


@pytest.mark.parametrize(
    ("content", "filename", "sentence"),
    [
        (b"", "units.csv", "The file is empty."),
        (b"code,name\n1,a\n", "units.csv", "is missing"),
        (b"\xff\xd8\xff\xe0 a picture", "units.png", "Only .csv and .xlsx files can be read."),
        (b"no workbook", "units.xlsx", "is no Excel workbook"),
        (b"PK\x03\x04 broken", "units.xlsx", "."),
        (b"\x00" * 1000, "units.csv", "."),
        (GOOD.encode(), "../../etc/passwd", "Only .csv and .xlsx files can be read."),
    ],
)
def test_a_file_that_is_no_list_is_refused(app, organiser, content, filename, sentence):
    answer = upload(organiser, HERE, content, filename)
    assert answer.status_code == 422
    assert sentence in plain(answer)
    assert units(app) == 0


def test_a_missing_file_is_asked_for(organiser):
    organiser.get("/console/units?lang=en")
    for path in (HERE, "/console/surveys/new?lang=en"):
        answer = organiser.post(path, {"import": ""})
        assert answer.status_code == 422
        assert "Choose a file first." in plain(answer)


def test_a_list_of_some_megabytes_is_read_and_a_larger_one_is_not(app, organiser):
    long = GOOD + "\n".join(f"43{number:08},名称{'长' * 90},organisation,430700" for number in range(15_000)) + "\n"
    assert 4_000_000 < len(long.encode()) < 10 * 1024 * 1024
    assert upload(organiser, HERE, long, "units.csv", "check").status_code == 200
    answer = upload(organiser, HERE, b"x" * (11 * 1024 * 1024), "units.csv")
    assert answer.status_code == 413
    assert "What was sent is too large." in plain(answer)
    assert units(app) == 0


def test_without_a_login_nothing_large_is_taken(outsider):
    outsider.get("/console/login")
    answer = outsider.post(HERE, {"file": (io.BytesIO(b"x" * 1_000_000), "units.csv"), "import": ""})
    assert answer.status_code == 413


def test_other_forms_take_nothing_large(organiser, draft):
    organiser.get("/console/")
    assert organiser.post("/console/logout", {"more": "x" * 300_000}).status_code == 413


def test_units_are_found_by_name_and_by_code(app, organiser):
    upload(organiser, HERE, GOOD, "units.csv")
    for wanted in ("启明", "430702001"):
        page = plain(organiser.get("/console/units", query_string={"q": wanted, "lang": "en"}))
        assert "1 found for" in page
        assert "启明街道 常德市 · 武陵区" in page
    assert "0 found for “x”." in plain(organiser.get("/console/units?q=x&lang=en"))


def test_the_tree_leads_down(app, organiser):
    upload(organiser, HERE, GOOD, "units.csv")
    assert "武陵区 430702 county 1" in plain(organiser.get("/console/units?lang=en"))
    county = plain(organiser.get("/console/units?unit=430702&lang=en"))
    assert "启明街道 430702001 township" in county
    assert "There is nothing below this unit." in plain(organiser.get("/console/units?unit=430702001&lang=en"))


def launch(organiser, definition, path="/console/surveys/new?lang=en"):
    content = definition if isinstance(definition, bytes) else json.dumps(definition).encode()
    return upload(organiser, path, content, "definition.json", page=path)


def surveys(app):
    with app.extensions["manyi"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(Survey))


def test_without_units_a_launch_is_warned_of(organiser):
    assert "Import the units first" in plain(organiser.get("/console/surveys/new?lang=en"))


def test_a_definition_becomes_a_draft(app, organiser, draft):
    answer = launch(organiser, other(EVERY_KIND, slug="second"))
    assert (answer.status_code, answer.location) == (303, "/console/surveys/second?lang=en")
    page = plain(organiser.get(answer.location))
    assert "The survey is launched as a draft." in page
    assert "Launched · lin" in page


def test_every_fault_of_a_definition_is_listed_and_nothing_is_written(app, organiser, draft):
    faulty = other(EVERY_KIND, slug="second", threshold=1, extra="<script>")
    answer = launch(organiser, faulty)
    assert answer.status_code == 422
    assert "Nothing was written. To mend: 2" in plain(answer)
    assert "threshold: 1 is less than the minimum of 5" in plain(answer)
    assert "<script>" not in answer.text
    assert surveys(app) == 1


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"{", "this is not JSON"),
        (b"\xff\xfe", "The file is not UTF-8 text."),
        (b"[" * 100_000, "nests too deeply"),
        (b"[]", "is not of type"),
        (b" " * 2_000_001, "The file is larger than 2000000 bytes."),
    ],
)
def test_a_file_that_is_no_definition_is_refused(organiser, content, sentence):
    answer = launch(organiser, content)
    assert answer.status_code == 422
    assert sentence in plain(answer)


def test_a_slug_that_is_taken_is_refused(app, organiser, draft):
    answer = launch(organiser, EVERY_KIND)
    assert answer.status_code == 422
    assert "there is a survey every-kind already" in plain(answer)
    assert surveys(app) == 1


CHANGE = "/console/surveys/every-kind/definition?lang=en"


def test_a_drafts_definition_is_replaced(organiser, draft):
    code = draft.code("马家吉社区")
    changed = other(EVERY_KIND, questions=EVERY_KIND["questions"][:1], closes="2098-01-31")
    assert launch(organiser, changed, CHANGE).status_code == 303
    page = plain(organiser.get(CHANGE))
    assert "The definition was replaced." in page
    assert draft.code("马家吉社区") == code
    with draft.database.reading() as session:
        assert len(load_frame(session, draft.id).questionnaire.questions) == 1
        assert find_survey(session, "every-kind").closes_at.year == 2098


def test_a_replacement_that_does_not_fit_changes_nothing(organiser, draft):
    for faulty in (other(EVERY_KIND, places={"units": ["430700"]}), other(EVERY_KIND, threshold=1)):
        answer = launch(organiser, faulty, CHANGE)
        assert answer.status_code == 422
        assert "Nothing was written. To mend: 1" in plain(answer)
    organiser.get(CHANGE)
    missing = organiser.post(CHANGE)
    assert missing.status_code == 422
    with draft.database.reading() as session:
        assert session.get_one(StoredQuestionnaire, draft.id).definition == EVERY_KIND


def test_once_open_the_definition_stays(organiser, survey):
    page = organiser.get(CHANGE)
    assert "Replace" not in plain(page)
    answer = launch(organiser, EVERY_KIND, CHANGE)
    assert answer.status_code == 409
    assert "The questionnaire was frozen when the survey opened" in plain(answer)
