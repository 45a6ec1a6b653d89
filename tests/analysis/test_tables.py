import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cells import Cell, RangeNote
from analysis.intervals import wilson
from analysis.rates import round_percent
from analysis.ratings import CELLS
from analysis.tables import tabulate

MANY = [20, 9, 6, 5, 4]


def table_of(rows, parents=None, **options):
    """Rows are own counts of one question in one group."""
    counts = np.array(rows, dtype=np.int64)[None, :, None]
    return tabulate([-1] * len(rows) if parents is None else parents, ["q1"], counts, **options)


def test_a_cell_is_counted_and_printed():
    assert table_of([MANY]).cell(0, 0) == Cell(
        ballots=44,
        rated=35,
        satisfied=20,
        basically_satisfied=9,
        dissatisfied=6,
        dont_know=5,
        blank=4,
        satisfied_rate="57.1",
        approval_rate="82.9",
        satisfied_rate_all="50.0",
        approval_rate_all="72.5",
        range_low="67.3",
        range_high="91.9",
        range_note=None,
        suppressed=False,
    )


def test_parents_are_summed_with_their_own_row():
    table = table_of([MANY, MANY, MANY], [-1, 0, 0])
    cell = table.cell(0, 0)
    assert (cell.ballots, cell.satisfied, cell.dissatisfied) == (132, 60, 18)
    assert table.questions == ("q1",)


def test_a_suppressed_cell_keeps_only_its_turnout():
    table = table_of([[0] * 5, [3, 1, 0, 0, 0], MANY, [2 * n for n in MANY]], [-1, 0, 0, 0])
    cell = table.cell(1, 0)
    assert cell == Cell(4, *[None] * 13, suppressed=True)
    assert table.counts[1, 0].tolist() == [-1] * 5
    assert table.suppressed[:, 0].tolist() == [False, True, True, False]
    assert np.isnan(table.rates.approval[1, 0])


def test_nobody_is_no_rate_and_is_not_hidden():
    assert table_of([[0] * 5, MANY]).cell(0, 0) == Cell(0, 0, 0, 0, 0, 0, 0, *[None] * 7, suppressed=False)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 6), st.integers(0, 2**32))
def test_arrays_and_printed_cells_agree(units, seed):
    random = np.random.default_rng(seed)
    counts = random.integers(0, 30, size=(1, units, 2, 5))
    table = tabulate([-1] + [0] * (units - 1), ["a", "b"], counts)
    for unit in range(units):
        for question in range(2):
            cell = table.cell(unit, question)
            for name, array in (
                ("satisfied_rate", table.rates.satisfied),
                ("approval_rate", table.rates.approval),
                ("satisfied_rate_all", table.rates.satisfied_all),
                ("approval_rate_all", table.rates.approval_all),
                ("range_low", table.rates.low),
                ("range_high", table.rates.high),
            ):
                printed, value = getattr(cell, name), array[unit, question]
                assert (printed is None) == np.isnan(value)
                assert printed is None or float(printed) == pytest.approx(100 * value, abs=0.1000001)
            assert cell.suppressed == bool(table.suppressed[unit, question])
            assert table.group_cell(0, unit, question) == cell


def groups_table(rows, weights=(40, 30, 30), **options):
    """Rows are one row of counts per group, at one unit that stands alone."""
    return tabulate([-1], ["q"], np.array(rows, dtype=np.int64)[:, None, None], weights=weights, **options)


GROUPS = [[20, 10, 10, 4, 4], [10, 5, 5, 9, 5], [30, 0, 10, 3, 5]]


def test_weighted_rates_are_scores_over_groups_and_counts_are_sums():
    cell = groups_table(GROUPS).cell(0, 0)
    assert (cell.satisfied, cell.rated, cell.dont_know) == (60, 100, 16)
    assert cell.satisfied_rate == round_percent(Fraction(40 * 50 + 30 * 50 + 30 * 75, 100), 100)
    assert cell.satisfied_rate_all == round_percent(
        Fraction(4, 10) * Fraction(20, 44) + Fraction(3, 10) * Fraction(10, 29) + Fraction(3, 10) * Fraction(30, 43), 1
    )


def test_a_group_has_its_own_rates():
    table = groups_table(GROUPS)
    cell = table.group_cell(1, 0, 0)
    low, high = wilson(15, 20)
    assert (cell.ballots, cell.satisfied_rate, cell.approval_rate) == (34, "50.0", "75.0")
    assert (cell.range_low, cell.range_high) == (f"{100 * low:.1f}", f"{100 * high:.1f}")
    assert table.groups == 3


