"""What a scanned code leads to, and whether a ballot may come through it now."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from survey_app.domain.ballot import Channel
from survey_app.domain.ballot_token import TokenScope
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.texts import Texts

#: A page that was fetched before the planned closing may still be submitted for this long after it.
GRACE = timedelta(minutes=15)


class Standing(StrEnum):
    """Why a code leads to a questionnaire, or to a page that says why not."""

    READY = "ready"
    NOT_YET = "not_yet"
    PAUSED = "paused"
    CLOSED = "closed"
    VOIDED = "voided"
    SPENT = "spent"
    #: Its group has given as many ballots here as were asked for, and no more are taken.
    FULL = "full"


class CodeState(StrEnum):
    """What became of a code."""

    VALID = "valid"
    VOIDED = "voided"
    #: A slip whose ballot has been received.
    SPENT = "spent"


@dataclass(frozen=True)
class Door:
    """An entry code with its place, group and survey."""

    #: What stands in the address; a device opened by hand (assisted, telephone) has none.
    code: str
    code_state: CodeState
    channel: Channel
    survey_id: int
    survey_slug: str
    #: Tells whether what was cached of the questionnaire is still this one.
    questionnaire_sha256: str
    title: Texts
    organiser: Texts
    contact: str
    time_zone: str
    state: SurveyState
    opens_at: datetime | None
    closes_at: datetime | None
    place_id: int
    place_paused: bool
    unit_name: str
    #: Names of the units above the place, from the top.
    unit_path: tuple[str, ...]
    scopes: tuple[str, ...]
    group_id: int
    group_name: Texts
    group_count: int
    #: Whether the quota of its place and group is reached, where no more answers are taken then.
    full: bool = False

    @property
    def token_scope(self) -> TokenScope:
        """What a page's token is good for."""
        return TokenScope(self.survey_id, self.place_id, self.group_id, self.channel)


def standing(
    *,
    code: CodeState,
    paused: bool,
    state: SurveyState,
    closes_at: datetime | None,
    now: datetime,
    submitting: bool,
    full: bool = False,
) -> Standing:
    """Return how a code stands at this moment; a page already fetched may be submitted within the grace."""
    if state is SurveyState.DRAFT:
        return Standing.VOIDED if code is CodeState.VOIDED else Standing.NOT_YET
    if state is SurveyState.ARCHIVED and code is CodeState.VOIDED:
        return Standing.VOIDED  # Its launch may have been taken back: then it never was open, and has no results.
    if state is not SurveyState.OPEN:
        return Standing.CLOSED
    if closes_at is not None and now >= closes_at + (GRACE if submitting else timedelta()):
        return Standing.CLOSED
    if code is CodeState.SPENT:
        return Standing.SPENT
    if code is CodeState.VOIDED:
        return Standing.VOIDED
    if full:
        return Standing.FULL
    return Standing.PAUSED if paused else Standing.READY


def standing_of(door: Door, now: datetime, *, submitting: bool) -> Standing:
    """Return how the door stands for somebody who scans its code now, or who submits a page."""
    return standing(
        code=door.code_state,
        paused=door.place_paused,
        state=door.state,
        closes_at=door.closes_at,
        now=now,
        submitting=submitting,
        full=door.full,
    )
