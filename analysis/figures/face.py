"""A font: its characters' outlines, how wide a text runs, where it breaks."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Final

#: Outlines and advances are in so many parts of the font size, y upwards: finer than any screen or printer shows at the
#: sizes of a figure, and a tenth fewer bytes than in thousandths.
EM: Final = 500

#: Marks that never begin a line, and those that never end one.
_CLOSING = "，。；：、）”》！？%"
_OPENING = "（“《"
#: A character, a word, or a short bracket: what stays on one line.
_PIECES = re.compile(
    rf"（[^（）]{{1,6}}）[{_CLOSING}]*|[{_OPENING}]*[⺀-￿][{_CLOSING}]*|[^\s⺀-￿{_OPENING}]+[{_CLOSING}]*|[{_OPENING}]+|\s+"
)


@dataclass(frozen=True, eq=False)
class Glyph:
    """One character: its advance, and the points of its outline with matplotlib's codes for them (1 2 3 4 79).

    A face gives one and the same each time, so that what is written of it can be kept.
    """

    advance: float
    points: Sequence[tuple[int, int]]
    codes: Sequence[int]


class Face:
    """A TrueType font, read with FreeType as it comes with matplotlib."""

    def __init__(self, file: Path) -> None:
        from matplotlib.ft2font import FT2Font  # noqa: PLC0415 - matplotlib is heavy; only drawing loads it

        self._font = FT2Font(file)
        self._font.set_size(EM, 72)
        self._characters = frozenset(map(chr, self._font.get_charmap()))
        self._glyphs: dict[str, Glyph] = {}
        self._lock = Lock()

    def check(self, text: str) -> None:
        """Raise ValueError, which names the character, where the font cannot draw all of a text."""
        for character in text:
            if character not in self._characters:
                raise ValueError(
                    f"the font has no character {character!r} (U+{ord(character):04X}), needed in {text!r}"
                )

    def glyph(self, character: str) -> Glyph:
        """Return a character's outline, unhinted."""
        found = self._glyphs.get(character)
        return found if found is not None else self._load(character)

    def _load(self, character: str) -> Glyph:
        from matplotlib.ft2font import LoadFlags  # noqa: PLC0415 - as above

        # A font draws one character at a time: another thread must not load the next before this one is read.
        with self._lock:
            loaded = self._font.load_char(ord(character), flags=LoadFlags.NO_HINTING)
            points, codes = self._font.get_path()
            advance = loaded.linearHoriAdvance / 65536
        corners = [(round(x), round(y)) for x, y in points.tolist()]
        return self._glyphs.setdefault(character, Glyph(advance, corners, codes.tolist()))

    def width(self, text: str, size: float) -> float:
        """Return how wide one line of a text runs, in the unit of ``size``."""
        self.check(text)
        return size / EM * sum(self.glyph(character).advance for character in text)

    def wrapped(self, text: str, size: float, width: float) -> list[str]:
        """Break a text into lines: between Chinese characters or at spaces, never before a closing mark.

        A word that is wider than a line is broken between its letters. An empty text has one empty line.
        """
        lines = [""]
        for piece in _PIECES.findall(text):
            blank = not piece.strip()
            if lines[-1] and not blank and self.width(lines[-1] + piece, size) > width:
                lines.append("")
            if lines[-1] or not blank:
                lines[-1] += " " if blank else piece
            while len(lines[-1]) > 1 and self.width(lines[-1].rstrip(), size) > width:
                lines[-1:] = self._split(lines[-1], size, width)
        return [line.rstrip() for line in lines]

    def balanced(self, text: str, size: float, width: float) -> list[str]:
        """Break a text into as few lines as fit, all about equally long."""
        lines = self.wrapped(text, size, width)
        least = max((self.width(piece.rstrip(), size) for piece in _PIECES.findall(text)), default=0.0)
        narrower = width * 0.97
        while len(lines) > 1 and narrower >= least:
            tried = self.wrapped(text, size, narrower)
            if len(tried) > len(lines):
                break
            lines, narrower = tried, narrower * 0.97
        return lines

    def _split(self, word: str, size: float, width: float) -> tuple[str, str]:
        end = len(word) - 1
        while end > 1 and self.width(word[:end], size) > width:
            end -= 1
        return word[:end], word[end:]


@cache
def open_face(file: Path | None) -> Face:
    """Open a font once; None is matplotlib's own, which has no Chinese."""
    if file is None:
        from matplotlib import get_data_path  # noqa: PLC0415 - as above

        return Face(Path(get_data_path()) / "fonts/ttf/DejaVuSans.ttf")
    return Face(file)
