"""Jobs: long work outside a request; survives a restart and runs on any node."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class Job(Base):
    """One piece of long work, its progress and its result."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'running', 'done', 'failed', 'cancelled')", name="state_known"),
    )

    id: Mapped[Id]
    #: Names the function in survey_app.jobs that does it.
    kind: Mapped[str] = mapped_column(index=True)
    survey_id: Mapped[int | None] = reference("surveys", index=True)
    arguments: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(default="waiting", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    #: Why it failed, as a message id with values.
    trouble: Mapped[str] = mapped_column(default="")
    asked_by: Mapped[str]
    asked_at: Mapped[datetime]
    #: Renewed while it runs; a job whose node died is taken up again.
    alive_at: Mapped[datetime | None]
    result_name: Mapped[str] = mapped_column(default="")
    result: Mapped[bytes | None] = mapped_column(deferred=True)
