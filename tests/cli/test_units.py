import re

import pytest

from survey_app.cli import context
from survey_app.services.units.importing import known_units
from tests import cast

#: Row 3 to 9: each is bad in another way. The ring is of one row.
SEVEN = (
    (cast.CITY, "常德市", "city", ""),
    ("", "无码村", "village", cast.CITY),
    (cast.CITY, "重码市", "city", ""),
    ("430711", "孤村", "village", "430799"),
    ("430712", "自上局", "organisation", "430712"),
    ("430713", "", "village", cast.CITY),
    ("430714", "市中市", "city", cast.CITY),
    ("430715", "=HYPERLINK(1)", "village", cast.CITY),
    ("430716", "好村", "village", cast.CITY),
)


@pytest.fixture
def imported(run, tmp_path):
    run("migrate")

    def imported(units, name="units.csv", columns="code name level parent_code"):
        path = tmp_path / name
        path.write_bytes(units if isinstance(units, bytes) else cast.units_csv(units, columns))
        return run("import-units", path)

    return imported


def units():
    with context.database().reading() as session:
        return known_units(session)


def test_added_updated_and_unchanged_are_printed(imported):
    done = imported(cast.UNITS)
    assert (done.exit_code, done.stdout) == (0, "12 units added, 0 updated, 0 unchanged.\n")
    done = imported((*cast.UNITS[:2], (cast.DINGCHENG, "鼎城新区", "county", cast.CITY), ("9", "新局", "单位", "")))
    assert (done.exit_code, done.stdout) == (0, "1 units added, 1 updated, 2 unchanged.\n")
    assert len(units()) == 13


@pytest.mark.parametrize(
    ("language", "row"), [("en", r"Row (\d+)"), ("zh_Hans", r"第 ?(\d+) ?行"), ("", r"第 ?(\d+) ?行")]
)
def test_seven_different_bad_rows_are_all_listed_and_nothing_is_written(imported, settings, language, row):
    settings.setenv("SURVEY_LANGUAGE", language)
    done = imported(SEVEN)
    assert (done.exit_code, done.stdout) == (1, "")
    lines = done.stderr.splitlines()
    assert [int(re.match(row, line)[1]) for line in lines] == [3, 4, 5, 6, 7, 8, 9]
    assert units() == {}


def test_in_chinese_a_whole_sentence_is_chinese(imported, settings):
    settings.setenv("SURVEY_LANGUAGE", "zh_Hans")
    for line in imported(SEVEN).stderr.splitlines():
        assert not re.search("[a-z]{3,} [a-z]{2,}", line), line


def test_bad_rows_leave_what_there_is_as_it_is(imported):
    imported(cast.UNITS)
    before = units()
    assert imported(SEVEN).exit_code == 1
    assert units() == before


def test_a_parent_may_be_in_the_database(imported):
    imported(cast.UNITS[:4])
    done = imported(((cast.TOWN[0], "马家吉社区", "village", cast.QIMING),))
    assert (done.exit_code, done.stdout) == (0, "1 units added, 0 updated, 0 unchanged.\n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_usual_encodings_are_understood(imported, encoding):
    done = imported(cast.units_csv().decode().encode(encoding))
    assert done.exit_code == 0
    assert units()["430703101202"].name == "大剅口村"


@pytest.mark.parametrize(
    ("content", "name", "beginning"),
    [
        (b"", "units.csv", "The file is empty."),
        (b"code,name\n", "units.csv", "The column level (层级) is missing."),
        (b"code", "units.ods", "Only .csv and .xlsx files can be read."),
        (b"code", "units.xlsx", "The file is called .xlsx but is no Excel workbook."),
    ],
)
def test_a_file_that_is_no_list_is_refused(imported, content, name, beginning):
    done = imported(content, name)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(beginning)


def test_a_file_that_is_not_there_or_a_folder_is_refused(run, tmp_path):
    run("migrate")
    for path, reason in ((tmp_path / "none.csv", "No such file or directory"), (tmp_path, "Is a directory")):
        done = run("import-units", path)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr == f"{path} cannot be read: {reason}\n"
