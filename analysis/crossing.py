"""A single-choice question crossed with rating questions over the whole survey: what of it may be printed.

The answers to the choice split the survey's own row, as channels do, so their rows are made safe as one more table with
that row as parent (analysis.suppression.suppress_split). Beside the other tables of a release:

- **Paper** comes as totals, and nobody knows which answers stood on one sheet. So the rows of the answers add up to
  the survey's row less paper, and paper is printed as the row that is missing. Both are shown in the split by channel,
  or else the question is not crossed; below them channels and answers split the same visible row in two ways, which
  say nothing about each other. Where the sheets were is known, so paper is printed only where
  :mod:`analysis.known_splits` lets it; that, too, is for the caller to see to.
- **The choice's own counts** (table 3) are its turnout, and hidden whole where few answered. With paper they are the
  sum of those in the table and those on paper, so both must be many enough.
- **Two crossed questions** share what no table prints: how many of a unit's ballots gave which answer to the choice.
  One of them may tell it (all who answered "farmer" are satisfied, as all of one village are and nobody else is), and
  then the other's row of the farmers is the village's row. So several questions are crossed only where nothing of any
  of them is hidden, of no unit and of no answer; else one alone. A question that is not crossed is not
  touched by what the choice says: whatever answered the choice how, its ballots can be dealt out in each unit.
- **Questions put to some units only** would tell how the answers to the choice are spread over units, and a choice put
  to some units only would be a sum of units. Neither is crossed; that is for the caller to see to.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.suppression import THRESHOLD, Bools, suppress_split


@dataclass(frozen=True)
class Crossing:
    """Which questions are crossed, and what of them is hidden.

    Attributes:
        questions: positions among those that were given, in their order.
        hidden: rows of answers, shape (answers, questions given). Their turnout stays shown.

    """

    questions: Sequence[int]
    hidden: Bools


def few_chose(counts: NDArray[np.int64], threshold: int = THRESHOLD) -> bool:
    """Say whether a choice is hidden whole: few answered it, or all of a few alike; ``counts`` by option."""
    answered = int(counts.sum())
    alike = answered == int(counts.max(initial=0)) and answered < 2 * threshold
    return answered < threshold or alike


def cross(
    answers: NDArray[np.int64],
    channels: NDArray[np.int64],
    apart: Bools,
    units_hidden: Bools,
    whole: int,
    threshold: int = THRESHOLD,
) -> Crossing:
    """Decide what of a choice crossed with rating questions is printed, by the rules at the head of this module.

    Args:
        answers: rating counts by answer to the choice, shape (answers, questions, 5); the question that is crossed
            where there is room for one alone comes first.
        channels: rating counts of each channel over all units, shape (channels, questions, 5).
        apart: the channels whose ballots are in no answer's row, shape (channels,).
        units_hidden: what is hidden of every unit, shape (units, questions).
        whole: the unit that has all ballots.
        threshold: as in :func:`analysis.suppression.suppress`.

    Returns:
        The crossed questions, none where the survey's row, or what is apart from it, is hidden.

    """
    above = units_hidden[whole]
    by_channel = suppress_split(channels, above, threshold)
    above = above | by_channel[apart].any(axis=0)
    hidden = suppress_split(answers, above, threshold)
    found = np.flatnonzero(((answers.sum(axis=-1) > 0) & ~hidden).any(axis=0)).tolist()
    everything_shown = not (units_hidden.any() or hidden.any())
    return Crossing(found if everything_shown else found[:1], hidden)
