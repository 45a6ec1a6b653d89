"""One poster's page: what stands where. Lengths are points of an A4 sheet, heights count from the foot of the page.

A larger paper shows the same page enlarged; its symbol alone has a side of its own.

The page is built from two ends. The footer, the address, the QR code and its call stand on the bottom margin, at the
same height on every poster of a batch; the title and the unit share what is left above them.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces
from survey_app.documents.paper import A4, MILLIMETRE, Paper
from survey_app.documents.qr_symbol import QUIET_ZONE, Matrix, dark_rectangles, matrix_of
from survey_app.documents.typesetting import ASCENT, Block, draw_block, draw_line, fit_block
from survey_app.domain.entry_codes import grouped
from survey_app.domain.messages import Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

PAGE_WIDTH, PAGE_HEIGHT = A4.width, A4.height
MARGIN = 15 * MILLIMETRE

CALL = "微信扫一扫"
ANONYMOUS = "匿名填写，无需登录"

_WIDTH = PAGE_WIDTH - 2 * MARGIN
_CENTRE = PAGE_WIDTH / 2
_CALL_SIZE = 36.0
_CODE_SIZE = 24.0
_FOOTER_SIZE = 16.0
_FOOTER_LEADING = 1.4
_MOST_FOOTER_LINES = 4
_CONTEXT_SIZE = 24.0
_UNIT_SIZE = 40.0
#: Largest and smallest sizes.
_TITLE_SIZES = (60.0, 18.0)
_URL_SIZES = (24.0, 10.0)
#: What is tried, in turn, where the title is smaller than this for want of height: the unit a little smaller.
_SMALL_TITLE = 30.0
_WORTH_GIVING_WAY = 1.1
_UNIT_SCALES = (1.0, 0.85, 0.7)
_RULE_WIDTH = 0.75
#: Between two lines that belong together, and the least between the title, the unit and the call.
_GAP = 8.0
_LEAST_SPACE = 15.0


@dataclass(frozen=True)
class Poster:
    """What one poster says. All texts are printed as they are; `township` and `group` may be empty."""

    code: str  #: Eight digits; printed in two groups of four.
    url: str  #: What the QR code holds, ASCII; it ends in the code.
    unit_name: str
    county: str
    township: str
    title: str  #: The survey's name.
    organiser: str
    contact: str  #: Whom to ask, as a telephone number.
    closes: str  #: The last day, written out.
    group: str = ""

    @property
    def context(self) -> str:
        """The county and township, which stand beside the unit's name because names repeat."""
        return "　".join(filter(None, (self.county, self.township)))

    def texts(self) -> str:
        """Return everything on the page that comes from outside."""
        return "".join(
            (self.unit_name, self.context, self.title, self.organiser, self.contact, self.closes, self.group, self.url)
        )


def draw_poster(canvas: "Canvas", poster: Poster, version: int, paper: Paper) -> None:
    """Draw the poster on the current page, its QR code at `version`. `Refused`: a text does not fit on the page."""
    scale = enlarge(canvas, paper)
    top = _draw_footer(canvas, _footer(poster.organiser, poster.contact, poster.closes))
    top = _draw_address(canvas, poster, top + 12.0)
    top = draw_symbol(canvas, matrix_of(poster.url, version), paper.symbol_side / scale, _CENTRE, top)
    draw_line(canvas, [(CALL, BOLD)], _CALL_SIZE, _CENTRE, top + (1 - ASCENT) * _CALL_SIZE)
    _draw_heading(canvas, poster, top + _CALL_SIZE)


def enlarge(canvas: "Canvas", paper: Paper) -> float:
    """Let what is drawn next on the page, in points of an A4 sheet, fill the paper; return how many times larger."""
    scale = paper.width / PAGE_WIDTH
    if scale != 1:  # An A4 page needs no such line in the file.
        canvas.scale(scale, scale)
    return scale


@lru_cache(maxsize=64)
def _footer(organiser: str, contact: str, closes: str) -> Block:
    """Set the footer: its statements kept whole where they fit on a line."""
    labelled = (("主办", organiser), ("咨询", contact), ("截止", closes))
    statements = (*(f"{label}：{text}" for label, text in labelled if text), ANONYMOUS)

    def width_of(line: str) -> float:
        return text_width(line, REGULAR, _FOOTER_SIZE)

    pieces = [
        piece
        for statement in statements
        for piece in _spaced([statement] if width_of(statement) <= _WIDTH else unbreakable_pieces(statement))
    ]
    text = LineBreaker(pieces, width_of)
    if text.fewest_lines(_WIDTH) > _MOST_FOOTER_LINES:
        raise Refused(
            message(
                "The footer of the poster is too long: {text}. Shorten the organiser or the contact.", text=organiser
            )
        )
    return Block(text.balanced(_WIDTH), REGULAR, _FOOTER_SIZE, _FOOTER_LEADING)


