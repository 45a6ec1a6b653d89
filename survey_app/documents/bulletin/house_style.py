"""The measures of an official document (GB/T 9704-2012, 党政机关公文格式) for Word and PDF. Lengths are points."""

from survey_app.documents.paper import A4, MILLIMETRE

#: The paper, its white edges, and the type area (版心): 156 x 225 mm.
PAGE = (A4.width, A4.height)
TOP, LEFT = 37 * MILLIMETRE, 28 * MILLIMETRE
TYPE_WIDTH, TYPE_HEIGHT = 156 * MILLIMETRE, 225 * MILLIMETRE
RIGHT, BOTTOM = PAGE[0] - LEFT - TYPE_WIDTH, PAGE[1] - TOP - TYPE_HEIGHT
#: An annex on its side has the same edges but for the upper and lower ones, so that a long table has room.
WIDE_EDGE = 20 * MILLIMETRE
WIDE_WIDTH = PAGE[1] - 2 * WIDE_EDGE
WIDE_TOP, WIDE_BOTTOM = 26 * MILLIMETRE, 22 * MILLIMETRE

#: Sizes: 2号, 3号, 4号; the list of a table's notes is smaller.
TITLE_SIZE, TEXT_SIZE, SMALL_SIZE, NOTE_SIZE = 22.0, 16.0, 14.0, 9.0
#: From one line to the next: 22 lines a page.
LINE_PITCH = 28.95
TITLE_PITCH = 35.0
#: The largest and smallest sizes of text in a table among the text, and in an annex.
TABLE_SIZES = (11.0, 7.0)
ANNEX_SIZES = (10.5, 6.5)
CAPTION_SIZE = 12.0
#: The page number stands 7 mm below the type area.
PAGE_NUMBER_BELOW = 7 * MILLIMETRE

RED = "#C00000"
WATERMARK_GREY = "#E8E8E8"
HEADER_FILL = "#EEF2F6"
RULE = "#5F6B76"

#: An annex stands on its side where its columns, in characters, are wider than a page upright can hold.
_UPRIGHT_CHARACTERS = 110


def stands_on_side(characters: float) -> bool:
    """Whether a table of so many characters across is printed on a page on its side."""
    return characters > _UPRIGHT_CHARACTERS


def red_head_size(issuer: str) -> float:
    """Return the size of the issuer's name at the head: one line, at most as large as looks calm."""
    return max(TEXT_SIZE, min(36.0, 0.96 * TYPE_WIDTH / max(1, len(issuer))))
