import io
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.models import Unit
from survey_app.services.units.importing import import_units, known_units, plan_import
from survey_app.services.units.tree import load_tree
from tests import cast

REAL_LIST = (Path(__file__).parents[3] / "docs/examples/units-changde.csv").read_text(encoding="utf-8")
COLUMNS = "code name level parent_code"


def workbook(text):
    book = openpyxl.Workbook()
    for line in text.splitlines():
        book.active.append(line.split(","))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def do_import(database, *rows, columns=COLUMNS):
    with database.writing() as session:
        plan = import_units(session, cast.units_csv(rows, columns), "units.csv")
    return [len(part) for part in (plan.added, plan.updated, plan.unchanged)]


def units_of(database):
    """Give what is stored: code -> name, level, code above, class, sector."""
    with database.reading() as session:
        return {
            code: (unit.name, unit.level, unit.parent_code, unit.unit_class, unit.sector)
            for code, unit in known_units(session).items()
        }


def refused(database, *rows, columns=COLUMNS, content=None, name="units.csv"):
    """Import what must be refused, and see that nothing was written; return what was said."""
    before = units_of(database)
    with pytest.raises(Refused) as refusal, database.writing() as session:
        import_units(session, cast.units_csv(rows, columns) if content is None else content, name)
    assert units_of(database) == before
    return list(map(str, refusal.value.messages))


def test_units_are_added_with_those_above_them(database):
    assert do_import(database, *cast.UNITS) == [len(cast.UNITS), 0, 0]
    assert units_of(database) == {code: (name, level, above, "", "") for code, name, level, above in cast.UNITS}


def test_the_rows_may_stand_in_any_order(database):
    assert do_import(database, *reversed(cast.UNITS)) == [len(cast.UNITS), 0, 0]
    assert units_of(database)[cast.RURAL[0]][2] == cast.RURAL[0][:9]


def test_the_same_list_again_changes_nothing(database):
    do_import(database, *cast.UNITS)
    assert do_import(database, *cast.UNITS) == [0, 0, len(cast.UNITS)]


def test_added_updated_and_unchanged_are_counted_apart(database):
    do_import(database, *cast.UNITS)
    counts = do_import(
        database,
        cast.UNITS[0],
        (cast.WULING, "武陵新区", "county", cast.CITY),
        ("430704", "新区", "county", cast.CITY),
    )
    assert counts == [1, 1, 1]
    assert units_of(database)[cast.WULING][0] == "武陵新区"


def test_units_that_the_list_does_not_name_stay(database):
    do_import(database, *cast.UNITS)
    before = units_of(database)
    do_import(database, ("430704", "新区", "county", ""))
    assert units_of(database) == before | {"430704": ("新区", "county", "", "", "")}


def test_a_parent_may_be_in_the_database_only(database):
    do_import(database, *cast.UNITS[:4])
    village = (cast.TOWN[0], "马家吉社区", "village", cast.QIMING)
    assert do_import(database, village) == [1, 0, 0]
    assert units_of(database)[cast.TOWN[0]][2] == cast.QIMING


def test_a_unit_moves_with_all_below_it(database):
    do_import(database, *cast.UNITS)
    assert do_import(database, (cast.HAOZIGANG, "蒿子港镇", "township", cast.WULING)) == [0, 1, 0]
    with database.reading() as session:
        tree = load_tree(session)
        line = tree.line(tree.by_code["430703100201"])
        assert [unit.code for unit in line] == [cast.CITY, cast.WULING, cast.HAOZIGANG, "430703100201"]


def test_a_unit_may_move_under_one_that_is_added_by_the_same_list(database):
    do_import(database, *cast.UNITS)
    rows = (("430704", "新区", "county", cast.CITY), (cast.HAOZIGANG, "蒿子港镇", "township", "430704"))
    assert do_import(database, *rows) == [1, 1, 0]
    assert units_of(database)[cast.HAOZIGANG][2] == "430704"


