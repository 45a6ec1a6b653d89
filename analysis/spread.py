"""Ranges (波动范围) of a whole table at once: what they are made of, and where none is printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from analysis.cells import RANGE_NOTES, RangeNote
from analysis.estimates import Bases, Counts, Floats, Rates, lines, ratio, shares, weighted
from analysis.intervals import wilson
from analysis.rollup import Number, Tree

Bools = NDArray[np.bool_]

#: Ranges are printed at this level.
LEVEL: Final = 0.95
#: From fewer places than this no range is printed: with one or two degrees of freedom it would be nearly all of 0 to 1.
LEAST_PLACES: Final = 4
#: A sum of squares this small, relative to its terms, is rounding error: all places agree exactly.
_ROUNDING: Final = 1e-24


@dataclass(frozen=True)
class Spread:
    """How far every approval rate may stray; all arrays of shape (units, questions).

    Attributes:
        rate: nan where nobody rated.
        variance: of the rate, linearised; 0 or nan where the design says nothing about it.
        freedom: degrees of freedom.
        ballots: how many rated, for Wilson's interval where the variance says nothing.
        clusters: how many places with rated ballots are clusters; 0 where places are strata.
        exact: where everybody answered and nothing is left to be inferred.

    """

    rate: Floats
    variance: Floats
    freedom: Floats
    ballots: Counts
    clusters: Counts
    exact: Bools

    @property
    def flat(self) -> Bools:
        """Where Wilson's interval stands, because nobody, everybody, or every place alike approves."""
        return ~(self.variance > 0) | ~(self.freedom > 0)

    @property
    def few(self) -> Bools:
        """Where clusters are several, but too few for a range that says anything."""
        return ~self.flat & (self.clusters > 1) & (self.clusters < LEAST_PLACES)

    def limits(self, level: float = LEVEL) -> tuple[Floats, Floats]:
        """Return logit limits, Wilson's on the count of ballots where :attr:`flat`, the rate itself where exact."""
        from scipy.special import stdtrit  # noqa: PLC0415 - scipy is heavy; importing analysis must not load it

        flat, rate = self.flat, self.rate
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):  # A very wide range ends at 0 and 1.
            logit = np.log(rate / (1 - rate))
            quantile = stdtrit(np.where(flat, 1, self.freedom), (1 + level) / 2)
            half = quantile * np.sqrt(self.variance) / (rate * (1 - rate))
            low, high = 1 / (1 + np.exp(half - logit)), 1 / (1 + np.exp(-half - logit))
        plain = wilson(np.clip(np.nan_to_num(rate), 0, 1) * self.ballots, self.ballots, level)
        by_design = (np.where(flat, without, limit) for without, limit in zip(plain, (low, high), strict=True))
        low, high = (np.where(self.exact, rate, limit) for limit in by_design)
        return low, high


class Blocks(NamedTuple):
    """The finest sums that a published table states, as clusters: what each place adds to the units above it.

    Attributes:
        tree: who stands under whom.
        counts: from :func:`analysis.estimates.remainders`, shape (groups, units, questions, 5).
        weights: one per group, not all 0.
        per_ballot: the weight of each ballot of a block, shape (units, questions); None where all weigh 1.

    """

    tree: Tree
    counts: Counts
    weights: Sequence[float]
    per_ballot: Floats | None = None


def approval_spread(blocks: Blocks) -> Spread:
    """Return what 波动范围 of every unit's approval rate is made of.

    Places are clusters: with p the rate, n the rated ballots and m places with rated ballots, the ratio estimator has
    the linearised variance m ÷ (m - 1) · Σ (sᵢ - p nᵢ)² ÷ n² (Cochran 1977, Sampling Techniques, 6.3; Binder 1983),
    and the interval is made on the logit scale with m - 1 degrees of freedom (method "xlogit" of R's survey). For
    groups with weights the linearised variable of a place is zᵢ = Σᵍ (wᵍ ÷ W) · (sᵢᵍ - pᵍ nᵢᵍ) ÷ nᵍ. Where ballots
    carry weights, sᵢ and nᵢ are sums of weights.

    One place has Wilson's interval; with groups it has the groups as strata and ballots as units. Where nobody or
    everybody approves, or all places agree exactly, the variance is 0 and says nothing: Wilson's interval there too.
    """
    tree, counts, weights, per_ballot = blocks
    base = Bases.of(counts)
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
    return Spread(weighted(scores, declared), variance, freedom, people, places, np.zeros(places.shape, np.bool_))


def with_range(rates: Sequence[Floats], spread: Spread, several: Bools) -> Rates:
    """Put the printed range beside the rates: none where everybody answered, nor where places are too few."""
    satisfied, approval, satisfied_all, approval_all = rates
    none = np.isnan(approval) | spread.exact
    wilson, few = (RANGE_NOTES.index(each) for each in (RangeNote.WILSON, RangeNote.FEW_PLACES))
    note = np.where(none, 0, np.where(spread.few, few, np.where(spread.flat & several, wilson, 0)))
    low, high = (np.where(none | spread.few, np.nan, limit) for limit in spread.limits(LEVEL))
    return Rates(satisfied, approval, satisfied_all, approval_all, low, high, note.astype(np.int8))


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
