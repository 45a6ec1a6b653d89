"""Open, close and reopen a survey, each act recorded. Publishing has a file of its own."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.domain.definition import end_of_day
from survey_app.domain.lifecycle import (
    Act,
    SurveyState,
    after,
    check_approving,
    check_reopening,
    require_reason,
)
from survey_app.domain.messages import Refused, message
from survey_app.domain.reading_definition import read_definition
from survey_app.models import Ballot, StoredQuestionnaire, Survey, SurveyAct
from survey_app.services.opening import check_opening, find_approval, is_due
from survey_app.services.survey_acts import NOTHING_ELSE, Changes, write_act
from survey_app.services.surveys import find_survey, refuse_taken_back


def lock_survey(session: Session, slug: str) -> Survey:
    """Return the survey, its row held against ballots and other acts until the transaction ends."""
    found = find_survey(session, slug)
    return session.scalars(
        select(Survey).where(Survey.id == found.id).with_for_update().execution_options(populate_existing=True)
    ).one()


def record(
    session: Session,
    survey: Survey,
    act: Act,
    by: str,
    reason: str = "",
    about: str = "",
    changes: Changes = NOTHING_ELSE,
) -> None:
    """Put the survey into the state that the act leads to, and write the act down; Refused from a wrong state."""
    was = survey.state
    survey.state = after(SurveyState(was), act, survey.slug)
    write_act(session, survey, act, by, reason, about, was, changes)


def open_survey(session: Session, slug: str, by: str) -> Survey:
    """Open a draft now, whatever its planned date, and freeze its questionnaire."""
    survey = lock_survey(session, slug)
    stored = session.get_one(StoredQuestionnaire, survey.id)
    now = datetime.now(UTC)
    record(session, survey, Act.OPEN, by)
    open_days = read_definition(stored.definition).open_days
    if survey.closes_at is None and open_days is not None:
        survey.closes_at = end_of_day(now, open_days, survey.time_zone)
    check_opening(session, survey, now)
    stored.frozen_at = now
    return survey


def open_survey_if_due(session: Session, slug: str, by: str) -> None:
    """Open a draft whose planned opening has come, unless it was changed or opened by somebody else meanwhile."""
    if is_due(session, lock_survey(session, slug), datetime.now(UTC)):
        open_survey(session, slug, by)


def approve_survey(session: Session, slug: str, by: str, seen: str | None = None) -> Survey:
    """Approve a draft; Refused for who launched or changed it last, and where it is not the one that was looked at.

    `seen` is the definition's sha256 that was shown to who approves; without it the draft is approved as it stands now.
    """
    survey = lock_survey(session, slug)  # A change waits, or has been, and then shows in the hash.
    after(SurveyState(survey.state), Act.APPROVE, slug)
    check_approving(find_approval(session, survey), by)
    if seen is not None and seen != definition_hash(session, survey):
        raise Refused(
            message("The survey was changed after this page was shown. Look at it as it stands now, then approve it.")
        )
    record(session, survey, Act.APPROVE, by)
    return survey


def definition_hash(session: Session, survey: Survey) -> str:
    """Return the sha256 of a survey's definition as it stands now, whatever this session has read before."""
    return session.scalars(select(StoredQuestionnaire.sha256).where(StoredQuestionnaire.survey_id == survey.id)).one()


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


def archive_survey(session: Session, slug: str, by: str) -> Survey:
    """Put a published survey out of the office's way; its results stay where they are."""
    survey = lock_survey(session, slug)
    record(session, survey, Act.ARCHIVE, by)
    return survey


def restore_survey(session: Session, slug: str, by: str) -> Survey:
    """Take a survey out of the archive; Refused for one whose launch was taken back: it has no results."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.RESTORE, slug)
    refuse_taken_back(survey)
    record(session, survey, Act.RESTORE, by)
    return survey


def acts_of(session: Session, survey: Survey) -> Sequence[SurveyAct]:
    """Return what was done to a survey, newest first."""
    return session.scalars(
        select(SurveyAct).where(SurveyAct.survey_id == survey.id).order_by(SurveyAct.id.desc())
    ).all()
