"""Who may enter: every page of the console needs a login, but the few that lead to one.

A session ends after 30 minutes in which nobody did anything, and after 8 hours in any case. Both times stand in the
signed cookie, so any node can tell.
"""

import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from flask import flash, redirect, request, session, url_for
from flask_login import UserMixin, current_user, login_user
from werkzeug.wrappers import Response

from survey_app.domain.messages import message
from survey_app.models import Account
from survey_app.services.accounts import find_account
from survey_app.web.languages import say
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts

#: Seconds without anybody's doing.
IDLE = 30 * 60
#: Seconds after the login.
LONGEST = 8 * 3600

#: The pages that need no login, all others do.
OPEN_ENDPOINTS = frozenset({"organiser.login", "organiser.first_account"})

#: Pages that load themselves again: nobody need be there.
_POLLED = frozenset({"organiser.job"})

#: The idle time is renewed at most this often, in seconds, so that not every answer sets a cookie.
_RENEW_EVERY = 60


@dataclass(frozen=True)
class Visitor(UserMixin):  # type: ignore[misc]  # Flask-Login ships no types.
    """Who is logged in."""

    id: int
    name: str


def enter(account: Account) -> None:
    """Begin a session for the account, a new one, so that none that somebody else set before is carried on."""
    session.clear()
    session["began"] = session["seen"] = int(time.time())
    login_user(Visitor(account.id, account.name))


def visitor_name() -> str:
    """Return the name of who is logged in, as the record of acts writes it."""
    return str(current_user.name)


def load_visitor(account_id: str) -> Visitor | None:
    """Return who the session belongs to; None where it has run out or the account is gone."""
    now = time.time()
    if now - session.get("seen", 0) > IDLE or now - session.get("began", 0) > LONGEST:
        return None
    with parts().database.reading() as database:
        account = find_account(database, int(account_id))
    return Visitor(account.id, account.name) if account else None


@organiser.before_request
def _require_login() -> Response | None:
    if request.endpoint in OPEN_ENDPOINTS:
        return None
    if current_user.is_authenticated:
        now = int(time.time())
        if request.endpoint not in _POLLED and now - session["seen"] >= _RENEW_EVERY:
            session["seen"] = now
        return None
    if "_user_id" in session:
        session.clear()
        flash(say(message("You were logged out, since nothing was done for 30 minutes or 8 hours are over.")))
    return redirect(url_for("organiser.login", next=_asked_for()), 303)


def _asked_for() -> str | None:
    """Return the address to go back to after the login: what was posted is gone, its page is not."""
    if request.url_rule is None or "GET" not in (request.url_rule.methods or ()):
        return None
    return request.full_path.rstrip("?")


def safe_next(asked: str | None) -> str:
    """Return the local address asked for, if it is one of the console, else the console's first page."""
    start = url_for("organiser.overview")
    if not asked or not asked.isascii() or not asked.isprintable() or "\\" in asked:
        return start
    there = urlsplit(asked)
    if there.scheme or there.netloc or not there.path.startswith("/console/") or "/../" in there.path:
        return start
    return asked
