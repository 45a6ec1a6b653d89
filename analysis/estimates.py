"""Rates and ranges of a whole table at once, as arrays.

Everything here is computed from what is published, so that anyone with the table gets the same digits and no digit
says anything about a hidden row: hidden places enter a range as one place, their sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.groups import EmptyGroup
from analysis.ratings import BASICALLY_SATISFIED, DISSATISFIED, DONT_KNOW, SATISFIED
from analysis.rollup import Number, Tree

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

#: What the headline's rates stand on: ballots that rated, or these and don't know.
Base = Literal["rated", "all"]


@dataclass(frozen=True)
class Rates:
    """The four rates and the range of the approval rate, proportions, nan where there is none.

    Attributes:
        satisfied: satisfied ÷ rated.
        approval: (satisfied + basically satisfied) ÷ rated.
        satisfied_all: satisfied ÷ (rated + don't know).
        approval_all: (satisfied + basically satisfied) ÷ (rated + don't know).
        low, high: 波动范围 of ``approval``.
        note: what is to be remarked on the range, int8, a number of :data:`analysis.cells.RANGE_NOTES`.

    """

    satisfied: Floats
    approval: Floats
    satisfied_all: Floats
    approval_all: Floats
    low: Floats
    high: Floats
    note: NDArray[np.int8]


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


def weighted_rates(
    counts: Counts, hidden: NDArray[np.bool_], weights: Sequence[float | Fraction], empty_group: EmptyGroup
) -> list[Floats]:
    """Compute the four rates from published counts (groups, units, questions, 5)."""
    weight = np.array([float(one) for one in weights])
    base = Bases.of(np.where(hidden[..., None], 0, counts))
    carrying = base.rated[weight > 0] > 0
    no_rate = ~(np.all(carrying, axis=0) if empty_group == "refuse" else np.any(carrying, axis=0))
    return [np.where(no_rate, np.nan, weighted(ratio(part, whole), weight)) for part, whole in base.ratios()]
