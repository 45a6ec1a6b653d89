"""The hand-over sheet (交接单) before the slips of one issuing unit: how many go where, and who took them.

Lengths are points, heights count from the foot of the page.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, REGULAR, text_width
from survey_app.documents.paper import A4, MILLIMETRE
from survey_app.documents.slip_page import SlipStack, SlipTexts
from survey_app.documents.typesetting import Block, draw_block, draw_block_from, draw_line, draw_line_from, fit_block
from survey_app.domain.messages import Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_MARGIN = 20 * MILLIMETRE
_WIDTH = A4.width - 2 * _MARGIN
_ROW = 8.5 * MILLIMETRE
_TEXT_SIZE = 11.0
#: Rows on the first page, below the heading, and on those after it; both leave room for the notes and signatures.
_FIRST_PAGE, _NEXT_PAGE = 17, 22
_RULE_WIDTH = 0.5


@dataclass(frozen=True)
class _Column:
    title: str
    share: float
    centred: bool = True


_COLUMNS = (
    _Column("序号", 0.08),
    _Column("测评点", 0.28, centred=False),
    _Column("票种", 0.16),
    _Column("张数", 0.1),
    _Column("领取人签字", 0.22),
    _Column("日期", 0.16),
)
_WITHOUT_GROUP = (_COLUMNS[0], _Column("测评点", 0.44, centred=False), *_COLUMNS[3:])


def draw_handover(canvas: "Canvas", texts: SlipTexts, stacks: Sequence[SlipStack]) -> None:
    """Draw the pages of the sheet for the stacks of one issuing unit. `Refused`: a text does not fit."""
    columns = _COLUMNS if any(stack.group for stack in stacks) else _WITHOUT_GROUP
    pages = list(_pages(stacks))
    for number, (start, part) in enumerate(pages, start=1):
        y = A4.height - _MARGIN
        if number == 1:
            y = _draw_heading(canvas, texts, stacks, y)
        y = _draw_row(canvas, columns, [column.title for column in columns], y, BOLD)
        for position, stack in enumerate(part, start=start + 1):
            group = [stack.group] if columns is _COLUMNS else []
            y = _draw_row(canvas, columns, [str(position), stack.unit_name, *group, str(len(stack.codes)), "", ""], y)
        if number == len(pages):
            _draw_end(canvas, columns, stacks, y)
        if len(pages) > 1:
            draw_line(canvas, [(f"第 {number} / {len(pages)} 页", REGULAR)], 9.0, A4.width / 2, 10 * MILLIMETRE)
        canvas.showPage()


def _pages(stacks: Sequence[SlipStack]) -> Iterator[tuple[int, Sequence[SlipStack]]]:
    """Yield, for each page, how many stacks stand before it, and its own."""
    start, room = 0, _FIRST_PAGE
    while start < len(stacks):
        yield start, stacks[start : start + room]
        start, room = start + room, _NEXT_PAGE


def _draw_heading(canvas: "Canvas", texts: SlipTexts, stacks: Sequence[SlipStack], top: float) -> float:
    """Draw what is handed over and by whom; return where the table begins."""
    y = draw_block(canvas, Block(("测评票交接单",), BOLD, 28.0), A4.width / 2, top) - 12.0
    y = draw_block(canvas, _fitting(texts.title, REGULAR, 15.0, (_WIDTH, 34.0)), A4.width / 2, y) - 22.0
    for label, text in (
        ("发放单位", _issuer_in_full(stacks[0])),
        ("测 评 票", f"{sum(len(stack.codes) for stack in stacks)} 张，{len(stacks)} 叠"),
        ("印制日期", texts.printed_on),
    ):
        said = _fitting(f"{label}：{text}", REGULAR, 13.0, (_WIDTH, 13.0))
        draw_line_from(canvas, [(said.lines[0], REGULAR)], said.size, _MARGIN, y - 13.0)
        y -= 20.0
    return y - 8.0


def _issuer_in_full(stack: SlipStack) -> str:
    """Return the issuing unit with those above it, since names repeat."""
    above = stack.path[:-1] if stack.path and stack.path[-1] == stack.issuer else ()
    return " ".join((*above, stack.issuer))


def _draw_row(
    canvas: "Canvas", columns: Sequence[_Column], cells: Sequence[str], top: float, font: str = REGULAR
) -> float:
    """Draw a row and its lines; return its foot."""
    foot, x = top - _ROW, _MARGIN
    canvas.setLineWidth(_RULE_WIDTH)
    for column, cell in zip(columns, cells, strict=True):
        width = column.share * _WIDTH
        canvas.rect(x, foot, width, _ROW)
        if cell:
            text = _fitting(cell, font, _TEXT_SIZE, (width - 6.0, _ROW - 3.0))
            indent = (width - max(text_width(line, font, text.size) for line in text.lines)) / 2
            left = x + (indent if column.centred or font == BOLD else 4.0)
            draw_block_from(canvas, text, left, top - (_ROW - text.height) / 2)
        x += width
    return foot


def _draw_end(canvas: "Canvas", columns: Sequence[_Column], stacks: Sequence[SlipStack], top: float) -> None:
    """Draw the sum, what to heed, and where to sign."""
    total = str(sum(len(stack.codes) for stack in stacks))
    cells = {"测评点": "合计", "张数": total}
    y = _draw_row(canvas, columns, [cells.get(column.title, "") for column in columns], top) - 12.0
    for line in _notes(stacks):
        draw_line_from(canvas, [(line, REGULAR)], 10.5, _MARGIN, y - 10.5)
        y -= 17.0
    y -= 26.0
    for label, x in (("发放单位（盖章）：", 0.0), ("经办人：", 0.43), ("日期：", 0.73)):
        left = _MARGIN + x * _WIDTH
        draw_line_from(canvas, [(label, REGULAR)], 12.0, left, y)
        start = left + text_width(label, REGULAR, 12.0)
        canvas.line(start, y - 2.0, start + 0.26 * _WIDTH - 40.0, y - 2.0)


def _notes(stacks: Sequence[SlipStack]) -> list[str]:
    notes = [
        "1. 每叠另起一页，页脚印有测评点和页数。沿虚线裁切，按测评点成叠交接，请勿混放。",
        "2. 每张限一位居民填写一次。请随机发放，不登记谁领了哪一张，确保匿名。",
        "3. 余票交回发放单位封存；遗失不补，请及时报告组织者。",
    ]
    if any(stack.number > 1 for stack in stacks):
        notes.append("4. 本次为重新印制：同一测评点此前未使用的测评票已作废，请收回销毁。")
    return notes


def _fitting(text: str, font: str, size: float, room: tuple[float, float]) -> Block:
    block = fit_block(text, font, (size, 5.0), room)
    if block is None:
        raise Refused(message("{text} is too long for a slip.", text=text))
    return block
