import csv
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain.messages import Message, Refused
from survey_app.domain.units import (
    KnownUnit,
    Level,
    Patch,
    UnitRow,
    check_units,
    differences,
    level_of,
    may_stand_under,
)

REAL_LIST = Path(__file__).parents[2] / "docs/examples/units-changde.csv"
CITY = UnitRow(2, "1", "常德市", "city", "")
COUNTY = UnitRow(3, "11", "武陵区", "county", "1")


def known(*units):
    return {unit.code: unit for unit in units}


def errors(rows, before=()):
    """Check a list that must be refused; return each error as (row, column, reason), the reason in full."""
    with pytest.raises(Refused) as refused:
        check_units(rows, known(*before))
    return [(m.values["row"], str(m.values["column"]), str(m.values["reason"])) for m in refused.value.messages]


def places(rows, before=()):
    return [(row, column) for row, column, _ in errors(rows, before)]


def test_the_real_list_is_added_whole_and_fast():
    with REAL_LIST.open(encoding="utf-8", newline="") as file:
        rows = [
            UnitRow(number, line["code"], line["name"], line["level"], line["parent_code"])
            for number, line in enumerate(csv.DictReader(file), start=2)
        ]
    start = perf_counter()
    plan = check_units(rows, {})
    assert perf_counter() - start < 2
    assert len(plan.added) == 2462
    assert (plan.added[0].name, plan.added[0].level, plan.added[0].row) == ("常德市", Level.CITY, 2)
    again = {u.code: KnownUnit(u.code, u.name, u.level, u.parent_code) for u in plan.added}
    assert len(check_units(rows, again).unchanged) == 2462


def test_seven_bad_rows_are_all_told_at_once():
    rows = [
        CITY,
        COUNTY,
        UnitRow(4, "", "无码村", "village", "11"),
        UnitRow(5, "11", "重码区", "county", "1"),
        UnitRow(6, "12", "孤村", "village", "99"),
        UnitRow(7, "13", "自上局", "organisation", "13"),
        UnitRow(8, "14", " ", "village", "11"),
        UnitRow(9, "15", "某省", "province", "1"),
        UnitRow(10, "16", "=HYPERLINK(1)", "village", "11"),
        UnitRow(11, "17", "好村", "village", "1"),
    ]
    with pytest.raises(Refused) as refused:
        check_units(rows, {})
    assert [str(m) for m in refused.value.messages] == [
        "Row 4, code: The code is missing. Give the unit a code of its own.",
        "Row 5, code “11”: Row 3 has this code already. Delete one of the two rows, or correct its code.",
        "Row 6, parent_code “99”: No unit has this code, neither in the list nor known before. "
        "Correct it, or add the unit above to the list; a unit at the top has no parent.",
        "Row 7, parent_code “13”: The unit would stand under itself: 13 → 13. "
        "Correct the parent of one of these units.",
        "Row 8, name: The name is missing. Write the unit's name.",
        "Row 9, level “province”: This is no level. Write city, county, township, village, organisation or project.",
        "Row 10, name “=HYPERLINK(1)”: This is a formula, or would be one in a spreadsheet. "
        "Write the value itself; it must not begin with = + - @, a tab or a line break.",
    ]


def test_an_error_can_be_shown_as_a_table_in_another_language():
    with pytest.raises(Refused) as refused:
        check_units([UnitRow(2, "1", "", "城", "")], {})
    first, second = refused.value.messages
    assert {key: type(value) for key, value in first.values.items()} == {
        "row": int, "column": Message, "value": str, "reason": Message, "remedy": Message,
    }  # fmt: skip
    assert (first.values["value"], second.values["value"]) == ("", "城")
    chinese = {"Row {row}, {column}: {reason} {remedy}": "第 {row} 行，{column}：{reason}{remedy}", "name": "单位名称"}
    assert first.say(lambda text: chinese.get(text, "…")) == "第 2 行，单位名称：……"


