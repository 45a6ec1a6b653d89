"""Telephone interviews: how the calls ended."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, reference


class CallCount(Base):
    """Calls of one place by how they ended (处置结果). Completed interviews are ballots, with their channel."""

    __tablename__ = "call_counts"
    __table_args__ = (
        CheckConstraint("disposition IN ('unreached', 'refused', 'completed')", name="disposition_known"),
    )

    survey_id: Mapped[int] = reference("surveys", primary_key=True)
    place_id: Mapped[int] = reference("places", primary_key=True)
    disposition: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
