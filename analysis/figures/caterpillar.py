"""Caterpillar: rates with their ranges, sorted by rate, and the line to compare them with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.marks import Shape, Symbol
from analysis.figures.page import Page, Scale, percent, percent_ticks

#: More rows than this are drawn low, and more than `NAMED` without names.
_ROOMY: Final = 40
#: Up to so many rows each has its name.
NAMED: Final = 200
_HEIGHT: Final = 480
_DIRECT: Final = 4


@dataclass(frozen=True)
class RangeRow:
    """One unit with a rate and its range, in percent as its table prints them, without the sign.

    Attributes:
        name: the unit.
        within: what stands beside a name that repeats; may be empty.
        n: the base, printed.
        rate: None where there is none or it is hidden.
        low, high: the range; None where there is none.
        reason: why there is no rate.

    """

    name: str
    within: str
    n: str = ""
    rate: str | None = None
    low: str | None = None
    high: str | None = None
    reason: str = ""


@dataclass(frozen=True)
class RangeLabels:
    """The words of a caterpillar, translated by the caller.

    Attributes:
        rate, range, n: heads of the columns; rate also names the axis of the picture without names.
        reference: the line to compare with, with ``{rate}``, for example "全市 {rate}%".
        tied: units that share a printed rate, in the picture without names, with ``{n}`` and ``{rate}``.
        row: one row in words for the text alternative, with ``{name}``, ``{n}``, ``{rate}``, ``{low}``, ``{high}``.
        row_without: the same where there is no rate, with ``{name}`` and ``{reason}``.
        unnamed: says that the picture without names shows ``{n}`` units with a rate and leaves out ``{without}``
            that have none, and that the table has them all.

    """

    rate: str
    range: str
    n: str
    reference: str
    tied: str
    row: str
    row_without: str
    unnamed: str


def caterpillar(
    rows: Sequence[RangeRow], *, reference: str | None, title: str, note: str, labels: RangeLabels, font: Path | None
) -> Drawing:
    """Draw each unit's rate as a point and its range as a line, the highest printed rate first.

    Up to 200 rows have names; those without a rate follow in the order given. More stand side by side without
    names: the lowest and the highest are labelled, and the text alternative has these and how many there are.

    Args:
        rows: 1 or more.
        reference: the rate to compare with, usually the parent's, printed without the sign.
        title: what is shown.
        note: base, formula, and what the range is.
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Raises:
        ValueError: there are no rows, or the font lacks a character.

    """
    if not rows:
        raise ValueError("a figure has at least one row")
    rated = sorted((row for row in rows if row.rate is not None), key=lambda row: -_rate(row))
    others = [row for row in rows if row.rate is None]
    page = Page(title, note, font)
    compared = labels.reference.format(rate=reference) if reference is not None else ""
    if len(rows) > NAMED:
        picture = _Unnamed(page, rated, reference, labels)
        said = [labels.unnamed.format(n=f"{len(rated):,}", without=f"{len(others):,}"), *picture.draw(compared)]
        page.paragraph(said[0], look.NOTE_SIZE, 20, look.MUTED)
    else:
        _Named(page, rated, others, reference, labels).draw(compared)
        said = [_in_words(row, labels) for row in (*rated, *others)]
    return page.drawing([note, compared, *said])


def _rate(row: RangeRow) -> float:
    return percent(row.rate or "")


def _in_words(row: RangeRow, labels: RangeLabels) -> str:
    name = f"{row.within}{row.name}"
    if row.rate is None:
        return labels.row_without.format(name=name, reason=row.reason)
    return labels.row.format(name=name, n=row.n, rate=row.rate, low=row.low or "—", high=row.high or "—")


def _axis(rows: Sequence[RangeRow], reference: str | None) -> list[float]:
    printed = [each for row in rows for each in (row.rate, row.low, row.high)]
    return percent_ticks([percent(each) for each in (*printed, reference) if each is not None])


class _Named:
    """One row below another: name, picture, rate, range, base."""

    def __init__(
        self,
        page: Page,
        rated: Sequence[RangeRow],
        others: Sequence[RangeRow],
        reference: str | None,
        labels: RangeLabels,
    ) -> None:
        self.page, self.rated, self.others, self.labels, self.reference = page, rated, others, labels, reference
        roomy = len(rated) + len(others) <= _ROOMY
        self.pitch, self.size = (32, 15.0) if roomy else (18, 12.0)
        wanted = [f"{row.name}{row.within}" for row in (*rated, *others)]
        self.start = 0.0
        self.names = page.name_width(wanted, self.size, 120, 300)
        self.ticks = _axis(rated, reference)
        self.scale = Scale(self.ticks[0], self.ticks[-1], look.MARGIN + self.names + 24, look.RIGHT - 226)

    def draw(self, compared: str) -> None:
        """Fill the page."""
        page, labels = self.page, self.labels
        columns = (
            (look.RIGHT - 144, labels.rate, 64.0),
            (look.RIGHT - 56, labels.range, 76.0),
            (look.RIGHT, labels.n, 52.0),
        )
        lines = max(len(page.face.balanced(words, 12.5, width)) for _, words, width in columns)
        page.y += max(22, 16 * lines)
        for x, words, width in columns:
            page.lines_above(x, page.y + 18, words, 12.5, width, "right")
        page.y += 24
        start = self.start = page.y
        end = start + self.pitch * (len(self.rated) + len(self.others))
        self.tick_labels(start - 12)
        for tick in self.ticks:
            page.line([(self.scale(tick), start - 3), (self.scale(tick), end)], look.LINE)
        if self.reference is not None:
            self.compare(compared, start, end)
        for number, row in enumerate((*self.rated, *self.others)):
            if self.pitch > 20 or not number % 5:
                page.separator()
            self.row(row)
        if len(self.rated) + len(self.others) > 20:
            self.tick_labels(page.y + 12)
            page.y += 20

    def tick_labels(self, middle: float) -> None:
        """Write the percentages of the axis."""
        line = self.scale(percent(self.reference)) if self.reference is not None and middle < self.start else -1e9
        for tick in self.ticks:
            # The line to compare with runs through the upper row of ticks.
            if abs(self.scale(tick) - line) > 22:
                self.page.text(self.scale(tick), middle, f"{tick:g}%", 12, look.MUTED, "center")

    def compare(self, compared: str, start: float, end: float) -> None:
        """Draw the line to compare with; its label stands above the axis."""
        x = self.scale(percent(self.reference or ""))
        self.page.line([(x, start - 24), (x, end)], look.DARK_RED, 1.4, (5, 3))
        half = self.page.face.width(compared, 13) / 2
        middle = min(max(x, self.scale.start - 8 + half), self.scale.end + 8 - half)
        self.page.text(middle, start - 32, compared, 13, look.DARK_RED, "center")

    def row(self, row: RangeRow) -> None:
        """Draw one row."""
        page, size, middle = self.page, self.size, self.page.y + self.pitch / 2
        page.one_line_name(row.name, row.within, middle, self.names, size)
        if row.rate is None:  # Nothing is drawn: any mark over the axis would look like a range.
            page.text(look.RIGHT, middle, row.reason, size * 0.87, look.MUTED, "right")
        else:
            _range(page, self.scale, row, middle, 4 if self.pitch > 20 else 2.5)
            at = self.scale(_rate(row))
            page.point(Symbol.CIRCLE, [(at, middle)], 5 if self.pitch > 20 else 3.4, look.DARK_BLUE)
            page.text(look.RIGHT - 144, middle, row.rate + "%", size, look.INK, "right")
            if row.low is not None and row.high is not None:
                page.text(look.RIGHT - 56, middle, f"{row.low}–{row.high}", size * 0.87, look.MUTED, "right")
            page.text(look.RIGHT, middle, row.n, size * 0.87, look.MUTED, "right")
        page.y += self.pitch


def _range(page: Page, scale: Scale, row: RangeRow, middle: float, thick: float) -> None:
    if row.low is not None and row.high is not None:
        left, right = scale(percent(row.low)), scale(percent(row.high))
        page.box(left, middle - thick / 2, max(right, left + 0.5), middle + thick / 2, look.BLUE, look.OUTLINE)


class _Unnamed:
    """One row beside another, the highest rate at the left; the ends are labelled."""

    def __init__(self, page: Page, rated: Sequence[RangeRow], reference: str | None, labels: RangeLabels) -> None:
        self.page, self.rated, self.reference, self.labels = page, rated, reference, labels
        self.ticks = _axis(rated, reference)
        self.highest = list(self.ends(rated))
        self.lowest = list(self.ends(rated[::-1]))
        wide = max((page.face.width(text, look.NUMBER_SIZE) for _, text, _ in self.lowest), default=80.0)
        self.across = Scale(0, max(len(rated), 1), look.MARGIN + 48, look.RIGHT - min(wide, 240.0) - 24)

    def draw(self, compared: str) -> list[str]:
        """Fill the page; return what is labelled in words."""
        page = self.page
        page.text(look.MARGIN, page.y + 18, self.labels.rate, look.NOTE_SIZE, look.MUTED)
        page.y += 34
        for _, text, _ in self.highest:
            page.text(self.across.start, page.y + 9, text, look.NUMBER_SIZE)
            page.y += 18
        page.y += 8
        scale = Scale(self.ticks[-1], self.ticks[0], page.y, page.y + _HEIGHT)
        for tick in self.ticks:
            page.text(self.across.start - 8, scale(tick), f"{tick:g}%", 12, look.MUTED, "right")
            page.line([(self.across.start, scale(tick)), (self.across.end, scale(tick))], look.LINE)
        self.ranges(scale)
        beside = [(scale(rate), text, look.INK) for rate, text, _ in self.lowest]
        if self.reference is not None:
            y = scale(percent(self.reference))
            page.line([(self.across.start, y), (self.across.end, y)], look.DARK_RED, 1.4, (5, 3))
            beside.append((y, compared, look.DARK_RED))
        self.beside(beside, scale.end)
        page.y += _HEIGHT + 18
        return [words for _, _, words in (*self.highest, *self.lowest)]

    def beside(self, labels: Sequence[tuple[float, str, str]], end: float) -> None:
        """Write labels at the right, each as near to its height as the others let it; a line leads to it."""
        page, at = self.page, self.across.end
        # Set from the lowest up: the last stands inside the picture, each other above the one before.
        above = end + 18.0
        for y, text, colour in sorted(labels, key=lambda label: -label[0]):
            middle = min(y, above - 18)
            lines = page.face.wrapped(text, look.NUMBER_SIZE, look.RIGHT - at - 20)
            page.line([(at + 2, y), (at + 16, middle)], colour, 0.8)
            for number, line in enumerate(reversed(lines)):
                page.text(at + 20, middle - 16 * number, line, look.NUMBER_SIZE, colour)
            above = middle - 16 * (len(lines) - 1)

    def ranges(self, scale: Scale) -> None:
        """Draw all ranges as thin lines and over them the rates as one line in steps."""
        drawn = [(self.across(at + 0.5), row) for at, row in enumerate(self.rated)]
        lines = [
            [(x, scale(percent(row.low))), (x, scale(percent(row.high)))]
            for x, row in drawn
            if row.low is not None and row.high is not None
        ]
        wide = min(2.0, 1.1 * (self.across(1) - self.across(0)))
        if lines:
            self.page.marks.append(Shape(lines, closed=False, fill=None, line=look.BLUE, width=wide))
        steps = []
        for rate, tied in groupby(enumerate(self.rated), key=lambda pair: _rate(pair[1])):
            places = [at for at, _ in tied]
            steps += [(self.across(places[0]), scale(rate)), (self.across(places[-1] + 1), scale(rate))]
        if steps:
            self.page.line(steps, look.DARK_BLUE, 2.4)

    def ends(self, rows: Sequence[RangeRow]) -> Iterator[tuple[float, str, str]]:
        """Give rate, label and words from an end: single units, or how many share a rate where too many do."""
        room = _DIRECT
        for rate, group in groupby(rows, key=lambda row: row.rate):
            tied = list(group)
            if len(tied) > room:
                words = self.labels.tied.format(n=f"{len(tied):,}", rate=rate)
                yield percent(rate or ""), words, words
                return
            for row in tied:
                yield _rate(row), f"{row.rate}% {row.within}{row.name}", _in_words(row, self.labels)
            room -= len(tied)
            if not room:
                return
