"""Days and times as residents read them, in the survey's time zone."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from survey_app.domain.doors import Door
from survey_app.domain.messages import Message, message
from survey_app.web.languages import language

_DAY = {"zh_Hans": "M 月 d 日", "en": "d MMMM"}
_DAY_AND_YEAR = {"zh_Hans": "yyyy 年 M 月 d 日", "en": "d MMMM yyyy"}


def day(when: date, with_year: bool = False) -> str:
    """Return a day in the request's language."""
    patterns = _DAY_AND_YEAR if with_year else _DAY
    return format_date(when, patterns[language()], locale=language())


def closing(door: Door, with_year: bool = False) -> str | None:
    """Return the last moment of a survey: its last whole day, or day and time; None where none is planned."""
    if door.closes_at is None:
        return None
    local = door.closes_at.astimezone(ZoneInfo(door.time_zone))
    if local.time() == time():  # Midnight is the end of the day before.
        return day(local.date() - timedelta(days=1), with_year)
    return _moment(local, with_year)


def opening(door: Door) -> str | None:
    """Return the planned opening of a survey; None where none is planned."""
    if door.opens_at is None:
        return None
    local = door.opens_at.astimezone(ZoneInfo(door.time_zone))
    return day(local.date(), with_year=True) if local.time() == time() else _moment(local, with_year=True)


def _moment(local: datetime, with_year: bool) -> str:
    clock = f"{local:%H:%M}"
    if language() == "zh_Hans":
        clock = f"{local.hour} 时 {local.minute} 分" if local.minute else f"{local.hour} 时"
    return f"{day(local.date(), with_year)} {clock}"


def results_day(when: date | None) -> Message | None:
    """Say when the results are to be published."""
    return None if when is None else message("The results will be published on {day}.", day=day(when))
