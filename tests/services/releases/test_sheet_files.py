import shutil
import subprocess

import pytest

from survey_app.domain.messages import Refused
from survey_app.domain.release import Audience
from survey_app.models import Release
from survey_app.services.publishing import draft_release, publish
from survey_app.services.releases.issued_sheets import has_issued_sheet, issued_sheet, issued_targets, withdrawn_sheet
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.sheet_files import one_sheet, sheets_below, write_sheet_files
from survey_app.services.releases.sheets import unit_sheets
from survey_app.services.releases.stored_rows import stored_rows
from survey_app.services.releases.withdrawing import withdraw
from tests.results_fixtures.cases import SURVEY, TARGETS, Case, answered
from tests.results_fixtures.printed import cell, head, row


@pytest.fixture
def issued(sqlite_database, drawn_nothing):
    """Give a survey with an internal release, one of whose townships is a place itself."""
    definition = SURVEY | {"places": {"units": ["43A1", "43A11", "43A12", "43A13", "43A21", "43B11"]}}
    answers = {
        "43A1": (20, 6, 4, 0),
        "43A11": (30, 12, 5, 3),
        "43A12": (25, 4, 3),
        "43A13": (22, 5, 5),
        "43A21": (33, 2, 5),
    }
    case = answered(sqlite_database, answers, definition)
    publish(case.database, case.slug, "lin", audience=Audience.INTERNAL)
    return case


def write(case, out, under=None, audience=Audience.INTERNAL, heard=None):
    with case.database.reading() as session:
        return write_sheet_files(
            session, case.slug, audience, under, out, lambda *told: heard.append(told) if heard is not None else None
        )


def pages(path):
    return int(
        subprocess.run([shutil.which("pdfinfo"), path], capture_output=True, check=True)
        .stdout.split(b"Pages:")[1]
        .split()[0]
    )


def test_all_sheets_stand_in_one_file_and_each_in_its_own(issued, tmp_path):
    with issued.database.reading() as session:
        release = session.get_one(Release, 1)
        rows = stored_rows(session, release)
        assert list(rows) == list(draft_release(session, issued.slug).rows)
        codes = [row.code for row in rows if row.level != OWN_LEVEL]
    heard = []
    assert write(issued, tmp_path / "sheets", heard=heard) == len(codes)
    assert heard == [(number, len(codes)) for number in range(1, len(codes) + 1)]
    found = {path.name for path in (tmp_path / "sheets").iterdir()}
    assert found == {"sheets.pdf", *(f"{code}.pdf" for code in codes)}
    assert all(path.read_bytes().startswith(b"%PDF-") for path in (tmp_path / "sheets").iterdir())
    if shutil.which("pdfinfo"):
        assert pages(tmp_path / "sheets" / "sheets.pdf") >= len(codes)
    with issued.database.reading() as session:
        release = session.get_one(Release, 1)
        assert one_sheet(session, release, "43A21") == (tmp_path / "sheets" / "43A21.pdf").read_bytes()
        assert one_sheet(session, release, "moon") is None


def test_sheets_of_a_part_and_a_folder_that_is_new_or_empty(issued, tmp_path):
    (tmp_path / "empty").mkdir()
    assert write(issued, tmp_path / "empty", under="43A1") == 4
    assert {path.name for path in (tmp_path / "empty").iterdir()} == {
        "sheets.pdf",
        "43A1.pdf",
        "43A11.pdf",
        "43A12.pdf",
        "43A13.pdf",
    }
    with pytest.raises(Refused, match="is there already and not empty"):
        write(issued, tmp_path / "empty")
    (tmp_path / "file").write_text("mine")
    with pytest.raises(Refused, match="is there already and is no folder"):
        write(issued, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "mine"
    with pytest.raises(Refused, match="--under: there is no unit moon in this release"):
        write(issued, tmp_path / "new", under="moon")
    with pytest.raises(Refused, match="has no such release: publish it first"):
        write(issued, tmp_path / "new", audience=Audience.PUBLIC)
    assert not (tmp_path / "new").exists()


def test_sheets_that_were_superseded_are_not_written_where_the_newest_are_withdrawn(issued, tmp_path):
    publish(issued.database, issued.slug, "lin", "a name", audience=Audience.INTERNAL)
    with issued.database.writing() as session:
        withdraw(session, issued.slug, "lin", "wrong", Audience.INTERNAL)
        assert issued_sheet(session, issued.slug, "43A11") is None
        assert withdrawn_sheet(session, issued.slug, "43A11").number == 2
        assert withdrawn_sheet(session, issued.slug, "43D") is None
    with pytest.raises(Refused, match="Release 2 is withdrawn already"):
        write(issued, tmp_path / "sheets")


def test_a_target_with_the_code_of_a_unit_has_a_sheet_of_its_own():
    cells = {"overall": cell(30, 12, 5, 3)}
    rows = [
        row("43", "常德市", "city", "", [], cells),
        row("43", "常德市", "city", "", [], {"work": cell(20, 9, 5)}, is_target=True),
        row("D1", "市财政局", "target", "", [], {"work": cell(20, 9, 5)}, is_target=True),
    ]
    asked = head(questions={"overall": "总的来说？", "work": "该单位？"}, places=1)
    assert [each.code for each in unit_sheets(asked, rows)] == ["43", "target-43", "D1"]


def test_a_place_that_is_a_target_too_is_issued_two_sheets(sqlite_database, drawn_nothing):
    questions = [SURVEY["questions"][0], TARGETS["questions"][0]]
    case = Case(sqlite_database, SURVEY | {"questions": questions, "targets": [{"code": "43A11", "name": "服务大厅"}]})
    case.answer("43A11", [bytes([1 + number % 2, 1 + number % 3]) for number in range(40)])
    publish(case.close().database, case.slug, "lin", audience=Audience.INTERNAL)
    with case.database.reading() as session:
        assert issued_targets(session, case.slug) == ["43A11"]
        release, as_place = issued_sheet(session, case.slug, "43A11")
        _, as_target = issued_sheet(session, case.slug, "43A11", as_target=True)
        assert as_place == one_sheet(session, release, "43A11")
        assert as_target == one_sheet(session, release, "target-43A11") != as_place
        assert set(sheets_below(session, release, "43A11")) == {("43A11", False), ("43A11", True)}
        assert has_issued_sheet(session, case.slug, "43A11")
        assert not has_issued_sheet(session, case.slug, "43D")


def test_below_a_unit_stand_its_own_targets_and_none_of_the_others(sqlite_database, drawn_nothing):
    targets = [{"code": "43B11"}, {"code": "43A21"}, {"code": "D1", "name": "市委办公室"}]
    case = Case(
        sqlite_database,
        {
            "slug": "departments",
            "title": "评议",
            "organiser": "评议办",
            "sign_off": "optional",
            "places": {"units": ["43A11"]},
            "targets": targets,
            "questions": TARGETS["questions"],
        },
    )
    case.answer("43A11", [bytes([1 + number % 3] * len(targets)) for number in range(40)])
    publish(case.close().database, case.slug, "lin", audience=Audience.INTERNAL)
    with case.database.reading() as session:
        release = session.get_one(Release, 1)
        found = {code: set(sheets_below(session, release, code)) for code in ("43", "43A", "43B", "43A11", "D1", "\0")}
    of_a, of_b = ("43A21", True), ("43B11", True)
    assert found == {"43": {of_a, of_b}, "43A": {of_a}, "43B": {of_b}, "43A11": set(), "D1": set(), "\0": set()}
