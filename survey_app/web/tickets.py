"""Signed addresses that the console gives out and the public side honours: a device opened by hand, a preview."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

from survey_app.web.parts import parts


class Use(StrEnum):
    """What a ticket opens."""

    #: A worker's device: the resident answers there, or the worker writes down what is said.
    ASSISTED = "assisted"
    #: A telephone interview.
    TELEPHONE = "telephone"
    #: The questionnaire as residents will see it; nothing is stored.
    PREVIEW = "preview"


#: How long a ticket opens, in seconds: a working day for a device, two weeks for those who read a draft.
_SECONDS = {Use.ASSISTED: 12 * 3600, Use.TELEPHONE: 12 * 3600, Use.PREVIEW: 14 * 86400}

#: What a plan's ticket says of itself: it opens a preview too, but of what has no place and no survey yet.
_PLAN = "plan as typed"


@dataclass(frozen=True)
class Ticket:
    """What was signed."""

    use: Use
    place_id: int
    group_id: int


def write_ticket(ticket: Ticket) -> str:
    """Return the ticket as it stands in an address."""
    return _signer(ticket.use).dumps([ticket.place_id, ticket.group_id])


def read_ticket(text: str, *uses: Use) -> Ticket | None:
    """Return a ticket for one of these uses; None where it was not signed here, or its time is over."""
    for use in uses:
        try:
            place_id, group_id = _signer(use).loads(text, max_age=_SECONDS[use])
        except BadData:
            continue
        return Ticket(use, place_id, group_id)
    return None


@dataclass(frozen=True)
class PlanTicket:
    """A plan, the kinds of place in which its questionnaire is looked at, and the position of the group."""

    plan_id: int
    scopes: tuple[str, ...]
    group: int
    #: What is being typed of the plan and is not saved.
    typed: Mapping[str, Any] = field(default_factory=dict)


def write_plan_ticket(ticket: PlanTicket) -> str:
    """Return the ticket as it stands in an address."""
    return _signer(_PLAN).dumps([ticket.plan_id, ticket.typed, *ticket.scopes, ticket.group])


def read_plan_ticket(text: str) -> PlanTicket | None:
    """Return a ticket to look at a plan; None where it was not signed here, or its time is over."""
    try:
        plan_id, typed, *scopes, group = _signer(_PLAN).loads(text, max_age=_SECONDS[Use.PREVIEW])
    except BadData:
        return None
    return PlanTicket(plan_id, tuple(scopes), group, typed)


def _signer(use: str) -> URLSafeTimedSerializer:
    salt = f"manyi ticket {use}"
    return URLSafeTimedSerializer(parts().config.secret_key, salt, signer_kwargs={"digest_method": sha256})
