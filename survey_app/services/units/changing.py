"""Change single units by hand: add, edit, move, merge, close, reopen. Each change is kept in the unit's history.

A unit that is typed is held to the same rules as a row of a list. Places of earlier surveys point to their unit, so
they stay where they are whatever becomes of it; while results are to come nothing becomes of it, see holding.
"""

import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units import Level, PlannedUnit, UnitPlan, UnitRow, check_units, may_stand_under
from survey_app.domain.units.cells import COLUMNS
from survey_app.domain.units.level import LEVEL_NAMES
from survey_app.models import Unit
from survey_app.services.audit_trail import audit
from survey_app.services.scopes import Scope
from survey_app.services.units.history import Change, keep_changes
from survey_app.services.units.holding import held_units
from survey_app.services.units.importing import addition, change_between, known_units
from survey_app.services.units.patch import patch_of
from survey_app.services.units.tree import UnitTree, load_tree, lock_tree

#: Units are closed, and their history told, by the clock of the country that the platform serves.
HOME_ZONE = ZoneInfo("Asia/Shanghai")


def add_unit(session: Session, row: UnitRow, by: str, scope: Scope) -> Unit:
    """Add one unit; Refused, with a message for each faulty column, as a row of a list is."""
    lock_tree(session)
    if unicodedata.normalize("NFKC", row.code).strip() in known_units(session):
        said = message("There is a unit with this code already."), message("Give the unit a code of its own.")
        raise Refused(_fault("code", row.code, *said))
    planned = _plan(session, row, scope).added[0]
    tree = load_tree(session)
    unit = Unit(code=planned.code, closed_on=None, merged_into_id=None)
    _set(unit, planned, tree)
    session.add(unit)
    session.flush()
    _keep(session, by, addition(planned))
    return unit


def edit_unit(session: Session, row: UnitRow, by: str, scope: Scope, reason: str = "") -> Unit:
    """Change a unit's name, level, class, sector or the unit above it; Refused as a row of a list is.

    Moving it takes all below it along.
    """
    lock_tree(session)
    tree = load_tree(session)
    unit = _open_unit(session, tree, row.code, scope)
    known = known_units(session)
    plan = _plan(session, row, scope)
    for planned in plan.updated:
        _set(unit, planned, tree)
        _keep(session, by, change_between(known[unit.code], planned), reason)
    return unit


def move_unit(session: Session, code: str, parent_code: str, by: str, scope: Scope, reason: str) -> Unit:
    """Set a unit, with all below it, under another one; Refused where it cannot stand there."""
    known = known_units(session)[code]
    row = UnitRow(0, code, known.name, known.level, parent_code)
    if parent_code.strip() == known.parent_code:
        said = message("It stands there already."), message("Choose another unit.")
        raise Refused(_fault("parent_code", parent_code, *said))
    return edit_unit(session, row, by, scope, reason)


def merge_unit(session: Session, code: str, into_code: str, by: str, scope: Scope, reason: str) -> Unit:
    """Close a unit since another one took it in (并入); the units directly below it move there. Return the other."""
    lock_tree(session)
    tree = load_tree(session)
    unit = _open_unit(session, tree, code, scope)
    _require_not_held(session, unit)
    into = tree.by_code.get(into_code.strip())
    if into is None or not tree.is_within(into, scope):
        said = message("No unit has this code."), message("Write the code of a unit that there is.")
        raise Refused(_fault("code", into_code, *said))
    for fault in _merging_faults(tree, unit, into):
        raise Refused(_fault("code", into_code, fault, message("Choose another unit.")))
    moving = [each for each in tree.children.get(unit.id, ()) if each.closed_on is None]
    for child in moving:
        if not may_stand_under(Level(child.level), Level(into.level)):
            why = message(
                "{child} {name} (level “{level}”) stands below it and cannot stand there.",
                child=child.code,
                name=child.name,
                level=LEVEL_NAMES[Level(child.level)],
            )
            raise Refused(_fault("code", into_code, why, message("Move it first, or choose another unit.")))
    for child in moving:
        child.parent_id = into.id
        _keep(session, by, Change(child.code, "move", {"parent_code": unit.code}, {"parent_code": into.code}), reason)
    unit.closed_on, unit.merged_into_id = _today(), into.id
    after = {"closed_on": str(unit.closed_on), "merged_into": into.code}
    _keep(session, by, Change(unit.code, "merge", {}, after), reason)
    return into


