"""What all figures share: colours, sizes, and the marks that stand for what is no number."""

from typing import Final

INK: Final = "#1a1a1a"
MUTED: Final = "#4a5560"
LINE: Final = "#d9dee3"
WASH: Final = "#f5f7f9"
PAPER: Final = "#ffffff"
OUTLINE: Final = "#10222f"

DARK_BLUE: Final = "#0B4F8A"
BLUE: Final = "#5BA3D9"
GREY: Final = "#D9DDE1"
ORANGE: Final = "#E08A3C"
DARK_RED: Final = "#8C2D04"

#: Best rating first; the ratings from the second number on stand left of zero.
FOUR_LEVEL: Final = ((DARK_BLUE, BLUE, ORANGE), 2)
FIVE_LEVEL: Final = ((DARK_BLUE, BLUE, GREY, ORANGE, DARK_RED), 3)

#: Text on these grounds is white.
DARK: Final = frozenset({DARK_BLUE, DARK_RED})

#: Pixels of 1/96 inch: a figure is ten inches wide and has a margin on all sides.
WIDTH: Final = 960
MARGIN: Final = 24
RIGHT: Final = WIDTH - MARGIN

TITLE_SIZE: Final = 22.0
NOTE_SIZE: Final = 13.0
KEY_SIZE: Final = 14.0
NUMBER_SIZE: Final = 13.0
SMALL: Final = 12.0
