"""From counts to the unit table: rolled up, checked, and suppressed once."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.clusters import Clusters
from analysis.estimates import Base
from analysis.groups import EmptyGroup, Weight, exact_weights
from analysis.population import check_people
from analysis.ratings import CELLS
from analysis.rollup import Tree
from analysis.suppression import THRESHOLD, suppress_groups
from analysis.unit_table import HIDDEN, Selection, UnitTable


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
    by_place: ArrayLike | None = None,
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
        by_place: the same ballots by place, shape (groups, places, units, questions, 5), where units are listed
            targets, which make no tree and are summed over places: ranges take the places as clusters.

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
    places = None if by_place is None else np.asarray(by_place, dtype=np.int64)
    if places is not None and (tree.levels or people is not None or (places.sum(axis=1) != own).any()):
        raise ValueError("counts by place add up to the counts of units that make no tree and have no people")
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
        clusters=None if places is None else Clusters.of(places, threshold),
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
