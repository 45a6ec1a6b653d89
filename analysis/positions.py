"""Positions (位次) within a class (分序列), and how far they can be told.

A position is a fact about the published table. The set beside it (for example 3 to 11) says which positions the unit's
underlying rate may have, given that few were asked.
"""

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.estimates import ratio, shares
from analysis.groups import Weight, exact_weights
from analysis.intervals import Floats, clopper_pearson

#: Fewer rated ballots than this make no position.
LEAST_RATED: Final = 30


@dataclass(frozen=True)
class Standing:
    """Where a unit stands within its class.

    Attributes:
        position: 1 is the highest printed rate; units with equal printed digits share a position (1, 2, 2, 4).
        low, high: the set of positions, ``low`` ≤ ``position`` ≤ ``high``.
        of: how many units of the class have a position.

    """

    position: int
    low: int
    high: int
    of: int


def positions(
    printed: Sequence[str | None], rated: ArrayLike, classes: Sequence[Hashable], least: int = LEAST_RATED
) -> tuple[int | None, ...]:
    """Rank printed rates or scores within each class, the highest first.

    Args:
        printed: the digits as they stand in the table, None where there is no rate or it is hidden.
        rated: rated ballots, shape (units,); -1 where hidden.
        classes: the class of each unit.
        least: rated ballots from which a unit has a position.

    Returns:
        Competition ranks, None for a unit without a position.

    Raises:
        ValueError: lengths differ.

    """
    value = [None if text is None else Fraction(text) for text in printed]
    place: list[int | None] = [None] * len(value)
    for members in _by_class([one is not None for one in value], rated, classes, least):
        ordered = sorted(members, key=lambda unit: value[unit] or Fraction(0), reverse=True)
        for number, unit in enumerate(ordered, start=1):
            above = ordered[number - 2] if number > 1 else unit
            place[unit] = place[above] if number > 1 and value[above] == value[unit] else number
    return tuple(place)


def position_sets(
    approval: ArrayLike,
    rated: ArrayLike,
    classes: Sequence[Hashable],
    least: int = LEAST_RATED,
    level: float = 0.95,
    weights: Sequence[Weight] | None = None,
) -> tuple[tuple[int, int] | None, ...]:
    """Give the set of positions of each unit, right for all units of a class at once with probability ``level``.

    Each of the K units of a class has a Clopper-Pearson interval of level ``level`` ** (1 ÷ K), so that all K hold at
    once (Šidák 1967, Journal of the American Statistical Association 62, 626-633; ballots of different units are
    independent). Where they do, every unit whose interval lies wholly above is truly above: the set runs from 1 + how
    many lie wholly above to K - how many lie wholly below (Klein, Wright and Wieczorek 2020, A joint confidence region
    for an overall ranking of populations, Journal of the Royal Statistical Society C 69, 589-606). Mogstad, Romano,
    Shaikh and Wilhelm 2024, Review of Economic Studies 91, 476-518, get narrower sets from the bootstrap of pairs;
    these here can be checked with a ruler.

    With group weights a unit's limits are Ŝ ∓ √Σ wᵍ²(p̂ᵍ - limitᵍ)² (Zou and Donner 2008, Statistics in Medicine 27,
    1693-1702). Ballots count as independent draws: for units above a place take :func:`rank_sets` on linearised
    intervals of level :func:`simultaneous_level`.

    Args:
        approval: satisfied and basically satisfied ballots, shape (units,), or (groups, units) with weights.
        rated: rated ballots, same shape; -1 where hidden.
        classes: the class of each unit.
        least: rated ballots from which a unit has a position.
        level: confidence level, between 0 and 1.
        weights: one per group.

    Returns:
        (low, high) of each unit, None for a unit without a position.

    Raises:
        ValueError: lengths differ, more approve than rated, or a level outside (0, 1).

    """
    n = np.atleast_2d(np.asarray(rated, dtype=np.int64))
    x = np.where(n < 0, 0, np.atleast_2d(np.asarray(approval, dtype=np.int64)))
    share = np.array([float(one) for one in exact_weights([1] if weights is None else weights)])
    if len(share) != len(n):
        raise ValueError(f"{len(share)} weights for {len(n)} groups")
    total = np.where((n < 0).any(axis=0), -1, n.sum(axis=0))
    sets: list[tuple[int, int] | None] = [None] * len(total)
    for members in _by_class([True] * len(total), total, classes, least):
        low, high = _limits(x[:, members], n[:, members], share, simultaneous_level(level, len(members)))
        for unit, found in zip(members, rank_sets(low, high), strict=True):
            sets[unit] = found
    return tuple(sets)


def simultaneous_level(level: float, units: int) -> float:
    """Return the level each of so many independent intervals needs for all to hold at ``level`` (Šidák 1967)."""
    return float(level ** (1 / units))


def rank_sets(low: Floats, high: Floats) -> list[tuple[int, int]]:
    """Turn simultaneous intervals of one class into sets of positions, in K log K: shape (units,) each."""
    above = len(low) - np.searchsorted(np.sort(low), high, side="right")
    below = np.searchsorted(np.sort(high), low, side="left")
    return list(zip((1 + above).tolist(), (len(low) - below).tolist(), strict=True))


def standings(
    places: Sequence[int | None], sets: Sequence[tuple[int, int] | None], classes: Sequence[Hashable]
) -> tuple[Standing | None, ...]:
    """Put positions and their sets together.

    Two rates that print the same digits share a position even where thousands of ballots tell them apart; a set
    is then widened to hold the position, which keeps it valid.

    Args:
        places: from :func:`positions`.
        sets: from :func:`position_sets` or :func:`rank_sets`; None makes no standing.
        classes: the class of each unit.

    Returns:
        One per unit, None for a unit without a position.

    Raises:
        ValueError: lengths differ.

    """
    size: dict[Hashable, int] = {}
    for place, name in zip(places, classes, strict=True):
        size[name] = size.get(name, 0) + (place is not None)
    return tuple(
        None
        if place is None or found is None
        else Standing(place, min(found[0], place), max(found[1], place), size[name])
        for place, found, name in zip(places, sets, classes, strict=True)
    )


def _by_class(
    present: Sequence[bool], rated: ArrayLike, classes: Sequence[Hashable], least: int
) -> Iterator[NDArray[np.intp]]:
    """Give the units of each class that have a position."""
    members: dict[Hashable, list[int]] = {}
    enough = np.asarray(rated) >= least
    for unit, (here, many, name) in enumerate(zip(present, enough.tolist(), classes, strict=True)):
        if here and many:
            members.setdefault(name, []).append(unit)
    for units in members.values():
        yield np.array(units)


def _limits(
    x: NDArray[np.int64], n: NDArray[np.int64], weights: Floats, level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the limits of weighted scores: (groups, units) in, (units,) out; empty groups are left out."""
    low, high = clopper_pearson(x, n, level)
    share = shares(n > 0, weights)
    rate = ratio(x, n)
    score = np.nansum(share * rate, axis=0)
    down, up = np.nansum((share * (rate - low)) ** 2, axis=0), np.nansum((share * (high - rate)) ** 2, axis=0)
    return score - np.sqrt(down), score + np.sqrt(up)
