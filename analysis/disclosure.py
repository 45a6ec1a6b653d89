"""What a further release of a survey would give away beside the releases before it.

The counts of a survey stand still once a figure was seen, and so does its threshold; but its tree may have been
imported anew, and the rules of suppression may have changed with the software. A reader of two releases has the union
of what they show: a unit that moved is the difference of two parents, and two patterns that are each safe may not be
safe together. The union is safe where one of the releases shows all of it.

Another wave has other ballots, which stand in no relation to these. What would tie the two is a printed sum over some
of the last wave's units that the last wave's release does not print: the rate of a parent over the places common to
both is one. A change may only be printed from rows that both releases show.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Shown(NamedTuple):
    """Where a row of counts stands in a release."""

    #: "" over all ballots, else what tells a part of them from others: a group, a channel, an answer.
    part: str
    unit: str
    question: str


@dataclass(frozen=True)
class Published:
    """What a release shows.

    Attributes:
        parents: the parent's code of every unit and target, "" where there is none.
        counts: (ballots,) of a hidden row, (ballots, satisfied, …, blank) of a shown one.

    """

    parents: Mapping[str, str]
    counts: Mapping[Shown, tuple[int, ...]]

    def shown(self) -> dict[str, set[Shown]]:
        """Return the rows that are shown, by question."""
        found: dict[str, set[Shown]] = {}
        for row, counts in self.counts.items():
            if len(counts) > 1:
                found.setdefault(row.question, set()).add(row)
        return found


class Fault(StrEnum):
    """Why a release cannot stand beside those before it."""

    #: The unit is new, is gone or stands under another parent.
    MOVED = "moved"
    #: Turnout or counts differ.
    CHANGED = "changed"
    #: Shown here, hidden before, while something shown before is hidden here.
    EXPOSED = "exposed"


class Disclosure(NamedTuple):
    """One thing that is wrong; the question is "" where it is the unit."""

    unit: str
    question: str
    part: str
    fault: Fault


def discloses(earlier: Sequence[Published], now: Published) -> list[Disclosure]:
    """Say what a further release would give away.

    Args:
        earlier: every release of the survey before, whoever it was for and also where it was withdrawn.
        now: the release that is about to be stored.

    Returns:
        Sorted; empty where the release may be stored.

    """
    found = {fault for before in earlier for fault in (*_moved(before, now), *_changed(before, now))}
    union: dict[str, set[Shown]] = {}
    for before in earlier:
        for question, rows in before.shown().items():
            union.setdefault(question, set()).update(rows)
    for question, rows in now.shown().items():
        seen = union.get(question, set())
        if earlier and not seen <= rows:
            found.update(Disclosure(row.unit, question, row.part, Fault.EXPOSED) for row in rows - seen)
    return sorted(found)


def _moved(before: Published, now: Published) -> list[Disclosure]:
    codes = before.parents.keys() | now.parents.keys()
    return [
        Disclosure(code, "", "", Fault.MOVED) for code in codes if before.parents.get(code) != now.parents.get(code)
    ]


def _changed(before: Published, now: Published) -> list[Disclosure]:
    """Compare turnout everywhere, and counts where both show them."""
    return [
        Disclosure(row.unit, row.question, row.part, Fault.CHANGED)
        for row in before.counts.keys() & now.counts.keys()
        if any(here != there for here, there in zip(before.counts[row], now.counts[row], strict=False))
    ]
