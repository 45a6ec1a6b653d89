"""What an attacker can work out of all that is published. `make bench` attacks a thousand hierarchies."""

from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analysis.disclosure import Disclosure, Fault, Published, Shown, Standing, discloses
from analysis.positions import position_sets, positions
from analysis.tables import tabulate
from analysis.waves import Wave, changes
from tests.analysis.attacker import CELLS
from tests.analysis.made_releases import FIVE, FOUR, Survey, cells_of, make_any, make_survey

seeds = st.integers(0, 2**32)


def one_release(survey):
    assert survey.publish(10)
    attacker, narrow = survey.attack()
    assert narrow == []
    return attacker


def own_counts(units, rows):
    own = np.zeros((1, units, 1, CELLS), dtype=int)
    for unit, row in rows.items():
        own[0, unit, 0, : len(row)] = row
    return own


#: The survey's row is hidden (two of its ballots stand outside one branch), a row below it is not: what the survey
#: has of a column excuses nothing there.
HIDDEN_ROOT = (
    [-1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 4],
    own_counts(12, {2: (81, 1), 3: (3,), 4: (78, 4), 5: (3,), 7: (2,), 8: (2,), 9: (1,), 10: (78, 4), 11: (3,)}),
)


def test_a_visible_row_below_a_hidden_survey_row_excuses_nothing():
    one_release(Survey(*HIDDEN_ROOT, FOUR))


@settings(max_examples=60, deadline=None)
@given(seeds)
def test_no_hidden_count_can_be_narrowed_below_three(seed):
    one_release(make_survey(np.random.default_rng(seed)))


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(2, 3))
def test_groups_cannot_be_subtracted_from_one_another_in_a_tree(seed, groups):
    one_release(make_survey(np.random.default_rng(seed), groups, most=7))


@settings(max_examples=25, deadline=None)
@given(seeds, st.integers(2, 4))
def test_groups_cannot_be_subtracted_from_the_row_of_a_listed_target(seed, groups):
    survey = make_survey(np.random.default_rng(seed), groups, most=5, flat=True)
    one_release(survey)
    for unit in range(survey.units):
        hidden = [
            group for group in range(groups) if not survey.shown(f"g{group}", unit) and survey.own[group, unit].any()
        ]
        assert not survey.shown("", unit) or len(hidden) != 1


@pytest.mark.parametrize("seed", range(50))
def test_several_releases_with_all_they_show_leave_every_range_three_wide(seed):
    """Trees with 本级 rows, groups, channels, five levels and mean scores; thresholds that changed between releases."""
    survey = make_any(np.random.default_rng(seed))
    assert survey.publish(10) or survey.lowest < 10
    _, narrow = survey.attack()
    assert narrow == []


@settings(max_examples=20, deadline=None)
@given(seeds)
@example(12)
def test_what_is_printed_is_the_same_whatever_is_hidden(seed):
    """Rates (weighted by groups or people), ranges, positions and sets, and so every sort order."""
    random = np.random.default_rng(seed)
    survey = make_survey(random, groups=int(random.integers(1, 4)), most=8, flat=bool(random.integers(2)))
    attacker = one_release(survey)
    options = {"weights": [40, 30, 30][: survey.groups]}
    if survey.groups == 1 and random.integers(2):
        options = {"populations": survey.own[0].sum(axis=-1) * random.integers(1, 9, survey.units)}
    table = tabulate(survey.parents, ["q"], survey.own[:, :, None], **options)
    before = tabulate(survey.parents, ["q"], random.permuted(survey.own[:1], axis=2)[:, :, None])
    assert np.isnan(change(table, before).difference[table.suppressed | before.suppressed]).all()
    for other in attacker.others:
        same = tabulate(survey.parents, ["q"], other.sum(axis=2)[:, :, None], **options)
        if (same.suppressed == table.suppressed).all() and (same.group_suppressed == table.group_suppressed).all():
            assert everything(same) == everything(table)
            for found, expected in zip(astuple(change(same, before)), astuple(change(table, before)), strict=True):
                np.testing.assert_array_equal(found, expected)


def change(table, before):
    """Compare with another wave at the same units; ballots of two waves stand in no relation."""
    waves = (Wave(each.tree, each.counts, each.suppressed) for each in (table, before))
    return changes(*waves, np.arange(len(table.ballots)))


def everything(table):
    units = range(len(table.ballots))
    cells = [(table.cell(unit, 0), table.weighting(unit, 0)) for unit in units]
    groups = [table.group_cell(group, unit, 0) for group in range(table.groups) for unit in units]
    rated = np.where(table.rates_suppressed[:, 0], -1, table.counts[:, 0, :3].sum(axis=-1))
    place = positions([cell.approval_rate for cell, *_ in cells], rated, [0] * len(cells), 10)
    sets = position_sets(table.counts[:, 0, :2].sum(axis=-1), rated, [0] * len(cells), 10)
    return cells, groups, place, sets


def three_units(*rows):
    return Survey([-1, 0, 0, 0][: len(rows)], np.array(rows)[None, :, None], FOUR)


