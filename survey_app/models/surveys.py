"""Surveys and what is fixed when they open: questionnaire, groups, targets, slots, places."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class Survey(Base):
    """One evaluation (测评)."""

    __tablename__ = "surveys"
    __table_args__ = (
        CheckConstraint("state IN ('draft', 'open', 'closed', 'published', 'archived')", name="state_known"),
        CheckConstraint("headline_base IN ('rated', 'all')", name="headline_base_known"),
        CheckConstraint("threshold >= 1", name="threshold_positive"),
        CheckConstraint("quota_full IN ('continue', 'stop')", name="quota_full_known"),
        CheckConstraint("paper IN ('none', 'single', 'double')", name="paper_known"),
    )

    id: Mapped[Id]
    #: What addresses and commands call it.
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[dict[str, Any]]
    organiser: Mapped[dict[str, Any]]
    contact: Mapped[str]
    state: Mapped[str] = mapped_column(default="draft")
    time_zone: Mapped[str]
    #: Planned times; the acts themselves stand in survey_acts.
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    results_on: Mapped[date | None]
    #: When it was last closed.
    closed_at: Mapped[datetime | None]
    #: When somebody first saw a figure: after that it cannot be reopened.
    figures_seen_at: Mapped[datetime | None]
    headline_question: Mapped[str]
    headline_base: Mapped[str]
    empty_group: Mapped[str]
    #: Fewer rated ballots than this show no figure.
    threshold: Mapped[int]
    #: Whether answers are still taken at a place whose quota is full.
    quota_full: Mapped[str] = mapped_column(default="continue")
    #: Whether ballots on paper are counted in, and whether two people enter them.
    paper: Mapped[str] = mapped_column(default="none")
    #: Whether a second person must approve it before it opens.
    needs_approval: Mapped[bool] = mapped_column(default=False)


class SurveyAct(Base):
    """What was done to a survey: who, when, why. Rows are only ever added."""

    __tablename__ = "survey_acts"

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys", index=True)
    act: Mapped[str]
    at: Mapped[datetime]
    #: An account's name, or "command line".
    by: Mapped[str]
    reason: Mapped[str] = mapped_column(default="")
    #: What of the survey it was done to, a place or a code; empty where to all of it.
    about: Mapped[str] = mapped_column(default="")


class StoredQuestionnaire(Base):
    """The questionnaire of a survey, as its definition wrote it; frozen, with its hash, at opening."""

    __tablename__ = "questionnaires"

    survey_id: Mapped[int] = reference("surveys", primary_key=True)
    #: The whole survey definition, in the JSON format of docs/survey-definition.md.
    definition: Mapped[dict[str, Any]]
    frozen_at: Mapped[datetime | None]
    #: SHA-256 over the canonical JSON, in hex.
    sha256: Mapped[str]


class RespondentGroup(Base):
    """A respondent group (票种) of a survey."""

    __tablename__ = "groups"
    __table_args__ = (
        UniqueConstraint("survey_id", "code"),
        CheckConstraint("weight > 0", name="weight_positive"),
        CheckConstraint("ballot_mode IN ('poster', 'slip')", name="ballot_mode_known"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys")
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[dict[str, Any]]
    weight: Mapped[float]
    #: How its residents come to a ballot.
    ballot_mode: Mapped[str] = mapped_column(default="poster")


class SurveyTarget(Base):
    """What rating questions about targets rate (评议对象): a listed unit, project or item."""

    __tablename__ = "targets"
    __table_args__ = (UniqueConstraint("survey_id", "code"),)

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys")
    position: Mapped[int]
    code: Mapped[str]
    name: Mapped[dict[str, Any]]
    unit_class: Mapped[str]
    #: The unit of the same code, where there is one.
    unit_id: Mapped[int | None] = reference("units")


class GroupTarget(Base):
    """One target that a group rates."""

    __tablename__ = "group_targets"

    group_id: Mapped[int] = reference("groups", primary_key=True)
    target_id: Mapped[int] = reference("targets", primary_key=True)


class BallotSlot(Base):
    """One byte of every ballot of a survey: a question about a target, or about the place. Frozen at opening."""

    __tablename__ = "slots"

    survey_id: Mapped[int] = reference("surveys", primary_key=True)
    #: The byte's place in the ballot, from 0.
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    question: Mapped[str]
    target_id: Mapped[int | None] = reference("targets")


class Place(Base):
    """Where answers are collected (测评点): one unit within one survey."""

    __tablename__ = "places"
    __table_args__ = (
        UniqueConstraint("survey_id", "unit_id"),
        UniqueConstraint("id", "survey_id"),
        CheckConstraint("population > 0", name="population_positive"),
        CheckConstraint("quota > 0", name="quota_positive"),
    )

    id: Mapped[Id]
    survey_id: Mapped[int] = reference("surveys")
    unit_id: Mapped[int] = reference("units")
    #: Eligible people, where known.
    population: Mapped[int | None]
    #: Ballots expected.
    quota: Mapped[int | None]
    #: Stopped for now, by a switch of its own.
    paused: Mapped[bool] = mapped_column(default=False)
    #: Codes of the scopes in which it lies, fixed at launch: which questions are asked here.
    scopes: Mapped[list[str]]


class Quota(Base):
    """Ballots expected of one group at one place."""

    __tablename__ = "quotas"

    place_id: Mapped[int] = reference("places", primary_key=True)
    group_id: Mapped[int] = reference("groups", primary_key=True)
    ballots: Mapped[int]


class EntryCode(Base):
    """A poster code (测评码): what is in the QR code; leads to a place and a group."""

    __tablename__ = "entry_codes"
    __table_args__ = (
        ForeignKeyConstraint(["place_id", "survey_id"], ["places.id", "places.survey_id"]),
        CheckConstraint("state IN ('active', 'voided')", name="state_known"),
    )

    #: Eight digits, the last a check digit; never used again, not by another survey either.
    code: Mapped[str] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = reference("surveys", index=True)
    place_id: Mapped[int] = mapped_column()
    group_id: Mapped[int] = reference("groups")
    state: Mapped[str] = mapped_column(default="active")
