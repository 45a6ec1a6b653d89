"""What becomes of a submission."""

from dataclasses import dataclass
from enum import StrEnum

from survey_app.domain.doors import Standing

#: Survey, place, nonce: a ballot's primary key.
BallotKey = tuple[int, int, bytes]


class Outcome(StrEnum):
    """What became of a submission."""

    STORED = "stored"
    #: The same page with the same answers came before: nothing new is stored, the answer is the same.
    REPEATED = "repeated"
    #: The same page came before with other answers: the first stays.
    CONFLICTING = "conflicting"
    REFUSED = "refused"


@dataclass(frozen=True)
class Verdict:
    """The outcome, and for a refusal how the door stands."""

    outcome: Outcome
    standing: Standing = Standing.READY
