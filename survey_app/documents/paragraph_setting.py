"""Setting Chinese paragraphs on a page: full lines flush at both edges, no mark at the wrong end of a line.

Lengths are points. A line is filled, then its characters are spread, or drawn a little closer where only a closing mark
would not fit (GB/T 15834: no line begins with a closing mark or ends with an opening one).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from survey_app.documents.fonts import font_runs, missing_glyphs, text_width
from survey_app.documents.plain_text import plain_line

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_OPENING = re.escape("（《“‘「『【〔〈([{")  # noqa: RUF001 - full-width on purpose.
_CLOSING = re.escape("）》”’」』】〕〉)]}，。、；：？！…—％%.,;:?!")  # noqa: RUF001 - as above.
#: A number keeps its sign; a word in Latin letters stays whole.
_PIECE = re.compile(rf"[{_OPENING}]*(?:[!-'*-Z\\^-z|~+−]+|\S)?[{_CLOSING}]*\s*")
#: Lines may be drawn closer by so many sizes to hold one more mark.
_SQUEEZE = 0.55
#: What stands for a character that no font draws (a printer's geta).
_UNDRAWN = "〓"


@dataclass(frozen=True)
class SetLine:
    """One line: its text and by how much its characters are spread."""

    text: str
    spread: float
    indent: float = 0.0


@lru_cache(maxsize=20_000)
def drawable(text: str) -> str:
    """Return the text as one line with 〓 for what no font draws."""
    text = plain_line(text)
    for character in missing_glyphs(text):
        text = text.replace(character, _UNDRAWN)
    return text


def set_paragraph(text: str, font: str, size: float, width: float, indent: float = 0.0) -> list[SetLine]:
    """Break `text` into lines of `width`, the first one `indent` shorter; all but the last are flush at both edges."""
    lines: list[SetLine] = []
    line, filled, shift = "", 0.0, indent
    for piece in filter(None, _PIECE.findall(drawable(text))):
        wide = text_width(piece.rstrip(), font, size)
        over = filled + wide - (width - shift)
        squeezed = over <= _SQUEEZE * size and len(piece.rstrip()) > 1 and re.match(rf".*[{_CLOSING}]$", piece.rstrip())
        if line and over > 0.01 and not squeezed:
            lines.append(_spread(line, font, size, width, shift))
            line, filled, shift = "", 0.0, 0.0
        for part in _parts(piece, font, size, width):
            if line and part is not piece:
                lines.append(_spread(line, font, size, width, shift))
                line, filled, shift = "", 0.0, 0.0
            line += part
            filled += text_width(part, font, size)
    last = text_width(line.rstrip(), font, size)
    room = width - shift
    spread = (room - last) / max(1, len(line.rstrip()) - 1) if last > room else 0.0
    return [*lines, SetLine(line.rstrip(), spread, shift)]


def _parts(piece: str, font: str, size: float, width: float) -> list[str]:
    """Return the piece, or where it is wider than a line (an address) parts of it that are not."""
    if text_width(piece.rstrip(), font, size) <= width:
        return [piece]
    parts = [""]
    for character in piece:
        if text_width(parts[-1] + character, font, size) > width:
            parts.append("")
        parts[-1] += character
    return parts


def _spread(line: str, font: str, size: float, width: float, shift: float) -> SetLine:
    line = line.rstrip()
    spare = width - shift - text_width(line, font, size)
    return SetLine(line, spare / max(1, len(line) - 1), shift)


def draw_set_line(canvas: "Canvas", line: SetLine, font: str, size: float, x: float, baseline: float) -> None:
    """Draw one line of a paragraph whose left edge is `x`."""
    x += line.indent
    for name, characters in font_runs(line.text, font):
        canvas.setFont(name, size)
        canvas.drawString(x, baseline, characters, charSpace=line.spread)
        x += text_width(characters, name, size) + line.spread * len(characters)


@lru_cache(maxsize=50_000)
def runs_and_width(text: str, font: str) -> tuple[Sequence[tuple[str, str]], float]:
    """Return a short text's runs and its width at one point."""
    text = drawable(text)
    return font_runs(text, font), text_width(text, font, 1.0)


def draw_short(
    canvas: "Canvas", text: str, font: str, size: float, x: float, baseline: float, side: str, stroked: bool = False
) -> None:
    """Draw a short text that begins, is centred or ends at `x` ("left", "center", "right").

    `stroked` also draws the outlines of its characters, so that they look heavier.
    """
    runs, width = runs_and_width(text, font)
    x -= {"left": 0.0, "center": 0.5, "right": 1.0}[side] * width * size
    for name, characters in runs:
        canvas.setFont(name, size)
        canvas.drawString(x, baseline, characters, mode=2 if stroked else None)
        x += text_width(characters, name, size) if len(runs) > 1 else 0.0


def ellipsis(text: str, font: str, size: float, width: float) -> str:
    """Return the text, cut with … where it is wider than `width`."""
    text = drawable(text)
    if text_width(text, font, size) <= width:
        return text
    while text and text_width(text + "…", font, size) > width:
        text = text[:-1]
    return text + "…"
