"""The pages of a sheet on paper: what stands on each, and drawing it. Lengths are points, heights from the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.paper import A4, MILLIMETRE
from survey_app.documents.paper_sheet_blocks import GREY, INK, PaperBlock, Piece, block_of
from survey_app.documents.typesetting import (
    Block,
    draw_block,
    draw_block_from,
    draw_line,
    draw_line_from,
    fit_block,
)
from survey_app.domain.messages import Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

    from survey_app.documents.paper_sheet import PaperSheet

_MARGIN = 16 * MILLIMETRE
_WIDTH = A4.width - 2 * _MARGIN
_TOP = A4.height - 13 * MILLIMETRE
_FOOT = 15 * MILLIMETRE
#: The band that names place and group.
_BAND = 24.0
#: Heights of rows: the largest that needs no more pages than the smallest.
_PITCHES = (24.0, 22.0, 20.0, 18.5, 17.0, 16.0, 15.0)


@dataclass(frozen=True)
class SetSheet:
    """A sheet that is set: its name in the file, and the pieces of each page with the height of their tops."""

    name: str
    #: The top of the band on the first page; on the others it is at the top.
    band: float
    pages: Sequence[Sequence[tuple[float, Piece]]]


@dataclass(frozen=True)
class _Heading:
    """What stands above the band of the first page, and what below it."""

    title: Block
    english: Block
    organiser: Block
    instructions: Sequence[Block]

    @property
    def band(self) -> float:
        above = [each.height for each in (self.title, self.english, self.organiser) if each.lines]
        return _TOP - 12.0 - sum(above) - 5.0 * len(above)

    @property
    def foot(self) -> float:
        instructions = sum(each.height + 3.0 for each in self.instructions)
        return self.band - _BAND - 8.0 - instructions - 5.0


def set_sheet(sheet: "PaperSheet", name: str) -> SetSheet:
    """Break a sheet into pages, as few as can be, with rows as high as they allow."""
    heading = _heading(sheet)
    broken = [_pages(sheet.blocks, pitch, heading.foot) for pitch in _PITCHES]
    fewest = min(map(len, broken))
    return SetSheet(name, heading.band, next(pages for pages in broken if len(pages) == fewest))


def _heading(sheet: "PaperSheet") -> _Heading:
    title = fit_block(sheet.title, BOLD, (19.0, 9.0), (_WIDTH, 46.0))
    if title is None:
        raise Refused(message("{text} is too long for a sheet.", text=sheet.title))
    return _Heading(
        title,
        block_of(sheet.english, REGULAR, 9.0, _WIDTH),
        block_of(f"组织者：{sheet.organiser}", REGULAR, 10.0, _WIDTH),
        [block_of(each, REGULAR, 9.5, _WIDTH) for each in sheet.instructions],
    )


def _pages(blocks: Sequence[PaperBlock], pitch: float, top: float) -> list[list[tuple[float, Piece]]]:
    pieces = [piece for block in blocks for piece in block.pieces(_WIDTH, pitch)]
    pages: list[list[tuple[float, Piece]]] = [[]]
    y = top
    for number, piece in enumerate(pieces):
        together = piece.height + sum(each.height for each in pieces[number + 1 : number + 1 + piece.keep])
        if y - together < _FOOT and pages[-1]:
            pages.append([])
            y = _TOP - _BAND - 10.0
            if piece.head is not None:
                pages[-1].append((y, piece.head))
                y -= piece.head.height
        pages[-1].append((y, piece))
        y -= piece.height
    return pages


def draw_shared(canvas: "Canvas", sheet: "PaperSheet", as_set: SetSheet) -> None:
    """Keep the pages of a sheet in the file, but for what names the place."""
    heading = _heading(sheet)
    for number, pieces in enumerate(as_set.pages, start=1):
        canvas.beginForm(f"{as_set.name}{number}", 0, 0, A4.width, A4.height)
        if number == 1:
            _draw_heading(canvas, sheet, heading)
        for y, piece in pieces:
            piece.draw(canvas, _MARGIN, y)
        _draw_foot(canvas, sheet, number, len(as_set.pages))
        canvas.endForm()


def _draw_heading(canvas: "Canvas", sheet: "PaperSheet", heading: _Heading) -> None:
    canvas.setFillGray(GREY)
    draw_line_from(canvas, [(sheet.kind, REGULAR)], 9.0, _MARGIN, _TOP - 8.0)
    canvas.setFillGray(INK)
    y = _TOP - 12.0
    for block in (heading.title, heading.english, heading.organiser):
        if block.lines:
            y = draw_block(canvas, block, A4.width / 2, y) - 5.0
    y = heading.band - _BAND - 8.0
    for block in heading.instructions:
        y = draw_block_from(canvas, block, _MARGIN, y) - 3.0


def _draw_foot(canvas: "Canvas", sheet: "PaperSheet", number: int, pages: int) -> None:
    baseline = 9 * MILLIMETRE
    canvas.setFillGray(GREY)
    draw_line(canvas, [(f"第 {number} 页，共 {pages} 页", REGULAR)], 8.5, A4.width / 2, baseline)
    contact = fit_block(f"联系电话：{sheet.contact}", REGULAR, (8.0, 4.0), (_WIDTH / 2 - 50.0, 8.0))
    if sheet.contact and contact is not None:
        draw_line_from(canvas, [(contact.lines[0], REGULAR)], contact.size, _MARGIN, baseline)
    canvas.setFillGray(INK)


def draw_place(canvas: "Canvas", path: Sequence[str], unit_name: str, group: str, as_set: SetSheet) -> None:
    """Draw the pages of a sheet for one place and group. `Refused`: a name does not fit."""
    for number in range(1, len(as_set.pages) + 1):
        canvas.doForm(f"{as_set.name}{number}")
        top = as_set.band if number == 1 else _TOP
        canvas.setLineWidth(0.8)
        canvas.rect(_MARGIN, top - _BAND, _WIDTH, _BAND)
        _draw_named(canvas, path, unit_name, group, top)
        canvas.showPage()


def _draw_named(canvas: "Canvas", path: Sequence[str], unit_name: str, group: str, top: float) -> None:
    """Draw where this sheet belongs: the place at the left, the group at the right."""
    baseline = top - _BAND / 2 - 4.0
    right = A4.width - _MARGIN - 6.0
    if group:
        said = _one_line(f"票种：{group}", BOLD, _WIDTH * 0.34)
        wide = text_width(said.lines[0], BOLD, said.size)
        draw_line_from(canvas, [(said.lines[0], BOLD)], said.size, right - wide, baseline)
        right -= wide + 14.0
    left = _MARGIN + 6.0
    said = _one_line(f"测评点：{' '.join((*path, unit_name))}", BOLD, right - left)
    draw_line_from(canvas, [(said.lines[0], BOLD)], said.size, left, baseline)


def _one_line(text: str, font: str, width: float) -> Block:
    found = fit_block(text, font, (11.5, 4.0), (width, 11.5))
    if found is None or len(found.lines) != 1:
        raise Refused(message("{text} is too long for a sheet.", text=text))
    return found
