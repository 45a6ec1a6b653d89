"""Nine of the 39 targets of docs/examples/groups.json, worked out by hand: every number below was written with a pen.

Three groups weigh 40, 30 and 30. A row is satisfied, basically satisfied, dissatisfied, don't know, blank. Scores of
the options are 100, 70 and 30.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from analysis.groups import exact_weights
from analysis.positions import position_sets, positions, standings
from analysis.ratings import Rating
from analysis.scores import exact_scores, round_score, weighted_mean_score
from analysis.tables import tabulate
from analysis.verdicts import verdict

EXAMPLE = json.loads((Path(__file__).parents[2] / "docs/examples/groups.json").read_text())
GROUPS = ["service_users", "representatives", "cadres"]


@dataclass
class Target:
    counts: list
    #: Of each group (satisfied rate, approval rate).
    groups: list
    #: Satisfied, approval; the same over rated and don't know.
    rates: tuple
    score: str | None
    members: int
    verdict: Rating
    position: int | None


SHEET = {
    # Class 党群部门.
    "D001": Target(
        [[20, 16, 4, 0, 0], [12, 6, 2, 0, 0], [10, 8, 2, 0, 0]],
        [("50.0", "90.0"), ("60.0", "90.0"), ("50.0", "90.0")],
        # Satisfied 20 + 18 + 15 = 53; approval 36 + 27 + 27 = 90; nobody did not know.
        ("53.0", "90.0", "53.0", "90.0"),
        # Means 3240/40 = 81, 1680/20 = 84, 1620/20 = 81; 32.4 + 25.2 + 24.3 = 81.9.
        "81.9",
        # 42 satisfied are not more than 45; 42 + 30 = 72 are.
        90,
        Rating.BASICALLY_SATISFIED,
        3,
    ),
    "D002": Target(
        [[30, 8, 2, 5, 5], [15, 3, 2, 0, 0], [14, 4, 2, 5, 0]],
        [("75.0", "95.0"), ("75.0", "90.0"), ("70.0", "90.0")],
        # Satisfied 30 + 22.5 + 21 = 73.5; approval 38 + 27 + 27 = 92.
        # With don't know: 30/45 = 66.667 and 14/25 = 56: 26.667 + 22.5 + 16.8 = 65.967;
        # 38/45 = 84.444 and 18/25 = 72: 33.778 + 27 + 21.6 = 82.378.
        ("73.5", "92.0", "66.0", "82.4"),
        # Means 3620/40 = 90.5, 1770/20 = 88.5, 1740/20 = 87; 36.2 + 26.55 + 26.1 = 88.85, half up.
        "88.9",
        # 59 satisfied are more than 45.
        90,
        Rating.SATISFIED,
        2,
    ),
    "D003": Target(
        [[10, 26, 4, 0, 0], [5, 12, 3, 0, 0], [6, 13, 1, 0, 0]],
        [("25.0", "90.0"), ("25.0", "85.0"), ("30.0", "95.0")],
        # Satisfied 10 + 7.5 + 9 = 26.5; approval 36 + 25.5 + 28.5 = 90: a tie with D001.
        ("26.5", "90.0", "26.5", "90.0"),
        # Means 2940/40 = 73.5, 1430/20 = 71.5, 1540/20 = 77; 29.4 + 21.45 + 23.1 = 73.95, half up.
        "74.0",
        # 21 satisfied of 144 are not more than 72, and 21 + 51 = 72 are exactly half.
        144,
        Rating.DISSATISFIED,
        3,
    ),
    "D004": Target(
        # No representative had to do with it: an empty group, so weights 40 and 30 of 70.
        [[24, 14, 2, 0, 0], [0, 0, 0, 0, 0], [9, 9, 2, 0, 0]],
        [("60.0", "95.0"), (None, None), ("45.0", "90.0")],
        # Satisfied (2400 + 1350)/70 = 53.571; approval (3800 + 2700)/70 = 92.857.
        ("53.6", "92.9", "53.6", "92.9"),
        # Means 3440/40 = 86, 1590/20 = 79.5; (3440 + 2385)/70 = 83.214.
        "83.2",
        # 33 are not more than 45; 33 + 23 = 56 are.
        90,
        Rating.BASICALLY_SATISFIED,
        1,
    ),
    "D005": Target(
        # Five service users are too few: they are hidden, with the smallest group beside them, and the rates.
        [[3, 1, 1, 0, 0], [10, 6, 4, 0, 0], [12, 5, 3, 0, 0]],
        [(None, None), (None, None), ("60.0", "85.0")],
        (None, None, None, None),
        None,
        # 25 satisfied are more than 24.
        48,
        Rating.SATISFIED,
        None,
    ),
    # Class 执法监管部门.
    "D031": Target(
        [[36, 4, 0, 0, 0], [20, 0, 0, 0, 0], [19, 1, 0, 0, 0]],
        [("90.0", "100.0"), ("100.0", "100.0"), ("95.0", "100.0")],
        # Satisfied 36 + 30 + 28.5 = 94.5; everybody approves.
        ("94.5", "100.0", "94.5", "100.0"),
        # Means 3880/40 = 97, 100, 1970/20 = 98.5; 38.8 + 30 + 29.55 = 98.35, half up.
        "98.4",
        # 75 are more than 45.
        90,
        Rating.SATISFIED,
        1,
    ),
    "D032": Target(
        [[8, 10, 22, 0, 0], [4, 6, 10, 0, 0], [3, 6, 11, 0, 0]],
        [("20.0", "45.0"), ("20.0", "50.0"), ("15.0", "45.0")],
        # Satisfied 8 + 6 + 4.5 = 18.5; approval 18 + 15 + 13.5 = 46.5.
        ("18.5", "46.5", "18.5", "46.5"),
        # Means 2160/40 = 54, 1120/20 = 56, 1050/20 = 52.5; 21.6 + 16.8 + 15.75 = 54.15, half up.
        "54.2",
        # 15 + 22 = 37 are not more than 45.
        90,
        Rating.DISSATISFIED,
        4,
    ),
    "D033": Target(
        [[30, 9, 1, 0, 0], [20, 9, 1, 0, 0], [12, 11, 1, 0, 0]],
        [("75.0", "97.5"), ("66.7", "96.7"), ("50.0", "95.8")],
        # Satisfied 30 + 20 + 15 = 65; approval 39 + 29 + 28.75 = 96.75, half up.
        ("65.0", "96.8", "65.0", "96.8"),
        # Means 3660/40 = 91.5, 2660/30 = 88.667, 2000/24 = 83.333; 36.6 + 26.6 + 25 = 88.2.
        "88.2",
        # 62 are more than 60.
        120,
        Rating.SATISFIED,
        2,
    ),
    "D034": Target(
        [[20, 19, 1, 0, 0], [10, 14, 1, 0, 0], [15, 14, 1, 0, 0]],
        [("50.0", "97.5"), ("40.0", "96.0"), ("50.0", "96.7")],
        # Satisfied 20 + 12 + 15 = 47; approval 39 + 28.8 + 29 = 96.8: printed as D033, so they share a position.
        ("47.0", "96.8", "47.0", "96.8"),
        # Means 3360/40 = 84, 2010/25 = 80.4, 2510/30 = 83.667; 33.6 + 24.12 + 25.1 = 82.82.
        "82.8",
        # 45 are not more than 50; 45 + 47 = 92 are.
        100,
        Rating.BASICALLY_SATISFIED,
        2,
    ),
}


def declared(code):
    """Read a target's class from the example."""
    return next(target["class"] for target in EXAMPLE["targets"] if target["code"] == code)


