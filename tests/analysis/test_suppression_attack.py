"""An attacker who has only what is published, and a solver, looks for what is hidden."""

import numpy as np
from hypothesis import example, given, settings
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


MIXES = [(0.7, 0.2, 0.04, 0.05, 0.01), (0.3, 0.3, 0.2, 0.1, 0.1), (0.97, 0.03, 0, 0, 0), (1, 0, 0, 0, 0)]
SIZES = [(0, 3, 40), (2, 9, 14), (12, 25, 60), (5, 30, 30), (0, 1, 2, 80)]


@st.composite
def surveys(draw, groups=1, most=14, flat=False):
    """Parents, and own counts (groups, units, 5): small and large units, rare answers, ballots of parents' own."""
    units = draw(st.integers(1, most))
    parents = [-1, *(-1 if flat else draw(st.integers(0, unit - 1)) for unit in range(1, units))]
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    ballots = random.choice([*draw(st.sampled_from(SIZES)), 0], size=(groups, units))
    ballots += random.integers(0, 3, size=ballots.shape)
    inner = sorted(set(parents) - {-1})
    ballots[:, inner] *= random.integers(0, 2, size=len(inner))
    return parents, random.multinomial(ballots, draw(st.sampled_from(MIXES)))


def demanded(hidden_ballots, whole):
    """Three wide, or what there is: of the ballots, and of answers in the survey where its row is shown."""
    limits = [np.full(COLUMNS, min(WIDTH, hidden_ballots))]
    if whole[0] >= 0:
        limits += [whole, whole.sum() - whole]
    return np.min(limits, axis=0)


def root_of(parents, unit):
    while parents[unit] >= 0:
        unit = parents[unit]
    return unit


def small(row):
    """The two reasons for which a row is hidden for its own sake, in the test's own words."""
    rated = row[:3].sum()
    return row.sum() > 0 and (rated < 10 or (rated < 20 and max(row) == row.sum()))


def published(table, question=0):
    return table.group_ballots[..., question], table.group_counts[:, :, question], table.counts[:, question]


def narrow(attacker, groups, units, needed):
    """Columns in which the attacker comes closer than is allowed."""
    return [column for column in range(COLUMNS) if attacker.width(groups, units, column) < needed[column] - 1e-6]


@settings(max_examples=60, deadline=None)
@given(surveys())
def test_no_hidden_count_can_be_narrowed_below_three(survey):
    parents, own = survey
    table = tabulate(parents, ["q"], own[:, :, None])
    attacker = Attacker(parents, *published(table))
    for unit in np.flatnonzero(table.suppressed[:, 0]):
        needed = demanded(table.ballots[unit, 0], table.counts[root_of(parents, unit), 0])
        assert not narrow(attacker, [0], attacker.below[unit], needed)


def own_counts(units, rows):
    own = np.zeros((1, units, COLUMNS), dtype=int)
    for unit, row in rows.items():
        own[0, unit, : len(row)] = row
    return own


#: The survey's row is hidden (two of its ballots stand outside one branch), a row below it is not: what the survey
#: has of a column excuses nothing there.
HIDDEN_ROOT = (
    [-1, 0, 1, 1, 1, 1, 0, 0, 1, 1, 1, 4],
    own_counts(12, {2: (81, 1), 3: (3,), 4: (78, 4), 5: (3,), 7: (2,), 8: (2,), 9: (1,), 10: (78, 4), 11: (3,)}),
)


@settings(max_examples=60, deadline=None)
@given(surveys())
@example(HIDDEN_ROOT)
def test_small_rows_are_hidden_and_own_ballots_of_a_parent_cannot_be_subtracted(survey):
    parents, own = survey
    table = tabulate(parents, ["q"], own[:, :, None])
    attacker = Attacker(parents, *published(table))
    for unit in range(len(parents)):
        total = own[0, attacker.below[unit]].sum(axis=0)
        assert table.suppressed[unit, 0] or not small(total)
        assert table.suppressed[unit, 0] or (table.counts[unit, 0] == total).all()
        assert table.ballots[unit, 0] == total.sum()
        assert table.ballots[unit, 0] or not table.suppressed[unit, 0]
        if small(own[0, unit]):
            needed = demanded(own[0, unit].sum(), table.counts[root_of(parents, unit), 0])
            assert not narrow(attacker, [0], np.eye(len(parents), dtype=bool)[unit], needed)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 3).flatmap(lambda groups: surveys(groups, most=7)))
def test_groups_cannot_be_subtracted_from_one_another_in_a_tree(survey):
    parents, own = survey
    table = tabulate(parents, ["q"], own[:, :, None], weights=[1] * len(own))
    attacker = Attacker(parents, *published(table))
    for unit in range(len(parents)):
        assert bool(table.rates_suppressed[unit, 0]) == (table.cell(unit, 0).approval_rate is None) or not any(
            table.group_counts[:, unit, 0, :3].ravel() > 0
        )
        widest = np.zeros(COLUMNS)
        for group in np.flatnonzero(table.group_suppressed[:, unit, 0]):
            shown = table.group_counts[group, root_of(parents, unit), 0]
            if len(parents) == 1:
                shown = table.counts[unit, 0]
            needed = demanded(table.group_ballots[group, unit, 0], shown)
            widest = np.maximum(widest, needed)
            assert not narrow(attacker, [group], attacker.below[unit], needed)
        if table.suppressed[unit, 0]:
            assert not narrow(attacker, range(len(own)), attacker.below[unit], widest)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 4).flatmap(lambda groups: surveys(groups, most=5, flat=True)))
def test_groups_cannot_be_subtracted_from_the_row_of_a_listed_target(survey):
    parents, own = survey
    table = tabulate(parents, ["q"], own[:, :, None], weights=[1] * len(own))
    attacker = Attacker(parents, *published(table))
    for unit in range(len(parents)):
        hidden = np.flatnonzero(table.group_suppressed[:, unit, 0])
        assert table.suppressed[unit, 0] or len(hidden) != 1
        for group in hidden:
            needed = demanded(table.group_ballots[group, unit, 0], table.counts[unit, 0])
            assert not narrow(attacker, [group], attacker.below[unit], needed)


def test_the_attacker_finds_what_the_first_rule_alone_would_leave_open(monkeypatch):
    monkeypatch.setattr("analysis.suppression._Hiding.settle_all", lambda _: None)
    own = np.array([[0, 0, 0, 0, 0], [3, 1, 1, 1, 0], [20, 9, 5, 3, 3], [30, 9, 5, 3, 3]])[None, :, None]
    table = tabulate([-1, 0, 0, 0], ["q"], own)
    assert table.suppressed[:, 0].tolist() == [False, True, False, False]
    attacker = Attacker([-1, 0, 0, 0], *published(table))
    assert narrow(attacker, [0], attacker.below[1], np.full(COLUMNS, 1)) == [0, 1, 2, 3, 4]
