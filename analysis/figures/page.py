"""The page that all figures share: margins, title, note, keys, names of rows, scales."""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from pathlib import Path
from typing import Final

from analysis.figures import look
from analysis.figures.drawing import Drawing
from analysis.figures.face import open_face
from analysis.figures.marks import Mark, Point, Points, Shape, Sheet, Symbol, Words

#: The middle of a line of digits or Chinese stands this far above its foot, in font sizes.
_MIDDLE: Final = 0.37
_HATCH: Final = 6.0

#: Draws a key's picture at (left, middle) and returns how wide it is.
KeyPicture = Callable[[float, float], float]


class Page:
    """One page in pixels, the origin at the top left, filled from the top down.

    Attributes:
        y: how far down the page is filled.
        face: the font.

    """

    def __init__(self, title: str, note: str, font: Path | None) -> None:
        self.face = open_face(font)
        self.marks: list[Mark] = []
        self.title = title
        self.y = float(look.MARGIN)
        self.paragraph(title, look.TITLE_SIZE, 30)
        if note:
            self.paragraph(note, look.NOTE_SIZE, 20, look.MUTED)

    def drawing(self, description: Sequence[str]) -> Drawing:
        """Close the page below what it holds."""
        height = ceil(self.y + look.MARGIN)
        paper = Shape([_corners(0, 0, look.WIDTH, height)], closed=True, fill=look.PAPER, line=None)
        said = " ".join(part for part in description if part)
        return Drawing(self.title, said, Sheet(look.WIDTH, height, [paper, *self.marks], self.face))

    # Marks

    def text(
        self, x: float, middle: float, text: str, size: float, colour: str = look.INK, align: str = "left"
    ) -> float:
        """Write one line whose middle stands at ``middle``; return its width."""
        width = self.face.width(text, size)
        left = x - width * {"left": 0.0, "center": 0.5, "right": 1.0}[align]
        if text:
            self.marks.append(Words(left, middle + _MIDDLE * size, text, size, colour))
        return width

    def paragraph(
        self, text: str, size: float, pitch: float, colour: str = look.INK, width: float = look.RIGHT - look.MARGIN
    ) -> None:
        """Write a text over as many lines as it needs, and go on below it."""
        for line in self.face.wrapped(text, size, width):
            self.text(look.MARGIN, self.y + pitch / 2, line, size, colour)
            self.y += pitch

    def lines_above(
        self, x: float, bottom: float, text: str, size: float, width: float, align: str, colour: str = look.MUTED
    ) -> None:
        """Write a column's head: as many lines as it needs, the last just above ``bottom``."""
        lines = self.face.balanced(text, size, width)
        for number, line in enumerate(reversed(lines)):
            self.text(x, bottom - size * (0.6 + 1.25 * number), line, size, colour, align)

    def box(self, left: float, top: float, right: float, bottom: float, fill: str, line: str | None) -> None:
        """Draw a rectangle."""
        self.marks.append(Shape([_corners(left, top, right, bottom)], closed=True, fill=fill, line=line))

    def hatched(self, left: float, top: float, right: float, bottom: float, frame: str = look.MUTED) -> None:
        """Draw a rectangle for what is no opinion, or is hidden."""
        self.box(left, top, right, bottom, look.WASH, None)
        lines = _diagonals(left, top, right, bottom)
        if lines:
            self.marks.append(Shape(lines, closed=False, fill=None, line=look.MUTED, width=0.6))
        self.marks.append(Shape([_corners(left, top, right, bottom)], closed=True, fill=None, line=frame, width=0.7))

    def line(
        self, points: Sequence[Point], colour: str, width: float = 1.0, dashes: tuple[float, float] | None = None
    ) -> None:
        """Draw a line through points."""
        self.marks.append(Shape([points], closed=False, fill=None, line=colour, width=width, dashes=dashes))

    def point(
        self,
        symbol: Symbol,
        centres: Sequence[Point],
        radius: float,
        fill: str | None,
        line: str = look.OUTLINE,
        width: float = 0.9,
    ) -> None:
        """Draw points of one look."""
        if centres:
            self.marks.append(Points(symbol, centres, radius, fill, line, width))

    # What stands around the picture

    def keys(self, keys: Sequence[tuple[KeyPicture, str]], right: float = look.RIGHT) -> None:
        """Explain colours and shapes from left to right, over several lines where they do not fit on one."""
        left = float(look.MARGIN)
        x, self.y = left, self.y + 20
        for picture, words in keys:
            width = self.face.width(words, look.KEY_SIZE) + 50
            if x > left and x + width - 24 > right:
                x, self.y = left, self.y + 24
            x += picture(x, self.y) + 7
            x += self.text(x, self.y, words, look.KEY_SIZE) + 24
        self.y += 16

    def square(self, fill: str) -> KeyPicture:
        """Return a key's coloured square."""

        def draw(left: float, middle: float) -> float:
            self.box(left, middle - 7, left + 14, middle + 7, fill, look.OUTLINE)
            return 14

        return draw

    def hatched_square(self) -> KeyPicture:
        """Return a key's hatched square."""

        def draw(left: float, middle: float) -> float:
            self.hatched(left, middle - 7, left + 14, middle + 7)
            return 14

        return draw

    def symbol(self, symbol: Symbol, radius: float, fill: str | None, line: str = look.OUTLINE) -> KeyPicture:
        """Return a key's point."""

        def draw(left: float, middle: float) -> float:
            self.point(symbol, [(left + 6, middle)], radius, fill, line)
            return 12

        return draw

    def stroke(self, colour: str, width: float, dashes: tuple[float, float] | None = None) -> KeyPicture:
        """Return a key's piece of line."""

        def draw(left: float, middle: float) -> float:
            self.line([(left, middle), (left + 24, middle)], colour, width, dashes)
            return 24

        return draw

    def name_width(self, names: Sequence[str], size: float, least: float, most: float) -> float:
        """Return how wide a column of names has to be, within limits."""
        return min(most, max(least, *(self.face.width(name, size) for name in names)))

    def fitting(self, text: str, size: float, width: float, smallest: float) -> tuple[list[str], float]:
        """Return a text's lines and size: on one line, if need be a little smaller; else on several lines."""
        for tried in (size, 0.9 * size, smallest):
            if tried >= smallest and self.face.width(text, tried) <= width:
                return [text], tried
        return self.face.wrapped(text, smallest, width), smallest

    def name(self, name: str, below: str, middle: float, width: float, height: float, size: float = 15) -> None:
        """Write a row's name and below it, smaller, what belongs to it; all of it fits into the row."""
        lines, size = self.fitting(name, size, width, 0.8 * size)
        rest, small = self.fitting(below, look.SMALL, width, 10.5) if below else ([], 0.0)
        wanted = 1.25 * (size * len(lines) + small * len(rest))
        shrink = min(1.0, (height - 2) / wanted)
        y = middle - wanted * shrink / 2
        for text, each, colour in (*((t, size, look.INK) for t in lines), *((t, small, look.MUTED) for t in rest)):
            self.text(look.MARGIN, y + 1.25 * each * shrink / 2, text, each * shrink, colour)
            y += 1.25 * each * shrink

    def one_line_name(self, name: str, within: str, middle: float, width: float, size: float) -> None:
        """Write a row's name and beside it, smaller, where it belongs; set smaller rather than cut."""
        small = 0.82 * size
        gap = 0.5 * size if within else 0.0
        shrink = min(1.0, width / max(1.0, self.face.width(name, size) + gap + self.face.width(within, small)))
        end = self.text(look.MARGIN, middle, name, size * shrink)
        self.text(look.MARGIN + end + gap * shrink, middle, within, small * shrink, look.MUTED)

    def separator(self) -> None:
        """Draw the line above a row."""
        self.line([(look.MARGIN, self.y), (look.RIGHT, self.y)], look.LINE, 0.8)


