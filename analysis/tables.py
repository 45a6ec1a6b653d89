"""The unit table: the one table from which every page, figure and file reads, with suppression applied."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import isnan
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.estimates import Bases, Rates, approval_range, ratio, remainders, weighted
from analysis.groups import EmptyGroup, Weight, exact_weights, weighted_score
from analysis.rates import round_percent
from analysis.ratings import BLANK_CELL, CELLS, RATED, Rating
from analysis.rollup import Tree
from analysis.suppression import THRESHOLD, suppress_groups

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: Stands in arrays where a count is hidden, so that a mistake is visible.
HIDDEN: Final = -1


@dataclass(frozen=True)
class Cell:
    """One unit × question as it is printed.

    Counts are None where suppressed. Rates and ranges are printed percentages without the percent sign, None where
    suppressed or where nobody rated.
    """

    ballots: int
    rated: int | None
    satisfied: int | None
    basically_satisfied: int | None
    dissatisfied: int | None
    dont_know: int | None
    blank: int | None
    satisfied_rate: str | None
    approval_rate: str | None
    satisfied_rate_all: str | None
    approval_rate_all: str | None
    range_low: str | None
    range_high: str | None
    suppressed: bool


@dataclass(frozen=True)
class UnitTable:
    """Counts and rates by unit × question, rolled up and suppressed.

    Attributes:
        tree: who stands under whom.
        questions: codes, in the order of the second axis.
        weights: one per group, or None where groups are pooled.
        threshold: rated ballots from which a row is shown.
        empty_group: what a group without rated ballots does to a weighted score.
        ballots: ballots that were asked, int64, shape (units, questions); never hidden.
        suppressed: what is hidden, bool, same shape.
        counts: int64, shape (units, questions, 5), columns as in CELLS, -1 where suppressed.
        group_ballots, group_suppressed, group_counts: the same by group, the group the first axis.

    """

    tree: Tree
    questions: tuple[str, ...]
    weights: tuple[Fraction, ...] | None
    threshold: int
    empty_group: EmptyGroup
    ballots: Counts
    suppressed: Bools
    counts: Counts
    group_ballots: Counts
    group_suppressed: Bools
    group_counts: Counts

    @property
    def groups(self) -> int:
        """How many groups there are, 1 or more."""
        return len(self.group_counts)

    @cached_property
    def rates_suppressed(self) -> Bools:
        """Where rates are hidden, shape (units, questions).

        A weighted rate is an equation between the groups, so it is hidden with any of them, even where the counts
        over all groups are shown.
        """
        return self.suppressed if self.weights is None else self.suppressed | self.group_suppressed.any(axis=0)

    @cached_property
    def rates(self) -> Rates:
        """All rates as arrays (units, questions), for sorting and drawing; nan where :class:`Cell` has None."""
        if self.weights is None:
            return _rates(self.tree, self.counts[None], self.suppressed, None, self.empty_group)
        return _rates(self.tree, self.group_counts, self.rates_suppressed, self.weights, self.empty_group)

    @cached_property
    def group_rates(self) -> tuple[Rates, ...]:
        """Each group's own rates, as in :attr:`rates`."""
        return tuple(
            _rates(self.tree, counts[None], hidden, None, self.empty_group)
            for counts, hidden in zip(self.group_counts, self.group_suppressed, strict=True)
        )

    def cell(self, unit: int, question: int) -> Cell:
        """Return one unit × question over all groups; with weights the rates are weighted scores."""
        at = unit, question
        counts = self.counts[None, unit, question] if self.weights is None else self.group_counts[:, unit, question]
        return _cell(
            int(self.ballots[at]),
            None if self.suppressed[at] else self.counts[at],
            [None] * 4 if self.rates_suppressed[at] else self._printed(counts, self.weights),
            (self.rates.low[at], self.rates.high[at]),
        )

    def group_cell(self, group: int, unit: int, question: int) -> Cell:
        """Return one group's own counts and rates at one unit × question."""
        at = group, unit, question
        rates = self.group_rates[group]
        return _cell(
            int(self.group_ballots[at]),
            None if self.group_suppressed[at] else self.group_counts[at],
            [None] * 4 if self.group_suppressed[at] else self._printed(self.group_counts[at][None], None),
            (rates.low[unit, question], rates.high[unit, question]),
        )

    def missing_groups(self, unit: int, question: int) -> tuple[int, ...]:
        """Return the groups that a weighted score leaves out (缺组): nobody in them rated.

        Empty where the rates are hidden or the survey is not weighted.
        """
        if self.weights is None or self.rates_suppressed[unit, question]:
            return ()
        rated = self.group_counts[:, unit, question, RATED].sum(axis=-1)
        return tuple(np.flatnonzero(rated == 0).tolist()) if rated.any() else ()

    def _printed(self, counts: Counts, weights: tuple[Fraction, ...] | None) -> list[str | None]:
        """Print the four rates of counts (groups, 5), exactly."""
        groups = [_ratios(*cells[:-1]) for cells in counts.tolist()]
        if weights is None:
            return [round_percent(part, base) if base else None for part, base in groups[0]]
        printed: list[str | None] = []
        for ratios in zip(*groups, strict=True):
            parts, bases = zip(*ratios, strict=True)
            score = weighted_score(parts, bases, weights, self.empty_group)
            printed.append(None if score is None else round_percent(score, 1))
        return printed


