"""An attacker who has only what is published, and a solver; and one who makes up surveys for it."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array

CELLS = 5
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


def root_of(parents, unit):
    while parents[unit] >= 0:
        unit = parents[unit]
    return unit


def small(row, threshold=10):
    """The two reasons for which a row is hidden for its own sake, in the test's own words."""
    rated = row[:3].sum()
    return row.sum() > 0 and (rated < threshold or (rated < 2 * threshold and max(row) == row.sum()))


def demanded(hidden_ballots, whole):
    """Three wide, or what there is: of the ballots, and of answers in the survey where its row is shown."""
    limits = [np.full(len(whole), min(WIDTH, hidden_ballots))]
    if whole[0] >= 0:
        limits += [whole, whole.sum() - whole]
    return np.min(limits, axis=0)


@dataclass(frozen=True)
class Target:
    """Something hidden: a sum of unknowns, and how wide its range must at least be."""

    name: str
    sum_of: np.ndarray
    needed: int
    options: np.ndarray


class Attacker:
    """Knows sums of unknown whole numbers; looks for two solutions that lie far enough apart in what is hidden.

    The truth is one solution. Every further solution, whatever it was looked for, is held against all targets, which
    spares most of the searches; that it solves the system is checked here and not left to the solver.
    """

    def __init__(self, truth, axes=("groups", "units", "channels", "options")):
        self.truth = truth
        self.axes = axes
        self.rows = []
        self.solved = 0
        self.low = self.high = self.needed = np.zeros(0, dtype=np.int64)
        self.others = []

    def sum_of(self, **which):
        """Mark which unknowns are summed; of an axis that is not named all are."""
        assert which.keys() <= set(self.axes)
        row = np.zeros(self.truth.shape, dtype=np.int8)
        sizes = zip(self.axes, self.truth.shape, strict=True)
        row[np.ix_(*(np.atleast_1d(which.get(axis, np.arange(size))) for axis, size in sizes))] = 1
        return row.ravel()

    def learn(self, value, **which):
        """Take a published sum in; it must be true."""
        row = self.sum_of(**which)
        assert row @ self.truth.ravel() == value
        self.rows.append(row)

    def narrow(self, targets):
        """Give (target, width) of the targets whose range is narrower than it must be."""
        targets = [target for target in targets if target.needed]
        if not targets:
            return []
        self.system = csr_array(np.array(self.rows))
        self.values = self.system @ self.truth.ravel()
        self.constraint = LinearConstraint(self.system.astype(float), self.values, self.values)
        self.sums = np.array([target.sum_of for target in targets], dtype=np.int64)
        self.needed = np.array([target.needed for target in targets])
        self.low = self.sums @ self.truth.ravel()
        self.high = self.low.copy()
        self._search_together()
        for at in np.flatnonzero(self._open()):
            for sign in (1, -1):
                if self._open()[at]:
                    self._solve(sign * self.sums[at])
        return [(targets[at], int(self.high[at] - self.low[at])) for at in np.flatnonzero(self._open())]

    def found(self):
        """Say of each hidden count how wide its range was found to be; the search ends where it is wide enough."""
        for width, needed in zip(self.high - self.low, self.needed, strict=True):
            yield "3 or more wide" if width >= WIDTH else f"{width} wide, where no more than {needed} exist"

    def _open(self):
        return self.high - self.low < self.needed

    def _search_together(self, rounds=8):
        random = np.random.default_rng(len(self.sums))
        for _ in range(rounds):
            left = np.flatnonzero(self._open())
            if len(left) < 3:
                return
            self._solve(random.choice([-1, 1], size=len(left)) @ self.sums[left])

    def _solve(self, objective):
        self.solved += 1
        for whole in (0, 1):  # A corner of the relaxed problem is nearly always whole already.
            end = milp(
                objective, integrality=np.full(len(objective), whole), bounds=Bounds(0), constraints=self.constraint
            )
            assert end.status == 0
            found = np.rint(end.x).astype(np.int64)
            if np.abs(end.x - found).max() < 1e-6:
                break
        assert (found >= 0).all()
        assert (self.system @ found == self.values).all()
        self.others.append(found.reshape(self.truth.shape))
        here = self.sums @ found
        np.minimum(self.low, here, out=self.low)
        np.maximum(self.high, here, out=self.high)
