"""Turnout by the hour: today's and yesterday's, in the survey's time zone."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Survey, Turnout


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


def turnout_hours(session: Session, survey: Survey, places: Collection[int] | None, now: datetime) -> TurnoutHours:
    """Return the hours of some of the survey's places, by their ids; None for all, which needs no list of them."""
    zone = ZoneInfo(survey.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    first = int(midnight.timestamp()) // 3600
    # By place the key of the table finds the few rows; by survey an index on the hours does.
    whose = Turnout.survey_id == survey.id if places is None else Turnout.place_id.in_(places)
    chosen = select(Turnout.hour, func.sum(Turnout.ballots)).where(
        whose, Turnout.hour >= first - 24, Turnout.hour < first + 24
    )
    found = {hour: int(ballots) for hour, ballots in session.execute(chosen.group_by(Turnout.hour))}
    return TurnoutHours(
        [found.get(first + hour, 0) for hour in range(24)],
        [found.get(first - 24 + hour, 0) for hour in range(24)],
        min(int(now.timestamp()) // 3600 - first, 23),
    )
