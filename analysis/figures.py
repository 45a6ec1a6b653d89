"""Figures as SVG. The one module that draws; matplotlib is loaded when a figure is."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.rates import round_percent
from analysis.svg_text import described, text_width, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK: Final = "#1a1a1a"
MUTED: Final = "#4a5560"
LINE: Final = "#d9dee3"
WASH: Final = "#f5f7f9"
OUTLINE: Final = "#10222f"
SATISFIED: Final = "#0B4F8A"
BASICALLY_SATISFIED: Final = "#5BA3D9"
DISSATISFIED: Final = "#E08A3C"
HATCH: Final = "////"

# Pixels, from the left: names, the diverging panel, the approval rate, the panel of don't know.
_WIDTH: Final = 960
_NAMES: Final = 184
_PANEL: Final = (204, 690)
_RATE: Final = 772
_DONT_KNOW: Final = (800, 912)
_ROW: Final = 46
_BAR: Final = 26
# Bars stand a little low in their row: a number that a narrow segment cannot hold stands above it.
_LOW: Final = 3


@dataclass(frozen=True)
class BarRow:
    """One unit of a figure, from a table with suppression applied.

    Attributes:
        name: the unit.
        within: what stands beside a name that repeats, for example its township; may be empty.
        satisfied, basically_satisfied, dissatisfied, dont_know: ballots; None where suppressed.

    """

    name: str
    within: str
    satisfied: int | None
    basically_satisfied: int | None
    dissatisfied: int | None
    dont_know: int | None


@dataclass(frozen=True)
class FigureLabels:
    """The words of a figure, translated by the caller.

    Attributes:
        satisfied, basically_satisfied, dissatisfied, dont_know: names of the ratings.
        approval: head of the column with the approval rate.
        base: the base in a row's label, with ``{n}``, for example "{n} 份".
        suppressed: stands for a hidden row, for example "样本不足".
        nobody: stands for a row that nobody rated.
        row: one row in words for the text alternative, with ``{name}``, ``{n}``, ``{approval}``, ``{satisfied}``,
            ``{basically_satisfied}``, ``{dissatisfied}`` and ``{dont_know}`` (percentages without the sign).
        row_without: the same where there is no rate, with ``{name}`` and ``{reason}``.

    """

    satisfied: str
    basically_satisfied: str
    dissatisfied: str
    dont_know: str
    approval: str
    base: str
    suppressed: str
    nobody: str
    row: str
    row_without: str


@dataclass(frozen=True)
class _Bar:
    """A row ready to be drawn."""

    name: str
    within: str
    satisfied: int
    basically_satisfied: int
    dissatisfied: int
    dont_know: int

    @property
    def rated(self) -> int:
        return self.satisfied + self.basically_satisfied + self.dissatisfied

    @property
    def approval(self) -> int:
        return self.satisfied + self.basically_satisfied

    @property
    def everybody(self) -> int:
        return self.rated + self.dont_know


def diverging_bars(rows: Sequence[BarRow], *, title: str, note: str, labels: FigureLabels, font: Path | None) -> bytes:
    """Draw ratings by unit: dissatisfied left of zero, basically satisfied and satisfied right, don't know apart.

    Rows are sorted by approval rate; those without one follow in the order given. Both sides of zero have one scale.
    Don't know is a share of rated and don't know together. The same arguments give the same bytes.

    Args:
        rows: 1 or more.
        title: what is shown.
        note: base and formula (口径).
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Returns:
        An SVG file, 960 wide, its text as outlines, with title and description as text alternative.

    Raises:
        ValueError: there are no rows.

    """
    if not rows:
        raise ValueError("a figure has at least one row")
    bars = [bar for row in rows if (bar := _bar(row)) is not None]
    bars.sort(key=lambda bar: (-bar.approval / bar.rated, bar.dissatisfied / bar.rated))
    others = [row for row in rows if _bar(row) is None]
    drawing = _Drawing(title, note, labels, len(rows), font)
    drawing.head(bars)
    for bar in bars:
        drawing.bar(bar)
    for row in others:
        drawing.without(row)
    return described(drawing.svg(), title, " ".join([note, *_words(bars, others, labels)]))


def _bar(row: BarRow) -> _Bar | None:
    """Return a row's counts, or None where it is suppressed or nobody rated."""
    counts = (row.satisfied, row.basically_satisfied, row.dissatisfied, row.dont_know)
    known = [count for count in counts if count is not None]
    if len(known) < len(counts) or not any(known[:3]):
        return None
    return _Bar(row.name, row.within, *known)


def _reason(row: BarRow, labels: FigureLabels) -> str:
    return labels.suppressed if row.satisfied is None else labels.nobody


