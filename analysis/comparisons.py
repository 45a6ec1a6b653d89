"""Comparing two proportions from independent ballots."""

from typing import overload

import numpy as np
from numpy.typing import ArrayLike

from analysis.intervals import Floats, wilson


@overload
def newcombe(x1: float, n1: float, x2: float, n2: float, level: float = 0.95) -> tuple[float, float, float] | None: ...
@overload
def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats, Floats]: ...
def newcombe(
    x1: ArrayLike, n1: ArrayLike, x2: ArrayLike, n2: ArrayLike, level: float = 0.95
) -> tuple[Floats, Floats, Floats] | tuple[float, float, float] | None:
    """Difference of two independent proportions with Newcombe's hybrid score interval.

    Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10 (no continuity correction).

    Args:
        x1: successes of the first, for example this wave at one place.
        n1: its trials.
        x2: successes of the second, for example the wave before.
        n2: its trials.
        level: confidence level, between 0 and 1.

    Returns:
        (difference, low, high) of the first proportion minus the second. Where either has no trials:
        None for numbers, nan within arrays.

    Raises:
        ValueError: successes below 0 or above trials, or a level outside (0, 1).

    """
    x1, n1, x2, n2 = np.broadcast_arrays(*(np.asarray(value, dtype=np.float64) for value in (x1, n1, x2, n2)))
    shape = x1.shape
    low1, high1 = wilson(np.atleast_1d(x1), np.atleast_1d(n1), level)
    low2, high2 = wilson(np.atleast_1d(x2), np.atleast_1d(n2), level)
    with np.errstate(invalid="ignore"):
        p1, p2 = np.atleast_1d(x1) / n1, np.atleast_1d(x2) / n2
    difference = p1 - p2
    low = difference - np.hypot(p1 - low1, high2 - p2)
    high = difference + np.hypot(high1 - p1, p2 - low2)
    if shape:
        return difference, low, high
    if np.isnan(difference[0]):
        return None
    return float(difference[0]), float(low[0]), float(high[0])
