"""One way to a questionnaire: by a resident's own code, on a device opened by hand, or as a preview."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from flask import url_for

from survey_app.domain.ballot_token import TokenScope
from survey_app.domain.doors import Door, Standing, standing_of


class Kind(StrEnum):
    """Who holds the device, and what becomes of the answers."""

    OWN = "own"
    BY_HAND = "by_hand"
    PREVIEW = "preview"


@dataclass(frozen=True)
class Visit:
    """A door, how it was come to, and the ticket that stands in the address instead of a code."""

    door: Door
    kind: Kind = Kind.OWN
    ticket: str = ""

    @property
    def scope(self) -> TokenScope:
        """What this visit's page may submit: a preview's token opens nothing else."""
        scope = self.door.token_scope
        return scope._replace(purpose="preview") if self.kind is Kind.PREVIEW else scope

    @property
    def address(self) -> str:
        """Where the questionnaire is."""
        match self.kind:
            case Kind.OWN:
                return url_for("public.questionnaire", code=self.door.code)
            case Kind.BY_HAND:
                return url_for("public.by_hand_form", ticket=self.ticket)
            case Kind.PREVIEW:
                return url_for("public.preview", ticket=self.ticket)

    def address_after(self, receipt: str) -> str:
        """Where to go once the answers are stored; a page that can be loaded again."""
        match self.kind:
            case Kind.OWN:
                return url_for("public.thanks", code=self.door.code, r=receipt)
            case Kind.BY_HAND:
                return url_for("public.by_hand", ticket=self.ticket, received=1)
            case Kind.PREVIEW:
                return url_for("public.preview_thanks", ticket=self.ticket)

    def stands(self, *, submitting: bool) -> Standing:
        """Return how the door stands now; the ballot's own transaction has the last word."""
        if self.kind is Kind.PREVIEW:
            return Standing.READY
        return standing_of(self.door, datetime.now(UTC), submitting=submitting)
