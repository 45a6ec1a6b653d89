"""The bulletin as PDF, in the form of GB/T 9704-2012, with the fonts that ship with the project."""

import io
from datetime import datetime
from typing import BinaryIO

from survey_app.documents.bulletin import house_style as style
from survey_app.documents.bulletin.content import (
    Bulletin,
    Heading,
    Picture,
    annex_label,
    annex_lines,
    flattened,
    signature_lines,
    title_lines,
)
from survey_app.documents.bulletin.pdf_pages import Pages
from survey_app.documents.fonts import BOLD, REGULAR, SERIF
from survey_app.documents.paragraph_setting import drawable, set_paragraph
from survey_app.documents.printed_table import PrintedTable
from survey_app.documents.table_drawing import TableDrawing

_PITCH = style.LINE_PITCH
_NOTE_PITCH = style.NOTE_SIZE * 1.5
_IMPRINT_PITCH = 24.0
#: The typefaces of headings by level, in place of 黑体, 楷体 and 仿宋.
_HEADING_FACES = (BOLD, REGULAR, SERIF)


def write_bulletin_pdf(out: BinaryIO, bulletin: Bulletin, created: datetime) -> None:
    """Write the bulletin as PDF with an outline; the same bulletin gives the same bytes, whatever `created` is.

    What no font draws is printed as 〓. ValueError: a table's cell is not of its column's kind.
    """
    author = bulletin.signed_by or bulletin.issuer
    writer = _Writer(bulletin, Pages(out, bulletin.title, author, "通报", bulletin.watermark))
    writer.write()


