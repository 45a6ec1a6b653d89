"""Lists of units: sent, checked, looked at, imported by the worker, undone; hostile ones."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy import func, select, update

from survey_app.documents.sheet_reader import read_sheet, unit_rows
from survey_app.domain.units import check_units
from survey_app.models import AuditEntry, Job, Unit, UnitImport
from survey_app.services.jobs import KEPT_FOR, JobKind, JobState
from survey_app.services.scopes import EVERYTHING
from survey_app.services.units.changing import close_unit
from tests import cast
from tests.web.console_browser import Browser, plain
from tests.web.sending_lists import GOOD, IMPORTS, agree, do_import, jobs, look, send, units, work, workbook

pytest_plugins = "tests.web.console_fixtures"

BAD = (
    "code,name,level,parent_code,备注\n430700,常德市,city,,\n,无代码,county,430700,见附件\n"
    "430703,<script>alert(1)</script>,palace,430799,\n=1+1,坏,county,430700,-2+3\n430704,好,county,430700,\n"
)


def test_a_list_is_checked_looked_at_imported_and_undone(app, organiser):
    answer, address = look(organiser, GOOD, "../x/名单.csv")
    said = plain(answer)
    assert "The list is in order; nothing was written yet" in said
    assert " 名单.csv would be added 12 would be updated 0 unchanged 0" in said
    assert "马家吉社区" in said
    assert units(app) == {}
    going = agree(organiser, answer, address)
    waiting = organiser.get(going.location)
    assert "Waiting for the worker" in plain(waiting)
    assert 'id="job"' in waiting.text
    work(app)
    assert "done" in plain(organiser.get(going.location))
    assert "added 12 updated 0 unchanged 0" in plain(organiser.get(going.location))
    assert len(units(app)) == 12
    # The content is dropped, so that no list is imported twice.
    assert jobs(app, JobKind.UNIT_UPLOAD) == [("done", None)]
    assert organiser.get(address).status_code == 404
    changed = do_import(app, organiser, GOOD.replace("武陵区", "武陵新区"), "更名.csv")
    assert "added 0 updated 1 unchanged 11" in changed
    page = organiser.get(f"{IMPORTS}?lang=en")
    listed = plain(page)
    # The narrow and the wide screen have a link each; both name the list.
    named = re.findall(r'imports/2/undo[^"]*">Undo…<span class="visually-hidden"> (.*?)</span>', page.text)
    assert named == ["更名.csv", "更名.csv"]
    assert "A later import stands on it; undo that one first." in listed
    ask = plain(organiser.get(f"{IMPORTS}/2/undo?lang=en"))
    assert "The units that it changed stand again as before: 1." in ask
    assert organiser.post(f"{IMPORTS}/2/undo?lang=en").status_code == 303
    listed = plain(organiser.get(f"{IMPORTS}?lang=en"))
    assert "The import is undone: the units stand again as before it." in listed
    assert "by lin." in listed
    assert units(app)[cast.WULING].name == "武陵区"
    assert "It has been undone." in plain(organiser.get(f"{IMPORTS}/2/undo?lang=en"))
    assert organiser.post(f"{IMPORTS}/2/undo").status_code == 409
    for nowhere in ("get", "post"):
        assert getattr(organiser, nowhere)(f"{IMPORTS}/99/undo").status_code == 404


def test_the_preview_shows_what_would_change_and_what_to_look_at(app, organiser):
    do_import(app, organiser, GOOD)
    with app.extensions["manyi"].database.writing() as session:
        close_unit(session, cast.TOWN[0], "lin", EVERYTHING, "x")
    rows = (
        (cast.WULING, "武陵新区", "county", cast.CITY, "x"),
        ("9", "马家吉社区", "village", cast.QIMING, ""),
        ("8", "村𓀀", "village", cast.QIMING, ""),
    )
    said = plain(look(organiser, cast.units_csv(rows, "code name level parent_code klass"))[0])
    assert "Unit name: 武陵区 → 武陵新区" in said
    assert "These columns are not read: klass." in said
    assert "cannot draw some characters; they would be missing in print: 村𓀀 8 : 𓀀 (U+13000)" in said
    assert "If it is the same one, reopen it instead: 马家吉社区 9" in said
    unchanged = plain(look(organiser, cast.units_csv((cast.UNITS[0],)))[0])
    assert "there is nothing to import" in unchanged
    assert "Import this list" not in unchanged


def test_every_bad_row_is_told_with_a_way_to_mend_it_and_nothing_is_written(app, organiser):
    answer, _ = look(organiser, BAD, "<b>bad</b>.csv")
    said = plain(answer)
    assert "Nothing was written. To mend: 4" in said
    assert "3 code — The code is missing. Give the unit a code of its own." in said
    assert "4 level palace This is no level." in said
    assert "4 parent_code 430799 No unit has this code" in said
    assert "5 code =1+1 This is a formula" in said
    assert "<script>alert(1)" not in answer.text
    assert "<b>bad" not in answer.text
    assert units(app) == {}


def test_the_bad_rows_are_downloaded_as_they_were_with_what_is_wrong(app, organiser):
    _, address = look(organiser, BAD)
    answer = organiser.get(f"{address}/bad-rows.csv?lang=zh_Hans")
    assert answer.headers["Content-Disposition"] == "attachment; filename=bad-rows.csv"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    header, *rows = csv.reader(io.StringIO(answer.data.decode("utf-8-sig")))
    assert header == ["code", "name", "level", "parent_code", "备注", "问题", "如何改正"]
    assert [row[1] for row in rows] == ["无代码", "<script>alert(1)</script>", "坏"]
    assert rows[2][0] == "'=1+1"  # No spreadsheet runs it.
    assert rows[2][4] == "'-2+3"
    assert rows[1][5].count(" | ") == 1  # Two things are wrong with it.
    book = openpyxl.load_workbook(io.BytesIO(organiser.get(f"{address}/bad-rows.xlsx?lang=en").data))
    cells = list(book.active.iter_rows())
    assert [cell.value for cell in cells[0]][5:] == ["Problem", "How to mend it"]
    assert {cell.data_type for row in cells[1:] for cell in row} <= {"s", "n"}  # "n" is an empty one.
    assert cells[3][0].value == "'=1+1"
    # Mended, the download is a list again.
    mended = answer.data.decode("utf-8-sig").replace(",无代码,", "430702,无代码,").replace("palace", "county")
    mended = mended.replace("430799", "430700").replace("'=1+1", "430705")
    assert [row.code for row in unit_rows(read_sheet(mended.encode(), "mended.csv"))] == ["430702", "430703", "430705"]


def test_a_good_list_has_no_bad_rows_and_can_be_discarded(app, organiser):
    _, address = look(organiser, GOOD)
    assert organiser.get(f"{address}/bad-rows.csv").status_code == 404
    assert organiser.post(f"{address}/discard?lang=en").status_code == 303
    assert "The list is discarded; nothing was written." in plain(organiser.get(f"{IMPORTS}?lang=en"))
    assert jobs(app, JobKind.UNIT_UPLOAD) == [("done", None)]
    assert organiser.post(f"{address}/import").status_code == 404


def test_a_long_list_of_faults_is_cut(organiser):
    rows = "".join(f",name {number},county,\n" for number in range(300))
    said = plain(look(organiser, "code,name,level,parent_code\n" + rows)[0])
    assert "To mend: 300" in said
    assert "The first 200 are shown." in said
    assert "201 code" in said
    assert "202 code" not in said


def test_a_workbook_is_imported(app, organiser):
    said = do_import(app, organiser, workbook([line.split(",") for line in GOOD.splitlines()]), "名单.xlsx")
    assert "added 12" in said


def test_units_that_changed_since_the_preview_are_not_overrun(app, organiser):
    do_import(app, organiser, GOOD)
    page, address = look(organiser, GOOD.replace("武陵区", "武陵新区"))
    with app.extensions["manyi"].database.writing() as session:
        session.execute(update(Unit).where(Unit.code == cast.WULING).values(name="别名"))
    going = agree(organiser, page, address)
    work(app)
    said = plain(organiser.get(going.location))
    assert "Nothing was written. The units have changed since the list was checked." in said
    assert units(app)[cast.WULING].name == "别名"
    assert "别名 → 武陵新区" in plain(organiser.get(f"{address}?lang=en"))  # It is still there, to be looked at again.


def test_asking_twice_imports_once_and_a_job_can_be_cancelled(app, organiser):
    page, address = look(organiser, GOOD)
    first, second = agree(organiser, page, address), agree(organiser, page, address)
    assert first.location == second.location
    for mark in ("", "x" * 64, "a" * 65):
        assert organiser.post(f"{address}/import", {"seen": mark}).status_code == 400
    job = first.location.partition("?")[0]
    assert organiser.post(f"{job}/cancel?lang=en").status_code == 303
    assert "It was cancelled; nothing was kept of it." in plain(organiser.get(f"{job}?lang=en"))
    with app.extensions["manyi"].database.reading() as session:
        assert session.scalars(select(AuditEntry.what).order_by(AuditEntry.id.desc())).first() == "job.cancel"
    work(app)
    assert units(app) == {}
    going = agree(organiser, organiser.get(f"{address}?lang=en"), address)
    work(app)
    assert "added 12" in plain(organiser.get(going.location))


def test_a_list_is_its_senders_alone_and_has_no_page_among_the_jobs_of_surveys(app, organiser):
    from survey_app.services.accounts import create_account  # noqa: PLC0415

    page, address = look(organiser, GOOD)
    going = agree(organiser, page, address)
    for number in (1, 2):
        for path in ("", "/result"):
            assert organiser.get(f"/console/jobs/{number}{path}").status_code == 404
    assert organiser.get(f"{IMPORTS}/jobs/1").status_code == 404  # The list itself is no import.
    with app.extensions["manyi"].database.writing() as session:
        create_account(session, "wang", "another long password")
    other = Browser(app)
    other.log_in("wang", "another long password")
    for path in ("", "/bad-rows.csv"):
        assert other.get(f"{address}{path}").status_code == 404
    assert other.post(f"{address}/import").status_code == 404
    assert other.get(going.location).status_code == 200


def test_an_earlier_list_is_erased_by_the_next_and_any_after_a_day(app, organiser):
    look(organiser, GOOD)
    _, address = look(organiser, GOOD)
    assert [each is None for _, each in jobs(app, JobKind.UNIT_UPLOAD)] == [True, False]
    database = app.extensions["manyi"].database
    with database.writing() as session:
        session.execute(update(Job).values(alive_at=datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1)))
    work(app)
    assert [each is None for _, each in jobs(app, JobKind.UNIT_UPLOAD)] == [True, True]
    assert organiser.get(address).status_code == 404


def test_an_import_whose_list_is_gone_says_so(app, organiser):
    page, address = look(organiser, GOOD)
    going = agree(organiser, page, address)
    with app.extensions["manyi"].database.writing() as session:
        session.execute(update(Job).where(Job.kind == JobKind.UNIT_UPLOAD).values(result=None))
    work(app)
    assert "The list is no longer kept" in plain(organiser.get(going.location))
    assert jobs(app, JobKind.UNIT_IMPORT)[0][0] == JobState.FAILED


def test_a_list_under_import_is_not_erased_by_the_next(app, organiser):
    going = agree(organiser, *look(organiser, GOOD))
    look(organiser, GOOD)
    work(app)
    assert "added 12" in plain(organiser.get(going.location))


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_a_good_list_with_every_level(organiser, kind):
    answer = organiser.get(f"{IMPORTS}/template.{kind}")
    assert f"units-template.{kind}" in answer.headers["Content-Disposition"]
    plan = check_units(unit_rows(read_sheet(answer.data, f"t.{kind}")), {})
    assert len({each.level for each in plan.added}) == 6


def test_a_missing_file_is_asked_for(organiser):
    organiser.get(f"{IMPORTS}?lang=en")
    answer = organiser.post(f"{IMPORTS}?lang=en", {"more": ""})
    assert answer.status_code == 422
    assert "Choose a file first." in plain(answer)


def test_a_list_of_some_megabytes_is_read_and_a_larger_one_is_not(app, organiser):
    long = GOOD + "\n".join(f"9{number:08},名称{'长' * 90},organisation,430700" for number in range(15_000)) + "\n"
    assert 4_000_000 < len(long.encode()) < 10 * 1024 * 1024
    assert send(organiser, long).status_code == 303
    answer = send(organiser, b"x" * (11 * 1024 * 1024))
    assert answer.status_code == 413
    assert "What was sent is too large." in plain(answer)


def test_without_a_login_nothing_large_is_taken(outsider):
    outsider.get("/console/login")
    assert outsider.post(IMPORTS, {"file": (io.BytesIO(b"x" * 1_000_000), "units.csv")}).status_code == 413


def test_who_did_it_is_kept(app, organiser):
    do_import(app, organiser, GOOD)
    with app.extensions["manyi"].database.reading() as session:
        assert session.scalar(select(UnitImport.by)) == "lin"
        assert session.scalar(select(func.count()).select_from(UnitImport)) == 1
