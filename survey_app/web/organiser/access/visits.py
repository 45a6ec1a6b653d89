"""Who is logged in: the cookie holds a random token, the database its hash.

A session ends after 30 minutes in which nobody did anything, and after 8 hours in any case.
"""

from dataclasses import dataclass
from typing import Any

from flask import request, session
from flask_login import UserMixin, current_user, login_user

from survey_app.domain.devices import device_in_words
from survey_app.domain.powers import Role
from survey_app.models import Account
from survey_app.services import console_sessions
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.web import transaction
from survey_app.web.organiser.access.policy import POLLED
from survey_app.web.parts import parts

#: Where the cookie keeps the token.
_TOKEN = "token"  # noqa: S105 - the name of its place.


@dataclass(frozen=True)
class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types.
    """Who is logged in."""

    id: int
    name: str
    role: Role = Role.ADMIN
    scope: Scope = EVERYTHING
    #: The password was set by somebody else, so it is changed before anything else.
    must_change: bool = False
    #: Whether acts of weight ask for a one-time code.
    has_totp: bool = False
    #: The hash of the session's token.
    mark: bytes = b""
    #: Whether the session's idle time is to be renewed.
    is_due: bool = False


def enter(account: Account) -> None:
    """Begin a session for the account, a new one, so that none that somebody else set before is carried on."""
    session.clear()
    device = device_in_words(request.user_agent.string)
    session[_TOKEN] = console_sessions.begin(transaction.session(), account.id, device)
    login_user(_visitor(account))


def leave() -> None:
    """End the session of this browser."""
    if current_user.is_authenticated:
        name = console_sessions.name_of(current_user.mark)
        console_sessions.end(transaction.session(), current_user.id, name)
    session.clear()


def load(account_id: str) -> Visitor | None:
    """Return who the session belongs to; None where it has run out or was ended, or the account is gone."""
    token = session.get(_TOKEN)
    if not isinstance(token, str):
        return None
    with transaction.looking() as database:
        found = console_sessions.find(database, token)
        return _visitor(found.account, mark=found.mark, is_due=found.is_due) if found else None


def renew(view: str) -> None:
    """Write down that somebody did something; a page that loads itself again is nobody's doing."""
    if current_user.is_authenticated and current_user.is_due and view not in POLLED:
        transaction.leave()
        with parts().database.writing() as database:
            console_sessions.renew(database, current_user.mark)


def _visitor(account: Account, **more: Any) -> Visitor:  # noqa: ANN401 - fields of different kinds.
    return Visitor(
        account.id,
        account.name,
        Role(account.role),
        Scope(account.scope_id),
        account.must_change,
        account.totp_secret is not None,
        **more,
    )
