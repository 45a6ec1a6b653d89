"""Proportions from a survey with strata, clusters and weights: linearised (Taylor) standard errors.

The ranges of the unit table (analysis.estimates) are the case of places as clusters, written for a whole tree at once;
this is the general form, one ballot a row.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.intervals import Floats, normal_quantile

#: One ballot speaks for no more than five average ones, and for no less than a fifth of one.
WIDEST: Final = 5
#: Weights are cut to these multiples of their mean.
TRIM: Final = (1 / WIDEST, float(WIDEST))


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
    populations: Mapping[Any, float] | None = None,
    level: float = 0.95,
) -> Proportion | None:
    """Estimate a proportion, with replacement at the first stage unless ``populations`` are given.

    With weights w, successes y and domain d (1 inside, 0 outside), p = Σwdy ÷ Σwd; the linearised variable is
    z = wd(y - p) ÷ Σwd, summed by cluster; the variance is Σₕ mₕ ÷ (mₕ - 1) · Σ (zₕᵢ - z̄ₕ)² over the mₕ clusters of
    each stratum h (Binder 1983, International Statistical Review 51, 279-292); of a stratum of Nₕ people from which
    mₕ ballots were drawn it is taken 1 - mₕ ÷ Nₕ times (Cochran 1977, Sampling Techniques, 5.4). The interval is
    logit(p) ± t · SE ÷ p(1 - p) with t of the design's degrees of freedom. These are svymean and
    svyciprop(method = "xlogit") of R's survey (Lumley 2010, Complex Surveys).

    Args:
        successes: 0 or 1 for each ballot, shape (ballots,).
        weights: not negative; default 1.
        strata: any labels; default one stratum.
        clusters: any labels, each within its stratum; default each ballot its own.
        domain: which ballots are estimated, bool. The whole design stays in the variance: a subset would lose
            the clusters that happen to have nobody in the domain.
        populations: people of each stratum, by its label (one number under 0 where there are no strata). Only for
            ballots drawn at random without replacement within strata; not with clusters.
        level: confidence level, between 0 and 1.

    Returns:
        The proportion, or None where the domain carries no weight.

    Raises:
        ValueError: lengths differ, weights are negative, successes are not 0 or 1, a stratum has a single
            cluster, populations come with clusters or do not fit the strata, or the level is outside (0, 1).

    """
    normal_quantile(level)
    if populations is not None and clusters is not None:
        raise ValueError("populations of strata are for ballots drawn one by one, not for clusters")
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
    standard_error = float(np.sqrt(_variance(z, owner, _left_out(stratum, strata, populations))))
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


def _left_out(stratum: NDArray[np.intp], strata: ArrayLike | None, populations: Mapping[Any, float] | None) -> Floats:
    """Return the share of each stratum that was not drawn, 1 - n ÷ N; 1 where the draw is with replacement."""
    drawn = np.bincount(stratum)
    if populations is None:
        return np.ones(len(drawn))
    labels = [0] if strata is None else np.unique(np.asarray(strata)).tolist()
    missing = [label for label in labels if label not in populations]
    if missing:
        raise ValueError(f"strata without a population: {missing}")
    people = np.array([populations[label] for label in labels], dtype=np.float64)
    if not (people >= drawn).all():
        raise ValueError("a stratum has more ballots than people")
    share: Floats = 1 - drawn / people
    return share


def _variance(z: Floats, stratum: NDArray[np.intp], left_out: Floats) -> float:
    """Sum the between-cluster variance over strata."""
    clusters = np.bincount(stratum)
    if ((clusters == 1) & (left_out > 0)).any():
        raise ValueError("a stratum with a single cluster has no variance; merge it with another")
    mean = np.bincount(stratum, z) / clusters
    square = np.bincount(stratum, (z - mean[stratum]) ** 2)
    return float((left_out * clusters / np.maximum(clusters - 1, 1) * square).sum())


def _logit_limits(estimate: float, error: float, freedom: int, level: float) -> tuple[float, float] | tuple[None, None]:
    """Make the interval on the logit scale and carry it back."""
    from scipy.special import expit, logit, stdtrit  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    if not 0 < estimate < 1 or error == 0 or freedom < 1:
        return None, None
    half = stdtrit(freedom, (1 + level) / 2) * error / (estimate * (1 - estimate))
    return float(expit(logit(estimate) - half)), float(expit(logit(estimate) + half))


def _trimmed(weights: Floats, trim: tuple[float, float]) -> Floats:
    """Cut weights to ``trim`` times their mean, and scale them back to their total."""
    low, high = trim
    if not 0 <= low <= 1 <= high:
        raise ValueError(f"weights are trimmed to bounds around their mean, not to {trim}")
    cut = np.clip(weights, low * weights.mean(), high * weights.mean())
    scaled: Floats = cut * (weights.sum() / cut.sum())
    return scaled


def post_stratify(labels: ArrayLike, populations: Mapping[Any, float], trim: tuple[float, float] = TRIM) -> Floats:
    """Weigh ballots so that each cell (a place, a group) counts as its people do.

    A ballot's weight is people of its cell ÷ ballots of its cell, that is population share ÷ sample share times the
    mean weight (Holt and Smith 1979, JRSS A 142, 33-46): the weights of postStratify in R's survey. Then they are cut
    to ``trim`` and scaled back to their total, so that a weight may pass a bound by that factor (Potter 1990, ASA
    Proceedings of the Section on Survey Research Methods, 225-230).

    It is for ballots in hand; releases do not use it. Their tables are weighed by
    :class:`analysis.population.PopulationRates`, which counts the people of an empty place to its siblings.

    Args:
        labels: the cell of each ballot, shape (ballots,), 1 or more.
        populations: people of each cell, by its label; cells of nobody may be left out.
        trim: lowest and highest weight, as multiples of the mean.

    Returns:
        One weight per ballot; they add up to the people of all cells.

    Raises:
        ValueError: a cell has people and no ballot, or ballots and no people; or the bounds are not
            0 ≤ low ≤ 1 ≤ high.

    """
    cells, cell, ballots = np.unique(np.asarray(labels), return_inverse=True, return_counts=True)
    names = cells.tolist()
    empty = [label for label, people in populations.items() if people > 0 and label not in set(names)]
    if empty:
        raise ValueError(f"cells with people and no ballot: {empty}; merge each with another cell and try again")
    unknown = [name for name in names if not populations.get(name, 0) > 0]
    if unknown:
        raise ValueError(f"cells with ballots and no people: {unknown}; give their population, or merge them")
    people = np.array([populations[name] for name in names], dtype=np.float64)
    return _trimmed((people / ballots)[cell.ravel()], trim)


def design_effect(weights: ArrayLike) -> float:
    """Return how much unequal weights widen a variance: n · Σw² ÷ (Σw)² (Kish 1965, Survey Sampling, 11.7).

    It is 1 for equal weights, and nan where no ballot carries weight.
    """
    w = np.asarray(weights, dtype=np.float64)
    return len(w) / effective_size(w) if w.any() else float("nan")


def effective_size(weights: ArrayLike) -> float:
    """Return how many ballots of equal weight would say as much: (Σw)² ÷ Σw² (Kish 1965); 0 without weight."""
    w = np.asarray(weights, dtype=np.float64)
    return float(w.sum() ** 2 / (w**2).sum()) if w.any() else 0.0
