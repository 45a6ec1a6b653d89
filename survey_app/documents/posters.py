"""Posters (测评公告): one A4 page each, with the unit, the QR code and the code to type, in one PDF with an outline."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.fonts import REGULAR, missing_glyphs, register_fonts
from survey_app.documents.poster_page import PAGE_HEIGHT, PAGE_WIDTH, Poster, draw_poster
from survey_app.documents.qr_symbol import version_for
from survey_app.domain.messages import Message, Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

__all__ = ["Poster", "write_posters"]


def _silent(done: int) -> None:
    """Report nothing."""


def write_posters(out: BinaryIO, posters: Sequence[Poster], progress: Callable[[int], None] = _silent) -> None:
    """Write the posters to `out` as one PDF, in the order given, with an outline by county and township.

    `progress` is told the number of pages drawn after each. The same posters give the same bytes, so that a reprint is
    the first print. Posters of one township stand together in `posters`, else it appears in the outline again.

    `Refused`, before anything is written: a unit's texts use characters that the font lacks (one message a unit), or a
    text is too long for its page. ValueError: no posters, a code that is not in its address, or an address not ASCII.
    """
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - heavy, and only printing needs it.

    register_fonts()
    _check(posters)
    version = version_for(poster.url for poster in posters)
    canvas = Canvas(
        out,
        pagesize=(PAGE_WIDTH, PAGE_HEIGHT),
        pageCompression=1,
        invariant=1,
        # Without it every file names a font that it does not carry; the library's stubs take it for a number.
        initialFontName=REGULAR,  # type: ignore[arg-type]
        lang="zh-CN",
    )
    canvas.setTitle(f"测评公告：{posters[0].title}")
    canvas.setAuthor(posters[0].organiser)
    canvas.setSubject("测评公告")
    canvas.setCreator("Manyi")
    canvas.showOutline()
    path: tuple[str, ...] = ()
    for done, poster in enumerate(posters, start=1):
        path = _add_outline_entries(canvas, poster, path)
        draw_poster(canvas, poster, version)
        canvas.showPage()
        progress(done)
    canvas.save()


def _check(posters: Sequence[Poster]) -> None:
    """Raise `Refused` or ValueError for what cannot be printed."""
    if not posters:
        raise ValueError("no posters")
    for poster in posters:
        if poster.code not in poster.url:
            raise ValueError(f"the code {poster.code} is not in its address {poster.url}")
    unprintable = list(_unprintable(posters))
    if unprintable:
        raise Refused(*unprintable)


def _unprintable(posters: Iterable[Poster]) -> Iterable[Message]:
    """Yield a message for each poster whose texts use characters that the font lacks."""
    for poster in posters:
        missing = missing_glyphs(poster.texts())
        if missing:
            yield message(
                "The poster of {unit} cannot be printed: the font lacks {characters}. Write it with other characters.",
                unit=poster.unit_name,
                characters=" ".join(f"{character} (U+{ord(character):04X})" for character in missing),
            )


def _add_outline_entries(canvas: "Canvas", poster: Poster, before: tuple[str, ...]) -> tuple[str, ...]:
    """Add an entry for each county or township that begins on this page; return the poster's place in the outline.

    `before` is the last poster's place. A unit that stands under no county is an entry itself.
    """
    place = tuple(filter(None, (poster.county, poster.township))) or (poster.unit_name,)
    for level, name in enumerate(place):
        if place[: level + 1] != before[: level + 1]:
            key = f"page{canvas.getPageNumber()}-{level}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(name, key, level, closed=True)
    return place
