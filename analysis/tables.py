"""The unit table: the one table from which every page, figure and file reads, with suppression applied."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from math import floor, isnan
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.cells import Cell, print_cell, ratios
from analysis.estimates import (
    Bases,
    Floats,
    Rates,
    approval_range,
    effective_ballots,
    over_all,
    ratio,
    remainders,
    weighted,
)
from analysis.groups import EmptyGroup, Weight, exact_weights, weighted_score
from analysis.population import PopulationRates, Weighting, check_people
from analysis.rates import round_percent
from analysis.ratings import CELLS, RATED
from analysis.rollup import Tree
from analysis.suppression import THRESHOLD, suppress_groups

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]

#: How ballots came about: "self" by an open poster (the range is a range, 波动范围), "list" by slips to a known list,
#: "random" by slips to people drawn at random within every place.
Selection = Literal["self", "list", "random"]

#: What the headline\'s rates stand on: ballots that rated, or these and don\'t know.
Base = Literal["rated", "all"]

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
            return self._without_census(_population_rates(self._by_people, self._compared_people, self.selection))
        if self.weights is None:
            rates = _rates(self.tree, self.counts[None], self.suppressed, None, self.empty_group, self.base)
        else:
            hidden = self.rates_suppressed
            rates = _rates(self.tree, self.group_counts, hidden, self.weights, self.empty_group, self.base)
        return self._without_census(rates)

    @property
    def compared(self) -> Counts:
        """Counts whose approval rate is the headline's: as :attr:`counts`, "don't know" folded in where it counts."""
        return over_all(self.counts) if self.base == "all" else self.counts

    @property
    def compared_groups(self) -> Counts:
        """The same by group."""
        return over_all(self.group_counts) if self.base == "all" else self.group_counts

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

    def _without_census(self, rates: Rates) -> Rates:
        """Where everybody answered there is no sampling interval."""
        everybody = self.census[:, None]
        low, high = (np.where(everybody, np.nan, limit) for limit in (rates.low, rates.high))
        return replace(rates, low=low, high=high)

    @cached_property
    def group_rates(self) -> tuple[Rates, ...]:
        """Each group's own rates, as in :attr:`rates` but always from counts: people are not known by group."""
        return tuple(
            self._without_census(_rates(self.tree, counts[None], hidden, None, self.empty_group, self.base))
            for counts, hidden in zip(self.group_counts, self.group_suppressed, strict=True)
        )

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
        """Return the range of every approval rate at another level, places as clusters: for many units at once."""
        people = self._compared_people
        if people is not None:
            return approval_range(self.tree, people.blocks[None], (1,), people.weights[0], level)
        counts = self.compared[None] if self.weights is None else self.compared_groups
        weights = [float(weight) for weight in self.weights or (Fraction(1),)]
        return approval_range(self.tree, remainders(self.tree, counts, self.rates_suppressed), weights, level=level)

    def group_cell(self, group: int, unit: int, question: int) -> Cell:
        """Return one group's own counts and rates at one unit × question."""
        at = group, unit, question
        rates = self.group_rates[group]
        return print_cell(
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
        groups = [ratios(*cells[:-1]) for cells in counts.tolist()]
        if weights is None:
            return [round_percent(part, base) if base else None for part, base in groups[0]]
        printed: list[str | None] = []
        for each in zip(*groups, strict=True):
            parts, bases = zip(*each, strict=True)
            score = weighted_score(parts, bases, weights, self.empty_group)
            printed.append(None if score is None else round_percent(score, 1))
        return printed


def _rates(
    tree: Tree,
    counts: Counts,
    hidden: Bools,
    weights: tuple[Fraction, ...] | None,
    empty_group: EmptyGroup,
    compared: Base,
) -> Rates:
    """Compute rates and ranges from published counts (groups, units, questions, 5)."""
    weight = np.array([float(one) for one in weights or (Fraction(1),)])
    base = Bases.of(np.where(hidden[..., None], 0, counts))
    carrying = base.rated[weight > 0] > 0
    no_rate = ~(np.all(carrying, axis=0) if empty_group == "refuse" else np.any(carrying, axis=0))
    scores = [np.where(no_rate, np.nan, weighted(ratio(part, whole), weight)) for part, whole in base.ratios()]
    counts = over_all(counts) if compared == "all" else counts
    limits = approval_range(tree, remainders(tree, counts, hidden), weight.tolist())
    return Rates(*scores, *(np.where(no_rate, np.nan, limit) for limit in limits))


def _population_rates(by_people: PopulationRates, compared: PopulationRates | None, selection: Selection) -> Rates:
    """Compute rates weighted by people, and the ranges of those that are compared."""
    of = compared or by_people
    if selection == "random":
        limits = of.random_range()
    else:
        limits = approval_range(of.tree, of.blocks[None], (1,), of.weights[0])
    hidden = by_people.hidden
    return Rates(*(np.where(hidden, np.nan, values) for values in (*by_people.rates, *limits)))


def tabulate(
    parents: Sequence[int] | NDArray[np.integer[Any]],
    questions: Sequence[str],
    counts: ArrayLike,
    *,
    weights: Sequence[Weight] | None = None,
    threshold: int = THRESHOLD,
    required: Sequence[bool] | None = None,
    empty_group: EmptyGroup = "renormalise",
    populations: ArrayLike | None = None,
    selection: Selection = "self",
    census: ArrayLike | None = None,
    finer: ArrayLike | None = None,
    base: Base = "rated",
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
        populations: each unit's OWN eligible people, whole numbers, shape (units,), 0 where it is no place; rates are
            then weighted by people (analysis.population). None: rates come from counts.
        selection: how ballots came about. "random" needs populations, for the finite population correction.
        census: where everybody on the list answered, bool, shape (units,): no sampling interval there.
        finer: each unit's OWN ballots by option, shape (groups, units, questions, options), where mean scores are
            printed of scales on which several options share a rating; such a score says something about options.
        base: of the headline's approval rate; ranges and whatever is compared stand on it.

    Returns:
        The table, immutable.

    Raises:
        ValueError: shapes that do not fit, negative counts, weights that are negative or all 0, a cycle among the
            parents, a threshold below 1, populations together with several weights, a unit with ballots and no
            people, or a random sample without populations or with more ballots than people.

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
    people = None if populations is None else check_people(populations, own, drawn=selection == "random")
    if people is None and selection == "random":
        raise ValueError("a random sample needs the populations that it was drawn from")
    if people is not None and exact is not None and len(own) > 1:
        raise ValueError("rates are weighted by groups or by populations, not by both")
    everybody = np.zeros(len(tree.parents), dtype=bool) if census is None else np.array(census, dtype=bool)
    if everybody.shape != (len(tree.parents),):
        raise ValueError("census has one mark per unit")
    options = None if finer is None else np.asarray(finer, dtype=np.int64)
    if options is not None and options.shape[:-1] != own.shape[:-1]:
        raise ValueError(f"options are counted (groups, units, questions, options), not {options.shape}")
    hidden, group_hidden = suppress_groups(tree, own, threshold, options)
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
        populations=people,
        selection=selection,
        census=everybody,
        base=base,
    )
    for array in vars(table).values():
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return table


def _check(own: NDArray[Any], shape: tuple[int, ...]) -> None:
    """Refuse counts that are no counts."""
    if own.ndim != 4 or not len(own) or own.shape[1:] != shape or not np.issubdtype(own.dtype, np.integer):
        raise ValueError(f"counts are whole numbers (groups, *{shape}), not {own.dtype} {own.shape}")
    if own.size and own.min() < 0:
        raise ValueError("counts are not negative")
