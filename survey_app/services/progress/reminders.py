"""Who is to be reminded: places without a ballot, or far below their quota, by the unit above them."""

from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.domain.turnout import is_below
from survey_app.models import Unit
from survey_app.services.progress.turnout import TurnoutSnapshot, UnitTurnout


@dataclass(frozen=True)
class Reminder:
    """What to tell one unit about the places directly below it; a place without a unit above stands for itself."""

    unit: Unit
    #: Names above the unit, from the top.
    path: Sequence[str]
    places: Sequence[UnitTurnout]
    #: How many places it has, those in order among them.
    of: int


def reminders(snapshot: TurnoutSnapshot, under: Unit | None, below: int) -> Sequence[Reminder]:
    """Return who has places at zero, or with less than `below` percent of their quota, in the order of the tree."""
    places: dict[int, list[UnitTurnout]] = {}
    units: dict[int, Unit] = {}
    for each in snapshot.places_below(under):
        # Whoever sees a single place only is told about it, not about the unit above.
        is_own = under is not None and each.unit.id == under.id
        above = each.unit if is_own or each.unit.parent_id is None else snapshot.tree.by_id[each.unit.parent_id]
        units[above.id] = above
        places.setdefault(above.id, []).append(each)
    found = []
    for unit_id, all_places in places.items():
        behind = [each for each in all_places if is_below(each.ballots, each.quota, below)]
        if behind:
            path = [each.name for each in snapshot.tree.line(units[unit_id])[:-1]]
            found.append(Reminder(units[unit_id], path, behind, len(all_places)))
    return found
