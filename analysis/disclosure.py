"""What a further release of a survey would give away beside the releases before it.

The counts of a survey stand still once a figure was seen, and so does its threshold; but its tree may have been
imported anew, and the rules of suppression may have changed with the software. A reader of two releases has the union
of what they show: a unit that moved is the difference of two parents, and two patterns that are each safe may not be
safe together. The union is safe where one of the releases shows all of it.

A unit that is given another level or class between two releases discloses nothing, but it is compared with others
than it was: whoever saw that it is the last of its class could take it out of the ranking. So that is told as well.

Another wave has other ballots, which stand in no relation to these. What would tie the two is a printed sum over some
of the last wave's units that the last wave's release does not print: the rate of a parent over the places common to
both is one. A change may only be printed from rows that both releases show.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Shown(NamedTuple):
    """Where a row of counts stands in a release."""

    #: "" over all ballots, else what tells a part of them from others: a group, a channel, an answer.
    part: str
    unit: str
    question: str


class Standing(NamedTuple):
    """Where a unit or target stands in a release."""

    #: The parent's code, "" where there is none.
    parent: str
    #: Positions are taken within one level and class.
    level: str = ""
    unit_class: str = ""


@dataclass(frozen=True)
class Published:
    """What a release shows.

    Attributes:
        standings: where every unit and target stands, by its code.
        counts: (ballots,) of a hidden row, (ballots, satisfied, …, blank) of a shown one.

    """

    standings: Mapping[str, Standing]
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
    #: The unit has another level or class.
    RECLASSED = "reclassed"
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


def _moved(before: Published, now: Published) -> Iterator[Disclosure]:
    for code in before.standings.keys() | now.standings.keys():
        there, here = before.standings.get(code), now.standings.get(code)
        if there is None or here is None or there.parent != here.parent:
            yield Disclosure(code, "", "", Fault.MOVED)
        elif there != here:
            yield Disclosure(code, "", "", Fault.RECLASSED)


def _changed(before: Published, now: Published) -> list[Disclosure]:
    """Compare turnout everywhere, and counts where both show them."""
    return [
        Disclosure(row.unit, row.question, row.part, Fault.CHANGED)
        for row in before.counts.keys() & now.counts.keys()
        if any(here != there for here, there in zip(before.counts[row], now.counts[row], strict=False))
    ]
