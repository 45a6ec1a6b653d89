"""Turnout by hour: a bar an hour, nights shaded, days apart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.marks import Shape
from analysis.figures.page import Page, Scale, ticks

_HEIGHT: Final = 280
_NIGHT: Final = "#E4E9EE"
_HOUR: Final = timedelta(hours=1)
#: Night is from the first hour to the second.
NIGHT: Final = (22, 6)
#: Over more days, nights would be hairlines.
_MOST_NIGHTS: Final = 45


@dataclass(frozen=True)
class TurnoutHour:
    """Ballots in one hour; `hour` is its beginning in the survey's local time."""

    hour: datetime
    ballots: int


@dataclass(frozen=True)
class TurnoutLabels:
    """The words of a turnout figure, translated by the caller.

    Attributes:
        ballots: what the bars count.
        total: the sum, with ``{n}``.
        peak: the fullest hour, with ``{day}``, ``{hour}`` (0 to 23) and ``{n}``.
        night: key of the shading.
        days: every day from the first hour to the last, in words, for example "12月1日".
        day: a day in words for the text alternative, with ``{day}``, ``{n}`` and ``{hours}``.
        hour: an hour of it, with ``{hour}`` and ``{n}``.
        separator: stands between two hours in words.

    """

    ballots: str
    total: str
    peak: str
    night: str
    days: Mapping[date, str]
    day: str
    hour: str
    separator: str


def turnout_by_hour(
    hours: Sequence[TurnoutHour], *, title: str, note: str, labels: TurnoutLabels, font: Path | None
) -> Drawing:
    """Draw ballots by hour over whole days; hours that are not given had none.

    The text alternative has every hour with ballots.

    Args:
        hours: 1 or more, in any order.
        title: what is shown.
        note: what stands below the title.
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Raises:
        ValueError: there are no hours, a day has no label, or the font lacks a character.

    """
    if not hours:
        raise ValueError("a figure has at least one hour")
    held: dict[datetime, int] = {}
    for each in hours:
        start = each.hour.replace(tzinfo=None, minute=0, second=0, microsecond=0)
        held[start] = held.get(start, 0) + each.ballots
    first, last = min(held).date(), max(held).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    missing = [day.isoformat() for day in days if day not in labels.days]
    if missing:
        raise ValueError(f"no label for the day {missing[0]}")
    picture = _Turnout(Page(title, note, font), held, days, labels)
    picture.draw()
    said = [note, picture.total, *([picture.peak] if picture.most else []), *picture.words()]
    return picture.page.drawing(said)


