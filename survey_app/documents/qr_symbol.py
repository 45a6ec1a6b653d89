"""QR symbols for print: matrices at a fixed version and mask, and their dark modules as few rectangles.

A batch is drawn at one version so that all its symbols look alike, and at one mask, since trying all eight (ISO/IEC
18004, 7.8.3) takes five times as long and a fixed one reads as well. Text is held in byte mode.
"""

from collections.abc import Iterable, Sequence
from enum import IntEnum
from itertools import groupby
from typing import Literal

from qrcode.constants import ERROR_CORRECT_M, ERROR_CORRECT_Q
from qrcode.main import QRCode
from qrcode.util import QRData

#: The light margin that a reader needs around the symbol, in modules.
QUIET_ZONE = 4
#: ISO/IEC 18004's indicator of byte mode.
_BYTE_MODE: Literal[4] = 4
#: Of the eight masks the one with the least penalty, on average, over addresses of codes.
_MASK = 2


class ErrorLevel(IntEnum):
    """How much of a symbol may be lost: a quarter (Q), for posters out in the weather, or a seventh (M), for slips."""

    M = ERROR_CORRECT_M
    Q = ERROR_CORRECT_Q


Matrix = Sequence[Sequence[bool | None]]
#: (column, row from the top, width, height) in modules.
Rectangle = tuple[int, int, int, int]


def version_for(texts: Iterable[str], level: ErrorLevel = ErrorLevel.Q) -> int:
    """Return the smallest version (1 to 40) that holds each of the ASCII texts at a level.

    UnicodeEncodeError: a text is not ASCII. qrcode's DataOverflowError: one is longer than 1,663 bytes at level Q.
    """
    longest = max((text.encode("ascii") for text in texts), key=len, default=b"")
    symbol = QRCode(error_correction=level)
    symbol.add_data(QRData(longest, mode=_BYTE_MODE))
    return symbol.best_fit()


def matrix_of(text: str, version: int, level: ErrorLevel = ErrorLevel.Q) -> Matrix:
    """Return the modules (true is dark) of the ASCII text's symbol at a level: rows from the top, no quiet zone.

    The side measures 17 + 4 × version modules. UnicodeEncodeError, DataOverflowError as in `version_for`.
    """
    symbol = QRCode(version=version, error_correction=level, mask_pattern=_MASK)
    symbol.add_data(QRData(text.encode("ascii"), mode=_BYTE_MODE))
    symbol.make(fit=False)
    return symbol.modules


def dark_rectangles(matrix: Matrix) -> list[Rectangle]:
    """Return rectangles that cover the dark modules once each: runs of a row, equal runs of rows below joined."""
    rectangles: list[Rectangle] = []
    growing: dict[tuple[int, int], tuple[int, int]] = {}  # (column, width): (top row, height)
    for row, modules in enumerate([*matrix, []]):
        runs = set(_dark_runs(modules))
        for column, width in [run for run in growing if run not in runs]:
            top, height = growing.pop((column, width))
            rectangles.append((column, top, width, height))
        for run in sorted(runs):
            top, height = growing.get(run, (row, 0))
            growing[run] = (top, height + 1)
    return rectangles


def _dark_runs(modules: Sequence[bool | None]) -> Iterable[tuple[int, int]]:
    """Yield (first column, width) of each run of dark modules in a row."""
    column = 0
    for dark, run in groupby(modules):
        width = len(list(run))
        if dark:
            yield column, width
        column += width
