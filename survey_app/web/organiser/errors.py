"""What the console says when a rule refuses or a page is not there: inside its own frame, with the way back."""

from flask import make_response, render_template, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from survey_app.domain.messages import Refused
from survey_app.web.errors import sentence
from survey_app.web.organiser.blueprint import organiser


@organiser.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[str, int]:
    slug = (request.view_args or {}).get("slug")
    return render_template("organiser/refused.html", messages=refusal.messages, slug=slug), 409


@organiser.errorhandler(HTTPException)
def _http(error: HTTPException) -> Response | HTTPException:
    status = error.code or 500
    if error.response is not None or status < 400:
        return error  # A redirect, or an answer that is already made.
    frame = "organiser/frame.html" if current_user.is_authenticated else "organiser/bare.html"
    page = make_response(
        render_template("organiser/error.html", frame=frame, status=status, said=sentence(status)), status
    )
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            page.headers[name] = value
    return page