class _Turnout:
    """The page of this figure."""

    def __init__(self, page: Page, held: Mapping[datetime, int], days: Sequence[date], labels: TurnoutLabels) -> None:
        self.page, self.held, self.days, self.labels = page, held, days, labels
        self.most = max(held.values())
        at = min(hour for hour, ballots in held.items() if ballots == self.most)
        self.top_hour = at
        self.total = labels.total.format(n=f"{sum(held.values()):,}")
        self.peak = labels.peak.format(day=labels.days[at.date()], hour=at.hour, n=f"{self.most:,}")
        self.axis = ticks(0, max(self.most, 1), 5)
        if self.most < 5:
            self.axis = [float(n) for n in range(max(self.most, 1) + 1)]
        left = look.MARGIN + page.face.width(f"{self.axis[-1]:,.0f}", 12) + 10
        self.across = Scale(0, 24 * len(days), left, look.RIGHT)

    def words(self) -> list[str]:
        """Say every day that has ballots."""
        said = []
        for day in self.days:
            hours = {hour: n for hour, n in sorted(self.held.items()) if hour.date() == day and n}
            parts = [self.labels.hour.format(hour=hour.hour, n=f"{n:,}") for hour, n in hours.items()]
            told = self.labels.separator.join(parts)
            if parts:
                name, n = self.labels.days[day], f"{sum(hours.values()):,}"
                said.append(self.labels.day.format(day=name, n=n, hours=told))
        return said

    def draw(self) -> None:
        """Fill the page."""
        page, labels = self.page, self.labels
        page.y += 24
        page.text(look.RIGHT, page.y, self.total, 20, look.INK, "right")
        x = look.MARGIN + page.text(look.MARGIN, page.y, labels.ballots, look.NOTE_SIZE, look.MUTED) + 24
        if len(self.days) <= _MOST_NIGHTS:
            page.box(x, page.y - 7, x + 14, page.y + 7, _NIGHT, look.LINE)
            page.text(x + 21, page.y, labels.night, look.NOTE_SIZE, look.MUTED)
        page.y += 46
        self.up = Scale(self.axis[-1], 0, page.y, page.y + _HEIGHT)
        self.ground()
        self.bars()
        self.dates()

    def ground(self) -> None:
        """Shade the nights, draw the days' ends and the axis."""
        page, top, end = self.page, self.up.start, self.up.end
        if len(self.days) <= _MOST_NIGHTS:
            for number in range(len(self.days)):
                for start, stop in ((0, NIGHT[1]), (NIGHT[0], 24)):
                    left, right = self.across(24 * number + start), self.across(24 * number + stop)
                    page.box(left, top, right, end, _NIGHT, None)
        for tick in self.axis:
            page.text(self.across.start - 8, self.up(tick), f"{tick:,.0f}", 12, look.MUTED, "right")
            page.line([(self.across.start, self.up(tick)), (look.RIGHT, self.up(tick))], "#c4ccd3", 0.8)

    def bars(self) -> None:
        """Draw the bars, outlined where they are wide enough, and name the highest."""
        page, wide = self.page, self.across(1) - self.across(0)
        gap = 0.1 * wide
        boxes = []
        for hour, ballots in sorted(self.held.items()):
            if ballots:
                at = self.across((hour - datetime.combine(self.days[0], time())) / _HOUR)
                left, right, top = at + gap, at + wide - gap, self.up(ballots)
                boxes.append([(left, top), (right, top), (right, self.up.end), (left, self.up.end)])
        outline = look.OUTLINE if wide > 4 else None
        if boxes:
            page.marks.append(Shape(boxes, closed=True, fill=look.DARK_BLUE, line=outline))
            self.name_peak()
        page.line([(self.across.start, self.up.end), (look.RIGHT, self.up.end)], look.INK, 1.4)

    def name_peak(self) -> None:
        """Write the fullest hour above its bar, inside the picture."""
        page = self.page
        x = self.across((self.top_hour - datetime.combine(self.days[0], time())) / _HOUR + 0.5)
        half = page.face.width(self.peak, 13) / 2
        middle = min(max(x, self.across.start + half), look.RIGHT - half)
        y = self.up.start - 18
        page.line([(x, self.up(self.most) - 2), (x, y + 10)], look.INK, 1)
        page.text(middle, y, self.peak, 13, look.INK, "center")

    def dates(self) -> None:
        """Write the days below the axis, as many as fit, and the hours where there are few days."""
        page, end = self.page, self.up.end
        step = self.across(24) - self.across(0)
        widest = max(page.face.width(self.labels.days[day], 12.5) for day in self.days) + 6
        every = next(n for n in (1, 2, 7, 14, 28, 1000) if n * step >= widest)
        hours = len(self.days) <= 4
        for number in range(len(self.days) + 1):
            x = self.across(24 * number)
            strong = number % every == 0
            page.line([(x, end), (x, end + (10 if strong else 5))], look.MUTED, 1)
        for number, day in enumerate(self.days):
            if number % every:
                continue
            x = self.across(24 * number)
            if hours:
                for hour in (6, 12, 18):
                    at = self.across(24 * number + hour)
                    page.line([(at, end), (at, end + 4)], look.MUTED, 1)
                    page.text(at, end + 14, f"{hour}:00", 11, look.MUTED, "center")
            middle, align = (x + step / 2, "center") if every == 1 else (x + 2, "left")
            page.text(middle, end + (34 if hours else 20), self.labels.days[day], 12.5, look.INK, align)
        page.y = end + (44 if hours else 30)
