"""Populations and quotas of places: by a list, with every fault at once; by a rule."""

import io
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from survey_app.domain.messages import Refused
from survey_app.models import Unit
from survey_app.services.plans.place_sizes import (
    Rule,
    apply_rule,
    read_sizes,
    template_csv,
    template_xlsx,
)

UNITS = [Unit(code=code, name=name) for code, name in (("A1", "河边村"), ("A2", "=山口"), ("B1", "桥头社区"))]


def read(text, groups=()):
    return read_sizes(text.encode(), "list.csv", UNITS, groups)


def faults(text, groups=()):
    with pytest.raises(Refused) as refused:
        read(text, groups)
    return list(map(str, refused.value.messages))


def test_a_list_gives_people_and_quotas_and_says_nothing_where_it_is_empty():
    assert read("code,name,population,quota\nA1,河边村,\uff19\uff10\uff10,35\nA2,x,,\nB1,,12,\n") == {
        "A1": {"population": 900, "quota": 35},
        "B1": {"population": 12},
    }
    assert read("单位代码;人数\nA1;7\n") == {"A1": {"population": 7}}


def test_groups_have_columns_of_their_own():
    text = "code,population,quota:users,计划份数：cadres,quota:guests\nA1,9,3,2,\n"
    assert read(text, ["users", "cadres"]) == {"A1": {"population": 9, "quotas": {"users": 3, "cadres": 2}}}


def test_every_fault_of_a_list_is_told_at_once():
    text = "code,population,quota\nA1,many,0\nX9,1,1\n,2,2\nA1,-3,1.5\n"
    number = "This is no whole number from 1 to 1000000000. Write digits only, or leave the cell empty."
    assert faults(text) == [
        f"Row 2, population “many”: {number}",
        f"Row 2, quota “0”: {number}",
        "Row 3, code “X9”: This is none of the places chosen. Correct the code, take the row out, or choose the place "
        "above and save first.",
        "Row 4, code: The code is missing. Write the unit's code.",
        "Row 5, code “A1”: Row 2 has this code already. Delete one of the two rows, or correct its code.",
        f"Row 5, population “-3”: {number}",
        f"Row 5, quota “1.5”: {number}",
    ]
    assert faults("population\n3\n") == [
        "The column code (单位代码) is missing. The first row must hold the headings, as in the template."
    ]
    assert faults("code,quota,份数\nA1,3,3\n") == ["The columns code, quota, 份数 mean the same. Keep one of them."]


def test_the_list_to_be_filled_in_reads_back_as_it_was():
    sizes = {"A1": {"population": 900, "quota": 35}}
    assert read_sizes(template_xlsx(UNITS, sizes, ()), "places.xlsx", UNITS, ()) == sizes
    assert read_sizes(template_csv(UNITS, sizes, ()), "places.csv", UNITS, ()) == sizes
    grouped = {"B1": {"population": 5, "quotas": {"users": 2, "cadres": 1}}}
    codes = ["users", "cadres"]
    assert read_sizes(template_xlsx(UNITS, grouped, codes), "places.xlsx", UNITS, codes) == grouped
    sheet = load_workbook(io.BytesIO(template_xlsx(UNITS, {}, codes))).active
    assert [cell.value for cell in sheet[1]] == ["code", "name", "population", "quota:users", "quota:cadres"]
    assert sheet["B3"].value == "'=山口"


@pytest.mark.parametrize(
    ("rule", "people", "quota"),
    [
        (Rule(Decimal(3)), 1000, 30),
        (Rule(Decimal(3)), 1001, 31),
        (Rule(Decimal(3), least=20), 100, 20),
        (Rule(Decimal(3), most=40), 9000, 40),
        (Rule(Decimal(3), least=20), 12, 12),
        (Rule(Decimal("0.1")), 5, 1),
    ],
)
def test_a_rule_is_a_share_within_limits_and_never_more_than_there_are(rule, people, quota):
    assert rule.quota(people) == quota


def test_a_rule_leaves_places_alone_whose_people_nobody_knows():
    sizes = {"A1": {"population": 1000}, "A2": {"quota": 7}}
    assert apply_rule(sizes, Rule(Decimal(3))) == {"A1": {"population": 1000, "quota": 30}, "A2": {"quota": 7}}
