"""Who took part: what was issued and came back, by which way, and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from survey_app.domain.messages import Message, message
from survey_app.web.results.bars import Figure, figure
from survey_app.web.results.words import number

Head = Mapping[str, Any]

#: A table by hour of more days than these would be no table to read: it has days only, and then weeks.
MOST_DAYS_BY_HOUR, MOST_DAYS = 16, 31

_CHANNELS = {
    "poster": message("By the code on a notice"),
    "slip": message("By slip"),
    "assisted": message("On a worker's device"),
    "telephone": message("By telephone"),
    "paper": message("On paper"),
}


@dataclass(frozen=True)
class Amount:
    """One number of the participation."""

    name: Message
    number: str
    unit: str = ""


@dataclass(frozen=True)
class Day:
    """The ballots of one day or week, and of its hours where the table has them ("" before and after the survey)."""

    day: str
    ballots: str
    hours: Sequence[str]


@dataclass(frozen=True)
class Participation:
    """Everything about who took part that a release holds."""

    amounts: Sequence[Amount]
    days: Sequence[Day]

    @property
    def by_week(self) -> bool:
        """Whether the table's lines are weeks."""
        return any("–" in day.day for day in self.days)

    @property
    def by_hour(self) -> bool:
        """Whether the table of days has hours."""
        return any(day.hours for day in self.days)


def participation(head: Head) -> Participation:
    """Return what a head holds of it; older releases hold nothing."""
    return Participation([*_amounts(head), *_channels(head)], _days(head.get("turnout_hours") or ()))


def _amounts(head: Head) -> Sequence[Amount]:
    if head.get("issued") is None and head.get("invalid") is None:
        return []
    shown = [
        (message("Issued"), head.get("issued")),
        (message("Returned"), head.get("returned")),
        (message("Invalid"), head.get("invalid")),
    ]
    amounts = [Amount(name, number(count)) for name, count in shown if count is not None]
    if head.get("response_rate") is not None:
        amounts.append(Amount(message("Response rate"), head["response_rate"], "%"))
    return amounts


def _channels(head: Head) -> Sequence[Amount]:
    """Return the ballots by channel, where there are several."""
    channels = head.get("channels") or ()
    if len(channels) < 2:
        return []
    return [Amount(_CHANNELS.get(each["channel"], message("Other")), number(each["ballots"])) for each in channels]


@dataclass(frozen=True)
class ChannelLine:
    """One channel's figure; `text` is what a choice's answer has instead of a name."""

    name: Message
    figure: Figure
    text: None = None


def channel_lines(head: Head, question: str, target: str = "") -> Sequence[ChannelLine]:
    """Return the figures of each channel over the whole survey or for a target; empty but for the headline."""
    if question != head["headline_question"]:
        return []
    cells = head.get("channel_cells") or {}
    if target:
        cells = {each["channel"]: each for each in head.get("channel_targets") or () if each["target"] == target}
    return [
        ChannelLine(_CHANNELS.get(channel, message("Other")), figure(cell, cell["ballots"], head["headline_base"]))
        for channel, cell in cells.items()
    ]


def _days(hours: Sequence[Sequence[Any]]) -> Sequence[Day]:
    days = [(day, list(some)) for day, some in groupby(hours, lambda each: str(each[0])[:10])]
    counts = [sum(int(count) for _, count in some) for _, some in days]
    if len(days) > MOST_DAYS:
        return [
            Day(f"{days[at][0]} – {days[min(at + 6, len(days) - 1)][0]}", number(sum(counts[at : at + 7])), ())
            for at in range(0, len(days), 7)
        ]
    with_hours = len(days) <= MOST_DAYS_BY_HOUR
    return [
        Day(day, number(count), _hours(some) if with_hours else ())
        for (day, some), count in zip(days, counts, strict=True)
    ]


def _hours(some: Sequence[Sequence[Any]]) -> Sequence[str]:
    counts = {int(str(at)[11:13]): number(int(count)) for at, count in some}
    return [counts.get(hour, "") for hour in range(24)]
