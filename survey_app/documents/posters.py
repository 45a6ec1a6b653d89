"""Posters (测评公告): one page each, with the unit, the QR code and the code to type, in one PDF with an outline.

The first page is for testing: whoever prints scans it before printing and hanging up the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.fonts import missing_glyphs, register_fonts
from survey_app.documents.paper import A3, A4, PAPERS, Paper
from survey_app.documents.poster_page import Poster, draw_poster
from survey_app.documents.print_file import new_print_file
from survey_app.documents.qr_symbol import matrix_of, version_for
from survey_app.documents.test_page import TestPage, draw_test_page
from survey_app.domain.entry_codes import TEST_CODES
from survey_app.domain.messages import Message, Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

__all__ = ["A3", "A4", "PAPERS", "Paper", "Poster", "write_posters"]


def _silent(done: int) -> None:
    """Report nothing."""


def write_posters(
    out: BinaryIO, posters: Sequence[Poster], progress: Callable[[int], None] = _silent, paper: Paper = A4
) -> None:
    """Write a test page and the posters, in the order given, as one PDF with an outline by county and township.

    `progress` is told the number of posters drawn after each. The same posters give the same bytes, so that a reprint
    is the first print. Posters of one township stand together in `posters`, else it appears in the outline again.

    `Refused`, before anything is written: a unit's texts use characters that the font lacks (one message a unit), or a
    text is too long for its page. ValueError: no posters, a code that is not in its address, or an address not ASCII.
    """
    register_fonts()
    _check(posters)
    version = version_for(poster.url for poster in posters)
    canvas = new_print_file(out, paper, "测评公告", posters[0].title, posters[0].organiser)
    _draw_test_page(canvas, posters, version, paper)
    path: tuple[str, ...] = ()
    for done, poster in enumerate(posters, start=1):
        path = _add_outline_entries(canvas, poster, path)
        draw_poster(canvas, poster, version, paper)
        canvas.showPage()
        progress(done)
    canvas.save()


def _draw_test_page(canvas: "Canvas", posters: Sequence[Poster], version: int, paper: Paper) -> None:
    """Draw the page to scan before the others: its symbol is theirs, but for the code."""
    longest = max(posters, key=lambda poster: len(poster.url))
    url = longest.url.replace(longest.code, TEST_CODES[0])
    _add_outline_entry(canvas, "测试页", "test", 0)
    draw_test_page(canvas, TestPage("poster", longest.title, url, matrix_of(url, version), paper.symbol_side, paper))
    canvas.showPage()


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
            _add_outline_entry(canvas, name, f"page{canvas.getPageNumber()}-{level}", level)
    return place


def _add_outline_entry(canvas: "Canvas", name: str, key: str, level: int) -> None:
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(name, key, level, closed=True)
