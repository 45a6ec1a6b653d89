"""Accounts: who may enter the console."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id


class Account(Base):
    """One person's account."""

    __tablename__ = "accounts"

    id: Mapped[Id]
    name: Mapped[str] = mapped_column(unique=True)
    #: argon2id, with its parameters.
    password_hash: Mapped[str]
    created_at: Mapped[datetime]
