"""The first account: asked for in a browser on the machine itself; from elsewhere only a command makes it."""

import ipaddress
from urllib.parse import urlsplit

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.console_forms import FirstAccountForm, blame
from survey_app.domain.messages import Refused
from survey_app.services.accounts import create_account, has_accounts
from survey_app.web.organiser.access import visits
from survey_app.web.organiser.access.policy import open_to_all
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts
from survey_app.web.transaction import session


@organiser.route("/first-account", methods=["GET", "POST"])
@open_to_all
def first_account() -> Response | str | tuple[str, int]:
    """Make the first account; once there is one this leads to the login."""
    if has_accounts(session()):
        return redirect(url_for("organiser.login"), 303)
    if not _from_this_machine():
        if request.method == "POST":
            abort(403)
        return render_template("organiser/first_account_elsewhere.html"), 403
    form = FirstAccountForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        return _page(form)
    try:
        account = create_account(session(), form.name.data or "", form.password.data or "")
    except Refused as refusal:
        blame(form.name, *refusal.messages)
        return _page(form)
    visits.enter(account)
    return redirect(url_for("organiser.overview"), 303)


def _page(form: FirstAccountForm) -> tuple[str, int]:
    return render_template("organiser/first_account.html", form=form), 422 if form.errors or form.name.errors else 200


def _from_this_machine() -> bool:
    """Return whether the browser runs on this machine, as far as can be known.

    A proxy that the settings do not know of makes every visitor look local. It gives itself away by a forwarding header
    or by https, which this program does not speak itself. The host's name must be local too, or a page elsewhere could
    point a name of its own to this machine and fill in the form.
    """
    config = parts().config
    forwarded = config.proxies == 0 and (
        config.is_https or any(name in request.headers for name in ("X-Forwarded-For", "Forwarded", "X-Real-Ip"))
    )
    host = urlsplit(f"//{request.host}").hostname or ""
    return not forwarded and _is_loopback(request.remote_addr or "") and (host == "localhost" or _is_loopback(host))


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
