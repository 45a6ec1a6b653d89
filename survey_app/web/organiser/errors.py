"""What the console says when a rule refuses: inside its own frame, with the way back."""

from flask import render_template, request

from survey_app.domain.messages import Refused
from survey_app.web.organiser.blueprint import organiser


@organiser.errorhandler(Refused)
def _refused(refusal: Refused) -> tuple[str, int]:
    slug = (request.view_args or {}).get("slug")
    return render_template("organiser/refused.html", messages=refusal.messages, slug=slug), 409
