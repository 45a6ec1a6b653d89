"""What a sheet on paper is made of: tables of rows to tick, single questions, lines to write on, boxes for counts.

Each block is set at a width and gives its pieces from the top down. Lengths are points, heights count from the foot of
the page; a piece is drawn from its top.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Protocol

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces
from survey_app.documents.typesetting import ASCENT, Block, draw_block, draw_block_from, draw_line_from
from survey_app.domain.messages import Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

INK, GREY = 0.0, 0.35
_TEXT, _SMALL = 10.5, 7.5
_RULE, _FRAME = 0.4, 0.8
_NUMBER_WIDTH = 24.0
#: Inside a cell, at either side.
_PAD = 4.0
_LINE = 24.0


@dataclass(frozen=True)
class Label:
    """A text, and the same in English below it where there is one."""

    text: str
    english: str = ""

    def texts(self) -> str:
        """Return all that it says."""
        return self.text + self.english


@dataclass(frozen=True)
class Piece:
    """What is not broken between two pages. `head` is drawn again where the pieces after it go on on another page."""

    height: float
    draw: Callable[["Canvas", float, float], None]
    #: A piece like this must have so many of those after it on its page.
    keep: int = 0
    head: "Piece | None" = None


class PaperBlock(Protocol):
    """One part of a sheet."""

    def texts(self) -> str:
        """Return all that comes from outside."""

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give its pieces at a width, rows of tables at least `pitch` high."""


@lru_cache(maxsize=4096)
def block_of(text: str, font: str, size: float, width: float, smallest: float = 5.0) -> Block:
    """Set a text in as many lines as it needs; smaller only where one word is wider than the line."""
    while text:
        lines = LineBreaker(unbreakable_pieces(text), partial(text_width, font=font, size=size))
        if lines.widest_piece <= width:
            return Block(lines.balanced(width), font, size)
        size -= 0.5
        if size < smallest:
            raise Refused(message("{text} is too long for a sheet.", text=text))
    return Block((), font, size)


def label_blocks(label: Label, width: float, size: float = _TEXT, font: str = REGULAR) -> Sequence[Block]:
    """Set a label: its text, and the English below it."""
    set_text = block_of(label.text, font, size, width)
    return [set_text, *([block_of(label.english, REGULAR, _SMALL, width)] if label.english else [])]


def blocks_height(blocks: Sequence[Block]) -> float:
    """Return the height of blocks below one another."""
    return sum(each.height for each in blocks) + 2.0 * (len(blocks) - 1)


def _draw_blocks(canvas: "Canvas", blocks: Sequence[Block], left: float, top: float, centre: float | None) -> None:
    for number, block in enumerate(blocks):
        canvas.setFillGray(GREY if number else INK)
        foot = draw_block_from(canvas, block, left, top) if centre is None else draw_block(canvas, block, centre, top)
        top = foot - 2.0
    canvas.setFillGray(INK)


@dataclass(frozen=True)
class Row:
    """One line of a table; without a number it heads those below it (a class of targets)."""

    number: str
    label: Label


