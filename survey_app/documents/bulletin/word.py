"""The bulletin as a Word document, in the form of GB/T 9704-2012: a clerk opens it, edits it, and prints it."""

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, BinaryIO
from xml.sax.saxutils import escape, quoteattr

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
from survey_app.documents.bulletin.word_frame import drop_thumbnail, set_head_and_foot, set_page, set_settings
from survey_app.documents.bulletin.word_styles import set_styles, style_id
from survey_app.documents.bulletin.word_table import table_xml
from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import PrintedTable

if TYPE_CHECKING:
    from docx.document import Document

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_DOCUMENT = "word/document.xml"
#: Where a table belongs; no text from outside becomes the name of a style.
_TABLE_MARK = re.compile(rb'<w:p><w:pPr><w:pStyle w:val="table-(\d+)"/></w:pPr></w:p>')
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)


def write_docx(out: BinaryIO, bulletin: Bulletin, created: datetime) -> None:
    """Write the bulletin as Word; the same bulletin and `created` (aware) give the same bytes.

    Headings can be navigated, the header of a table is repeated on every page, no row is broken, and nothing in it is
    a field, a link or a macro but the page number. ValueError: a table's cell is not of its column's kind.
    """
    writer = _Writer(bulletin, created)
    writer.write()
    writer.save(out)


