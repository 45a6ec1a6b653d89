from decimal import Decimal
from fractions import Fraction

import pytest

from analysis.groups import exact_weights
from analysis.ratings import Rating
from analysis.scores import exact_scores, mean_score, round_score, weighted_mean_score

FOUR = list(Rating)
SCORES = exact_scores(FOUR, [100, 70, 30, None])


def test_scores_are_exact_and_dont_know_has_none():
    assert exact_scores(FOUR, [0.1, Decimal("0.7"), Fraction(1, 3), 50]) == (
        Fraction(1, 10),
        Fraction(7, 10),
        Fraction(1, 3),
        None,
    )
    assert exact_scores(FOUR, [None, None, None, 50]) is None


@pytest.mark.parametrize("scores", [[100, None, 30, None], [100, float("nan"), 30, None], [100, 70, 30]])
def test_scores_that_cannot_be_are_refused(scores):
    with pytest.raises(ValueError, match=r"every opinion|finite|zip"):
        exact_scores(FOUR, scores)


def test_the_mean_is_over_those_who_rated():
    # (12 · 100 + 5 · 70 + 3 · 30) ÷ 20 = 1640 ÷ 20
    assert mean_score([12, 5, 3, 99], SCORES) == 82
    assert mean_score([0, 0, 0, 7], SCORES) is None
    with pytest.raises(ValueError, match="not negative"):
        mean_score([-1, 5, 3, 0], SCORES)
    with pytest.raises(ValueError, match="zip"):
        mean_score([1, 5, 3], SCORES)


def test_five_levels_have_five_scores():
    ratings = [Rating.SATISFIED] * 2 + [Rating.BASICALLY_SATISFIED] + [Rating.DISSATISFIED] * 2 + [Rating.DONT_KNOW]
    five = exact_scores(ratings, [100, 80, 60, 30, 0, None])
    # (10 · 100 + 5 · 80 + 3 · 60 + 1 · 30 + 1 · 0) ÷ 20 = 1610 ÷ 20
    assert mean_score([10, 5, 3, 1, 1, 6], five) == Fraction(161, 2)


def test_groups_are_weighted_and_an_empty_one_is_left_out_or_the_score_refused():
    weights = exact_weights([40, 30, 30])
    rows = [[12, 5, 3, 0], [4, 3, 3, 0], [2, 0, 0, 0]]
    # Means 82, (400 + 210 + 90) ÷ 10 = 70, 100.
    assert weighted_mean_score(rows, SCORES, weights) == Fraction(40 * 82 + 30 * 70 + 30 * 100, 100)
    rows[2] = [0, 0, 0, 5]
    assert weighted_mean_score(rows, SCORES, weights) == Fraction(40 * 82 + 30 * 70, 70)
    assert weighted_mean_score(rows, SCORES, weights, "refuse") is None
    assert weighted_mean_score([[0] * 4] * 3, SCORES, weights) is None


@pytest.mark.parametrize(
    ("score", "places", "printed"),
    [
        (Fraction(1, 20), 1, "0.1"),
        (Fraction(1, 21), 1, "0.0"),
        (Fraction(9996, 100), 1, "100.0"),
        (Fraction(625, 10), 0, "63"),
        (Fraction(12345, 100), 2, "123.45"),
        (Fraction(250), 1, "250.0"),
        (Fraction(-5, 100), 1, "-0.1"),
        (Fraction(-1, 100), 1, "0.0"),
        (None, 1, "—"),
    ],
)
def test_scores_are_printed_half_up(score, places, printed):
    assert round_score(score, places) == printed


def test_places_are_not_negative():
    with pytest.raises(ValueError, match="-1 decimals"):
        round_score(Fraction(1), -1)
