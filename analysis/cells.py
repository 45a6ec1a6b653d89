"""One unit × question as it is printed."""

from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.rates import round_percent
from analysis.ratings import BLANK_CELL, CELLS, RATED, Rating

Counts = NDArray[np.int64]


class RangeNote(StrEnum):
    """What a reader of a range has to know beyond its method."""

    #: Several places or groups, but they say nothing about spread (0 or 100 %, or all alike): Wilson on the count.
    WILSON = "wilson_on_count"
    #: Two or three places: no range is printed.
    FEW_PLACES = "few_places"


#: By the number that stands in arrays.
RANGE_NOTES: Final = (None, RangeNote.WILSON, RangeNote.FEW_PLACES)


@dataclass(frozen=True)
class Cell:
    """One unit × question as it is printed.

    Counts are None where suppressed. Rates and ranges are printed percentages without the percent sign, None where
    suppressed or where nobody rated.
    """

    ballots: int
    rated: int | None
    satisfied: int | None
    basically_satisfied: int | None
    dissatisfied: int | None
    dont_know: int | None
    blank: int | None
    satisfied_rate: str | None
    approval_rate: str | None
    satisfied_rate_all: str | None
    approval_rate_all: str | None
    range_low: str | None
    range_high: str | None
    range_note: RangeNote | None
    suppressed: bool


def ratios(satisfied: int, basically: int, dissatisfied: int, dont_know: int) -> list[tuple[int, int]]:
    """Return what estimates.Bases.ratios gives, for the counts of one cell; plain integers print faster."""
    approval = satisfied + basically
    rated = approval + dissatisfied
    both = rated + dont_know
    return [(satisfied, rated), (approval, rated), (satisfied, both), (approval, both)]


def print_cell(
    ballots: int,
    counts: Counts | None,
    rates: list[str | None],
    limits: tuple[float, float],
    note: RangeNote | None = None,
) -> Cell:
    """Put a cell together; counts of None are suppressed, limits of nan are none."""
    shown: list[int] | list[None] = [None] * len(CELLS) if counts is None else counts.tolist()
    by_name = dict(zip(CELLS, shown, strict=True))
    low, high = (None if isnan(limit) else round_percent(*float(limit).as_integer_ratio()) for limit in limits)
    return Cell(
        ballots=ballots,
        rated=None if counts is None else int(counts[RATED].sum()),
        satisfied=by_name[Rating.SATISFIED],
        basically_satisfied=by_name[Rating.BASICALLY_SATISFIED],
        dissatisfied=by_name[Rating.DISSATISFIED],
        dont_know=by_name[Rating.DONT_KNOW],
        blank=by_name[BLANK_CELL],
        satisfied_rate=rates[0],
        approval_rate=rates[1],
        satisfied_rate_all=rates[2],
        approval_rate_all=rates[3],
        range_low=low,
        range_high=high,
        range_note=note,
        suppressed=counts is None,
    )


def count_cell(counts: Counts | None, ballots: int) -> Cell:
    """Put together the cell of counts (5,) that stand alone, without a range; None where they are hidden."""
    rates: list[str | None] = [None] * 4 if counts is None else _of_counts(counts)
    return print_cell(ballots, counts, rates, (nan, nan))


def _of_counts(counts: Counts) -> list[str | None]:
    return [round_percent(part, base) if base else None for part, base in ratios(*counts[:-1].tolist())]
