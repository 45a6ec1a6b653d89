"""A printed table as Word's XML, row by row: the library's own cells would take minutes for a long annex."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape, quoteattr

from survey_app.documents.bulletin import house_style as style
from survey_app.documents.bulletin.word_styles import HEI
from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import PrintedTable
from survey_app.documents.table_layout import PADDING, cell_texts, lay_out


def table_xml(table: PrintedTable, room: float, sizes: tuple[float, float]) -> Iterator[str]:
    """Give the XML of a table `room` points wide, a row at a time; its header is repeated on every page.

    ValueError: a row has not one cell for each column, or a cell is not of its column's kind.
    """
    cells = cell_texts(table)
    layout = lay_out(table, cells, room, sizes)
    widths = [round(width * 20) for width in layout.widths]
    half_points = round(layout.size * 2)
    yield _head(table, widths)
    yield _header_row(table, widths, half_points)
    before, between = _around_cells(widths, layout.sides, half_points)
    for row in cells:
        written = "".join(f"{start}{_run(text, between)}</w:p></w:tc>" for start, text in zip(before, row, strict=True))
        yield f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{written}</w:tr>"
    yield "</w:tbl>"


def _head(table: PrintedTable, widths: Sequence[int]) -> str:
    rule = style.RULE.removeprefix("#")
    edges = "".join(
        f'<w:{side} w:val="single" w:sz="{weight}" w:space="0" w:color="{rule}"/>'
        for side, weight in (("top", 8), ("left", 4), ("bottom", 8), ("right", 4), ("insideH", 4), ("insideV", 4))
    )
    padding = f'w:w="{PADDING * 20:.0f}" w:type="dxa"'
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    # The look's firstRow marks the header for readers that speak tables.
    return (
        f'<w:tbl><w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f"<w:tblCellMar><w:left {padding}/><w:right {padding}/></w:tblCellMar>"
        f'<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" '
        f'w:noVBand="1"/><w:tblCaption w:val={quoteattr(plain_line(table.title))}/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>"
    )


def _header_row(table: PrintedTable, widths: Sequence[int], half_points: int) -> str:
    fill = style.HEADER_FILL.removeprefix("#")
    properties = f'<w:rFonts w:eastAsia="{HEI}"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'
    written = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:shd w:val="clear" w:color="auto" w:fill="{fill}"/>'
        f'<w:vAlign w:val="center"/></w:tcPr><w:p>{_paragraph("center")}'
        f"{_run(plain_line(column.header), properties)}</w:p></w:tc>"
        for column, width in zip(table.columns, widths, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{written}</w:tr>"


def _around_cells(widths: Sequence[int], aligned: Sequence[str], half_points: int) -> tuple[list[str], str]:
    """Return what opens the cell of each column, and the properties of the text in it."""
    starts = [
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr><w:p>{_paragraph(side)}'
        for width, side in zip(widths, aligned, strict=True)
    ]
    return starts, f'<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def _paragraph(side: str) -> str:
    placed = "" if side == "left" else f'<w:jc w:val="{side}"/>'
    return f'<w:pPr><w:pStyle w:val="Cell"/>{placed}</w:pPr>'


def _run(text: str, properties: str) -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r>' if text else ""
