"""Log in and out."""

from flask import Flask, current_app, flash, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user
from werkzeug.wrappers import Response

from forms.console_forms import LoginForm, blame
from survey_app.domain.messages import message
from survey_app.services.accounts import check_password, has_accounts
from survey_app.web.languages import say
from survey_app.web.organiser import throttle, uploads
from survey_app.web.organiser.access import enter, load_visitor, safe_next
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts


def set_up(app: Flask) -> None:
    """Prepare the application for logins and uploads; call it before CSRFProtect, which reads what is uploaded."""
    manager = LoginManager(app)
    # An organiser's phone changes its address all day: a session is not bound to one.
    manager.session_protection = None
    manager.user_loader(load_visitor)
    # Flask-WTF would want a Referer under https, which our Referrer-Policy forbids browsers to send. The token in the
    # form and the cookie's SameSite tell where a request comes from.
    app.config["WTF_CSRF_SSL_STRICT"] = False
    app.before_request(uploads.allow_size)


@organiser.route("/login", methods=["GET", "POST"])
def login() -> Response | str | tuple[str, int, dict[str, str]]:
    """Ask for name and password."""
    there = safe_next(request.args.get("next"))
    if current_user.is_authenticated:
        return redirect(there, 303)
    if request.method == "GET":
        with parts().database.reading() as database:
            if not has_accounts(database):
                return redirect(url_for("organiser.first_account"), 303)
        return _page(LoginForm())
    form = LoginForm(request.form)
    if not form.validate():
        return _page(form), 422, {}
    name, password = form.name.data or "", form.password.data or ""
    seconds = throttle.seconds_to_wait(name)
    if seconds:
        minutes = -(-seconds // 60)
        blame(form.password, message("Too many wrong tries. Wait {minutes} min and try again.", minutes=minutes))
        return _page(form), 429, {"Retry-After": str(seconds)}
    if not _enter(name, password):
        blame(form.password, message("The name or the password is wrong."))
        return _page(form), 422, {}
    return redirect(there, 303)


def _enter(name: str, password: str) -> bool:
    # Reading, not the request's writing transaction: checking a password takes long on purpose, and writers queue.
    with parts().database.reading() as database:
        account = check_password(database, name, password)
    if account is None:
        throttle.count_failure(name)
        current_app.logger.warning("wrong password from %s", request.remote_addr)
        return False
    enter(account)
    return True


def _page(form: LoginForm) -> str:
    return render_template("organiser/login.html", form=form, next=request.args.get("next"))


@organiser.post("/logout")
def logout() -> Response:
    """End the session."""
    session.clear()
    flash(say(message("You are logged out.")))
    return redirect(url_for("organiser.login"), 303)
