"""Rates and ranges of a whole table at once, as arrays.

Everything here is computed from what is published, so that anyone with the table gets the same digits and no digit
says anything about a hidden row: hidden places enter a range as one place, their sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.intervals import wilson
from analysis.ratings import BASICALLY_SATISFIED, DISSATISFIED, DONT_KNOW, SATISFIED
from analysis.rollup import Number, Tree

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: Ranges are printed at this level.
LEVEL: Final = 0.95
#: A sum of squares this small, relative to its terms, is rounding error: all places agree exactly.
_ROUNDING: Final = 1e-24


@dataclass(frozen=True)
class Rates:
    """The four rates and the range of the approval rate, proportions, nan where there is none.

    Attributes:
        satisfied: satisfied ÷ rated.
        approval: (satisfied + basically satisfied) ÷ rated.
        satisfied_all: satisfied ÷ (rated + don't know).
        approval_all: (satisfied + basically satisfied) ÷ (rated + don't know).
        low, high: 波动范围 of ``approval``.

    """

    satisfied: Floats
    approval: Floats
    satisfied_all: Floats
    approval_all: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class Bases:
    """What is counted for the rates: successes and bases, arrays of one shape."""

    satisfied: Counts
    approval: Counts
    rated: Counts
    #: Rated and don't know. Where nobody rated a row is empty or hidden: no rate stands on don't know alone.
    all: Counts

    @classmethod
    def of(cls, counts: Counts) -> "Bases":
        """Add up cells: counts (..., 5) in, arrays (...) out."""
        approval = counts[..., SATISFIED] + counts[..., BASICALLY_SATISFIED]
        rated = approval + counts[..., DISSATISFIED]
        return cls(counts[..., SATISFIED], approval, rated, rated + counts[..., DONT_KNOW])

    def ratios(self) -> tuple[tuple[Counts, Counts], ...]:
        """Return numerator and denominator of the four rates, in the order of :class:`Rates`."""
        return (
            (self.satisfied, self.rated),
            (self.approval, self.rated),
            (self.satisfied, self.all),
            (self.approval, self.all),
        )


def over_all(counts: Counts) -> Counts:
    """Count "don't know" as no approval: the approval rate of the result is the one over rated and don't know.

    So that ranges, positions and changes of a headline with the base "all" need no formulas of their own.
    """
    folded = counts.copy()
    folded[..., DISSATISFIED] += folded[..., DONT_KNOW]
    folded[..., DONT_KNOW] = 0
    return folded


def remainders(tree: Tree, counts: NDArray[Number], hidden: NDArray[np.bool_]) -> NDArray[Number]:
    """Split a published table into the finest sums that it states.

    Args:
        tree: who stands under whom.
        counts: rolled-up counts, shape (..., units, questions, 5); what stands in hidden rows is not read.
        hidden: shape (units, questions).

    Returns:
        For each visible unit its counts minus those of the visible units below it, zero for hidden ones; same shape.

    """
    shown = np.moveaxis(np.where(hidden[..., None], 0, counts), -3, 0)
    dark = hidden.reshape(len(hidden), *(1,) * (counts.ndim - 3), hidden.shape[1], 1)
    left, seen = shown.copy(), shown.copy()
    for level in tree.levels:
        below = level.sums(seen)
        parents = level.parents
        left[parents] -= np.where(dark[parents], 0, below)
        seen[parents] += np.where(dark[parents], below, 0)
    return np.moveaxis(left, 0, -3)


def weighted(scores: Floats, weights: Floats) -> Floats:
    """Return Σ wᵍ·Sᵍ ÷ Σ wᵍ over the groups that have a score: (groups, ...) in, (...) out."""
    share = shares(~np.isnan(scores), weights)
    total: Floats = np.where(np.isnan(share[0]), np.nan, np.where(np.isnan(scores), 0, share * scores).sum(axis=0))
    return total


def shares(present: NDArray[np.bool_], weights: Floats) -> Floats:
    """Return wᵍ ÷ Σ wᵍ over the groups present, nan where none is: (groups, ...) in and out."""
    weight = present * weights.reshape(-1, *(1,) * (present.ndim - 1))
    with np.errstate(invalid="ignore"):
        share: Floats = weight / weight.sum(axis=0)
    return share


def effective_ballots(rated: Counts | Floats, weights: Sequence[float | Fraction]) -> Floats:
    """Return Kish's effective number of ballots of weighted groups, (Σ wᵍ)² ÷ Σ wᵍ² ÷ nᵍ over the groups present.

    Args:
        rated: rated ballots, shape (groups, ...).
        weights: one per group, shared among its ballots.

    Returns:
        Shape (...), nan where nobody rated.

    """
    share = shares(rated > 0, np.array([float(weight) for weight in weights]))
    size: Floats = 1 / (share**2 / np.maximum(rated, 1)).sum(axis=0)
    return size


def ratio(part: Counts | Floats, base: Counts | Floats) -> Floats:
    """Divide, nan where the base is 0."""
    with np.errstate(invalid="ignore"):
        quotient: Floats = part / base
    return quotient


def lines(tree: Tree) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Pair every unit with itself, then with its parent, and so on up: (units, the unit above each), level by level."""
    units = np.arange(len(tree.parents))
    above = units
    while len(units):
        yield units, above
        above = tree.parents[above]
        units, above = units[above >= 0], above[above >= 0]


def approval_range(
    tree: Tree, blocks: Counts, weights: Sequence[float], per_ballot: Floats | None = None, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Return 波动范围 of every unit's approval rate.

    Places are clusters: with p the rate, n the rated ballots and m places with rated ballots, the ratio estimator has
    the linearised variance m ÷ (m - 1) · Σ (sᵢ - p nᵢ)² ÷ n² (Cochran 1977, Sampling Techniques, 6.3; Binder 1983),
    and the interval is made on the logit scale with m - 1 degrees of freedom (method "xlogit" of R's survey). For
    groups with weights the linearised variable of a place is zᵢ = Σᵍ (wᵍ ÷ W) · (sᵢᵍ - pᵍ nᵢᵍ) ÷ nᵍ. Where ballots
    carry weights, sᵢ and nᵢ are sums of weights.

    One place has Wilson's interval; with groups it has the groups as strata and ballots as units. Where nobody or
    everybody approves, or all places agree exactly, the variance is 0 and says nothing: Wilson's interval there too.

    Args:
        tree: who stands under whom.
        blocks: what each place adds, from :func:`remainders`, shape (groups, units, questions, 5).
        weights: one per group, not all 0.
        per_ballot: the weight of each ballot of a block, shape (units, questions); default 1.
        level: confidence level, between 0 and 1.

    Returns:
        (low, high), each of shape (units, questions), nan where nobody rated.

    """
    base = Bases.of(blocks)
    declared = np.asarray(weights, dtype=np.float64)
    bears = declared > 0
    each: Floats = np.ones(1) if per_ballot is None else per_ballot
    s: Floats = base.approval * each
    n: Floats = base.rated * each
    successes, rated = _by_unit(tree, s), _by_unit(tree, n)
    scores = ratio(successes, rated)
    share = shares(rated > 0, declared)
    places = tree.roll_up(np.any(base.rated[bears] > 0, axis=0).astype(np.int64))
    square, scale = _sum_of_squares(tree, (s, n), scores, rated, share)
    alone_variance, alone_freedom = _one_place(scores, rated, share)
    with np.errstate(invalid="ignore", divide="ignore"):
        variance = np.where(places > 1, square * places / (places - 1), alone_variance)
    variance = np.where(variance > _ROUNDING * scale, variance, 0)
    freedom = np.where(places > 1, places - 1.0, alone_freedom)
    people = _by_unit(tree, base.rated[bears]).sum(axis=0)
    return logit_or_wilson(weighted(scores, declared), variance, freedom, people, level)


def logit_or_wilson(
    rate: Floats, variance: Floats, freedom: Floats, ballots: Counts, level: float = LEVEL
) -> tuple[Floats, Floats]:
    """Return logit limits, and Wilson's on the count of ballots where variance or freedom is 0 or there is none."""
    from scipy.special import stdtrit  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

    flat = ~(variance > 0) | ~(freedom > 0)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # A very wide range ends at 0 and 1.
        logit = np.log(rate / (1 - rate))
        half = stdtrit(np.where(flat, 1, freedom), (1 + level) / 2) * np.sqrt(variance) / (rate * (1 - rate))
        low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
    plain_low, plain_high = wilson(np.clip(np.nan_to_num(rate), 0, 1) * ballots, ballots, level)
    return np.where(flat, plain_low, low), np.where(flat, plain_high, high)


def _by_unit(tree: Tree, blocks: NDArray[Number]) -> NDArray[Number]:
    """Roll up the second axis: (groups, units, questions) in and out."""
    return np.moveaxis(tree.roll_up(np.moveaxis(blocks, 1, 0)), 0, 1)


def _sum_of_squares(
    tree: Tree, base: tuple[Floats, Floats], scores: Floats, rated: Floats, share: Floats
) -> tuple[Floats, Floats]:
    """Return Σ zᵢ² over the places below each unit, and the size of the terms it was taken from.

    Every place is taken around the rate of each unit above it, since an expanded square would lose its digits where
    there are many ballots and places agree.
    """
    total, scale = np.zeros(rated.shape[1:]), np.zeros(rated.shape[1:])
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = np.where(rated > 0, share / rated, 0)
    score = np.nan_to_num(scores)
    s, n = base
    for places, above in lines(tree):
        z = factor[:, above] * (s[:, places] - score[:, above] * n[:, places])
        np.add.at(total, above, z.sum(axis=0) ** 2)
        np.add.at(scale, above, ((factor[:, above] * s[:, places]) ** 2).sum(axis=0))
    return total, scale


def _one_place(scores: Floats, rated: Floats, share: Floats) -> tuple[Floats, Floats]:
    """Return variance and degrees of freedom with groups as strata and ballots as units; nan for one group."""
    if len(rated) == 1:
        return np.full(rated.shape[1:], np.nan), np.zeros(rated.shape[1:])
    present = share > 0
    with np.errstate(invalid="ignore", divide="ignore"):
        terms = np.where(present, share**2 * scores * (1 - scores) / (rated - 1), 0)
    return terms.sum(axis=0), np.where(present, rated - 1.0, 0).sum(axis=0)