class _Writer:
    """Writes one bulletin from its head to its last annex."""

    def __init__(self, bulletin: Bulletin, pages: Pages) -> None:
        self._bulletin = bulletin
        self._pages = pages

    def write(self) -> None:
        """Write the whole file."""
        self._pages.begin()
        self._pages.add_outline(self._bulletin.title, 0)
        self._write_head()
        for text in self._bulletin.opening:
            self._paragraph(text)
        for block in flattened(self._bulletin.sections):
            self._write_block(block)
        self._write_close()
        self._write_imprint()
        self._write_annexes()
        self._pages.save()

    def _write_head(self) -> None:
        given, pages = self._bulletin, self._pages
        if given.issuer:
            size = style.red_head_size(given.issuer)
            pages.write_display(given.issuer, size, size * 1.3, style.RED)
            pages.y -= 14
        if given.document_number or given.issuer:
            pages.write_short(given.document_number, SERIF, style.TEXT_SIZE, _PITCH, "center")
        if given.issuer:
            pages.y -= 6
            pages.canvas.setStrokeColor(style.RED)
            pages.canvas.setLineWidth(1.5)
            pages.canvas.line(pages.left, pages.y, pages.left + pages.width, pages.y)
            pages.y -= _PITCH
        for line in title_lines(given.title):
            pages.write_display(line, style.TITLE_SIZE, style.TITLE_PITCH)
        pages.y -= _PITCH
        if given.main_recipients:
            self._paragraph(given.main_recipients.rstrip("：:") + "：", indent=0)

    def _paragraph(self, text: str, font: str = SERIF, indent: float = 2 * style.TEXT_SIZE) -> None:
        for line in set_paragraph(text, font, style.TEXT_SIZE, self._pages.width, indent):
            self._pages.write(line, font, style.TEXT_SIZE, _PITCH)

    def _write_block(self, block: str | PrintedTable | Picture | Heading) -> None:
        if isinstance(block, Heading):
            self._pages.need(2 * _PITCH)
            self._pages.add_outline(block.text, block.level - 1)
            self._paragraph(block.text, _HEADING_FACES[min(block.level, 3) - 1])
        elif isinstance(block, PrintedTable):
            self._table(block)
        elif isinstance(block, Picture):
            self._picture(block)
        else:
            self._paragraph(block)

    def _table(self, table: PrintedTable) -> None:
        pages = self._pages
        drawing = TableDrawing(table, pages.width, style.TABLE_SIZES)
        caption = style.CAPTION_SIZE * 2
        room = pages.y - pages.foot
        whole = drawing.height + caption
        if whole > room and (whole < style.TYPE_HEIGHT / 2 or drawing.least_height + caption > room):
            pages.again()
        pages.write_short(table.title, BOLD, style.CAPTION_SIZE, caption, "center")
        pages.y = drawing.draw(pages.canvas, pages.left, pages.y, pages.foot, pages.again)
        self._notes(table)
        pages.y -= 8

    def _notes(self, table: PrintedTable) -> None:
        self._pages.y -= 4
        for note in table.notes:
            for line in set_paragraph(note, SERIF, style.NOTE_SIZE, self._pages.width):
                self._pages.write(line, SERIF, style.NOTE_SIZE, _NOTE_PITCH)

    def _picture(self, picture: Picture) -> None:
        from reportlab.lib.utils import ImageReader  # noqa: PLC0415 - heavy, and only printing needs it.

        pages = self._pages
        width, height = min(picture.width, pages.width), picture.height * min(1.0, pages.width / picture.width)
        caption = style.CAPTION_SIZE * 2 if picture.caption else 0.0
        pages.need(height + caption + 12)
        pages.y -= 6
        left = pages.left + (pages.width - width) / 2
        pages.canvas.drawImage(ImageReader(io.BytesIO(picture.png)), left, pages.y - height, width, height)
        pages.y -= height
        if picture.caption:
            pages.write_short(picture.caption, BOLD, style.CAPTION_SIZE, caption, "center")
        pages.y -= 6

    def _write_close(self) -> None:
        """Write the list of annexes, then who signs and when (落款), the date four characters from the edge."""
        given, pages, size = self._bulletin, self._pages, style.TEXT_SIZE
        listed = annex_lines(given.annexes)
        signed = 4 if given.signed_by or given.date else 0
        if listed:
            pages.need(2 * _PITCH)
            pages.y -= _PITCH
        for number, text in enumerate(listed):
            if number == max(0, len(listed) - 2):
                pages.need(_PITCH * (len(listed) - number + signed))  # Names and day never stand on a page alone.
            if number == 0:
                pages.need(_PITCH)
                pages.write_short("附件：", SERIF, size, _PITCH, "left", pages.left + 2 * size)
                pages.y += _PITCH
            for line in set_paragraph(text, SERIF, size, pages.width - 5 * size):
                pages.write(line, SERIF, size, _PITCH, pages.left + 5 * size)
        if not signed:
            return
        pages.need(4 * _PITCH)
        pages.y -= 2 * _PITCH
        edge = pages.left + pages.width - 4 * size
        centre = min(edge - 3.5 * size, pages.left + pages.width - len(given.signed_by) * size / 2)
        for text in filter(None, (given.signed_by, given.date)):
            self._signed(text, centre)

    def _signed(self, text: str, centre: float) -> None:
        pages, size = self._pages, style.TEXT_SIZE
        half = len(text) * size / 2
        x = min(centre + half, pages.left + pages.width)
        pages.write_short(text, SERIF, size, _PITCH, "right", x)

    def _write_imprint(self) -> None:
        """Write 版记 at the foot of the page, between rules: who gets a copy, and who prepared, checked and signed."""
        given, pages, size = self._bulletin, self._pages, style.SMALL_SIZE
        entries = [f"抄送：{given.copies_to.rstrip('。')}。"] if given.copies_to else []
        entries += signature_lines(given.signatures)
        if not entries:
            return
        set_entries = [set_paragraph(text, SERIF, size, pages.width - 2 * size) for text in entries]
        height = sum(len(lines) for lines in set_entries) * _IMPRINT_PITCH
        pages.need(height + _PITCH / 2)
        pages.y = pages.foot + height
        for number, lines in enumerate(set_entries):
            self._rule(1.0 if number == 0 else 0.5)
            for line in lines:
                pages.write(line, SERIF, size, _IMPRINT_PITCH, pages.left + size)
        self._rule(1.0)

    def _rule(self, width: float) -> None:
        pages = self._pages
        pages.canvas.setStrokeColor("#000000")
        pages.canvas.setLineWidth(width)
        pages.canvas.line(pages.left, pages.y, pages.left + pages.width, pages.y)

    def _write_annexes(self) -> None:
        annexes, pages = self._bulletin.annexes, self._pages
        for number, table in enumerate(annexes, start=1):
            pages.begin(style.stands_on_side(sum(column.width for column in table.columns)))
            label = annex_label(number, len(annexes))
            pages.add_outline(f"{label}　{table.title}", 0)
            pages.write_short(label, BOLD, style.TEXT_SIZE, _PITCH, "left", pages.left)
            for line in set_paragraph(drawable(table.title), SERIF, 18.0, pages.width):
                pages.write_display(line.text, 18.0, 28.0)
            if table.basis:
                pages.write_short(table.basis, SERIF, style.NOTE_SIZE, _NOTE_PITCH, "center")
            pages.y -= 6
            drawing = TableDrawing(table, pages.width, style.ANNEX_SIZES)
            pages.y = drawing.draw(pages.canvas, pages.left, pages.y, pages.foot, pages.again)
            self._notes(table)
