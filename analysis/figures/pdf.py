"""A sheet as a PDF file of one page: vectors, each character's outline once, no fonts and no dates.

Written here because matplotlib repeats the outlines at each use: its files are ten times as large and as slow.
"""

import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from analysis.figures.face import EM, Glyph
from analysis.figures.marks import CORNERS, Point, Points, Shape, Sheet, Symbol, Words

#: Points for one pixel.
_POINT = 0.75
#: How far the controls of a quarter of a circle stand from its ends, for a radius of 1.
_QUARTER = 0.5523


def pdf_file(sheet: Sheet, title: str, description: str) -> bytes:
    """Write one page; title and description stand in the file's properties."""
    characters = sorted({c for mark in sheet.marks if isinstance(mark, Words) for c in mark.text if c != " "})
    names = {character: f"/g{ord(character):x}" for character in characters}
    forms = " ".join(f"{name} {number} 0 R" for number, name in enumerate(names.values(), start=6))
    resources = f"<</XObject<<{forms}>>>>"
    width, height = _n(sheet.width * _POINT), _n(sheet.height * _POINT)
    page = [f"{_POINT} 0 0 -{_POINT} 0 {height} cm 1 j"]
    for mark in sheet.marks:
        page += _drawn(mark, sheet, names)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {width} {height}]/Contents 4 0 R/Resources {resources}>>".encode(),
        _stream("", "\n".join(page)),
        f"<</Title {_text(title)}/Subject {_text(description)}>>".encode(),
    ]
    objects += [_form(sheet.face.glyph(character)) for character in characters]
    return _file(objects)


def _file(objects: Sequence[bytes]) -> bytes:
    """Write the objects with their numbers, and the table of where they begin."""
    out, starts = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"), []
    for number, content in enumerate(objects, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table, size = len(out), len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<</Size %d/Root 1 0 R/Info 5 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, table)
    return bytes(out)


def _stream(head: str, content: str) -> bytes:
    packed = zlib.compress(content.encode(), 6)
    return f"<<{head}/Filter/FlateDecode/Length {len(packed)}>>stream\n".encode() + packed + b"\nendstream"


def _text(text: str) -> str:
    return f"<FEFF{text.encode('utf-16-be').hex().upper()}>"


def _n(number: float) -> str:
    return f"{round(number, 2) + 0.0:.7g}"


def _colour(colour: str, operator: str) -> str:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return " ".join(f"{part:.3f}" for part in parts) + f" {operator}"


def _drawn(mark: Shape | Points | Words, sheet: Sheet, names: dict[str, str]) -> Iterator[str]:
    if isinstance(mark, Words):
        yield _colour(mark.colour, "rg")
        x, scale = mark.x, mark.size / EM
        for character in mark.text:
            if character != " ":
                yield f"q {scale:.5g} 0 0 -{scale:.5g} {_n(x)} {_n(mark.y)} cm {names[character]} Do Q"
            x += scale * sheet.face.glyph(character).advance
        return
    if mark.fill:
        yield _colour(mark.fill, "rg")
    if mark.line:
        yield f"{_colour(mark.line, 'RG')} {_n(mark.width)} w"
    paint = {(True, True): "B", (True, False): "f", (False, True): "S", (False, False): "n"}
    ending = paint[bool(mark.fill), bool(mark.line)]
    if isinstance(mark, Points):
        # Each is painted by itself: one that lies over another covers it.
        for centre in mark.centres:
            yield f"{_symbol(mark, centre)} {ending}"
        return
    dashes = f"[{_n(mark.dashes[0])} {_n(mark.dashes[1])}]" if mark.dashes else "[]"
    yield f"{dashes} 0 d"
    yield from (_path(points, mark.closed) for points in mark.paths)
    yield f"{ending} [] 0 d"


def _path(points: Sequence[Point], closed: bool) -> str:
    steps = [f"{_n(x)} {_n(y)} {'l' if number else 'm'}" for number, (x, y) in enumerate(points)]
    return " ".join(steps) + (" h" if closed else "")


def _symbol(mark: Points, centre: Point) -> str:
    (x, y), r = centre, mark.radius
    if mark.symbol is not Symbol.CIRCLE:
        return _path([(x + a * r, y + b * r) for a, b in CORNERS[mark.symbol]], closed=True)
    k, steps = _QUARTER, [f"{_n(x + r)} {_n(y)} m"]
    for cos, sin in ((1, 0), (0, 1), (-1, 0), (0, -1)):
        curve = ((cos - k * sin, sin + k * cos), (k * cos - sin, k * sin + cos), (-sin, cos))
        steps.append(" ".join(f"{_n(x + r * a)} {_n(y + r * b)}" for a, b in curve) + " c")
    return " ".join(steps) + " h"


@lru_cache(maxsize=4096)
def _form(glyph: Glyph) -> bytes:
    """Write the object of a character; the figures of a release use the same ones over and over."""
    return _stream(f"/Type/XObject/Subtype/Form/BBox[-{EM} -{EM} {3 * EM} {2 * EM}]", _outline(glyph))


def _outline(glyph: Glyph) -> str:
    """Write an outline; PDF has cubic curves only, so a quadratic one gets two controls."""
    steps, index, last = [], 0, (0.0, 0.0)
    while index < len(glyph.codes):
        code, point = glyph.codes[index], glyph.points[index]
        if code == 79:
            steps.append("h")
            index += 1
            continue
        if code == 3:
            end = glyph.points[index + 1]
            controls = [tuple(a + (b - a) * 2 / 3 for a, b in zip(each, point, strict=True)) for each in (last, end)]
            steps.append(" ".join(f"{a:.1f} {b:.1f}" for a, b in (*controls, end)) + " c")
            last, index = end, index + 2
        else:
            steps.append(f"{point[0]} {point[1]} {'m' if code == 1 else 'l'}")
            last, index = point, index + 1
    return " ".join([*steps, "f"])