def test_a_row_with_several_errors_has_all_of_them_listed():
    row = UnitRow(2, "村 ", "", "?", "nowhere", "+1", "x" * 101)
    assert places([row]) == [(2, c) for c in ("code", "name", "level", "parent_code", "class", "sector")]
    long_and_strange = errors([UnitRow(2, "长" * 33, "名", "city", "")])
    assert [(c, r.split()[0]) for _, c, r in long_and_strange] == [("code", "It"), ("code", "A")]


@pytest.mark.parametrize(
    "cell", ["=1+1", "\uff1d1", "+86", "\uff0b86", "@x", "\uff20x", "\tx", "\rx", "\nx", "-x", "\uff0dx", " =1", "--1"]
)
@pytest.mark.parametrize("column", ["code", "name", "level", "parent_code", "unit_class", "sector"])
def test_a_formula_is_refused_in_every_column(cell, column):
    row = replace(CITY, **{column: cell})
    told = errors([row])
    assert told == [(2, column.removeprefix("unit_"), "This is a formula, or would be one in a spreadsheet.")]


@pytest.mark.parametrize("cell", ["-", "-5", "- 1,000.5", "3-1", "a=b", "a@b"])
def test_a_dash_or_a_negative_number_is_no_formula(cell):
    assert check_units([replace(CITY, sector=cell)], {}).added[0].sector == cell


@pytest.mark.parametrize(
    ("cell", "character"),
    [("武\u200b陵", "U+200B"), ("武\n陵", "U+000A"), ("武\x07陵", "U+0007"), ("武\ue000", "U+E000")],
)
def test_a_character_that_cannot_be_printed_is_named(cell, character):
    with pytest.raises(Refused) as refused:
        check_units([replace(CITY, name=cell)], {})
    (told,) = refused.value.messages
    assert character in str(told)
    assert str(told).isprintable()


@pytest.mark.parametrize("code", ["村1", "a b", "a/b", "-1", ".a", "_a", "1:2", "4.3E+11"])
def test_a_code_has_plain_characters_only(code):
    assert places([replace(CITY, code=code)]) == [(2, "code")]


def test_lengths_have_limits_and_a_long_value_is_told_short():
    fitting = UnitRow(2, "a" * 32, "名" * 100, "city", "", "c" * 100, "s" * 100)
    assert len(check_units([fitting], {}).added) == 1
    row = UnitRow(2, "a" * 33, "名" * 101, "city", "", "c" * 101, "s" * 101)
    assert places([row]) == [(2, "code"), (2, "name"), (2, "class"), (2, "sector")]
    with pytest.raises(Refused, match=r"“名{40}…”: It has 101 characters\. Shorten it to 100 characters at most\."):
        check_units([replace(CITY, name="名" * 101)], {})
    with pytest.raises(Refused, match=r"“a{40}”: It has 40 characters"):
        check_units([replace(CITY, code="a" * 40)], {})


def test_cells_are_cleaned():
    row = UnitRow(2, " \uff14\uff13\u3000", " 沅\u3000 水\u00a0 cafe\u0301 ", "\uff23ITY", " ", " 甲 ", "")
    below = UnitRow(3, "44", "甲", "区 县", "\uff14\uff13 ")
    first, second = check_units([row, below], {}).added
    assert (first.code, first.name, first.unit_class, second.parent_code) == ("43", "沅 水 café", "甲", "43")


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("city", Level.CITY), ("市", Level.CITY), ("County", Level.COUNTY), ("区县", Level.COUNTY),
        ("县（区）", Level.COUNTY), ("县级市", Level.COUNTY), ("乡镇", Level.TOWNSHIP), ("街道", Level.TOWNSHIP),
        ("乡镇（街道）", Level.TOWNSHIP), ("村", Level.VILLAGE), ("村/社区", Level.VILLAGE),
        ("村（社区）", Level.VILLAGE), ("单位", Level.ORGANISATION),
        ("organization", Level.ORGANISATION), ("项目", Level.PROJECT), ("省", None), ("", None),
    ],
)  # fmt: skip
def test_a_level_is_an_english_or_a_chinese_word(word, level):
    assert level_of(word) is level


