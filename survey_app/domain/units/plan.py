"""What the import of a list that was checked will do."""

from collections.abc import Mapping, Sequence
from typing import cast

from survey_app.domain.units.cells import ListedUnit
from survey_app.domain.units.level import Level
from survey_app.domain.units.unit import KnownUnit, PlannedUnit, UnitPlan

#: What of a unit a list may change; its code names it for ever.
CHANGEABLE = ("name", "level", "parent_code", "unit_class", "sector")

#: What of it decides where its figures count, and beside whose: that stays while results are to come.
DECIDING = ("level", "parent_code", "unit_class")


def plan_import(units: Sequence[ListedUnit], known: Mapping[str, KnownUnit]) -> UnitPlan:
    """Sort the units of a list without errors by what its import will do to the `known` ones."""
    added: dict[str, PlannedUnit] = {}
    updated, unchanged = [], []
    for unit in units:
        before = known.get(unit.code)
        planned = _planned(unit, before)
        if before is None:
            added[unit.code] = planned
        elif differences(before, planned):
            updated.append(planned)
        else:
            unchanged.append(planned)
    return UnitPlan(_parents_first(added), tuple(updated), tuple(unchanged))


def _planned(unit: ListedUnit, before: KnownUnit | None) -> PlannedUnit:
    # A column that the list lacks says nothing about the unit; an empty cell says that it has none.
    unit_class, sector = (before.unit_class, before.sector) if before else ("", "")
    return PlannedUnit(
        row=unit.raw.row,
        code=unit.code,
        name=unit.name,
        level=cast(Level, unit.rank),  # The check has refused every list with an unknown level.
        parent_code=unit.parent_code,
        unit_class=unit_class if unit.unit_class is None else unit.unit_class,
        sector=sector if unit.sector is None else unit.sector,
    )


def differences(before: KnownUnit, after: PlannedUnit) -> tuple[str, ...]:
    """Return the names of the columns in which a unit would change."""
    return tuple(name for name in CHANGEABLE if getattr(before, name) != getattr(after, name))


def _parents_first(added: Mapping[str, PlannedUnit]) -> tuple[PlannedUnit, ...]:
    waiting = dict(added)
    ordered: list[PlannedUnit] = []
    for unit in added.values():
        climb = []
        code = unit.code
        while code in waiting:
            climb.append(waiting.pop(code))
            code = climb[-1].parent_code
        ordered += reversed(climb)
    return tuple(ordered)
