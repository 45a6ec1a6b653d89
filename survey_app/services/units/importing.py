"""Import a list of units: every row checked first, then everything written in one transaction, or nothing."""

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from survey_app.documents.sheet_reader import read_sheet, unit_rows
from survey_app.domain.messages import Refused, message
from survey_app.domain.units import CHANGEABLE, KnownUnit, PlannedUnit, UnitPlan, check_units, differences
from survey_app.models import Unit
from survey_app.services.audit_trail import audit
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.units.history import Change, keep_import, told_of
from survey_app.services.units.holding import held_units
from survey_app.services.units.patch import patch_of
from survey_app.services.units.tree import lock_tree

#: Who did it where nobody says: a command, or a test.
COMMAND_LINE = "command line"


def plan_import(session: Session, content: bytes, filename: str, scope: Scope = EVERYTHING) -> UnitPlan:
    """Return what an import of this file would add and update; Refused with every bad row. Writes nothing."""
    rows = unit_rows(read_sheet(content, filename))
    known = known_units(session)
    return check_units(rows, known, patch_of(session, scope), held_units(session, known))


def import_units(
    session: Session,
    content: bytes,
    filename: str,
    by: str = COMMAND_LINE,
    scope: Scope = EVERYTHING,
    seen: str | None = None,
) -> UnitPlan:
    """Add and update the units of a file; units that it does not name stay as they are.

    `seen` is the mark of the plan that a person agreed to: where the units have changed since, so that the same file
    would now do something else, it is Refused.
    """
    rows = unit_rows(read_sheet(content, filename))  # Read before anybody has to wait for this import.
    lock_tree(session)
    known = known_units(session)
    plan = check_units(rows, known, patch_of(session, scope), held_units(session, known))
    if seen is not None and seen != mark_of(plan, known):
        raise Refused(message("The units have changed since the list was checked. Check it again, then import it."))
    _write(session, plan)
    changes = [addition(each) for each in plan.added]
    changes += [change_between(known[each.code], each) for each in plan.updated]
    counts = {"added": len(plan.added), "updated": len(plan.updated), "unchanged": len(plan.unchanged)}
    made = keep_import(session, by, filename, counts, changes)
    before, after = told_of(changes)
    audit(session, by, "unit.import", made.filename, before or None, counts | after)
    return plan


def mark_of(plan: UnitPlan, known: Mapping[str, KnownUnit]) -> str:
    """Return a mark that differs wherever a plan would do something else, or to units that stand otherwise."""
    digest = hashlib.sha256()
    for part in (plan.added, plan.updated, plan.unchanged):
        digest.update(b"\0")
        for unit in part:
            digest.update(f"{unit!r}{known.get(unit.code)!r}".encode())
    return digest.hexdigest()


def _write(session: Session, plan: UnitPlan) -> None:
    ids = {unit.code: unit.id for unit in session.execute(select(Unit.code, Unit.id))}
    for generation in _generations(plan.added):
        added = session.scalars(insert(Unit).returning(Unit), [_row(unit, ids) for unit in generation])
        ids |= {unit.code: unit.id for unit in added}
    stored = {unit.code: unit for unit in session.scalars(select(Unit))} if plan.updated else {}
    for planned in plan.updated:
        for name, value in _row(planned, ids).items():
            setattr(stored[planned.code], name, value)


def _generations(added: Iterable[PlannedUnit]) -> Iterable[list[PlannedUnit]]:
    """Group units, given parents first, by depth below the known ones, so that a parent's id is there in time."""
    depths: dict[str, int] = {}
    generations: dict[int, list[PlannedUnit]] = {}
    for unit in added:
        depths[unit.code] = depths.get(unit.parent_code, -1) + 1
        generations.setdefault(depths[unit.code], []).append(unit)
    return [generations[depth] for depth in sorted(generations)]


def _row(unit: PlannedUnit, ids: Mapping[str, int]) -> dict[str, object]:
    return {
        "code": unit.code,
        "name": unit.name,
        "level": unit.level.value,
        "parent_id": ids[unit.parent_code] if unit.parent_code else None,
        "unit_class": unit.unit_class,
        "sector": unit.sector,
    }


def addition(unit: PlannedUnit) -> Change:
    """Return that a unit was added, as its history keeps it."""
    return Change(unit.code, "add", None, {name: str(getattr(unit, name)) for name in CHANGEABLE})


def change_between(before: KnownUnit, after: PlannedUnit) -> Change:
    """Return what changed of a unit, as its history keeps it."""
    names = differences(before, after)
    return Change(
        after.code,
        "move" if names == ("parent_code",) else "edit",
        {name: str(getattr(before, name)) for name in names},
        {name: str(getattr(after, name)) for name in names},
    )


def known_units(session: Session) -> dict[str, KnownUnit]:
    """Return the units that there are, by code."""
    units = session.execute(
        select(
            Unit.id, Unit.code, Unit.name, Unit.level, Unit.parent_id, Unit.unit_class, Unit.sector, Unit.closed_on
        ).order_by(Unit.id)
    ).all()
    codes = {unit.id: unit.code for unit in units}
    return {
        unit.code: KnownUnit(
            unit.code,
            unit.name,
            unit.level,
            codes[unit.parent_id] if unit.parent_id is not None else "",
            unit.unit_class,
            unit.sector,
            unit.closed_on is not None,
        )
        for unit in units
    }