@dataclass(frozen=True)
class Grid:
    """A table: one line a target or question, one column an option; its head is repeated on every page."""

    heading: Label  #: The question above the table; may be empty.
    subject: Label  #: What the lines are.
    columns: tuple[Label, ...]
    rows: tuple[Row, ...]
    mark: str  #: "circle": one in a line; "square": several; "": an empty box for a number.

    def texts(self) -> str:
        """Return all that comes from outside."""
        labels = (self.heading, self.subject, *self.columns, *(row.label for row in self.rows))
        return "".join(each.texts() for each in labels) + "".join(row.number for row in self.rows)

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give the question, the head and every row."""
        if self.heading.text:
            set_heading = label_blocks(self.heading, width, 11.0, BOLD)
            yield Piece(
                blocks_height(set_heading) + 6.0,
                lambda canvas, left, top: _draw_blocks(canvas, set_heading, left, top, None),
                keep=3,
            )
        column = self._column(width)
        head = self._head(width, column)
        yield head
        for row in self.rows:
            yield self._row(row, width, column, pitch, head)
        yield Piece(14.0, lambda canvas, left, top: None)

    def _column(self, width: float) -> float:
        """Return the width of an option: comfortable for few, and never half of the sheet."""
        return min(58.0, max(30.0, 0.56 * width / len(self.columns)))

    def _head(self, width: float, column: float) -> Piece:
        cells = [label_blocks(each, column - 2 * _PAD, 9.5, BOLD) for each in self.columns]
        subject_width = width - column * len(cells)
        subject = label_blocks(self.subject, subject_width - 2 * _PAD, 9.5, BOLD)
        height = max(blocks_height(each) for each in (*cells, subject)) + 8.0

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            canvas.setFillGray(0.92)
            canvas.rect(left, top - height, width, height, stroke=0, fill=1)
            canvas.setFillGray(INK)
            edges = [left, *(left + subject_width + column * number for number in range(len(cells) + 1))]
            for start, end, blocks in zip(edges[:-1], edges[1:], (subject, *cells), strict=True):
                _draw_blocks(canvas, blocks, start, top - (height - blocks_height(blocks)) / 2, (start + end) / 2)
            _frame(canvas, edges, top, height)

        return Piece(height, draw, keep=2)

    def _row(self, row: Row, width: float, column: float, pitch: float, head: Piece) -> Piece:
        cells = len(self.columns)
        subject_width = width - column * cells
        indent = _NUMBER_WIDTH if row.number else 0.0
        room = subject_width - indent - 2 * _PAD if row.number else width - 2 * _PAD
        blocks = label_blocks(row.label, room, _TEXT if row.number else 9.0, REGULAR if row.number else BOLD)
        height = max(pitch if row.number else 15.0, blocks_height(blocks) + 8.0)

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            if not row.number:
                canvas.setFillGray(0.96)
                canvas.rect(left, top - height, width, height, stroke=0, fill=1)
                canvas.setFillGray(INK)
            _draw_blocks(canvas, blocks, left + indent + _PAD, top - (height - blocks_height(blocks)) / 2, None)
            if not row.number:
                _frame(canvas, [left, left + width], top, height)
                return
            baseline = top - height / 2 - 9.0 * (ASCENT - 0.5)
            wide = text_width(row.number, REGULAR, 9.0)
            draw_line_from(canvas, [(row.number, REGULAR)], 9.0, left + (_NUMBER_WIDTH - wide) / 2, baseline)
            first = left + subject_width
            for number in range(cells):
                draw_mark(canvas, self.mark, first + column * (number + 0.5), top - height / 2)
            edges = [left, left + _NUMBER_WIDTH, *(first + column * number for number in range(cells + 1))]
            _frame(canvas, edges, top, height)

        return Piece(height, draw, keep=0 if row.number else 1, head=head)


def _frame(canvas: "Canvas", edges: Sequence[float], top: float, height: float) -> None:
    canvas.setLineWidth(_RULE)
    canvas.lines([(edges[0], y, edges[-1], y) for y in (top, top - height)])
    canvas.lines([(x, top, x, top - height) for x in edges[1:-1]])
    canvas.setLineWidth(_FRAME)
    canvas.lines([(x, top, x, top - height) for x in (edges[0], edges[-1])])


def draw_mark(canvas: "Canvas", mark: str, x: float, y: float) -> None:
    """Draw what is ticked, its middle at (x, y): a circle where one of a line is chosen, a square where several are."""
    canvas.setLineWidth(0.7)
    if mark == "circle":
        canvas.circle(x, y, 4.4)
    elif mark == "square":
        canvas.rect(x - 4.2, y - 4.2, 8.4, 8.4)


@dataclass(frozen=True)
class Choice:
    """One question with options of its own, side by side."""

    text: Label
    note: str  #: Who fills it in, where not everybody does.
    options: tuple[Label, ...]
    mark: str

    def texts(self) -> str:
        """Return all that comes from outside."""
        return "".join(each.texts() for each in (self.text, *self.options)) + self.note

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give the question with its options, as one piece."""
        blocks = [*label_blocks(self.text, width), *_note(self.note, width)]
        lines = list(self._lines(width - 14.0))
        height = blocks_height(blocks) + 18.0 * len(lines) + 12.0

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            _draw_blocks(canvas, blocks, left, top, None)
            y = top - blocks_height(blocks) - 14.0
            for line in lines:
                for offset, option in line:
                    x = left + 14.0 + offset
                    draw_mark(canvas, self.mark, x + 5.0, y + 3.6)
                    draw_line_from(canvas, [(option.text, REGULAR)], _TEXT, x + 15.0, y)
                    canvas.setFillGray(GREY)
                    after = x + 19.0 + text_width(option.text, REGULAR, _TEXT)
                    draw_line_from(canvas, [(option.english, REGULAR)], _SMALL, after, y)
                    canvas.setFillGray(INK)
                y -= 18.0

        yield Piece(height, draw)

    def _lines(self, width: float) -> Iterator[list[tuple[float, Label]]]:
        """Put options side by side as long as they fit; give each line's with where they begin."""
        line: list[tuple[float, Label]] = []
        x = 0.0
        for option in self.options:
            wide = 15.0 + text_width(option.text, REGULAR, _TEXT)
            wide += 4.0 + text_width(option.english, REGULAR, _SMALL) if option.english else 0.0
            if line and x + wide > width:
                yield line
                line, x = [], 0.0
            line.append((x, option))
            x += wide + 22.0
        yield line


