"""A sheet as an SVG file that may stand inside a page: no style sheet, no fonts, ids of its own."""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from xml.sax.saxutils import escape

from analysis.figures.face import EM, Glyph
from analysis.figures.marks import CORNERS, Mark, Point, Points, Sheet, Symbol, Words

#: Stands for the figure's mark until that is known; no text holds it.
_MARK = "\0"


def svg_file(sheet: Sheet, title: str, description: str) -> bytes:
    """Write a sheet with its text alternative."""
    glyphs = dict.fromkeys(
        sorted({c for mark in sheet.marks if isinstance(mark, Words) for c in mark.text if c != " "})
    )
    defined = [f'<path id="{_glyph_id(c)}" d="{_outline(sheet.face.glyph(c))}"/>' for c in glyphs]
    defined += [_symbol(number, mark) for number, mark in enumerate(sheet.marks) if isinstance(mark, Points)]
    drawn = [_drawn(mark, number, sheet) for number, mark in enumerate(sheet.marks)]
    body = "\n".join(["<defs>", *defined, "</defs>", *drawn, "</svg>", ""])
    mark = "f" + hashlib.sha256(f"{title}\n{description}\n{body}".encode()).hexdigest()[:6]
    size = f"{_n(sheet.width)} {_n(sheet.height)}"
    width, height = size.split()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{width}" '
        f'height="{height}" viewBox="0 0 {size}" role="img" aria-labelledby="{mark}-title {mark}-desc" '
        f'stroke-linejoin="round" fill="none">\n<title id="{mark}-title">{escape(title)}</title>\n'
        f'<desc id="{mark}-desc">{escape(description)}</desc>\n{body.replace(_MARK, mark + "-")}'
    ).encode()


def _n(number: float) -> str:
    return f"{round(number, 2) + 0.0:.7g}"


def _drawn(mark: Mark, number: int, sheet: Sheet) -> str:
    if isinstance(mark, Words):
        return _words(mark, sheet)
    if isinstance(mark, Points):
        uses = (f'<use xlink:href="#{_MARK}{number}" x="{_n(x)}" y="{_n(y)}"/>' for x, y in mark.centres)
        return f"<g{_look(mark.fill, mark.line, mark.width)}>{''.join(uses)}</g>"
    dashes = f' stroke-dasharray="{_n(mark.dashes[0])} {_n(mark.dashes[1])}"' if mark.dashes else ""
    path = "".join(_path(each, mark.closed) for each in mark.paths)
    return f'<path{_look(mark.fill, mark.line, mark.width)}{dashes} d="{path}"/>'


def _look(fill: str | None, line: str | None, width: float) -> str:
    filled = f' fill="{fill}"' if fill else ""
    return filled + (f' stroke="{line}" stroke-width="{_n(width)}"' if line else "")


def _path(points: Sequence[Point], closed: bool) -> str:
    """Write straight lines; those that run along an axis are written short."""
    (x, y), *rest = ((_n(a), _n(b)) for a, b in points)
    steps = [f"M{x} {y}"]
    for next_x, next_y in rest:
        if next_y == y:
            steps.append(f"H{next_x}")
        elif next_x == x:
            steps.append(f"V{next_y}")
        else:
            steps.append(f"L{next_x} {next_y}")
        x, y = next_x, next_y
    return "".join(steps) + ("Z" if closed else "")


def _glyph_id(character: str) -> str:
    return f"{_MARK}{ord(character):x}g"


@lru_cache(maxsize=4096)
def _outline(glyph: Glyph) -> str:
    """Write an outline; the codes are matplotlib's: move, line, quadratic with its control first, cubic, close.

    Every point is said from the one before, which takes fewer digits: outlines are most of a figure's bytes.
    """
    steps, index, last, start, before = [], 0, (0, 0), (0, 0), ""
    letters = {1: ("m", 1), 2: ("l", 1), 3: ("q", 2), 4: ("c", 3), 79: ("z", 1)}
    while index < len(glyph.codes):
        letter, length = letters[glyph.codes[index]]
        points = glyph.points[index : index + length]
        index += length
        if letter == "z":
            numbers, last = [], start
        else:
            numbers = [way for x, y in points for way in (x - last[0], y - last[1])]
            last = points[-1]
            start = last if letter == "m" else start
        if letter == "l" and 0 in numbers:
            letter, numbers = ("h", numbers[:1]) if not numbers[1] else ("v", numbers[1:])
        written = "".join(f"{number}" if number < 0 else f" {number}" for number in numbers).lstrip()
        # The letter need not be said twice, but for a move: the second would be a line.
        steps.append(written if letter == before != "m" and written.startswith("-") else letter + written)
        before = letter
    return "".join(steps)


def _words(words: Words, sheet: Sheet) -> str:
    uses, x = [], 0.0
    for character in words.text:
        if character != " ":
            at = f' x="{x:g}"' if x else ""
            uses.append(f'<use xlink:href="#{_glyph_id(character)}"{at}/>')
        x += sheet.face.glyph(character).advance
    scale = f"{words.size / EM:.5g}"
    place = f"translate({_n(words.x)} {_n(words.y)}) scale({scale} -{scale})"
    return f'<g fill="{words.colour}" transform="{place}">{"".join(uses)}</g>'


def _symbol(number: int, mark: Points) -> str:
    r = mark.radius
    if mark.symbol is Symbol.CIRCLE:
        path = f"M{_n(-r)} 0A{_n(r)} {_n(r)} 0 1 1 {_n(r)} 0A{_n(r)} {_n(r)} 0 1 1 {_n(-r)} 0Z"
    else:
        path = _path([(x * r, y * r) for x, y in CORNERS[mark.symbol]], closed=True)
    return f'<path id="{_MARK}{number}" d="{path}"/>'
