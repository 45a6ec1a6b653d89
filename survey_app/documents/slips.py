"""Slips (测评票): ten on an A4 sheet, each with a code of its own, in one PDF with an outline by county and township.

The order is that in which they are handed out: for each issuing unit first its hand-over sheet, then one stack a place
and group. A stack begins on a new sheet, so that sheets can be cut many at a time and the stacks still fall apart;
what stays empty on its last sheet costs less paper than one slip in a wrong stack costs trust.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.fonts import missing_glyphs, register_fonts
from survey_app.documents.paper import A4
from survey_app.documents.print_file import new_print_file
from survey_app.documents.qr_symbol import matrix_of, version_for
from survey_app.documents.slip_handover import draw_handover
from survey_app.documents.slip_page import LEVEL, SYMBOL_SIDE, SlipStack, SlipTexts, define_marks, draw_stack
from survey_app.documents.test_page import TestPage, draw_test_page
from survey_app.domain.entry_codes import TEST_CODES
from survey_app.domain.messages import Message, Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

__all__ = ["SlipStack", "SlipTexts", "write_slips"]


def _silent(done: int) -> None:
    """Report nothing."""


def write_slips(
    out: BinaryIO, texts: SlipTexts, stacks: Sequence[SlipStack], progress: Callable[[int], None] = _silent
) -> None:
    """Write a test page, hand-over sheets and slips to `out` as one PDF, in the order given.

    `progress` is told the number of slips drawn after each stack. Stacks of one issuing unit stand together.

    `Refused`, before anything is written: texts use characters that the font lacks (one message a place), or a text is
    too long for its slip. ValueError: no stacks, or an address that is not ASCII.
    """
    if not stacks:
        raise ValueError("no stacks")
    register_fonts()
    unprintable = list(_unprintable(texts, stacks))
    if unprintable:
        raise Refused(*unprintable)
    version = version_for([texts.url + TEST_CODES[1]], LEVEL)
    canvas = new_print_file(out, A4, "测评票", texts.title, texts.organiser)
    _draw_test_page(canvas, texts, version)
    define_marks(canvas)
    done = 0
    before: tuple[str, ...] = ()
    for (path, _), some in groupby(stacks, key=lambda stack: (stack.path, stack.issuer)):
        of_issuer = list(some)
        before = _add_outline_entries(canvas, of_issuer[0], before)
        draw_handover(canvas, texts, of_issuer)
        for stack in of_issuer:
            _add_outline_entry(canvas, " · ".join(filter(None, (stack.unit_name, stack.group))), len(path))
            draw_stack(canvas, texts, stack, f"slip{done}", version)
            done += len(stack.codes)
            progress(done)
    canvas.save()


def _draw_test_page(canvas: "Canvas", texts: SlipTexts, version: int) -> None:
    """Draw the page to scan before the others: its symbol is theirs, but for the code."""
    url = texts.url + TEST_CODES[1]
    _add_outline_entry(canvas, "测试页", 0)
    draw_test_page(canvas, TestPage("slip", texts.title, url, matrix_of(url, version, LEVEL), SYMBOL_SIDE))
    canvas.showPage()


def _unprintable(texts: SlipTexts, stacks: Iterable[SlipStack]) -> Iterable[Message]:
    """Yield a message for each stack whose texts use characters that the font lacks."""
    shared = texts.title + texts.organiser + texts.closes
    for stack in stacks:
        missing = missing_glyphs(shared + stack.texts())
        if missing:
            yield message(
                "The slips of {unit} cannot be printed: the font lacks {characters}. Write it with other characters.",
                unit=stack.unit_name,
                characters=" ".join(f"{character} (U+{ord(character):04X})" for character in missing),
            )


def _add_outline_entries(canvas: "Canvas", stack: SlipStack, before: tuple[str, ...]) -> tuple[str, ...]:
    """Add an entry for each unit above the places that begins on this page; return the stack's place in the outline."""
    for level, name in enumerate(stack.path):
        if stack.path[: level + 1] != before[: level + 1]:
            _add_outline_entry(canvas, name, level)
    return stack.path


def _add_outline_entry(canvas: "Canvas", name: str, level: int) -> None:
    key = f"page{canvas.getPageNumber()}-{level}"
    canvas.bookmarkPage(key)
    canvas.addOutlineEntry(name, key, level, closed=True)