def _words(bars: Sequence[_Bar], others: Sequence[BarRow], labels: FigureLabels) -> list[str]:
    """Say every row in words."""
    said = [
        labels.row.format(
            name=f"{bar.within}{bar.name}",
            n=f"{bar.rated:,}",
            approval=round_percent(bar.approval, bar.rated),
            satisfied=round_percent(bar.satisfied, bar.rated),
            basically_satisfied=round_percent(bar.basically_satisfied, bar.rated),
            dissatisfied=round_percent(bar.dissatisfied, bar.rated),
            dont_know=round_percent(bar.dont_know, bar.everybody),
        )
        for bar in bars
    ]
    rest = [labels.row_without.format(name=f"{row.within}{row.name}", reason=_reason(row, labels)) for row in others]
    return said + rest


class _Drawing:
    """One page in pixels, the origin at the top left, filled from the top down."""

    def __init__(self, title: str, note: str, labels: FigureLabels, rows: int, font: Path | None) -> None:
        from matplotlib.figure import Figure  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it
        from matplotlib.font_manager import FontProperties  # noqa: PLC0415 - as above

        self.labels = labels
        self.title = wrapped(title, 22, _WIDTH)
        self.note = wrapped(note, 13, _WIDTH)
        self.y = 0.0
        self.top = 30 * len(self.title) + 20 * len(self.note) + 72
        height = self.top + _ROW * rows + 12
        self.figure = Figure(figsize=(_WIDTH / 72, height / 72), dpi=72)
        self.axes: Axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, _WIDTH)
        self.axes.set_ylim(height, 0)
        self.height = height
        self.font: FontProperties = FontProperties(fname=font) if font else FontProperties()
        self.zero, self.scale, self.dont_know_scale = 0.0, 0.0, 0.0

    def svg(self) -> str:
        """Save the page."""
        import matplotlib as mpl  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it

        file = io.StringIO()
        with mpl.rc_context({"svg.fonttype": "path", "svg.hashsalt": "manyi", "hatch.linewidth": 0.7}):
            self.figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})
        return file.getvalue()

    def text(self, x: float, y: float, text: str, size: float, colour: str = INK, align: str = "left") -> None:
        """Write one line, its middle at ``y``."""
        font = self.font.copy()
        font.set_size(size)
        drawn = self.axes.text(x, y, text, fontproperties=font, color=colour, ha=align, va="center_baseline")
        drawn.set_parse_math(False)  # A dollar sign in a name is no formula.

    def patch(
        self, left: float, right: float, colour: str, outline: str, hatch: str | None = None, y: float | None = None
    ) -> None:
        """Draw a bar of the current row, or a small square at ``y``."""
        from matplotlib.patches import Rectangle  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it

        middle, height = (self.middle, _BAR) if y is None else (y, 14)
        look = Rectangle((left, middle - height / 2), right - left, height, facecolor=colour, edgecolor=outline)
        look.set(linewidth=0.7, hatch=hatch, clip_on=False)
        self.axes.add_patch(look)

    def box(self, left: float, right: float, colour: str, y: float | None = None) -> None:
        """Draw a rating."""
        self.patch(left, right, colour, OUTLINE, y=y)

    def hatched(self, left: float, right: float, y: float | None = None) -> None:
        """Draw what is no opinion."""
        self.patch(left, right, WASH, MUTED, HATCH, y)

    def rule(self, x: float, colour: str, width: float) -> None:
        """Draw a vertical line through all rows."""
        self.axes.plot(
            [x, x], [self.top - 6, self.height - 12], color=colour, linewidth=width, zorder=0.5, clip_on=False
        )

    def head(self, bars: Sequence[_Bar]) -> None:
        """Write title, note, keys and axes; the scales follow from the bars."""
        for line in self.title:
            self.text(0, self.y + 16, line, 22)
            self.y += 30
        for line in self.note:
            self.text(0, self.y + 12, line, 13, MUTED)
            self.y += 20
        self.keys(self.y + 20)
        worst = max((bar.dissatisfied / bar.rated for bar in bars), default=0.0)
        left = next(end for end in (25, 50, 75, 100) if 100 * worst <= end)
        self.scale = (_PANEL[1] - _PANEL[0]) / (100 + left)
        self.zero = _PANEL[0] + left * self.scale
        for tick in range(-left, 101, 25):
            x = self.zero + tick * self.scale
            self.text(x, self.top - 16, f"{abs(tick)}%", 12, MUTED, "center")
            self.rule(x, LINE if tick else INK, 1 if tick else 1.4)
        most = max((bar.dont_know / bar.everybody for bar in bars), default=0.0)
        right = next(end for end in (10, 25, 50, 100) if 100 * most <= end)
        self.dont_know_scale = (_DONT_KNOW[1] - _DONT_KNOW[0]) / right
        for x, tick in ((_DONT_KNOW[0], 0), (_DONT_KNOW[1], right)):
            self.text(x, self.top - 16, f"{tick}%", 12, MUTED, "center")
            self.rule(x, LINE if tick else INK, 1 if tick else 1.4)
        self.y = self.top

    def keys(self, y: float) -> None:
        """Name the colours, in the order in which they stand from left to right."""
        x: float = _PANEL[0]
        for colour, name in (
            (DISSATISFIED, self.labels.dissatisfied),
            (BASICALLY_SATISFIED, self.labels.basically_satisfied),
            (SATISFIED, self.labels.satisfied),
        ):
            self.box(x, x + 14, colour, y=y)
            self.text(x + 21, y, name, 14)
            x += 45 + text_width(name, 14)
        self.hatched(_DONT_KNOW[0], _DONT_KNOW[0] + 14, y)
        self.text(_DONT_KNOW[0] + 21, y, self.labels.dont_know, 14)
        self.text(_RATE, y, self.labels.approval, 14, INK, "right")

    def name(self, name: str, below: Sequence[str]) -> None:
        """Write a row's label; a long name is set smaller rather than cut."""
        line = " · ".join(part for part in below if part)
        middle = self.middle
        for text, size, y, colour in ((name, 15, middle - 10 if line else middle, INK), (line, 12, middle + 8, MUTED)):
            fitting = min(1.0, _NAMES / max(1.0, text_width(text, size)))
            self.text(0, y, text, size * fitting, colour)

    @property
    def middle(self) -> float:
        """Where the current row's bars have their middle."""
        return self.y + _ROW / 2 + _LOW

    def separator(self) -> None:
        """Draw the line above a row."""
        self.axes.plot([0, _WIDTH], [self.y, self.y], color=LINE, linewidth=0.8, zorder=0.4, clip_on=False)

    def bar(self, bar: _Bar) -> None:
        """Draw one row with its numbers."""
        self.separator()
        self.name(bar.name, [bar.within, self.labels.base.format(n=f"{bar.rated:,}")])
        self.segments(bar)
        self.text(_RATE, self.middle, round_percent(bar.approval, bar.rated) + "%", 17, INK, "right")
        self.dont_know(bar)
        self.y += _ROW

    def segments(self, bar: _Bar) -> None:
        """Draw the ratings from left to right; a number stands beside a segment too narrow to hold it."""
        middle = self.middle
        bad, basic, good = (
            100 * count / bar.rated * self.scale for count in (bar.dissatisfied, bar.basically_satisfied, bar.satisfied)
        )
        printed = [round_percent(n, bar.rated) for n in (bar.dissatisfied, bar.basically_satisfied, bar.satisfied)]
        room = [text_width(text, 13) + 8 for text in printed]
        if bar.dissatisfied:
            self.box(self.zero - bad, self.zero, DISSATISFIED)
        if bar.basically_satisfied:
            self.box(self.zero, self.zero + basic, BASICALLY_SATISFIED)
        if bar.satisfied:
            self.box(self.zero + basic, self.zero + basic + good, SATISFIED)
        if bad >= room[0]:
            self.text(self.zero - bad / 2, middle, printed[0], 13, INK, "center")
        else:
            self.text(self.zero - bad - 5, middle, printed[0], 13, INK, "right")
        if basic >= room[1]:
            self.text(self.zero + basic / 2, middle, printed[1], 13, INK, "center")
        elif bar.basically_satisfied:
            self.text(self.zero + 3, middle - _BAR / 2 - 7, printed[1], 10)
        if good >= room[2]:
            self.text(self.zero + basic + good / 2, middle, printed[2], 13, "white", "center")
        elif bar.satisfied:
            self.text(self.zero + basic + good + 5, middle, printed[2], 13)

    def dont_know(self, bar: _Bar) -> None:
        """Draw the row's share of don't know."""
        end = _DONT_KNOW[0] + 100 * bar.dont_know / bar.everybody * self.dont_know_scale
        if bar.dont_know:
            self.hatched(_DONT_KNOW[0], end)
        self.text(end + 6, self.middle, round_percent(bar.dont_know, bar.everybody), 13)

    def without(self, row: BarRow) -> None:
        """List a row that has no rate, and say why."""
        self.separator()
        self.name(row.name, [row.within])
        reason = _reason(row, self.labels)
        self.hatched(self.zero, self.zero + 100 * self.scale)
        middle, half = self.zero + 50 * self.scale, text_width(reason, 13) / 2 + 8
        self.patch(middle - half, middle + half, "white", "white")
        self.text(middle, self.middle, reason, 13, MUTED, "center")
        self.y += _ROW
