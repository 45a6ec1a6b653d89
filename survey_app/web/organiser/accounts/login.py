"""Log in, with a one-time code as a second step where the account asks for one, and out."""

import hashlib
import time

from flask import Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response
from wtforms import Form

from forms.account_forms import CodeForm
from forms.console_forms import LoginForm, blame
from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.models import Account
from survey_app.services.accounts import check_password, find_account, has_accounts
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.access import visits
from survey_app.web.organiser.access.check import safe_next
from survey_app.web.organiser.access.policy import open_to_all, policy
from survey_app.web.organiser.accounts import fresh_code, throttle
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.typed import WAITING, TypedForm, again_page
from survey_app.web.parts import parts

#: Seconds from the right password to the code.
_HALFWAY = 5 * 60

#: Where the cookie keeps who has given the right password and owes the code.
_OWES = "owes_code"

_Page = str | tuple[str, int] | tuple[str, int, dict[str, str]]


def set_up(app: Flask) -> None:
    """Prepare the application for logins and uploads; call it before CSRFProtect, which reads what is uploaded."""
    manager = LoginManager(app)
    # An organiser's phone changes its address all day: a session is not bound to one.
    manager.session_protection = None
    manager.user_loader(visits.load)
    # Flask-WTF would want a Referer under https, which our Referrer-Policy forbids browsers to send. The token in the
    # form and the cookie's SameSite tell where a request comes from.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.before_request(uploads.allow_size)


@organiser.route("/login", methods=["GET", "POST"])
@open_to_all
def login() -> Response | _Page:
    """Ask for name and password."""
    if current_user.is_authenticated:
        return _onward()
    if request.method == "GET":
        with parts().database.reading() as database:
            if not has_accounts(database):
                return redirect(url_for("organiser.first_account"), 303)
        return _page(LoginForm())
    form = LoginForm(request.form)
    if not form.validate():
        return _page(form), 422
    name, password = form.name.data or "", form.password.data or ""
    seconds = throttle.take(name)
    if seconds:
        blame(form.password, throttle.wait(seconds))
        return _page(form), 429, {"Retry-After": str(seconds)}
    account = _account(name, password)
    if account is None:
        blame(form.password, message("The name or the password is wrong."))
        return _page(form), 422
    if account.totp_secret is not None:
        session.clear()
        session[_OWES] = [account.id, _mark(account), int(time.time())]
        if WAITING in request.form:  # Too much for an address.
            return _code_page(CodeForm())
        return redirect(url_for("organiser.login_code", next=request.args.get("next")), 303)
    visits.enter(account)
    return _onward()


@organiser.route("/login/code", methods=["GET", "POST"])
@open_to_all
def login_code() -> Response | _Page:
    """Ask for the one-time code, after the password was right."""
    account = _halfway()
    if account is None:
        return redirect(url_for("organiser.login", next=request.args.get("next")), 303)
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _code_page(form)
    if not form.validate():
        return _code_page(form), 422
    fault = fresh_code.fault_of(account.id, account.name, form.code.data or "")
    if fault is not None:
        blame(form.code, fault)
        return _code_page(form), 429 if throttle.seconds_to_wait(account.name) else 422
    visits.enter(account)
    return _onward()


def _onward() -> Response | str:
    """Go on to where one wanted to go; a form that waited is offered first, to the account that had filled it in."""
    form = TypedForm.read(request.form.get(WAITING, ""))
    if form is None or form.account not in (None, str(current_user.id)):
        return redirect(safe_next(request.args.get("next")), 303)
    return again_page(form, message("You are logged in again"))


def _account(name: str, password: str) -> Account | None:
    # Reading, not the request's writing transaction: checking a password takes long on purpose, and writers queue.
    with parts().database.reading() as database:
        account = check_password(database, name, password)
    if account is not None:
        throttle.give_back(name)
    else:
        current_app.logger.warning("wrong password from %s", request.remote_addr)
    return account


def _halfway() -> Account | None:
    """Return who has given the right password a moment ago and owes the code; None once the password is another."""
    owes = session.get(_OWES)
    if not owes or time.time() - owes[2] > _HALFWAY:
        return None
    with parts().database.reading() as database:
        account = find_account(database, owes[0])
    if account is None or account.disabled_at is not None or _mark(account) != owes[1]:
        return None
    return account


def _mark(account: Account) -> str:
    return hashlib.sha256(account.password_hash.encode()).hexdigest()[:32]


def _page(form: LoginForm) -> str:
    return _render("organiser/login.html", form)


def _code_page(form: CodeForm) -> str:
    return _render("organiser/login_code.html", form)


def _render(template: str, form: Form) -> str:
    return render_template(template, form=form, next=request.args.get("next"), waiting=request.form.get(WAITING))


@organiser.post("/logout")
@policy(Power.SELF)
def logout() -> Response:
    """End the session."""
    visits.leave()
    flash(say(message("You are logged out.")))
    return redirect(url_for("organiser.login"), 303)
