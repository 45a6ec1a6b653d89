"""Open and close surveys whose planned time has come."""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.doors import GRACE
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused
from survey_app.models import Survey
from survey_app.models.database import Database
from survey_app.services.lifecycle import close_survey, open_survey_if_due
from survey_app.services.opening import due_openings

#: Who did it, in the record of acts.
BY = "planned"

_log = logging.getLogger(__name__)


def open_due_surveys(database: Database) -> None:
    """Open every draft whose planned opening has come and that nothing hinders.

    What hinders one stands on its page of preparation, and is looked at again in a second.
    """
    with database.reading() as session:  # Looked at every second, so without a turn to write.
        due = due_openings(session, datetime.now(UTC))
    _do(database, due, open_survey_if_due)


def close_due_surveys(database: Database) -> None:
    """Close every open survey whose planned closing, and the grace after it for pages already fetched, is past."""
    with database.reading() as session:
        due = _due(session)
    _do(database, due, close_survey)


def _do(database: Database, due: Sequence[str], act: Callable[[Session, str, str], object]) -> None:
    for slug in due:
        try:
            with database.writing() as session:
                act(session, slug, BY)
        except Refused:
            _log.info("survey %s was opened or closed by somebody else", slug)


def _due(session: Session) -> list[str]:
    past = datetime.now(UTC) - GRACE
    return list(session.scalars(select(Survey.slug).where(Survey.state == SurveyState.OPEN, Survey.closes_at <= past)))
