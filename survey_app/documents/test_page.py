"""The page to scan before a batch is printed: its QR code is like those of the batch, but leads to no questionnaire.

Lengths are points of an A4 sheet, heights count from the foot of the page.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces
from survey_app.documents.paper import A4, MILLIMETRE, Paper
from survey_app.documents.poster_page import MARGIN, PAGE_HEIGHT, PAGE_WIDTH, draw_symbol, enlarge
from survey_app.documents.qr_symbol import Matrix
from survey_app.documents.typesetting import ASCENT, Block, draw_block, draw_line, fit_block

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_WIDTH = PAGE_WIDTH - 2 * MARGIN
_CENTRE = PAGE_WIDTH / 2
_STEP_SIZE = 16.0
_STEP_LEADING = 1.4
_GAP = 10.0

#: What is printed after it -> its heading, and what is not to be done with it.
_WORDS = {
    "poster": ("测试页（请勿张贴）", "本页不张贴、不收答卷。"),
    "slip": ("测试页（请勿发放）", "本页不发放、不收答卷。"),
}


@dataclass(frozen=True)
class TestPage:
    """What a test page says. `url` is as long as the real ones and ends in one of domain.entry_codes.TEST_CODES."""

    __test__ = False  # pytest takes it for a test by its name.

    batch: Literal["poster", "slip"]
    title: str  #: The survey's name.
    url: str
    matrix: Matrix  #: The symbol of `url`, at the version and error level of the batch.
    symbol_side: float  #: In points on paper.
    paper: Paper = A4


def draw_test_page(canvas: "Canvas", page: TestPage) -> None:
    """Draw the test page on the current page."""
    scale = enlarge(canvas, page.paper)
    heading, last = _WORDS[page.batch]
    foot = _draw_steps(canvas, page, last)
    foot = _draw_url(canvas, page.url, foot + _GAP)
    top = draw_symbol(canvas, page.matrix, page.symbol_side / scale, _CENTRE, foot)
    draw_line(canvas, [("请先扫描本页", BOLD)], 36.0, _CENTRE, top + (1 - ASCENT) * 36.0)
    _draw_heading(canvas, heading, page.title, top + 36.0)


def _draw_steps(canvas: "Canvas", page: TestPage, last: str) -> float:
    """Draw what to do, on the bottom margin; return its top."""
    steps = (
        "显示“扫码成功”：打印清晰、能扫开，可以批量打印。",
        f"扫不开：添墨粉，按“实际大小”打印，二维码应宽 {page.symbol_side / MILLIMETRE:.0f} 毫米。",
        last,
    )
    blocks = [_step(text) for text in steps]
    top = MARGIN + sum(block.height for block in blocks) + (len(blocks) - 1) * _GAP
    y = top
    for block in blocks:
        y = draw_block(canvas, block, _CENTRE, y) - _GAP
    canvas.setLineWidth(0.75)
    canvas.line(MARGIN, top + _GAP, PAGE_WIDTH - MARGIN, top + _GAP)
    return top + _GAP


def _step(text: str) -> Block:
    broken = LineBreaker(unbreakable_pieces(text), lambda line: text_width(line, REGULAR, _STEP_SIZE))
    return Block(broken.balanced(_WIDTH), REGULAR, _STEP_SIZE, _STEP_LEADING)


def _draw_url(canvas: "Canvas", url: str, foot: float) -> float:
    """Draw the address, which may be long, on `foot`; return its top."""
    block = fit_block(url, REGULAR, (24.0, 4.0), (_WIDTH, 24.0))
    if block is None:
        raise ValueError(f"the address is too long for a page: {url}")
    draw_block(canvas, block, _CENTRE, foot + block.height)
    return foot + block.height


def _draw_heading(canvas: "Canvas", heading: str, title: str, foot: float) -> None:
    """Draw the heading at the top margin, and under it whose batch it is."""
    y = draw_block(canvas, Block((heading,), BOLD, 44.0), _CENTRE, PAGE_HEIGHT - MARGIN)
    named = fit_block(title, REGULAR, (24.0, 10.0), (_WIDTH, y - foot - 2 * _GAP))
    if named is not None:  # A title that is too long is refused where the posters are drawn.
        draw_block(canvas, named, _CENTRE, y - _GAP)
