"""Five bands of units against their class, and the limits of the funnel plot that shows them.

A unit with few ballots strays further from its class by chance alone. Limits therefore widen as ballots get fewer, and
a unit outside them differs from its class by more than chance: beyond 95 % better or worse, beyond 99.8 % much better
or much worse (Spiegelhalter 2005, Funnel plots for comparing institutional performance, Statistics in Medicine 24,
1185-1202).

Units of a class differ for reasons no survey asked about, so that more than 1 in 20 would be flagged. The limits
are widened by √φ, the over-dispersion of the class (Spiegelhalter 2005, Handling over-dispersion of performance
indicators, Quality and Safety in Health Care 14, 347-351). Of the two ways in that paper this is the multiplicative
one: φ is one number that can be printed and recomputed, and it stretches binomial limits, which never leave 0 to 100 %,
where an additive variance needs normal limits, which do so at once where rates are near 97 %. The price is that units
with very many ballots are flagged sooner than an additive variance would.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats, normal_quantile
from analysis.multiplicity import benjamini_hochberg

#: Outside the first is better or worse, outside the second much better or much worse.
LEVELS: Final = (0.95, 0.998)
#: Fewer comparable units than this do not say what is usual in a class, nor how much units differ: no bands.
LEAST_UNITS: Final = 10
#: Fewer rated ballots than this are not compared.
LEAST_RATED: Final = 10
#: This share of the z-scores at each end is pulled in, so that true outliers do not widen the limits that show them.
WINSORISED: Final = 0.1


class Band(StrEnum):
    """How a unit stands to its class."""

    MUCH_BETTER = "much_better"
    BETTER = "better"
    AS_EXPECTED = "as_expected"
    WORSE = "worse"
    MUCH_WORSE = "much_worse"


@dataclass(frozen=True)
class Funnel:
    """What the units of a class are compared with.

    Attributes:
        target: the rate of the class, all comparable units together.
        dispersion: φ, 1 or more; 1 where units differ by chance alone.
        units: indices of the comparable units, shape (units,).

    """

    target: float
    dispersion: float
    units: NDArray[np.intp]

    def limits(self, trials: ArrayLike, level: float) -> tuple[Floats, Floats]:
        """Return :func:`funnel_limits` with this target and over-dispersion."""
        return funnel_limits(self.target, trials, level, self.dispersion)


def funnels(
    successes: ArrayLike, trials: ArrayLike, classes: Sequence[Hashable], least_units: int = LEAST_UNITS
) -> dict[Hashable, Funnel]:
    """Find target and over-dispersion of each class that has enough comparable units.

    Args:
        successes: for example satisfied and basically satisfied ballots, shape (units,). For a weighted rate the rate
            times the effective n.
        trials: rated ballots, whole numbers, shape (units,), or effective n; -1 where hidden.
        classes: the class of each unit.
        least_units: units with LEAST_RATED or more that a class needs.

    Returns:
        One funnel a class, in the order in which classes appear; classes with too few units are left out.

    Raises:
        ValueError: lengths differ, or a success count above its base.

    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.int64)
    members: dict[Hashable, list[int]] = {}
    for unit, (rated, name) in enumerate(zip(n.tolist(), classes, strict=True)):
        if rated >= LEAST_RATED:
            members.setdefault(name, []).append(unit)
    found = {}
    for name, units in members.items():
        if len(units) >= least_units:
            target = float(x[units].sum() / n[units].sum())
            found[name] = Funnel(target, over_dispersion(x[units], n[units], target), np.array(units))
    return found


def bands(
    successes: ArrayLike, trials: ArrayLike, classes: Sequence[Hashable], least_units: int = LEAST_UNITS
) -> tuple[Band | None, ...]:
    """Put every unit into one of five bands; a unit is outside its limits exactly where the funnel plot shows it so.

    Arguments and errors as in :func:`funnels`.

    Returns:
        One per unit; None for hidden units, units with too few rated ballots, and classes with too few units.

    """
    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.int64)
    found: list[Band | None] = [None] * len(n)
    for funnel in funnels(x, n, classes, least_units).values():
        rate = x[funnel.units] / n[funnel.units]
        step = np.zeros(len(rate), dtype=np.int64)
        for level in LEVELS:
            low, high = funnel.limits(n[funnel.units], level)
            step += (rate < low).astype(np.int64) - (rate > high)
        for unit, steps in zip(funnel.units.tolist(), step.tolist(), strict=True):
            found[unit] = list(Band)[steps + len(LEVELS)]
    return tuple(found)


def clear_units(
    successes: ArrayLike, trials: ArrayLike, classes: Sequence[Hashable], least_units: int = LEAST_UNITS
) -> NDArray[np.bool_]:
    """Say which units differ from their class even where all units were looked through for some that do.

    A band is about one unit: of a thousand units that differ by chance alone, fifty lie beyond 95 % limits. Here the
    two-sided p-value of each unit's z-score, divided by √φ as the limits are, goes through Benjamini and Hochberg over
    the units of all classes together: of those called clear 5 % are expected to be chance.

    Arguments and errors as in :func:`funnels`.

    Returns:
        Bool, shape (units,); not clear where there is no band. Who is clear is beyond the 95 % limits.

    """
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    x, n = np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.int64)
    p_value = np.full(len(n), np.nan)
    for funnel in funnels(x, n, classes, least_units).values():
        if 0 < funnel.target < 1:
            z = _z_scores(x[funnel.units], n[funnel.units], funnel.target)
            p_value[funnel.units] = 2 * ndtr(-np.abs(z) / np.sqrt(funnel.dispersion))
    return benjamini_hochberg(p_value)