def test_which_level_may_stand_under_which():
    city, county, township, village, organisation, project = Level
    allowed = {
        city: set(),
        county: {city},
        township: {city, county},
        village: {city, county, township},
        organisation: {city, county, township, village, organisation},
        project: {city, county, township, village, organisation},
    }
    assert {level: {above for above in Level if may_stand_under(level, above)} for level in Level} == allowed
    assert [level for level in Level if not may_stand_under(level, None)] == [project]


def test_a_level_that_cannot_stand_under_its_parent_is_refused():
    told = errors([CITY, UnitRow(3, "2", "乙", "city", "1"), UnitRow(4, "3", "丙", "project", "")])
    assert told == [
        (3, "level", "A unit of this level cannot stand under 1, whose level is “city”."),
        (4, "level", "A project cannot stand at the top."),
    ]
    assert places([UnitRow(2, "2", "乙", "county", "9")], [KnownUnit("9", "旧", "village", "")]) == [(2, "level")]


def test_a_bad_row_causes_no_errors_at_the_rows_below_it():
    unknown_level = [UnitRow(2, "1", "市", "province", ""), UnitRow(3, "2", "县", "county", "1")]
    assert places(unknown_level) == [(2, "level")]
    misplaced = [CITY, UnitRow(3, "2", "乙", "city", "1"), UnitRow(4, "3", "丙", "city", "2")]
    assert places(misplaced) == [(3, "level")]
    twice = [CITY, replace(CITY, row=3, level="village"), COUNTY, replace(COUNTY, code="12", level="city")]
    assert places(twice) == [(3, "code")]
    strange_code = [replace(CITY, code="常德"), replace(COUNTY, parent_code="常德")]
    assert places(strange_code) == [(2, "code")]
    project = [replace(CITY, level="organisation"), UnitRow(3, "2", "项目", "project", "1")]
    assert places([*project, UnitRow(4, "3", "丙", "?", "2")]) == [(4, "level")]
    assert places([UnitRow(2, "1", "甲", "project", "\t")]) == [(2, "parent_code")]
    ring = [
        UnitRow(2, "1", "甲", "village", "2"),
        UnitRow(3, "2", "乙", "village", "1"),
        UnitRow(4, "3", "丙", "city", "1"),
    ]
    assert places(ring) == [(2, "parent_code"), (3, "parent_code")]


def test_a_code_that_is_a_tab_is_told_once():
    assert errors([replace(CITY, code="\t")]) == [(2, "code", "This is a formula, or would be one in a spreadsheet.")]


def test_a_missing_code_hides_no_error_of_another_row():
    rows = [UnitRow(2, "", "甲", "project", ""), UnitRow(3, "", "乙", "project", "")]
    assert places(rows) == [(2, "code"), (2, "level"), (3, "code"), (3, "level")]


def test_every_row_of_a_ring_is_named_and_none_that_hangs_on_it():
    rows = [UnitRow(n, str(n), "局", "organisation", str(n % 4 + 1)) for n in range(1, 5)]
    told = errors([*rows, UnitRow(5, "5", "科", "organisation", "4")])
    assert [(row, column) for row, column, _ in told] == [(n, "parent_code") for n in range(1, 5)]
    assert told[1][2] == "The unit would stand under itself: 2 → 3 → 4 → 1 → 2."


def test_a_long_ring_is_told_short_and_in_good_time():
    count = 20_000
    rows = [UnitRow(n, str(n), "局", "organisation", str((n + 1) % count)) for n in range(count)]
    start = perf_counter()
    told = errors(rows)
    assert perf_counter() - start < 10
    assert len(told) == count
    assert told[7][2] == "The unit would stand under itself: 7 → 8 → 9 → 10 → 11 → 12 → … → 7."


