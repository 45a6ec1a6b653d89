"""Paper totals as they are stored: the shape of a tally, then the ticks of multiple choices, which fill no slot."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from survey_app.domain.paper import PaperCount, PaperLine
from survey_app.domain.questionnaire import QuestionKind
from survey_app.models import PaperEntry
from survey_app.services.surveys import Frame


def _ticked(frame: Frame) -> Sequence[tuple[str, int]]:
    """Return name and options of every multiple choice that a sheet may hold, in the order of their ticks."""
    return [
        (item.name, len(item.question.options))
        for item in frame.questionnaire.items()
        if item.question.kind is QuestionKind.MULTIPLE
    ]


def pack(frame: Frame, lines: Sequence[PaperLine], count: PaperCount) -> bytes:
    """Return what was counted as little-endian uint32: a ballot that was not asked a question is counted so."""
    table = np.zeros(frame.tally_shape, "<u4")
    table[:, -1] = count.valid
    for line in lines:
        row = count.rows[line.name]
        if line.item.slot is not None:
            table[line.item.slot, : len(row)] = row
            table[line.item.slot, -1] = count.valid - sum(row)
    ticks = [
        each for name, options in _ticked(frame) for each in count.rows.get(name, (0,) * (options + 1))[1 : options + 1]
    ]
    return table.tobytes() + np.array(ticks, "<u4").tobytes()


def unpack(frame: Frame, lines: Sequence[PaperLine], entry: PaperEntry) -> PaperCount:
    """Return an entry as it was given."""
    table, ticks = tally_of(frame, entry), ticks_of(frame, entry)
    rows = {
        line.name: (0, *ticks[line.name])
        if line.item.slot is None
        else tuple(int(each) for each in table[line.item.slot, : len(line.item.question.options) + 1])
        for line in lines
    }
    return PaperCount(entry.issued, entry.returned, entry.valid, entry.invalid, rows)


def tally_of(frame: Frame, entry: PaperEntry) -> NDArray[np.int64]:
    """Return an entry's part that counts slots, in the shape of a tally."""
    slots, width = frame.tally_shape
    return np.frombuffer(entry.counts, "<u4", slots * width).reshape(slots, width).astype(np.int64)


def ticks_of(frame: Frame, entry: PaperEntry) -> Mapping[str, tuple[int, ...]]:
    """Return an entry's ticks: multiple choice -> ticks of each option."""
    slots, width = frame.tally_shape
    given = [int(each) for each in np.frombuffer(entry.counts, "<u4")[slots * width :]]
    found: dict[str, tuple[int, ...]] = {}
    for name, options in _ticked(frame):
        found[name], given = tuple(given[:options]), given[options:]
    return found
