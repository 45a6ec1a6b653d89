"""The change of the approval rate between two waves of a survey, from what each of them published.

Ballots of two waves are independent, and people are never paired; places are the same, and what a place has of its own
is in both. So above a place the covariance of common places is kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.clusters import Clusters
from analysis.comparisons import newcombe
from analysis.estimates import (
    Bases,
    Counts,
    Floats,
    effective_ballots,
    lines,
    ratio,
    remainders,
    shares,
    weighted,
)
from analysis.groups import exact_weights, weighted_score
from analysis.population import PopulationRates
from analysis.ratings import RATED
from analysis.rollup import Tree
from analysis.spread import LEVEL

Bools = NDArray[np.bool_]

#: A sum of squares this small is rounding error: all places changed alike.
_ROUNDING: Final = 1e-30

#: Differences in binary fractions are right to far more digits than this, in tenths of a percentage point.
_DOUBT: Final = 1e-6


@dataclass(frozen=True)
class Wave:
    """What one wave published.

    Attributes:
        tree: who stands under whom.
        counts: rolled-up counts, shape (units, questions, 5); what stands in hidden rows is not read.
        hidden: bool, shape (units, questions).
        populations: each unit's own eligible people, shape (units,), where its rates are weighted by people.
        group_counts: counts by group, shape (groups, units, questions, 5), where its rates are weighted by groups; then
            ``hidden`` says where rates are hidden.
        weights: one per group.

    """

    tree: Tree
    counts: Counts
    hidden: Bools
    populations: Counts | None = None
    group_counts: Counts | None = None
    weights: Sequence[float] = (1,)

    @cached_property
    def by_people(self) -> PopulationRates | None:
        """The rates weighted by people; None where they come from counts."""
        if self.populations is None:
            return None
        return PopulationRates.of(self.tree, self.hidden, self.populations, self.counts)

    @cached_property
    def cells(self) -> tuple[Floats, Floats]:
        """Weighted approvals and weighted rated ballots, rolled up, shape (groups, units, questions)."""
        people = self.by_people
        if people is not None:
            successes, rated = (
                self.tree.roll_up(part * people.weights[0]) for part in (people.bases.approval, people.bases.rated)
            )
            return successes[None], rated[None]
        return self._bases.approval.astype(np.float64), self._bases.rated.astype(np.float64)

    @cached_property
    def _bases(self) -> Bases:
        """What is counted, shape (groups, units, questions)."""
        counts = self.counts[None] if self.group_counts is None else self.group_counts
        return Bases.of(np.where(self.hidden[..., None], 0, counts))

    @cached_property
    def rate(self) -> Floats:
        """The approval rate, shape (units, questions)."""
        return weighted(ratio(*self.cells), np.asarray(self.weights, dtype=np.float64))

    def exact_rate(self, unit: int, question: int) -> Fraction | None:
        """Return the approval rate of a visible unit without rounding; None where there is none."""
        if self.by_people is not None:
            return self.by_people.exact(1, (unit, question))
        successes, rated = (part[:, unit, question].tolist() for part in (self._bases.approval, self._bases.rated))
        return weighted_score(successes, rated, self._exact_weights)

    @cached_property
    def _exact_weights(self) -> Sequence[Fraction]:
        return exact_weights(self.weights)

    @cached_property
    def ballots(self) -> Floats:
        """Rated ballots, of weighted groups as many as they are worth, shape (units, questions)."""
        if self.group_counts is None:
            return Bases.of(np.where(self.hidden[..., None], 0, self.counts)).rated.astype(np.float64)
        return np.nan_to_num(effective_ballots(self.cells[1], self.weights))


@dataclass(frozen=True)
class Changes:
    """The change of the approval rate, now minus before: proportions, shape (units, questions).

    All are nan where there is none: the unit has no counterpart, or a rate is hidden or missing in one of the waves.

    Attributes:
        difference: of the two rates.
        tenths: the same in tenths of a percentage point, whole numbers, rounded half away from zero from the exact
            difference; 0 where there is none.
        low, high: interval of the difference at 95 %.
        p_value: two-sided, that the difference is nothing; goes through analysis.multiplicity before it is told.

    """

    difference: Floats
    tenths: Counts
    low: Floats
    high: Floats
    p_value: Floats


def with_places(wave: Wave, clusters: Clusters) -> Wave:
    """Put the places of listed targets below them: they are the clusters of a difference, as of a range."""
    pooled = clusters.counts.sum(axis=0)[None]
    tree, counts, hidden = clusters.below(wave.counts[None], wave.hidden, pooled)
    if wave.group_counts is None:
        return replace(wave, tree=tree, counts=counts[0], hidden=hidden)
    _, by_group, _ = clusters.below(wave.group_counts, wave.hidden, clusters.counts)
    return replace(wave, tree=tree, counts=counts[0], hidden=hidden, group_counts=by_group)


def changes(now: Wave, before: Wave, match: ArrayLike) -> Changes:
    """Compare two waves with the same questions in the same order.

    A place against itself has Newcombe's interval (analysis.comparisons) and the score test of two proportions. Above
    it places are clusters that take part in both waves: zᵢ = (sᵢ - p nᵢ) ÷ n of now minus the same of before, over the
    union of places (0 where a place took part in one only); variance m ÷ (m - 1) · Σ zᵢ², and a t interval with m - 1
    degrees of freedom (svycontrast over svyby(covmat = TRUE) of R's survey; Kish 1965, Survey Sampling, 12.4). Where
    the places say nothing about their spread, the counts are compared as at one place.

    Only what is published enters. A place that is hidden in one wave is taken as hidden in both, so that it is in the
    same block.

    Args:
        now: this wave.
        before: the wave before.
        match: for each unit of now the index of the same unit before, -1 where there is none: it is new, or stood
            elsewhere in the tree, and has no change.

    Returns:
        Changes of the units of now.

    Raises:
        ValueError: questions or the match do not fit, or two units match the same one.

    """
    there, back = _matched(now, before, match)
    common = there >= 0
    hidden_now, hidden_before = now.hidden.copy(), before.hidden.copy()
    hidden_now[common] |= before.hidden[there[common]]
    hidden_before[there[common]] |= now.hidden[common]
    units, old_units = len(there), len(back)
    if not common.any():
        none = np.full(now.hidden.shape, np.nan)
        return Changes(none, np.zeros(none.shape, np.int64), none, none, none)

    own_place = np.arange(units)
    same_place = np.where(back >= 0, back, units + np.arange(old_units))
    ours = _influence(now, hidden_now, np.where(common, own_place, -1), own_place)
    theirs = _influence(before, hidden_before, back, same_place)
    variance, places = _spread_over_places(ours, theirs, units, old_units)

    shown = common[:, None] & ~(now.hidden | before.hidden[there])
    rates = [np.where(shown, rate, np.nan) for rate in (now.rate, before.rate[there])]
    tenths = _tenths(rates[0] - rates[1], now, before, there)
    return _inferred(rates, tenths, (now.ballots, before.ballots[there]), variance, places)


def _tenths(difference: Floats, now: Wave, before: Wave, there: NDArray[np.intp]) -> Counts:
    """Round to tenths of a percentage point, half away from zero.

    Binary fractions tell which tenth it is, but where they come close to half of one: there rates are taken exactly.
    """
    size = 1000 * np.abs(np.nan_to_num(difference)) + 0.5
    tenths = np.floor(size)
    for unit, question in np.argwhere(np.floor(size - _DOUBT) != np.floor(size + _DOUBT)).tolist():
        # Where there is a difference there are both rates.
        ours, theirs = (now.exact_rate(unit, question) or 0), (before.exact_rate(int(there[unit]), question) or 0)
        tenths[unit, question] = floor(1000 * abs(Fraction(ours - theirs)) + Fraction(1, 2))
    return np.copysign(tenths, difference).astype(np.int64)


def _matched(now: Wave, before: Wave, match: ArrayLike) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Check the match and turn it round."""
    there = np.asarray(match, dtype=np.intp)
    units, old_units = len(now.tree.parents), len(before.tree.parents)
    if now.counts.shape[1:] != before.counts.shape[1:]:
        raise ValueError("the waves have the same questions in the same order")
    if there.shape != (units,) or (there < -1).any() or (there >= old_units).any():
        raise ValueError("a match is the index of a unit before, or -1, one for each unit of now")
    back = np.full(old_units, -1, dtype=np.intp)
    found = np.flatnonzero(there >= 0)
    back[there[found]] = found
    if (back >= 0).sum() != len(found):
        raise ValueError("two units match the same unit before")
    return there, back


@dataclass(frozen=True)
class _Influence:
    """What each place adds to the linearised rate of each unit above it; one row a pair of them."""

    unit: NDArray[np.intp]
    place: NDArray[np.intp]
    z: Floats
    took_part: Bools


def _influence(wave: Wave, hidden: Bools, target: NDArray[np.intp], place: NDArray[np.intp]) -> _Influence:
    """Linearise one wave; ``target`` and ``place`` give its units the numbers of this wave, -1 where there is none."""
    declared = np.asarray(wave.weights, dtype=np.float64)
    successes, rated = wave.cells
    blocks = remainders(wave.tree, np.stack(wave.cells, axis=-1), hidden)
    took_part = remainders(wave.tree, wave.counts, hidden)[..., RATED].sum(axis=-1) > 0
    below, above = (np.concatenate(parts) for parts in zip(*lines(wave.tree), strict=True))
    wanted = target[above] >= 0
    below, above = below[wanted], above[wanted]
    score = np.nan_to_num(ratio(successes, rated))
    factor = np.where(rated > 0, shares(rated > 0, declared) / np.maximum(rated, 1e-300), 0)
    z = (factor[:, above] * (blocks[..., 0][:, below] - score[:, above] * blocks[..., 1][:, below])).sum(axis=0)
    return _Influence(target[above], place[below], z, took_part[below])


def _spread_over_places(ours: _Influence, theirs: _Influence, units: int, old_units: int) -> tuple[Floats, Counts]:
    """Return the variance of the difference of every unit, 0 where places say nothing, and how many places it has."""
    width = units + old_units
    keys = np.concatenate([ours.unit * width + ours.place, theirs.unit * width + theirs.place])
    pairs, row = np.unique(keys, return_inverse=True)
    z = np.zeros((len(pairs), ours.z.shape[1]))
    np.add.at(z, row, np.concatenate([ours.z, -theirs.z]))
    took_part = np.zeros(z.shape, dtype=bool)
    np.logical_or.at(took_part, row, np.concatenate([ours.took_part, theirs.took_part]))
    owner = pairs // width
    square, places = np.zeros((units, z.shape[1])), np.zeros((units, z.shape[1]), dtype=np.int64)
    np.add.at(square, owner, z**2)
    np.add.at(places, owner, took_part.astype(np.int64))
    says = (places > 1) & (square > _ROUNDING)
    return np.where(says, square * places / np.maximum(places - 1, 1), 0), places


def _inferred(
    rates: Sequence[Floats], tenths: Counts, rated: Sequence[Floats], variance: Floats, places: Counts
) -> Changes:
    """Make interval and p-value of the difference of two rates, nan where either is."""
    from scipy.special import ndtr, stdtr, stdtrit  # noqa: PLC0415 - importing analysis must not load scipy

    difference = rates[0] - rates[1]
    n1, n2 = (np.where(np.isnan(difference), 0, each) for each in rated)
    x1, x2 = (np.nan_to_num(rate) * n for rate, n in zip(rates, (n1, n2), strict=True))
    _, plain_low, plain_high = newcombe(x1, n1, x2, n2, LEVEL)
    says = variance > 0
    freedom = np.where(says, places - 1, 1)
    error = np.sqrt(variance)
    half = stdtrit(freedom, (1 + LEVEL) / 2) * error
    with np.errstate(invalid="ignore", divide="ignore"):
        clustered = 2 * stdtr(freedom, -np.abs(difference) / error)
        pooled = (x1 + x2) / (n1 + n2)
        score = difference / np.sqrt(pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    # Nobody, or everybody, in both waves: no difference, and nothing against there being none.
    plain = np.where(difference == 0, 1, 2 * ndtr(-np.abs(score)))
    return Changes(
        difference,
        tenths,
        np.where(says, np.maximum(difference - half, -1), plain_low),
        np.where(says, np.minimum(difference + half, 1), plain_high),
        np.where(np.isnan(difference), np.nan, np.where(says, clustered, plain)),
    )
