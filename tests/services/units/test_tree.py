import pytest

from survey_app.services.units.tree import load_tree
from tests import cast


@pytest.fixture
def tree(database):
    with database.writing() as session:
        cast.add_units(session)
    with database.reading() as session:
        yield load_tree(session)


def codes(units):
    return [unit.code for unit in units]


def test_an_empty_tree(database):
    with database.reading() as session:
        tree = load_tree(session)
    assert (tree.units, tree.by_code, tree.by_id) == ([], {}, {})


def test_units_stand_behind_those_above_them_in_the_order_of_codes(tree):
    assert codes(tree.units) == [
        cast.CITY,
        cast.WULING,
        cast.QIMING,
        "430702001001",
        "430702001002",
        cast.DINGCHENG,
        cast.HAOZIGANG,
        "430703100001",
        "430703100201",
        cast.ZHONGHEKOU,
        "430703101201",
        "430703101202",
    ]


def test_units_are_found_by_code_and_by_id(tree):
    unit = tree.by_code[cast.QIMING]
    assert unit.name == "启明街道"
    assert tree.by_id[unit.id] is unit
    assert codes(tree.children[tree.by_code[cast.CITY].id]) == [cast.WULING, cast.DINGCHENG]


def test_a_line_runs_from_the_top_to_the_unit(tree):
    assert codes(tree.line(tree.by_code["430703101202"])) == [
        cast.CITY,
        cast.DINGCHENG,
        cast.ZHONGHEKOU,
        "430703101202",
    ]
    assert codes(tree.line(tree.by_code[cast.CITY])) == [cast.CITY]


def test_below_gives_the_unit_itself_and_all_under_it(tree):
    assert codes(tree.below(tree.by_code[cast.DINGCHENG])) == [
        cast.DINGCHENG,
        cast.HAOZIGANG,
        "430703100001",
        "430703100201",
        cast.ZHONGHEKOU,
        "430703101201",
        "430703101202",
    ]
    assert codes(tree.below(tree.by_code["430703101202"])) == ["430703101202"]


def test_codes_are_ordered_alike_on_both_databases(database):
    rows = tuple((code, code, "organisation", "") for code in ("b1", "B-2", "a_3", "A.4", "B1", "1", "a"))
    with database.writing() as session:
        from survey_app.services.units.importing import import_units  # noqa: PLC0415

        import_units(session, cast.units_csv(rows), "u.csv")
        assert codes(load_tree(session).units) == ["1", "A.4", "B-2", "B1", "a", "a_3", "b1"]
