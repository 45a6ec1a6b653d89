"""Made-up surveys with all that their releases publish, for the attacker."""

from dataclasses import dataclass, field

import numpy as np

from analysis.disclosure import Published, Shown, Standing, discloses
from analysis.rollup import Tree
from analysis.suppression import suppress_groups, suppress_split
from tests.analysis.attacker import CELLS, WIDTH, Attacker, Target, demanded, root_of, small, subtree

FOUR = np.arange(CELLS)
#: Two options are satisfied and two dissatisfied; then "don't know" and blank.
FIVE = np.array([0, 0, 1, 2, 2, 3, 4])

MIXES = [(0.7, 0.2, 0.04, 0.05, 0.01), (0.3, 0.3, 0.2, 0.1, 0.1), (0.97, 0.03, 0, 0, 0), (1, 0, 0, 0, 0)]
SIZES = [(0, 3, 40), (2, 9, 14), (12, 25, 60), (5, 30, 30), (0, 1, 2, 80)]


def cells_of(counts, ratings):
    """Options to ratings: (..., options) in, (..., 5) out."""
    return np.stack([counts[..., ratings == cell].sum(axis=-1) for cell in range(CELLS)], axis=-1)


@dataclass
class Survey:
    """Ballots (groups, units, channels, options), and what its releases have shown so far."""

    parents: list
    ballots: np.ndarray
    ratings: np.ndarray
    #: Rows print a mean score, from which the options of a row may be worked out.
    scored: bool = False
    releases: list = field(default_factory=list)
    lowest: int = 10

    def __post_init__(self):
        self.below = subtree(self.parents)
        self.own = self.ballots.sum(axis=2)
        self.groups, self.units, self.channels, self.options = self.ballots.shape
        self.codes = [f"{unit:02}" for unit in range(self.units)]

    def rolled(self, counts):
        return np.einsum("uv,gvo->guo", self.below, counts)

    def draft(self, threshold, parents=None):
        """Make the next release by the code under test."""
        parents = self.parents if parents is None else parents
        cells = cells_of(self.own, self.ratings)[:, :, None]
        finer = self.own[:, :, None] if self.scored else None
        hidden, by_group = suppress_groups(Tree.of(parents), cells, threshold, finer)
        counts = np.einsum("uv,gvo->guo", subtree(parents), cells[:, :, 0])
        rows = {}
        for unit, code in enumerate(self.codes):
            rows[Shown("", code, "q")] = printed(counts[:, unit].sum(axis=0), hidden[unit, 0])
            for group in range(self.groups):
                rows[Shown(f"g{group}", code, "q")] = printed(counts[group, unit], by_group[group, unit, 0])
        parts = cells_of(self.ballots.sum(axis=(0, 1)), self.ratings)[:, None]
        if parents.count(-1) == 1:
            for channel, dark in enumerate(suppress_split(parts, hidden[parents.index(-1)], threshold)[:, 0]):
                rows[Shown(f"c{channel}", self.codes[0], "q")] = printed(parts[channel, 0], dark)
        up = [self.codes[above] if above >= 0 else "" for above in parents]
        return Published({code: Standing(above) for code, above in zip(self.codes, up, strict=True)}, rows)

    def publish(self, threshold, parents=None):
        """Store a release unless it would disclose something; say whether it was stored."""
        release = self.draft(threshold, parents)
        if discloses(self.releases, release):
            return False
        self.releases.append(release)
        self.lowest = min(self.lowest, threshold)
        return True

    def shown(self, part, unit):
        return any(len(release.counts[Shown(part, self.codes[unit], "q")]) > 1 for release in self.releases)

    def attack(self):
        """Give the attacker all releases; return it, and the targets that it comes too close to."""
        attacker = Attacker(self.ballots)
        total = self.rolled(self.own)
        options = [np.flatnonzero(self.ratings == cell) for cell in range(CELLS)]
        own_turnout = self.own.sum(axis=-1)
        targets = []
        whole = {unit: self._whole(unit) for unit in range(self.units)}
        for unit in range(self.units):
            at = {"units": np.flatnonzero(self.below[unit])}
            dark = []
            for group in range(self.groups):
                attacker.learn(own_turnout[group, unit], groups=group, units=unit)
                if small(cells_of(self.own[group, unit], self.ratings), self.lowest):
                    targets += self._targets(
                        attacker, f"own {group} {unit}", whole[unit][group], groups=group, units=unit
                    )
                if self.shown(f"g{group}", unit):
                    assert not small(cells_of(total[group, unit], self.ratings), self.lowest)
                    for cell in [[option] for option in range(self.options)] if self.scored else options:
                        attacker.learn(total[group, unit, cell].sum(), groups=group, **at, options=cell)
                elif total[group, unit].any():
                    dark.append(
                        self._targets(attacker, f"group {group} {unit}", whole[unit][group], groups=group, **at)
                    )
            targets += [target for found in dark for target in found]
            if self.shown("", unit):
                for cell in options:
                    attacker.learn(total[:, unit][:, cell].sum(), **at, options=cell)
            elif dark:  # As wide as the widest of the groups in it.
                targets += [
                    Target(
                        f"all {unit}",
                        attacker.sum_of(**at, options=same[0].options),
                        max(each.needed for each in same),
                        same[0].options,
                    )
                    for same in zip(*dark, strict=True)
                ]
        targets += self._channels(attacker, options)
        return attacker, attacker.narrow(targets)

    def _whole(self, unit):
        """By group, what the survey has of each option where its row says so, -1 where it does not."""
        root = root_of(self.parents, unit)
        total = self.rolled(self.own)
        if self.parents.count(-1) == self.units and self.groups > 1:  # Groups of a listed target are its children.
            shown = total[:, root].sum(axis=0) if self.shown("", root) else np.full(self.options, -1)
            return [shown] * self.groups
        return [
            total[group, root] if self.shown(f"g{group}", root) else np.full(self.options, -1)
            for group in range(self.groups)
        ]

    def _targets(self, attacker, name, whole, **which):
        """Every rating of a hidden row, and every option where there are more."""
        ballots = attacker.sum_of(**which) @ self.ballots.ravel()
        marks = [np.flatnonzero(self.ratings == cell) for cell in range(CELLS)]
        if self.options > CELLS:
            marks += [[option] for option in range(self.options)]
        found = []
        for mark in marks:
            has = -1 if whole[0] < 0 else whole[mark].sum()
            needed = demanded(ballots, np.array([has, whole.sum() - has]))[0] if has >= 0 else min(WIDTH, ballots)
            found.append(Target(name, attacker.sum_of(**which, options=mark), int(needed), mark))
        return found

    def _channels(self, attacker, options):
        """Learn channels and options at the survey's own row."""
        if self.parents.count(-1) > 1:
            return []
        targets = []
        whole = self.ballots.sum(axis=(0, 1, 2))
        if self.shown("", 0):
            for option in range(self.options):
                attacker.learn(whole[option], options=option)
        for channel in range(self.channels):
            here = self.ballots[:, :, channel].sum(axis=(0, 1))
            attacker.learn(here.sum(), channels=channel)
            for cell in options:
                if self.shown(f"c{channel}", 0):
                    assert not small(cells_of(here, self.ratings), self.lowest)
                    attacker.learn(here[cell].sum(), channels=channel, options=cell)
                elif here.any():
                    # As if the survey's row were shown: its answers bound what a part of them can be.
                    answers = whole[cell].sum()
                    limits = [WIDTH, here.sum(), whole.sum() - here.sum(), answers, whole.sum() - answers]
                    which = {"channels": channel, "options": cell}
                    targets.append(Target(f"channel {channel}", attacker.sum_of(**which), int(min(limits)), cell))
        return targets


