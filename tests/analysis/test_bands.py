from statistics import NormalDist

import numpy as np
import pytest
from scipy import stats

from analysis.bands import Band, bands, clear_units, funnel_limits, funnels, over_dispersion

MID = NormalDist()


def mid(count, n, target):
    """Straight lines between P(X < k) + P(X = k) / 2, from scipy's distribution."""
    whole = np.arange(n + 1)
    return np.interp(count, whole, stats.binom.cdf(whole, n, target) - stats.binom.pmf(whole, n, target) / 2)


@pytest.mark.parametrize("target", [0.5, 0.9, 0.97])
@pytest.mark.parametrize("level", [0.95, 0.998])
@pytest.mark.parametrize("phi", [1.0, 2.5])
def test_limits_cut_off_the_stated_tail(target, level, phi):
    n = np.array([[10, 35], [200, 4001]])
    low, high = funnel_limits(target, n, level, phi)
    tail = MID.cdf(-MID.inv_cdf((1 + level) / 2) * phi**0.5)
    for size, one, other in zip(n.ravel(), low.ravel(), high.ravel(), strict=True):
        assert mid(one * size, size, target) == pytest.approx(max(tail, mid(0, size, target)), rel=1e-6)
        above = mid(size - other * size, size, 1 - target)
        assert above == pytest.approx(max(tail, mid(0, size, 1 - target)), rel=1e-6)


def test_everybody_satisfied_among_few_is_no_feat():
    # 35 of 35 has one chance in three where 97 % are satisfied.
    assert float(funnel_limits(0.97, 35, 0.95)[1]) == 1.0
    assert float(funnel_limits(0.97, 400, 0.95)[1]) < 1.0


def test_limits_close_in_on_the_target():
    low, high = funnel_limits(0.9, [10, 100, 10_000, 10**9], 0.95)
    assert (np.diff(low) > 0).all()
    assert low[-1] == pytest.approx(0.9, abs=1e-4)
    assert high[-1] == pytest.approx(0.9, abs=1e-4)
    assert [float(limit[0]) for limit in funnel_limits(1.0, [5], 0.95)] == [1.0, 1.0]
    assert [float(limit[0]) for limit in funnel_limits(0.0, [5], 0.95)] == [0.0, 0.0]


@pytest.mark.parametrize("wrong", [(1.1, 5, 0.95, 1), (0.5, 0, 0.95, 1), (0.5, 5, 1, 1), (0.5, 5, 0.95, 0.5)])
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"target|level"):
        funnel_limits(*wrong)


def test_over_dispersion_is_one_by_chance_and_more_where_units_differ():
    random = np.random.default_rng(4)
    n = random.integers(50, 400, 2000)
    by_chance = [over_dispersion(random.binomial(n, 0.9).astype(float), n, 0.9) for _ in range(5)]
    assert max(by_chance) < 1.1
    # A beta-binomial with n = 200 and correlation 0.01 has 1 + 199 · 0.01 times the binomial variance.
    n = np.full(2000, 200)
    differing = random.binomial(n, random.beta(0.9 * 99, 0.1 * 99, 2000)).astype(float)
    assert over_dispersion(differing, n, 0.9) == pytest.approx(2.99, rel=0.1)
    outliers = np.full(100, 180.0)
    outliers[:8] = 20
    assert over_dispersion(outliers, np.full(100, 200), 0.9) == 1.0
    assert over_dispersion(np.full(9, 5.0), np.full(9, 5), 1.0) == 1.0
    with pytest.raises(ValueError, match="between 0 and trials"):
        over_dispersion(np.array([3.0]), np.array([2]), 0.5)


def test_units_are_banded_against_their_class_as_the_funnel_shows():
    x = np.array([*[180] * 16, *range(176, 184), 150, 168, 190, 200, 8, 5])
    n = np.array([*[200] * 28, 9, -1])
    found = bands(x, n, ["a"] * 30)
    expected = (Band.MUCH_WORSE, Band.WORSE, Band.BETTER, Band.MUCH_BETTER, None, None)
    assert found[:24] == (Band.AS_EXPECTED,) * 24
    assert found[24:] == expected
    funnel = funnels(x, n, ["a"] * 30)["a"]
    assert (funnel.target, funnel.units.tolist()) == (x[:28].sum() / 5600, list(range(28)))


def test_small_classes_have_no_bands():
    x, n = [90] * 19 + [10], [100] * 20
    assert bands(x, n, ["a"] * 11 + ["b"] * 9)[11:] == (None,) * 9
    assert set(bands(x, n, ["a"] * 11 + ["b"] * 9)[:11]) == {Band.AS_EXPECTED}
    assert bands(x, n, ["a"] * 11 + ["b"] * 9, least_units=9)[-1] is Band.WORSE
    assert bands([], [], []) == ()
    with pytest.raises(ValueError, match="zip"):
        bands([1], [1], [])


def test_differences_that_all_units_have_are_allowed_for():
    # Every second unit at 80 and 100 %: with chance alone allowed for, all would stand out.
    x, n = np.array([160, 200] * 20), np.full(40, 200)
    assert set(bands(x, n, [0] * 40)) == {Band.AS_EXPECTED}
    assert funnels(x, n, [0] * 40)[0].dispersion > 20


def test_a_weighted_rate_is_compared_at_its_effective_size():
    x, n = np.array([*[90.0] * 20, 76.5]), np.array([100] * 20 + [100])
    assert bands(x, n, [0] * 21)[-1] is Band.MUCH_WORSE
    assert bands(np.array([*[90.0] * 20, 15.3]), np.array([100] * 20 + [20]), [0] * 21)[-1] is Band.AS_EXPECTED


VILLAGES = 2273


def test_of_villages_that_are_all_alike_hardly_any_is_clear_and_truly_bad_ones_are():
    """A look through 2,273 villages of one and the same rate: fifty are beyond their 95 % limits each time."""
    random = np.random.default_rng(430700)
    ballots = random.poisson(34, VILLAGES) + 10
    classes = ["village"] * VILLAGES
    low, clear, runs = 0, 0, 20
    for _ in range(runs):
        good = random.binomial(ballots, 0.93)
        low += sum(each in (Band.WORSE, Band.MUCH_WORSE) for each in bands(good, ballots, classes))
        clear += int(clear_units(good, ballots, classes).sum())
    assert low / runs > 40
    assert clear / runs <= 0.1
    # Ten villages where half are content; the others differ among themselves more than by chance.
    good = random.binomial(ballots, random.beta(60, 5, VILLAGES))
    good[:10] = ballots[:10] * 4 // 10
    found = clear_units(good, ballots, classes)
    assert found[:10].all()
    assert found[10:].sum() <= 3
    beyond = np.array([each != Band.AS_EXPECTED for each in bands(good, ballots, classes)])
    assert (beyond | ~found).all(), "who is clear is outside its band's limits"


def test_a_class_of_which_everybody_approves_and_a_small_one_have_nobody_clear():
    assert not clear_units([30] * 12, [30] * 12, ["a"] * 12).any()
    assert not clear_units([30, 0], [30, 30], ["a"] * 2).any()
