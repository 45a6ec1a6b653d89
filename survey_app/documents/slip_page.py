"""A sheet of ten slips: what stands where on a slip, where it is cut. Lengths are points, heights count from the foot.

A slip has three parts: the QR code at the left, what it is for at the right, and small print under both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces
from survey_app.documents.paper import A4, MILLIMETRE
from survey_app.documents.poster_page import draw_symbol
from survey_app.documents.qr_symbol import QUIET_ZONE, ErrorLevel, matrix_of
from survey_app.documents.typesetting import Block, draw_block_from, draw_line, draw_line_from, fit_block
from survey_app.domain.entry_codes import grouped
from survey_app.domain.messages import Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

SLIP_WIDTH, SLIP_HEIGHT = 90 * MILLIMETRE, 55 * MILLIMETRE
COLUMNS, ROWS = 2, 5
ON_A_SHEET = COLUMNS * ROWS
#: The side of the QR code itself; its quiet zone comes on top of it.
SYMBOL_SIDE = 30 * MILLIMETRE
LEVEL = ErrorLevel.M

ONCE = "每张仅限填写一次 · 匿名"

_LEFT, _FOOT = (A4.width - COLUMNS * SLIP_WIDTH) / 2, (A4.height - ROWS * SLIP_HEIGHT) / 2
#: What a blade may miss by, and a little more.
_PAD = 5 * MILLIMETRE
#: The middle of the QR code, from the slip's left; its quiet zone ends left of the words.
_SYMBOL_CENTRE = 21 * MILLIMETRE
_WORDS_LEFT = 41.5 * MILLIMETRE
_WORDS_WIDTH = SLIP_WIDTH - _PAD - _WORDS_LEFT
#: The rule above the small print, and the lowest line of both columns above it, from the foot of the slip.
_RULE = 10 * MILLIMETRE
_BASE = _RULE + 2.8 * MILLIMETRE
_ONCE_SIZE = 8.0
_CODE_SIZE = 12.0
_LABEL_SIZE = 8.0
#: Largest and smallest sizes, and heights.
_TITLE = ((11.0, 6.0), 25.0)
_PATH = ((8.5, 5.0), 9.0)
_UNIT = ((16.0, 6.0), 20.0)
_HOST = ((8.0, 5.0), 17.0)
#: What is tried, in turn, where the words above the code do not fit; at the last they always do.
_SCALES = (1.0, 0.9, 0.8, 0.7)
#: For the label in the margin, under the slips of the left column.
_MARGIN_WIDTH = SLIP_WIDTH - 6 * MILLIMETRE
_SMALL_WIDTH = SLIP_WIDTH - 2 * _PAD
_SMALL_SIZES = (7.5, 7.0, 6.5, 6.0)
_SMALL_LEADING = 1.35
_MOST_SMALL_LINES = 2


@dataclass(frozen=True)
class SlipTexts:
    """What all slips of a printing say. Texts are printed as they are; `closes` may be empty."""

    title: str  #: The survey's name.
    organiser: str
    closes: str  #: The last day, written out.
    url: str  #: What the QR codes hold before the code.
    host: str  #: Where a code is typed in.
    printed_on: str  #: The day of the printing, written out.


@dataclass(frozen=True)
class SlipStack:
    """The slips of one group at one place, in the order of printing."""

    unit_name: str
    path: tuple[str, ...]  #: Names of the units above the place, without the city; names repeat.
    issuer: str  #: Who hands them out: the level above the place.
    group: str  #: Empty where there is only one.
    number: int  #: Which printing this is, from 1; one after the first has voided those before.
    codes: Sequence[str]

    @cached_property
    def sheets(self) -> int:
        """How many sheets they fill: a stack begins on a new one."""
        return -(-len(self.codes) // ON_A_SHEET)

    def texts(self) -> str:
        """Return everything that comes from outside."""
        return "".join((self.unit_name, *self.path, self.issuer, self.group))


def define_marks(canvas: "Canvas") -> None:
    """Keep the cutting lines, which are the same on every sheet: hairlines for scissors, ticks for a guillotine."""
    canvas.beginForm("marks", 0, 0, A4.width, A4.height)
    columns = [_LEFT + column * SLIP_WIDTH for column in range(COLUMNS + 1)]
    rows = [_FOOT + row * SLIP_HEIGHT for row in range(ROWS + 1)]
    canvas.setLineWidth(0.25)
    canvas.setStrokeGray(0.6)
    canvas.setDash(2, 3)
    canvas.lines([(x, rows[0], x, rows[-1]) for x in columns] + [(columns[0], y, columns[-1], y) for y in rows])
    canvas.setDash()
    canvas.setStrokeGray(0)
    near, far = 2 * MILLIMETRE, 6 * MILLIMETRE
    canvas.lines([(x, y + near * way, x, y + far * way) for x in columns for y, way in ((rows[0], -1), (rows[-1], 1))])
    canvas.lines(
        [(x + near * way, y, x + far * way, y) for y in rows for x, way in ((columns[0], -1), (columns[-1], 1))]
    )
    canvas.endForm()


def draw_stack(canvas: "Canvas", texts: SlipTexts, stack: SlipStack, name: str, version: int) -> None:
    """Draw the sheets of a stack; `name` is its own in the file. `Refused`: a text does not fit on a slip."""
    canvas.beginForm(name, 0, 0, SLIP_WIDTH, SLIP_HEIGHT)
    _draw_words(canvas, texts, stack)
    canvas.endForm()
    for sheet in range(stack.sheets):
        canvas.doForm("marks")
        _draw_margin(canvas, stack, sheet)
        for position, code in enumerate(stack.codes[sheet * ON_A_SHEET : (sheet + 1) * ON_A_SHEET]):
            canvas.saveState()
            canvas.translate(
                _LEFT + position % COLUMNS * SLIP_WIDTH, _FOOT + (ROWS - 1 - position // COLUMNS) * SLIP_HEIGHT
            )
            canvas.doForm(name)
            _draw_code(canvas, texts.url + code, code, version)
            canvas.restoreState()
        canvas.showPage()


def _draw_code(canvas: "Canvas", url: str, code: str, version: int) -> None:
    """Draw what no two slips have in common: the QR code, and the code to type."""
    matrix = matrix_of(url, version, LEVEL)
    foot = SLIP_HEIGHT - _PAD - SYMBOL_SIDE - QUIET_ZONE * SYMBOL_SIDE / len(matrix)
    draw_symbol(canvas, matrix, SYMBOL_SIDE, _SYMBOL_CENTRE, foot)
    draw_line_from(canvas, [(grouped(code), BOLD)], _CODE_SIZE, _WORDS_LEFT, _BASE)


def _draw_words(canvas: "Canvas", texts: SlipTexts, stack: SlipStack) -> None:
    """Draw what all slips of a stack have in common."""
    draw_line(canvas, [(ONCE, REGULAR)], _ONCE_SIZE, _SYMBOL_CENTRE, _BASE)
    small = _small_print(texts, stack)
    canvas.setLineWidth(0.5)
    canvas.line(_PAD, _RULE, SLIP_WIDTH - _PAD, _RULE)
    draw_block_from(canvas, small, _PAD, _RULE - 3.5)
    label = _BASE + _CODE_SIZE + 1.5
    draw_line_from(canvas, [("测评码", BOLD)], _LABEL_SIZE, _WORDS_LEFT, label)
    host = _fitting(f"微信扫一扫，或访问 {texts.host}", REGULAR, *_HOST)
    top = label + _LABEL_SIZE + 2.5 + host.height
    draw_block_from(canvas, host, _WORDS_LEFT, top)
    y = SLIP_HEIGHT - _PAD
    for block, gap in _heading(texts.title, stack, y - top - 4.0):
        y = draw_block_from(canvas, block, _WORDS_LEFT, y) - gap


def _heading(title: str, stack: SlipStack, height: float) -> list[tuple[Block, float]]:
    """Set the title, and below it whose slip this is, each with the gap below it, in `height` points."""
    scaled = ([each for each in _heading_at(title, stack, scale) if each[0].lines] for scale in _SCALES)
    return next(blocks for blocks in scaled if sum(block.height + gap for block, gap in blocks) <= height)


def _heading_at(title: str, stack: SlipStack, scale: float) -> list[tuple[Block, float]]:
    group = f"票种：{stack.group}" if stack.group else ""
    return [
        (_fitting(title, BOLD, *_TITLE, scale), 6.0 * scale),
        (_fitting(" ".join(stack.path), REGULAR, *_PATH, scale), 3.0 * scale),
        (_fitting(stack.unit_name, BOLD, *_UNIT, scale), 3.0 * scale),
        (_fitting(group, REGULAR, *_PATH, scale), 0.0),
    ]


def _fitting(
    text: str, font: str, sizes: tuple[float, float], height: float, scale: float = 1.0, width: float = _WORDS_WIDTH
) -> Block:
    """Set a text as large as it fits, by default in the right column; `Refused` where it does not."""
    scaled = (max(sizes[0] * scale, sizes[1]), sizes[1])
    block = fit_block(text, font, scaled, (width, max(height * scale, sizes[1])))
    if block is None:
        raise Refused(message("{text} is too long for a slip.", text=text))
    return block


def _small_print(texts: SlipTexts, stack: SlipStack) -> Block:
    """Set who asks, until when, and who hands out: each statement whole where it fits on a line."""
    again = f"第{stack.number}次印制" if stack.number > 1 else ""
    closes = f"截止：{texts.closes}" if texts.closes else ""
    statements = [f"主办：{texts.organiser}", closes, f"由{stack.issuer}发放", again]
    for size in _SMALL_SIZES:
        width = partial(text_width, font=REGULAR, size=size)
        pieces = [
            piece
            for said in statements
            if said
            for piece in _spaced([said] if width(said) <= _SMALL_WIDTH else unbreakable_pieces(said))
        ]
        lines = LineBreaker(pieces, width)
        if lines.widest_piece <= _SMALL_WIDTH and lines.fewest_lines(_SMALL_WIDTH) <= _MOST_SMALL_LINES:
            return Block(lines.balanced(_SMALL_WIDTH), REGULAR, size, _SMALL_LEADING)
    raise Refused(message("{text} is too long for a slip.", text=texts.organiser))


def _spaced(pieces: list[str]) -> list[str]:
    """Return the pieces of a statement, the last with the space that parts it from the next statement."""
    return [*pieces[:-1], pieces[-1] + "　"]


def _draw_margin(canvas: "Canvas", stack: SlipStack, sheet: int) -> None:
    """Draw under the slips whose sheet this is, for those who print and cut."""
    baseline = 4.5 * MILLIMETRE
    label = _fitting(
        " · ".join(filter(None, (*stack.path, stack.unit_name, stack.group))),
        REGULAR,
        (8.0, 3.0),
        8.0,
        width=_MARGIN_WIDTH,
    )
    draw_line_from(canvas, [(label.lines[0], REGULAR)], label.size, _LEFT + 3 * MILLIMETRE, baseline)
    again = f" · 第{stack.number}次印制" if stack.number > 1 else ""
    count = f"第 {sheet + 1} / {stack.sheets} 页 · 共 {len(stack.codes)} 张{again}"
    right = _LEFT + COLUMNS * SLIP_WIDTH - 3 * MILLIMETRE
    draw_line_from(canvas, [(count, REGULAR)], 8.0, right - text_width(count, REGULAR, 8.0), baseline)
