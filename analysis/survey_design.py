"""Proportions from a survey with strata, clusters and weights: linearised (Taylor) standard errors.

The ranges of the unit table (analysis.estimates) are the case of places as clusters, written for a whole tree at once;
this is the general form, one ballot a row.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats, normal_quantile


@dataclass(frozen=True)
class Proportion:
    """A weighted proportion.

    Attributes:
        estimate: between 0 and 1.
        standard_error: linearised.
        freedom: degrees of freedom of the design: clusters minus strata, of those that reach into the domain.
        low, high: interval on the logit scale. None where the estimate is 0 or 1, the standard error is 0 or no
            degree of freedom is left: the method has nothing to say there.

    """

    estimate: float
    standard_error: float
    freedom: int
    low: float | None
    high: float | None


def proportion(
    successes: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    domain: ArrayLike | None = None,
    level: float = 0.95,
) -> Proportion | None:
    """Estimate a proportion, with replacement at the first stage and no finite population correction.

    With weights w, successes y and domain d (1 inside, 0 outside), p = Σwdy ÷ Σwd; the linearised variable is
    z = wd(y - p) ÷ Σwd, summed by cluster; the variance is Σₕ mₕ ÷ (mₕ - 1) · Σ (zₕᵢ - z̄ₕ)² over the mₕ clusters of
    each stratum h (Binder 1983, International Statistical Review 51, 279-292). The interval is logit(p) ± t · SE ÷
    p(1 - p) with t of the design's degrees of freedom. These are svymean and svyciprop(method = "xlogit") of R's
    survey (Lumley 2010, Complex Surveys).

    Args:
        successes: 0 or 1 for each ballot, shape (ballots,).
        weights: not negative; default 1.
        strata: any labels; default one stratum.
        clusters: any labels, each within its stratum; default each ballot its own.
        domain: which ballots are estimated, bool. The whole design stays in the variance: a subset would lose
            the clusters that happen to have nobody in the domain.
        level: confidence level, between 0 and 1.

    Returns:
        The proportion, or None where the domain carries no weight.

    Raises:
        ValueError: lengths differ, weights are negative, successes are not 0 or 1, a stratum has a single
            cluster, or the level is outside (0, 1).

    """
    normal_quantile(level)
    y = np.asarray(successes, dtype=np.float64)
    w = np.ones_like(y) if weights is None else np.asarray(weights, dtype=np.float64)
    inside = np.ones(y.shape, dtype=bool) if domain is None else np.asarray(domain, dtype=bool)
    stratum, cluster = _design(len(y), strata, clusters)
    if not y.shape == w.shape == inside.shape == stratum.shape == (len(y),):
        raise ValueError("successes, weights, strata, clusters and domain have one entry per ballot")
    if not np.isin(y, (0, 1)).all() or not (w >= 0).all():
        raise ValueError("successes are 0 or 1, and weights are not negative")
    w = w * inside
    if not w.any():
        return None
    estimate = float((w * y).sum() / w.sum())
    z: Floats = np.bincount(cluster, w * (y - estimate) / w.sum()).astype(np.float64)
    owner = np.zeros(len(z), dtype=np.intp)
    owner[cluster] = stratum
    standard_error = float(np.sqrt(_variance(z, owner)))
    reached = np.bincount(cluster, w) > 0
    freedom = int(reached.sum()) - len(np.unique(owner[reached]))
    low, high = _logit_limits(estimate, standard_error, freedom, level)
    return Proportion(estimate, standard_error, freedom, low, high)


def _design(
    ballots: int, strata: ArrayLike | None, clusters: ArrayLike | None
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Give strata and clusters numbers; equal cluster labels in two strata are two clusters."""
    names = np.zeros(ballots, dtype=np.intp) if strata is None else np.asarray(strata)
    stratum = np.unique(names, return_inverse=True)[1]
    units: NDArray[Any] = np.arange(ballots) if clusters is None else np.asarray(clusters)
    if stratum.shape != units.shape:
        raise ValueError("strata and clusters have one entry per ballot")
    label = np.unique(units, return_inverse=True)[1]
    cluster = np.unique(np.stack([stratum, label]), axis=1, return_inverse=True)[1]
    return stratum.astype(np.intp), cluster.ravel().astype(np.intp)


def _variance(z: Floats, stratum: NDArray[np.intp]) -> float:
    """Sum the between-cluster variance over strata."""
    clusters = np.bincount(stratum)
    if (clusters == 1).any():
        raise ValueError("a stratum with a single cluster has no variance; merge it with another")
    mean = np.bincount(stratum, z) / clusters
    square = np.bincount(stratum, (z - mean[stratum]) ** 2)
    return float((clusters / (clusters - 1) * square).sum())


def _logit_limits(estimate: float, error: float, freedom: int, level: float) -> tuple[float, float] | tuple[None, None]:
    """Make the interval on the logit scale and carry it back."""
    from scipy.special import expit, logit, stdtrit  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    if not 0 < estimate < 1 or error == 0 or freedom < 1:
        return None, None
    half = stdtrit(freedom, (1 + level) / 2) * error / (estimate * (1 - estimate))
    return float(expit(logit(estimate) - half)), float(expit(logit(estimate) + half))
