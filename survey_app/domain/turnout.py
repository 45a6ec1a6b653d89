"""How a unit's turnout stands, in one word, while nobody may see more than turnout; how a board of it is arranged."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class TurnoutStanding(StrEnum):
    """Where a unit stands on the progress board."""

    ZERO = "zero"
    LOW = "low"
    UNDERWAY = "underway"
    REACHED = "reached"


def standing_of_turnout(
    ballots: int, quota: int | None, whole_ballots: int, whole_quota: int | None
) -> TurnoutStanding:
    """Return a unit's standing against its quota and against the whole that it is a part of.

    Low: less than three quarters of the completion of the whole (for example, below 57 % where the whole has 76 %).
    The measure moves with the survey, so that on the first day not everybody is behind, and on the last nobody hides.
    Without quotas there is nothing to reach: a unit has ballots or it has none.
    """
    if ballots == 0:
        return TurnoutStanding.ZERO
    if quota is None:
        return TurnoutStanding.UNDERWAY
    if ballots >= quota:
        return TurnoutStanding.REACHED
    # ballots / quota < 3/4 x whole_ballots / whole_quota, in whole numbers.
    if whole_quota is not None and 4 * ballots * whole_quota < 3 * whole_ballots * quota:
        return TurnoutStanding.LOW
    return TurnoutStanding.UNDERWAY


def is_below(ballots: int, quota: int | None, percent: int) -> bool:
    """Return whether a place is to be reminded: it has no ballot, or less than so many percent of its quota."""
    return ballots == 0 or (quota is not None and 100 * ballots < percent * quota)


@dataclass(frozen=True)
class TurnoutCount:
    """The numbers of one unit on a board; `position` is its place in the order of the tree."""

    position: int
    places: int
    places_with_ballots: int
    ballots: int
    #: Ballots of the last full hour.
    last_hour: int
    quota: int | None
    #: The hour of its newest ballot; None where there is none.
    newest: int | None
    standing: TurnoutStanding

    @property
    def zero_places(self) -> int:
        """How many of its places have no ballot."""
        return self.places - self.places_with_ballots


class BoardFilter(StrEnum):
    """Which units a board shows."""

    ALL = "all"
    REACHED = "reached"
    LOW = "low"
    ZERO = "zero"


def passes(count: TurnoutCount, wanted: BoardFilter) -> bool:
    """Return whether a filter lets a unit through."""
    match wanted:
        case BoardFilter.REACHED:
            return count.standing is TurnoutStanding.REACHED
        case BoardFilter.LOW:
            return count.standing is TurnoutStanding.LOW
        case BoardFilter.ZERO:
            return count.zero_places > 0
        case _:
            return True


class BoardOrder(StrEnum):
    """By which column a board is sorted; UNIT is the order of the tree."""

    UNIT = "unit"
    PLACES = "places"
    ZERO = "at-zero"
    BALLOTS = "ballots"
    LAST_HOUR = "last-hour"
    QUOTA = "quota"
    COMPLETION = "completion"
    STATE = "state"
    NEWEST = "newest"


_STANDINGS = list(TurnoutStanding)


def arranged(counts: Sequence[TurnoutCount], order: BoardOrder, descending: bool) -> list[int]:
    """Return the indices of the counts in the order wanted.

    Equal ones keep the order of the tree in both directions; those without a value, such as completion without a quota,
    come last in both.
    """
    indices = sorted(range(len(counts)), key=lambda index: counts[index].position)
    if order is BoardOrder.UNIT:
        return indices[::-1] if descending else indices
    values = [_value(each, order) for each in counts]
    there = [(value, index) for index in indices if (value := values[index]) is not None]
    there.sort(key=lambda pair: -pair[0] if descending else pair[0])
    return [index for _, index in there] + [index for index in indices if values[index] is None]


def _value(count: TurnoutCount, order: BoardOrder) -> float | None:
    match order:
        case BoardOrder.PLACES:
            return count.places_with_ballots
        case BoardOrder.ZERO:
            return count.zero_places
        case BoardOrder.BALLOTS:
            return count.ballots
        case BoardOrder.LAST_HOUR:
            return count.last_hour
        case BoardOrder.QUOTA:
            return count.quota
        case BoardOrder.COMPLETION:
            return count.ballots / count.quota if count.quota else None
        case BoardOrder.STATE:
            return _STANDINGS.index(count.standing)
        case _:
            return count.newest
