"""Slips (一次性测评码): single-use codes. Of each only a keyed hash is here, from which nobody can print one."""

from datetime import date

from sqlalchemy import CheckConstraint, PrimaryKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class SlipBatch(Base):
    """One printing of slips for one group at one place. A reprint voids what is unspent of the printings before."""

    __tablename__ = "slip_batches"
    __table_args__ = (
        UniqueConstraint("place_id", "group_id", "number"),
        CheckConstraint("printed >= 1", name="printed_positive"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys", index=True)
    place_id: Mapped[int] = reference("places")
    group_id: Mapped[int] = reference("groups")
    #: From 1, by place and group.
    number: Mapped[int]
    printed: Mapped[int]
    #: How many were unspent when a later printing voided them.
    voided: Mapped[int] = mapped_column(default=0)
    printed_on: Mapped[date]
    #: An account's name, or "command line".
    printed_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")


class Slip(Base):
    """One slip. Nothing links it to the ballot that spent it, and nothing says when that was."""

    __tablename__ = "slips"
    __table_args__ = (
        PrimaryKeyConstraint("mark"),
        CheckConstraint("state IN ('issued', 'spent', 'voided')", name="state_known"),
        {"sqlite_with_rowid": False},
    )

    #: 16 bytes of HMAC-SHA256 over the code, under a key that is not in the database.
    mark: Mapped[bytes]
    batch_id: Mapped[int] = reference("slip_batches", index=True)
    state: Mapped[str] = mapped_column(default="issued")
