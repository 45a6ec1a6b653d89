"""Close surveys whose planned time has come. There is no planned opening: opening is a person's act."""

import logging
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.doors import GRACE
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused
from survey_app.models import Survey
from survey_app.models.database import Database
from survey_app.services.lifecycle import close_survey

#: Who did it, in the record of acts.
BY = "planned"

_log = logging.getLogger(__name__)


def close_due_surveys(database: Database) -> None:
    """Close every open survey whose planned closing, and the grace after it for pages already fetched, is past."""
    with database.reading() as session:  # Looked at every second, so without a turn to write.
        due = _due(session)
    for slug in due:
        try:
            with database.writing() as session:
                close_survey(session, slug, BY)
        except Refused:
            _log.info("survey %s was closed by somebody else", slug)


def _due(session: Session) -> list[str]:
    past = datetime.now(UTC) - GRACE
    return list(session.scalars(select(Survey.slug).where(Survey.state == SurveyState.OPEN, Survey.closes_at <= past)))
