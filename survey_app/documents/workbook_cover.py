"""The first sheet of a workbook (封面): what it is, how its shares are formed, and which tables follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey_app.documents.delimited import neutralise
from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import PrintedTable

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = "封面"
_LABEL_WIDTH, _TEXT_WIDTH = 22, 88
#: A line of text as high as this, and so many Chinese characters long, fits in the second column.
_LINE_HEIGHT, _LINE = 18.0, 42


@dataclass(frozen=True)
class Cover:
    """A title, facts as (label, text), the formulas (口径) in words, and "送审稿" or "" as watermark."""

    title: str
    facts: Sequence[tuple[str, str]]
    formulas: Sequence[str]
    watermark: str = ""


def write_cover(workbook: "Workbook", cover: Cover, sheets: Sequence[PrintedTable]) -> None:
    """Add the cover as the next sheet; the names of the tables lead to their sheets, and nothing else is a link."""
    page: Worksheet = workbook.add_worksheet(NAME)
    page.hide_gridlines(2)
    page.set_paper(9)
    page.fit_to_pages(1, 0)
    page.set_column(0, 0, _LABEL_WIDTH)
    page.set_column(1, 1, _TEXT_WIDTH)
    title = workbook.add_format({"bold": True, "font_size": 18, "valign": "vcenter"})
    heading = workbook.add_format({"bold": True, "font_color": "#0B4F8A", "bottom": 1, "font_size": 12})
    label = workbook.add_format({"valign": "top", "font_color": "#55616D"})
    text = workbook.add_format({"valign": "top", "text_wrap": True})
    link = workbook.add_format({"valign": "top", "font_color": "#0B4F8A", "underline": 1})
    page.set_row(0, 34)
    page.write_string(0, 0, _cell(cover.title), title)
    row = 2
    for name, value in cover.facts:
        row = _write_line(page, row, name, value, label, text)
    row = _write_heading(page, row + 1, "口径", heading)
    for number, formula in enumerate(cover.formulas, start=1):
        row = _write_line(page, row, f"（{number}）", formula, label, text)
    row = _write_heading(page, row + 1, "目录", heading)
    for sheet in sheets:
        place = sheet.name.replace("'", "''")
        page.write_url(row, 0, f"internal:'{place}'!A1", link, string=_cell(sheet.name))
        page.write_string(row, 1, _cell(sheet.title), text)
        row += 1


def _write_line(page: "Worksheet", row: int, name: str, value: str, label: "Format", text: "Format") -> int:
    page.set_row(row, _LINE_HEIGHT * (1 + len(value) // _LINE))
    page.write_string(row, 0, _cell(name), label)
    page.write_string(row, 1, _cell(value), text)
    return row + 1


def _write_heading(page: "Worksheet", row: int, name: str, heading: "Format") -> int:
    page.write_string(row, 0, name, heading)
    page.write_blank(row, 1, None, heading)
    return row + 1


def _cell(text: str) -> str:
    return neutralise(plain_line(text))
