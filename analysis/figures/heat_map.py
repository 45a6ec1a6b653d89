"""Heat map: a unit a row, a question or a group a column, the value printed in each cell."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.marks import Symbol
from analysis.figures.page import KeyPicture, Page, ticks

#: So much one picture holds.
MOST_ROWS: Final = 40
MOST_COLUMNS: Final = 12
_ROW: Final = 32
_HEAD_SIZE: Final = 12.5
#: Low to high, light to dark: it can be read in grey too.
_STEPS: Final = ("#EAF2F9", "#C3DDF1", "#8FC1E6", look.BLUE, "#2B73B3", look.DARK_BLUE)
_DARK_FROM: Final = 4


class Absent(Enum):
    """Why a cell has no value."""

    #: Too few ballots: hatched.
    HIDDEN = "hidden"
    #: Nobody rated: a dash.
    NO_RATE = "no_rate"
    #: Blank with a point.
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class HeatRow:
    """One unit: its name, what stands beside a name that repeats, and a printed number or a reason for each column."""

    name: str
    within: str
    cells: tuple[str | Absent, ...]


@dataclass(frozen=True)
class HeatLabels:
    """The words of a heat map, translated by the caller.

    Attributes:
        columns: heads of the columns; they wrap.
        hidden, no_rate, not_asked: keys of the cells without a value.
        value: what the numbers are, for example "满意和基本满意合计占比（%）".
        between: a step of the colours, with ``{low}`` and ``{high}``, for example "{low}–{high}".
        cell: one value in words for the text alternative, with ``{column}`` and ``{value}``, which may be one of the
            three words above.
        row: one row in words, with ``{name}`` and ``{cells}``.
        separator: stands between two cells in words, for example "，".
        part: after the title where a table takes several pictures, with ``{number}`` and ``{of}``.

    """

    columns: tuple[str, ...]
    hidden: str
    no_rate: str
    not_asked: str
    value: str
    between: str
    cell: str
    row: str
    separator: str
    part: str


def heat_maps(
    rows: Sequence[HeatRow], *, title: str, note: str, labels: HeatLabels, font: Path | None
) -> list[Drawing]:
    """Draw a table in pictures of at most 40 rows and 12 columns with the same colours, rows in the order given.

    Args:
        rows: 1 or more, each with a cell for each column of the labels.
        title: what is shown.
        note: base and formula (口径).
        labels: all other words.
        font: a TTF that has every character used; None for matplotlib's own, which has no Chinese.

    Raises:
        ValueError: there are no rows or no columns, a row has not as many cells as there are columns, or the font
            lacks a character.

    """
    columns = len(labels.columns)
    if not rows or not columns or any(len(row.cells) != columns for row in rows):
        raise ValueError("a heat map has at least one row and one column, and a cell for each column in each row")
    bounds = _bounds(rows)
    # Even parts: 45 rows become 23 and 22 and not 40 and 5.
    parts = [(down, across) for down in _parts(len(rows), MOST_ROWS) for across in _parts(columns, MOST_COLUMNS)]
    drawings = []
    for number, (down, across) in enumerate(parts, start=1):
        head = title if len(parts) == 1 else title + labels.part.format(number=number, of=len(parts))
        picture = _HeatMap(Page(head, note, font), rows[down], across, bounds, labels)
        picture.draw()
        drawings.append(picture.page.drawing([note, labels.value, *picture.words()]))
    return drawings


def _parts(length: int, most: int) -> list[slice]:
    count = -(-length // most)
    edges = [length * number // count for number in range(count + 1)]
    return [slice(*pair) for pair in pairwise(edges)]


def _bounds(rows: Sequence[HeatRow]) -> list[float]:
    """Return the bounds of the colours: at most six equal steps over the printed values."""
    values = [float(cell) for row in rows for cell in row.cells if isinstance(cell, str)]
    return ticks(min(values), max(values), len(_STEPS) - 1) if values else []


class _HeatMap:
    """The page of this figure."""

    def __init__(
        self, page: Page, rows: Sequence[HeatRow], across: slice, bounds: Sequence[float], labels: HeatLabels
    ) -> None:
        self.page, self.rows, self.across, self.bounds, self.labels = page, rows, across, bounds, labels
        self.columns = labels.columns[across]
        names = [row.name + ("  " + row.within if row.within else "") for row in rows]
        self.names = page.name_width(names, 14, 100, 220)
        self.left = look.MARGIN + self.names + 14
        self.cell = min(150.0, (look.RIGHT - self.left) / len(self.columns))

    def words(self) -> list[str]:
        """Say every cell."""
        absent = {Absent.HIDDEN: self.labels.hidden, Absent.NO_RATE: self.labels.no_rate}
        said = []
        for row in self.rows:
            cells = [
                self.labels.cell.format(
                    column=column, value=cell if isinstance(cell, str) else absent.get(cell, self.labels.not_asked)
                )
                for column, cell in zip(self.columns, row.cells[self.across], strict=True)
            ]
            said.append(self.labels.row.format(name=f"{row.within}{row.name}", cells=self.labels.separator.join(cells)))
        return said

    def draw(self) -> None:
        """Fill the page."""
        page = self.page
        page.y += 22
        page.text(look.MARGIN, page.y, self.labels.value, look.KEY_SIZE)
        page.keys([*self.steps(), *self.absent()])
        self.heads()
        for row in self.rows:
            middle = page.y + _ROW / 2
            page.one_line_name(row.name, row.within, middle, self.names, 14)
            for number, cell in enumerate(row.cells[self.across]):
                self.draw_cell(self.left + number * self.cell, cell)
            page.y += _ROW

    def steps(self) -> list[tuple[KeyPicture, str]]:
        """Return the keys of the colours."""
        pairs = pairwise(self.bounds)
        return [
            (self.page.square(self.colour(low)), self.labels.between.format(low=f"{low:g}", high=f"{high:g}"))
            for low, high in pairs
        ]

    def absent(self) -> list[tuple[KeyPicture, str]]:
        """Return the keys of the cells without a value, of those that occur."""
        page, labels = self.page, self.labels
        found = {cell for row in self.rows for cell in row.cells[self.across] if isinstance(cell, Absent)}
        keys: list[tuple[Absent, KeyPicture, str]] = [
            (Absent.HIDDEN, page.hatched_square(), labels.hidden),
            (Absent.NO_RATE, lambda left, middle: page.text(left, middle, "—", 14), labels.no_rate),
            (Absent.NOT_ASKED, page.symbol(Symbol.CIRCLE, 1.6, look.MUTED, look.MUTED), labels.not_asked),
        ]
        return [(picture, words) for state, picture, words in keys if state in found]

    def heads(self) -> None:
        """Write the heads of the columns above them: smaller where a word would not fit, over several lines."""
        page, width = self.page, self.cell - 5
        words = [word for head in self.columns for word in head.split()] if " " in "".join(self.columns) else []
        widest = max((page.face.width(word, _HEAD_SIZE) for word in words), default=0.0)
        size = max(8.5, min(_HEAD_SIZE, _HEAD_SIZE * 0.99 * width / widest)) if widest else _HEAD_SIZE
        lines = max(len(page.face.balanced(head, size, width)) for head in self.columns)
        page.y += 1.25 * size * lines + 10
        for number, head in enumerate(self.columns):
            x = self.left + (number + 0.5) * self.cell
            page.lines_above(x, page.y - 2, head, size, width, "center", look.INK)

    def colour(self, value: float) -> str:
        """Return the colour of a value: the highest step is always the darkest."""
        steps = len(self.bounds) - 1
        step = sum(value >= bound for bound in self.bounds[1:-1])
        return _STEPS[len(_STEPS) - steps + step]

    def draw_cell(self, left: float, cell: str | Absent) -> None:
        """Draw one cell of the current row."""
        page = self.page
        box = (left + 1, page.y + 1, left + self.cell - 1, page.y + _ROW - 1)
        x, middle = left + self.cell / 2, page.y + _ROW / 2
        if isinstance(cell, str):
            colour = self.colour(float(cell))
            page.box(*box, colour, None)
            ink = look.PAPER if colour in _STEPS[_DARK_FROM:] else look.INK
            page.text(x, middle, cell.replace("-", "−"), 14, ink, "center")
        elif cell is Absent.HIDDEN:
            page.hatched(*box, look.LINE)
        elif cell is Absent.NO_RATE:
            page.box(*box, look.PAPER, look.LINE)
            page.text(x, middle, "—", 14, look.MUTED, "center")
        else:
            page.point(Symbol.CIRCLE, [(x, middle)], 1.6, look.MUTED, look.MUTED)
