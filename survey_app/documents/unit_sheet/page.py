"""One unit's sheet on a page of A4. Lengths are points, heights count from the foot of the page."""

from typing import TYPE_CHECKING

from survey_app.documents.fonts import BOLD, REGULAR, SERIF, text_width
from survey_app.documents.paper import A4, MILLIMETRE
from survey_app.documents.paragraph_setting import draw_set_line, draw_short, drawable, ellipsis, set_paragraph
from survey_app.documents.table_drawing import TableDrawing
from survey_app.documents.unit_sheet.content import Bar, Headline, UnitSheet

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas

_LEFT = 18 * MILLIMETRE
_RIGHT = A4.width - 18 * MILLIMETRE
_WIDTH = _RIGHT - _LEFT
_TOP = A4.height - 15 * MILLIMETRE
_FOOT = 13 * MILLIMETRE
_INK, _GREY, _FAINT, _PALE = "#1B2733", "#55616D", "#C9D1D8", "#EEF2F6"
_BLUE, _LIGHT_BLUE = "#0B4F8A", "#5BA3D9"
_WATERMARK = "#E9E9E9"
_ASCENT = 0.88
_NOTE_SIZE, _NOTE_PITCH = 7.5, 10.5
#: The least and the greatest height of the box for the reply.
_REPLY_HEIGHTS = (104.0, 250.0)
_GAP = 11.0
_HEADING = 17.0
_LIST_PITCH = 14.0
#: What is tried, in turn, until the table of questions fits.
_TABLE_SIZES = (9.0, 8.5, 8.0, 7.5, 7.0, 6.5, 6.0, 5.5, 5.0)


