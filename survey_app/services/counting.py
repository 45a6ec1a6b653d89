"""The tally: counts by place, group, channel, slot and option, kept current by the transaction that stores ballots.

Its cost does not grow with the number of ballots stored. The packed ballots can always be counted again: `recount`
is the audit, and the two must agree to the cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Insert, bindparam, select, tuple_, update
from sqlalchemy.orm import Session

from analysis.histogram import count_packed, cross_packed
from survey_app.models import Ballot, Tally, Turnout
from survey_app.models.database import upsert
from survey_app.services.surveys import Frame

#: Ballots read at a time where all are counted, so that memory does not grow with their number.
_AT_ONCE = 20_000

_KEY = (Tally.survey_id, Tally.place_id, Tally.group_id, Tally.channel)


class TallyKey(NamedTuple):
    """Whose ballots one tally counts; channel by its position in domain.ballot.Channel."""

    survey_id: int
    place_id: int
    group_id: int
    channel: int


@dataclass(frozen=True)
class PlaceCount:
    """One tally: ballots, and counts of shape (slots, blank + options + not asked)."""

    key: TallyKey
    ballots: int
    counts: NDArray[np.int64]


def count_ballots(session: Session, packed: Mapping[TallyKey, Sequence[bytes]], widths: Mapping[TallyKey, int]) -> None:
    """Add packed ballots to their tallies, whose rows stay locked until the transaction ends."""
    kept = _locked(session, packed)
    missing = [
        key._asdict() | {"ballots": 0, "counts": bytes(4 * len(packed[key][0]) * widths[key])}
        for key in sorted(packed)
        if key not in kept
    ]
    if missing:
        connection = session.connection()
        connection.execute(_insert_zeros(connection.dialect.name), missing)
        kept = _locked(session, packed)
    changed = [
        {f"key_{name}": value for name, value in key._asdict().items()}
        | {"ballots": kept[key][0] + len(some), "counts": add_ballots(kept[key][1], some, widths[key])}
        for key, some in packed.items()
    ]
    session.connection().execute(_UPDATE, changed)


@cache
def _insert_zeros(dialect: str) -> Insert:
    found: Insert = upsert(dialect, Tally).on_conflict_do_nothing()
    return found


_UPDATE = (
    update(Tally.__table__)  # type: ignore[arg-type] # The table itself, so that Core runs it as one executemany.
    .where(*(column == bindparam(f"key_{column.key}") for column in _KEY))
    .values(ballots=bindparam("ballots"), counts=bindparam("counts"))
)


def _locked(session: Session, keys: Mapping[TallyKey, object]) -> dict[TallyKey, tuple[int, bytes]]:
    rows = session.execute(
        select(*_KEY, Tally.ballots, Tally.counts)
        .where(tuple_(*_KEY).in_([tuple(key) for key in keys]))
        .order_by(*_KEY)  # The same order in every writer, so that no two wait in a ring.
        .with_for_update()
    )
    return {TallyKey(*row[:4]): (row[4], row[5]) for row in rows}


def add_ballots(counts: bytes, packed: Sequence[bytes], width: int) -> bytes:
    """Add packed ballots to a kept tally: little-endian uint32, slots x width, "not asked" in the last column."""
    table = np.frombuffer(counts, "<u4").copy()
    rows = np.arange(len(packed[0])) * width
    for each in packed:
        table[rows + np.minimum(np.frombuffer(each, np.uint8), width - 1)] += 1
    return table.tobytes()


def count_turnout(session: Session, ballots: Mapping[tuple[int, int], int]) -> None:
    """Add ballots, by (place, survey), to the turnout of the present hour."""
    hour = int(datetime.now(UTC).timestamp()) // 3600
    connection = session.connection()
    connection.execute(
        _add_turnout(connection.dialect.name),
        [
            {"place_id": place, "hour": hour, "survey_id": survey, "ballots": some}
            for (place, survey), some in sorted(ballots.items())
        ],
    )


@cache
def _add_turnout(dialect: str) -> Insert:
    statement = upsert(dialect, Turnout)
    found: Insert = statement.on_conflict_do_update(
        index_elements=[Turnout.place_id, Turnout.hour],
        set_={"ballots": Turnout.ballots + statement.excluded.ballots},
    )
    return found


def read_tally(session: Session, frame: Frame) -> Iterator[PlaceCount]:
    """Give every kept tally of a survey."""
    rows = session.execute(select(*_KEY, Tally.ballots, Tally.counts).where(Tally.survey_id == frame.survey_id))
    for row in rows:
        counts = np.frombuffer(row.counts, "<u4").reshape(frame.tally_shape).astype(np.int64)
        yield PlaceCount(TallyKey(*row[:4]), row.ballots, counts)


def recount(session: Session, frame: Frame) -> Iterator[PlaceCount]:
    """Count the stored ballots themselves, place by place: what the kept tally must equal."""
    rows = session.execute(
        select(Ballot.place_id, Ballot.group_id, Ballot.channel, Ballot.answers)
        .where(Ballot.survey_id == frame.survey_id)
        .order_by(Ballot.place_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    place: int | None = None
    packed: dict[TallyKey, list[bytes]] = {}
    for place_id, group_id, channel, answers in rows:
        if place_id != place:
            yield from _counted(packed, frame)
            place, packed = place_id, {}
        packed.setdefault(TallyKey(frame.survey_id, place_id, group_id, channel), []).append(answers)
    yield from _counted(packed, frame)


def _counted(packed: Mapping[TallyKey, Sequence[bytes]], frame: Frame) -> Iterator[PlaceCount]:
    slots, width = frame.tally_shape
    for key, some in packed.items():
        table = np.frombuffer(b"".join(some), np.uint8).reshape(len(some), slots)
        yield PlaceCount(key, len(some), count_packed(table, width - 2))


def count_crossed(session: Session, frame: Frame, by: int, slots: Sequence[int]) -> NDArray[np.int64]:
    """Count the stored ballots by their answer in slot `by` and in some others: a tally keeps no pairs.

    Only while a release is made: this takes seconds for a million ballots (docs/decisions/0019). Paper has none and is
    not in it.
    Shape (slots, width, width), as from `cross_packed`.
    """
    answers = session.scalars(
        select(Ballot.answers).where(Ballot.survey_id == frame.survey_id).execution_options(yield_per=_AT_ONCE)
    )
    count, width = frame.tally_shape
    counts = np.zeros((len(slots), width, width), np.int64)
    for some in answers.partitions():
        table = np.frombuffer(b"".join(some), np.uint8).reshape(len(some), count)
        counts += cross_packed(table, by, slots, width - 2)
    return counts
