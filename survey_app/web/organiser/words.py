"""How the console's templates write times, numbers and states."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import request, url_for
from flask_babel import get_locale

from survey_app.domain.entry_codes import grouped
from survey_app.domain.lifecycle import Act, SurveyState, state_name
from survey_app.domain.messages import Message, message
from survey_app.domain.release import Audience, Step, step_name
from survey_app.domain.turnout import TurnoutStanding
from survey_app.domain.units.level import LEVEL_NAMES, Level
from survey_app.services.jobs import JobKind, JobState
from survey_app.web.languages import say
from survey_app.web.organiser.blueprint import organiser

_STANDINGS = {
    TurnoutStanding.ZERO: message("no ballots"),
    TurnoutStanding.LOW: message("low"),
    TurnoutStanding.UNDERWAY: message("under way"),
    TurnoutStanding.REACHED: message("reached"),
}
#: After closing nothing is under way any more.
_STANDINGS_CLOSED = _STANDINGS | {TurnoutStanding.UNDERWAY: message("short")}

_JOB_STATES = {
    JobState.WAITING: message("waiting"),
    JobState.RUNNING: message("running"),
    JobState.DONE: message("done"),
    JobState.FAILED: message("failed"),
    JobState.CANCELLED: message("cancelled"),
}
_JOB_KINDS = {
    JobKind.POSTERS: message("Posters"),
    JobKind.PUBLISH: message("Publishing"),
    JobKind.SLIPS: message("Slips"),
    JobKind.PAPER_SHEETS: message("Sheets on paper"),
    JobKind.SHEETS: message("Unit sheets"),
    JobKind.UNIT_UPLOAD: message("Check of a list of units"),
    JobKind.UNIT_IMPORT: message("Import of units"),
}

_ACTS = {
    "launch": message("Launched"),
    "change": message("Changed"),
    "approve": message("Approved"),
    "take_back": message("Launch taken back"),
    "open": message("Opened"),
    "close": message("Closed"),
    "reopen": message("Reopened"),
    "review": message("Draft for review made"),
    "ask_units": message("Sent to the units for checking"),
    "sign": message("Signed"),
    "issue": message("Issued internally"),
    "publish": message("Published"),
    "withdraw": message("Release withdrawn"),
    "archive": message("Archived"),
    "restore": message("Taken out of the archive"),
    "print_slips": message("Slips printed"),
    "replace_code": message("Code replaced"),
    "void_code": message("Code voided"),
    "pause": message("Place paused"),
    "resume": message("Place resumed"),
    "assisted-device": message("Device opened for assisted entry"),
    "telephone-device": message("Device opened for telephone interviews"),
}
_WHO = {"planned": message("by the plan"), "command line": message("command line")}


@organiser.app_template_filter("console_moment")
def moment(at: datetime, time_zone: str, with_year: bool = True) -> str:
    """Return a moment in the survey's time zone; midnight is the 24:00 of the day before, as a closing is announced."""
    local = at.astimezone(ZoneInfo(time_zone))
    if local.time() == time():
        return f"{_day(local.date() - timedelta(days=1), with_year)} 24:00"
    return f"{_day(local.date(), with_year)} {local:%H:%M}"


@organiser.app_template_filter("console_opening")
def opening_moment(at: datetime, time_zone: str) -> str:
    """Return the moment of an opening: a day that begins is not the end of the day before."""
    local = at.astimezone(ZoneInfo(time_zone))
    return f"{_day(local.date(), True)} {local:%H:%M}"


@organiser.app_template_filter("console_year")
def year(at: datetime, time_zone: str) -> str:
    """Return a moment's year, for the line below a day without one."""
    local = at.astimezone(ZoneInfo(time_zone))
    return say(message("in {year}", year=local.year))