SMALL = three_units([0, 0, 0, 0, 0], [3, 1, 1, 1, 0], [20, 9, 5, 3, 3], [30, 9, 5, 3, 3])


def test_the_attacker_finds_what_the_first_rule_alone_would_leave_open(monkeypatch):
    monkeypatch.setattr("analysis.suppression._Hiding.settle_all", lambda _: None)
    survey = three_units(*SMALL.ballots[0, :, 0])
    survey.publish(10)
    assert [survey.shown("", unit) for unit in range(4)] == [True, False, True, True]
    _, narrow = survey.attack()
    assert {(target.name, width) for target, width in narrow} == {("own 0 1", 0), ("group 0 1", 0), ("all 1", 0)}


def test_the_attacker_finds_what_two_patterns_give_away_together():
    survey = three_units(*SMALL.ballots[0, :, 0])
    survey.publish(10)
    assert [survey.shown("", unit) for unit in range(4)] == [True, False, False, True]
    rows = dict(survey.releases[0].counts)
    for part in ("", "g0"):  # Another rule might have hidden the larger sibling.
        rows[Shown(part, "02", "q")], rows[Shown(part, "03", "q")] = (40, 20, 9, 5, 3, 3), (50,)
    other = Published(survey.releases[0].standings, rows)
    assert discloses(survey.releases, other) == [Disclosure("02", "q", part, Fault.EXPOSED) for part in ("", "g0")]
    survey.releases.append(other)
    assert {width for _, width in survey.attack()[1]} == {0}


def test_a_further_release_may_show_less_or_more_but_not_something_else():
    survey = three_units(*SMALL.ballots[0, :, 0])
    assert survey.publish(10)
    assert survey.publish(10)
    assert survey.publish(60)
    assert survey.publish(5)
    assert len(survey.releases) == 4
    assert all(survey.shown("", unit) for unit in range(4))
    assert survey.attack()[1] == []


def test_a_unit_that_moved_or_changed_between_releases_is_named():
    survey = three_units([0] * 5, [30, 9, 5, 3, 3], [20, 9, 5, 3, 3], [0] * 5)
    survey.publish(10)
    moved = survey.draft(10, [-1, 0, 1, 0])
    assert discloses(survey.releases, moved) == [Disclosure("01", "q", part, Fault.CHANGED) for part in ("", "g0")] + [
        Disclosure("02", "", "", Fault.MOVED)
    ]
    survey.ballots[0, 3, 0, 0] = 12
    changed = Survey(survey.parents, survey.ballots, FOUR).draft(10)
    assert {(each.unit, each.fault) for each in discloses(survey.releases, changed)} >= {
        ("00", Fault.CHANGED),
        ("03", Fault.CHANGED),
    }
    gone = Published({"00": Standing("")}, {})
    assert [each.fault for each in discloses(survey.releases, gone)] == [Fault.MOVED] * 3
    assert discloses([], changed) == []


@pytest.mark.parametrize("other", [{"level": "town"}, {"unit_class": "hills"}])
def test_a_unit_that_is_compared_with_others_than_before_is_named(other):
    survey = three_units([0] * 5, [30, 9, 5, 3, 3], [20, 9, 5, 3, 3])
    survey.publish(10)
    first = survey.releases[0]
    standings = {**first.standings, "02": first.standings["02"]._replace(**other)}
    assert discloses([first], Published(standings, first.counts)) == [Disclosure("02", "", "", Fault.RECLASSED)]


def test_a_mean_score_gives_options_away_unless_they_are_columns():
    # Nobody in the small units is very satisfied, but for one; ratings alone would leave the siblings shown.
    own = [[0] * 7, [1, 6, 0, 1, 1, 1, 0], [0, 9, 4, 3, 3, 3, 0], [9, 20, 9, 4, 4, 4, 0], [12, 20, 9, 4, 4, 4, 0]]
    for scored, shown in ((False, [True, False, False, True, True]), (True, [True, False, False, False, True])):
        survey = Survey([-1, 0, 0, 0, 0], np.array(own)[None, :, None], FIVE, scored)
        one_release(survey)
        assert [survey.shown("", unit) for unit in range(5)] == shown
    assert cells_of(survey.own, FIVE)[0, 1].tolist() == [7, 0, 2, 1, 0]


def test_a_small_channel_is_hidden_with_another_and_all_below_a_hidden_row():
    ballots = np.array([[60, 20, 9, 9, 9], [2, 1, 1, 1, 0], [20, 9, 5, 3, 3]])
    survey = Survey([-1], ballots[None, None], FOUR)
    one_release(survey)
    assert [survey.shown(f"c{channel}", 0) for channel in range(3)] == [True, False, False]
    few = Survey(
        [-1, 0, 0], np.array([[[0] * 5] * 2, [[40, 9, 5, 3, 3], [0] * 5], [[0] * 5, [2, 0, 0, 0, 0]]])[None], FOUR
    )
    one_release(few)
    assert not few.shown("", 0)
    assert not any(few.shown(f"c{channel}", 0) for channel in range(2))
