"""Many tests at once: which of them still say something."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats

Bools = NDArray[np.bool_]


def benjamini_hochberg(p_values: ArrayLike, rate: float = 0.05) -> Bools:
    """Say which tests are rejected so that, of those, a share of ``rate`` is expected to be rejected wrongly.

    For scans over units and questions. Source: Benjamini and Hochberg 1995, JRSS B 57, 289-300.

    Args:
        p_values: any shape; nan where there is no test, which is never rejected and does not count.
        rate: false discovery rate, between 0 and 1.

    Returns:
        Bool, same shape.

    Raises:
        ValueError: a p-value or the rate is outside its range.

    """
    from scipy.stats import false_discovery_control  # noqa: PLC0415 - importing analysis must not load scipy

    p, tested = _checked(p_values, rate)
    rejected = np.zeros(p.shape, dtype=bool)
    if tested.any():
        rejected[tested] = false_discovery_control(p[tested]) <= rate
    return rejected


def holm(p_values: ArrayLike, level: float = 0.05) -> Bools:
    """Say which tests are rejected so that any wrong rejection at all has a probability of ``level`` at most.

    For the few contrasts of a headline. Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.
    Arguments, result and errors as in :func:`benjamini_hochberg`.
    """
    p, tested = _checked(p_values, level)
    order = np.argsort(p[tested], kind="stable")
    passed = p[tested][order] * np.arange(len(order), 0, -1) <= level
    inside = np.zeros(len(order), dtype=bool)
    inside[order] = np.logical_and.accumulate(passed)
    rejected = np.zeros(p.shape, dtype=bool)
    rejected[tested] = inside
    return rejected


def _checked(p_values: ArrayLike, rate: float) -> tuple[Floats, Bools]:
    """Return p-values and which of them are there."""
    p = np.asarray(p_values, dtype=np.float64)
    tested = ~np.isnan(p)
    if not 0 < rate < 1 or (p[tested] < 0).any() or (p[tested] > 1).any():
        raise ValueError("p-values lie between 0 and 1, and so does what is allowed of them")
    return p, tested
