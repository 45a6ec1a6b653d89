"""Write down what is done to a survey: in its own record, which its pages show, and in the audit trail."""

from datetime import UTC, datetime

from sqlalchemy.orm import Session

from survey_app.models import Survey, SurveyAct
from survey_app.services.audit_trail import audit


def write_act(
    session: Session, survey: Survey, act: str, by: str, reason: str = "", about: str = "", was: str | None = None
) -> SurveyAct:
    """Write an act down, in the transaction that does it; `was` is the survey's state before, where it has changed."""
    written = SurveyAct(survey_id=survey.id, act=act, at=datetime.now(UTC), by=by, reason=reason, about=about)
    session.add(written)
    moved = was is not None and was != survey.state
    after = ({"state": survey.state} if moved else {}) | ({"reason": reason} if reason else {})
    thing = f"{survey.slug} · {about}" if about else survey.slug
    audit(session, by, f"survey.{act}", thing, {"state": was} if moved else None, after or None)
    return written
