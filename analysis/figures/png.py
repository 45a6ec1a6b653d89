"""A sheet as PNG, drawn by matplotlib from the same outlines as SVG and PDF."""

import io
from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from analysis.figures.face import EM
from analysis.figures.marks import CORNERS, Mark, Points, Shape, Sheet, Symbol, Words

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from matplotlib.path import Path

_PIXELS_PER_INCH = 96
_POINTS_PER_INCH = 72
_POINTS = _POINTS_PER_INCH / _PIXELS_PER_INCH


def png_file(sheet: Sheet, title: str, description: str, dpi: int) -> bytes:
    """Write a picture; title and description stand in the file's properties."""
    file = io.BytesIO()
    told = {"Title": title, "Description": description, "Software": None}
    _figure(sheet).savefig(file, format="png", dpi=dpi, metadata=told, pil_kwargs={"compress_level": 3})
    return file.getvalue()


def _figure(sheet: Sheet) -> "Figure":
    from matplotlib.figure import Figure  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it
    from matplotlib.patches import PathPatch  # noqa: PLC0415 - as above
    from matplotlib.path import Path  # noqa: PLC0415 - as above
    from matplotlib.transforms import Affine2D  # noqa: PLC0415 - as above

    inches = sheet.width / _PIXELS_PER_INCH, sheet.height / _PIXELS_PER_INCH
    figure = Figure(figsize=inches, dpi=_PIXELS_PER_INCH)
    place = Affine2D().scale(1 / _POINTS_PER_INCH)
    for look, marks in groupby(sheet.marks, _look):
        paths = [_placed(path, sheet) for mark in marks for path in _paths(mark, sheet)]
        fill, line, width, dashes = look
        figure.add_artist(
            PathPatch(
                Path.make_compound_path(*paths),
                transform=place + figure.dpi_scale_trans,
                facecolor=fill or "none",
                edgecolor=line or "none",
                linewidth=width * _POINTS,
                linestyle=(0, tuple(part / width for part in dashes)) if dashes else "solid",
                joinstyle="round",
                snap=False,
            )
        )
    return figure


def _placed(path: "Path", sheet: Sheet) -> "Path":
    """Return a path in points from the bottom left."""
    x, y = np.asarray(path.vertices, dtype=float).T
    path.vertices = np.column_stack([x * _POINTS, (sheet.height - y) * _POINTS])
    return path


_Look = tuple[str | None, str | None, float, tuple[float, float] | None]


def _look(mark: Mark) -> _Look:
    """Return fill, line, width and dashes; neighbours that have them in common are drawn at once."""
    if isinstance(mark, Words):
        return mark.colour, None, 0.0, None
    return mark.fill, mark.line, mark.width, mark.dashes if isinstance(mark, Shape) else None


def _paths(mark: Mark, sheet: Sheet) -> Iterator["Path"]:
    if isinstance(mark, Words):
        return _text(mark, sheet)
    if isinstance(mark, Points):
        return _points(mark)
    return _shape(mark)


def _text(words: Words, sheet: Sheet) -> Iterator["Path"]:
    from matplotlib.path import Path  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it

    x, scale = words.x, words.size / EM
    for character in words.text:
        glyph = sheet.face.glyph(character)
        if glyph.codes:
            yield Path([(x + scale * a, words.y - scale * b) for a, b in glyph.points], glyph.codes)
        x += scale * glyph.advance


def _points(mark: Points) -> Iterator["Path"]:
    from matplotlib.path import Path  # noqa: PLC0415 - as above

    if mark.symbol is Symbol.CIRCLE:
        unit = Path.unit_circle()
    else:
        corners = CORNERS[mark.symbol]
        unit = Path([*corners, corners[0]], closed=True)
    for centre in mark.centres:
        yield Path(np.asarray(unit.vertices) * mark.radius + centre, unit.codes)


def _shape(mark: Shape) -> Iterator["Path"]:
    from matplotlib.path import Path  # noqa: PLC0415 - as above

    for points in mark.paths:
        yield Path([*points, points[0]], closed=True) if mark.closed else Path(points)
