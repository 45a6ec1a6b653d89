"""The history of units: every change by an import or by hand, and the imports that made them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, insert, select
from sqlalchemy.orm import Session

from survey_app.domain.document_changes import changes_between
from survey_app.models import Unit, UnitChange, UnitImport
from survey_app.services.scopes import Scope, within

#: So many imports are listed, the newest first.
MOST_IMPORTS = 30
#: So many changes of one unit are shown, the newest first.
MOST_CHANGES = 100
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Change:
    """One change of one unit: what was done, and the columns that changed before and after it."""

    unit_code: str
    what: str
    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


def keep_changes(
    session: Session, by: str, changes: Sequence[Change], import_id: int | None = None, reason: str = ""
) -> None:
    """Write changes into the history, in the transaction that makes them."""
    if not changes:
        return
    at = datetime.now(UTC)
    session.execute(
        insert(UnitChange),
        [
            {
                "unit_code": each.unit_code,
                "import_id": import_id,
                "at": at,
                "by": by,
                "what": each.what,
                "before": None if each.before is None else dict(each.before),
                "after": None if each.after is None else dict(each.after),
                "reason": reason,
            }
            for each in changes
        ],
    )


def told_of(changes: Sequence[Change]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return for the audit trail what changed of units that were there before and after; others are only counted."""
    kept = [each for each in changes if each.before is not None and each.after is not None]
    before, after = ({each.unit_code: getattr(each, side) for each in kept} for side in ("before", "after"))
    return changes_between(before, after)


def keep_import(
    session: Session, by: str, filename: str, counts: Mapping[str, int], changes: Sequence[Change]
) -> UnitImport:
    """Write an import into the history, with the changes that it made."""
    name = file_name(filename)
    made = UnitImport(at=datetime.now(UTC), by=by, filename=name, undone_at=None, undone_by="", **counts)
    session.add(made)
    session.flush()
    keep_changes(session, by, changes, made.id)
    return made


def file_name(given: str) -> str:
    """Return a file's name as it is kept and shown: without folders and without what cannot be printed."""
    name = given.replace("\\", "/").rpartition("/")[2]
    return "".join(character for character in name if character.isprintable())[-_LONGEST_NAME:]


def history_of(session: Session, unit_code: str) -> Sequence[UnitChange]:
    """Return the changes of a unit, the newest first, at most MOST_CHANGES."""
    found = select(UnitChange).where(UnitChange.unit_code == unit_code).order_by(UnitChange.id.desc())
    return session.scalars(found.limit(MOST_CHANGES)).all()


def list_imports(session: Session, scope: Scope) -> Sequence[UnitImport]:
    """Return the imports, the newest first; of a narrower scope those that changed units within it only."""
    found = select(UnitImport).order_by(UnitImport.id.desc()).limit(MOST_IMPORTS)
    if scope.unit_id is not None:
        found = found.where(UnitImport.id.in_(select(UnitChange.import_id)), UnitImport.id.not_in(_reaching(scope)))
    return session.scalars(found).all()


def find_import(session: Session, import_id: int, scope: Scope) -> UnitImport | None:
    """Return an import; None where there is none of this number, or where it reached beyond the scope."""
    found = session.get(UnitImport, import_id) if import_id < 2**63 else None
    if found is None or scope.unit_id is None:
        return found
    beyond = session.scalar(_reaching(scope).where(UnitChange.import_id == import_id).limit(1))
    return None if beyond else found


def _reaching(scope: Scope) -> Select[int | None]:
    """Choose the imports that changed something outside the scope, or what is no more."""
    own = select(Unit.code).where(within(scope, Unit.id))
    return select(UnitChange.import_id).where(UnitChange.import_id.is_not(None), UnitChange.unit_code.not_in(own))
