"""Setting short texts on a printed page: the largest size at which a text fits its room, and drawing it centred.

Lengths are points. A Chinese character fills a square of its size, 0.88 above the baseline and 0.12 below.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from survey_app.documents.fonts import font_runs, text_width
from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

#: The share of a character's square that stands above the baseline.
ASCENT = 0.88
#: From one baseline of a heading to the next, in sizes.
LEADING = 1.25
#: Sizes are tried in steps of half a point.
_STEP = 0.5
_MOST_LINES = 4
#: A second line is taken only where it makes the characters larger by more than this.
_WORTH_A_LINE = 1.1


@dataclass(frozen=True)
class Block:
    """Lines of one font and size (points), `leading` sizes from one baseline to the next."""

    lines: tuple[str, ...]
    font: str
    size: float
    leading: float = LEADING

    @property
    def height(self) -> float:
        """The height in points from the top of the first line's characters to the foot of the last line's."""
        return self.size * (1 + (len(self.lines) - 1) * self.leading) if self.lines else 0.0


@lru_cache(maxsize=512)
def fit_block(text: str, font: str, sizes: tuple[float, float], room: tuple[float, float]) -> Block | None:
    """Set `text` as large as its room allows, in one to four balanced lines.

    `sizes` are (largest, smallest) and `room` is (width, height), all in points. A further line is taken only where it
    gains more than a tenth in size. None: the text does not fit at the smallest size.
    """
    largest, smallest = sizes[0] - sizes[0] % _STEP, sizes[1]
    width, height = room
    text_lines = LineBreaker(unbreakable_pieces(text), lambda line: text_width(line, font, 1.0))
    fitting: list[Block] = []
    for count in range(1, _MOST_LINES + 1):
        size = min(largest, height / (1 + (count - 1) * LEADING))
        size -= size % _STEP
        while size >= smallest and not _fits_in_lines(text_lines, count, width / size):
            size -= _STEP
        if size >= smallest:
            fitting.append(Block(text_lines.balanced(width / size), font, size))
        if fitting and fitting[-1].size == largest:
            return fitting[-1]
    return max(fitting, key=lambda block: block.size / _WORTH_A_LINE ** len(block.lines), default=None)


def _fits_in_lines(text: LineBreaker, count: int, limit: float) -> bool:
    """Return whether the text fits in `count` lines of width `limit`, its longest word too."""
    return text.widest_piece <= limit and text.fewest_lines(limit) <= count


def draw_block(canvas: "Canvas", block: Block, centre: float, top: float) -> float:
    """Draw the lines centred on `centre`, the first line's characters touching `top`; return the foot of the last."""
    baseline = top - ASCENT * block.size
    for line in block.lines:
        draw_line(canvas, [(line, block.font)], block.size, centre, baseline)
        baseline -= block.leading * block.size
    return top - block.height


def draw_block_from(canvas: "Canvas", block: Block, left: float, top: float) -> float:
    """Draw the lines from `left` to the right, as `draw_block` does; return the foot of the last."""
    baseline = top - ASCENT * block.size
    for line in block.lines:
        draw_line_from(canvas, [(line, block.font)], block.size, left, baseline)
        baseline -= block.leading * block.size
    return top - block.height


def draw_line(canvas: "Canvas", parts: Sequence[tuple[str, str]], size: float, centre: float, baseline: float) -> None:
    """Draw one line, centred, of (text, font) parts at `size` points; what Bold lacks is drawn in Regular."""
    width = sum(text_width(text, font, size) for text, font in parts)
    draw_line_from(canvas, parts, size, centre - width / 2, baseline)


def draw_line_from(canvas: "Canvas", parts: Sequence[tuple[str, str]], size: float, x: float, baseline: float) -> None:
    """Draw one line of (text, font) parts from `x` to the right, as `draw_line` does."""
    for name, characters in [run for text, font in parts for run in font_runs(text, font)]:
        canvas.setFont(name, size)
        canvas.drawString(x, baseline, characters)
        x += text_width(characters, name, size)
