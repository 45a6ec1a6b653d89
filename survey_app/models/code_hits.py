"""Scans of codes that lead to no questionnaire, so that organisers see which posters hang dead."""

from datetime import date

from sqlalchemy import PrimaryKeyConstraint
from sqlalchemy.orm import Mapped

from survey_app.models.base import Base


class CodeHit(Base):
    """How often a code was tried in vain on one day."""

    __tablename__ = "code_hits"
    __table_args__ = (PrimaryKeyConstraint("code", "reason", "day"),)

    #: A poster's code; empty for slips, and for codes that never were beyond the first few.
    code: Mapped[str]
    #: Why it led nowhere: domain.doors.Standing, or "unknown".
    reason: Mapped[str]
    #: UTC.
    day: Mapped[date]
    hits: Mapped[int]
