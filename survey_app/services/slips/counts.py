"""How many slips of a survey were printed, used, voided and are left, summed over the tree of units.

Counted by place only, as turnout is: how many of a group have answered nobody sees before the survey is closed.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Place, Slip, SlipBatch, Survey
from survey_app.services.units.tree import load_tree


@dataclass(frozen=True)
class SlipCounts:
    """The slips of one unit's places."""

    printed: int = 0
    spent: int = 0
    #: Replaced by a later printing while they were unspent.
    voided: int = 0

    @property
    def unspent(self) -> int:
        """How many can still be used."""
        return self.printed - self.spent - self.voided


def count_slips(session: Session, survey: Survey) -> Mapping[int, SlipCounts]:
    """Return the counts of every unit under which slips were printed, by the unit's id."""
    rows = session.execute(
        select(Place.unit_id, Slip.state, func.count())
        .join(SlipBatch, SlipBatch.id == Slip.batch_id)
        .join(Place, Place.id == SlipBatch.place_id)
        .where(SlipBatch.survey_id == survey.id)
        .group_by(Place.unit_id, Slip.state)
    )
    tree = load_tree(session)
    sums: dict[int, Counter[str]] = {}
    for unit_id, state, count in rows:
        for unit in tree.line(tree.by_id[unit_id]):
            sums.setdefault(unit.id, Counter())[state] += count
    return {unit: SlipCounts(each.total(), each["spent"], each["voided"]) for unit, each in sums.items()}
