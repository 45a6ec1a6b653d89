"""Ranges of listed targets, whose places are clusters and printed nowhere."""

import numpy as np
import pytest

from analysis.intervals import wilson
from analysis.survey_design import proportion
from analysis.tables import tabulate
from tests.analysis.test_estimates import ballots_of


def targets_table(by_place, **options):
    """Counts (groups, places, targets, 5) of one question."""
    places = np.asarray(by_place, dtype=np.int64)[:, :, :, None]
    own = places.sum(axis=1)
    return tabulate([-1] * own.shape[1], ["q"], own, by_place=places, **options)


def limits(table, target=0):
    return table.rates.low[target, 0], table.rates.high[target, 0]


def test_a_target_praised_at_half_of_its_places_has_a_wide_range():
    """At ten places of 40 ballots: five at 100 %, five at 25 %. Wilson would take 400 independent draws."""
    split = [[[40, 0, 0, 0, 0]]] * 5 + [[[10, 0, 30, 0, 0]]] * 5
    table = targets_table([split])
    # p = 5/8, every place is 15 off 25 of 400: the variance is 10/9 · 10 · (15/400)², with 9 degrees of freedom.
    y, _, place = ballots_of(np.array([split])[:, :, 0])
    expected = proportion(y, clusters=place)
    assert expected.standard_error == pytest.approx(np.sqrt(100 / 9) * 15 / 400, abs=1e-15)
    assert limits(table) == pytest.approx((expected.low, expected.high), abs=1e-10)
    cell = table.cell(0, 0)
    assert (cell.approval_rate, cell.range_low, cell.range_high, cell.range_note) == ("62.5", "33.3", "84.8", None)
    assert table.ranges(0.95)[0][0, 0] == limits(table)[0]
    flat = tabulate([-1], ["q"], np.array(split).sum(axis=0)[None, :, None])
    assert (flat.cell(0, 0).range_low, flat.cell(0, 0).range_high) == ("57.7", "67.1")


def test_hidden_places_are_one_cluster_and_say_nothing_of_themselves():
    """Of two targets that are published alike nothing else differs; a target is never hidden for its places."""
    shown = [[[30, 0, 10, 0, 0]], [[20, 0, 15, 0, 0]], [[12, 0, 20, 0, 0]], [[25, 0, 6, 0, 0]]]
    one, other = (
        [*shown, *small] for small in ([[[4, 0, 5, 0, 0]], [[6, 0, 3, 0, 0]]], [[[6, 0, 3, 0, 0]], [[4, 0, 5, 0, 0]]])
    )
    tables = [targets_table([each]) for each in (one, other)]
    assert tables[0].cell(0, 0) == tables[1].cell(0, 0)
    assert tables[0].clusters.hidden[:, 0].tolist() == [False] * 4 + [True] * 2
    y, _, place = ballots_of(np.array([[*shown, [[10, 0, 8, 0, 0]]]])[:, :, 0])
    expected = proportion(y, clusters=place)
    assert limits(tables[0]) == pytest.approx((expected.low, expected.high), abs=1e-10)
    # Two ballots at the second place: no rule could hide them and print the target, so both places are one.
    thin = targets_table([[[[30, 0, 10, 0, 0]], [[1, 0, 1, 0, 0]]]])
    assert not thin.suppressed.any()
    assert thin.clusters.hidden.all()
    assert limits(thin) == pytest.approx(wilson(31, 42), abs=1e-12)
    assert thin.cell(0, 0).range_note == "wilson_on_count"


def test_weighted_groups_keep_what_they_share_at_a_place():
    random = np.random.default_rng(4)
    counts = random.integers(12, 40, size=(2, 6, 2, 5))
    table = targets_table(counts, weights=[60, 40])
    tree = tabulate(
        [-1, *[0] * 6],
        ["q"],
        np.concatenate([np.zeros((2, 1, 1, 5), np.int64), counts[:, :, [1]]], axis=1),
        weights=[60, 40],
    )
    assert limits(table, 1) == pytest.approx((tree.rates.low[0, 0], tree.rates.high[0, 0]), abs=1e-12)
    own = table.group_cell(1, 1, 0)
    assert (own.range_low, own.range_high) == (tree.group_cell(1, 0, 0).range_low, tree.group_cell(1, 0, 0).range_high)
    folded = targets_table(counts, weights=[60, 40], base="all")
    assert limits(folded, 1)[0] < limits(table, 1)[0]


def test_counts_by_place_add_up_and_make_no_tree():
    places = np.zeros((1, 2, 2, 1, 5), np.int64)
    for parents, own in (([-1, 0], places.sum(axis=1)), ([-1, -1], places.sum(axis=1) + 1)):
        with pytest.raises(ValueError, match="counts by place add up"):
            tabulate(parents, ["q"], own, by_place=places)
