"""Accounts of the console: argon2id passwords."""

from datetime import UTC, datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused, message
from survey_app.models import Account

#: argon2-cffi's defaults: argon2id with RFC 9106's low-memory parameters.
_HASHER = PasswordHasher()

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 64


def create_account(session: Session, name: str, password: str) -> Account:
    """Add an account; Refused for a name that is taken or unfit, or a password that is too short."""
    name = name.strip()
    if not _can_be_a_name(name):
        raise Refused(message("An account's name has 1 to {most} visible characters.", most=LONGEST_NAME))
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            message("A password has {least} to {most} characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
        )
    if session.scalar(select(Account).where(Account.name == name)) is not None:
        raise Refused(message("There is an account {name} already.", name=name))
    account = Account(name=name, password_hash=_HASHER.hash(_bytes(password)), created_at=datetime.now(UTC))
    session.add(account)
    session.flush()
    return account


def check_password(session: Session, name: str, password: str) -> Account | None:
    """Return the account where the password is right, else None, in the same time for a name that nobody has."""
    name = name.strip()
    account = session.scalar(select(Account).where(Account.name == name)) if _can_be_a_name(name) else None
    nobody = _hash_of_nobody()
    try:
        # One character more than there can be is wrong, and a megabyte of them costs no more than that.
        _HASHER.verify(account.password_hash if account else nobody, _bytes(password[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError):
        return None
    return account


def _can_be_a_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


@cache
def _hash_of_nobody() -> str:
    """Return what is verified where no account has the name given, so that the answer takes as long either way."""
    return _HASHER.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")  # A terminal in another encoding may give half characters.


def find_account(session: Session, account_id: int) -> Account | None:
    """Return the account of this number, None where there is none."""
    return session.get(Account, account_id)


def has_accounts(session: Session) -> bool:
    """Return whether there is any account: before that, the console asks for the first one."""
    return bool(session.scalar(select(func.count()).select_from(Account)))
