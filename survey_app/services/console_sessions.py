"""Logins to the console that have not ended: begun, renewed, ended, forgotten when they ran out.

The browser holds a random token; here is only its hash, so that whoever reads the database cannot enter.
"""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.orm import Session

from survey_app.models import Account, ConsoleSession

#: Without anybody's doing.
IDLE = timedelta(minutes=30)
#: After the login.
LONGEST = timedelta(hours=8)

#: The idle time is renewed at most this often, so that not every page is written down.
RENEW_EVERY = timedelta(seconds=60)

_TOKEN_BYTES = 32

# Written once: every page of the console asks.
_OF_MARK = (
    select(ConsoleSession, Account)
    .join(Account, Account.id == ConsoleSession.account_id)
    .where(ConsoleSession.mark == bindparam("mark"), Account.disabled_at.is_(None))
)


@dataclass(frozen=True)
class Login:
    """A session that goes on, and whose it is."""

    account: Account
    mark: bytes
    #: Whether `renew` has something to write.
    is_due: bool


def begin(session: Session, account_id: int, device: str) -> str:
    """Begin a session and return its token; those that have run out are forgotten."""
    now = datetime.now(UTC)
    session.execute(
        delete(ConsoleSession).where(or_(ConsoleSession.seen_at < now - IDLE, ConsoleSession.began_at < now - LONGEST))
    )
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    session.add(ConsoleSession(mark=_mark(token), account_id=account_id, began_at=now, seen_at=now, device=device))
    session.flush()
    return token


def find(session: Session, token: str) -> Login | None:
    """Return the session of a token; None where it has ended or run out, or its account can no longer log in."""
    now = datetime.now(UTC)
    row = session.execute(_OF_MARK, {"mark": _mark(token)}).one_or_none()
    if row is None or now - row[0].seen_at > IDLE or now - row[0].began_at > LONGEST:
        return None
    return Login(row[1], row[0].mark, now - row[0].seen_at >= RENEW_EVERY)


def renew(session: Session, mark: bytes) -> None:
    """Write down that somebody did something."""
    session.execute(update(ConsoleSession).where(ConsoleSession.mark == mark).values(seen_at=datetime.now(UTC)))


def end(session: Session, account_id: int, name: str) -> bool:
    """End the session of this name (see `name_of`), if it is one of the account's; return whether it was."""
    for each in sessions_of(session, account_id):
        if name_of(each.mark) == name:
            session.delete(each)
            return True
    return False


def end_all(session: Session, account_id: int, but: bytes | None = None) -> int:
    """End the account's sessions, all or all but one; return how many."""
    ended = [each for each in sessions_of(session, account_id) if each.mark != but]
    for each in ended:
        session.delete(each)
    session.flush()
    return len(ended)


def sessions_of(session: Session, account_id: int) -> Sequence[ConsoleSession]:
    """Return the account's sessions that go on, the latest seen first."""
    now = datetime.now(UTC)
    return session.scalars(
        select(ConsoleSession)
        .where(
            ConsoleSession.account_id == account_id,
            ConsoleSession.seen_at >= now - IDLE,
            ConsoleSession.began_at >= now - LONGEST,
        )
        .order_by(ConsoleSession.seen_at.desc(), ConsoleSession.mark)
    ).all()


def name_of(mark: bytes) -> str:
    """Return how a page names a session: a part of the hash, by which nobody can enter."""
    return mark[:8].hex()


def _mark(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
