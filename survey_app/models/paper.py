"""Paper totals (纸质票): ballots counted by hand, entered after closing."""

from datetime import datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped

from survey_app.models.base import Base, Id, reference

_ADD_UP = "issued >= returned AND returned = valid + invalid AND valid >= 0 AND invalid >= 0"


class PaperEntry(Base):
    """What one person typed of one place and group. Where double entry is required there are two, blind to another."""

    __tablename__ = "paper_entries"
    __table_args__ = (
        UniqueConstraint("place_id", "group_id", "number"),
        CheckConstraint("number IN (1, 2)", name="number_known"),
        CheckConstraint(_ADD_UP, name="adds_up"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys", index=True)
    place_id: Mapped[int] = reference("places")
    group_id: Mapped[int] = reference("groups")
    #: First or second entry.
    number: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]
    issued: Mapped[int]
    returned: Mapped[int]
    valid: Mapped[int]
    invalid: Mapped[int]
    #: Little-endian uint32 in the shape of a tally: slots x (blank, each option, not asked); then the ticks of each
    #: multiple choice, option by option.
    counts: Mapped[bytes]


class PaperTotals(Base):
    """What is counted of one place and group: one entry, or two that agree. Its counts stand in the tally."""

    __tablename__ = "paper_totals"
    __table_args__ = (CheckConstraint(_ADD_UP, name="adds_up"),)

    place_id: Mapped[int] = reference("places", primary_key=True)
    group_id: Mapped[int] = reference("groups", primary_key=True)
    survey_id: Mapped[int] = reference("surveys", index=True)
    issued: Mapped[int]
    returned: Mapped[int]
    valid: Mapped[int]
    invalid: Mapped[int]
    at: Mapped[datetime]
