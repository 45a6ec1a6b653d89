"""Mistakes that tables of satisfaction are known for. Each test fails where the mistake is made."""

import numpy as np
import pytest

from analysis.histogram import NOT_ASKED, by_rating, count_packed
from analysis.positions import positions
from analysis.rates import round_percent
from analysis.ratings import Rating
from analysis.scores import exact_scores, mean_score
from analysis.survey_design import proportion
from analysis.tables import tabulate

MANY = [20, 9, 6, 5, 4]


def table_of(*rows, parents=None, **options):
    """Rows are own counts of one question in one group."""
    counts = np.array(rows)[None, :, None]
    return tabulate([-1] * len(rows) if parents is None else parents, ["q"], counts, **options)


def rates(cell):
    return cell.satisfied_rate, cell.approval_rate, cell.satisfied_rate_all, cell.approval_rate_all


def test_all_dont_know_is_no_rate_of_zero_and_is_not_shown():
    cell = table_of([0, 0, 0, 40, 0], MANY).cell(0, 0)
    assert (cell.ballots, cell.suppressed, cell.dont_know) == (40, True, None)
    assert rates(cell) == (None,) * 4
    assert round_percent(0, 0) == "—"
    assert mean_score([0, 0, 0, 40], exact_scores(list(Rating), [100, 70, 30, None])) is None


def test_no_ballots_is_no_rate_and_hides_nothing():
    table = table_of([0] * 5, [0] * 5, MANY, parents=[-1, 0, 0])
    assert rates(table.cell(1, 0)) == (None,) * 4
    assert (table.cell(1, 0).ballots, table.cell(1, 0).rated, table.cell(1, 0).suppressed) == (0, 0, False)
    assert rates(table.cell(0, 0)) == rates(table.cell(2, 0))
    assert positions([None], [0], ["a"]) == (None,)


def test_equal_printed_digits_tie_though_the_rates_differ():
    # 967/1000 is 96.70 and 9674/10000 is 96.74: who reads 96.7 twice must not read two positions.
    table = table_of([967, 0, 33, 0, 0], [9674, 0, 326, 0, 0], [950, 0, 50, 0, 0])
    printed = [table.cell(unit, 0).approval_rate for unit in range(3)]
    assert printed == ["96.7", "96.7", "95.0"]
    assert positions(printed, [1000, 10_000, 1000], ["a"] * 3) == (1, 1, 3)


def test_one_of_sixteen_is_rounded_half_up():
    assert round_percent(1, 16) == "6.3"  # 6.25: a binary fraction or rounding to even would give 6.2.
    assert table_of([1, 0, 15, 0, 0]).cell(0, 0).satisfied_rate == "6.3"


def test_not_quite_everybody_is_never_everybody():
    cell = table_of([2499, 0, 1, 0, 0], [0, 0, 30, 1, 0]).cell(0, 0)  # 99.96 %
    assert cell.approval_rate == "99.9"
    assert table_of([1, 0, 2499, 0, 0]).cell(0, 0).approval_rate == "0.1"
    assert table_of([2500, 0, 0, 0, 0]).cell(0, 0).approval_rate == "100.0"


def test_a_scale_in_reverse_order_counts_by_rating_and_not_by_place():
    forward = [Rating.SATISFIED, Rating.BASICALLY_SATISFIED, Rating.DISSATISFIED, Rating.DONT_KNOW]
    answers = np.array([[1]] * 7 + [[2]] * 5 + [[3]] * 3 + [[4]] * 2 + [[0]], dtype=np.uint8)
    turned = np.where(answers > 0, 5 - answers, 0).astype(np.uint8)
    expected = [[7, 5, 3, 2, 1]]
    assert by_rating(count_packed(answers, 4), forward).tolist() == expected
    assert by_rating(count_packed(turned, 4), forward[::-1]).tolist() == expected
    scores = [100, 70, 30, None]
    assert mean_score([7, 5, 3, 2], exact_scores(forward, scores)) == mean_score(
        [2, 3, 5, 7], exact_scores(forward[::-1], scores[::-1])
    )


def test_a_weight_of_forty_is_not_forty_ballots():
    own = np.array([[20, 9, 6, 5, 4], [30, 12, 9, 1, 0], [12, 9, 9, 3, 0]])[:, None, None]
    tables = [
        tabulate([-1], ["q"], own, weights=weights) for weights in ([0.4, 0.3, 0.3], [40, 30, 30], [400, 300, 300])
    ]
    cells = [table.cell(0, 0) for table in tables]
    assert cells[0] == cells[1] == cells[2]
    assert (cells[0].ballots, cells[0].rated) == (129, 116)
    assert float(cells[0].range_high) - float(cells[0].range_low) > 10
    random = np.random.default_rng(3)
    y, w = random.integers(0, 2, 60), random.uniform(1, 4, 60)
    once, tenfold = proportion(y, weights=w), proportion(y, weights=10 * w)
    assert (once.low, once.high, once.freedom) == pytest.approx((tenfold.low, tenfold.high, tenfold.freedom))


def test_the_rate_of_the_city_is_not_the_mean_of_the_rates_of_its_units():
    table = table_of([0] * 5, [900, 0, 100, 0, 0], [10, 0, 10, 0, 0], parents=[-1, 0, 0])
    assert [table.cell(unit, 0).satisfied_rate for unit in range(3)] == ["89.2", "90.0", "50.0"]  # Not 70.0.


def test_a_unit_that_few_know_changes_its_position_with_the_base():
    # 38 of 40 who rated approve, but 60 do not know: 95.0 and 38.0. The other has 90.0 and 85.7.
    table = table_of([30, 8, 2, 60, 0], [80, 10, 10, 5, 0])
    cells = [table.cell(unit, 0) for unit in range(2)]
    assert [(cell.approval_rate, cell.approval_rate_all) for cell in cells] == [("95.0", "38.0"), ("90.0", "85.7")]
    rated = [cell.rated for cell in cells]
    assert positions([cell.approval_rate for cell in cells], rated, ["a", "a"]) == (1, 2)
    assert positions([cell.approval_rate_all for cell in cells], rated, ["a", "a"]) == (2, 1)


def test_an_empty_group_is_no_group_of_zero():
    own = np.array([[20, 9, 6, 5, 4], [0] * 5, [12, 9, 9, 3, 0]])[:, None, None]
    table = tabulate([-1], ["q"], own, weights=[40, 30, 30])
    # (40 · 20/35 + 30 · 12/30) ÷ 70 = 49.796; with a zero for the empty group it would be 34.9.
    assert table.cell(0, 0).satisfied_rate == "49.8"
    refusing = tabulate([-1], ["q"], own, weights=[40, 30, 30], empty_group="refuse")
    assert rates(refusing.cell(0, 0)) == (None,) * 4
    assert refusing.cell(0, 0).satisfied == 32


def test_blank_is_neither_dont_know_nor_not_asked():
    answers = np.array([[1]] * 12 + [[3]] * 6 + [[4]] * 3 + [[0]] * 5 + [[NOT_ASKED]] * 50, dtype=np.uint8)
    counts = by_rating(count_packed(answers, 4), list(Rating))
    assert counts.tolist() == [[12, 0, 6, 3, 5]]
    cell = table_of(counts[0]).cell(0, 0)
    assert (cell.ballots, cell.rated, cell.dont_know, cell.blank) == (26, 18, 3, 5)
    assert rates(cell) == ("66.7", "66.7", "57.1", "57.1")  # 12/18 and 12/21; never over 26 or 76.
