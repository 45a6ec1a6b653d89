"""The check by the units (单位核对): a draft for review that was opened to them, and what each answered."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, reference


class UnitCheck(Base):
    """A draft that units may look at: each at its own sheet."""

    __tablename__ = "unit_checks"

    release_id: Mapped[int] = reference("releases", primary_key=True, autoincrement=False)
    opened_at: Mapped[datetime]
    #: The account.
    opened_by: Mapped[str]


class UnitAnswer(Base):
    """What a unit, or a listed target, says of its sheet of a draft. A later answer takes the place of the earlier."""

    __tablename__ = "unit_answers"
    __table_args__ = (CheckConstraint("answer IN ('confirmed', 'objected')", name="answer_known"),)

    release_id: Mapped[int] = reference("releases", primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    #: A target may have the code of a unit of the tree.
    is_target: Mapped[bool] = mapped_column(primary_key=True)
    #: domain.release.UnitVerdict.
    answer: Mapped[str]
    #: What is objected to, empty where it is confirmed.
    text: Mapped[str] = mapped_column(default="")
    #: The account.
    by: Mapped[str]
    at: Mapped[datetime]
