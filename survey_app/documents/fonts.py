"""The fonts that ship with the project: where their files are, which characters they draw, and reportlab's use of them.

Regular is whole; Bold and Serif are subsets (`static/fonts/README.md` has the recipe). Text set in them therefore comes
in runs: a character that the subset lacks is drawn in Regular instead of as an empty box.
"""

from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path

FONT_FOLDER = Path(__file__).parent.parent / "static" / "fonts"
REGULAR_FILE = FONT_FOLDER / "NotoSansSC-Regular.ttf"
BOLD_FILE = FONT_FOLDER / "NotoSansSC-Bold-subset.ttf"
SERIF_FILE = FONT_FOLDER / "NotoSerifSC-Regular-subset.ttf"

#: The names under which reportlab knows the fonts.
REGULAR = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"
SERIF = "NotoSerifSC-Regular"


@cache
def _characters() -> dict[str, frozenset[str]]:
    """Register the fonts with reportlab, once; return for each the characters that it draws."""
    from reportlab import rl_config  # noqa: PLC0415 - heavy, and only printing needs it.
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - as above.
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415 - as above.

    rl_config.useA85 = 0  # Else it writes every stream as text, which is a quarter longer and slow.
    drawn = {}
    for name, file in ((REGULAR, REGULAR_FILE), (BOLD, BOLD_FILE), (SERIF, SERIF_FILE)):
        font = TTFont(name, str(file))
        pdfmetrics.registerFont(font)
        drawn[name] = frozenset(map(chr, font.face.charToGlyph))
    return drawn


def register_fonts() -> None:
    """Make `REGULAR`, `BOLD` and `SERIF` known to reportlab. Only the first call does anything (some 0.1 s)."""
    _characters()


def missing_glyphs(text: str) -> str:
    """Return the characters of `text` that Regular cannot draw, each once, in the order of the text.

    An empty string means that the text can be printed. Line breaks and tabs have no glyph and count as missing.
    """
    drawn = _characters()[REGULAR]
    return "".join(dict.fromkeys(character for character in text if character not in drawn))


def font_runs(text: str, font: str) -> list[tuple[str, str]]:
    """Split `text` to be set in `font` into runs of (font that draws them, characters).

    A character that `font` lacks falls back to Regular.
    """
    drawn = _characters()[font]
    runs = groupby(text, lambda character: font if character in drawn else REGULAR)
    return [(name, "".join(characters)) for name, characters in runs]


@lru_cache(maxsize=20_000)
def text_width(text: str, font: str, size: float) -> float:
    """Return the width of one line of `text` in points, set in `font` at `size` points, fallback counted."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415 - heavy, and only printing needs it.

    return sum(pdfmetrics.stringWidth(run, name, size) for name, run in font_runs(text, font))