def funnel_limits(target: float, trials: ArrayLike, level: float, dispersion: float = 1.0) -> tuple[Floats, Floats]:
    """Return the limits between which a unit with so many ballots lies by chance, as proportions.

    Binomial, with the mid-p value (half of the probability of what was seen; Lancaster 1961, Journal of the American
    Statistical Association 56, 223-234) and straight lines between whole counts. Spiegelhalter's limits interpolate the
    cumulative probability itself; at 97 % and 35 ballots they would flag 35 of 35, which one unit in three gets by
    chance. Over-dispersion moves the normal quantile of the level from z to z√φ.

    Args:
        target: the rate of the class, between 0 and 1.
        trials: ballots, whole numbers, 1 or more, a number or an array.
        level: for example 0.95; half of the rest lies beyond each limit.
        dispersion: φ, 1 or more.

    Returns:
        (low, high), of the shape of ``trials``.

    Raises:
        ValueError: target, trials, level or dispersion out of range.

    """
    n = np.asarray(trials, dtype=np.int64)
    if not 0 <= target <= 1 or (n < 1).any() or dispersion < 1:
        raise ValueError("a target lies between 0 and 1, trials are 1 or more, and dispersion is 1 or more")
    tail = NormalDist().cdf(-normal_quantile(level) * float(np.sqrt(dispersion)))
    sizes, place = np.unique(n, return_inverse=True)
    low = _lower(sizes, target, tail) / sizes
    high = 1 - _lower(sizes, 1 - target, tail) / sizes
    return low[place].reshape(n.shape), high[place].reshape(n.shape)


def over_dispersion(successes: Floats, trials: NDArray[np.int64], target: float) -> float:
    """Return φ: how many times as large as chance the squared distance of units from their class is, 1 or more.

    The mean of the squared z-scores after the lowest and highest tenth were pulled in to the tenth's edge (winsorised),
    divided by what that mean is for standard normal z-scores, 0.679. The paper does not divide, and so takes a
    dispersion up to 1.47 for none.

    Raises:
        ValueError: a success count above its base or below 0.

    """
    if (successes < 0).any() or (successes > trials).any():
        raise ValueError("successes lie between 0 and trials")
    if not 0 < target < 1:
        return 1.0
    z = _z_scores(successes, trials, target)
    low, high = np.quantile(z, [WINSORISED, 1 - WINSORISED])
    normal = NormalDist()
    edge = normal.inv_cdf(1 - WINSORISED)
    usual = 1 - 2 * WINSORISED - 2 * edge * normal.pdf(edge) + 2 * WINSORISED * edge**2
    return max(1.0, float(np.mean(np.clip(z, low, high) ** 2)) / usual)


def _z_scores(x: Floats, n: NDArray[np.int64], target: float) -> Floats:
    """Return the normal quantiles of mid-p values, taken from the nearer tail."""
    from scipy.special import ndtri  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    below, above = _mid(x, n, target), _mid(n - x, n, 1 - target)
    tiny = np.finfo(np.float64).tiny
    z: Floats = np.where(below < above, 1, -1) * ndtri(np.maximum(np.minimum(below, above), tiny))
    return z


def _mid(x: Floats, n: NDArray[np.int64], target: float) -> Floats:
    """Return P(X < x) + P(X = x) / 2 for a binomial X, with straight lines between whole numbers."""
    whole = np.floor(x)
    low, high = _mid_whole(whole, n, target), _mid_whole(np.minimum(whole + 1, n), n, target)
    between: Floats = low + (x - whole) * (high - low)
    return between


def _mid_whole(x: Floats, n: NDArray[np.int64], target: float) -> Floats:
    from scipy.special import bdtr  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    at = bdtr(x, n, target)
    before = np.where(x > 0, bdtr(np.maximum(x - 1, 0), n, target), 0.0)
    mid: Floats = (at + before) / 2
    return mid


def _lower(n: NDArray[np.int64], target: float, tail: float) -> Floats:
    """Return the count, between whole numbers, below which lies ``tail``; 0 where even nobody is likelier than that."""
    if target in (0, 1):
        return n.astype(np.float64) * target
    low, high = np.zeros(n.shape), n.astype(np.float64)  # mid(low) <= tail < mid(high), but for the ends.
    while (high - low > 1).any():
        middle = np.floor((low + high) / 2)
        under = _mid_whole(middle, n, target) <= tail
        low, high = np.where(under, middle, low), np.where(under, high, np.maximum(middle, low + 1))
    first, last = _mid_whole(low, n, target), _mid_whole(high, n, target)
    count: Floats = np.asarray(low + np.clip((tail - first) / (last - first), 0, 1), dtype=np.float64)
    return count
