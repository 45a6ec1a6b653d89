"""Withdraw releases that turned out wrong: a public one stays at its address under a banner, unit sheets are gone."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import Act, SurveyState, after, require_reason
from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience
from survey_app.models import Release, Survey
from survey_app.services.jobs import erase_sheets
from survey_app.services.lifecycle import lock_survey
from survey_app.services.survey_acts import write_act


def withdraw(
    session: Session,
    slug: str,
    by: str,
    reason: str | None,
    audience: Audience = Audience.PUBLIC,
    number: int | None = None,
) -> Sequence[Release]:
    """Withdraw a public or internal release, the audience's newest for None, and what goes with it; return them all."""
    survey = lock_survey(session, slug)
    release = _wanted(session, survey, audience, number)
    check_withdrawing(survey, release)
    reason = require_reason(reason)
    gone = [release, *goes_with(session, release)]
    for each in gone:
        each.withdrawn_at, each.withdrawn_reason = datetime.now(UTC), reason
        erase_sheets(session, survey.id, each.audience, each.number)
    was = survey.state
    if ends_publication(session, release):
        survey.state = after(SurveyState(was), Act.WITHDRAW, slug)
    for each in gone:
        about = f"{each.audience} {each.number}"
        marks = {"release": each.number, "sha256": each.sha256}
        write_act(session, survey, Act.WITHDRAW, by, reason, about, was, ({}, marks))
        was = survey.state
    return gone


def check_withdrawing(survey: Survey, release: Release) -> None:
    """Refuse what `withdraw` would refuse whatever the reason given for it."""
    after(SurveyState(survey.state), Act.WITHDRAW, survey.slug)
    if release.withdrawn_at is not None:
        raise Refused(message("Release {number} is withdrawn already.", number=release.number))


def ends_publication(session: Session, release: Release) -> bool:
    """Return whether nothing of the survey is published once the release is withdrawn: it is the newest public one.

    What it superseded was wrong itself, so it does not come into force again.
    """
    newest = _newest(session, release.survey_id, Audience.PUBLIC)
    return release.audience == Audience.PUBLIC and release.number == newest


def goes_with(session: Session, release: Release) -> Sequence[Release]:
    """Return the internal releases that are withdrawn with a public one: those that say the same figures."""
    told = release.head.get("figures_sha256")
    if release.audience != Audience.PUBLIC or told is None:
        return []
    issued = (
        select(Release)
        .where(Release.survey_id == release.survey_id, Release.audience == Audience.INTERNAL)
        .where(Release.withdrawn_at.is_(None))
        .order_by(Release.number)
    )
    return [each for each in session.scalars(issued) if each.head.get("figures_sha256") == told]


def _wanted(session: Session, survey: Survey, audience: Audience, number: int | None) -> Release:
    number = _newest(session, survey.id, audience) if number is None else number
    release = session.scalars(select(Release).filter_by(survey_id=survey.id, audience=audience, number=number)).first()
    if release is None or audience is Audience.REVIEW:
        raise Refused(message("Survey {slug} has no such release to withdraw.", slug=survey.slug))
    return release


def _newest(session: Session, survey_id: int, audience: Audience) -> int | None:
    """Return the number of an audience's newest release, withdrawn or not."""
    made = select(func.max(Release.number)).where(Release.survey_id == survey_id, Release.audience == audience)
    return session.scalar(made)
