"""Scans in vain: counted in memory, written every few seconds, shown to organisers.

Whoever scans waits for no write; what a crash loses is a few seconds of hints. Nothing here says who scanned.
"""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from multiprocessing.util import Finalize
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from survey_app.domain.entry_codes import is_slip_code
from survey_app.models import CodeHit, EntryCode, RespondentGroup, Survey
from survey_app.models.database import Database, upsert

#: The reason of a code that never was; every other is a domain.doors.Standing.
UNKNOWN = "unknown"

#: So many different unknown codes of a day are written by themselves, all others as one.
MOST_UNKNOWN = 200

#: Seconds from the first hit to its writing.
FLUSH_AFTER = 5.0

#: Code ("" for slips and for what is not told apart), reason, UTC day.
HitKey = tuple[str, str, date]


class HitCounter:
    """Counts of one process on their way to the database."""

    def __init__(self, database: Database, flush_after: float = FLUSH_AFTER) -> None:
        self._database = database
        self._flush_after = flush_after
        self._lock = threading.Lock()
        self._hits: Counter[HitKey] = Counter()
        self._unknown: set[str] = set()
        self._timer: threading.Timer | None = None
        self._at_exit: Finalize | None = None

    def count(self, code: str, reason: str) -> None:
        """Count one scan; it is written within seconds."""
        with self._lock:
            self._hits[self._key(code, reason)] += 1
            if self._timer is None:
                self._timer = threading.Timer(self._flush_after, self.flush)
                self._timer.daemon = True
                self._timer.start()
                # Unlike atexit it is also called where a worker of the server ends.
                self._at_exit = Finalize(None, self.flush, exitpriority=0)

    def flush(self) -> None:
        """Write what was counted; where the database cannot be reached it is kept for the next time."""
        with self._lock:
            hits, self._hits, self._unknown = self._hits, Counter(), set()
            if self._timer is not None and self._at_exit is not None:
                self._timer.cancel()
                self._at_exit.cancel()
            self._timer = self._at_exit = None
        if not hits:
            return
        try:
            with self._database.writing() as session:
                _write(session, hits)
        except SQLAlchemyError:
            with self._lock:
                self._hits += hits  # Written with the next hit.

    def _key(self, code: str, reason: str) -> HitKey:
        day = datetime.now(UTC).date()
        if is_slip_code(code):
            return "", reason, day
        if reason == UNKNOWN and code not in self._unknown:
            if len(self._unknown) >= MOST_UNKNOWN:
                return "", reason, day
            self._unknown.add(code)
        return code, reason, day


def _write(session: Session, hits: Mapping[HitKey, int]) -> None:
    rows = [
        {"code": code, "reason": reason, "day": day, "hits": count}
        for (code, reason, day), count in sorted(_few_unknown(session, hits).items())
    ]
    insertion: Any = upsert(session.get_bind().dialect.name, CodeHit)
    session.execute(
        insertion.on_conflict_do_update(
            index_elements=["code", "reason", "day"], set_={"hits": CodeHit.hits + insertion.excluded.hits}
        ),
        rows,
    )


def _few_unknown(session: Session, hits: Mapping[HitKey, int]) -> Counter[HitKey]:
    """Return the hits, unknown codes beyond the most of their day counted as one."""
    kept: Counter[HitKey] = Counter()
    known: dict[date, set[str]] = {}
    for (code, reason, day), count in hits.items():
        if reason == UNKNOWN and code:
            if day not in known:
                known[day] = _unknown_of(session, day)
            if len(known[day]) < MOST_UNKNOWN:
                known[day].add(code)
            told = code if code in known[day] else ""
            kept[told, reason, day] += count
        else:
            kept[code, reason, day] += count
    return kept


def _unknown_of(session: Session, day: date) -> set[str]:
    return set(
        session.scalars(select(CodeHit.code).where(CodeHit.reason == UNKNOWN, CodeHit.day == day, CodeHit.code != ""))
    )


@dataclass(frozen=True)
class DeadPoster:
    """A poster code that was scanned in vain, for one reason."""

    code: str
    place_id: int
    group: RespondentGroup
    reason: str
    hits: int
    last_day: date


def dead_posters(session: Session, survey: Survey) -> Sequence[DeadPoster]:
    """Return the poster codes of a survey that were scanned in vain, the most scanned first."""
    hits = func.sum(CodeHit.hits)
    rows = session.execute(
        select(EntryCode.code, EntryCode.place_id, RespondentGroup, CodeHit.reason, hits, func.max(CodeHit.day))
        .join(CodeHit, CodeHit.code == EntryCode.code)
        .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
        .where(EntryCode.survey_id == survey.id)
        .group_by(EntryCode.code, EntryCode.place_id, RespondentGroup.id, CodeHit.reason)
        .order_by(hits.desc(), EntryCode.code, CodeHit.reason)
    )
    return [DeadPoster(code, place, group, reason, int(count), day) for code, place, group, reason, count, day in rows]


def hits_of_no_poster(session: Session) -> Mapping[str, int]:
    """Return reason -> scans that cannot be told by survey: of slips, and of codes that never were."""
    rows = session.execute(
        select(CodeHit.reason, func.sum(CodeHit.hits))
        .where(CodeHit.code.not_in(select(EntryCode.code)))
        .group_by(CodeHit.reason)
    )
    return {reason: int(count) for reason, count in rows}
