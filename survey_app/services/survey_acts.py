"""Write down what is done to a survey: in its own record, which its pages show, and in the audit trail."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session

from survey_app.models import Survey, SurveyAct
from survey_app.services.audit_trail import audit

#: What changed, as it was and as it is.
Changes = tuple[Mapping[str, Any], Mapping[str, Any]]

NOTHING_ELSE: Changes = ({}, {})


def write_act(
    session: Session,
    survey: Survey,
    act: str,
    by: str,
    reason: str = "",
    about: str = "",
    was: str | None = None,
    changes: Changes = NOTHING_ELSE,
) -> SurveyAct:
    """Write an act down, in the transaction that does it.

    `was` is the survey's state before, where it has changed; `changes` is what else the audit trail is to tell.
    """
    written = SurveyAct(survey_id=survey.id, act=act, at=datetime.now(UTC), by=by, reason=reason, about=about)
    session.add(written)
    moved = was is not None and was != survey.state
    before = ({"state": was} if moved else {}) | dict(changes[0])
    after = ({"state": survey.state} if moved else {}) | ({"reason": reason} if reason else {}) | dict(changes[1])
    thing = f"{survey.slug} · {about}" if about else survey.slug
    audit(session, by, f"survey.{act}", thing, before or None, after or None)
    return written
