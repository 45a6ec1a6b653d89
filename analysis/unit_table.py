"""The unit table: the one table from which every page, figure and file reads, with suppression applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor, isnan
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from analysis.cells import RANGE_NOTES, Cell, print_cell, ratios
from analysis.clusters import Clusters
from analysis.estimates import Base, Floats, Rates, effective_ballots, over_all, remainders, weighted_rates
from analysis.groups import EmptyGroup, weighted_score
from analysis.population import PopulationRates, Weighting
from analysis.rates import round_percent
from analysis.ratings import RATED
from analysis.rollup import Tree
from analysis.spread import Blocks, Spread, approval_spread, with_range

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: How ballots came about: "self" by an open poster (the range is a range, 波动范围), "list" by slips to a known list,
#: "random" by slips to people drawn at random within every place.
Selection = Literal["self", "list", "random"]

#: Stands in arrays where a count is hidden, so that a mistake is visible.
HIDDEN: Final = -1


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
        populations: each unit's own eligible people, shape (units,), or None where rates come from counts.
        selection: how ballots came about.
        census: where everybody on the list answered, bool, shape (units,).
        base: of the headline, "rated" or "all"; ranges, effective numbers and what is compared stand on it.
        clusters: the places of units that make no tree, for their ranges; None where units are places or sums of them.

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
    populations: Counts | None
    selection: Selection
    census: Bools
    base: Base = "rated"
    clusters: Clusters | None = None

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
        if self._by_people is not None:
            scores = [np.where(self.suppressed, np.nan, rate) for rate in self._by_people.rates]
        elif self.weights is None:
            scores = weighted_rates(self.counts[None], self.suppressed, (1.0,), self.empty_group)
        else:
            scores = weighted_rates(self.group_counts, self.rates_suppressed, self.weights, self.empty_group)
        return with_range(scores, self.spread, self._several)

    @property
    def compared(self) -> Counts:
        """Counts whose approval rate is the headline's: as :attr:`counts`, "don't know" folded in where it counts."""
        return over_all(self.counts) if self.base == "all" else self.counts

    @property
    def compared_groups(self) -> Counts:
        """The same by group."""
        return over_all(self.group_counts) if self.base == "all" else self.group_counts

    @property
    def handed_on(self) -> Counts | None:
        """People of places where nobody rated, who count to others, shape (units, questions); None without people.

        Such a place's row is shown, so that this says nothing about a hidden one.
        """
        people = self._compared_people
        return None if people is None else np.where(people.bases.rated > 0, 0, people.block_people)

    @cached_property
    def _compared_people(self) -> PopulationRates | None:
        if self.populations is None:
            return None
        return PopulationRates.of(self.tree, self.suppressed, self.populations, self.compared)

    @cached_property
    def _by_people(self) -> PopulationRates | None:
        if self.populations is None:
            return None
        return PopulationRates.of(self.tree, self.suppressed, self.populations, self.counts)

    @cached_property
    def spread(self) -> Spread:
        """What the ranges of :attr:`rates` are made of; exact where everybody answered."""
        people = self._compared_people
        drawn = people is not None and self.selection == "random"
        return self._with_census(people.random_spread() if people and drawn else approval_spread(self.blocks))

    @cached_property
    def blocks(self) -> Blocks:
        """What each place adds to the approval rates that are compared."""
        people = self._compared_people
        if people is not None:
            return Blocks(self.tree, people.blocks[None], (1.0,), people.weights[0])
        if self.weights is None:
            own = None if self.clusters is None else self.clusters.counts.sum(axis=0)[None]
            return self._blocks(self.compared[None], self.suppressed, (1.0,), own)
        weights = [float(weight) for weight in self.weights]
        own = None if self.clusters is None else self.clusters.counts
        return self._blocks(self.compared_groups, self.rates_suppressed, weights, own)

    def _blocks(self, counts: Counts, hidden: Bools, weights: Sequence[float], own: Counts | None) -> Blocks:
        """Split published counts, and those that clusters have of their own."""
        tree = self.tree
        if self.clusters is not None and own is not None:
            own = over_all(own) if self.base == "all" else own
            tree, counts, hidden = self.clusters.below(counts, hidden, own)
        return Blocks(tree, remainders(tree, counts, hidden), weights)

    def _with_census(self, found: Spread) -> Spread:
        """Leave the clusters out, and say where everybody answered."""
        found = Spread(*(each[: len(self.census)] for each in vars(found).values()))
        return replace(found, exact=found.exact | self.census[:, None])

    @cached_property
    def _several(self) -> Bools:
        """Where ballots come from several places or weighted groups, or are a sample: Wilson is not their method."""
        if self.weights is not None or self.selection == "random":
            return np.ones(self.ballots.shape, np.bool_)
        return self._places_with_ballots > 1

    @cached_property
    def _places_with_ballots(self) -> Counts:
        if self.clusters is not None:
            return self.clusters.ballots(len(self.ballots))
        own = self.ballots.copy()
        for level in self.tree.levels:
            own[level.parents] -= level.sums(self.ballots)
        return self.tree.roll_up((own > 0).astype(np.int64))

    @cached_property
    def group_rates(self) -> tuple[Rates, ...]:
        """Each group's own rates, as in :attr:`rates` but always from counts: people are not known by group."""
        return tuple(self._group_rates(group) for group in range(self.groups))

    def _group_rates(self, group: int) -> Rates:
        hidden, chosen = self.group_suppressed[group], slice(group, group + 1)
        scores = weighted_rates(self.group_counts[chosen], hidden, (1.0,), self.empty_group)
        own = None if self.clusters is None else self.clusters.counts[chosen]
        blocks = self._blocks(self.compared_groups[chosen], hidden, (1.0,), own)
        return with_range(scores, self._with_census(approval_spread(blocks)), self._places_with_ballots > 1)

    def cell(self, unit: int, question: int) -> Cell:
        """Return one unit × question over all groups; rates are weighted where weights or populations are given."""
        at = unit, question
        if self.rates_suppressed[at]:
            printed: list[str | None] = [None] * 4
        elif self._by_people is not None:
            printed = self._by_people.printed(unit, question)
        else:
            counts = self.counts[None, unit, question] if self.weights is None else self.group_counts[:, unit, question]
            printed = self._printed(counts, self.weights)
        return print_cell(
            int(self.ballots[at]),
            None if self.suppressed[at] else self.counts[at],
            printed,
            (self.rates.low[at], self.rates.high[at]),
            RANGE_NOTES[self.rates.note[at]],
        )

    def weighting(self, unit: int, question: int) -> Weighting:
        """Return what weights did to one unit × question: rates of pooled counts, Kish's design effect and size."""
        at = unit, question
        if self.suppressed[at]:
            return Weighting(None, None, None, None)
        satisfied, approval, *_ = self._printed(self.counts[None, unit, question], None)
        effective = float(self.effective[at])
        if isnan(effective):
            return Weighting(satisfied, approval, None, None)
        rated = int(self.compared[unit, question, RATED].sum())
        return Weighting(satisfied, approval, f"{rated / effective:.2f}", floor(effective + 0.5))

    @cached_property
    def effective(self) -> Floats:
        """Effective numbers of rated ballots, shape (units, questions), nan where there is no rate."""
        if self._compared_people is not None:
            effective = self._compared_people.effective
        elif self.weights is None:
            effective = self.compared[..., RATED].sum(axis=-1).astype(np.float64)
        else:
            effective = effective_ballots(self.compared_groups[..., RATED].sum(axis=-1), self.weights)
        return np.where(np.isnan(self.rates.approval), np.nan, effective)

    def ranges(self, level: float) -> tuple[Floats, Floats]:
        """Return the range of every approval rate at another level, by the sampling that :attr:`rates` go by.

        For many units at once. Where everybody answered both limits are the rate; few places have a range here too.
        """
        return self.spread.limits(level)

    def group_cell(self, group: int, unit: int, question: int) -> Cell:
        """Return one group's own counts and rates at one unit × question."""
        at = group, unit, question
        rates = self.group_rates[group]
        return print_cell(
            int(self.group_ballots[at]),
            None if self.group_suppressed[at] else self.group_counts[at],
            [None] * 4 if self.group_suppressed[at] else self._printed(self.group_counts[at][None], None),
            (rates.low[unit, question], rates.high[unit, question]),
            RANGE_NOTES[rates.note[unit, question]],
        )

    def _printed(self, counts: Counts, weights: tuple[Fraction, ...] | None) -> list[str | None]:
        """Print the four rates of counts (groups, 5), exactly."""
        groups = [ratios(*cells[:-1]) for cells in counts.tolist()]
        if weights is None:
            return [round_percent(part, base) if base else None for part, base in groups[0]]
        printed: list[str | None] = []
        for each in zip(*groups, strict=True):
            parts, bases = zip(*each, strict=True)
            score = weighted_score(parts, bases, weights, self.empty_group)
            printed.append(None if score is None else round_percent(score, 1))
        return printed
