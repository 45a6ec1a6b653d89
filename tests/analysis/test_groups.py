from decimal import Decimal
from fractions import Fraction

import pytest

from analysis.groups import exact_weights, weighted_score

WEIGHTS = exact_weights([40, 30, 30])


def test_weights_are_exact():
    assert exact_weights([0.4, Decimal("0.3"), Fraction(3, 10)]) == (Fraction(2, 5), Fraction(3, 10), Fraction(3, 10))


@pytest.mark.parametrize("weights", [[-1, 2], [0, 0], [float("nan")], [float("inf")]])
def test_weights_that_cannot_be_are_refused(weights):
    with pytest.raises(ValueError, match="weights are"):
        exact_weights(weights)


def test_the_score_is_weighted_over_groups():
    assert weighted_score([9, 1, 3], [10, 2, 4], WEIGHTS) == Fraction(40 * 90 + 30 * 50 + 30 * 75, 10_000)


def test_an_empty_group_is_left_out_or_the_score_refused():
    assert weighted_score([9, 0, 3], [10, 0, 4], WEIGHTS) == Fraction(40 * 90 + 30 * 75, 7_000)
    assert weighted_score([9, 0, 3], [10, 0, 4], WEIGHTS, "refuse") is None
    assert weighted_score([9, 1, 3], [10, 2, 4], WEIGHTS, "refuse") is not None


def test_a_group_without_weight_counts_for_nothing():
    assert weighted_score([9, 0], [10, 0], exact_weights([1, 0]), "refuse") == Fraction(9, 10)
    assert weighted_score([0, 3], [0, 4], exact_weights([1, 0])) is None


def test_nobody_rated_is_no_score():
    assert weighted_score([0, 0, 0], [0, 0, 0], WEIGHTS) is None


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="zip"):
        weighted_score([1], [1], WEIGHTS)
