"""Import a list of units: every row checked first, then everything written in one transaction, or nothing."""

from collections.abc import Iterable

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.documents.sheet_reader import read_sheet, unit_rows
from survey_app.domain.units import KnownUnit, PlannedUnit, UnitPlan, check_units
from survey_app.models import Unit


def plan_import(session: Session, content: bytes, filename: str) -> UnitPlan:
    """Return what an import of this file would add and update; Refused with every bad row. Writes nothing."""
    return check_units(unit_rows(read_sheet(content, filename)), known_units(session))


def import_units(session: Session, content: bytes, filename: str) -> UnitPlan:
    """Add and update the units of a file; units that it does not name stay as they are."""
    plan = plan_import(session, content, filename)
    ids = {unit.code: unit.id for unit in session.execute(select(Unit.code, Unit.id))}
    for generation in _generations(plan.added):
        added = session.scalars(insert(Unit).returning(Unit), [_row(unit, ids) for unit in generation])
        ids |= {unit.code: unit.id for unit in added}
    stored = {unit.code: unit for unit in session.scalars(select(Unit))} if plan.updated else {}
    for planned in plan.updated:
        for name, value in _row(planned, ids).items():
            setattr(stored[planned.code], name, value)
    return plan


def _generations(added: Iterable[PlannedUnit]) -> Iterable[list[PlannedUnit]]:
    """Group units, given parents first, by depth below the known ones, so that a parent's id is there in time."""
    depths: dict[str, int] = {}
    generations: dict[int, list[PlannedUnit]] = {}
    for unit in added:
        depths[unit.code] = depths.get(unit.parent_code, -1) + 1
        generations.setdefault(depths[unit.code], []).append(unit)
    return [generations[depth] for depth in sorted(generations)]


def _row(unit: PlannedUnit, ids: dict[str, int]) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level.value,
        "parent_id": ids[unit.parent_code] if unit.parent_code else None,
        "unit_class": unit.unit_class,
        "sector": unit.sector,
    }


def known_units(session: Session) -> dict[str, KnownUnit]:
    """Return the units that there are, by code."""
    units = session.scalars(select(Unit)).all()
    codes = {unit.id: unit.code for unit in units}
    return {
        unit.code: KnownUnit(
            unit.code,
            unit.name,
            unit.level,
            codes[unit.parent_id] if unit.parent_id is not None else "",
            unit.unit_class,
            unit.sector,
        )
        for unit in units
    }
