"""The pages of a bulletin in PDF: their edges, page numbers and watermark, and where the next line goes."""

from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.bulletin import house_style as style
from survey_app.documents.fonts import BOLD, REGULAR, SERIF, register_fonts
from survey_app.documents.paragraph_setting import SetLine, draw_set_line, draw_short, drawable

if TYPE_CHECKING:
    pass

_ASCENT = 0.88


class Pages:
    """A PDF under way: a canvas, the page it stands on, and how far down that page is filled."""

    def __init__(self, out: BinaryIO, title: str, author: str, subject: str, watermark: str) -> None:
        from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415 - heavy, and only printing needs it.

        register_fonts()
        self.canvas: Canvas = Canvas(
            out,
            pageCompression=1,
            invariant=1,
            initialFontName=REGULAR,  # type: ignore[arg-type]
            lang="zh-CN",
        )
        self.canvas.setTitle(drawable(title))
        self.canvas.setAuthor(drawable(author))
        self.canvas.setSubject(subject)
        self.canvas.setCreator("Manyi")
        self.canvas.showOutline()
        self._watermark = drawable(watermark)
        self._number = self._entries = 0
        self.on_side = False

    def begin(self, on_side: bool = False) -> float:
        """Begin the next page, upright or on its side; return the top of its type area."""
        if self._number:
            self.canvas.showPage()
        self._number += 1
        self.on_side = on_side
        width, height = style.PAGE[::-1] if on_side else style.PAGE
        self.canvas.setPageSize((width, height))
        self.left = style.WIDE_EDGE if on_side else style.LEFT
        self.width = style.WIDE_WIDTH if on_side else style.TYPE_WIDTH
        self.foot = style.WIDE_BOTTOM if on_side else style.BOTTOM
        self._draw_watermark(width, height)
        self._draw_number()
        self.y = height - (style.WIDE_TOP if on_side else style.TOP)
        return self.y

    def again(self) -> float:
        """Begin a further page like this one."""
        return self.begin(self.on_side)

    def need(self, height: float) -> None:
        """Begin a further page where less than `height` is left."""
        if self.y - height < self.foot - 0.5:
            self.again()

    def write(self, line: SetLine, font: str, size: float, pitch: float, x: float | None = None) -> None:
        """Write one line of a paragraph and go down by `pitch`, to a further page where this one is full."""
        self.need(pitch)
        baseline = self.y - (pitch - size) / 2 - _ASCENT * size
        draw_set_line(self.canvas, line, font, size, self.left if x is None else x, baseline)
        self.y -= pitch

    def write_short(self, text: str, font: str, size: float, pitch: float, side: str = "left", x: float = 0.0) -> None:
        """Write one short line in the middle of the page, or from or up to `x`."""
        self.need(pitch)
        x = self.left + self.width / 2 if side == "center" else x
        draw_short(self.canvas, text, font, size, x, self.y - (pitch - size) / 2 - _ASCENT * size, side)
        self.y -= pitch

    def write_display(self, text: str, size: float, pitch: float, colour: str = "#000000") -> None:
        """Write one line of a title, centred: Serif with its strokes made heavier, in place of 小标宋."""
        self.need(pitch)
        self.canvas.saveState()
        self.canvas.setFillColor(colour)
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(size * 0.028)
        baseline = self.y - (pitch - size) / 2 - _ASCENT * size
        draw_short(self.canvas, text, SERIF, size, self.left + self.width / 2, baseline, "center", stroked=True)
        self.y -= pitch
        self.canvas.restoreState()

    def add_outline(self, text: str, level: int) -> None:
        """Add an entry to the outline that leads to this page."""
        self._entries += 1
        key = f"entry{self._entries}"
        self.canvas.bookmarkPage(key)
        self.canvas.addOutlineEntry(drawable(text), key, level=level, closed=False)

    def save(self) -> None:
        """Finish the last page and the file."""
        self.canvas.showPage()
        self.canvas.save()

    def _draw_number(self) -> None:
        """Write "— 1 —" outside, one character in: right on odd pages, left on even ones."""
        size = style.SMALL_SIZE
        baseline = max(20.0, self.foot - style.PAGE_NUMBER_BELOW - size)
        right = self._number % 2 == 1
        x = self.left + self.width - size if right else self.left + size
        draw_short(self.canvas, f"— {self._number} —", SERIF, size, x, baseline, "right" if right else "left")

    def _draw_watermark(self, width: float, height: float) -> None:
        if not self._watermark:
            return
        size = min(150.0, 430.0 / len(self._watermark))
        self.canvas.saveState()
        self.canvas.translate(width / 2, height / 2)
        self.canvas.rotate(45)
        self.canvas.setFillColor(style.WATERMARK_GREY)
        draw_short(self.canvas, self._watermark, BOLD, size, 0, -0.38 * size, "center")
        self.canvas.restoreState()
