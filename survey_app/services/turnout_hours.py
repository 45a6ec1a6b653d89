"""Turnout by the hour: today's and yesterday's, in the survey's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.unit_tree import load_tree


@dataclass(frozen=True)
class TurnoutHours:
    """Ballots by the hour, 24 numbers a day from midnight. On the two odd days of summer time an hour slips."""

    today: Sequence[int]
    yesterday: Sequence[int]
    #: The hour of today that is running, 0 to 23.
    now: int

    @property
    def last_hour(self) -> int:
        """Ballots of the last full hour."""
        return self.today[self.now - 1] if self.now else self.yesterday[23]


def turnout_hours(session: Session, survey: Survey, unit: Unit | None, now: datetime) -> TurnoutHours:
    """Return the hours of a unit's subtree; None for the whole survey, which needs no list of places."""
    zone = ZoneInfo(survey.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    first = int(midnight.timestamp()) // 3600
    chosen = select(Turnout.hour, func.sum(Turnout.ballots)).where(
        Turnout.survey_id == survey.id, Turnout.hour >= first - 24, Turnout.hour < first + 24
    )
    if unit is not None:
        below = [each.id for each in load_tree(session).below(unit)]
        chosen = chosen.join(Place, Place.id == Turnout.place_id).where(Place.unit_id.in_(below))
    found = {hour: int(ballots) for hour, ballots in session.execute(chosen.group_by(Turnout.hour))}
    return TurnoutHours(
        [found.get(first + hour, 0) for hour in range(24)],
        [found.get(first - 24 + hour, 0) for hour in range(24)],
        min(int(now.timestamp()) // 3600 - first, 23),
    )
