"""The places at which units that make no tree were rated: clusters of their ranges, and printed nowhere.

Answers about a listed target are summed over places. The ballots of a place are alike, so that a target's range takes
its places as clusters, as the range of a county takes its villages. What a target got at one place is published
nowhere; but since ranges follow from it, it is treated as if it were: places are hidden by the same rules, with the
target as their parent, and hidden places enter as one, their sum. A target is printed or not without regard to its
places: where the rules could save a place only by hiding the target, all its places enter as one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from analysis.estimates import Base, over_all
from analysis.rollup import Tree
from analysis.suppression import suppress_groups

Counts = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Clusters:
    """What units got at each place where they have ballots.

    Attributes:
        units: index of the unit, shape (clusters,).
        places: index of the place, same shape.
        counts: by group, shape (groups, clusters, questions, 5).
        hidden: shape (clusters, questions).

    """

    units: NDArray[np.intp]
    places: NDArray[np.intp]
    counts: Counts
    hidden: Bools

    @classmethod
    def of(cls, by_place: Counts, threshold: int) -> Self:
        """Take counts (groups, places, units, questions, 5) and decide what of them may show through a range."""
        units, places = np.nonzero(by_place.sum(axis=(0, 3, 4)).T)
        counts = by_place[:, places, units]
        size = by_place.shape[2]
        none = np.zeros((len(counts), size, *counts.shape[2:]), np.int64)
        hidden, _ = suppress_groups(_tree(size, units), np.concatenate([none, counts], axis=1), threshold)
        return cls(units, places, counts, hidden[size:])

    def of_questions(self, questions: Sequence[int], base: Base) -> Self:
        """Take some questions, with "don't know" folded in where the compared rates count it."""
        counts = self.counts[:, :, questions]
        return replace(self, counts=over_all(counts) if base == "all" else counts, hidden=self.hidden[:, questions])

    def below(self, counts: Counts, hidden: Bools, own: Counts) -> tuple[Tree, Counts, Bools]:
        """Put the places below their units.

        Args:
            counts: of the units, shape (groups, units, questions, 5).
            hidden: of the units, shape (units, questions).
            own: of the clusters for the same groups, shape (groups, clusters, questions, 5).

        Returns:
            Tree, counts and what is hidden, the units first.

        """
        tree = _tree(len(hidden), self.units)
        dark = self.hidden | hidden[self.units]
        return tree, np.concatenate([counts, own], axis=1), np.concatenate([hidden, dark])

    def ballots(self, units: int) -> Counts:
        """Count the places with ballots of each unit and question, shape (units, questions)."""
        found = np.zeros((units, self.hidden.shape[1]), np.int64)
        np.add.at(found, self.units, (self.counts.sum(axis=(0, 3)) > 0).astype(np.int64))
        return found


def _tree(size: int, units: NDArray[np.intp]) -> Tree:
    return Tree.of(np.concatenate([np.full(size, -1), units]))
