"""Store ballots durably, exactly once, many waiting ones in one commit, and keep the tally in the same transaction.

One writer thread a process takes the ballots that wait, writes them in one transaction and only then answers those who
wait. The transaction holds the ballots, the answers apart, the tally and the turnout, so that they can never disagree;
and it reads the survey's state, so that no ballot slips in behind a closing.
"""

import hashlib
import hmac
import logging
import queue
import secrets
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, cast

from sqlalchemy import Row, Select, Table, insert, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningInsert

from survey_app.domain.ballot import Channel, MarkedBallot
from survey_app.domain.definition import QuotaFull
from survey_app.domain.doors import Standing, standing
from survey_app.domain.entry_codes import is_slip_code, slip_mark
from survey_app.domain.lifecycle import SurveyState
from survey_app.models import AnswerStoredApart, Ballot, EntryCode, Place, Slip, SlipBatch, Survey
from survey_app.models.database import Database, upsert
from survey_app.services.answering import CODE_STATES
from survey_app.services.counting import TallyKey, count_ballots, count_turnout
from survey_app.services.quotas import Room, hold_room
from survey_app.services.replay_guard import ReplayGuard
from survey_app.services.verdicts import BallotKey, Outcome, Verdict

_log = logging.getLogger(__name__)

#: More than this in one commit only makes the first of them wait.
MOST_IN_A_COMMIT = 256

CHANNELS = tuple(Channel)


@dataclass(frozen=True)
class Submission:
    """One ballot on its way to the store."""

    #: The poster's or slip's code; empty where a device was opened by hand for the place.
    code: str
    survey_id: int
    place_id: int
    group_id: int
    channel: Channel
    nonce: bytes
    marked: MarkedBallot
    #: Width of the survey's tally: most options + 2.
    tally_width: int

    @property
    def key(self) -> BallotKey:
        """The ballot's primary key."""
        return self.survey_id, self.place_id, self.nonce

    @property
    def entrance(self) -> str | int:
        """What the ballot came through: a code, or by hand the place."""
        return self.code or self.place_id


#: A submission, and where the request that brought it waits for the verdict.
Waiting = tuple[Submission, "Future[Verdict]"]


class BallotStore:
    """The one way by which ballots come into the database."""

    def __init__(self, database: Database, secret_key: bytes) -> None:
        self._database = database
        self._secret_key = secret_key
        self._guard = ReplayGuard()
        self._waiting: queue.SimpleQueue[Waiting] = queue.SimpleQueue()
        self._starting = threading.Lock()
        self._writer: threading.Thread | None = None

    def submit(self, submission: Submission, timeout: float = 30) -> Verdict:
        """Store a ballot; return only after it is on disk. Raises what the database raised where it could not."""
        future: Future[Verdict] = Future()
        self._waiting.put((submission, future))
        self._start()
        return self._guard.judge(submission.key, future.result(timeout))

    def _start(self) -> None:
        if self._writer is None:
            with self._starting:
                if self._writer is None:
                    self._writer = threading.Thread(target=self._write_forever, name="ballot-writer", daemon=True)
                    self._writer.start()

    def _write_forever(self) -> None:
        while True:
            batch = [self._waiting.get()]
            try:
                verdicts = self._store(batch)
            except Exception:
                self._store_singly(batch)
            else:
                for (_, future), verdict in zip(batch, verdicts, strict=True):
                    future.set_result(verdict)

    def _store(self, batch: list[Waiting]) -> Sequence[Verdict]:
        with self._database.writing() as session:
            # Those who came while this writer waited for its turn travel in the same commit.
            while len(batch) < MOST_IN_A_COMMIT and not self._waiting.empty():
                batch.append(self._waiting.get())
            return store(session, [submission for submission, _ in batch], self._secret_key)

    def _store_singly(self, batch: Sequence[Waiting]) -> None:
        """One bad ballot never fails the others of its commit."""
        for submission, future in batch:
            try:
                with self._database.writing() as session:
                    verdict = store(session, [submission], self._secret_key)[0]
            except Exception as error:
                _log.warning("a ballot could not be stored: %s", type(error).__name__)
                future.set_exception(error)
            else:
                future.set_result(verdict)


