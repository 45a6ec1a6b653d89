"""Intervals of one proportion: ballots as independent draws."""

from statistics import NormalDist
from typing import cast, overload

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def normal_quantile(level: float) -> float:
    """Return z such that a standard normal lies within ±z with probability ``level``.

    Raises:
        ValueError: ``level`` is not between 0 and 1.

    """
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    return NormalDist().inv_cdf((1 + level) / 2)


def _checked(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Broadcast both as floats, and refuse what cannot be a count."""
    x, n = np.broadcast_arrays(np.asarray(successes, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    if not (np.isfinite(x).all() and np.isfinite(n).all()):
        raise ValueError("successes and trials are finite numbers")
    if (x < 0).any() or (x > n).any():
        raise ValueError("successes lie between 0 and trials")
    return x, n


def _limits(low: Floats, high: Floats) -> tuple[Floats, Floats] | tuple[float, float] | None:
    """Give arrays back as arrays, and one number as one number (None where nobody was counted)."""
    if low.ndim:
        return low, high
    return None if np.isnan(low) else (float(low), float(high))


@overload
def wilson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float] | None: ...
@overload
def wilson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]: ...
def wilson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats] | tuple[float, float] | None:
    """Wilson's score interval without continuity correction (Wilson 1927; method 3 in Newcombe 1998).

    Args:
        successes: counts, a number or an array.
        trials: the base, a number or an array that broadcasts with ``successes``.
        level: confidence level, between 0 and 1.

    Returns:
        (low, high) as proportions. No trials give None for numbers and (nan, nan) within arrays.

    Raises:
        ValueError: successes below 0 or above trials, or a level outside (0, 1).

    """
    x, n = _checked(successes, trials)
    z2 = normal_quantile(level) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = (2 * x + z2) / (2 * (n + z2))
        half = np.sqrt(z2) * np.sqrt(z2 + 4 * x * (n - x) / n) / (2 * (n + z2))
    # At nobody and everybody one limit is exact; the subtraction would leave a rounding error there.
    low = np.where(x == 0, np.where(n == 0, np.nan, 0.0), centre - half)
    high = np.where(x == n, np.where(n == 0, np.nan, 1.0), centre + half)
    return _limits(low, high)


@overload
def clopper_pearson(successes: float, trials: float, level: float = 0.95) -> tuple[float, float] | None: ...
@overload
def clopper_pearson(successes: ArrayLike, trials: ArrayLike, level: float = 0.95) -> tuple[Floats, Floats]: ...
def clopper_pearson(
    successes: ArrayLike, trials: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats] | tuple[float, float] | None:
    """Exact interval from the quantiles of the beta distribution (Clopper and Pearson 1934).

    Arguments, result and errors as in :func:`wilson`.
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    x, n = _checked(successes, trials)
    normal_quantile(level)
    tail = (1 - level) / 2
    inside_low, inside_high = np.maximum(x, 1), np.minimum(x, n - 1)
    low = np.where(x == 0, 0.0, betaincinv(inside_low, n - inside_low + 1, tail))
    high = np.where(x == n, 1.0, betaincinv(inside_high + 1, np.maximum(n - inside_high, 1), 1 - tail))
    return _limits(cast("Floats", np.where(n == 0, np.nan, low)), cast("Floats", np.where(n == 0, np.nan, high)))
