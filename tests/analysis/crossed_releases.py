"""Made-up surveys whose releases cross a choice with two rating questions, for the attacker."""

from dataclasses import dataclass, field

import numpy as np

from analysis.crossing import cross
from analysis.disclosure import Published, Shown, Standing, discloses
from analysis.rollup import Tree
from analysis.suppression import suppress_groups, suppress_split
from tests.analysis.attacker import CELLS, WIDTH, Attacker, Target, demanded, small, subtree
from tests.analysis.made_releases import MIXES, SIZES, printed

QUESTIONS = ("first", "second")
AXES = ("units", "channels", "answers", *QUESTIONS)


@dataclass
class CrossedSurvey:
    """Ballots (units, channels, answers to the choice, ratings of the first question, of the second)."""

    parents: list
    ballots: np.ndarray
    #: Paper is the last channel: which answers stood on one sheet is not known.
    paper: bool = False
    releases: list = field(default_factory=list)
    lowest: int = 10

    def __post_init__(self):
        self.below = subtree(self.parents)
        self.apart = np.arange(self.ballots.shape[1]) == (self.ballots.shape[1] - 1 if self.paper else -1)

    def _counts(self, *axes):
        """Ratings of both questions by some axes: (…, questions, 5)."""
        kept = [AXES.index(axis) for axis in axes]
        summed = [self.ballots.sum(axis=tuple(set(range(5)) - {*kept, AXES.index(name)})) for name in QUESTIONS]
        return np.stack(summed, axis=-2)

    @property
    def answers(self):
        """Ratings of both questions by answer, paper left out: (answers, questions, 5)."""
        of = self.ballots[:, ~self.apart]
        return np.stack([of.sum(axis=(0, 1, 4)), of.sum(axis=(0, 1, 3))], axis=-2)

    def draft(self, threshold):
        """Make the next release by the code under test."""
        own = self._counts("units")
        hidden, _ = suppress_groups(Tree.of(self.parents), own[None], threshold)
        total = np.einsum("uv,vqc->uqc", self.below, own)
        rows = {}
        for column, question in enumerate(QUESTIONS):
            for unit in range(len(self.parents)):
                rows[Shown("", f"{unit:02}", question)] = printed(total[unit, column], hidden[unit, column])
        channels = self._counts("channels")
        for channel, dark in enumerate(suppress_split(channels, hidden[0], threshold)[:, 0]):
            rows[Shown(f"c{channel}", "00", "first")] = printed(channels[channel, 0], dark)
        crossing = cross(self.answers, channels, self.apart, hidden, 0, threshold)
        for column in crossing.questions:
            for answer, counts in enumerate(self.answers[:, column]):
                part = f"{QUESTIONS[column]} {answer}"
                rows[Shown(part, "00", "choice")] = printed(counts, crossing.hidden[answer, column])
            if self.paper:
                rows[Shown(f"{QUESTIONS[column]} paper", "00", "choice")] = printed(channels[-1, column], False)
        return Published({f"{unit:02}": Standing(str(above)) for unit, above in enumerate(self.parents)}, rows)

    def publish(self, threshold=10):
        """Store a release unless it would disclose something; say whether it was stored."""
        release = self.draft(threshold)
        if discloses(self.releases, release):
            return False
        self.releases.append(release)
        self.lowest = min(self.lowest, threshold)
        return True

    def shown(self, part, unit, question):
        return any(len(release.counts.get(Shown(part, unit, question), ())) > 1 for release in self.releases)

    def crossed(self, column):
        return any(Shown(f"{QUESTIONS[column]} 0", "00", "choice") in release.counts for release in self.releases)

    def attack(self):
        """Give the attacker all releases; return it, and the targets that it comes too close to."""
        attacker = Attacker(self.ballots, AXES)
        own = self._counts("units")
        total = np.einsum("uv,vqc->uqc", self.below, own)
        targets = []
        for unit, ballots in enumerate(own[:, 0].sum(axis=-1)):
            attacker.learn(ballots, units=unit)
        for answer, counts in enumerate(self.ballots.sum(axis=(0, 1, 3, 4))):  # Table 3.
            attacker.learn(counts, answers=answer)
        for column, question in enumerate(QUESTIONS):
            whole = total[0, column] if self.shown("", "00", question) else np.full(CELLS, -1)
            for unit in range(len(self.parents)):
                at = {"units": np.flatnonzero(self.below[unit])}
                if small(own[unit, column], self.lowest):
                    targets += self._row(attacker, f"own {unit}", question, whole, units=unit)
                if self.shown("", f"{unit:02}", question):
                    assert not small(total[unit, column], self.lowest)
                    self._learn(attacker, question, total[unit, column], **at)
                else:
                    targets += self._row(attacker, f"unit {unit}", question, whole, **at)
        for channel, counts in enumerate(self._counts("channels")):
            attacker.learn(counts[0].sum(), channels=channel)
            shown = self.shown(f"c{channel}", "00", "first")
            targets += self._part(attacker, f"channel {channel}", 0, shown, counts[0], total[0, 0], channels=channel)
        for column in range(len(QUESTIONS)):
            targets += self._crossed(attacker, column)
        return attacker, attacker.narrow(targets)

    def _crossed(self, attacker, column):
        if not self.crossed(column):
            return []
        targets = []
        rest = np.flatnonzero(~self.apart)
        if self.paper:
            self._learn(attacker, QUESTIONS[column], self._counts("channels")[-1, column], channels=len(rest))
        for answer, counts in enumerate(self.answers[:, column]):
            attacker.learn(counts.sum(), channels=rest, answers=answer)
            shown = self.shown(f"{QUESTIONS[column]} {answer}", "00", "choice")
            where = {"channels": rest, "answers": answer}
            whole = self.answers[:, column].sum(axis=0)
            targets += self._part(attacker, f"answer {answer}", column, shown, counts, whole, **where)
        return targets

    @staticmethod
    def _learn(attacker, question, counts, **where):
        for cell, count in enumerate(counts):
            attacker.learn(count, **where, **{question: cell})

    def _row(self, attacker, name, question, whole, **where):
        ballots = attacker.sum_of(**where) @ self.ballots.ravel()
        needed = demanded(ballots, whole) if whole[0] >= 0 else np.full(CELLS, min(WIDTH, ballots))
        return [
            Target(f"{name} {question}", attacker.sum_of(**where, **{question: cell}), int(needed[cell]), [cell])
            for cell in range(CELLS)
        ]

    def _part(self, attacker, name, column, shown, counts, whole, **where):
        """Learn a part of the survey's row, or aim at it: what is left of the row bounds what a part of it can be."""
        question = QUESTIONS[column]
        if shown:
            assert not small(counts, self.lowest)
            self._learn(attacker, question, counts, **where)
            return []
        left = min(WIDTH, counts.sum(), whole.sum() - counts.sum())
        return [
            Target(
                f"{name} {question}",
                attacker.sum_of(**where, **{question: cell}),
                int(min(left, whole[cell], whole.sum() - whole[cell])),
                [cell],
            )
            for cell in range(CELLS)
        ]


def make_crossed(random):
    """Small and large units and answers; answers that say where somebody lives, and ratings that say it too."""
    units, channels, answers = (int(random.integers(1, most)) for most in (6, 4, 5))
    parents = [-1, *(int(random.integers(0, unit)) for unit in range(1, units))]
    sizes = random.choice(SIZES[random.integers(len(SIZES))], size=units) + random.integers(0, 3, size=units)
    mix = [np.array(MIXES[random.integers(len(MIXES))], dtype=float) for _ in QUESTIONS]
    told, rated = random.integers(0, 3, size=2) == 0
    by_answer = random.dirichlet(np.full(answers, 1))
    by_channel = random.dirichlet(np.full(channels, 1))
    ballots = np.zeros((units, channels, answers, CELLS, CELLS), dtype=int)
    for unit, size in enumerate(sizes):
        for _ in range(size):
            answer = unit % answers if told else random.choice(answers, p=by_answer)
            second = unit % 3 if rated else random.choice(CELLS, p=mix[1])
            where = unit, random.choice(channels, p=by_channel), answer, random.choice(CELLS, p=mix[0]), second
            ballots[where] += 1
    return CrossedSurvey(parents, ballots, paper=channels > 1 and bool(random.integers(2)))
