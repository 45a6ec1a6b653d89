"""The states of a survey and the acts that lead from one to the next. A wrong state refuses, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from survey_app.domain.messages import Message, Refused, message

#: A closed survey can be opened again for this long.
REOPENING = timedelta(hours=24)


class SurveyState(StrEnum):
    """Where a survey stands."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    PUBLISHED = "published"
    ARCHIVED = "archived"


class Act(StrEnum):
    """What can be done to a survey."""

    CHANGE = "change"
    #: By a second person, where that is asked for.
    APPROVE = "approve"
    #: The launch is taken back before the survey opens: its codes lead nowhere, its plan is a plan again.
    TAKE_BACK = "take_back"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    TABULATE = "tabulate"
    #: A draft for review, its check by the units, its sign-off, and the internal bulletin: none of them is public.
    REVIEW = "review"
    ASK_UNITS = "ask_units"
    SIGN = "sign"
    ISSUE = "issue"
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    #: Out of the way of the office, and back; readers notice nothing.
    ARCHIVE = "archive"
    RESTORE = "restore"
    REPLACE_CODE = "replace_code"
    VOID_CODE = "void_code"
    PAUSE = "pause"
    RESUME = "resume"


#: What is done to one place or code leaves the survey's state alone, and is of use only while ballots may still come.
_BEFORE_CLOSING = {SurveyState.DRAFT: SurveyState.DRAFT, SurveyState.OPEN: SurveyState.OPEN}

#: What is made for the office itself leaves the survey's state alone.
_AFTER_CLOSING = {SurveyState.CLOSED: SurveyState.CLOSED, SurveyState.PUBLISHED: SurveyState.PUBLISHED}

_LEADS_TO: dict[Act, dict[SurveyState, SurveyState]] = {
    Act.CHANGE: {SurveyState.DRAFT: SurveyState.DRAFT},
    Act.APPROVE: {SurveyState.DRAFT: SurveyState.DRAFT},
    Act.TAKE_BACK: {SurveyState.DRAFT: SurveyState.ARCHIVED},
    Act.OPEN: {SurveyState.DRAFT: SurveyState.OPEN},
    Act.CLOSE: {SurveyState.OPEN: SurveyState.CLOSED},
    Act.REOPEN: {SurveyState.CLOSED: SurveyState.OPEN},
    Act.TABULATE: {
        SurveyState.CLOSED: SurveyState.CLOSED,
        SurveyState.PUBLISHED: SurveyState.PUBLISHED,
        SurveyState.ARCHIVED: SurveyState.ARCHIVED,
    },
    Act.REVIEW: _AFTER_CLOSING,
    Act.ASK_UNITS: _AFTER_CLOSING,
    Act.SIGN: _AFTER_CLOSING,
    Act.ISSUE: _AFTER_CLOSING,
    Act.PUBLISH: {SurveyState.CLOSED: SurveyState.PUBLISHED, SurveyState.PUBLISHED: SurveyState.PUBLISHED},
    # Published still, where an older release is withdrawn.
    Act.WITHDRAW: {SurveyState.CLOSED: SurveyState.CLOSED, SurveyState.PUBLISHED: SurveyState.CLOSED},
    # Not of a closed one: its units are held until it is issued, and must not be freed and then published.
    Act.ARCHIVE: {SurveyState.PUBLISHED: SurveyState.ARCHIVED},
    Act.RESTORE: {SurveyState.ARCHIVED: SurveyState.PUBLISHED},
    Act.REPLACE_CODE: _BEFORE_CLOSING,
    Act.VOID_CODE: _BEFORE_CLOSING,
    Act.PAUSE: _BEFORE_CLOSING,
    Act.RESUME: _BEFORE_CLOSING,
}

_NO_MORE_BALLOTS = message("It takes no more answers, so its codes and places stay as they were.")

_ONLY_CLOSED = message("No release is made before the survey is closed. Close it first.")

