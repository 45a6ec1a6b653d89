"""Accounts: who may enter the console, with which role, over which part of the tree; and their sessions."""

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class Account(Base):
    """One person's account."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("role IN ('admin', 'organiser', 'officer', 'supervisor', 'auditor')", name="role_known"),
    )

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    #: argon2id, with its parameters.
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
    #: One of domain.powers.Role.
    role: Mapped[str] = mapped_column(default="admin")
    #: The unit whose subtree the account sees; None: all units.
    scope_id: Mapped[int | None] = reference("units")
    #: The secret of its one-time codes, sealed; None where it uses none.
    totp_secret: Mapped[bytes | None]
    #: The last time step whose code was accepted: no code counts twice.
    totp_step: Mapped[int | None]
    #: The password was set by somebody else, so it is changed at the next login.
    must_change: Mapped[bool] = mapped_column(default=False)
    #: Since when it can no longer log in.
    disabled_at: Mapped[datetime | None]


class ConsoleSession(Base):
    """One login that has not ended. The cookie holds a token; here is only its hash."""

    __tablename__ = "console_sessions"

    #: SHA-256 of the token.
    mark: Mapped[bytes] = mapped_column(primary_key=True)
    account_id: Mapped[int] = reference("accounts", index=True)
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    #: Browser and system in words, so that its owner knows it again.
    device: Mapped[str]