def test_groups_without_weights_are_pooled():
    table = groups_table(GROUPS, weights=None)
    assert table.weights is None
    assert table.cell(0, 0).satisfied_rate == "60.0"


def test_one_group_needs_no_weight():
    assert groups_table(GROUPS[:1], weights=[40]).weights is None


def test_an_empty_group_is_left_out_or_the_score_refused():
    rows = [GROUPS[0], [0] * 5, GROUPS[2]]
    table = groups_table(rows)
    assert table.cell(0, 0).satisfied_rate == round_percent(Fraction(40 * 50 + 30 * 75, 7000), 1)
    refusing = groups_table(rows, empty_group="refuse")
    assert refusing.cell(0, 0).satisfied_rate is None
    assert refusing.cell(0, 0).range_low is None
    assert refusing.cell(0, 0).satisfied == 50
    assert refusing.group_cell(0, 0, 0).satisfied_rate == "50.0"


def test_a_hidden_group_hides_the_weighted_rates_and_a_second_group():
    table = groups_table([[40, 20, 20, 9, 9], GROUPS[1], [3, 1, 1, 0, 0]])
    assert table.group_suppressed[:, 0, 0].tolist() == [False, True, True]
    cell = table.cell(0, 0)
    assert not cell.suppressed
    assert cell.satisfied == 53
    assert (cell.satisfied_rate, cell.range_low) == (None, None)
    assert np.isnan(table.rates.satisfied[0, 0])


def test_in_a_tree_a_unit_is_shown_whole_or_not_at_all():
    counts = np.array([[[0] * 5, MANY, MANY, MANY], [[0] * 5, [3, 1, 1, 0, 0], MANY, MANY]])[:, :, None]
    table = tabulate([-1, 0, 0, 0], ["q"], counts, weights=[1, 1])
    assert table.group_suppressed[0].sum() == 0
    assert table.suppressed[:, 0].tolist() == table.group_suppressed[1, :, 0].tolist()
    assert table.cell(1, 0).suppressed
    assert table.group_cell(0, 1, 0).satisfied == 20


@pytest.mark.parametrize("options", [{}, {"populations": [0, 300, 200, 100, 90]}])
def test_ranges_widen_with_the_level(options):
    table = table_of([[0] * 5, MANY, [30, 4, 2, 0, 0], [18, 8, 1, 3, 1], [12, 9, 4, 2, 0]], [-1, 0, 0, 0, 0], **options)
    low, high = table.ranges(0.95)
    np.testing.assert_allclose((low, high), (table.rates.low, table.rates.high), rtol=1e-12)
    wider = table.ranges(0.99)
    assert (wider[0] < low).all()
    assert (wider[1] > high).all()


def test_ranges_of_weighted_scores_are_those_of_the_table():
    table = groups_table([MANY, [30, 4, 2, 0, 0], [18, 8, 1, 3, 1]])
    np.testing.assert_allclose(table.ranges(0.95), (table.rates.low, table.rates.high), rtol=1e-12)


def test_options_behind_a_score_are_hidden_with_more():
    """Of two small hidden units one has the only "very satisfied": ratings alone would be safe, a mean score is not."""
    small = [4, 3, 2, 2, 2]
    rows = [[0] * 5, small, small, MANY, [20, 9, 9, 5, 4]]
    finer = np.array([[0, 0], [1, 3], [0, 4], [10, 10], [10, 10]], dtype=np.int64)[None, :, None]
    parents = [-1, 0, 0, 0, 0]
    assert table_of(rows, parents).suppressed[:, 0].tolist() == [False, True, True, False, False]
    assert table_of(rows, parents, finer=finer).suppressed[:, 0].tolist() == [False, True, True, True, False]
    with pytest.raises(ValueError, match="options are counted"):
        table_of(rows, finer=finer[:, :2])