class Scale:
    """A linear scale from values to pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, value: float) -> float:
        """Return where a value stands."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def percent(printed: str) -> float:
    """Return a printed rate as a number: what is drawn is what is printed, to its last digit.

    Raises:
        ValueError: it is no number from 0 to 100; a row without a rate has None and a reason.

    """
    value = float(printed)
    if not 0 <= value <= 100:
        raise ValueError(f"{printed!r} is not a percentage")
    return value


def signed(printed: str) -> str:
    """Return a printed number with a real minus sign."""
    return printed.replace("-", "−")


def ticks(low: float, high: float, most: int = 8) -> list[float]:
    """Return round numbers from at or below ``low`` to at or above ``high``, at equal steps, about ``most`` at most."""
    wanted = max(high - low, 1e-9) / most
    power = 10.0 ** floor(log10(wanted))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted * (1 - 1e-9))
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return [round(step * number, 10) for number in range(first, max(last, first + 1) + 1)]


def percent_ticks(values: Sequence[float], most: int = 8) -> list[float]:
    """Return the ticks of an axis of rates that need not begin at zero, 0 to 100 at the widest."""
    if not values:
        return [0.0, 25.0, 50.0, 75.0, 100.0]
    low, high = min(values), max(values)
    if high > 90:
        high = 100.0
    low = min(low, high - 4)
    return [tick for tick in ticks(max(low, 0.0), high, most) if tick <= 100]


def _corners(left: float, top: float, right: float, bottom: float) -> list[Point]:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _diagonals(left: float, top: float, right: float, bottom: float) -> list[list[Point]]:
    """Return rising lines, cut at the rectangle; they stand on one grid everywhere."""
    lines = []
    for number in range(floor((left + top) / _HATCH) + 1, ceil((right + bottom) / _HATCH)):
        total = number * _HATCH  # x + y along the line
        start, end = max(left, total - bottom), min(right, total - top)
        if end - start > 0.3:
            lines.append([(start, total - start), (end, total - end)])
    return lines
