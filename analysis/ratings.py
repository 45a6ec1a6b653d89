"""The four ratings, and the order in which their counts stand in every array."""

from enum import StrEnum
from typing import Final


class Rating(StrEnum):
    """What an option of a rating scale says about its target (评价)."""

    SATISFIED = "satisfied"
    BASICALLY_SATISFIED = "basically_satisfied"
    DISSATISFIED = "dissatisfied"
    DONT_KNOW = "dont_know"


#: A blank is not "don't know": it has a count of its own.
BLANK_CELL: Final = "blank"

#: The columns of every array of rating counts, in order.
CELLS: Final[tuple[str, ...]] = (*Rating, BLANK_CELL)

SATISFIED, BASICALLY_SATISFIED, DISSATISFIED, DONT_KNOW, BLANK = range(len(CELLS))
"""Positions in CELLS."""

#: Where a rating's count stands.
COLUMN: Final[dict[Rating, int]] = {rating: column for column, rating in enumerate(Rating)}

#: The first three columns are opinions; only they make the base of a rate.
RATED: Final = slice(SATISFIED, DONT_KNOW)