def store(session: Session, submissions: Sequence[Submission], secret_key: bytes) -> Sequence[Verdict]:
    """Write a batch of ballots with all that hangs on them into the session's transaction; the caller commits."""
    standings, stopping = _standings(session, submissions, secret_key)
    room = hold_room(session, [(each.place_id, each.group_id) for each in submissions if each.entrance in stopping])
    first: dict[BallotKey, Submission] = {}
    slips: dict[str, BallotKey] = {}
    for each in submissions:
        if each.key in first or standings.get(each.entrance) is not Standing.READY:
            continue
        # Of several with one slip the first has it.
        if _has_slip(session, each, slips) and _has_room(session, each, room):
            first[each.key] = each
    key = hmac.digest(secret_key, b"manyi answers apart 1", hashlib.sha256)
    fresh = _insert_ballots(session, first, key)
    stored = [first[each] for each in fresh]
    if stored:
        _spend(session, [each.code for each in stored], secret_key)
        _insert_apart(session, stored)
        _count(session, stored)
    standings |= dict.fromkeys((each.code for each in stored if is_slip_code(each.code)), Standing.SPENT)
    return [
        Verdict(Outcome.REFUSED, Standing.FULL) if verdict == _UNTAKEN else verdict
        for verdict in _compare(session, submissions, standings, first, fresh, key)
    ]


#: A ballot that nothing speaks against, and that is not stored: there was no room under the quota.
_UNTAKEN = Verdict(Outcome.REFUSED, Standing.READY)


def _has_room(session: Session, submission: Submission, room: Room) -> bool:
    """Take the ballot's room under the quota; one that is stored already needs none."""
    stack = submission.place_id, submission.group_id
    if stack not in room.left or _stored_ballot(session, submission.key) is not None:
        return True
    return room.take(stack)


def _has_slip(session: Session, submission: Submission, slips: dict[str, BallotKey]) -> bool:
    if not is_slip_code(submission.code):
        return True
    holder = slips.setdefault(submission.code, submission.key)
    if holder != submission.key and _stored_ballot(session, holder) is not None:
        holder = slips[submission.code] = submission.key  # The other is a replay, which takes no slip.
    return holder == submission.key


def _standings(
    session: Session, submissions: Sequence[Submission], secret_key: bytes
) -> tuple[dict[str | int, Standing], set[str | int]]:
    """Return how each entrance stands, and which belong to a survey that stops where a quota is full.

    The survey's row is held, so that a closing waits for this commit.
    Slips are held too, after the survey, so that of two writers with one slip the second finds it spent.
    """
    now = datetime.now(UTC)
    stands: dict[str | int, Standing] = {}
    stopping: set[str | int] = set()
    for entrance, code_state, paused, state, closes_at, quota_full in _entrances(session, submissions, secret_key):
        stands[entrance] = standing(
            code=CODE_STATES[code_state],
            paused=paused,
            state=SurveyState(state),
            closes_at=closes_at,
            now=now,
            submitting=True,
        )
        if quota_full == QuotaFull.STOP:
            stopping.add(entrance)
    return stands, stopping


#: Entrance, state of the code, whether the place is paused, state of the survey, its planned closing, what happens
#: where a quota is full.
_Entrance = tuple[str | int, str, bool, str, datetime | None, str]

_STANDS = (Place.paused, Survey.state, Survey.closes_at, Survey.quota_full)


def _entrances(session: Session, submissions: Sequence[Submission], secret_key: bytes) -> Iterator[_Entrance]:
    codes = {each.code for each in submissions if each.code}
    slips = {slip_mark(code, secret_key): code for code in codes if is_slip_code(code)}
    posters = codes.difference(slips.values())
    places = {each.place_id for each in submissions if not each.code}
    if posters:
        yield from _held(session, _POSTERS.where(EntryCode.code.in_(posters)))
    if slips:
        found = list(_held(session, _SLIPS.where(Slip.mark.in_(slips))))
        own = select(Slip.mark, Slip.state).where(Slip.mark.in_(slips)).order_by(Slip.mark).with_for_update()
        states = {bytes(row.mark): row.state for row in session.execute(own)}
        yield from ((slips[mark], states[mark], *rest) for mark, _, *rest in found)
    if places:
        yield from _held(session, _PLACES.where(Place.id.in_(places)))


_POSTERS: Select[*tuple[Any, ...]] = (
    select(EntryCode.code, EntryCode.state, *_STANDS)
    .join(Place, Place.id == EntryCode.place_id)
    .join(Survey, Survey.id == EntryCode.survey_id)
)
_SLIPS: Select[*tuple[Any, ...]] = (
    select(Slip.mark, Slip.state, *_STANDS)
    .join(SlipBatch, SlipBatch.id == Slip.batch_id)
    .join(Place, Place.id == SlipBatch.place_id)
    .join(Survey, Survey.id == SlipBatch.survey_id)
)
_PLACES: Select[*tuple[Any, ...]] = select(Place.id, literal("active"), *_STANDS).join(
    Survey, Survey.id == Place.survey_id
)


def _held(session: Session, wanted: Select[*tuple[Any, ...]]) -> Iterator[Any]:
    return (tuple(row) for row in session.execute(wanted.with_for_update(read=True, of=Survey)))


