"""Diverging stacked bars: ratings by unit, the dissatisfied left of zero, don't know apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.page import Page, Scale, percent

_ROW: Final = 46
_BAR: Final = 26
# Bars stand a little low in their row: a number that a narrow segment cannot hold stands above it.
_LOW: Final = 3
_KEYS: Final = {
    3: ("satisfied", "basically_satisfied", "dissatisfied"),
    5: ("very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"),
}


@dataclass(frozen=True)
class BarRow:
    """One unit of a figure, as its table prints it.

    Attributes:
        name: the unit.
        within: what stands beside a name that repeats, for example its township; may be empty.
        n: ballots that rated, printed.
        ratings: each rating's share in percent, printed without the sign, the best rating first: three, or five on
            the five-level scale; None where there is none or it is hidden.
        approval: the approval rate in percent, printed without the sign.
        dont_know: don't know as a share of rated and don't know together, printed without the sign.
        reason: why there are no ratings, for example "样本不足".

    """

    name: str
    within: str
    n: str = ""
    ratings: tuple[str, ...] | None = None
    approval: str = ""
    dont_know: str = ""
    reason: str = ""


@dataclass(frozen=True)
class FigureLabels:
    """The words of diverging bars, translated by the caller.

    Attributes:
        ratings: names of the ratings, the best first: three or five.
        dont_know: name of don't know.
        approval: head of the column with the approval rate.
        base: the base in a row's label, with ``{n}``, for example "{n} 份".
        row: one row in words for the text alternative, with ``{name}``, ``{n}``, ``{approval}``, ``{dont_know}``,
            ``{satisfied}``, ``{basically_satisfied}``, ``{dissatisfied}`` (percentages without the sign), on five
            levels ``{very_satisfied}`` and ``{very_dissatisfied}`` too.
        row_without: the same where there is no rate, with ``{name}`` and ``{reason}``.

    """

    ratings: tuple[str, ...]
    dont_know: str
    approval: str
    base: str
    row: str
    row_without: str


def diverging_bars(
    rows: Sequence[BarRow], *, title: str, note: str, labels: FigureLabels, font: Path | None
) -> Drawing:
    """Draw ratings by unit: dissatisfied left of zero, basically satisfied and satisfied right, don't know apart.

    Rows are sorted by the printed approval rate; those without one follow in the order given. Both sides of zero
    have one scale.

    Args:
        rows: 1 or more.
        title: what is shown.
        note: base and formula (口径).
        labels: all other words; as many ratings as every row has.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Raises:
        ValueError: there are no rows, a row's ratings are not those of the labels, or the font lacks a character.

    """
    if not rows:
        raise ValueError("a figure has at least one row")
    if len(labels.ratings) not in _KEYS or any(
        len(row.ratings or labels.ratings) != len(labels.ratings) for row in rows
    ):
        raise ValueError("a figure has three ratings or five, and every row has all of them")
    rated = [row for row in rows if row.ratings is not None]
    rated.sort(key=lambda row: (-percent(row.approval), _left_shares(row)[-1]))
    others = [row for row in rows if row.ratings is None]
    picture = _Bars(Page(title, note, font), labels, rated, others)
    picture.draw()
    return picture.page.drawing([note, *_words(rated, others, labels)])


def _levels(row_or_labels: Sequence[str]) -> tuple[tuple[str, ...], int]:
    return look.FOUR_LEVEL if len(row_or_labels) == 3 else look.FIVE_LEVEL


def _left_shares(row: BarRow) -> list[float]:
    """Return the shares left of zero, and their sum as the last."""
    ratings = row.ratings or ()
    shares = [percent(each) for each in ratings[_levels(ratings)[1] :]]
    return [*shares, sum(shares)]


def _words(rated: Sequence[BarRow], others: Sequence[BarRow], labels: FigureLabels) -> list[str]:
    """Say every row in words."""
    said = [
        labels.row.format(
            name=f"{row.within}{row.name}",
            n=row.n,
            approval=row.approval,
            dont_know=row.dont_know,
            **dict(zip(_KEYS[len(labels.ratings)], row.ratings or (), strict=True)),
        )
        for row in rated
    ]
    return said + [labels.row_without.format(name=f"{row.within}{row.name}", reason=row.reason) for row in others]


class _Bars:
    """The page of this figure: names, the diverging panel, the approval rate, the panel of don't know."""

    def __init__(self, page: Page, labels: FigureLabels, rated: Sequence[BarRow], others: Sequence[BarRow]) -> None:
        self.page, self.labels, self.rated, self.others = page, labels, rated, others
        self.colours, self.rights = _levels(labels.ratings)
        self.names = page.name_width([row.name for row in (*rated, *others)], 15, 150, 230)
        self.rate = 780.0
        worst = max((_left_shares(row)[-1] for row in rated), default=0.0)
        left = next(end for end in (25, 50, 75, 101) if worst <= end) // 25 * 25
        panel = look.MARGIN + self.names + 44
        self.scale = Scale(-left, 100, panel, self.rate - 80)
        most = max((percent(row.dont_know) for row in rated), default=0.0)
        self.apart = Scale(0, next(end for end in (10, 25, 50, 100) if most <= end), self.rate + 28, look.RIGHT - 36)

    def draw(self) -> None:
        """Fill the page."""
        self.head()
        for row in self.rated:
            self.row(row)
        for row in self.others:
            self.without(row)

    def head(self) -> None:
        """Write the keys in the order in which the colours stand from left to right, and the axes."""
        page, labels = self.page, self.labels
        order = [*reversed(range(self.rights, len(self.colours))), *reversed(range(self.rights))]
        top = page.y
        columns = ((self.rate, labels.approval, 92.0, "right"), (self.apart.start, labels.dont_know, 128.0, "left"))
        lines = max(len(page.face.balanced(words, 13, width)) for _, words, width, _ in columns)
        page.keys([(page.square(self.colours[n]), labels.ratings[n]) for n in order], right=self.rate - 100)
        page.y = max(page.y - 2, top + 12 + 16.5 * lines)
        for x, words, width, align in columns:
            page.lines_above(x, page.y, words, 13, width, align, look.INK)
        page.y += 24
        end = page.y + _ROW * (len(self.rated) + len(self.others))
        for scale, values in ((self.scale, range(int(self.scale.low), 101, 25)), (self.apart, (0, self.apart.high))):
            for tick in values:
                page.text(scale(tick), page.y - 14, f"{abs(tick):g}%", 12, look.MUTED, "center")
                points = [(scale(tick), page.y - 5), (scale(tick), end)]
                page.line(points, look.LINE if tick else look.INK, 1 if tick else 1.4)

    @property
    def middle(self) -> float:
        """Where the current row's bars have their middle."""
        return self.page.y + _ROW / 2 + _LOW

    def row(self, row: BarRow) -> None:
        """Draw one row with its numbers."""
        below = " · ".join(part for part in (row.within, self.labels.base.format(n=row.n)) if part)
        self.page.separator()
        self.page.name(row.name, below, self.page.y + _ROW / 2, self.names, _ROW)
        values = [percent(each) for each in row.ratings or ()]
        printed = row.ratings or ()
        self.side(values[self.rights :], printed[self.rights :], self.colours[self.rights :], -1)
        self.side(values[: self.rights][::-1], printed[: self.rights][::-1], self.colours[: self.rights][::-1], 1)
        self.page.text(self.rate, self.middle, row.approval + "%", 17, look.INK, "right")
        end = self.apart(percent(row.dont_know))
        if end > self.apart.start:
            self.page.hatched(self.apart.start, self.middle - _BAR / 2, end, self.middle + _BAR / 2)
        self.page.text(end + 6, self.middle, row.dont_know, look.NUMBER_SIZE)
        self.page.y += _ROW

    def side(self, values: Sequence[float], printed: Sequence[str], colours: Sequence[str], way: int) -> None:
        """Draw the ratings on one side of zero, outwards.

        A number that its segment cannot hold stands beside the outermost segment, above any other.
        """
        zero, middle, page = self.scale(0), self.middle, self.page
        last = max((number for number, value in enumerate(values) if value), default=-1)
        taken, near = zero, 0.0
        for number, (value, text, colour) in enumerate(zip(values, printed, colours, strict=True)):
            if not value:
                continue
            far = near + way * value
            left, right = sorted((self.scale(near), self.scale(far)))
            page.box(left, middle - _BAR / 2, right, middle + _BAR / 2, colour, look.OUTLINE)
            if page.face.width(text, look.NUMBER_SIZE) + 8 <= right - left:
                ink = look.PAPER if colour in look.DARK else look.INK
                page.text((left + right) / 2, middle, text, look.NUMBER_SIZE, ink, "center")
            elif number == last:
                page.text(self.scale(far) + 5 * way, middle, text, look.NUMBER_SIZE, look.INK, _align(way))
            else:
                start = max(taken, left + 3) if way > 0 else min(taken, right - 3)
                width = page.text(start, middle - _BAR / 2 - 6, text, 10, look.INK, _align(way))
                taken = start + way * (width + 4)
            near = far
        if last < 0 and way < 0:
            page.text(zero - 5, middle, printed[-1], look.NUMBER_SIZE, look.INK, "right")

    def without(self, row: BarRow) -> None:
        """List a row that has no rate, and say why: nothing is drawn, since hatching means don't know here."""
        page = self.page
        page.separator()
        page.name(row.name, row.within, page.y + _ROW / 2, self.names, _ROW)
        page.text(self.scale(0) + 10, self.middle, row.reason, look.NUMBER_SIZE, look.MUTED)
        page.y += _ROW


def _align(way: int) -> str:
    return "left" if way > 0 else "right"
