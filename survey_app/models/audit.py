"""The audit trail: who changed what, when, from what to what. Rows are only ever added."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id


class AuditEntry(Base):
    """One change. Triggers of the database refuse to change or delete a row."""

    __tablename__ = "audit_entries"

    #: From 1 without gaps: a row that is missing shows.
    id: Mapped[Id]
    at: Mapped[datetime]
    #: An account's name, "command line", or "planned".
    by: Mapped[str]
    #: What was done, for example "account.create".
    what: Mapped[str]
    #: To what: an account's name, a unit's code, a survey's slug, with a place or a code where it was one.
    about: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    #: HMAC-SHA256 over the hash before it and this row, under a key that is not in the database.
    mac: Mapped[bytes]
