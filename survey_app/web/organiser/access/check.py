"""Who may enter and what they may do there: every page of the console needs a login, but the few that lead to one.

Before a view runs, what its request names must lie within the visitor's scope (else 404), and the visitor's role must
have the power that the view's policy names (else 403). Which session the cookie belongs to is known by visits.py.
"""

from urllib.parse import urlsplit

from flask import Flask, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from forms.console_forms import LoginForm
from survey_app.domain import powers
from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.scopes import Reach, Scope, rates, reach, touches
from survey_app.web.languages import say
from survey_app.web.organiser.access import named, taken_back, visits
from survey_app.web.organiser.access.named import Named
from survey_app.web.organiser.access.policy import POLICIES, About, Policy
from survey_app.web.organiser.access.visits import Visitor
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.typed import is_from_here, typed_form
from survey_app.web.transaction import looking

__all__ = ["Scope", "Visitor", "may", "require_policies", "safe_next", "visitor", "visitor_name"]

#: Where the cookie keeps whose session ended, until the next login.
_LEFT = "left"

#: Where somebody whose password was set by another may go before it is changed.
_BEFORE_A_CHANGE = frozenset({"own_account", "change_password", "logout"})


def visitor() -> Visitor:
    """Return who is logged in."""
    found: Visitor = current_user._get_current_object()
    return found


def visitor_name() -> str:
    """Return the name of who is logged in, as the record of acts writes it."""
    return visitor().name


@organiser.app_template_global("may")
def may(power: str) -> bool:
    """Return whether the role of who is logged in has a power."""
    return current_user.is_authenticated and powers.may(visitor().role, Power(power))


def require_policies(app: Flask) -> None:
    """Refuse to start with a page of the console that does not say who may use it."""
    lacking = {rule.endpoint for rule in app.url_map.iter_rules() if _view_of(rule.endpoint) not in POLICIES}
    without = sorted(each for each in lacking if each.startswith("organiser."))
    if without:
        raise RuntimeError(f"pages of the console without a policy: {', '.join(without)}")


def _view_of(endpoint: str) -> str:
    return endpoint.removeprefix("organiser.")


@organiser.before_request
def _require_login() -> Response | tuple[str, int] | None:
    view = _view_of(request.endpoint or "")
    wanted = POLICIES[view]
    if wanted is None:
        return None
    try:
        with looking() as database:
            if not current_user.is_authenticated:
                return to_login()
            if visitor().must_change and view not in _BEFORE_A_CHANGE:
                return redirect(url_for("organiser.own_account"), 303)
            things = named.things(database)
            _check(database, wanted, things)
            return taken_back.lead_away(view, things)
    finally:
        visits.renew(view)


def _check(database: Session, wanted: Policy, things: Named) -> None:
    who = visitor()
    if not named.is_within(database, who.scope, things):
        abort(404)
    if not all(_is_enough(database, wanted.about, who.scope, survey) for survey in things.surveys):
        abort(404)
    needed = {wanted.power, *things.powers}
    if not all(powers.may(who.role, power) for power in needed):
        abort(403)
    if wanted.about is About.EVERYTHING and not who.scope.is_everything:
        abort(404)


def _is_enough(database: Session, about: About, scope: Scope, survey: Survey) -> bool:
    if about is About.SURVEY_WHOLE:
        return reach(database, scope, survey) is Reach.WHOLE
    return touches(database, scope, survey) or (about is About.SURVEY_RATED and rates(database, scope, survey))


def to_login() -> Response | tuple[str, int]:
    """Lead to the login; a form that somebody had filled in waits there, and is offered again afterwards."""
    if "_user_id" in session:
        # What else the page still sends, a look at its checklist and then the form itself, is known as its own.
        kept = {name: session[name] for name in ("_user_id", "csrf_token") if name in session}
        session.clear()
        session.update({_LEFT: kept.pop("_user_id")} | kept)
        flash(say(message("You were logged out, since nothing was done for 30 minutes or 8 hours are over.")))
    waiting = typed_form(session.get(_LEFT)) if is_from_here() else None
    there = _asked_for()
    if waiting is None:
        return redirect(url_for("organiser.login", next=there), 303)
    return render_template("organiser/login.html", form=LoginForm(), next=there, waiting=waiting.write()), 403


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
