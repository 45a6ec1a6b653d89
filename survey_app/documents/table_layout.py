"""How wide the columns of a printed table are, and at which size its text stands, in Word as on a page.

Widths follow what the cells hold, so that a table of eighteen columns fits on a sheet. Lengths are points; a Chinese
character counts as one size, others as a little over half of one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import NO_RATE, Column, Kind, PrintedTable

#: White space at each side of a cell's text.
PADDING = 2.5
#: A header is broken into so many lines before it widens a column of figures.
_HEADER_LINES = 3
_NARROW = 0.58
_LEAST = 2.0
_SHORT = 4.0


Side = Literal["left", "center", "right"]


@dataclass(frozen=True)
class TableLayout:
    """The size of a table's text, the width of each of its columns (they add up to the room), and where cells stand."""

    size: float
    widths: Sequence[float]
    sides: Sequence[Side]


def cell_text(value: object, kind: Kind) -> str:
    """Return a cell as it is printed: thousands in counts, "—" for no rate, a true minus; None and "" are empty.

    ValueError: the value is not of the column's kind.
    """
    if value == "" or (value is None and kind != "rate"):
        return ""
    if kind == "rate":
        return NO_RATE if value is None else plain_line(str(value)).replace("-", "−", 1)
    if kind == "integer" and isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, str):
        return plain_line(value)
    raise ValueError(f"{value!r} in a column of kind {kind}")


def cell_texts(table: PrintedTable) -> list[list[str]]:
    """Return all cells of a table as they are printed; ValueError where a row has not one cell for each column."""
    kinds = [column.kind for column in table.columns]
    return [[cell_text(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in table.rows]


def lay_out(
    table: PrintedTable, cells: Sequence[Sequence[str]], room: float, sizes: tuple[float, float]
) -> TableLayout:
    """Return the layout of a table `room` wide, with text between `sizes` (largest, smallest).

    Columns of figures are never broken; where the room is short even at the smallest size, columns of text are.
    """
    wanted = [_wanted(*each) for each in zip(table.columns, _widest(table, cells), strict=True)]
    within = room - 2 * PADDING * len(wanted)
    size = max(sizes[1], min(sizes[0], within / sum(wanted)))
    size -= size % 0.25
    widths = [each * size for each in wanted]
    spare = within - sum(widths)
    texts = [number for number, column in enumerate(table.columns) if column.kind == "text"]
    sharing = texts if spare < 0 and texts else range(len(widths))
    total = sum(widths[number] for number in sharing)
    for number in sharing:
        widths[number] = max(_LEAST * size, widths[number] * (1 + spare / total))
    sides = [_side(column.kind, each) for column, each in zip(table.columns, _widest(table, cells), strict=True)]
    return TableLayout(size, [width + 2 * PADDING for width in widths], sides)


def squares(text: str) -> float:
    """Return about how many Chinese characters wide a text is."""
    narrow = sum(character < "\u2e80" and character not in "“”‘’—…·" for character in text)
    return len(text) - narrow * (1 - _NARROW)


def _widest(table: PrintedTable, cells: Sequence[Sequence[str]]) -> list[float]:
    return [max((squares(row[number]) for row in cells), default=0.0) for number in range(len(table.columns))]


def _side(kind: Kind, widest: float) -> Side:
    """Place figures at the right, texts at the left, and short marks (positions, classes) in the middle."""
    if kind != "text":
        return "right"
    return "center" if widest <= _SHORT else "left"


def _wanted(column: Column, widest: float) -> float:
    header = squares(column.header)
    if column.kind == "text":
        # Half the width in characters is its width in Chinese ones; what is longer is broken into lines.
        return max(_LEAST, min(widest, column.width / 2 + 1), min(header, 4.0), header / _HEADER_LINES)
    return max(_LEAST, widest, header / _HEADER_LINES + 0.2)
