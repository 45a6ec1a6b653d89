"""Telephone interviews: how calls end (处置结果), and what is said of them together."""

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """How a call ended that brought no interview."""

    UNREACHED = "unreached"
    REFUSED = "refused"


@dataclass(frozen=True)
class Calls:
    """The calls of one place: those that nobody took, those refused, and interviews, which are ballots."""

    unreached: int = 0
    refused: int = 0
    completed: int = 0

    @property
    def dialled(self) -> int:
        """All calls (拨打)."""
        return self.unreached + self.refused + self.completed

    @property
    def reached(self) -> int:
        """Calls that somebody took (接通)."""
        return self.refused + self.completed
