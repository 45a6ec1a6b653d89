"""An attacker who has only what is published, and a solver, looks for what is hidden."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from scipy.sparse import csr_array

from analysis.tables import tabulate

COLUMNS = 5
WIDTH = 3


def subtree(parents):
    """below[u, v]: v stands in u's subtree, worked out without the code under test."""
    below = np.eye(len(parents), dtype=bool)
    for unit in range(len(parents)):
        above = parents[unit]
        while above >= 0:
            below[above, unit] = True
            above = parents[above]
    return below


class Attacker:
    """Knows ballots of every unit and group, and every visible count; solves for the rest."""

    def __init__(self, parents, ballots, counts, total):
        """ballots (groups, units), counts (groups, units, 5) and total (units, 5) as published, -1 hidden."""
        self.below = subtree(parents)
        self.groups, self.units = ballots.shape
        children = np.zeros_like(self.below)
        for unit, above in enumerate(parents):
            if above >= 0:
                children[above, unit] = True
        own_ballots = ballots - ballots @ children.T
        rows, values = [], []
        for group in range(self.groups):
            for unit in range(self.units):
                rows.append(self.cells([group], np.eye(self.units, dtype=bool)[unit], range(COLUMNS)))
                values.append(own_ballots[group, unit])
                for column in range(COLUMNS):
                    if counts[group, unit, column] >= 0:
                        rows.append(self.cells([group], self.below[unit], [column]))
                        values.append(counts[group, unit, column])
        for unit in range(self.units):
            for column in range(COLUMNS):
                if total[unit, column] >= 0:
                    rows.append(self.cells(range(self.groups), self.below[unit], [column]))
                    values.append(total[unit, column])
        self.equations, self.values = csr_array(np.array(rows)), np.array(values)

    def cells(self, groups, units, columns):
        """A row of the system: which unknowns are summed."""
        row = np.zeros((self.groups, self.units, COLUMNS))
        row[np.ix_(list(groups), np.flatnonzero(units), list(columns))] = 1
        return row.ravel()

    def width(self, groups, units, column):
        target = self.cells(groups, units, [column])
        ends = [
            linprog(sign * target, A_eq=self.equations, b_eq=self.values, bounds=(0, None), method="highs")
            for sign in (1, -1)
        ]
        assert all(end.status == 0 for end in ends)
        return -ends[1].fun - ends[0].fun


@st.composite
def surveys(draw, groups=st.just(1), flat=False):
    """Parents, and own counts (groups, units, 5): small and large units, rare and frequent answers, ballots of parents."""
    units = draw(st.integers(1, 14))
    parents = [-1 if flat else draw(st.integers(-1 if unit == 0 else draw(st.sampled_from([-1, 0, 0])), unit - 1)) for unit in range(units)]
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    mix = draw(st.sampled_from([(0.7, 0.2, 0.04, 0.05, 0.01), (0.3, 0.3, 0.2, 0.1, 0.1), (0.97, 0.03, 0, 0, 0), (1, 0, 0, 0, 0)]))
    sizes = draw(st.sampled_from([(0, 3, 40), (2, 9, 14), (12, 25, 60), (5, 30, 30)]))
    number = draw(groups)
    ballots = random.choice([*sizes, 0], size=(number, units)) + random.integers(0, 3, size=(number, units))
    inner = sorted(set(parents) - {-1})
    ballots[:, inner] *= random.integers(0, 2, size=len(inner))
    return parents, random.multinomial(ballots, mix)


def demanded(hidden_ballots, whole):
    """Three wide, or what there is: of the ballots hidden, and of answers in the whole survey where its row is shown."""
    limits = [np.full(COLUMNS, min(WIDTH, hidden_ballots))]
    if whole[0] >= 0:
        limits += [whole, whole.sum() - whole]
    return np.min(limits, axis=0)


def root_of(parents, unit):
    while parents[unit] >= 0:
        unit = parents[unit]
    return unit


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_no_hidden_count_can_be_narrowed_below_three(survey):
    parents, own = survey
    table = tabulate(parents, ["q"], own[:, :, None])
    attacker = Attacker(parents, table.group_ballots[:, :, 0], table.group_counts[:, :, 0], table.counts[:, 0])
    for unit in np.flatnonzero(table.suppressed[:, 0]):
        needed = demanded(table.ballots[unit, 0], table.counts[root_of(parents, unit), 0])
        for column in range(COLUMNS):
            assert attacker.width([0], attacker.below[unit], column) >= needed[column] - 1e-6