def printed(counts, hidden):
    ballots = int(counts.sum())
    return (ballots,) if hidden else (ballots, *counts.tolist())


def with_own_rows(parents, own):
    """Give every inner unit's own ballots a row of its own below it (本级)."""
    inner = [unit for unit in sorted(set(parents) - {-1}) if own[:, unit].any()]
    more = own[:, inner].copy()
    own = own.copy()
    own[:, inner] = 0
    return parents + inner, np.concatenate([own, more], axis=1)


def make_survey(random, groups=1, most=14, flat=False, ratings=FOUR, scored=False, channels=1, own_rows=False):
    """Small and large units, rare answers, ballots of parents' own."""
    units = int(random.integers(1, most + 1))
    parents = [-1, *(-1 if flat else int(random.integers(0, unit)) for unit in range(1, units))]
    ballots = random.choice([*SIZES[random.integers(len(SIZES))], 0], size=(groups, units))
    ballots += random.integers(0, 3, size=ballots.shape)
    inner = sorted(set(parents) - {-1})
    ballots[:, inner] *= random.integers(0, 2, size=len(inner))
    share = np.array(MIXES[random.integers(len(MIXES))], dtype=float)[ratings]
    share *= random.dirichlet(np.full(len(ratings), 2)) if len(ratings) > CELLS else 1
    own = random.multinomial(ballots, share / share.sum())
    if own_rows:
        parents, own = with_own_rows(parents, own)
    by_channel = random.multinomial(own, random.dirichlet(np.full(channels, 0.5)))
    return Survey(parents, np.moveaxis(by_channel, -1, 2), ratings, scored)


def make_any(random):
    """One of all kinds of surveys, with its first release and a few that follow or are refused."""
    groups = int(random.choice([1, 1, 2, 3]))
    five = bool(random.integers(2))
    survey = make_survey(
        random,
        groups,
        most=12 if groups == 1 else 6,
        ratings=FIVE if five else FOUR,
        scored=five and bool(random.integers(2)),
        channels=int(random.choice([1, 2, 3])),
        own_rows=bool(random.integers(2)),
    )
    assert survey.publish(10)
    for threshold in random.choice([8, 10, 10, 13, 20], size=random.integers(1, 4)):
        survey.publish(int(threshold))
    return survey
