"""A survey whose launch was taken back has one page, which says so: all others would tell of what is not there."""

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from survey_app.models import Survey
from survey_app.services import surveys
from survey_app.web.organiser.access.named import Named
from survey_app.web.organiser.blueprint import organiser

#: The survey's own page.
_ITS_PAGE = "survey"


def lead_away(view: str, things: Named) -> Response | None:
    """Lead from any other page of such a survey to its own; Refused where something is to be done with it."""
    slug = (request.view_args or {}).get("slug")
    survey = next((each for each in things.surveys if each.slug == slug), None)
    if view == _ITS_PAGE or survey is None or not surveys.was_taken_back(survey):
        return None
    if request.method == "POST":
        surveys.refuse_taken_back(survey)
    return redirect(url_for("organiser.survey", slug=slug), 303)


@organiser.app_template_global("was_taken_back")
def was_taken_back(survey: Survey) -> bool:
    """Return whether the survey's launch was taken back, so that it has no menu."""
    return surveys.was_taken_back(survey)
