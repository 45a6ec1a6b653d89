"""The audit trail: one line for every change, chained, so that a line that was changed or taken out shows.

Each line carries an HMAC-SHA256 over the line before and itself. Its key comes from the installation's secret, which is
not in the database: whoever has only the database cannot write a chain that holds.

Lines are written when the transaction commits, after all else in it: the end of the chain is held for a moment only,
and whoever waits for it holds nothing that somebody at the end of the chain could be waiting for.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from survey_app.models import AuditEntry
from survey_app.models.database import secret_key_of

#: What the first line is chained to.
_BEGINNING = bytes(32)

#: Where a session keeps the lines that wait for its commit.
_PENDING = "manyi_audit_pending"

#: PostgreSQL's number for the lock on the end of the chain; SQLite has one writer anyway.
_LOCK = 0x6D616E7969  # "manyi"

#: So many lines are in memory at once while the chain is walked.
_AT_ONCE = 500


def audit(
    session: Session,
    by: str,
    what: str,
    about: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a change down, in the transaction that makes it.

    Never a password, a slip's code, an answer or a count of them; the code of a poster is public.
    `what` is a dotted name, such as "unit.move" or "survey.open"; `about` names the thing as people know it: an
    account's name, a unit's code, a survey's slug. `before` and `after` hold what changed, and only that.
    """
    pending = session.info.get(_PENDING)
    if pending is None:
        pending = session.info[_PENDING] = []
        event.listen(session, "before_commit", _write)
        event.listen(session, "after_rollback", _forget)
    pending.append(
        AuditEntry(
            at=datetime.now(UTC), by=by, what=what, about=about, before=_as_stored(before), after=_as_stored(after)
        )
    )


class Fault(Enum):
    """What is wrong with a line of the chain."""

    #: Its content, or that of the line before it, is not what was written.
    CHANGED = "changed"
    #: The line is not there, though a later one is.
    MISSING = "missing"
    #: The chain ends before the line that somebody has noted.
    CUT_OFF = "cut_off"


@dataclass(frozen=True)
class Expected:
    """What somebody noted of the chain earlier: so many lines, the last with this hash."""

    lines: int
    hash: str


@dataclass(frozen=True)
class Chain:
    """What a walk along the chain has found."""

    #: How many lines hold, from the first on.
    lines: int
    #: The hash of the last line that holds, in hex; with the number of lines it is what to note.
    hash: str
    #: What is wrong with the line after that; None: the whole chain holds.
    fault: Fault | None = None


def check_chain(session: Session, expected: Expected | None = None) -> Chain:
    """Walk the chain from its first line; it ends at the first that does not hold."""
    key, held, mac = _key(session), 0, _BEGINNING
    wanted = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=_AT_ONCE)
    with session.scalars(wanted) as entries:
        for entry in entries:
            if entry.id != held + 1:
                return Chain(held, mac.hex(), Fault.MISSING)
            following = _mac(key, mac, entry)
            noted = expected.hash if expected is not None and expected.lines == entry.id else following.hex()
            if not hmac.compare_digest(following, entry.mac) or following.hex() != noted:
                return Chain(held, mac.hex(), Fault.CHANGED)
            held, mac = entry.id, following
            session.expunge(entry)
    cut_off = expected is not None and held < expected.lines
    return Chain(held, mac.hex(), Fault.CUT_OFF if cut_off else None)


def _write(session: Session) -> None:
    """Add the waiting lines to the end of the chain; within a savepoint they wait on."""
    pending: list[AuditEntry] = session.info[_PENDING]
    if not pending or session.in_nested_transaction():
        return
    session.flush()  # What else is written comes first: from here on others wait.
    if session.connection().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = session.execute(select(AuditEntry.id, AuditEntry.mac).order_by(AuditEntry.id.desc()).limit(1)).first()
    number, mac = (0, _BEGINNING) if last is None else (last.id, last.mac)
    key = _key(session)
    for number, entry in enumerate(pending, number + 1):  # noqa: B020 - it goes on counting where the chain ends.
        entry.id = number
        entry.mac = mac = _mac(key, mac, entry)
    session.add_all(pending)
    pending.clear()


def _forget(session: Session) -> None:
    session.info[_PENDING].clear()


def _mac(key: bytes, before: bytes, entry: AuditEntry) -> bytes:
    said = [entry.id, entry.at.astimezone(UTC).isoformat(), entry.by, entry.what, entry.about]
    content = json.dumps([*said, entry.before, entry.after], sort_keys=True, separators=(",", ":"))
    return hmac.digest(key, before + content.encode(), hashlib.sha256)


def _key(session: Session) -> bytes:
    return hmac.digest(secret_key_of(session), b"manyi audit trail 1", hashlib.sha256)


def _as_stored(values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return values as JSON gives them back, so that the hash is over what will be read: days and enums as text."""
    if values is None:
        return None
    stored: dict[str, Any] = json.loads(json.dumps(dict(values), default=str))
    return stored
