"""Drawing a printed table on the pages of a PDF, its header on every page. Lengths are points."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, SERIF
from survey_app.documents.paragraph_setting import draw_short, runs_and_width, set_paragraph
from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import PrintedTable
from survey_app.documents.table_layout import PADDING, TableLayout, cell_texts, lay_out

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_LEADING = 1.25
_ASCENT = 0.88
#: White above and below the text of a row, in sizes.
_ABOVE = 0.27
_RULE = "#5F6B76"
_FILL = "#EEF2F6"
_FAINT = "#B4BCC4"

#: A cell's lines.
Lines = Sequence[str]


class TableDrawing:
    """One table set at a width, drawn row by row wherever its page has room."""

    def __init__(
        self, table: PrintedTable, room: float, sizes: tuple[float, float], faces: tuple[str, str] = (SERIF, BOLD)
    ) -> None:
        cells = cell_texts(table)
        self._layout: TableLayout = lay_out(table, cells, room, sizes)
        self._face, self._bold = faces
        self._room = room
        self._header = [
            _broken(plain_line(column.header), self._bold, self._layout.size, width)
            for column, width in zip(table.columns, self._layout.widths, strict=True)
        ]
        self._rows = [self._set_row(row) for row in cells]

    def _set_row(self, row: Sequence[str]) -> Sequence[Lines]:
        widths = self._layout.widths
        return [_broken(text, self._face, self._layout.size, width) for text, width in zip(row, widths, strict=True)]

    @property
    def least_height(self) -> float:
        """What the header and two rows need, so that no header stands alone at the foot of a page."""
        return self._height(self._header) + sum(map(self._height, self._rows[:2]))

    @property
    def height(self) -> float:
        """The height of the whole table."""
        return self._height(self._header) + sum(map(self._height, self._rows))

    def draw(self, canvas: "Canvas", left: float, top: float, foot: float, next_page: Callable[[], float]) -> float:
        """Draw all rows from `top` down to no lower than `foot`; `next_page` begins a page and returns its top.

        Returns where the table ends.
        """
        y = begun = self._begin(canvas, left, top)
        first = top
        for row in self._rows:
            height = self._height(row)
            if y - height < foot and y < begun:
                self._finish(canvas, left, first, y)
                first = next_page()
                y = begun = self._begin(canvas, left, first)
            self._draw_row(canvas, row, left, y, height)
            y -= height
        self._finish(canvas, left, first, y)
        return y

    def _height(self, row: Sequence[Lines]) -> float:
        lines = max((len(each) for each in row), default=1)
        return self._layout.size * (1 + 2 * _ABOVE + (max(1, lines) - 1) * _LEADING)

    def _begin(self, canvas: "Canvas", left: float, top: float) -> float:
        height = self._height(self._header)
        canvas.setFillColor(_FILL)
        canvas.rect(left, top - height, self._room, height, stroke=0, fill=1)
        canvas.setFillColor("#000000")
        self._draw_cells(canvas, self._header, left, top, height, ["center"] * len(self._header), self._bold)
        self._rule(canvas, left, top - height)
        return top - height

    def _draw_row(self, canvas: "Canvas", row: Sequence[Lines], left: float, top: float, height: float) -> None:
        self._draw_cells(canvas, row, left, top, height, self._layout.sides, self._face)
        self._rule(canvas, left, top - height)

    def _draw_cells(
        self,
        canvas: "Canvas",
        row: Sequence[Lines],
        left: float,
        top: float,
        height: float,
        sides: Sequence[str],
        face: str,
    ) -> None:
        size = self._layout.size
        for lines, width, side in zip(row, self._layout.widths, sides, strict=True):
            x = {"left": left + PADDING, "center": left + width / 2, "right": left + width - PADDING}[side]
            y = top - (height - size * (1 + (len(lines) - 1) * _LEADING)) / 2 - _ASCENT * size
            for line in lines:
                draw_short(canvas, line, face, size, x, y, side)
                y -= size * _LEADING
            left += width

    def _rule(self, canvas: "Canvas", left: float, y: float) -> None:
        canvas.setStrokeColor(_FAINT)
        canvas.setLineWidth(0.4)
        canvas.line(left, y, left + self._room, y)

    def _finish(self, canvas: "Canvas", left: float, top: float, foot: float) -> None:
        canvas.setStrokeColor(_FAINT)
        canvas.setLineWidth(0.4)
        x = left
        for width in self._layout.widths[:-1]:
            x += width
            canvas.line(x, top, x, foot)
        canvas.setStrokeColor(_RULE)
        canvas.setLineWidth(0.8)
        canvas.rect(left, foot, self._room, top - foot, stroke=1, fill=0)


def _broken(text: str, face: str, size: float, width: float) -> Lines:
    """Break a cell's text where it is wider than its column."""
    if not text:
        return ()
    inside = width - 2 * PADDING + 0.1
    if runs_and_width(text, face)[1] * size <= inside:
        return (text,)
    return [line.text for line in set_paragraph(text, face, size, inside)]
