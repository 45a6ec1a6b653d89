"""What the console says when a rule refuses or a page is not there: inside its own frame, with the way back.

What was typed into a form that is refused stands on the page, see typed.py.
"""

from flask import abort, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Power
from survey_app.web.errors import sentence
from survey_app.web.organiser.access.check import to_login, visitor
from survey_app.web.organiser.access.policy import POLICIES, policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.typed import again_page, is_from_here, typed_form

#: After these the same form may be taken when it is sent once more.
_WORTH_ANOTHER_TRY = frozenset({413, 429, 500, 503})


@organiser.route("/<path:address>", methods=["GET", "POST"])
@policy(Power.SELF)
def nowhere(address: str) -> str:
    """Say that there is nothing at an address of the console, in the words for what others may see."""
    abort(404)


@organiser.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[str, int]:
    slug = (request.view_args or {}).get("slug")
    return render_template("organiser/refused.html", messages=refusal.messages, slug=slug), 409


@organiser.errorhandler(CSRFError)
def _not_of_this_login(error: CSRFError) -> Response | tuple[str, int]:
    """Offer again what was sent by a page that is older than the login, in another window for instance."""
    if POLICIES[(request.endpoint or "").rpartition(".")[2]] is None:
        return _page(400, "organiser/bare.html")
    if not current_user.is_authenticated:
        return to_login() if is_from_here() else _page(400, "organiser/bare.html")
    form = typed_form()
    if form is None:
        return _page(400, "organiser/frame.html")
    return again_page(form, message("This page is older than your login"), may_send=is_from_here()), 400


@organiser.errorhandler(OperationalError)
def _database_away(error: OperationalError) -> tuple[str, int, dict[str, str]]:
    # The bare frame: who is logged in cannot be asked now.
    return *_page(503, "organiser/bare.html"), {"Retry-After": "5"}


@organiser.errorhandler(HTTPException)
def _http(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    if status == 403 and current_user.is_authenticated:
        return render_template("organiser/error_403.html", role=visitor().role), status
    return _page(status, "organiser/frame.html" if current_user.is_authenticated else "organiser/bare.html")


def _page(status: int, frame: str) -> tuple[str, int]:
    again = status in _WORTH_ANOTHER_TRY and is_from_here()
    return render_template(
        "organiser/error.html", frame=frame, status=status, said=sentence(status), again=again
    ), status