def _ratios(satisfied: int, basically: int, dissatisfied: int, dont_know: int) -> list[tuple[int, int]]:
    """Return what estimates.Bases.ratios gives, for the counts of one cell; plain integers print faster."""
    approval = satisfied + basically
    rated = approval + dissatisfied
    both = rated + dont_know
    return [(satisfied, rated), (approval, rated), (satisfied, both), (approval, both)]


def _cell(ballots: int, counts: Counts | None, rates: list[str | None], limits: tuple[float, float]) -> Cell:
    """Put a cell together; counts of None are suppressed, limits of nan are none."""
    shown: list[int] | list[None] = [None] * len(CELLS) if counts is None else counts.tolist()
    by_name = dict(zip(CELLS, shown, strict=True))
    low, high = (None if isnan(limit) else round_percent(*float(limit).as_integer_ratio()) for limit in limits)
    return Cell(
        ballots=ballots,
        rated=None if counts is None else int(counts[RATED].sum()),
        satisfied=by_name[Rating.SATISFIED],
        basically_satisfied=by_name[Rating.BASICALLY_SATISFIED],
        dissatisfied=by_name[Rating.DISSATISFIED],
        dont_know=by_name[Rating.DONT_KNOW],
        blank=by_name[BLANK_CELL],
        satisfied_rate=rates[0],
        approval_rate=rates[1],
        satisfied_rate_all=rates[2],
        approval_rate_all=rates[3],
        range_low=low,
        range_high=high,
        suppressed=counts is None,
    )


def _rates(
    tree: Tree, counts: Counts, hidden: Bools, weights: tuple[Fraction, ...] | None, empty_group: EmptyGroup
) -> Rates:
    """Compute rates and ranges from published counts (groups, units, questions, 5)."""
    weight = np.array([float(one) for one in weights or (Fraction(1),)])
    base = Bases.of(np.where(hidden[..., None], 0, counts))
    carrying = base.rated[weight > 0] > 0
    no_rate = ~(np.all(carrying, axis=0) if empty_group == "refuse" else np.any(carrying, axis=0))
    scores = [np.where(no_rate, np.nan, weighted(ratio(part, whole), weight)) for part, whole in base.ratios()]
    limits = approval_range(tree, remainders(tree, counts, hidden), weight.tolist())
    return Rates(*scores, *(np.where(no_rate, np.nan, limit) for limit in limits))


def tabulate(
    parents: Sequence[int] | NDArray[np.integer[Any]],
    questions: Sequence[str],
    counts: ArrayLike,
    *,
    weights: Sequence[Weight] | None = None,
    threshold: int = THRESHOLD,
    required: Sequence[bool] | None = None,
    empty_group: EmptyGroup = "renormalise",
) -> UnitTable:
    """Roll counts up, suppress once, and return the table that everything reads.

    Args:
        parents: index of each unit's parent, -1 for a root, one per unit.
        questions: codes.
        counts: each unit's OWN ballots, whole numbers, shape (groups, units, questions, 5), columns as in CELLS.
        weights: one per group. None, or a single group, means unweighted: counts are pooled over groups.
        threshold: rated ballots from which a row is shown.
        required: one per question; a required question has no blank on the screen. A blank from paper is still
            counted and shown.
        empty_group: what a group without rated ballots does to a weighted score: "renormalise" or "refuse".

    Returns:
        The table, immutable.

    Raises:
        ValueError: shapes that do not fit, negative counts, weights that are negative or all 0, a cycle among the
            parents, or a threshold below 1.

    """
    own = np.asarray(counts)
    tree = Tree.of(parents)
    _check(own, (len(tree.parents), len(questions), len(CELLS)))
    exact = None if weights is None else exact_weights(weights)
    if exact is not None and len(exact) != len(own):
        raise ValueError(f"{len(exact)} weights for {len(own)} groups")
    if required is not None and len(required) != len(questions):
        raise ValueError(f"{len(required)} marks of required for {len(questions)} questions")
    own = own.astype(np.int64)
    hidden, group_hidden = suppress_groups(tree, own, threshold)
    by_group = np.stack([tree.roll_up(group) for group in own])
    total = by_group.sum(axis=0)
    table = UnitTable(
        tree=tree,
        questions=tuple(questions),
        weights=exact if len(own) > 1 else None,
        threshold=threshold,
        empty_group=empty_group,
        ballots=total.sum(axis=-1),
        suppressed=hidden,
        counts=np.where(hidden[..., None], HIDDEN, total),
        group_ballots=by_group.sum(axis=-1),
        group_suppressed=group_hidden,
        group_counts=np.where(group_hidden[..., None], HIDDEN, by_group),
    )
    for array in (table.ballots, table.suppressed, table.counts, table.group_ballots, group_hidden, table.group_counts):
        array.setflags(write=False)
    return table


def _check(own: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Refuse counts that are no counts."""
    if own.ndim != 4 or not len(own) or own.shape[1:] != shape or not np.issubdtype(own.dtype, np.integer):
        raise ValueError(f"counts are whole numbers (groups, *{shape}), not {own.dtype} {own.shape}")
    if own.size and own.min() < 0:
        raise ValueError("counts are not negative")
