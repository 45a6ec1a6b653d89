"""Hiding small counts so that nobody's answer can be worked out. (docstring to be completed)."""

from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from analysis.ratings import CELLS, RATED
from analysis.rollup import Tree

THRESHOLD: Final = 10
WIDTH: Final = 3
POLICY = "A"
HELP = False
PRUNE = False

Row = list[int]


@dataclass(frozen=True)
class CountTable:
    """Counts of a forest of units.

    Attributes:
        tree: who stands under whom.
        own: ballots of each unit's own, int64, shape (units, questions, 5), columns as in CELLS.
        total: the same with the subtree summed in.
    """

    tree: Tree
    own: NDArray[np.int64]
    total: NDArray[np.int64]

    @classmethod
    def of(cls, tree: Tree, own: NDArray[np.int64]) -> Self:
        """Roll the own counts up."""
        return cls(tree, own, tree.roll_up(own))


def sensitive(counts: NDArray[np.int64], threshold: int) -> NDArray[np.bool_]:
    """Say which rows must be hidden for their own sake: shape (..., 5) in, (...) out."""
    ballots, rated = counts.sum(axis=-1), counts[..., RATED].sum(axis=-1)
    few = (ballots > 0) & (rated < threshold)
    unanimous = (ballots > 0) & (counts.max(axis=-1) == ballots) & (rated < 2 * threshold)
    hidden: NDArray[np.bool_] = few | unanimous
    return hidden


def suppress(table: CountTable, threshold: int = THRESHOLD) -> NDArray[np.bool_]:
    """Decide what is hidden: bool, shape (units, questions)."""
    hidden = sensitive(table.total, threshold)
    exposed = sensitive(table.own, threshold)
    children: list[list[int]] = [[] for _ in table.tree.parents]
    for level in table.tree.levels:
        for unit in level.members.tolist():
            children[table.tree.parents[unit]].append(unit)
    inner = [unit for level in table.tree.levels for unit in level.parents.tolist()]
    for question in range(table.total.shape[1]):
        if hidden[:, question].any() or exposed[:, question].any():
            one = _Question(table, question, hidden[:, question].tolist(), exposed[:, question].tolist(), threshold,
                            children)
            for unit in inner:
                one.settle(unit)
            hidden[:, question] = one.hidden
    return hidden


class _Question:
    def __init__(self, table: Any, question: int, hidden: list[bool], exposed: list[bool], threshold: int,
                 children: list[list[int]]) -> None:
        self.parents = table.tree.parents.tolist()
        self.children = children
        self.hidden = hidden
        self.exposed = exposed
        self.threshold = threshold
        self.own = table.own[:, question].tolist()
        self.total = table.total[:, question].tolist()
        self.ballots = table.total[:, question].sum(axis=-1).tolist()
        #: What cannot be seen of a unit's counts once the unit itself is hidden.
        self.unseen: list[Row] = [list(row) for row in self.own]
        roots = np.arange(len(self.parents))
        up = table.tree.parents
        while (up[roots] >= 0).any():
            roots = np.where(up[roots] >= 0, up[roots], roots)
        self.root = roots.tolist()

    def settle(self, unit: int) -> None:
        unseen = self.unseen[unit]
        for child in self.children[unit]:
            if self.hidden[child]:
                for column, count in enumerate(self.unseen[child]):
                    unseen[column] += count
        if self.hidden[unit]:
            return
        log: list[int] = []
        while True:
            state = self.fault(unit)
            if state is None:
                if PRUNE and len(log) > 1:
                    for node in sorted(log, key=lambda n: -self.ballots[n]):
                        self.reveal(node, unit)
                        if (self.children[node] and self.fault(node) is not None) or self.fault(unit) is not None:
                            self.hidden[node] = True
                            self.lift(node, unit, 1)
                return
            chosen = self.candidate(unit, *state)
            if chosen is None:
                for node in reversed(log):
                    self.reveal(node, unit)
                self.hidden[unit] = True
                return
            self.hide(chosen, unit, log)

    def fault(self, unit: int) -> tuple[int, list[int]] | None:
        """None where fine; else (the child outside which more must be hidden or -1, deficient columns)."""
        unseen = self.unseen[unit]
        size = sum(unseen)
        parts = [(sum(self.unseen[child]), child) for child in self.children[unit] if self.hidden[child]]
        if not any(ballots for ballots, _ in parts):
            return (-1, []) if self.exposed[unit] else None
        own = sum(self.own[unit])
        largest, child = max([*parts, (own, -1)])
        if size - largest < min(WIDTH, largest):
            return (child, [])
        if sum(unseen[RATED]) < self.threshold:
            return (-1, [])
        root = self.total[self.root[unit]]
        everybody = sum(root)
        short = []
        for column, count in enumerate(unseen):
            others = size - count
            need = min(WIDTH, largest, everybody - root[column])
            if others < max(1, need):
                return (-1, [c for c in range(5) if c != column])
            if POLICY == "A":
                need = min(WIDTH, largest, root[column])
            elif POLICY == "B":
                need = min(WIDTH, largest, self.total[unit][column])
            elif POLICY == "C":
                need = 0 if count == 0 and sum(unseen[RATED]) >= 2 * self.threshold else min(WIDTH, largest)
            elif POLICY == "D":
                need = 0 if sum(unseen[RATED]) >= 2 * self.threshold else min(WIDTH, largest)
            if count < need:
                short.append(column)
        return (-1, short) if short else None

    def frontier(self, unit: int, outside: int = -1) -> list[int]:
        found, stack = [], [child for child in self.children[unit] if child != outside]
        while stack:
            node = stack.pop()
            if self.hidden[node]:
                stack.extend(self.children[node])
            elif self.ballots[node]:
                found.append(node)
        return found

    def candidate(self, unit: int, outside: int, short: list[int]) -> int | None:
        near = self.frontier(unit, outside)
        if not near:
            return None
        if HELP and short:
            return min(near, key=lambda node: (not any(self.total[node][c] for c in short), self.ballots[node], node))
        return min(near, key=lambda node: (self.ballots[node], node))

    def hide(self, node: int, top: int, log: list[int]) -> None:
        while True:
            self.hidden[node] = True
            log.append(node)
            if any(self.unseen[node]):
                break
            node = min(self.frontier(node), key=lambda below: (self.ballots[below], below))
        self.lift(node, top, 1)

    def lift(self, node, top, sign):
        row = list(self.unseen[node])
        while node != top:
            node = self.parents[node]
            for column, count in enumerate(row):
                self.unseen[node][column] += sign * count

    def reveal(self, node: int, top: int) -> None:
        # reverse order: a node's unseen is what it was when hidden, as later ones are already taken back
        self.hidden[node] = False
        self.lift(node, top, -1)