def close_unit(session: Session, code: str, by: str, scope: Scope, reason: str) -> Unit:
    """Close a unit (撤销): it stays where surveys name it, and no new one chooses it. Refused while any is below it."""
    lock_tree(session)
    tree = load_tree(session)
    unit = _open_unit(session, tree, code, scope)
    _require_not_held(session, unit)
    below = sum(each.closed_on is None for each in tree.below(unit)) - 1
    if below:
        raise Refused(
            message("{count} units below it are not closed. Move or close them first, or merge this unit.", count=below)
        )
    unit.closed_on = _today()
    _keep(session, by, Change(unit.code, "close", {}, {"closed_on": str(unit.closed_on)}), reason)
    return unit


def reopen_unit(session: Session, code: str, by: str, scope: Scope, reason: str = "") -> Unit:
    """Reopen a closed unit where it stood; what moved away when it was merged stays there."""
    lock_tree(session)
    tree = load_tree(session)
    unit = tree.by_code[code]
    _require_reach(session, unit, scope)
    if unit.closed_on is None:
        raise Refused(message("This unit is not closed."))
    above = tree.by_id[unit.parent_id] if unit.parent_id is not None else None
    if above is not None and above.closed_on is not None:
        raise Refused(message("The unit above it, {code}, is closed. Reopen that one first.", code=above.code))
    before = {"closed_on": str(unit.closed_on)}
    if unit.merged_into_id is not None:
        before["merged_into"] = tree.by_id[unit.merged_into_id].code
    unit.closed_on = unit.merged_into_id = None
    _keep(session, by, Change(unit.code, "reopen", before, {}), reason)
    return unit


def _merging_faults(tree: UnitTree, unit: Unit, into: Unit) -> Sequence[Message]:
    if into is unit:
        return [message("It is this unit itself.")]
    if unit in tree.line(into):
        return [message("It stands below this unit.")]
    if into.closed_on is not None:
        return [message("This unit was closed.")]
    return []


def _open_unit(session: Session, tree: UnitTree, code: str, scope: Scope) -> Unit:
    unit = tree.by_code[code]
    _require_reach(session, unit, scope)
    if unit.closed_on is not None:
        raise Refused(message("This unit is closed. Reopen it first."))
    return unit


def _require_reach(session: Session, unit: Unit, scope: Scope) -> None:
    patch = patch_of(session, scope)
    if patch is not None and unit.code not in patch.below:
        raise Refused(message("This unit is changed only by accounts above it."))


def why_held(session: Session, code: str) -> Message | None:
    """Return why a unit is not moved, merged or closed now, nor given another level or class; None where it can be."""
    return held_units(session, known_units(session)).get(code)


def _require_not_held(session: Session, unit: Unit) -> None:
    why = why_held(session, unit.code)
    if why is not None:
        when = message("It can be moved, merged or closed once the internal bulletin or the public release is made.")
        raise Refused(why, when)


def _plan(session: Session, row: UnitRow, scope: Scope) -> UnitPlan:
    known = known_units(session)
    return check_units([row], known, patch_of(session, scope), held_units(session, known))


def _set(unit: Unit, planned: PlannedUnit, tree: UnitTree) -> None:
    unit.name, unit.level = planned.name, planned.level.value
    unit.unit_class, unit.sector = planned.unit_class, planned.sector
    unit.parent_id = tree.by_code[planned.parent_code].id if planned.parent_code else None


def _keep(session: Session, by: str, change: Change, reason: str = "") -> None:
    keep_changes(session, by, [change], reason=reason)
    after = dict(change.after or {}) | ({"reason": reason} if reason else {})
    audit(session, by, f"unit.{change.what}", change.unit_code, before=change.before, after=after)


def _fault(column: str, value: str, reason: Message, remedy: Message) -> Message:
    """Return what is wrong with one column, in the shape of a list's errors, so that a form can show it there."""
    parts = {"row": 0, "column": COLUMNS[column], "value": value, "reason": reason, "remedy": remedy}
    return message("{column} “{value}”: {reason} {remedy}", **parts)


def _today() -> date:
    return datetime.now(UTC).astimezone(HOME_ZONE).date()
