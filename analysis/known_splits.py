"""Splits of the survey's row of which more is known than their margins: slips and paper, issued unit by unit.

That units and channels say nothing about each other (analysis.suppression) holds as long as nobody knows which channel
a unit's ballots came by. Of posters and telephones nobody does. But slips and sheets issued are printed for each unit
(发出), so everybody knows where there were none, and nowhere more came back than were issued: a unit that is hidden
could then be what remains of its parent less the paper of its sisters. So where anything was issued by unit, such a
split is printed for a question only where

- no unit is hidden, so that there is nothing to work out,
- no part of the split is hidden, and
- what remains of the units that had some of a part, or of several parts together, less those parts, is no row that
  would be hidden for its own sake: it can be subtracted.
"""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from analysis.suppression import THRESHOLD, Bools, sensitive, suppress_split


def may_be_told(
    parts: NDArray[np.int64],
    issued: Bools,
    own: NDArray[np.int64],
    units_hidden: Bools,
    threshold: int = THRESHOLD,
) -> Bools:
    """Say of which questions the parts may be printed beside the table of units, by the rules above.

    Args:
        parts: rating counts of each part over all places, shape (parts, questions, 5).
        issued: where some of a part was issued, shape (parts, places); no place at all for parts that are not issued.
        own: rating counts of each place alone, shape (places, questions, 5).
        units_hidden: what is hidden of every unit, shape (units, questions).
        threshold: as in :func:`analysis.suppression.suppress`.

    Returns:
        Shape (questions,); all True where nothing was issued.

    """
    if not issued.any():
        return np.ones(parts.shape[1], np.bool_)
    split = suppress_split(parts, np.zeros(parts.shape[1], np.bool_), threshold)
    unsafe: Bools = np.logical_or(units_hidden.any(axis=0), split.any(axis=0), dtype=np.bool_)
    for some in _together(np.flatnonzero(issued.any(axis=1)).tolist()):
        places = issued[some].any(axis=0)
        unsafe = np.logical_or(unsafe, sensitive(own[places].sum(axis=0) - parts[some].sum(axis=0), threshold))
    return np.logical_not(unsafe)


def _together(parts: list[int]) -> Iterator[list[int]]:
    """Give every choice of one part or more."""
    for size in range(1, len(parts) + 1):
        for some in combinations(parts, size):
            yield list(some)