def test_a_unit_may_move_to_the_top(database):
    do_import(database, *cast.UNITS)
    do_import(database, (cast.WULING, "武陵区", "county", ""))
    assert units_of(database)[cast.WULING][2] == ""


def test_the_keys_of_units_stay_when_they_change(database):
    do_import(database, *cast.UNITS)
    with database.reading() as session:
        before = dict(session.execute(select(Unit.code, Unit.id)).all())
    do_import(database, (cast.WULING, "武陵新区", "county", ""))
    with database.reading() as session:
        assert dict(session.execute(select(Unit.code, Unit.id)).all()) == before


def test_class_and_sector_are_kept_where_the_list_has_no_such_column_and_cleared_by_an_empty_cell(database):
    row = (cast.CITY, "常德市", "city", "")
    do_import(database, (*row, "地级", "民政"), columns=f"{COLUMNS} class sector")
    assert do_import(database, row) == [0, 0, 1]
    assert units_of(database)[cast.CITY][3:] == ("地级", "民政")
    assert do_import(database, (*row, ""), columns=f"{COLUMNS} class") == [0, 1, 0]
    assert units_of(database)[cast.CITY][3:] == ("", "民政")


def test_one_bad_row_and_nothing_is_written(database):
    do_import(database, *cast.UNITS)
    said = refused(database, (cast.CITY, "改名", "city", ""), ("9", "新村", "village", "8"))
    assert len(said) == 1
    assert said[0].startswith("Row 3, parent_code “8”: No unit has this code")


def test_a_ring_that_closes_only_through_the_database_is_found(database):
    do_import(database, ("A", "甲", "organisation", ""), ("B", "乙", "organisation", "A"))
    said = refused(database, ("A", "甲", "organisation", "B"))
    assert "would stand under itself" in said[0]


SEVEN = (
    ("430702", "武陵区", "county", "430700"),
    ("", "无码村", "village", "430702"),
    ("430702", "重码区", "county", "430700"),
    ("430711", "孤村", "village", "430799"),
    ("430712", "甲局", "organisation", "430713"),
    ("430713", "乙局", "organisation", "430712"),
    ("430714", "", "village", "430702"),
    ("430715", "错级区", "county", "430702"),
    ("430716", "=1+1", "village", "430702"),
)


def test_seven_different_bad_rows_are_all_told(database):
    do_import(database, cast.UNITS[0])
    rows = [each.partition(",")[0] for each in refused(database, *SEVEN)]
    assert rows == [f"Row {number}" for number in (3, 4, 5, 6, 7, 8, 9, 10)]  # A ring has two rows.


def test_a_plan_writes_nothing(database):
    with database.reading() as session:
        plan = plan_import(session, cast.units_csv(), "units.csv")
    assert len(plan.added) == len(cast.UNITS)
    assert units_of(database) == {}


def test_a_file_of_another_kind_is_refused(database):
    assert "Only .csv and .xlsx" in refused(database, content=b"code", name="units.txt")[0]


WRITTEN = {
    "UTF-8": (REAL_LIST.encode("utf-8"), "list.csv"),
    "UTF-8 with BOM": (REAL_LIST.encode("utf-8-sig"), "list.csv"),
    "GB18030": (REAL_LIST.encode("gb18030"), "list.csv"),
    "xlsx": (workbook(REAL_LIST), "list.xlsx"),
}


@pytest.mark.parametrize(("content", "name"), WRITTEN.values(), ids=WRITTEN.keys())
def test_the_real_list_imports_alike_in_every_encoding(database, content, name):
    with database.writing() as session:
        plan = import_units(session, content, name)
    assert [len(plan.added), len(plan.updated), len(plan.unchanged)] == [2462, 0, 0]
    lines = [line.split(",") for line in REAL_LIST.splitlines()[1:]]
    assert units_of(database) == {code: (unit, level, above, "", "") for code, unit, level, above in lines}


def test_the_real_list_has_rare_characters():
    assert "剅" in REAL_LIST
