"""Surveys that are being planned: a definition that need not be whole yet."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class SurveyPlan(Base):
    """A survey before its launch (筹备中), in the JSON format of docs/survey-definition.md as far as it is written."""

    __tablename__ = "survey_plans"

    id: Mapped[Id]
    #: What is written so far; whole and valid only when it is launched.
    given: Mapped[dict[str, Any]]
    #: Raised by every change: who saves over an older one is told, and loses nothing.
    version: Mapped[int] = mapped_column(default=1)
    #: The scope of who made it: only accounts whose scope contains it see the plan. None: all units.
    scope_id: Mapped[int | None] = reference("units")
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    changed_by: Mapped[str]
    changed_at: Mapped[datetime]
    #: The survey that was launched from it.
    survey_id: Mapped[int | None] = reference("surveys", unique=True)