def _spend(session: Session, codes: Collection[str], secret_key: bytes) -> None:
    """Mark the slips of ballots that have just been inserted."""
    marks = [slip_mark(code, secret_key) for code in codes if is_slip_code(code)]
    if marks:
        session.execute(update(Slip).where(Slip.mark.in_(marks)).values(state="spent"))


def _apart_mark(submission: Submission, key: bytes) -> bytes | None:
    """Return a keyed hash of the answers apart, so that a replay can be told; it says nothing without the key."""
    if not submission.marked.apart:
        return None
    said = submission.nonce + "\0".join(f"{each.question}\0{each.value}" for each in submission.marked.apart).encode()
    return hmac.digest(key, said, hashlib.sha256)[:16]


def _insert_ballots(session: Session, first: Mapping[BallotKey, Submission], key: bytes) -> set[BallotKey]:
    """Insert those whose key is new, and return their keys; in key order, so that no two writers wait in a ring."""
    if not first:
        return set()
    rows = [
        {
            "survey_id": each.survey_id,
            "place_id": each.place_id,
            "nonce": each.nonce,
            "group_id": each.group_id,
            "channel": CHANNELS.index(each.channel),
            "answers": each.marked.packed,
            "apart_mark": _apart_mark(each, key),
        }
        for _, each in sorted(first.items())
    ]
    connection = session.connection()
    inserted = connection.execute(_insert_new(connection.dialect.name), rows)
    return {(survey, place, bytes(nonce)) for survey, place, nonce in inserted}


@cache
def _insert_new(dialect: str) -> ReturningInsert[Any]:
    statement = upsert(dialect, Ballot).on_conflict_do_nothing()
    found: ReturningInsert[Any] = statement.returning(Ballot.survey_id, Ballot.place_id, Ballot.nonce)
    return found


_INSERT_APART = insert(cast(Table, AnswerStoredApart.__table__))


def _insert_apart(session: Session, stored: Sequence[Submission]) -> None:
    rows = [
        {
            "id": secrets.token_bytes(16),
            "survey_id": each.survey_id,
            "place_id": each.place_id,
            "group_id": each.group_id,
            "question": answer.question,
            "value": answer.value,
        }
        for each in stored
        for answer in each.marked.apart
    ]
    if rows:
        session.connection().execute(_INSERT_APART, rows)


def _count(session: Session, stored: Sequence[Submission]) -> None:
    """Add the ballots to the tally of their place, group and channel, and to the turnout of their place."""
    packed: dict[TallyKey, list[bytes]] = {}
    widths: dict[TallyKey, int] = {}
    for each in stored:
        key = TallyKey(each.survey_id, each.place_id, each.group_id, CHANNELS.index(each.channel))
        packed.setdefault(key, []).append(each.marked.packed)
        widths[key] = each.tally_width
    count_ballots(session, packed, widths)
    count_turnout(session, Counter((each.place_id, each.survey_id) for each in stored))


def _compare(
    session: Session,
    submissions: Sequence[Submission],
    standings: Mapping[str | int, Standing],
    first: Mapping[BallotKey, Submission],
    fresh: set[BallotKey],
    key: bytes,
) -> Sequence[Verdict]:
    """Tell for each submission whether it is the ballot that is stored under its key."""
    said: list[Verdict] = []
    answered: set[BallotKey] = set()
    for each in submissions:
        stands = standings.get(each.entrance, Standing.VOIDED)
        if each.key in fresh:
            original = first[each.key]
            same = each.group_id == original.group_id and each.marked == original.marked
            said.append(Verdict(_repeated(same) if each.key in answered else Outcome.STORED))
            answered.add(each.key)
            continue
        row = _stored_ballot(session, each.key)
        if row is None:
            said.append(Verdict(Outcome.REFUSED, stands))
            continue
        same = row.group_id == each.group_id and bytes(row.answers) == each.marked.packed
        if stands in (Standing.READY, Standing.SPENT):
            same = same and row.apart_mark == _apart_mark(each, key)
        elif not same:
            said.append(Verdict(Outcome.REFUSED, stands))
            continue
        said.append(Verdict(_repeated(same)))
    return said


def _stored_ballot(session: Session, key: BallotKey) -> Row[int, bytes, bytes | None] | None:
    return session.execute(
        select(Ballot.group_id, Ballot.answers, Ballot.apart_mark).where(
            Ballot.survey_id == key[0], Ballot.place_id == key[1], Ballot.nonce == key[2]
        )
    ).one_or_none()


def _repeated(same: bool) -> Outcome:
    return Outcome.REPEATED if same else Outcome.CONFLICTING