def _spaced(pieces: list[str]) -> list[str]:
    """Return the pieces of a statement, the last with the space that parts it from the next statement."""
    return [*pieces[:-1], pieces[-1] + "　　"]


def _draw_footer(canvas: "Canvas", footer: Block) -> float:
    """Draw the footer on the bottom margin, a rule above it; return the rule's height."""
    top = MARGIN + footer.height
    draw_block(canvas, footer, _CENTRE, top)
    canvas.setLineWidth(_RULE_WIDTH)
    canvas.line(MARGIN, top + 10.0, PAGE_WIDTH - MARGIN, top + 10.0)
    return top + 10.0


def _draw_address(canvas: "Canvas", poster: Poster, foot: float) -> float:
    """Draw the address and, under it, the code to type; return the top of the address."""
    draw_line(
        canvas,
        [("测评码　", REGULAR), (grouped(poster.code), BOLD)],
        _CODE_SIZE,
        _CENTRE,
        foot + (1 - ASCENT) * _CODE_SIZE,
    )
    url = fit_block(poster.url, REGULAR, _URL_SIZES, (_WIDTH, _CODE_SIZE))
    if url is None:
        raise Refused(message("The address {url} is too long for a poster.", url=poster.url))
    top = foot + _CODE_SIZE + _GAP + url.height
    draw_block(canvas, url, _CENTRE, top)
    return top


def draw_symbol(canvas: "Canvas", matrix: Matrix, side: float, centre: float, foot: float) -> float:
    """Draw a QR code with this side, its quiet zone standing on `foot`; return the top of the quiet zone."""
    module = side / len(matrix)
    top = foot + QUIET_ZONE * module + side
    canvas.saveState()
    canvas.translate(centre - side / 2, top)
    canvas.scale(module, -module)
    # One path in PDF's own operators: whole numbers need none of the library's rounding, a third of a batch's time.
    rectangles = "\n".join(f"{x} {y} {width} {height} re" for x, y, width, height in dark_rectangles(matrix))
    canvas.addLiteral(f"{rectangles} f")
    canvas.restoreState()
    return top + QUIET_ZONE * module


def _draw_heading(canvas: "Canvas", poster: Poster, foot: float) -> None:
    """Draw the title at the top margin, and the unit half way between it and what begins at `foot`."""
    title, unit, gap = _heading(poster, PAGE_HEIGHT - MARGIN - foot)
    y = draw_block(canvas, title, _CENTRE, PAGE_HEIGHT - MARGIN)
    y -= (y - foot - _stacked(unit, gap)) / 2
    for block in unit:
        y = draw_block(canvas, block, _CENTRE, y) - gap


def _heading(poster: Poster, height: float) -> tuple[Block, list[Block], float]:
    """Set the title, the lines about the unit and the gap between these, in `height` points.

    Where the title would become small for want of height the unit gives way a little.

    `Refused`: the title does not fit.
    """
    best: tuple[Block, list[Block], float] | None = None
    for scale in _UNIT_SCALES:
        unit, gap = _unit_blocks(poster, scale), _GAP * scale
        room = height - _stacked(unit, gap) - 2 * _LEAST_SPACE * scale
        title = fit_block(poster.title, BOLD, _TITLE_SIZES, (_WIDTH, room))
        if title and (best is None or title.size > _WORTH_GIVING_WAY * best[0].size):
            best = title, unit, gap
        if best and best[0].size >= _SMALL_TITLE:
            break
    if best is None:
        raise Refused(message("The title {title} is too long for a poster.", title=poster.title))
    return best


def _unit_blocks(poster: Poster, scale: float) -> list[Block]:
    """Set what says where the poster belongs: county and township, the unit, the group."""
    group = f"票种：{poster.group}" if poster.group else ""
    wanted = (
        (poster.context, REGULAR, _CONTEXT_SIZE),
        (poster.unit_name, BOLD, _UNIT_SIZE),
        (group, REGULAR, _CONTEXT_SIZE),
    )
    return [_unit_block(text, font, size * scale) for text, font, size in wanted if text]


def _unit_block(text: str, font: str, size: float) -> Block:
    """Set one of these texts at `size` points, smaller or on two lines if it is long."""
    block = fit_block(text, font, (size, size / 2), (_WIDTH, size * 1.25))
    if block is None:
        raise Refused(message("{text} is too long for a poster.", text=text))
    return block


def _stacked(blocks: list[Block], gap: float) -> float:
    """Return the height of blocks one under the other, `gap` points apart."""
    return sum(block.height for block in blocks) + gap * (len(blocks) - 1)