def test_the_table_cannot_be_written_to():
    table = table_of([MANY])
    for name in ("ballots", "suppressed", "counts", "group_ballots", "group_suppressed", "group_counts"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(table, name)[...] = 0


@pytest.mark.parametrize(
    ("counts", "options"),
    [
        (np.zeros((1, 2, 1, 5), dtype=int), {}),
        (np.zeros((1, 1, 2, 5), dtype=int), {}),
        (np.zeros((1, 1, 1, 4), dtype=int), {}),
        (np.zeros((0, 1, 1, 5), dtype=int), {}),
        (np.zeros((1, 1, 5), dtype=int), {}),
        (np.zeros((1, 1, 1, 5)), {}),
        (np.full((1, 1, 1, 5), -1), {}),
        (np.zeros((2, 1, 1, 5), dtype=int), {"weights": [1]}),
        (np.zeros((2, 1, 1, 5), dtype=int), {"weights": [-1, 1]}),
        (np.zeros((1, 1, 1, 5), dtype=int), {"required": [True, False]}),
        (np.zeros((1, 1, 1, 5), dtype=int), {"threshold": 0}),
    ],
)
def test_what_does_not_fit_is_refused(counts, options):
    with pytest.raises(ValueError, match=r"counts are|weights|required|threshold"):
        tabulate([-1], ["q"], counts, **options)


def test_a_survey_without_units_is_an_empty_table():
    table = tabulate([], ["q"], np.zeros((2, 0, 1, 5), dtype=int), weights=[1, 1], required=[True])
    assert table.counts.shape == (0, 1, 5)
    assert table.rates.approval.shape == (0, 1)


def test_cells_are_in_the_agreed_order():
    assert CELLS == ("satisfied", "basically_satisfied", "dissatisfied", "dont_know", "blank")


def test_importing_analysis_loads_neither_matplotlib_nor_scipy():
    script = """
import importlib, pkgutil, sys
import analysis
for module in pkgutil.iter_modules(analysis.__path__):
    importlib.import_module("analysis." + module.name)
loaded = {name.split(".")[0] for name in sys.modules}
sys.exit(", ".join(sorted(loaded & {"matplotlib", "scipy", "flask", "sqlalchemy"})) or 0)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_with_dont_know_in_the_base_ranges_stand_on_it():
    rows = [[0] * 5, MANY, [30, 4, 2, 20, 0], [18, 8, 1, 13, 1], [12, 9, 4, 12, 0]]
    folded = [[s, b, d + k, 0, n] for s, b, d, k, n in rows]
    parents = [-1, 0, 0, 0, 0]
    for options in ({}, {"populations": [0, 300, 200, 100, 90]}):
        table, plain = table_of(rows, parents, base="all", **options), table_of(folded, parents, **options)
        np.testing.assert_allclose(table.rates.approval_all, plain.rates.approval)
        np.testing.assert_allclose((table.rates.low, table.rates.high), (plain.rates.low, plain.rates.high))
        np.testing.assert_allclose(table.ranges(0.99), plain.ranges(0.99))
        np.testing.assert_allclose(table.effective, plain.effective)
        assert (table.rates.low <= table.rates.approval_all).all()
    weighted = groups_table([MANY, [30, 4, 2, 20, 0], [18, 8, 1, 13, 1]], base="all")
    assert weighted.rates.low[0, 0] <= weighted.rates.approval_all[0, 0] <= weighted.rates.high[0, 0]
    assert weighted.effective[0, 0] > 0


def test_a_range_says_where_it_is_wilsons_and_two_or_three_places_have_none():
    two = table_of([[0] * 5, MANY, [30, 4, 2, 0, 0]], [-1, 0, 0])
    cell = two.cell(0, 0)
    assert (cell.range_low, cell.range_high, cell.range_note) == (None, None, RangeNote.FEW_PLACES)
    assert two.cell(1, 0).range_note is None, "Wilson is the method of one place"
    assert two.group_cell(0, 0, 0).range_note == RangeNote.FEW_PLACES
    assert not np.isnan(two.ranges(0.99)[0]).any(), "positions need a range all the same"
    all_content = table_of([[0] * 5, [30, 5, 0, 1, 0], [20, 3, 0, 2, 0]], [-1, 0, 0])
    low, high = wilson(58, 58)
    cell = all_content.cell(0, 0)
    assert (cell.range_low, cell.range_high, cell.range_note) == (f"{100 * low:.1f}", "100.0", RangeNote.WILSON)
    assert high == 1
    assert all_content.cell(1, 0).range_note is None
    # Groups at one place are strata; where they say nothing, that is remarked too.
    assert groups_table([[20, 5, 0, 0, 0], [30, 5, 0, 0, 0]], (1, 1)).cell(0, 0).range_note == RangeNote.WILSON
    # A village alone below a county is one place; where two are hidden as one, the county's reader is told.
    assert table_of([[0] * 5, MANY], [-1, 0]).cell(0, 0).range_note is None
    hidden = table_of([[0] * 5, [3, 4, 2, 0, 0], [4, 3, 2, 1, 1]], [-1, 0, 0])
    assert hidden.cell(0, 0).range_note == RangeNote.WILSON
