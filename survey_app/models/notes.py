"""Inspection notes (督导记录): what a supervisor saw at a place. Text only."""

from datetime import datetime

from sqlalchemy.orm import Mapped

from survey_app.models.base import Base, Id, reference


class InspectionNote(Base):
    """One note. It is never changed; a correction is another note."""

    __tablename__ = "inspection_notes"

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys", index=True)
    place_id: Mapped[int] = reference("places", index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    text: Mapped[str]
