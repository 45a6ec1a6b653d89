"""The survey that an address names."""

from flask import abort
from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused
from survey_app.models import Survey
from survey_app.services.surveys import find_survey
from survey_app.web.transaction import session

_FOUND = "manyi_surveys"


def survey_or_404(slug: str) -> Survey:
    """Return the survey with this slug; there is no page where there is none."""
    return survey_in(session(), slug)


def survey_in(database: Session, slug: str) -> Survey:
    """Return the survey with this slug, looked for once in each session; there is no page where there is none."""
    found: dict[str, Survey] = database.info.setdefault(_FOUND, {})
    if slug not in found:
        try:
            found[slug] = find_survey(database, slug)
        except Refused:
            abort(404)
    return found[slug]
