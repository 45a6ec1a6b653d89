"""Hiding small counts so that nobody's answer can be worked out, once and upstream of every page and file.

Turnout (the ballots of a unit) is always shown. All else about a unit × question is shown whole or not at all.

For its own sake a row is hidden where there are ballots and

- fewer than ``threshold`` of them rated, or
- all of them gave the same answer and fewer than 2 × ``threshold`` rated: such a row says how each of a small
  group answered.

The same holds for a parent's own ballots (本级), which are never printed but are the parent minus its children.

More is hidden so that nothing hidden can be subtracted back. Take the ballots of each unit alone as an atom. A visible
unit, minus the visible units below it, leaves a *remainder*: the sum of the atoms below it that no visible unit
below it covers. The remainders of different visible units share no atom, so all that the published table
says about hidden rows is, for each remainder: the ballots of every atom (turnout is shown) and the total of each
column. Such a table with known margins lets a set of atoms with b ballots out of T take, in a column with R counts,
every value from max(0, b + R - T) to min(b, R), and no other: the width is min(b, R, T - b, T - R). A remainder
that holds anything hidden must therefore

- have at least two parts (the unit's own atom, and each hidden child with what is hidden below it), with at least
  three ballots outside the largest;
- have at least ``threshold`` rated ballots, since its total is in effect published;
- never be unanimous;
- in each column have at least three counts, and at least three ballots elsewhere, or as many as the whole survey
  has where that is fewer.

Then every hidden count has a feasible range at least three wide, or as wide as its own ballots, if fewer. The one
exception cannot be helped: where the whole survey has fewer than three answers in a column, its own row says so, and
no range below can be wider. (To hide the survey's row would be to publish nothing.) In the same way a column that is
zero over the survey, such as the blank of a required question, asks for nothing. Where the survey's row is hidden it
says nothing, there is no exception, and what was settled under it is settled once more.

Where a remainder falls short, the visible unit with the fewest ballots is hidden next, within the family before
anything above it; then those that turn out not to be needed are shown again, the largest first. Where all of a family
is not enough, the family is put back and its parent is hidden instead, which joins its remainder to the one above.
The root is hidden when nothing else is left: the survey is too small, or unanimous. Choices look at ballots, which are
public, before they look at answers. Questions about one place stand in no linear relation and are hidden each for
itself.

Where several options share a rating (five levels) and rows print a mean score, an attacker may work out the options of
a visible row, and so the options of a remainder. They are then columns of their own to which the last two rules apply
(``finer``); the ratings are still all that is printed of a row.

What stands at the survey's own row only, over all units, says nothing about a hidden row. Let a second split of the
ballots (by channel, by option, by the answer to another question) print its columns for each part, with the survey's
row shown. A table of units that fits all that is published by unit has the survey's total in each column, and so has a
table of parts. In each column, numbers with these two sets of margins can always be filled in (the north-west corner
rule), and the ballots of units and parts follow from the sums. So every table of units fits every table of parts: the
ranges are those of each table alone. This holds of one question (of several that are split alike see
analysis.crossing) as long as nobody knows how many of a unit's ballots are of a part, and the survey's row is shown;
where it is hidden, so are the parts. Of slips and paper something is known, since they are issued unit by unit: they
are printed by the stricter rules of :mod:`analysis.known_splits`. Within the split the rules above hold with the
survey's row as parent and the parts as its children: :func:`suppress_split`. Rates, scores, positions, bands and sort
orders are functions of what is shown and add nothing.

Source of the bounds: Fréchet bounds of a two-way table (Dobra and Fienberg 2000, PNAS 97, 11885-11892);
of the terms primary and secondary suppression: Hundepool et al. 2012, Statistical Disclosure Control, chapter 4.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from analysis.ratings import CELLS, RATED
from analysis.rollup import Tree

#: Fewer rated ballots than this are not shown.
THRESHOLD: Final = 10
#: How wide, in counts, the feasible range of everything hidden is.
WIDTH: Final = 3

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class CountTable:
    """Counts of a forest of units.

    Attributes:
        tree: who stands under whom.
        own: ballots of each unit alone, int64, shape (units, questions, 5), columns as in CELLS.
        total: the same with the subtree summed in.
        finer: own ballots of each option, shape (units, questions, options), where several share a rating and
            something printed tells them apart; else no options.

    """

    tree: Tree
    own: NDArray[np.int64]
    total: NDArray[np.int64]
    finer: NDArray[np.int64]

    @classmethod
    def of(cls, tree: Tree, own: NDArray[np.int64], finer: NDArray[np.int64] | None = None) -> Self:
        """Roll the own counts up."""
        return cls(tree, own, tree.roll_up(own), own[..., :0] if finer is None else finer)


def sensitive(counts: NDArray[np.int64], threshold: int) -> Bools:
    """Say which rows are hidden for their own sake: counts (..., 5) in, bool (...) out."""
    ballots, rated = counts.sum(axis=-1), counts[..., RATED].sum(axis=-1)
    unanimous = counts.max(axis=-1) == ballots
    hidden: Bools = (ballots > 0) & ((rated < threshold) | (unanimous & (rated < 2 * threshold)))
    return hidden


def suppress(table: CountTable, threshold: int = THRESHOLD) -> Bools:
    """Decide which unit × question is hidden, by the rules at the head of this module.

    Args:
        table: the counts of one population of ballots. Tables that add up to another published table (groups)
            go through :func:`suppress_groups`.
        threshold: rated ballots from which a row is shown, 1 or more.

    Returns:
        True where all but the turnout is hidden, shape (units, questions).

    Raises:
        ValueError: the threshold is below 1.

    """
    if threshold < 1:
        raise ValueError(f"the threshold is 1 or more, not {threshold}")
    hidden = sensitive(table.total, threshold)
    exposed = sensitive(table.own, threshold)
    family = _Family.of(table.tree)
    for question in np.flatnonzero((hidden | exposed).any(axis=0)):
        column = _Hiding(family, table, int(question), hidden[:, question], exposed[:, question], threshold)
        column.settle_all()
        hidden[:, question] = column.hidden
    return hidden


def suppress_split(parts: NDArray[np.int64], whole_hidden: Bools, threshold: int = THRESHOLD) -> Bools:
    """Decide what is hidden where the survey's own row is split a second way, for example by channel.

    Args:
        parts: counts of each part over all units, shape (parts, questions, 5); they add up to the survey's row.
        whole_hidden: where the survey's row is hidden, shape (questions,).
        threshold: as in :func:`suppress`.

    Returns:
        Hidden, shape (parts, questions). Turnout of a part stays shown. Parts of a hidden row are all hidden, and so
        they are where the row and the parts beside a small one would give it away.

    """
    rows = np.concatenate([np.zeros_like(parts[:1]), parts])
    pattern = suppress(CountTable.of(Tree.of([-1] + [0] * len(parts)), rows), threshold)
    hidden: Bools = (pattern[1:] | pattern[0] | whole_hidden) & (parts.sum(axis=-1) > 0)
    return hidden


def suppress_groups(
    tree: Tree, own: NDArray[np.int64], threshold: int = THRESHOLD, finer: NDArray[np.int64] | None = None
) -> tuple[Bools, Bools]:
    """Decide what is hidden where every unit's row is the sum of its groups' rows.

    In a tree each group's table is made safe by itself, and a unit's row over all groups is shown only where each
    group's row is: then it adds nothing to what the groups say, and there is nothing to solve. A unit that stands
    alone, without parent or children (a list of targets), is a small tree whose children are its groups, so its row
    can stay while at least two groups of it are hidden.

    Args:
        tree: who stands under whom.
        own: each unit's own ballots by group, shape (groups, units, questions, 5).
        threshold: as in :func:`suppress`; it holds for each group.
        finer: as in :class:`CountTable`, shape (groups, units, questions, options).

    Returns:
        Hidden over all groups, shape (units, questions), and by group, shape (groups, units, questions).

    """
    groups = len(own)
    options = own[..., :0] if finer is None else finer
    by_group = np.stack(
        [suppress(CountTable.of(tree, *counts), threshold) for counts in zip(own, options, strict=True)]
    )
    if groups == 1:
        return by_group[0], by_group
    hidden: Bools = np.any(by_group, axis=0, keepdims=False)
    alone = np.flatnonzero(tree.parents < 0)
    alone = alone[~np.isin(alone, tree.parents)]
    parents = np.concatenate([np.full(len(alone), -1), np.tile(np.arange(len(alone)), groups)])
    table = CountTable.of(Tree.of(parents), _listed(own, alone), _listed(options, alone))
    pattern = suppress(table, threshold).reshape(groups + 1, len(alone), own.shape[2])
    hidden[alone], by_group[:, alone] = pattern[0], pattern[1:]
    return hidden, by_group


def _listed(counts: NDArray[np.int64], alone: NDArray[np.intp]) -> NDArray[np.int64]:
    """Put units that stand alone before their groups: (groups, units, ...) in, ((groups + 1) · alone, ...) out."""
    rows = np.concatenate([np.zeros_like(counts[:1, alone]), counts[:, alone]])
    return rows.reshape(len(rows) * len(alone), *counts.shape[2:])  # No -1: there may be no questions.


@dataclass(frozen=True)
class _Family:
    """A tree as lists, for walking along single branches."""

    parents: list[int]
    children: list[list[int]]
    roots: list[int]
    inner: list[int]

    @classmethod
    def of(cls, tree: Tree) -> Self:
        """List children and roots; ``inner`` are the units with children, the deepest first."""
        parents = tree.parents.tolist()
        children: list[list[int]] = [[] for _ in parents]
        roots = list(range(len(parents)))
        for level in reversed(tree.levels):
            for unit in level.members.tolist():
                children[parents[unit]].append(unit)
                roots[unit] = roots[parents[unit]]
        return cls(parents, children, roots, [unit for level in tree.levels for unit in level.parents.tolist()])


class _Hiding:
    """What is hidden of one question, while it is being decided."""

    def __init__(
        self, family: _Family, table: CountTable, question: int, hidden: Bools, exposed: Bools, threshold: int
    ) -> None:
        self.family = family
        self.threshold = threshold
        self.hidden: list[bool] = hidden.tolist()
        self.exposed: list[bool] = exposed.tolist()
        own = np.concatenate([table.own[:, question], table.finer[:, question]], axis=-1)
        #: The ratings, which add up to the ballots, then the options, which are some of them once more.
        self.total: list[list[int]] = table.tree.roll_up(own).tolist()
        self.ballots: list[int] = table.total[:, question].sum(axis=-1).tolist()
        self.own_ballots: list[int] = table.own[:, question].sum(axis=-1).tolist()
        #: Of a visible unit the remainder, of a hidden unit what it adds to the remainder above it.
        self.unseen: list[list[int]] = own.tolist()

    def settle_all(self) -> None:
        """Make every remainder safe, from the deepest families up."""
        for unit in self.family.inner:
            for child in self.family.children[unit]:
                if self.hidden[child]:
                    self._add(unit, self.unseen[child], 1)
        self._settle_under(set(self.family.roots))
        self._settle_under({root for root in self.family.roots if self.hidden[root]})

    def _settle_under(self, roots: set[int]) -> None:
        for unit in self.family.inner:
            if not self.hidden[unit] and self.family.roots[unit] in roots:
                self._settle(unit)

    def _settle(self, unit: int) -> None:
        """Hide more below a visible unit until its remainder is safe, or else the unit itself."""
        steps: list[list[int]] = []
        while (dominant := self._fault(unit)) is not None:
            chosen = min(self._visible_below(unit, dominant), key=self._size, default=None)
            if chosen is None:
                for step in reversed(steps):
                    self._show(step)
                self._hide(unit)
                return
            steps.append(self._hide(chosen))
        # The smallest sibling stays hidden whatever else is: that much of the rule can be checked by eye.
        for step in sorted(steps[1:], key=lambda taken: self._size(taken[0]), reverse=True):
            changed = {*step, *self._show(step)}
            if any(self._fault(node) is not None for node in changed if not self.hidden[node]):
                for node in step:
                    self.hidden[node] = True
                    self._lift(node, 1)

    def _fault(self, unit: int) -> int | None:
        """Return None where a visible unit's remainder is safe, else the child outside which more must be hidden.

        That child is -1 where more hidden anywhere below the unit may help.
        """
        unseen = self.unseen[unit]
        parts = [(_ballots(self.unseen[child]), child) for child in self.family.children[unit] if self.hidden[child]]
        if not parts:
            return -1 if self.exposed[unit] else None
        ballots = _ballots(unseen)
        largest, dominant = max(*parts, (self.own_ballots[unit], -1))
        wide = min(WIDTH, largest)
        if ballots - largest < wide:
            return dominant
        narrow = any(
            count < min(wide, most) or ballots - count < max(1, min(wide, others))
            for count, (most, others) in zip(unseen, self._known_of_all(unit), strict=True)
        )
        return -1 if narrow or sum(unseen[RATED]) < self.threshold else None

    def _known_of_all(self, unit: int) -> Iterator[tuple[int, int]]:
        """Give, by column, the answers in it and in all others over the survey; no limit where that row is hidden."""
        root = self.family.roots[unit]
        for count in self.total[root]:
            yield (WIDTH, WIDTH) if self.hidden[root] else (count, self.ballots[root] - count)

    def _visible_below(self, unit: int, outside: int) -> Iterator[int]:
        """Find the topmost visible units with ballots below a unit, leaving out the branch of ``outside``."""
        stack = [child for child in self.family.children[unit] if child != outside]
        while stack:
            node = stack.pop()
            if self.hidden[node]:
                stack.extend(self.family.children[node])
            elif self.ballots[node]:
                yield node

    def _size(self, unit: int) -> tuple[int, int]:
        return self.ballots[unit], unit

    def _thin(self, unit: int) -> bool:
        """Say whether too little of a hidden unit is unseen: it would be all but the sum of what is visible below."""
        return _ballots(self.unseen[unit]) < min(WIDTH, self.ballots[unit])

    def _hide(self, unit: int) -> list[int]:
        """Hide a unit, and below it the smallest branches until enough of it is unseen; return all that was hidden."""
        taken = [unit]
        self.hidden[unit] = True
        self._lift(unit, 1)
        while self._thin(unit):
            taken += self._hide(min(self._visible_below(unit, -1), key=self._size))
        return taken

    def _show(self, step: list[int]) -> list[int]:
        """Take one call of :meth:`_hide` back; return the units whose unseen counts shrank."""
        changed: list[int] = []
        for unit in reversed(step):
            self.hidden[unit] = False
            changed += self._lift(unit, -1)
        return changed

    def _lift(self, unit: int, sign: int) -> list[int]:
        """Add a unit's unseen counts to the hidden units above it and to the first visible one, which ends the list."""
        path = []
        above = self.family.parents[unit]
        while above >= 0:
            path.append(above)
            self._add(above, self.unseen[unit], sign)
            above = self.family.parents[above] if self.hidden[above] else -1
        return path

    def _add(self, unit: int, counts: list[int], sign: int) -> None:
        self.unseen[unit] = [here + sign * count for here, count in zip(self.unseen[unit], counts, strict=True)]


def _ballots(counts: list[int]) -> int:
    return sum(counts[: len(CELLS)])
