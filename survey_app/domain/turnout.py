"""How a unit's turnout stands, in one word, while nobody may see more than turnout."""

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
