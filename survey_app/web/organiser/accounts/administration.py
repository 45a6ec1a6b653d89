"""The accounts of the console, for platform administrators: make them, disable them, help who is locked out."""

from collections.abc import Callable, Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.account_forms import AccountForm, DutyForm
from forms.console_forms import blame
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power, Role
from survey_app.models import Account, Unit
from survey_app.services import accounts, one_time_codes
from survey_app.services.units.finding import MOST_FOUND, find_units, offered_units
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/accounts")
@policy(Power.ACCOUNTS, About.EVERYTHING)
def account_list() -> str:
    """List the accounts."""
    return render_template("organiser/accounts.html", accounts=accounts.list_accounts(session()))


@organiser.route("/accounts/new", methods=["GET", "POST"])
@policy(Power.ACCOUNTS, About.EVERYTHING)
def new_account() -> str | tuple[str, int]:
    """Make an account with a password that is shown once."""
    form = AccountForm(request.form if request.method == "POST" else None)
    if request.method == "GET":
        return _form_page(form)
    if not form.validate():
        return _form_page(form), 422
    meant = find_units(session(), form.choice.data or form.scope.data or "")
    if len(meant) > 1:
        blame(form.scope, message("Several units are meant. Choose one of them."))
        return _form_page(form, meant), 422
    password = accounts.make_up_password()
    try:
        account = accounts.create_account(
            session(),
            form.name.data or "",
            password,
            Role(form.role.data),
            meant[0][0].code if meant else form.scope.data or "",
            visitor_name(),
            must_change=True,
        )
    except Refused as refusal:
        about_scope = accounts.find_alike(session(), form.name.data or "") is None and (form.scope.data or "").strip()
        blame(form.scope if about_scope else form.name, *refusal.messages)
        return _form_page(form), 422
    return _password_page(account, password, made=True)


@organiser.route("/accounts/<int:account_id>/duty", methods=["GET", "POST"])
@policy(Power.ACCOUNTS, About.EVERYTHING)
def account_duty(account_id: int) -> Response | str | tuple[str, int]:
    """Give an account another role or another part of the tree."""
    account = _other_or_404(account_id)
    unit = session().get(Unit, account.scope_id) if account.scope_id is not None else None
    sent = request.form if request.method == "POST" else None
    form = DutyForm(sent, role=account.role, scope=unit.code if unit else "")
    if sent is None:
        return _form_page(form, account=account)
    if not form.validate():
        return _form_page(form, account=account), 422
    meant = find_units(session(), form.choice.data or form.scope.data or "")
    if len(meant) > 1:
        blame(form.scope, message("Several units are meant. Choose one of them."))
        return _form_page(form, meant, account), 422
    try:
        code = meant[0][0].code if meant else form.scope.data or ""
        accounts.change_duty(session(), account, Role(form.role.data), code, visitor_name())
    except Refused as refusal:
        blame(form.scope, *refusal.messages)
        return _form_page(form, account=account), 422
    flash(say(message("Role and scope of {name} are stored. They count from now on.", name=account.name)))
    return redirect(url_for("organiser.account_list"), 303)


@organiser.route(
    "/accounts/<int:account_id>/<any(disable, enable, reset_password, reset_codes):change>", methods=["GET", "POST"]
)
@policy(Power.ACCOUNTS, About.EVERYTHING)
def account_act(account_id: int, change: str) -> Response | str:
    """Ask for a change of an account to be confirmed, and do it."""
    account = _other_or_404(account_id)
    if request.method == "GET":
        return render_template("organiser/account_act.html", account=account, change=change)
    if change == "reset_password":
        return _password_page(account, accounts.reset_password(session(), account, visitor_name()), made=False)
    do, done = _ACTS[change]
    do(account)
    flash(say(Message(done.text, {"name": account.name})))
    return redirect(url_for("organiser.account_list"), 303)


def _other_or_404(account_id: int) -> Account:
    """Return an account that is not the visitor's own."""
    account = accounts.find_account(session(), account_id)
    if account is None:
        abort(404)
    if account.id == visitor().id:
        raise Refused(message("This is your own account. Change its password and codes on its own page."))
    return account


def _disable(account: Account) -> None:
    accounts.disable(session(), account, visitor_name())


def _enable(account: Account) -> None:
    accounts.enable(session(), account, visitor_name())


def _reset_codes(account: Account) -> None:
    one_time_codes.switch_off(session(), account, visitor_name())


_ACTS: dict[str, tuple[Callable[[Account], None], Message]] = {
    "disable": (_disable, message("{name} is disabled: nobody can log in with it any more.")),
    "enable": (_enable, message("{name} can log in again.")),
    "reset_codes": (_reset_codes, message("{name} logs in without one-time codes now.")),
}


def _form_page(form: DutyForm, meant: Sequence[tuple[Unit, str]] = (), account: Account | None = None) -> str:
    return render_template(
        "organiser/account_new.html",
        form=form,
        account=account,
        meant=meant[:MOST_FOUND],
        more=len(meant) > MOST_FOUND,
        offered=offered_units(session()),
    )


def _password_page(account: Account, password: str, *, made: bool) -> str:
    return render_template("organiser/account_password.html", account=account, password=password, made=made)