def test_a_ring_may_be_closed_by_units_known_before():
    before = [KnownUnit("a", "甲", "organisation", ""), KnownUnit("b", "乙", "organisation", "a")]
    told = errors([UnitRow(2, "a", "甲", "organisation", "b")], before)
    assert told == [(2, "parent_code", "The unit would stand under itself: a → b → a.")]


def test_the_list_has_the_last_word_on_where_a_known_unit_stands():
    before = [KnownUnit("a", "甲", "organisation", "b"), KnownUnit("b", "乙", "organisation", "")]
    rows = [UnitRow(2, "a", "甲", "organisation", ""), UnitRow(3, "b", "乙", "organisation", "a")]
    assert [unit.code for unit in check_units(rows, known(*before)).updated] == ["a", "b"]


def test_a_unit_outside_the_list_must_still_fit_under_its_parent():
    before = [
        KnownUnit("1", "市", "city", ""),
        KnownUnit("2", "县", "county", "1"),
        KnownUnit("3", "乡", "township", "2"),
        KnownUnit("4", "镇", "township", "2"),
    ]
    told = errors([UnitRow(2, "2", "县", "village", "1")], before)
    assert told == [(2, "level", "The unit 3 stands under it, is not in the list, and has the level “township”.")]
    assert check_units([UnitRow(2, "2", "县", "county", "1")], known(*before)).unchanged
    assert places([UnitRow(2, "2", "县", "?", "1")], before) == [(2, "level")]


def test_a_parent_may_come_later_or_be_known_before():
    rows = [
        UnitRow(2, "111", "启明街道", "乡镇", "11"),
        UnitRow(3, "21", "旧县新局", "单位", "old"),
        replace(COUNTY, row=4),
        replace(CITY, row=5),
    ]
    plan = check_units(rows, known(KnownUnit("old", "旧县", "county", "")))
    assert [unit.code for unit in plan.added] == ["1", "11", "111", "21"]
    assert plan.updated == plan.unchanged == ()


def test_a_known_unit_is_updated_where_something_differs():
    before = KnownUnit("1", "常德市", "city", "", "甲类", "民政")
    for change in ({"name": "新"}, {"level": "county"}, {"unit_class": ""}, {"sector": "卫健"}):
        plan = check_units([replace(CITY, **change)], known(before))
        assert ([unit.row for unit in plan.updated], plan.unchanged, plan.added) == ([2], (), ()), change


def test_a_column_that_the_list_lacks_leaves_the_known_value():
    before = KnownUnit("1", "旧名", "city", "", "甲类", "民政")
    (updated,) = check_units([CITY], known(before)).updated
    assert (updated.name, updated.unit_class, updated.sector) == ("常德市", "甲类", "民政")
    (cleared,) = check_units([replace(CITY, unit_class="", sector="")], known(before)).updated
    assert (cleared.unit_class, cleared.sector) == ("", "")
    (added,) = check_units([CITY], {}).added
    assert (added.unit_class, added.sector) == ("", "")


@st.composite
def trees(draw):
    count = draw(st.integers(1, 40))
    parents = [None] + [draw(st.integers(0, n - 1)) for n in range(1, count)]
    rows = [
        UnitRow(n + 2, f"u{n}", f"单位{n}", "organisation", "" if above is None else f"u{above}")
        for n, above in enumerate(parents)
    ]
    return draw(st.permutations(rows)), draw(st.sets(st.sampled_from([row.code for row in rows])))


@given(trees())
def test_any_tree_in_any_order_is_added_parents_first(tree):
    rows, stored = tree
    before = known(*(KnownUnit(r.code, r.name, r.level, r.parent_code) for r in rows if r.code in stored))
    plan = check_units(rows, before)
    assert {unit.code for unit in plan.unchanged} == stored
    placed = {"", *stored}
    for unit in plan.added:
        assert unit.parent_code in placed
        placed.add(unit.code)
    assert len(placed) == len(rows) + 1


