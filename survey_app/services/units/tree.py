"""The tree of units, read whole: thousands of small rows, walked many times."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from survey_app.models import Unit
from survey_app.services.scopes import Scope


@dataclass
class UnitTree:
    """All units, parents before children, in the order of their codes."""

    units: Sequence[Unit]
    by_id: dict[int, Unit] = field(default_factory=dict)
    by_code: dict[str, Unit] = field(default_factory=dict)
    children: dict[int | None, list[Unit]] = field(default_factory=dict)

    def line(self, unit: Unit) -> list[Unit]:
        """Return the unit and those above it, from the top down to itself."""
        line = [unit]
        while line[0].parent_id is not None:
            line.insert(0, self.by_id[line[0].parent_id])
        return line

    def below(self, unit: Unit) -> Iterator[Unit]:
        """Give the unit and all below it, parents first."""
        waiting = [unit]
        while waiting:
            each = waiting.pop()
            yield each
            waiting.extend(reversed(self.children.get(each.id, ())))

    def below_scope(self, scope: Scope) -> Sequence[Unit]:
        """Return the units of a scope, parents first; its own unit is the first of them."""
        if scope.unit_id is None:
            return self.units
        return list(self.below(self.by_id[scope.unit_id]))

    def line_within(self, unit: Unit, scope: Scope) -> list[Unit]:
        """Return the unit and those above it, from the scope's own unit down to itself."""
        line = self.line(unit)
        tops = [place for place, each in enumerate(line) if each.id == scope.unit_id]
        return line[tops[0] :] if tops else line

    def find_within(self, code: str, scope: Scope) -> Unit | None:
        """Return the unit with this code; None where there is none within the scope."""
        unit = self.by_code.get(code)
        return unit if unit is not None and self.is_within(unit, scope) else None

    def is_within(self, unit: Unit, scope: Scope) -> bool:
        """Say whether a unit is the scope's own or lies below it."""
        return scope.unit_id is None or any(each.id == scope.unit_id for each in self.line(unit))


def lock_tree(session: Session) -> None:
    """Wait until no other transaction changes units; who reads them is not held up. SQLite's writers take turns."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE units IN SHARE ROW EXCLUSIVE MODE"))


def load_tree(session: Session) -> UnitTree:
    """Read all units."""
    tree = UnitTree([])
    for unit in session.scalars(select(Unit).order_by(Unit.code)):
        tree.by_id[unit.id] = tree.by_code[unit.code] = unit
        tree.children.setdefault(unit.parent_id, []).append(unit)
    tree.units = [each for root in tree.children.get(None, ()) for each in tree.below(root)]
    return tree
