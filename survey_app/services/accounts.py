"""Accounts of the console: argon2id passwords, a role, and the unit below which the role counts."""

import secrets
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Role
from survey_app.models import Account, Unit
from survey_app.services import console_sessions
from survey_app.services.audit_trail import audit

#: argon2-cffi's defaults: argon2id with RFC 9106's low-memory parameters.
_HASHER = PasswordHasher()

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
LONGEST_NAME = 64

#: What a password that the program makes up consists of: nothing that is read as something else. 79 bits in all.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP_LENGTH = 4, 4


def create_account(
    session: Session,
    name: str,
    password: str,
    role: Role = Role.ADMIN,
    scope_code: str = "",
    by: str = "",
    *,
    must_change: bool = False,
) -> Account:
    """Add an account; Refused for a name that is taken or unfit, a password that is too short, a unit there is not.

    It sees the unit with `scope_code` and all below it, all units where that is empty. Where nobody is said to do it,
    its owner does.
    """
    name = name.strip()
    if not _can_be_a_name(name):
        raise Refused(message("An account's name has 1 to {most} visible characters.", most=LONGEST_NAME))
    _check_length(password)
    alike = find_alike(session, name)
    if alike is not None:
        raise Refused(message("There is an account {name} already.", name=alike.name))
    scope = _scope(session, role, scope_code.strip())
    account = Account(
        name=name,
        password_hash=_HASHER.hash(_bytes(password)),
        created_at=datetime.now(UTC),
        role=role,
        scope_id=scope.id if scope else None,
        must_change=must_change,
    )
    session.add(account)
    session.flush()
    audit(session, by or name, "account.create", name, after={"role": role, "scope": scope.code if scope else "*"})
    return account


def check_password(session: Session, name: str, password: str) -> Account | None:
    """Return the account where the password is right, else None, in the same time for a name that nobody has.

    One that is disabled has no right password.
    """
    account = find_by_name(session, name)
    if not is_password_of(account, password) or account is None or account.disabled_at is not None:
        return None
    return account


def is_password_of(account: Account | None, password: str) -> bool:
    """Return whether the password is the account's; for no account it takes as long to say no."""
    nobody = _hash_of_nobody()
    try:
        # One character more than there can be is wrong, and a megabyte of them costs no more than that.
        return _HASHER.verify(account.password_hash if account else nobody, _bytes(password[: LONGEST_PASSWORD + 1]))
    except (VerificationError, InvalidHashError):
        return False


def change_password(session: Session, account: Account, password: str, but: bytes | None = None) -> None:
    """Give an account the password that its owner chose, and end its sessions, all but one."""
    _check_length(password)
    if is_password_of(account, password):
        raise Refused(message("This is the password you have now. Choose another one."))
    account.password_hash, account.must_change = _HASHER.hash(_bytes(password)), False
    ended = console_sessions.end_all(session, account.id, but)
    audit(session, account.name, "account.change_password", account.name, after={"sessions_ended": ended})


def reset_password(session: Session, account: Account, by: str, password: str | None = None) -> str:
    """Give an account another password, which it changes at its next login, and end its sessions; return it.

    Where none is given one is made up.
    """
    chosen = make_up_password() if password is None else password
    _check_length(chosen)
    account.password_hash, account.must_change = _HASHER.hash(_bytes(chosen)), True
    ended = console_sessions.end_all(session, account.id)
    audit(session, by, "account.reset_password", account.name, after={"sessions_ended": ended})
    return chosen


def change_duty(session: Session, account: Account, role: Role, scope: str, by: str) -> None:
    """Give an account another role or scope, a unit's code or "" for all units; it counts from its next request on."""
    if role is not Role.ADMIN:
        _require_another_admin(session, account)
    unit = _scope(session, role, scope.strip())
    earlier = session.get(Unit, account.scope_id) if account.scope_id is not None else None
    before = {"role": account.role, "scope": earlier.code if earlier else "*"}
    after = {"role": role.value, "scope": unit.code if unit else "*"}
    if before != after:
        account.role, account.scope_id = role, unit.id if unit else None
        audit(session, by, "account.change_duty", account.name, before, after)


def disable(session: Session, account: Account, by: str) -> None:
    """Let an account log in no more, and end its sessions; Refused for the last administrator."""
    _require_another_admin(session, account)
    if account.disabled_at is None:
        account.disabled_at = datetime.now(UTC)
        ended = console_sessions.end_all(session, account.id)
        audit(session, by, "account.disable", account.name, after={"sessions_ended": ended})


def _require_another_admin(session: Session, account: Account) -> None:
    """Refuse to lose the last administrator."""
    # Two who disable one another's come one after the other.
    admins = select(Account).where(Account.role == Role.ADMIN, Account.disabled_at.is_(None)).order_by(Account.id)
    left = [each for each in session.scalars(admins.with_for_update()) if each.id != account.id]
    if account.role == Role.ADMIN and not left:
        raise Refused(message("This is the last platform administrator. Make another one first."))


def enable(session: Session, account: Account, by: str) -> None:
    """Let a disabled account log in again."""
    if account.disabled_at is not None:
        account.disabled_at = None
        audit(session, by, "account.enable", account.name)


def make_up_password() -> str:
    """Return a password that nobody guesses and that can be read out."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


def list_accounts(session: Session) -> Sequence[tuple[Account, Unit | None]]:
    """Return all accounts by name, those that can log in first, each with the unit of its scope."""
    rows = session.execute(
        select(Account, Unit)
        .outerjoin(Unit, Unit.id == Account.scope_id)
        .order_by(Account.disabled_at.is_not(None), Account.name)
    )
    return [(row[0], row[1]) for row in rows]


def find_account(session: Session, account_id: int) -> Account | None:
    """Return the account of this number, None where there is none."""
    return session.get(Account, account_id) if account_id < 2**63 else None


def find_by_name(session: Session, name: str) -> Account | None:
    """Return the account of this name, None where there is none."""
    name = name.strip()
    return session.scalar(select(Account).where(Account.name == name)) if _can_be_a_name(name) else None


def find_alike(session: Session, name: str) -> Account | None:
    """Return an account whose name differs from this one in its case or the width of its letters at most.

    The trail and approvals tell people apart by these names.
    """
    wanted = _plain(name)
    return next((each for each in session.scalars(select(Account)) if _plain(each.name) == wanted), None)


def has_accounts(session: Session) -> bool:
    """Return whether there is any account: before that, the console asks for the first one."""
    return bool(session.scalar(select(func.count()).select_from(Account)))


def _scope(session: Session, role: Role, code: str) -> Unit | None:
    if not code:
        return None
    if role is Role.ADMIN:
        raise Refused(message("A platform administrator sees all units. Leave the unit out, or choose another role."))
    unit = session.scalar(select(Unit).where(Unit.code == code)) if code.isprintable() else None
    if unit is None:
        raise Refused(
            message("There is no unit {code}. Write the code of a unit, or choose one from the list.", code=code)
        )
    return unit


def _check_length(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Refused(
            message("A password has {least} to {most} characters.", least=SHORTEST_PASSWORD, most=LONGEST_PASSWORD)
        )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold().strip()


def _can_be_a_name(name: str) -> bool:
    return 0 < len(name) <= LONGEST_NAME and name.isprintable()


@cache
def _hash_of_nobody() -> str:
    """Return what is verified where no account has the name given, so that the answer takes as long either way."""
    return _HASHER.hash("nobody has this password")


def _bytes(password: str) -> bytes:
    return password.encode(errors="surrogatepass")  # A terminal in another encoding may give half characters.
