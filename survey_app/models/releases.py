"""Releases: frozen, numbered sets of tables. Pages and files only ever read these."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class Release(Base):
    """One release (发布) of a survey. Its content never changes; withdrawal adds a banner."""

    __tablename__ = "releases"
    __table_args__ = (
        UniqueConstraint("survey_id", "audience", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
        CheckConstraint("audience IN ('review', 'internal', 'public')", name="audience_known"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys")
    #: domain.release.Audience; each counts its releases for itself.
    audience: Mapped[str] = mapped_column(default="public")
    #: From 1.
    number: Mapped[int]
    #: The draft for review that was signed off, where there was one.
    signed_as: Mapped[int | None] = reference("releases")
    #: SHA-256 over the hashes of its files, in hex.
    sha256: Mapped[str] = mapped_column(default="")
    released_at: Mapped[datetime]
    released_by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    #: Words that whoever made the draft struck from the list of keywords. They may name people: they stand in no file.
    left_out: Mapped[list[str]] = mapped_column(default=list)
    #: Title, organiser, questions, method: what stands around the tables.
    head: Mapped[dict[str, Any]]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(default="")


class ReleaseUnit(Base):
    """One unit's rows of a release, after suppression."""

    __tablename__ = "release_units"
    __table_args__ = (
        Index("ix_release_units_release_id_parent_code", "release_id", "parent_code"),
        {"sqlite_with_rowid": False},
    )

    release_id: Mapped[int] = reference("releases", primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    #: A target may have the code of a unit of the tree.
    is_target: Mapped[bool] = mapped_column(primary_key=True)
    #: The order of the tree, parents before children, then the listed targets.
    position: Mapped[int]
    parent_code: Mapped[str]
    level: Mapped[str]
    unit_class: Mapped[str]
    #: What tells the unit from others of its name: the names above it, from the top.
    path: Mapped[list[str]]
    name: Mapped[dict[str, Any]]
    #: The name in all its languages, for the search.
    search_name: Mapped[str]
    #: Places at or below it, and how many of them have a ballot.
    places: Mapped[int]
    places_with_ballots: Mapped[int]
    ballots: Mapped[int]
    #: Slips and sheets handed out to it; None where it has none.
    issued: Mapped[int | None]
    #: Sheets that came back and do not count; None where it has no paper.
    invalid: Mapped[int | None]
    #: Question code -> the printed cell, with the columns of services.result_rows.CELL_COLUMNS.
    cells: Mapped[dict[str, Any]]
    #: Group code -> the same, where there are several groups.
    group_cells: Mapped[dict[str, Any]]
    #: Question code -> what the survey's rules add to the cell: score, verdict, position, change; see services.extras.
    extras: Mapped[dict[str, Any]]


class ReleaseFile(Base):
    """One file of a release, made once."""

    __tablename__ = "release_files"

    release_id: Mapped[int] = reference("releases", primary_key=True)
    #: Its address below the release, for example figures/headline.svg.
    path: Mapped[str] = mapped_column(primary_key=True)
    media_type: Mapped[str]
    #: Of the file itself, in hex.
    sha256: Mapped[str]
    #: As services.releases.stored_files keeps it: drawings compressed.
    content: Mapped[bytes]


class SignOff(Base):
    """One step of the sign-off (经办, 审核, 签发) of a draft for review. Rows are only ever added."""

    __tablename__ = "sign_offs"
    __table_args__ = (CheckConstraint("step IN ('prepared', 'checked', 'approved')", name="step_known"),)

    release_id: Mapped[int] = reference("releases", primary_key=True)
    #: domain.release.Step.
    step: Mapped[str] = mapped_column(primary_key=True)
    #: The office that the person holds, as it is printed.
    post: Mapped[str]
    name: Mapped[str]
    #: The account, or "command line".
    by: Mapped[str]
    at: Mapped[datetime]
