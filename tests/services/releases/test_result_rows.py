"""Parents equal the sums of their children and 本级: on random trees, groups and targets."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.domain.messages import Refused
from survey_app.services.releases.result_rows import result_rows
from survey_app.services.slips.counts import SlipCounts
from tests.services.made_counts import alike, counts_of, frame_of, histogram, unit_tree

_COUNTS = ("rated", "satisfied", "basically_satisfied", "dissatisfied", "dont_know", "blank")


@st.composite
def surveys(draw):
    """A survey: a forest of up to 12 units, some of them places whether or not they have units below."""
    size = draw(st.integers(1, 12))
    parents = [draw(st.integers(-1, number - 1)) if number else -1 for number in range(size)]
    tree = unit_tree(parents)
    places = sorted(draw(st.sets(st.integers(0, size - 1), min_size=1)))
    frame = frame_of(draw(st.integers(1, 3)), draw(st.integers(0, 3)))
    slots, width = frame.tally_shape
    seed = draw(st.integers(0, 2**32 - 1))
    most = draw(st.sampled_from([4, 40, 400]))
    chance = np.random.default_rng(seed)
    # Every slot of a ballot holds something: blank, an option, or "not asked".
    ballots = chance.integers(0, most, (len(places), len(frame.groups)))
    counts = np.zeros((len(places), len(frame.groups), slots, width), np.int64)
    for place, group in np.ndindex(ballots.shape):
        for slot in range(slots):
            counts[place, group, slot] = chance.multinomial(ballots[place, group], chance.dirichlet(np.ones(width)))
    return counts_of(frame, tree, places, counts)


@settings(max_examples=40, deadline=None)
@given(surveys())
def test_parents_are_the_sums_of_their_children_and_targets_of_the_places(counted):
    rows = result_rows(counted, 10, "renormalise")
    units = {row.code: row for row in rows if not row.is_target}
    assert len(units) == sum(not row.is_target for row in rows)
    children = {}
    for row in units.values():
        children.setdefault(row.parent_code, []).append(row)
    ballots = Counter({unit.code: int(own) for (_, unit), own in zip(counted.places, counted.ballots, strict=True)})
    for row in units.values():
        below = children.get(row.code, [])
        if not below:
            code = row.code.removesuffix(".own")
            assert (row.ballots, row.places) == (ballots[code], 1)
            continue
        # Turnout always adds up, also where all else is hidden.
        for name in ("ballots", "places", "places_with_ballots"):
            assert getattr(row, name) == sum(getattr(each, name) for each in below)
        for several in (lambda each: {"": each.cells}, lambda each: each.group_cells):
            for part, cells in several(row).items():
                for code, cell in cells.items():
                    parts = [several(each)[part][code] for each in below]
                    assert cell["ballots"] == sum(each["ballots"] for each in parts)
                    if not cell["suppressed"] and not any(each["suppressed"] for each in parts):
                        for name in _COUNTS:
                            assert cell[name] == sum(each[name] for each in parts), (row.code, code, name)
    _nothing_is_lost(counted, rows, children.get("", []))


def _nothing_is_lost(counted, rows, roots):
    slots = counted.frame.questionnaire.slots()
    everything = counted.counts.sum(axis=0)  # (groups, slots, width)
    assert sum(row.ballots for row in roots) == counted.ballots.sum()
    for number, slot in enumerate(slots):
        code = slot.question.code
        shown = (
            roots if slot.target is None else [row for row in rows if row.is_target and row.code == slot.target.code]
        )
        asked = int(everything[:, number, :-1].sum())
        assert sum(row.cells[code]["ballots"] for row in shown) == asked
        if not any(row.cells[code]["suppressed"] for row in shown):
            rated = int(everything[:, number, 1:4].sum())
            assert sum(row.cells[code]["rated"] for row in shown) == rated
            assert sum(row.cells[code]["blank"] for row in shown) == int(everything[:, number, 0].sum())
        for row in shown:
            for group, cells in zip(counted.frame.groups, row.group_cells.values(), strict=False):
                at = list(counted.frame.groups).index(group)
                if slot.target is not None and not cells[code]["suppressed"]:
                    assert cells[code]["satisfied"] == int(everything[at, number, 1])
    # Every place has a row that holds its own ballots alone, and no unit without places has one.
    own = {row.code.removesuffix(".own") for row in rows if not row.is_target and row.places == 1}
    assert {unit.code for _, unit in counted.places} <= own | {row.code for row in rows}
    inside = {each.code for _, unit in counted.places for each in counted.tree.line(unit)}
    assert {row.code.removesuffix(".own") for row in rows if not row.is_target} == inside


def test_an_inner_place_has_a_row_of_its_own_below_it():
    counts = alike([(20, 10, 5), (30, 9, 8), (28, 7, 3)])
    counted = counts_of(frame_of(1, 0), unit_tree([-1, 0, 0]), [0, 1, 2], counts)
    rows = result_rows(counted, 10, "renormalise")
    assert [(row.code, row.level, row.name["zh_Hans"], row.parent_code, row.path) for row in rows[:2]] == [
        ("U000", "city", "单位0", "", []),
        ("U000.own", "own", "单位0（本级）", "U000", ["单位0"]),
    ]
    assert [(row.ballots, row.places) for row in rows] == [(120, 3), (35, 1), (47, 1), (38, 1)]
    assert [row.cells["overall"]["satisfied"] for row in rows] == [78, 20, 30, 28]
    assert rows[1].issued is None


def test_slips_stand_with_the_unit_and_everybody_of_a_list_has_no_range():
    frame = frame_of(1, 0, ballot_mode="slip")
    counts = alike([(20, 10, 5), (30, 9, 8), (12, 9, 4), (28, 3, 2)])
    each = [SlipCounts(35, 35, 0), SlipCounts(65, 47, 10), SlipCounts(30, 25, 0), SlipCounts(40, 33, 0)]
    slips = dict(enumerate([SlipCounts(170, 140, 10), *each], start=1))
    rows = result_rows(counts_of(frame, unit_tree([-1] + [0] * 4), [1, 2, 3, 4], counts, slips), 10, "renormalise")
    assert [row.issued for row in rows] == [160, 35, 55, 30, 40]
    assert [row.cells["overall"]["range_low"] is None for row in rows] == [False, True, False, False, False]
    assert rows[1].cells["overall"]["approval_rate"] == "85.7"


def test_a_random_sample_larger_than_the_population_is_refused():
    frame = frame_of(1, 0, ballot_mode="slip", selection="random")
    counts = alike([(20, 10, 5), (30, 9, 8)])
    counted = counts_of(frame, unit_tree([-1, 0, 0]), [1, 2], counts, populations=[35, 46])
    with pytest.raises(Refused, match=r"more ballots than people.*: U002\."):
        result_rows(counted, 10, "renormalise")
    enough = counts_of(frame, unit_tree([-1, 0, 0]), [1, 2], counts, populations=[35, 47])
    whole, first, _ = result_rows(enough, 10, "renormalise")
    assert whole.cells["overall"]["approval_rate"] is not None
    # Everybody of the place answered: the finite population correction leaves no width.
    assert first.cells["overall"]["range_low"] in (None, first.cells["overall"]["approval_rate"])


def test_rates_above_places_come_from_populations_where_that_is_declared():
    """600 people of a place with 90 %, 400 of one with 50 %: 74 %, though more ballots came from the second."""
    frame, tree, counts = (
        frame_of(1, 0, roll_up="population"),
        unit_tree([-1, 0, 0]),
        alike([(20, 16, 4), (30, 10, 40)]),
    )
    rows = result_rows(counts_of(frame, tree, [1, 2], counts, populations=[600, 400]), 10, "renormalise")
    assert [row.cells["overall"]["approval_rate"] for row in rows] == ["74.0", "90.0", "50.0"]
    # 0.6 × 20/40 + 0.4 × 30/80.
    assert (rows[0].cells["overall"]["satisfied_rate"], rows[0].cells["overall"]["rated"]) == ("45.0", 120)
    plain = result_rows(counts_of(frame_of(1, 0), tree, [1, 2], counts), 10, "renormalise")
    assert plain[0].cells["overall"]["approval_rate"] == "63.3"


def test_targets_of_a_random_sample_have_their_places_as_clusters_and_of_a_whole_list_no_range():
    frame = frame_of(1, 1, ballot_mode="slip", selection="random")
    good = (30, 24, 18, 33, 27)
    counts = [[[histogram(each, 0, 40 - each)] * 3] for each in good]
    tree, places = unit_tree([-1, *[0] * 5]), [1, 2, 3, 4, 5]
    rows = result_rows(counts_of(frame, tree, places, counts, populations=[400] * 5), 10, "renormalise")
    cell, county = rows[-1].cells["work"], rows[0].cells["overall"]
    assert (rows[-1].code, cell["approval_rate"]) == ("D0", "66.0")
    # The places differ more than ballots drawn within them do: as strata they do not count.
    assert float(cell["range_low"]) < float(county["range_low"])
    slips = {number: SlipCounts(40, 40, 0) for number in range(2, 7)}
    whole = counts_of(frame_of(1, 1, ballot_mode="slip"), tree, places, counts, slips)
    assert result_rows(whole, 10, "renormalise")[-1].cells["work"]["range_low"] is None
    slips[2] = SlipCounts(41, 40, 0)
    part = counts_of(frame_of(1, 1, ballot_mode="slip"), tree, places, counts, slips)
    assert result_rows(part, 10, "renormalise")[-1].cells["work"]["range_low"] == cell["range_low"]
