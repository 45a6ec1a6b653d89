"""What a board shows besides the turnout, of the whole survey: the boards of its units choose from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey_app.models import Survey
from survey_app.services.codes.hits import DeadPoster, dead_posters
from survey_app.services.progress.groups import GroupCounts, count_groups
from survey_app.services.progress.notes import count_notes


@dataclass(frozen=True)
class Beside:
    """Posters scanned in vain, ballots by respondent group, and how many notes each place has."""

    dead: Sequence[DeadPoster]
    groups: GroupCounts
    notes: Mapping[int, int]


def read_beside(session: Session, survey: Survey) -> Beside:
    """Read it."""
    return Beside(dead_posters(session, survey), count_groups(session, survey), count_notes(session, survey))
