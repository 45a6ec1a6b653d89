"""Open, close and reopen a survey, each act recorded. Publishing has a file of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.domain.definition import end_of_day
from survey_app.domain.lifecycle import Act, SurveyState, after, check_reopening, require_reason
from survey_app.domain.messages import Refused, message
from survey_app.domain.reading_definition import read_definition
from survey_app.models import Ballot, StoredQuestionnaire, Survey, SurveyAct
from survey_app.services.surveys import find_survey


def lock_survey(session: Session, slug: str) -> Survey:
    """Return the survey, its row held against ballots and other acts until the transaction ends."""
    found = find_survey(session, slug)
    return session.scalars(
        select(Survey).where(Survey.id == found.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def record(session: Session, survey: Survey, act: Act, by: str, reason: str = "", about: str = "") -> None:
    """Put the survey into the state that the act leads to, and write the act down; Refused from a wrong state."""
    survey.state = after(SurveyState(survey.state), act, survey.slug)
    session.add(SurveyAct(survey_id=survey.id, act=act, at=datetime.now(UTC), by=by, reason=reason, about=about))


def open_survey(session: Session, slug: str, by: str) -> Survey:
    """Open a draft now, whatever its planned date, and freeze its questionnaire."""
    survey = lock_survey(session, slug)
    stored = session.get_one(StoredQuestionnaire, survey.id)
    now = datetime.now(UTC)
    record(session, survey, Act.OPEN, by)
    open_days = read_definition(stored.definition).open_days
    if survey.closes_at is None and open_days is not None:
        survey.closes_at = end_of_day(now, open_days, survey.time_zone)
    if survey.closes_at is not None and survey.closes_at <= now:
        raise Refused(message("Its planned closing is past. Give it a later one, then open it."))
    stored.frozen_at = now
    return survey


def close_survey(session: Session, slug: str, by: str) -> Survey:
    """Close an open survey now, without grace; what tells a replay from other answers is forgotten."""
    survey = lock_survey(session, slug)
    record(session, survey, Act.CLOSE, by)
    survey.closed_at = datetime.now(UTC)
    session.execute(
        update(Ballot).where(Ballot.survey_id == survey.id, Ballot.apart_mark.is_not(None)).values(apart_mark=None)
    )
    return survey


def reopen_survey(session: Session, slug: str, by: str, reason: str | None) -> Survey:
    """Open a closed survey again, within a day and only while nobody has seen a figure."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.REOPEN, slug)
    reason = require_reason(reason)
    now = datetime.now(UTC)
    check_reopening(survey.closed_at or now, now, survey.figures_seen_at is not None)
    record(session, survey, Act.REOPEN, by, reason)
    if survey.closes_at is not None and survey.closes_at <= now:
        survey.closes_at = None  # That plan is over. While it stood, every door would stay shut.
    return survey


def acts_of(session: Session, survey: Survey) -> Sequence[SurveyAct]:
    """Return what was done to a survey, newest first."""
    return session.scalars(
        select(SurveyAct).where(SurveyAct.survey_id == survey.id).order_by(SurveyAct.id.desc())
    ).all()
