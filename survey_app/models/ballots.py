"""Ballots and what is counted from them. Nothing here says when, from where or by whom a ballot came.

See docs/trust.md for what may never be added.
"""

from sqlalchemy import Index, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, BigId, reference


class Ballot(Base):
    """One resident's submitted answers (答卷), one byte a slot.

    The key is random beyond survey and place: no serial number tells the order. SQLite keeps a hidden one in every
    table with row ids, so this table has none. Survey, place and group come out of a token that the server signed, and
    the transaction has read them; foreign keys would only make PostgreSQL lock the place's row for every ballot.
    """

    __tablename__ = "ballots"
    __table_args__ = (
        PrimaryKeyConstraint("survey_id", "place_id", "nonce"),
        {"sqlite_with_rowid": False},
    )

    survey_id: Mapped[int] = mapped_column(BigId)
    place_id: Mapped[int] = mapped_column(BigId)
    #: 16 random bytes out of the page's token: the same page submitted twice is one ballot.
    nonce: Mapped[bytes]
    group_id: Mapped[int] = mapped_column(BigId)
    #: domain.ballot.Channel by position.
    channel: Mapped[int] = mapped_column(SmallInteger)
    #: 0 blank, 1..254 the option's position, 255 not asked; one byte for each slot of the survey.
    answers: Mapped[bytes]
    #: Keyed hash of the answers that stand apart, so that a replay can be told from other answers; until closing.
    apart_mark: Mapped[bytes | None]


class AnswerStoredApart(Base):
    """An answer that no byte can hold. Nothing links it to the ballot that it came with."""

    __tablename__ = "answers_apart"
    __table_args__ = (
        PrimaryKeyConstraint("id"),
        Index("ix_answers_apart_survey_id_question", "survey_id", "question"),
        {"sqlite_with_rowid": False},
    )

    #: 16 random bytes, not the ballot's.
    id: Mapped[bytes]
    survey_id: Mapped[int] = reference("surveys")
    place_id: Mapped[int] = reference("places")
    group_id: Mapped[int] = reference("groups")
    question: Mapped[str]
    value: Mapped[str]


class Tally(Base):
    """The counts (计数) of one place, group and channel, kept by the transaction that stores the ballots."""

    __tablename__ = "tallies"

    survey_id: Mapped[int] = reference("surveys", primary_key=True)
    place_id: Mapped[int] = reference("places", primary_key=True)
    group_id: Mapped[int] = reference("groups", primary_key=True)
    channel: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    ballots: Mapped[int]
    #: Little-endian uint32, slots x (most options + 2): blank, the options in order, not asked.
    counts: Mapped[bytes]


class Turnout(Base):
    """Ballots by place and hour (参与数量): all that anyone sees before the survey is closed."""

    __tablename__ = "turnouts"
    __table_args__ = (Index("ix_turnouts_survey_id_hour", "survey_id", "hour"),)

    place_id: Mapped[int] = reference("places", primary_key=True)
    #: Hours since 1970-01-01 UTC.
    hour: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    survey_id: Mapped[int] = reference("surveys")
    ballots: Mapped[int]