@pytest.fixture(scope="module")
def sheet():
    own = np.array([target.counts for target in SHEET.values()]).swapaxes(0, 1)[:, :, None]
    weights = [group["weight"] for group in EXAMPLE["groups"]]
    return lambda rule: tabulate([-1] * len(SHEET), ["overall"], own, weights=weights, empty_group=rule)


def test_the_example_is_the_one_that_was_worked_out():
    assert [group["code"] for group in EXAMPLE["groups"]] == GROUPS
    assert [group["weight"] for group in EXAMPLE["groups"]] == [40, 30, 30]
    assert [declared(code) for code in SHEET] == ["党群部门"] * 5 + ["执法监管部门"] * 4
    assert EXAMPLE["empty_group"] == "renormalise"


@pytest.mark.parametrize(("number", "code"), list(enumerate(SHEET)))
def test_rates_scores_and_verdicts_are_those_of_the_sheet(sheet, number, code):
    target, table = SHEET[code], sheet(EXAMPLE["empty_group"])
    cell = table.cell(number, 0)
    groups = [table.group_cell(group, number, 0) for group in range(3)]
    assert [(each.satisfied_rate, each.approval_rate) for each in groups] == target.groups
    rates = cell.satisfied_rate, cell.approval_rate, cell.satisfied_rate_all, cell.approval_rate_all
    assert rates == target.rates
    assert [cell.satisfied, cell.basically_satisfied, cell.dissatisfied] == np.sum(target.counts, axis=0)[:3].tolist()
    assert [each.rated == 0 for each in groups] == [False, code == "D004", False]
    scores = exact_scores(list(Rating), [100, 70, 30, None])
    if not table.rates_suppressed[number, 0]:
        by_group = table.group_counts[:, number, 0, :4].tolist()
        assert round_score(weighted_mean_score(by_group, scores, exact_weights([40, 30, 30]))) == target.score
    assert verdict(cell.satisfied, cell.basically_satisfied, target.members) is target.verdict


def test_positions_are_those_of_the_class_tables(sheet):
    table = sheet("renormalise")
    printed = [table.cell(number, 0).approval_rate for number in range(len(SHEET))]
    groups = np.where(table.rates_suppressed[:, 0], -1, table.group_counts[..., :3].sum(axis=-1)[..., 0])
    rated = np.where(table.rates_suppressed[:, 0], -1, groups.sum(axis=0))
    classes = [declared(code) for code in SHEET]
    place = positions(printed, rated, classes)
    assert place == tuple(target.position for target in SHEET.values())
    sets = position_sets(table.group_counts[:, :, 0, :2].sum(axis=-1), groups, classes, weights=[40, 30, 30])
    found = dict(zip(SHEET, standings(place, sets, classes), strict=True))
    assert found["D005"] is None
    assert {each.of for each in found.values() if each} == {4}
    # 46.5 lies far below the other three, whose order so few ballots cannot tell.
    assert [(found[code].low, found[code].high) for code in ("D031", "D033", "D034", "D032")] == [(1, 3)] * 3 + [(4, 4)]
    assert [(found[code].low, found[code].high) for code in ("D001", "D002", "D003", "D004")] == [(1, 4)] * 4


def test_where_an_empty_group_refuses_the_score_there_is_no_rate_and_no_position(sheet):
    cell = sheet("refuse").cell(list(SHEET).index("D004"), 0)
    assert (cell.satisfied_rate, cell.approval_rate, cell.satisfied, cell.suppressed) == (None, None, 33, False)
    assert positions([cell.approval_rate], [60], ["a"]) == (None,)
    by_group = [row[:4] for row in SHEET["D004"].counts]
    scores = exact_scores(list(Rating), [100, 70, 30, None])
    assert weighted_mean_score(by_group, scores, exact_weights([40, 30, 30]), "refuse") is None
