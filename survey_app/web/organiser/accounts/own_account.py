"""The page of one's own account: password, sessions, one-time codes."""

from flask import flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from forms.account_forms import CodeForm, CodesOffForm, OwnPasswordForm
from forms.console_forms import blame
from survey_app.documents.qr_symbol import QUIET_ZONE, ErrorLevel, dark_rectangles, matrix_of, version_for
from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Power
from survey_app.models import Account
from survey_app.services import accounts, console_sessions, one_time_codes
from survey_app.services.audit_trail import audit
from survey_app.services.scopes import top_unit
from survey_app.services.units.changing import HOME_ZONE
from survey_app.web import transaction
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.accounts import fresh_code, throttle
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts

#: Where the cookie keeps the secret that is not confirmed yet; its owner's authenticator is to know it anyway.
_NEW_SECRET = "new_secret"  # noqa: S105 - the name of its place.


@organiser.get("/account")
@policy(Power.SELF)
def own_account() -> str:
    """Show the account."""
    return _page()


@organiser.post("/account/password")
@policy(Power.SELF)
def change_password() -> Response | tuple[str, int]:
    """Change the password; all other sessions end."""
    form = OwnPasswordForm(request.form)
    if not form.validate():
        return _page(form), 422
    seconds = throttle.take(visitor().name)
    if seconds:
        blame(form.old, throttle.wait(seconds))
        return _page(form), 429
    if not _is_own_password(form.old.data or ""):
        blame(form.old, message("This is not the password you have now."))
        return _page(form), 422
    try:
        accounts.change_password(transaction.session(), _own(), form.password.data or "", visitor().mark)
    except Refused as refusal:
        blame(form.password, *refusal.messages)
        return _page(form), 422
    flash(say(message("The password is changed, and all your other sessions are ended.")))
    return redirect(url_for("organiser.own_account"), 303)


@organiser.post("/account/sessions/end")
@policy(Power.SELF)
def end_sessions() -> Response:
    """End one of the account's sessions, or all others."""
    name, who = request.form.get("session", ""), visitor()
    if name:
        ended = int(console_sessions.end(transaction.session(), who.id, name))
        flash(say(message("The session is ended.")))
    else:
        ended = console_sessions.end_all(transaction.session(), who.id, who.mark)
        flash(say(message("All your other sessions are ended.")))
    if ended:
        audit(transaction.session(), who.name, "account.end_sessions", who.name, after={"sessions_ended": ended})
    return redirect(url_for("organiser.own_account"), 303)


@organiser.route("/account/codes", methods=["GET", "POST"])
@policy(Power.SELF)
def codes_on() -> Response | str | tuple[str, int]:
    """Show a secret to an authenticator, and switch codes on once it has shown that it knows it."""
    if visitor().has_totp:
        return redirect(url_for("organiser.own_account"), 303)
    secret = session.setdefault(_NEW_SECRET, one_time_codes.new_secret())
    form = CodeForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _codes_page(form, secret)
    if not form.validate():
        return _codes_page(form, secret), 422
    try:
        one_time_codes.switch_on(transaction.session(), _own(), secret, form.code.data or "")
    except Refused as refusal:
        blame(form.code, *refusal.messages)
        return _codes_page(form, secret), 422
    del session[_NEW_SECRET]
    flash(say(message("One-time codes are on: your next login asks for one, and publishing too.")))
    return redirect(url_for("organiser.own_account"), 303)


@organiser.post("/account/codes/off")
@policy(Power.SELF)
def codes_off() -> Response | tuple[str, int]:
    """Switch codes off, with password and code."""
    form = CodesOffForm(request.form)
    if not form.validate():
        return _page(off=form), 422
    who = visitor()
    seconds = throttle.take(who.name)
    if seconds:
        blame(form.password, throttle.wait(seconds))
        return _page(off=form), 429
    if not _is_own_password(form.password.data or ""):
        blame(form.password, message("This is not the password you have now."))
        return _page(off=form), 422
    fault = fresh_code.fault_of(who.id, who.name, form.code.data or "")
    if fault is not None:
        blame(form.code, fault)
        return _page(off=form), 422
    one_time_codes.switch_off(transaction.session(), _own(), who.name)
    flash(say(message("One-time codes are off.")))
    return redirect(url_for("organiser.own_account"), 303)


def _own() -> Account:
    return transaction.session().get_one(Account, visitor().id)


def _is_own_password(password: str) -> bool:
    # A session of its own: checking a password takes long on purpose, and writers queue.
    with parts().database.reading() as database:
        right = accounts.is_password_of(database.get_one(Account, visitor().id), password)
    if right:
        throttle.give_back(visitor().name)
    return right


def _page(password: OwnPasswordForm | None = None, off: CodesOffForm | None = None) -> str:
    who = visitor()
    with parts().database.reading() as database:
        return render_template(
            "organiser/account_own.html",
            who=who,
            time_zone=HOME_ZONE.key,
            unit=top_unit(database, who.scope),
            sessions=console_sessions.sessions_of(database, who.id),
            name_of=console_sessions.name_of,
            password=password or OwnPasswordForm(),
            off=off or CodesOffForm(),
        )


def _codes_page(form: CodeForm, secret: str) -> str:
    address = one_time_codes.address_of(secret, visitor().name)
    matrix = matrix_of(address, version_for([address], ErrorLevel.M), ErrorLevel.M)
    dark = (f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in dark_rectangles(matrix))
    return render_template(
        "organiser/account_codes.html",
        form=form,
        symbol=(len(matrix), "".join(dark)),
        quiet=QUIET_ZONE,
        key=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
    )
