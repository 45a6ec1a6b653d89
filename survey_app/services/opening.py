"""What must be so before a survey opens: that somebody approved it where that is asked for, and its planned time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import Act, Approval, SurveyState, approval_of
from survey_app.domain.messages import Message, Refused, message
from survey_app.models import Survey, SurveyAct

#: What decides whether an approval holds: the launch, changes after it, approvals.
_DECIDING = ("launch", Act.CHANGE, Act.APPROVE)

_PAST_CLOSING = message("Its planned closing is past. Give it a later one, then open it.")


def find_approval(session: Session, survey: Survey) -> Approval:
    """Return who launched or changed a survey last, when, and who has approved it since."""
    acts = session.execute(
        select(SurveyAct.act, SurveyAct.by, SurveyAct.at)
        .where(SurveyAct.survey_id == survey.id, SurveyAct.act.in_(_DECIDING))
        .order_by(SurveyAct.id)
    )
    return approval_of([(act, by, at) for act, by, at in acts])


def check_opening(session: Session, survey: Survey, now: datetime) -> None:
    """Refuse to open a survey that needs an approval and has none, or whose planned closing is past."""
    hindrances = what_hinders(session, survey, now)
    if hindrances:
        raise Refused(*hindrances)


def what_hinders(session: Session, survey: Survey, now: datetime) -> Sequence[Message]:
    """Return why a draft cannot be opened now, by anybody."""
    found = []
    if survey.needs_approval:
        approval = find_approval(session, survey)
        if approval.by is None:
            found.append(
                message(
                    "It needs the approval of a second person: somebody else than {who}, who launched or changed it "
                    "last.",
                    who=approval.changed_by,
                )
            )
    if survey.closes_at is not None and survey.closes_at <= now:
        found.append(_PAST_CLOSING)
    return found


def opens_by_itself(session: Session, survey: Survey) -> bool:
    """Return whether a draft's planned opening still lay ahead when it was launched or changed last.

    One that was past by then announces nothing: a person opens the survey.
    """
    return (
        survey.state == SurveyState.DRAFT
        and survey.opens_at is not None
        and find_approval(session, survey).changed_at < survey.opens_at
    )


def due_openings(session: Session, now: datetime) -> Sequence[str]:
    """Return the names of the drafts whose planned opening has come, and that nothing hinders."""
    waiting = session.scalars(
        select(Survey).where(Survey.state == SurveyState.DRAFT, Survey.opens_at <= now).order_by(Survey.id)
    )
    return [survey.slug for survey in waiting if is_due(session, survey, now)]


def is_due(session: Session, survey: Survey, now: datetime) -> bool:
    """Return whether the survey is to be opened by itself now."""
    return (
        survey.opens_at is not None
        and survey.opens_at <= now
        and opens_by_itself(session, survey)
        and not what_hinders(session, survey, now)
    )
