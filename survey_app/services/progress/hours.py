"""Turnout by the hour: today's and yesterday's, in the survey's time zone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from survey_app.models import Place, Survey, Turnout
from survey_app.services.scopes import units_below

# Written once: every board asks.
_HOURS = (
    select(Turnout.hour, func.sum(Turnout.ballots))
    .where(Turnout.hour >= bindparam("from"), Turnout.hour < bindparam("until"))
    .group_by(Turnout.hour)
)
_PLACES = select(Place.id).where(
    Place.survey_id == bindparam("survey"), Place.unit_id.in_(select(units_below(bindparam("unit")).c.id))
)
# By place the key of the table finds the few rows; by survey an index on the hours does.
_OF_UNIT = _HOURS.where(Turnout.place_id.in_(_PLACES))
_OF_ALL = _HOURS.where(Turnout.survey_id == bindparam("survey"))


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


def turnout_hours(session: Session, survey: Survey, unit_id: int | None, now: datetime) -> TurnoutHours:
    """Return the hours of the survey's places at or below a unit; None for all, which need not be looked for."""
    zone = ZoneInfo(survey.time_zone)
    midnight = datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
    first = int(midnight.timestamp()) // 3600
    values = {"survey": survey.id, "unit": unit_id, "from": first - 24, "until": first + 24}
    rows = session.execute(_OF_ALL if unit_id is None else _OF_UNIT, values)
    found = {hour: int(ballots) for hour, ballots in rows}
    return TurnoutHours(
        [found.get(first + hour, 0) for hour in range(24)],
        [found.get(first - 24 + hour, 0) for hour in range(24)],
        min(int(now.timestamp()) // 3600 - first, 23),
    )
