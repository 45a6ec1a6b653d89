"""Counting packed answers: one byte a slot, one histogram a slot."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from analysis.ratings import BLANK as BLANK_COLUMN
from analysis.ratings import CELLS, COLUMN, Rating

#: The slot was shown and left unanswered (未填).
BLANK: Final = 0
#: The slot was not put to this resident (未询问).
NOT_ASKED: Final = 255
#: 1 to 254 are positions on the scale.
MOST_OPTIONS: Final = 254

#: Ballots counted at a time: large enough for numpy's speed, small enough that millions of ballots
#: never stand in memory twice at eight bytes an answer.
_BATCH: Final = 65_536


def count_packed(packed: NDArray[np.uint8], options: int) -> NDArray[np.int64]:
    """Count the answers of each slot.

    Args:
        packed: answers, uint8, shape (ballots, slots): 0 blank, 1 to ``options`` the option's position
            on the scale, 255 not asked.
        options: how many options the scale has, 1 to 254.

    Returns:
        Ballots, int64, shape (slots, options + 2): column 0 blank, 1 to ``options`` the options, the last not asked.

    Raises:
        ValueError: ``packed`` is not a uint8 table, ``options`` is out of range, or a byte is above ``options``
            without being 255.

    """
    if packed.dtype != np.uint8 or packed.ndim != 2:
        raise ValueError(f"packed answers are a uint8 array (ballots, slots), not {packed.dtype} {packed.shape}")
    if not 1 <= options <= MOST_OPTIONS:
        raise ValueError(f"a scale has 1 to {MOST_OPTIONS} options, not {options}")
    slots = packed.shape[1]
    by_byte = np.zeros((slots, 256), dtype=np.int64)
    for start in range(0, len(packed), _BATCH):
        batch = packed[start : start + _BATCH]
        for slot in range(slots):
            by_byte[slot] += np.bincount(batch[:, slot], minlength=256)
    unknown = by_byte[:, options + 1 : NOT_ASKED]
    if unknown.any():
        slot, offset = (int(index) for index in np.argwhere(unknown)[0])
        raise ValueError(f"slot {slot} holds the byte {options + 1 + offset}; the scale has {options} options")
    return np.concatenate([by_byte[:, : options + 1], by_byte[:, NOT_ASKED:]], axis=1)


def cross_packed(packed: NDArray[np.uint8], by: int, slots: Sequence[int], options: int) -> NDArray[np.int64]:
    """Count the answers of some slots apart for each answer of the slot ``by``.

    Args:
        packed: answers as for :func:`count_packed`.
        by: the slot whose answers part the ballots.
        slots: the slots that are counted.
        options: of the slot that has most.

    Returns:
        Ballots, int64, shape (slots, options + 2, options + 2): answer of ``by``, then of the slot; columns as from
        :func:`count_packed`.

    """
    width = options + 2
    counts = np.zeros((len(slots), width * width), dtype=np.int64)
    for start in range(0, len(packed), _BATCH):
        batch = np.minimum(packed[start : start + _BATCH], width - 1).astype(np.intp)
        for number, slot in enumerate(slots):
            counts[number] += np.bincount(batch[:, by] * width + batch[:, slot], minlength=width * width)
    return counts.reshape(len(slots), width, width)


def by_rating(histogram: NDArray[np.int64], ratings: Sequence[Rating]) -> NDArray[np.int64]:
    """Merge the options of a scale into ratings.

    Args:
        histogram: ballots, shape (..., options + 2) as from :func:`count_packed`.
        ratings: the rating of option 1, 2, …, one per option; several options may share one.

    Returns:
        Ballots, int64, shape (..., 5), columns as in CELLS. Not asked is left out: it is no answer.

    Raises:
        ValueError: the histogram has another number of options than ``ratings``.

    """
    if histogram.shape[-1] != len(ratings) + 2:
        raise ValueError(f"{len(ratings)} ratings do not fit a histogram of {histogram.shape[-1] - 2} options")
    counts = np.zeros((*histogram.shape[:-1], len(CELLS)), dtype=np.int64)
    counts[..., BLANK_COLUMN] = histogram[..., 0]
    for position, rating in enumerate(ratings, start=1):
        counts[..., COLUMN[rating]] += histogram[..., position]
    return counts
