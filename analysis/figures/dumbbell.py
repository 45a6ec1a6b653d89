"""Dumbbell: the rates of two waves, before hollow and now filled, and the change between them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.marks import Symbol
from analysis.figures.page import Page, Scale, percent, percent_ticks, signed

_ROW: Final = 34
_RADIUS: Final = 5.5
_THICK: Final = 5.0


@dataclass(frozen=True)
class WaveRow:
    """One unit in two waves: rates in percent as printed, without the sign.

    Attributes:
        name: the unit.
        within: what stands beside a name that repeats; may be empty.
        before, now: the two rates; either is None where there is none or it is hidden.
        change: in percentage points with its sign, for example "+1.2" or "-0.4"; None where there is none.
        clear: whether the change is more than chance explains.
        reason: why there is no change.

    """

    name: str
    within: str
    before: str | None = None
    now: str | None = None
    change: str | None = None
    clear: bool = False
    reason: str = ""


@dataclass(frozen=True)
class WaveLabels:
    """The words of a dumbbell, translated by the caller.

    Attributes:
        before, now, change: the two waves and the column of changes.
        clear, unclear: keys of the thick and the thin line, for example "变化明显" and "变化不明显".
        row: one row in words for the text alternative, with ``{name}``, ``{before}``, ``{now}``, ``{change}`` and
            ``{clear}``, which is one of the two words above.
        row_without: the same where there is no change, with ``{name}``, ``{before}``, ``{now}`` and ``{reason}``; a
            missing rate is a dash.

    """

    before: str
    now: str
    change: str
    clear: str
    unclear: str
    row: str
    row_without: str


def dumbbell(rows: Sequence[WaveRow], *, title: str, note: str, labels: WaveLabels, font: Path | None) -> Drawing:
    """Draw each unit's rate before and now, the highest printed rate now first.

    Rows without a change follow in the order given, with the rate that they have and the reason.

    Args:
        rows: 1 or more.
        title: what is shown.
        note: base, formula, and which change counts as clear.
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Raises:
        ValueError: there are no rows, or the font lacks a character.

    """
    if not rows:
        raise ValueError("a figure has at least one row")
    whole = [row for row in rows if None not in (row.before, row.now, row.change)]
    whole.sort(key=lambda row: -percent(row.now or ""))
    ordered = [*whole, *(row for row in rows if None in (row.before, row.now, row.change))]
    page = Page(title, note, font)
    _Dumbbells(page, ordered, labels).draw()
    return page.drawing([note, *(_in_words(row, labels) for row in ordered)])


def _in_words(row: WaveRow, labels: WaveLabels) -> str:
    name, before, now = f"{row.within}{row.name}", row.before or "—", row.now or "—"
    if row.change is None or "—" in (before, now):
        return labels.row_without.format(name=name, before=before, now=now, reason=row.reason)
    clear = labels.clear if row.clear else labels.unclear
    return labels.row.format(name=name, before=before, now=now, change=signed(row.change), clear=clear)


class _Dumbbells:
    """The page of this figure: name, picture, both rates, the change."""

    def __init__(self, page: Page, rows: Sequence[WaveRow], labels: WaveLabels) -> None:
        self.page, self.rows, self.labels = page, rows, labels
        self.names = page.name_width([f"{row.name}{row.within}" for row in rows], 15, 120, 300)
        self.reasons = page.name_width([row.reason for row in rows if row.change is None] or [""], 12.5, 86, 130)
        self.change = look.RIGHT
        self.now = look.RIGHT - self.reasons - 14
        self.before = self.now - 76
        self.ticks = percent_ticks(
            [percent(each) for row in rows for each in (row.before, row.now) if each is not None]
        )
        self.scale = Scale(self.ticks[0], self.ticks[-1], look.MARGIN + self.names + 24, self.before - 96)

    def draw(self) -> None:
        """Fill the page."""
        page, labels = self.page, self.labels
        page.keys(
            [
                (page.symbol(Symbol.CIRCLE, _RADIUS, look.PAPER), labels.before),
                (page.symbol(Symbol.CIRCLE, _RADIUS, look.DARK_BLUE), labels.now),
                (page.stroke(look.OUTLINE, _THICK - 1), labels.clear),
                (page.stroke(look.OUTLINE, 1), labels.unclear),
            ]
        )
        heads = ((self.before, labels.before, 72.0), (self.now, labels.now, 72.0), (self.change, labels.change, 86.0))
        page.y += 16 * max(len(page.face.balanced(words, 12.5, width)) for _, words, width in heads) + 10
        for x, words, width in heads:
            page.lines_above(x, page.y, words, 12.5, width, "right")
        end = page.y + _ROW * len(self.rows)
        for tick in self.ticks:
            page.text(self.scale(tick), page.y - 9, f"{tick:g}%", 12, look.MUTED, "center")
            page.line([(self.scale(tick), page.y), (self.scale(tick), end)], look.LINE)
        for row in self.rows:
            page.separator()
            self.row(row)

    def place(self, rate: str | None) -> float | None:
        """Return where a rate stands."""
        return None if rate is None else self.scale(percent(rate))

    def row(self, row: WaveRow) -> None:
        """Draw one row."""
        page, middle = self.page, self.page.y + _ROW / 2
        page.one_line_name(row.name, row.within, middle, self.names, 15)
        for x, rate, ink in ((self.before, row.before, look.MUTED), (self.now, row.now, look.INK)):
            page.text(x, middle, f"{rate}%" if rate is not None else "—", 14, ink, "right")
        before, now = self.place(row.before), self.place(row.now)
        if before is not None and now is not None and row.change is not None:
            if row.clear:
                colour = look.ORANGE if row.change.startswith("-") else look.BLUE
                left, right = sorted((before, now))
                page.box(left, middle - _THICK / 2, right, middle + _THICK / 2, colour, look.OUTLINE)
            else:
                page.line([(before, middle), (now, middle)], look.OUTLINE, 1)
            page.text(self.change, middle, signed(row.change), 16 if row.clear else 14, look.INK, "right")
        else:
            lines, size = page.fitting(row.reason, 12.5, self.reasons, 10.5)
            for number, line in enumerate(lines):
                y = middle + 1.2 * size * (number - (len(lines) - 1) / 2)
                page.text(self.change, y, line, size, look.MUTED, "right")
        for at, fill in ((before, look.PAPER), (now, look.DARK_BLUE)):
            if at is not None:
                page.point(Symbol.CIRCLE, [(at, middle)], _RADIUS, fill, width=1.3)
        page.y += _ROW
