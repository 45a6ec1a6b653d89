import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from analysis.comparisons import newcombe
from analysis.intervals import clopper_pearson, wilson


@pytest.mark.parametrize(
    ("x", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_examples_of_newcombe_1998(x, n, low, high):
    assert wilson(x, n) == pytest.approx((low, high), abs=5e-5)


def test_unanimous_answers_leave_room_below():
    low, high = wilson(35, 35)
    assert round(100 * low, 1) == 90.1
    assert high == 1.0


@pytest.mark.parametrize(
    ("x1", "n1", "x2", "n2", "low", "high"),
    [
        # Newcombe 1998, Table II, method 10, cases (a) to (h).
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (6, 7, 2, 7, 0.0582, 0.8062),
        (5, 56, 0, 29, -0.0381, 0.1926),
        (0, 10, 0, 20, -0.1611, 0.2775),
        (0, 10, 0, 10, -0.2775, 0.2775),
        (10, 10, 0, 20, 0.6791, 1.0),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_newcombe_gives_its_published_examples(x1, n1, x2, n2, low, high):
    assert newcombe(x1, n1, x2, n2) == pytest.approx((x1 / n1 - x2 / n2, low, high), abs=5e-5)


def test_newcombe_over_arrays_agrees_with_one_by_one_and_leaves_nobody_out():
    difference, low, high = newcombe([56, 9, 1], [70, 10, 2], [48, 3, 0], [80, 10, 0])
    assert (difference[1], low[1], high[1]) == newcombe(9, 10, 3, 10)
    assert np.isnan([difference[2], low[2], high[2]]).all()
    assert newcombe(0, 0, 3, 10) is None


@given(
    st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.sampled_from([0.8, 0.95, 0.998])
)
def test_both_intervals_agree_with_scipy(pair, level):
    x, n = pair
    test = binomtest(x, n)
    for ours, method in ((wilson, "wilson"), (clopper_pearson, "exact")):
        theirs = test.proportion_ci(level, method)
        assert ours(x, n, level) == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_clopper_pearson_is_made_of_beta_quantiles():
    low, high = clopper_pearson(34, 35)
    assert low == pytest.approx(beta.ppf(0.025, 34, 2), abs=1e-9)
    assert high == pytest.approx(beta.ppf(0.975, 35, 1), abs=1e-9)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_nobody_counted_is_no_interval(interval):
    assert interval(0, 0) is None
    low, high = interval([0, 5], [0, 10])
    assert np.isnan([low[0], high[0]]).all()
    assert (low[1], high[1]) == interval(5, 10)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_the_ends_are_exact_at_nobody_and_everybody(interval):
    trials = np.arange(1, 400)
    for level in (0.5709, 0.95, 0.998):
        assert (interval(0 * trials, trials, level)[0] == 0).all()
        assert (interval(trials, trials, level)[1] == 1).all()


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
@pytest.mark.parametrize(
    ("x", "n", "level"), [(-1, 5, 0.95), (6, 5, 0.95), (np.nan, 5, 0.95), (1, np.inf, 0.95), (1, 5, 1)]
)
def test_what_is_no_count_or_level_is_refused(interval, x, n, level):
    with pytest.raises(ValueError, match=r"successes|confidence level"):
        interval(x, n, level)