@organiser.app_template_filter("console_hour")
def hour(at: datetime, time_zone: str) -> str:
    """Return the hour of a ballot; turnout is kept no finer."""
    local = at.astimezone(ZoneInfo(time_zone))
    days = (datetime.now(UTC).astimezone(ZoneInfo(time_zone)).date() - local.date()).days
    if days == 0:
        return say(message("today, {hour}:00", hour=local.hour))
    if days == 1:
        return say(message("yesterday, {hour}:00", hour=local.hour))
    return f"{_day(local.date(), with_year=False)} {local:%H}:00"


@organiser.app_template_global("in_other_language")
def in_other_language(code: str) -> str:
    """Return the address of this page in another language; of what was posted, the page with its form."""
    values = {**request.args.to_dict(), **(request.view_args or {}), "lang": code}
    if request.endpoint is None or request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return url_for("organiser.overview", lang=code)
    return url_for(request.endpoint, **values)


def _day(day: date, with_year: bool) -> str:
    locale = get_locale()
    if locale is not None and locale.language == "zh":
        return f"{day.year}年{day.month}月{day.day}日" if with_year else f"{day.month}月{day.day}日"
    return str(format_date(day, "d MMM y" if with_year else "d MMM", locale=locale))


@organiser.app_template_filter("console_day")
def day(on: date) -> str:
    """Return a day in words."""
    return _day(on, with_year=True)


@organiser.app_template_filter("console_code")
def code(of: str) -> str:
    """Return an entry code as it is printed."""
    return grouped(of)


@organiser.app_template_filter("console_number")
def number(value: int) -> str:
    """Return a number with separators of thousands."""
    return f"{value:,}"


@organiser.app_template_filter("console_percent")
def percent(part: int, whole: int) -> int:
    """Return a share in whole percent, rounded down, so that only a full one reads 100."""
    return part * 100 // whole


@organiser.app_template_filter("console_state")
def state_word(state: str) -> str:
    """Return a survey's state in words."""
    return say(state_name(SurveyState(state)))


@organiser.app_template_filter("console_standing")
def standing_word(standing: TurnoutStanding, closed: bool) -> str:
    """Return where a unit's turnout stands, in words."""
    return say((_STANDINGS_CLOSED if closed else _STANDINGS)[standing])


@organiser.app_template_filter("console_level")
def level_word(level: str) -> str:
    """Return a unit's level in words."""
    return say(LEVEL_NAMES[Level(level)])


@organiser.app_template_filter("console_job_state")
def job_state_word(state: str) -> str:
    """Return a job's state in words."""
    return say(_JOB_STATES[JobState(state)])


@organiser.app_template_filter("console_job_kind")
def job_kind_word(kind: str) -> str:
    """Return what a job does in words."""
    return say(_JOB_KINDS[JobKind(kind)])


@organiser.app_template_filter("console_act")
def act_word(act: str) -> str:
    """Return an act of the record in words."""
    return say(_ACTS.get(act, Message(act)))


@organiser.app_template_filter("console_about")
def about_in_words(about: str, act: str) -> str:
    """Return what a line of the record is about, a signature's step and a release by name."""
    act = act.removeprefix("survey.")
    if act == Act.TAKE_BACK:
        *slug, plan = about.split(" · ")
        return " · ".join([*slug, say(message("plan {number}", number=plan))])
    if act in (Act.WITHDRAW, Act.ASK_UNITS):
        *slug, released = about.split(" · ")
        return " · ".join([*slug, _release_word(released)])
    if act != Act.SIGN:
        return about
    return " · ".join(say(step_name(Step(part))) if part in set(Step) else part for part in about.split(" · "))


def _release_word(released: str) -> str:
    audience, _, number = released.partition(" ")
    if audience == Audience.REVIEW:
        return say(message("draft {number}", number=number))
    if audience == Audience.INTERNAL:
        return say(message("internal bulletin {number}", number=number))
    return say(message("release {number}", number=number)) if audience == Audience.PUBLIC else released


@organiser.app_template_filter("console_who")
def who(by: str) -> str:
    """Return who did it: an account's name, or that no account did."""
    return say(_WHO[by]) if by in _WHO else by
