"""Channels beside units of which everybody knows whether they had paper."""

import numpy as np
import pytest

from analysis.known_splits import may_be_told
from analysis.rollup import Tree
from analysis.suppression import suppress_groups, suppress_split
from tests.analysis.attacker import CELLS, Attacker, Target, demanded

#: Satisfied, basically satisfied, dissatisfied, don't know, blank.
LARGE = [20, 15, 9, 3, 1]


def told(screen, paper, places, threshold=10):
    """Ask for two channels at two places below one unit, of which some had paper."""
    own = np.array([np.add(*each) for each in zip(screen, paper, strict=True)])[:, None]
    parts = np.array([np.sum(screen, axis=0), np.sum(paper, axis=0)])[:, None]
    issued = np.array([[False] * len(screen), places])
    hidden, _ = suppress_groups(Tree.of([-1] + [0] * len(screen)), np.concatenate([own[:1] * 0, own])[None], threshold)
    return may_be_told(parts, issued, own, hidden, threshold).tolist()


def test_nothing_issued_is_no_matter_for_these_rules():
    few = [1, 0, 0, 0, 0]
    assert told([LARGE, few], [LARGE, LARGE], [False, False]) == [True]


def test_large_units_and_channels_are_told():
    assert told([LARGE, LARGE], [[0] * 5, LARGE], [False, True]) == [True]


def test_a_hidden_unit_would_be_its_parent_less_the_paper_of_its_sister():
    assert told([[4, 0, 2, 0, 0], [0] * 5], [[0] * 5, [15, 4, 9, 1, 1]], [False, True]) == [False]


def test_a_hidden_channel_may_be_worked_out_from_where_it_was_not():
    assert told([LARGE, LARGE], [[0] * 5, [2, 1, 0, 0, 0]], [False, True]) == [False]


@pytest.mark.parametrize(
    ("on_the_screen", "may"), [([3, 2, 1, 0, 0], False), ([12, 0, 0, 0, 0], False), ([9, 5, 3, 0, 0], True)]
)
def test_what_remains_where_paper_was_is_no_row_that_would_be_hidden(on_the_screen, may):
    """Few ballots, or all alike, came by the screen where there was paper: subtraction tells how."""
    assert told([LARGE, on_the_screen], [[0] * 5, LARGE], [False, True]) == [may]


def test_slips_and_paper_together_leave_a_remainder_of_their_own():
    """Each of both leaves enough, both together leave four posters."""
    own = np.array([LARGE, [25, 20, 12, 4, 2]])[:, None]
    slips, paper = np.array([12, 10, 6, 2, 1]), np.array([12, 8, 5, 2, 1])
    parts = np.stack([own.sum(axis=0)[0] - slips - paper, slips, paper])[:, None]
    issued = np.array([[False, False], [False, True], [False, True]])
    none = np.zeros((3, 1), bool)
    assert may_be_told(parts, issued, own, none).tolist() == [False]
    assert may_be_told(parts[[0, 1]], issued[[0, 1]], own, none).tolist() == [True]


def knowing_turnout(ballots):
    """Return an attacker who knows how many ballots each unit and each channel has."""
    attacker = Attacker(ballots, ("units", "channels", "options"))
    for axis, name in enumerate(("units", "channels")):
        for at in range(ballots.shape[axis]):
            attacker.learn(ballots.take(at, axis=axis).sum(), **{name: at})
    return attacker


def made(random):
    """Make places some of which had paper, small and large."""
    places = int(random.integers(2, 6))
    mix = [0.5, 0.2, 0.2, 0.05, 0.05]
    issued = random.random(places) < 0.5
    sizes = random.choice([4, 8, 15, 40, 90], size=(places, 2)) * np.stack([np.ones(places, int), issued], axis=1)
    return random.multinomial(sizes, mix), issued


@pytest.mark.parametrize("seed", range(12))
def test_with_all_that_is_told_no_hidden_count_is_narrow(seed):
    """The attacker knows where no paper was."""
    random = np.random.default_rng(seed)
    for _ in range(4):
        ballots, issued = made(random)
        own = ballots.sum(axis=1)[:, None]
        hidden, _ = suppress_groups(Tree.of([-1] + [0] * len(own)), np.concatenate([own[:1] * 0, own])[None], 10)
        parts = ballots.sum(axis=0)[:, None]
        ways = np.stack([np.zeros_like(issued), issued])
        if hidden[0, 0] or not may_be_told(parts, ways, own, hidden)[0]:
            continue
        attacker = knowing_turnout(ballots)
        dark = suppress_split(parts, hidden[0])
        targets = []
        for unit, had in enumerate(issued):
            if not had:
                attacker.learn(0, units=unit, channels=1)
            for cell in range(CELLS):
                if hidden[unit + 1, 0]:
                    of = attacker.sum_of(units=unit, options=cell)
                    needed = demanded(own[unit].sum(), own.sum(axis=0)[0])[cell]
                    targets.append(Target(f"{unit}", of, int(needed), [cell]))
                else:
                    attacker.learn(own[unit, 0, cell], units=unit, options=cell)
        for channel in range(2):
            for cell in range(CELLS):
                if not dark[channel, 0]:
                    attacker.learn(parts[channel, 0, cell], channels=channel, options=cell)
        assert attacker.narrow(targets) == []


def test_without_the_rule_the_attacker_would_find_hidden_counts():
    """The same attack as above finds the village of the sister's paper: it can fail."""
    ballots = np.array([[[4, 0, 2, 0, 0], [0] * 5], [[0] * 5, [15, 4, 9, 1, 1]], [[30, 12, 9, 2, 1], [0] * 5]])
    attacker = knowing_turnout(ballots)
    attacker.learn(0, units=[0, 2], channels=1)
    for cell in range(CELLS):
        attacker.learn(ballots[:, 0, cell].sum() + ballots[:, 1, cell].sum(), options=cell)
        attacker.learn(ballots[2, 0, cell], units=2, options=cell)
        attacker.learn(ballots[1, 1, cell], channels=1, options=cell)
    target = Target("0", attacker.sum_of(units=0, options=0), 3, [0])
    assert attacker.narrow([target]) == [(target, 0)]
