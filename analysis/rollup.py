"""Summing a tree of units: what a parent has is what its subtree has."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True)
class Level:
    """The units at one depth below the roots, siblings side by side.

    Attributes:
        members: indices of the units, shape (members,).
        firsts: where in ``members`` each family begins, shape (families,).
        parents: the parent of each family, shape (families,).

    """

    members: NDArray[np.intp]
    firsts: NDArray[np.intp]
    parents: NDArray[np.intp]

    def sums(self, values: NDArray[Number]) -> NDArray[Number]:
        """Sum the members' rows by family: (units, ...) in, (families, ...) out."""
        total: NDArray[Number] = np.add.reduceat(values[self.members], self.firsts, axis=0)
        return total


@dataclass(frozen=True)
class Tree:
    """A forest of units, ready to be summed.

    Attributes:
        parents: index of each unit's parent or -1, shape (units,).
        roots: indices of the units without a parent.
        levels: every deeper level, the deepest first.

    """

    parents: NDArray[np.intp]
    roots: NDArray[np.intp]
    levels: tuple[Level, ...]

    @classmethod
    def of(cls, parents: Sequence[int] | NDArray[np.integer[Any]]) -> Self:
        """Sort units into levels, in time proportional to their number.

        Raises:
            ValueError: a parent is out of range, or units are their own ancestors.

        """
        up = _as_parents(parents)
        family_order = np.argsort(up, kind="stable")
        sorted_up = up[family_order]
        roots = family_order[: np.searchsorted(sorted_up, 0)]
        levels: list[Level] = []
        above = roots
        while True:
            begins = np.searchsorted(sorted_up, above)
            sizes = np.searchsorted(sorted_up, above, side="right") - begins
            above, begins, sizes = above[sizes > 0], begins[sizes > 0], sizes[sizes > 0]
            if not len(above):
                break
            firsts = np.cumsum(sizes) - sizes
            members = family_order[np.arange(sizes.sum()) + np.repeat(begins - firsts, sizes)]
            levels.append(Level(members, firsts, above))
            above = members
        if len(roots) + sum(len(level.members) for level in levels) < len(up):
            raise ValueError("some units are their own ancestors")
        return cls(up, roots, tuple(reversed(levels)))

    def roll_up(self, own: NDArray[Number]) -> NDArray[Number]:
        """Add every unit's subtree to its own row; shape (units, ...), see :func:`roll_up`."""
        total = own.copy()
        for level in self.levels:
            total[level.parents] += level.sums(total)
        return total


def _as_parents(parents: ArrayLike) -> NDArray[np.intp]:
    """Check the shape and range of a list of parents."""
    up = np.asarray(parents)
    if up.size == 0:
        return np.empty(0, dtype=np.intp)
    if up.ndim != 1 or not np.issubdtype(up.dtype, np.integer):
        raise ValueError("parents are one whole number per unit")
    if up.min() < -1 or up.max() >= len(up):
        raise ValueError("a parent is the index of a unit, or -1")
    return up.astype(np.intp)


def roll_up(own: NDArray[Number], parents: Sequence[int] | NDArray[np.integer[Any]]) -> NDArray[Number]:
    """Sum counts up the tree.

    Args:
        own: each unit's own counts, shape (units, ...).
        parents: index of each unit's parent, -1 for a root; any order, any depth, any number of roots.

    Returns:
        Counts of the whole subtree of each unit, its own included; same shape and type as ``own``.

    Raises:
        ValueError: the lengths differ, a parent is out of range, or units are their own ancestors.

    """
    tree = Tree.of(parents)
    if len(own) != len(tree.parents):
        raise ValueError(f"{len(own)} rows of counts for {len(tree.parents)} units")
    return tree.roll_up(own)
