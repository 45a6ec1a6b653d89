"""The survey that an address names."""

from flask import abort

from survey_app.domain.messages import Refused
from survey_app.models import Survey
from survey_app.services.surveys import find_survey
from survey_app.web.transaction import session


def survey_or_404(slug: str) -> Survey:
    """Return the survey with this slug; there is no page where there is none."""
    try:
        return find_survey(session(), slug)
    except Refused:
        abort(404)