class _Writer:
    """Builds one document; tables are put in while it is saved, so that no long table is held as elements."""

    def __init__(self, bulletin: Bulletin, created: datetime) -> None:
        from docx.api import Document as NewDocument  # noqa: PLC0415 - takes 0.2 s that only a bulletin needs.

        self._bulletin = bulletin
        self._document: Document = NewDocument()
        self._tables: list[Iterator[str]] = []
        set_styles(self._document)
        set_settings(self._document)
        drop_thumbnail(self._document)
        set_page(self._document.sections[0], on_side=False)
        set_head_and_foot(self._document, bulletin.watermark)
        self._set_properties(created)

    def _set_properties(self, created: datetime) -> None:
        properties = self._document.core_properties
        naive = created.astimezone(UTC).replace(tzinfo=None)
        properties.title = plain_line(self._bulletin.title)[:255]
        properties.author = plain_line(self._bulletin.signed_by or self._bulletin.issuer)[:255]
        properties.last_modified_by = properties.author
        properties.subject = "通报"
        properties.language = "zh-CN"
        properties.comments = properties.keywords = ""
        properties.created = properties.modified = naive
        properties.revision = 1

    def write(self) -> None:
        """Write everything from the red head to the last annex."""
        self._write_head()
        for text in self._bulletin.opening:
            self._text(text)
        for block in flattened(self._bulletin.sections):
            self._write_block(block)
        self._write_close()
        self._write_imprint()
        self._write_annexes()

    def save(self, out: BinaryIO) -> None:
        """Save the parts in one order with one date, and the tables in their places."""
        made = io.BytesIO()
        self._document.save(made)
        with zipfile.ZipFile(made) as parts, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
            for name in sorted(parts.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
                part = zipfile.ZipInfo(name, _FIRST_DAY)
                part.compress_type = zipfile.ZIP_DEFLATED
                if name != _DOCUMENT:
                    file.writestr(part, parts.read(name))
                    continue
                with file.open(part, "w") as written:
                    self._write_document(written, parts.read(name))

    def _write_document(self, out: IO[bytes], document: bytes) -> None:
        for number, piece in enumerate(_TABLE_MARK.split(document)):
            if number % 2 == 0:
                out.write(piece)
                continue
            for row in self._tables[int(piece)]:
                out.write(row.encode())

    def _append(self, xml: str) -> None:
        from docx.oxml import parse_xml  # noqa: PLC0415 - only a bulletin needs it.

        self._document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")

    def _text(self, text: str, named: str = "Normal", properties: str = "", run: str = "") -> None:
        self._append(_paragraph(_run(text, run), named, properties))

    def _write_head(self) -> None:
        given = self._bulletin
        if given.issuer:
            size = style.red_head_size(given.issuer)
            pitch = f'<w:spacing w:after="300" w:line="{size * 1.3 * 20:.0f}" w:lineRule="exact"/>'
            self._text(
                given.issuer, "Title", pitch, f'<w:color w:val="{style.RED[1:]}"/><w:sz w:val="{size * 2:.0f}"/>'
            )
        if given.issuer or given.document_number:
            rule = f'<w:pBdr><w:bottom w:val="single" w:sz="12" w:space="8" w:color="{style.RED[1:]}"/></w:pBdr>'
            self._text(given.document_number, "Flush", f'{rule if given.issuer else ""}<w:jc w:val="center"/>')
            self._text("", "Flush")
        self._append(_paragraph(_lines(title_lines(given.title)), "Title"))
        self._text("", "Flush")
        if given.main_recipients:
            self._text(given.main_recipients.rstrip("：:") + "：", "Flush")

    def _write_block(self, block: str | PrintedTable | Picture | Heading) -> None:
        if isinstance(block, Heading):
            self._text(block.text, f"Heading {min(block.level, 3)}")
        elif isinstance(block, PrintedTable):
            self._text(block.title, "Caption")
            self._table(block, style.TYPE_WIDTH, style.TABLE_SIZES)
            self._notes(block)
        elif isinstance(block, Picture):
            self._picture(block)
        else:
            self._text(block)

    def _notes(self, table: PrintedTable) -> None:
        """Write the notes under a table; Word wants a paragraph behind it in any case."""
        for note in table.notes or [""]:
            self._text(note, "Notes")

    def _table(self, table: PrintedTable, room: float, sizes: tuple[float, float]) -> None:
        self._append(f'<w:p {_W}><w:pPr><w:pStyle w:val="table-{len(self._tables)}"/></w:pPr></w:p>')
        self._tables.append(table_xml(table, room, sizes))

    def _picture(self, picture: Picture) -> None:
        from docx.shared import Pt  # noqa: PLC0415 - only a bulletin needs it.

        paragraph = self._document.add_paragraph()
        paragraph.style = self._document.styles["Figure"]
        shape = paragraph.add_run().add_picture(io.BytesIO(picture.png), width=Pt(picture.width))
        described = shape._inline.docPr
        described.set("descr", plain_line(picture.description))
        described.set("name", f"图 {described.get('id')}")
        if picture.caption:
            self._text(picture.caption, "Caption")

    def _write_close(self) -> None:
        """Write the list of annexes, then who signs and when (落款), the date four characters from the edge."""
        given = self._bulletin
        if given.annexes:
            self._text("", "Flush")
        for number, line in enumerate(annex_lines(given.annexes)):
            # Later lines stand under the first one's text: three characters further in.
            left = style.TEXT_SIZE * 20 * (2 if number == 0 else 5)
            edges = f'<w:ind w:leftChars="0" w:left="{left:.0f}" w:firstLineChars="0" w:firstLine="0"/>'
            if number >= len(given.annexes) - 2:
                edges = f"<w:keepNext/>{edges}"  # Names and day never stand on a page alone.
            self._text(("附件：" if number == 0 else "") + line, "Flush", edges)
        if given.signed_by or given.date:
            self._text("", "Flush", "<w:keepNext/>")
            self._text("", "Flush", "<w:keepNext/>")
        right = '<w:ind w:rightChars="{chars}00" w:right="{right:.0f}" w:firstLineChars="0" w:firstLine="0"/>'
        signed = max(0.0, (len(given.date) - len(given.signed_by)) / 2)
        for text, chars, keep in ((given.signed_by, 4 + signed, "<w:keepNext/>"), (given.date, 4, "")):
            if text:
                edge = right.replace("{chars}00", f"{chars * 100:.0f}").format(right=chars * style.TEXT_SIZE * 20)
                self._text(text, "Flush", f'{keep}{edge}<w:jc w:val="right"/>')

    def _write_imprint(self) -> None:
        """Write 版记 at the foot of the page, between rules: who gets a copy, and who prepared, checked and signed."""
        given = self._bulletin
        lines = [f"抄送：{given.copies_to.rstrip('。')}。"] if given.copies_to else []
        lines += signature_lines(given.signatures)
        if not lines:
            return
        width = round(style.TYPE_WIDTH * 20)
        edges = "".join(
            f'<w:{side} w:val="single" w:sz="{weight}" w:space="0" w:color="000000"/>'
            for side, weight in (("top", 8), ("bottom", 8), ("insideH", 4))
        )
        cell = f'<w:tr><w:trPr><w:cantSplit/></w:trPr><w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/></w:tcPr>'
        rows = "".join(f"{cell}{_paragraph(_run(line), 'Imprint', _HANGING)}</w:tc></w:tr>" for line in lines)
        self._append(
            f'<w:tbl {_W}><w:tblPr><w:tblpPr w:leftFromText="0" w:rightFromText="0" w:vertAnchor="margin" '
            f'w:horzAnchor="margin" w:tblpXSpec="center" w:tblpYSpec="bottom"/><w:tblW w:w="{width}" w:type="dxa"/>'
            f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
            f'<w:tblGrid><w:gridCol w:w="{width}"/></w:tblGrid>{rows}</w:tbl>'
        )
        self._text("", "Notes")

    def _write_annexes(self) -> None:
        from docx.enum.section import WD_SECTION  # noqa: PLC0415 - only a bulletin needs it.

        annexes = self._bulletin.annexes
        on_side = False
        for number, table in enumerate(annexes, start=1):
            before, on_side = on_side, style.stands_on_side(sum(column.width for column in table.columns))
            if number == 1 or before != on_side:
                set_page(self._document.add_section(WD_SECTION.NEW_PAGE), on_side)
                self._document.paragraphs[-1].style = self._document.styles["Notes"]  # It only holds the break.
                properties = ""
            else:
                properties = "<w:pageBreakBefore/>"
            self._text(annex_label(number, len(annexes)), "Annex", properties)
            self._text(table.title, "Annex Title")
            if table.basis:
                self._text(table.basis, "Notes", '<w:keepNext/><w:jc w:val="center"/>')
            self._table(table, style.WIDE_WIDTH if on_side else style.TYPE_WIDTH, style.ANNEX_SIZES)
            self._notes(table)


#: The copies' names hang: their second line stands under the first name.
_HANGING = '<w:ind w:left="1120" w:right="280" w:hangingChars="300" w:hanging="840"/>'


def _run(text: str, properties: str = "") -> str:
    text = plain_line(text)
    if not text:
        return ""
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def _lines(lines: Sequence[str]) -> str:
    return "<w:r><w:br/></w:r>".join(map(_run, lines))


def _paragraph(run: str, named: str, properties: str = "") -> str:
    return f"<w:p {_W}><w:pPr><w:pStyle w:val={quoteattr(style_id(named))}/>{properties}</w:pPr>{run}</w:p>"
