"""Telephone interviews: how the calls ended."""

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, reference


class CallCount(Base):
    """Calls of one place that ended without an interview, by how (处置结果). Interviews are ballots."""

    __tablename__ = "call_counts"
    __table_args__ = (CheckConstraint("disposition IN ('unreached', 'refused')", name="disposition_known"),)

    survey_id: Mapped[int] = reference("surveys", primary_key=True)
    place_id: Mapped[int] = reference("places", primary_key=True)
    disposition: Mapped[str] = mapped_column(primary_key=True)
    calls: Mapped[int]
