from math import exp, isnan, log, sqrt

import numpy as np
import pytest
from scipy.stats import t

from analysis.survey_design import design_effect, effective_size, post_stratify, proportion


def logit_interval(p, se, df):
    half = t.ppf(0.975, df) * se / (p * (1 - p))
    centre = log(p / (1 - p))
    return 1 / (1 + exp(half - centre)), 1 / (1 + exp(-half - centre))


def test_simple_random_sampling_has_its_closed_form():
    got = proportion([1] * 30 + [0] * 10)
    assert got.estimate == 0.75
    assert got.standard_error == pytest.approx(sqrt(0.75 * 0.25 / 39), abs=1e-12)
    assert got.freedom == 39
    assert (got.low, got.high) == pytest.approx(logit_interval(0.75, got.standard_error, 39), abs=1e-12)


def test_strata_add_up_their_variances():
    # Strata of 10 and 30 ballots with weights 3 and 1: W = 60, each stratum carries half.
    y = [1] * 4 + [0] * 6 + [1] * 24 + [0] * 6
    got = proportion(y, weights=[3] * 10 + [1] * 30, strata=["a"] * 10 + ["b"] * 30)
    assert got.estimate == pytest.approx(0.6, abs=1e-12)
    assert got.standard_error**2 == pytest.approx(0.25 * 0.24 / 9 + 0.25 * 0.16 / 29, abs=1e-12)
    assert got.freedom == 38


def test_clusters_of_unequal_size_are_a_ratio_estimator():
    # Places with 2 of 4, 3 of 3 and 1 of 3: p = 0.6; residuals -0.4, 1.2, -0.8; 3/2 · 2.24 ÷ 100.
    y = [1, 1, 0, 0, 1, 1, 1, 1, 0, 0]
    got = proportion(y, clusters=[1] * 4 + [2] * 3 + [3] * 3)
    assert got.standard_error == pytest.approx(sqrt(0.0336), abs=1e-12)
    assert got.freedom == 2
    assert (got.low, got.high) == pytest.approx(logit_interval(0.6, sqrt(0.0336), 2), abs=1e-12)


def test_a_domain_keeps_the_whole_design():
    # The third place has nobody in the domain: its residual is 0, but it counts in m ÷ (m - 1).
    y = np.array([1, 0, 0, 0, 1, 1, 1, 0])
    inside = np.array([1, 1, 1, 0, 1, 1, 0, 0], dtype=bool)
    got = proportion(y, clusters=[1, 1, 1, 1, 2, 2, 3, 3], domain=inside)
    residuals = np.array([1 - 3 * 0.6, 2 - 2 * 0.6, 0]) / 5
    assert got.standard_error == pytest.approx(sqrt(1.5 * (residuals**2).sum()), abs=1e-12)
    assert got.freedom == 1


def test_a_domain_in_strata_subtracts_the_stratum_means():
    y = np.array([1, 0, 1, 1, 0, 1, 0, 0])
    strata = [0, 0, 0, 0, 1, 1, 1, 1]
    inside = np.array([1, 1, 0, 0, 1, 1, 1, 0], dtype=bool)
    got = proportion(y, strata=strata, domain=inside)
    z = inside * (y - 0.4) / 5
    variance = sum(4 / 3 * ((part - part.mean()) ** 2).sum() for part in (z[:4], z[4:]))
    assert got.standard_error == pytest.approx(sqrt(variance), abs=1e-12)
    assert got.freedom == 3


def test_equal_labels_in_two_strata_are_two_clusters():
    y, strata = [1, 0, 1, 1, 0, 0, 1, 0], [0] * 4 + [1] * 4
    nested = proportion(y, strata=strata, clusters=[1, 1, 2, 2, 1, 1, 2, 2])
    assert nested == proportion(y, strata=strata, clusters=[1, 1, 2, 2, 3, 3, 4, 4])


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1]])
def test_nobody_and_everybody_have_no_interval_on_the_logit_scale(y):
    got = proportion(y)
    assert (got.standard_error, got.low, got.high) == (0, None, None)


def test_a_domain_of_one_cluster_has_no_degree_of_freedom():
    got = proportion([1, 0, 1, 0], clusters=[1, 1, 2, 2], domain=[True, True, False, False])
    assert got.freedom == 0
    assert got.low is None


def test_a_domain_without_weight_is_no_estimate():
    assert proportion([1, 0], domain=[False, False]) is None


@pytest.mark.parametrize(
    "design",
    [
        {"successes": [1, 2]},
        {"successes": [1, 0], "weights": [1, -1]},
        {"successes": [1, 0], "weights": [1, 1, 1]},
        {"successes": [1, 0], "strata": [1, 1, 1]},
        {"successes": [1, 0], "clusters": [1, 1]},
        {"successes": [1, 0], "level": 0},
    ],
)
def test_what_is_no_design_is_refused(design):
    with pytest.raises(ValueError, match=r"one entry|0 or 1|single cluster|confidence level"):
        proportion(**design)


def test_where_a_stratum_was_asked_to_the_last_it_adds_no_error():
    y, strata = [1, 0, 1, 1, 0, 1, 0], ["a"] * 4 + ["b"] * 2 + ["c"]
    some = proportion(y, strata=strata, populations={"a": 8, "b": 2, "c": 1, "d": 9})
    assert some.standard_error == pytest.approx(sqrt(0.5 * 4 / 3 * 0.75 / 49), abs=1e-12)
    assert proportion([1, 1, 0], populations={0: 3}).standard_error == 0


def test_weights_are_cut_around_their_mean_and_scaled_back():
    weights = post_stratify(["a"] * 10 + ["b"] * 90, {"a": 90, "b": 10, "c": 0}, trim=(0.5, 2))
    # Weights 9 and 1/9 around 1 become 2 and 0.5, in all 65; then 100 again.
    assert (weights[0], weights[-1]) == pytest.approx((200 / 65, 50 / 65), abs=1e-12)
    assert weights.sum() == pytest.approx(100, abs=1e-9)
    assert post_stratify([1, 2, 2], {1: 10, 2: 10})[0] == 10


def test_weights_are_no_frequencies():
    """Ten ballots of weight 1,000 are ten ballots."""
    got = proportion([1, 0] * 5, weights=[1000] * 10)
    assert (got.standard_error, got.freedom) == (proportion([1, 0] * 5).standard_error, 9)


def test_unequal_weights_cost_ballots():
    assert (design_effect([3, 1]), effective_size([3, 1])) == (1.25, 1.6)
    assert (design_effect([2, 2, 2]), effective_size([2, 2, 2])) == (1, 3)
    assert effective_size([0, 0]) == effective_size([]) == 0
    assert isnan(design_effect([0, 0]))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion([1, 0], clusters=[1, 2], populations={0: 9}), "not for clusters"),
        (lambda: proportion([1, 0], populations={0: 1}), "more ballots than people"),
        (lambda: proportion([1, 0], strata=[3, 4], populations={3: 5}), r"without a population: \[4\]"),
        (lambda: post_stratify(["a"], {"a": 5, "b": 7}), r"no ballot: \['b'\]; merge"),
        (lambda: post_stratify(["a", "b"], {"a": 5}), r"no people: \['b'\]; give"),
        (lambda: post_stratify(["a"], {"a": 5}, trim=(2, 5)), "trimmed to bounds"),
    ],
)
def test_populations_that_do_not_fit_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
