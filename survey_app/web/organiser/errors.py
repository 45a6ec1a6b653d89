"""What the console says when a rule refuses or a page is not there: inside its own frame, with the way back."""

from flask import render_template, request
from flask_login import current_user
from werkzeug.exceptions import HTTPException

from survey_app.domain.messages import Refused
from survey_app.web.errors import sentence
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.blueprint import organiser


@organiser.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[str, int]:
    slug = (request.view_args or {}).get("slug")
    return render_template("organiser/refused.html", messages=refusal.messages, slug=slug), 409


@organiser.errorhandler(HTTPException)
def _http(error: HTTPException) -> tuple[str, int]:
    status = error.code or 500
    if status == 403 and current_user.is_authenticated:
        return render_template("organiser/error_403.html", role=visitor().role), status
    frame = "organiser/frame.html" if current_user.is_authenticated else "organiser/bare.html"
    return render_template("organiser/error.html", frame=frame, status=status, said=sentence(status)), status