@given(st.lists(st.tuples(*[st.text(max_size=5)] * 6), max_size=8), st.booleans())
def test_whatever_is_typed_is_planned_or_refused(cells, stored):
    rows = [UnitRow(number, *row) for number, row in enumerate(cells, start=2)]
    before = known(KnownUnit("0", "零", "city", "")) if stored else {}
    try:
        plan = check_units(rows, before)
    except Refused as refused:
        told = str(refused).replace("\n", "")
    else:
        told = ""
        assert len(plan.added) + len(plan.updated) + len(plan.unchanged) == len(rows)
    assert told.isprintable()


CLOSED = KnownUnit("2", "旧", "county", "1", closed=True)
TOP = KnownUnit("1", "常德市", "city", "")


def test_no_row_names_a_closed_unit():
    rows = [
        UnitRow(2, "2", "旧", "county", "1"),
        UnitRow(3, "21", "镇", "township", "2"),
        UnitRow(4, "3", "新", "county", "1"),
    ]
    assert errors(rows, [TOP, CLOSED]) == [
        (2, "code", "This unit was closed."),
        (3, "parent_code", "This unit was closed."),
    ]


def test_a_patch_takes_rows_below_its_top_only():
    before = known(
        TOP,
        KnownUnit("2", "甲", "county", "1"),
        KnownUnit("21", "镇", "township", "2"),
        KnownUnit("3", "乙", "county", "1"),
    )
    patch = Patch("2", frozenset({"21"}))

    def faults(*rows):
        try:
            check_units([UnitRow(number, *row) for number, row in enumerate(rows, start=2)], before, patch)
        except Refused as refused:
            return [(m.values["row"], str(m.values["column"])) for m in refused.messages]
        return []

    # The top as it stands, a unit below it changed, one added under each, and one under a row that is new itself.
    top = ("2", "甲", "county", "1")
    good = [top, ("21", "新镇", "township", "2"), ("22", "镇", "township", "2"), ("221", "村", "village", "22")]
    assert faults(*good, ("211", "村", "village", "21")) == []
    assert faults(("2", "改名", "county", "1")) == [(2, "code"), (2, "parent_code")]
    assert faults(("2", "甲", "county", "")) == [(2, "code"), (2, "parent_code")]
    assert faults(("3", "乙", "county", "1")) == [(2, "code"), (2, "parent_code")]
    assert faults(("3", "乙", "county", "1"), ("31", "镇", "township", "3")) == [
        (2, "code"), (2, "parent_code"), (3, "parent_code"),
    ]  # fmt: skip
    assert faults(("4", "新", "county", "")) == [(2, "parent_code")]
    assert faults(("21", "镇", "township", "3")) == [(2, "parent_code")]
    # What is wrong with the cell itself is told alone.
    assert faults(("21", "镇", "township", "99")) == [(2, "parent_code")]


def test_what_would_change_of_a_unit_is_named():
    (after,) = check_units(
        [UnitRow(2, "2", "新名", "county", "1", "甲")], known(TOP, KnownUnit("2", "甲", "county", "1"))
    ).updated
    assert differences(KnownUnit("2", "甲", "county", "1"), after) == ("name", "unit_class")


def test_a_unit_that_is_held_keeps_level_parent_and_class_and_the_other_columns_change():
    before = known(TOP, KnownUnit("2", "甲", "county", "1", "城区"), KnownUnit("3", "乙", "county", "1"))
    why = Message("It is held.")

    def faults(*cells):
        try:
            check_units([UnitRow(2, "2", *cells)], before, held={"2": why, "1": why})
        except Refused as refused:
            return [(str(m.values["column"]), m.values["reason"]) for m in refused.messages]
        return []

    assert faults("新名", "county", "1", "城区", "农业") == faults("新名", "县", "1") == []
    assert faults("甲", "township", "3", "") == [("level", why), ("parent_code", why), ("class", why)]
    # A cell that is wrong by itself is told for that alone.
    assert [column for column, reason in faults("甲", "castle", "9", "=1") if reason is why] == []
