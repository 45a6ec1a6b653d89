import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from analysis.estimates import remainders
from analysis.intervals import wilson
from analysis.rollup import Tree
from analysis.spread import Blocks, approval_spread
from analysis.survey_design import proportion
from analysis.tables import tabulate


def ballots_of(blocks):
    """Spell counts (groups, places, 5) out: approval, group and place of each rated ballot."""
    rows = [
        (approves, group, place)
        for group, places in enumerate(blocks)
        for place, cells in enumerate(places)
        for approves, number in ((1, cells[0] + cells[1]), (0, cells[2]))
        for _ in range(number)
    ]
    return np.array(rows).T


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32))
def test_the_range_over_places_is_that_of_the_survey_design(places, seed):
    random = np.random.default_rng(seed)
    blocks = np.zeros((1, places + 1, 1, 5), dtype=np.int64)
    blocks[0, 1:, 0] = random.integers(1, 20, size=(places, 5))
    low, high = approval_spread(Blocks(Tree.of([-1] + [0] * places), blocks, [1])).limits()
    y, _, place = ballots_of(blocks[:, :, 0])
    expected = proportion(y, clusters=place)
    if expected.standard_error > 1e-9:  # Places that agree exactly have a test of their own.
        assert (low[0, 0], high[0, 0]) == pytest.approx((expected.low, expected.high), abs=1e-10)
    one = blocks[0, 1, 0]
    assert (low[1, 0], high[1, 0]) == pytest.approx(wilson(one[0] + one[1], one[:3].sum()), abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32))
def test_the_range_of_weighted_groups_is_that_of_the_survey_design(places, seed):
    random = np.random.default_rng(seed)
    blocks = np.zeros((3, places + 1, 1, 5), dtype=np.int64)
    blocks[:, 1:, 0] = random.integers(1, 20, size=(3, places, 5))
    declared = np.array([40, 30, 30])
    low, high = approval_spread(Blocks(Tree.of([-1] + [0] * places), blocks, declared.tolist())).limits()
    y, group, place = ballots_of(blocks[:, :, 0])
    # A ballot's weight is its group's weight shared among the group's ballots; then Σwy ÷ Σw is the score, and
    # the linearised variable differs from that of groups taken each around its own rate.
    p = np.array([y[group == one].mean() for one in range(3)])
    n = np.bincount(group)
    z = np.bincount(place, (declared / 100 / n)[group] * (y - p[group]), minlength=places + 1)[1:]
    variance = places / (places - 1) * (z**2).sum()
    score = (declared * p).sum() / 100
    half = t.ppf(0.975, places - 1) * np.sqrt(variance) / (score * (1 - score))
    centre = np.log(score / (1 - score))
    assert (low[0, 0], high[0, 0]) == pytest.approx((1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))))


def test_one_place_with_groups_has_them_as_strata():
    blocks = np.array([[[[4, 2, 6, 9, 9]]], [[[20, 4, 6, 0, 0]]]])
    low, high = approval_spread(Blocks(Tree.of([-1]), blocks, [3, 1])).limits()
    y, group, _ = ballots_of(blocks[:, :, 0])
    # Weights per ballot such that the groups carry 3 and 1; the strata's variance is that of poststratified means.
    weights = np.array([3 / 12, 1 / 30])[group]
    expected = proportion(y, weights=weights, strata=group)
    assert (low[0, 0], high[0, 0]) == pytest.approx((expected.low, expected.high), abs=1e-10)


@pytest.mark.parametrize(
    "cells",
    [
        [[5, 5, 0, 1, 0], [20, 9, 0, 0, 0]],  # everybody approves
        [[0, 0, 7, 1, 0], [0, 0, 9, 0, 0]],  # nobody does
        [[5, 0, 5, 1, 0], [7, 3, 10, 0, 0]],  # all places agree exactly
        [[5, 0, 5, 1, 0], [0, 0, 0, 9, 1]],  # one place rated
    ],
)
def test_where_places_say_nothing_about_spread_the_range_is_wilsons(cells):
    blocks = np.array([[[0] * 5, *cells]])[:, :, None]
    low, high = approval_spread(Blocks(Tree.of([-1, 0, 0]), blocks, [1])).limits()
    x, n = np.array(cells)[:, :2].sum(), np.array(cells)[:, :3].sum()
    assert (low[0, 0], high[0, 0]) == pytest.approx(wilson(x, n), abs=1e-12)


def test_places_that_agree_do_so_whatever_binary_fractions_make_of_it():
    for whole in range(2, 60):
        blocks = np.array([[[0] * 5, *([times, 0, times * (whole - 1), 0, 0] for times in (3, 7, 11, 2))]])[:, :, None]
        low, high = approval_spread(Blocks(Tree.of([-1, 0, 0, 0, 0]), blocks, [1])).limits()
        assert (low[0, 0], high[0, 0]) == pytest.approx(wilson(23, 23 * whole), abs=1e-12)


def test_a_group_of_one_ballot_falls_back_to_wilson():
    blocks = np.array([[[[1, 0, 0, 0, 0]]], [[[6, 0, 4, 0, 0]]]])
    low, high = approval_spread(Blocks(Tree.of([-1]), blocks, [1, 1])).limits()
    assert (low[0, 0], high[0, 0]) == pytest.approx(wilson(0.8 * 11, 11), abs=1e-12)


def test_nobody_rated_is_no_range():
    low, high = approval_spread(Blocks(Tree.of([-1]), np.array([[[[0, 0, 0, 4, 1]]]]), [1])).limits()
    assert np.isnan([low[0, 0], high[0, 0]]).all()


def test_remainders_are_what_the_published_table_states():
    parents = [-1, 0, 0, 1, 1, 2, 2]
    own = np.zeros((7, 1, 5), dtype=np.int64)
    own[3:, 0, 0] = [1, 10, 100, 1000]
    tree = Tree.of(parents)
    hidden = np.array([False, False, True, True, False, True, False])[:, None]
    left = remainders(tree, np.where(hidden[..., None], -1, tree.roll_up(own)), hidden)
    assert left[:, 0, 0].tolist() == [100, 1, 0, 0, 10, 0, 1000]


def test_a_range_says_nothing_about_hidden_places():
    """Two surveys that are published alike are printed alike, whatever is hidden in them."""
    parents = [-1, 0, 0, 0, 0]
    one = np.array([[0] * 5, [4, 0, 4, 0, 0], [0, 6, 3, 3, 3], [30, 9, 9, 9, 9], [40, 9, 9, 9, 9]])
    other = one.copy()
    other[1] += [-3, 3, 0, 0, 0]
    other[2] += [3, -3, 0, 0, 0]
    other[1] += [0, -1, 1, 0, 0]
    other[2] += [0, 1, -1, 0, 0]
    tables = [tabulate(parents, ["q"], own[None, :, None]) for own in (one, other)]
    assert (tables[0].counts == tables[1].counts).all()
    assert tables[0].suppressed[:, 0].tolist() == [False, True, True, False, False]
    assert tables[0].cell(0, 0) == tables[1].cell(0, 0)
