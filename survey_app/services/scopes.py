"""Which part of the tree, and so which surveys, places and plans, an account sees."""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy.orm import Session

from survey_app.models import Survey


@dataclass(frozen=True)
class Scope:
    """A unit and all below it; None: all units."""

    unit_id: int | None


#: All units.
EVERYTHING = Scope(None)


class Reach(Enum):
    """How much of something lies within a scope."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


def covers(session: Session, scope: Scope, unit_id: int) -> bool:
    """Return whether the unit is the scope's own or lies below it."""
    raise NotImplementedError


def reach(session: Session, scope: Scope, survey: Survey) -> Reach:
    """Return how much of the survey's places lies within the scope."""
    raise NotImplementedError
