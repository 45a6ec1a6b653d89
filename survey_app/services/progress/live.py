"""The turnout of surveys as many people watch it: counted once in a while by each process, not once for each of them.

Whether something changed is asked by one small query: ballots only ever come into the hour that runs, so it reads that
hour and the one before. Counting thousands of places is heavy, so it takes at most a twentieth of the time, and nobody
waits for another's counting while an older count is there.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Survey, Turnout, UnitChange
from survey_app.services.progress.turnout import TurnoutSnapshot, take_turnout

#: Seconds for which those who watch are told what is known, without looking whether it changed.
LOOK_EVERY = 15.0
#: Seconds after which it is counted again, whatever the small query says.
AT_LATEST = 60.0
#: The time from one count to the next, as a multiple of what a count takes.
_REST = 20
#: Seconds for which the tree of units is used again, where its history tells of no change.
_TREE_FOR = 600.0
#: So many surveys are kept.
_MOST = 16

#: State, hour, ballots of this hour and the last, newest change of a unit.
_Version = tuple[str, int, int, int]


@dataclass
class LiveTurnout:
    """One count, and when it was made."""

    snapshot: TurnoutSnapshot
    version: _Version
    #: When it was counted, for people.
    at: datetime
    #: By this process's clock.
    counted: float
    looked: float
    seconds: float
    #: When its tree was read.
    tree_read: float

    @property
    def hour(self) -> int:
        """The hour in which it was counted, since 1970-01-01 UTC."""
        return self.version[1]


class TurnoutWatch:
    """The counts of one process."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: dict[int, LiveTurnout] = {}
        self._counting = threading.Lock()

    def look(self, session: Session, survey: Survey, watching: bool = False) -> LiveTurnout:
        """Return a survey's turnout as it is now; who only watches may get one that is some seconds old."""
        kept, now = self._kept.get(survey.id), self._clock()
        if kept and watching and now - kept.looked < LOOK_EVERY and kept.version[0] == survey.state:
            return kept
        version = _version(session, survey)
        if kept and kept.version == version and now - kept.counted < AT_LATEST:
            kept.looked = now
            return kept
        if kept and watching and kept.version[0] == survey.state:
            kept.looked = now
            rests = now - kept.counted < min(_REST * kept.seconds, AT_LATEST)
            if rests or not self._counting.acquire(blocking=False):
                return kept
        else:
            self._counting.acquire()
        try:
            # Somebody else may have counted while this one waited.
            fresh = self._kept.get(survey.id)
            if fresh and fresh is not kept and fresh.version == version:
                return fresh
            return self._count(session, survey, version)
        finally:
            self._counting.release()

    def _count(self, session: Session, survey: Survey, version: _Version) -> LiveTurnout:
        begun, at = self._clock(), datetime.now(UTC)
        kept = self._kept.get(survey.id)
        keeps_tree = kept and kept.version[3] == version[3] and begun - kept.tree_read < _TREE_FOR
        tree = kept.snapshot.tree if kept and keeps_tree else None
        snapshot = take_turnout(session, survey, at, tree)
        ended = self._clock()
        if len(self._kept) >= _MOST and survey.id not in self._kept:
            self._kept.pop(min(self._kept, key=lambda each: self._kept[each].looked))
        found = self._kept[survey.id] = LiveTurnout(
            snapshot, version, at, begun, begun, ended - begun, kept.tree_read if kept and keeps_tree else begun
        )
        return found


def _version(session: Session, survey: Survey) -> _Version:
    hour = int(datetime.now(UTC).timestamp()) // 3600
    recent = select(func.coalesce(func.sum(Turnout.ballots), 0)).where(
        Turnout.survey_id == survey.id, Turnout.hour >= hour - 1
    )
    changes = select(func.coalesce(func.max(UnitChange.id), 0))
    ballots, change = session.execute(select(recent.scalar_subquery(), changes.scalar_subquery())).one()
    return survey.state, hour, int(ballots), change
