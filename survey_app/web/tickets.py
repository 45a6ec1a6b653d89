"""Signed addresses that the console gives out and the public side honours: a device opened by hand, a preview."""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

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


def _signer(use: Use) -> URLSafeTimedSerializer:
    salt = f"manyi ticket {use}"
    return URLSafeTimedSerializer(parts().config.secret_key, salt, signer_kwargs={"digest_method": sha256})
