import numpy as np
import pytest

from analysis.intervals import clopper_pearson
from analysis.positions import Standing, position_sets, positions, rank_sets, simultaneous_level, standings


def test_equal_printed_digits_share_a_position_and_the_next_is_skipped():
    printed = ["99.9", "97.1", "97.1", "100.0", "8.5", None, "97.0"]
    assert positions(printed, [30] * 7, ["a"] * 7) == (2, 3, 3, 1, 6, None, 5)


def test_positions_stand_within_a_class_and_need_thirty_who_rated():
    printed = ["90.0", "80.0", "95.0", "70.0", "99.0"]
    rated = [30, 29, 40, 100, -1]
    assert positions(printed, rated, ["a", "a", "b", "a", "a"]) == (1, None, 1, 2, None)
    assert positions(printed, rated, ["a", "a", "b", "a", "a"], least=29) == (1, 2, 1, 3, None)
    assert positions([], [], []) == ()
    with pytest.raises(ValueError, match="zip"):
        positions(["1.0"], [30], [])


def test_intervals_wholly_above_and_below_bound_the_position():
    low, high = np.array([0.1, 0.2, 0.5, 0.7, 0.6]), np.array([0.3, 0.4, 0.6, 0.9, 0.8])
    assert rank_sets(low, high) == [(4, 5), (4, 5), (2, 3), (1, 2), (1, 3)]


def test_sets_come_from_intervals_that_hold_together():
    x, n = np.array([95, 40, 90, 50, 9, 7]), np.array([100, 100, 100, 100, 10, -1])
    level = simultaneous_level(0.95, 4)
    assert level**4 == pytest.approx(0.95)
    low, high = clopper_pearson(x[:4], n[:4], level)
    assert position_sets(x, n, ["a"] * 6) == (*rank_sets(low, high), None, None)
    assert position_sets(x, n, ["a"] * 6)[0] == (1, 2)
    assert position_sets(x, n, ["a", "b", "c", "d", "e", "f"])[:4] == ((1, 1),) * 4
    assert position_sets([], [], []) == ()


def test_weighted_scores_have_sets_of_their_own():
    x = np.array([[40, 10], [10, 40], [50, 50]]).T * 4
    n = np.array([[50, 50], [50, 50], [50, 50]]).T * 4
    even = position_sets(x, n, ["a"] * 3, weights=[1, 1])
    assert even == ((2, 3), (2, 3), (1, 1))
    assert position_sets(x, n, ["a"] * 3, weights=[9, 1]) == ((2, 2), (3, 3), (1, 1))
    first = position_sets(x[0], n[0], ["a"] * 3)
    assert position_sets(x, n, ["a"] * 3, weights=[1, 0]) == first
    hidden = n.copy()
    hidden[0, 2] = -1
    assert position_sets(x, hidden, ["a"] * 3, weights=[1, 1])[2] is None
    empty = np.where(np.arange(2)[:, None] == 1, 0, n)
    assert position_sets(np.minimum(x, empty), empty, ["a"] * 3, weights=[1, 1]) == first
    with pytest.raises(ValueError, match="1 weights for 2 groups"):
        position_sets(x, n, ["a"] * 3)


def test_sets_hold_at_the_stated_level():
    random = np.random.default_rng(8)
    truth = np.array([0.75, 0.8, 0.85, 0.9, 0.95])
    n = np.full(5, 60)
    missed = 0
    for _ in range(300):
        sets = position_sets(random.binomial(n, truth), n, [0] * 5)
        missed += any(not low <= 5 - unit <= high for unit, (low, high) in enumerate(sets))
    assert missed <= 15


def test_a_position_lies_within_its_set():
    random = np.random.default_rng(7)
    n = random.integers(20, 4_000_000, 60)
    x = random.binomial(n, random.uniform(0.955, 0.96, 60))
    classes = random.integers(0, 3, 60).tolist()
    printed = [f"{100 * a / b:.1f}" for a, b in zip(x, n, strict=True)]
    place, sets = positions(printed, n, classes), position_sets(x, n, classes)
    assert any(found[0] > at for at, found in zip(place, sets, strict=True) if at)  # Else the test tests nothing.
    for unit, each in enumerate(standings(place, sets, classes)):
        if n[unit] < 30:
            assert each is None
        else:
            assert 1 <= each.low <= each.position <= each.high <= each.of
            assert each.position == place[unit]
    assert standings([1, None, 2], [(1, 2), None, None], ["a"] * 3) == (Standing(1, 1, 2, 2), None, None)
