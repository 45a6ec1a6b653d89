import numpy as np

from analysis.cells import Cell, count_cell


def test_counts_that_stand_alone_have_rates_and_no_range():
    cell = count_cell(np.array([20, 9, 6, 5, 4]), 44)
    assert (cell.rated, cell.satisfied_rate, cell.approval_rate) == (35, "57.1", "82.9")
    assert (cell.approval_rate_all, cell.range_low, cell.range_high) == ("72.5", None, None)


def test_nobody_is_no_rate_and_a_hidden_row_is_its_turnout():
    assert count_cell(np.zeros(5, dtype=np.int64), 0).approval_rate is None
    assert count_cell(None, 7) == Cell(7, *[None] * 13, suppressed=True)
