"""Undo an import: the units stand again as they stood before it, to the last cell.

What a later act builds on is never pulled away: only the newest import that changed anything is undone, none after the
first ballot of a survey over its units, none that would move what is held until results are issued, none of whose units
somebody has changed by hand since.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.domain.units import DECIDING
from survey_app.models import Account, SurveyPlan, Unit, UnitChange, UnitImport
from survey_app.services.audit_trail import audit
from survey_app.services.scopes import Scope
from survey_app.services.units.history import Change, find_import, keep_changes, told_of
from survey_app.services.units.holding import held_units
from survey_app.services.units.importing import known_units
from survey_app.services.units.patch import patch_of
from survey_app.services.units.surveys import first_using, first_with_ballots, in_parts
from survey_app.services.units.tree import UnitTree, load_tree, lock_tree


@dataclass(frozen=True)
class _Touched:
    """What an import did, against the tree as it stands."""

    tree: UnitTree
    changes: Sequence[UnitChange]
    added: Sequence[Unit]
    updated: Sequence[Unit]


def why_not_undone(session: Session, made: UnitImport, scope: Scope) -> Message | None:
    """Return why an import cannot be undone; None where it can."""
    first = _outdated(session, made)
    if first is not None:
        return first
    touched = _touched(session, made)
    return _out_of_reach(session, touched, scope) or _in_use(session, touched)


def undo_import(session: Session, import_id: int, by: str, scope: Scope) -> UnitImport | None:
    """Take an import back; None where there is none within the scope, Refused with the reason where it cannot be."""
    lock_tree(session)
    made = find_import(session, import_id, scope)
    if made is None:
        return None
    session.refresh(made, with_for_update=True)
    why_not = why_not_undone(session, made, scope)
    if why_not is not None:
        raise Refused(why_not)
    touched = _touched(session, made)
    codes = {unit.id: unit.code for unit in touched.tree.units}
    ids = {code: number for number, code in codes.items()}
    undone: list[Change] = []
    for change in touched.changes:
        if change.before is not None:
            unit = touched.tree.by_code[change.unit_code]
            for name, value in change.before.items():
                _restore(unit, name, value, ids)
        undone.append(Change(change.unit_code, "undo", change.after, change.before))
    session.flush()
    try:
        _remove(session, touched.added)
    except IntegrityError:  # A launch has come in between, which this transaction could not see.
        raise Refused(message("Something uses a unit that it added by now.")) from None
    made.undone_at, made.undone_by = datetime.now(UTC), by
    keep_changes(session, by, undone, made.id)
    before, after = told_of(undone)
    counts = {"added": made.added, "updated": made.updated}
    audit(session, by, "unit.undo_import", made.filename, counts | before, after or None)
    return made


def _restore(unit: Unit, name: str, value: str, ids: dict[str, int]) -> None:
    if name == "parent_code":
        unit.parent_id = ids[value] if value else None
    else:
        setattr(unit, name, value)


def _remove(session: Session, added: Sequence[Unit]) -> None:
    """Delete units, children before their parents: SQLite checks each reference at once."""
    waiting = {unit.id: unit.parent_id for unit in added}
    while waiting:
        parents = set(waiting.values())
        leaves = [each for each in waiting if each not in parents]
        for some in in_parts(leaves):
            session.execute(delete(Unit).where(Unit.id.in_(some)))
        for each in leaves:
            del waiting[each]


def _outdated(session: Session, made: UnitImport) -> Message | None:
    if made.undone_at is not None:
        return message("It has been undone.")
    if not made.added + made.updated:
        return message("It changed nothing.")
    newest = session.scalar(
        select(func.max(UnitImport.id)).where(UnitImport.undone_at.is_(None), UnitImport.added + UnitImport.updated > 0)
    )
    if newest != made.id:
        return message("A later import stands on it; undo that one first.")
    own = select(UnitChange.unit_code).where(UnitChange.import_id == made.id)
    first = select(func.min(UnitChange.id)).where(UnitChange.import_id == made.id).scalar_subquery()
    later = session.scalar(
        select(UnitChange.unit_code)
        .where(UnitChange.import_id.is_(None), UnitChange.id > first, UnitChange.unit_code.in_(own))
        .order_by(UnitChange.id)
        .limit(1)
    )
    return message("The unit {code} was changed by hand since.", code=later) if later is not None else None


def _touched(session: Session, made: UnitImport) -> _Touched:
    tree = load_tree(session)
    changes = session.scalars(
        select(UnitChange).where(UnitChange.import_id == made.id, UnitChange.what != "undo").order_by(UnitChange.id)
    ).all()
    added = [tree.by_code[each.unit_code] for each in changes if each.before is None]
    updated = [tree.by_code[each.unit_code] for each in changes if each.before is not None]
    return _Touched(tree, changes, added, updated)


def _out_of_reach(session: Session, touched: _Touched, scope: Scope) -> Message | None:
    patch = patch_of(session, scope)
    if patch is None or all(each.unit_code in patch.below for each in touched.changes):
        return None
    return message("It changed units outside your scope.")


def _in_use(session: Session, touched: _Touched) -> Message | None:
    voted = first_with_ballots(session, touched.tree, [*touched.added, *touched.updated])
    if voted is not None:
        return message(
            "The survey “{title}” over these units has ballots already.", title=pick(voted.title, DEFAULT_LANGUAGE)
        )
    held = held_units(session, known_units(session))
    for change in touched.changes:
        if change.unit_code in held and {*DECIDING} & {*(change.before or ())}:
            return message(
                "It moved unit {code}, or changed its level or class. {reason}",
                code=change.unit_code,
                reason=held[change.unit_code],
            )
    using = first_using(session, touched.added)
    if using is not None:
        return message("The survey “{title}” uses units that it added.", title=pick(using.title, DEFAULT_LANGUAGE))
    return _built_upon(session, touched)


def _built_upon(session: Session, touched: _Touched) -> Message | None:
    """Say what would lose the unit that it stands on."""
    ids = {each.id for each in touched.added}
    mine = {each.id for each in touched.updated} | ids
    for unit in touched.tree.units:
        if unit.id not in mine and (unit.parent_id in ids or unit.merged_into_id in ids):
            return message("The unit {code} stands under, or went into, one that it added.", code=unit.code)
    for name, scope_id in session.execute(select(Account.name, Account.scope_id).order_by(Account.id)):
        if scope_id in ids:
            return message("The account {name} has a unit that it added as its scope.", name=name)
    if any(scope_id in ids for scope_id in session.scalars(select(SurveyPlan.scope_id))):
        return message("A survey is being planned for a unit that it added.")
    return None