@dataclass(frozen=True)
class Written:
    """A question that is answered in writing: on so many lines, or for a number on a short one (0)."""

    text: Label
    note: str
    lines: int

    def texts(self) -> str:
        """Return all that comes from outside."""
        return self.text.texts() + self.note

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give the question with its lines, as one piece."""
        blocks = [*label_blocks(self.text, width), *_note(self.note, width)]
        height = blocks_height(blocks) + _LINE * max(1, self.lines) + 10.0

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            _draw_blocks(canvas, blocks, left, top, None)
            y = top - blocks_height(blocks)
            canvas.setLineWidth(_RULE)
            for _ in range(max(1, self.lines)):
                y -= _LINE
                canvas.line(left, y, left + (width if self.lines else 120.0), y)

        yield Piece(height, draw)


def _note(note: str, width: float) -> Sequence[Block]:
    return [block_of(note, REGULAR, 8.5, width)] if note else []


@dataclass(frozen=True)
class _SideBySide:
    """Things with a label each, in one line."""

    labels: tuple[str, ...]

    def texts(self) -> str:
        """Return all that it says."""
        return "".join(self.labels)


class Boxes(_SideBySide):
    """Labelled boxes in one line, each for a number."""

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give the boxes, as one piece."""
        each = width / len(self.labels)

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            for number, label in enumerate(self.labels):
                x = left + number * each
                draw_line_from(canvas, [(label, BOLD)], 10.5, x + _PAD, top - 19.0)
                _frame(canvas, [x, x + each], top, 30.0)

        yield Piece(42.0, draw)


class Signatures(_SideBySide):
    """Who signs, each beside a line."""

    def pieces(self, width: float, pitch: float) -> Iterator[Piece]:
        """Give the line to sign on, as one piece."""
        each = width / len(self.labels)

        def draw(canvas: "Canvas", left: float, top: float) -> None:
            canvas.setLineWidth(_RULE)
            for number, label in enumerate(self.labels):
                x = left + number * each
                draw_line_from(canvas, [(label, REGULAR)], 10.5, x, top - 26.0)
                start = x + text_width(label, REGULAR, 10.5) + 2.0
                canvas.line(start, top - 28.0, x + each - 14.0, top - 28.0)

        yield Piece(34.0, draw)
