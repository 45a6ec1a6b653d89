"""Unit sheets as PDF: all of a release in one file with an outline, or one file each."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import BinaryIO

from survey_app.documents.fonts import register_fonts
from survey_app.documents.paper import A4
from survey_app.documents.paragraph_setting import drawable
from survey_app.documents.print_file import new_print_file
from survey_app.documents.unit_sheet.content import UnitSheet
from survey_app.documents.unit_sheet.page import SheetPage

_KIND = "测评结果反馈单"


def _silent(done: int) -> None:
    """Report nothing."""


def write_sheets(
    out: BinaryIO, sheets: Sequence[UnitSheet], created: datetime, progress: Callable[[int], None] = _silent
) -> None:
    """Write a page a unit, in the order given, as one PDF with an outline entry for each.

    `progress` is told the number of sheets drawn after each. The same sheets give the same bytes, whatever `created`
    is. ValueError: no sheets.
    """
    if not sheets:
        raise ValueError("no sheets")
    register_fonts()
    canvas = new_print_file(out, A4, _KIND, drawable(sheets[0].survey), drawable(sheets[0].organiser))
    within = ""
    for done, sheet in enumerate(sheets, start=1):
        key = f"sheet{done}"
        canvas.bookmarkPage(key)
        if sheet.within and sheet.within != within:
            canvas.addOutlineEntry(drawable(sheet.within), key, level=0, closed=True)
        within = sheet.within
        canvas.addOutlineEntry(drawable(sheet.unit), key, level=1 if within else 0)
        SheetPage(canvas, sheet).draw()
        canvas.showPage()
        progress(done)
    canvas.save()


def write_sheet(out: BinaryIO, sheet: UnitSheet, created: datetime) -> None:
    """Write one unit's sheet as a PDF of its own, as `write_sheets` does."""
    write_sheets(out, [sheet], created)