class SheetPage:
    """Draws one sheet on the current page of a canvas, from the top down."""

    def __init__(self, canvas: "Canvas", sheet: UnitSheet) -> None:
        self._canvas = canvas
        self._sheet = sheet
        self._y = _TOP

    def draw(self) -> None:
        """Draw the whole page."""
        self._draw_watermark()
        foot = self._draw_notes()
        self._draw_head()
        self._draw_turnout()
        if self._sheet.headline is None:
            self._draw_hidden()
            return
        self._draw_headline(self._sheet.headline)
        self._draw_bars()
        lists = self._height_of_lists()
        questions = self._fitting(self._y - foot - lists - _REPLY_HEIGHTS[0] - 2 * _GAP - _HEADING)
        below = self._y - foot - lists - _GAP - (questions.height + _HEADING if questions else _HEADING) - _GAP
        foot = self._draw_reply(foot, max(_REPLY_HEIGHTS[0], min(_REPLY_HEIGHTS[1], below)))
        self._draw_questions(questions)
        self._draw_strongest_and_weakest(max(foot, self._y - _GAP - lists))

    def _text(
        self,
        text: str,
        x: float,
        baseline: float,
        size: float,
        font: str = REGULAR,
        colour: str = _INK,
        side: str = "left",
    ) -> None:
        self._canvas.setFillColor(colour)
        draw_short(self._canvas, text, font, size, x, baseline, side)

    def _line(self, y: float, colour: str = _FAINT, width: float = 0.6) -> None:
        self._canvas.setStrokeColor(colour)
        self._canvas.setLineWidth(width)
        self._canvas.line(_LEFT, y, _RIGHT, y)

    def _heading(self, text: str, beside: str = "") -> None:
        self._text(text, _LEFT, self._y - 11 * _ASCENT, 11, BOLD, _BLUE)
        if beside:
            x = _LEFT + text_width(drawable(text), BOLD, 11) + 8
            self._text(ellipsis(beside, REGULAR, 8, _RIGHT - x), x, self._y - 11 * _ASCENT, 8, REGULAR, _GREY)
        self._y -= _HEADING

    def _draw_watermark(self) -> None:
        if not self._sheet.watermark:
            return
        canvas = self._canvas
        canvas.saveState()
        canvas.translate(A4.width / 2, A4.height / 2)
        canvas.rotate(45)
        self._text(
            self._sheet.watermark, 0, -55, min(150.0, 430 / len(self._sheet.watermark)), BOLD, _WATERMARK, "center"
        )
        canvas.restoreState()

    def _draw_head(self) -> None:
        sheet = self._sheet
        release = drawable(sheet.release_line)
        room = _WIDTH - text_width(release, REGULAR, 8.5) - 12
        self._text(ellipsis(sheet.survey, REGULAR, 8.5, room), _LEFT, self._y - 8, 8.5, REGULAR, _GREY)
        self._text(release, _RIGHT, self._y - 8, 8.5, REGULAR, _GREY, "right")
        self._line(self._y - 14, _BLUE, 1.2)
        self._y -= 22
        kind = "测评结果反馈单"
        name = drawable(sheet.unit)
        size = min(24.0, 24.0 * (_WIDTH - 130) / max(1.0, text_width(name, BOLD, 24)))
        self._text(name, _LEFT, self._y - 22, size, BOLD)
        self._canvas.setStrokeColor(_BLUE)
        self._canvas.setFillColor(_BLUE)
        draw_short(self._canvas, kind, SERIF, 15, _RIGHT, self._y - 21, "right")
        self._y -= 29
        if sheet.within:
            self._text(ellipsis(sheet.within, REGULAR, 10, _WIDTH), _LEFT, self._y - 9, 10, REGULAR, _GREY)
            self._y -= 15
        self._y -= 5

    def _draw_turnout(self) -> None:
        """Draw the facts of taking part in one strip, each with its label above."""
        facts = self._sheet.turnout
        if not facts:
            return
        height, width = 34.0, _WIDTH / len(facts)
        if not self._sheet.watermark:
            self._canvas.setFillColor(_PALE)
            self._canvas.rect(_LEFT, self._y - height, _WIDTH, height, stroke=0, fill=1)
        for number, (label, value) in enumerate(facts):
            x = _LEFT + number * width + 8
            self._text(label, x, self._y - 12, 8, REGULAR, _GREY)
            self._text(ellipsis(value, BOLD, 12, width - 12), x, self._y - 27, 12, BOLD)
        if self._sheet.watermark:
            self._line(self._y)
            self._line(self._y - height)
        self._y -= height + _GAP

    def _draw_hidden(self) -> None:
        for line in set_paragraph(self._sheet.hidden, REGULAR, 12, _WIDTH):
            self._canvas.setFillColor(_INK)
            draw_set_line(self._canvas, line, REGULAR, 12, _LEFT, self._y - 14)
            self._y -= 20

    def _draw_headline(self, headline: Headline) -> None:
        self._heading("总体评价", headline.question)
        top = self._y
        size = 40.0
        self._text(headline.rate, _LEFT, top - 33, size, BOLD, _BLUE)
        x = _LEFT + text_width(headline.rate, BOLD, size) + 2
        self._text("%", x, top - 33, 18, BOLD, _BLUE)
        y = top - 52
        for line in set_paragraph(headline.rate_name, BOLD, 9, 190):
            self._text(line.text, _LEFT, y, 9, BOLD)
            y -= 13
        for line in set_paragraph(headline.base, REGULAR, 8, 190):
            self._text(line.text, _LEFT, y, 8, REGULAR, _GREY)
            y -= 11
        right, fact = _LEFT + 210, top - 8
        for label, value in headline.facts:
            self._text(label, right, fact, 8.5, REGULAR, _GREY)
            lines = set_paragraph(value, REGULAR, 9.5, _RIGHT - right - 118)
            for line in lines:
                self._text(line.text, right + 118, fact, 9.5)
                fact -= 13
            fact -= 2.5
        self._y = min(y, fact) - 4

    def _draw_bars(self) -> None:
        """Draw the rate of this unit above those of its parent and of the whole survey, all from zero to 100."""
        if len(self._sheet.bars) < 2:
            return
        rate_name = self._sheet.headline.rate_name if self._sheet.headline else ""
        self._heading("对照", f"{rate_name}，%")
        names, bar = 150.0, _WIDTH - 150 - 46
        for number, each in enumerate(self._sheet.bars):
            self._draw_bar(each, names, bar, _BLUE if number == 0 else _LIGHT_BLUE)
            self._y -= 19
        self._y -= 4

    def _draw_bar(self, each: Bar, names: float, room: float, colour: str) -> None:
        canvas, y = self._canvas, self._y
        self._text(ellipsis(each.name, REGULAR, 9, names - 62), _LEFT, y - 10, 9)
        self._text(each.base, _LEFT + names - 8, y - 10, 7.5, REGULAR, _GREY, "right")
        canvas.setStrokeColor(_FAINT)
        canvas.setLineWidth(0.5)
        canvas.rect(_LEFT + names, y - 13, room, 12, stroke=1, fill=0)
        if each.rate is None:
            self._text(each.reason, _LEFT + names + 6, y - 10, 8, REGULAR, _GREY)
            return
        canvas.setFillColor(colour)
        canvas.rect(_LEFT + names, y - 13, room * float(each.rate) / 100, 12, stroke=0, fill=1)
        self._text(each.rate, _RIGHT, y - 11, 10, BOLD, _INK, "right")

    def _fitting(self, room: float) -> TableDrawing | None:
        """Set the table of questions as large as its room allows; None where there is none, or too little room."""
        table = self._sheet.questions
        if table is None:
            return None
        drawings = (TableDrawing(table, _WIDTH, (size, size), (REGULAR, BOLD)) for size in _TABLE_SIZES)
        return next((each for each in drawings if each.height <= room), None)

    def _draw_questions(self, drawing: TableDrawing | None) -> None:
        table = self._sheet.questions
        if table is None:
            return
        self._heading(table.title, table.notes[0] if table.notes else "")
        if drawing is None:
            self._text("题目较多，各题结果见统计表。", _LEFT, self._y - 9, 9, REGULAR, _GREY)
            self._y -= 14
            return
        self._canvas.setFillColor(_INK)
        self._y = drawing.draw(self._canvas, _LEFT, self._y, 0.0, lambda: self._y)

    def _height_of_lists(self) -> float:
        lines = max(len(self._sheet.strongest), len(self._sheet.weakest))
        return _HEADING + lines * _LIST_PITCH if lines else 0.0

    def _draw_strongest_and_weakest(self, foot: float) -> None:
        """Draw both lists side by side, standing on `foot`."""
        sheet, top, middle = self._sheet, foot + self._height_of_lists(), _LEFT + _WIDTH / 2
        columns = (
            (_LEFT, middle - 8, "占比较高的题目", sheet.strongest),
            (middle + 8, _RIGHT, "占比较低的题目", sheet.weakest),
        )
        for left, right, title, listed in columns:
            if listed:
                self._text(title, left, top - 11, 10, BOLD, _BLUE)
            for number, (question, rate) in enumerate(listed):
                y = top - _HEADING - 9 - number * _LIST_PITCH
                self._text(ellipsis(question, REGULAR, 8.5, right - left - 40), left, y, 8.5)
                self._text(rate, right, y, 9, BOLD, _INK, "right")

    def _draw_reply(self, foot: float, height: float) -> float:
        """Draw the box for what the unit will do (整改回执), standing on `foot`; return the lowest that may follow."""
        canvas, top = self._canvas, foot + height
        canvas.setStrokeColor(_GREY)
        canvas.setLineWidth(0.8)
        canvas.rect(_LEFT, foot, _WIDTH, height, stroke=1, fill=0)
        self._text("整改回执", _LEFT + 8, top - 15, 11, BOLD, _BLUE)
        asked = "请针对评价较低的方面填写，由责任人签字后报送组织单位。"
        self._text(asked, _RIGHT - 8, top - 14, 8, REGULAR, _GREY, "right")
        free = height - _HEADING - 5 - 26
        lines = (("主要问题", top - 22), ("整改措施", top - 22 - free * 0.45), ("责任人", foot + 26))
        canvas.setStrokeColor(_FAINT)
        canvas.setLineWidth(0.6)
        for label, y in lines:
            canvas.line(_LEFT, y, _RIGHT, y)
            self._text(label, _LEFT + 8, y - 16, 9)
        canvas.line(_LEFT + 64, top - 22, _LEFT + 64, foot)
        for label, x in (("完成时限", _LEFT + _WIDTH * 0.42), ("签字（盖章）", _LEFT + _WIDTH * 0.7)):
            canvas.line(x, foot + 26, x, foot)
            self._text(label, x + 8, foot + 10, 9)
        return top + _GAP

    def _draw_notes(self) -> float:
        """Draw the notes at the foot of the page; return the height from which on there is room."""
        set_notes = [line for note in self._sheet.notes for line in set_paragraph(note, REGULAR, _NOTE_SIZE, _WIDTH)]
        y = _FOOT + (len(set_notes) + 1) * _NOTE_PITCH
        top = y + 6
        self._line(top)
        for line in set_notes:
            y -= _NOTE_PITCH
            self._canvas.setFillColor(_GREY)
            draw_set_line(self._canvas, line, REGULAR, _NOTE_SIZE, _LEFT, y + 4)
        self._text(f"组织单位：{self._sheet.organiser}", _LEFT, _FOOT + 2, _NOTE_SIZE, REGULAR, _INK)
        return top + _GAP