_NEEDS: dict[Act, Message] = {
    Act.CHANGE: message("The questionnaire was frozen when the survey opened; a change after that is a new survey."),
    Act.APPROVE: message("Only a draft is approved, before it opens."),
    Act.TAKE_BACK: message("Only a launch that is not open yet can be taken back."),
    Act.OPEN: message("Only a draft can be opened. To take answers again after closing, reopen it."),
    Act.CLOSE: message("Only an open survey can be closed."),
    Act.REOPEN: message("Only a closed survey can be reopened; withdraw its release first if it is published."),
    Act.TABULATE: message("No figure is shown before the survey is closed. Close it first."),
    Act.REVIEW: _ONLY_CLOSED,
    Act.ASK_UNITS: _ONLY_CLOSED,
    Act.SIGN: _ONLY_CLOSED,
    Act.ISSUE: _ONLY_CLOSED,
    Act.PUBLISH: message("Only a closed survey can be published. Close it first."),
    Act.WITHDRAW: message("Releases are withdrawn after closing, and before the survey is archived."),
    Act.ARCHIVE: message("Only a published survey can be archived."),
    Act.RESTORE: message("Only an archived survey can be taken out of the archive."),
    Act.REPLACE_CODE: _NO_MORE_BALLOTS,
    Act.VOID_CODE: _NO_MORE_BALLOTS,
    Act.PAUSE: _NO_MORE_BALLOTS,
    Act.RESUME: _NO_MORE_BALLOTS,
}

_STATE_NAMES: dict[SurveyState, Message] = {
    SurveyState.DRAFT: message("draft"),
    SurveyState.OPEN: message("open"),
    SurveyState.CLOSED: message("closed"),
    SurveyState.PUBLISHED: message("published"),
    SurveyState.ARCHIVED: message("archived"),
}


def state_name(state: SurveyState) -> Message:
    """Return the state's name in words."""
    return _STATE_NAMES[state]


def allows(state: SurveyState, act: Act) -> bool:
    """Return whether the act can be done in this state."""
    return state in _LEADS_TO[act]


def after(state: SurveyState, act: Act, slug: str) -> SurveyState:
    """Return the state that the act leads to; Refused with the reason where it leads nowhere from here."""
    if not allows(state, act):
        raise Refused(
            message("Survey {slug} is now {state}. {needs}", slug=slug, state=state_name(state), needs=_NEEDS[act])
        )
    return _LEADS_TO[act][state]


@dataclass(frozen=True)
class Approval:
    """Who launched or changed a survey last, when, and who has approved it since; None: nobody has."""

    changed_by: str
    changed_at: datetime
    by: str | None = None


def approval_of(acts: Iterable[tuple[str, str, datetime]]) -> Approval:
    """Return how the approval stands after the launch, changes and approvals of a survey, oldest first.

    Args:
        acts: what was done, by whom, when. The first is the launch. A change needs a new approval.

    """
    (_, by, at), *more = acts
    found = Approval(by, at)
    for act, by, at in more:
        found = Approval(found.changed_by, found.changed_at, by) if act == Act.APPROVE else Approval(by, at)
    return found


def check_approving(approval: Approval, by: str) -> None:
    """Refuse an approval by who launched or changed the survey last, or where there is one already."""
    if by == approval.changed_by:
        raise Refused(
            message(
                "{who} launched or changed this survey last, so somebody else must approve it.", who=approval.changed_by
            )
        )
    if approval.by is not None:
        raise Refused(message("{who} has approved it already.", who=approval.by))


def check_reopening(closed_at: datetime, now: datetime, figures_seen: bool) -> None:
    """Refuse to reopen a survey whose figures somebody has seen, or that closed too long ago."""
    if figures_seen:
        raise Refused(message("Somebody has already seen a figure of this survey, so it can no longer be reopened."))
    if now - closed_at > REOPENING:
        raise Refused(message("A survey can be reopened within 24 hours of closing; that time is over."))


def require_reason(reason: str | None, *, printed: bool = True) -> str:
    """Return the reason that an act needs; Refused where it is empty. `printed`: it appears with the results."""
    if reason is None or not reason.strip():
        raise Refused(
            message("This needs a reason, which will be recorded and printed. Give one with --reason.")
            if printed
            else message("This needs a reason, which will be recorded. Give one with --reason.")
        )
    return reason.strip()
