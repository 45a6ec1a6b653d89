"""Look through the tree of units: one unit and those below it, or a search; never beyond a scope."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.units import Level, may_stand_under
from survey_app.models import Unit
from survey_app.services.scopes import EVERYTHING, Scope, within
from survey_app.services.units.tree import UnitTree, load_tree

#: So many units of a search, or directly below one unit, are shown.
MOST_SHOWN = 500


@dataclass(frozen=True)
class Wanted:
    """Which units are looked for; nothing wanted is the tree itself, step by step."""

    text: str = ""
    level: str = ""
    unit_class: str = ""
    sector: str = ""
    with_closed: bool = False

    @property
    def is_search(self) -> bool:
        """Whether units are looked for at any depth."""
        return bool(self.text or self.level or self.unit_class or self.sector)

    def fits(self, unit: Unit) -> bool:
        """Say whether a unit is one of those looked for: its name holds the text, or its code begins with it."""
        return (
            (self.with_closed or unit.closed_on is None)
            and (self.text in unit.name or unit.code.startswith(self.text))
            and self.level in ("", unit.level)
            and self.unit_class in ("", unit.unit_class)
            and self.sector in ("", unit.sector)
        )


@dataclass(frozen=True)
class ListedUnit:
    """A unit, the names above it from the top, and how many units of each level are below it."""

    unit: Unit
    path: Sequence[str]
    below: Counter[str]


@dataclass(frozen=True)
class UnitListing:
    """Some units, at most MOST_SHOWN of `total`; the line leads from the top to the unit that they stand below."""

    line: Sequence[Unit]
    units: Sequence[ListedUnit]
    total: int
    #: Levels that are met below the listed units, the highest first.
    levels: Sequence[str]
    #: Units of each level below the last of the line, the highest first; of all where the line is empty.
    below: Mapping[str, int]
    #: Classes and sectors below the last of the line, to choose from.
    classes: Sequence[str] = ()
    sectors: Sequence[str] = ()
    #: Closed units below the last of the line.
    closed: int = 0


@dataclass(frozen=True)
class UnitInTree:
    """One unit and where it stands; the line leads from the scope's top to it."""

    unit: Unit
    line: Sequence[Unit]
    #: Units directly below it that are not closed.
    children: Sequence[Unit]
    #: Units of each level below it, the highest first.
    below: Mapping[str, int]
    #: None too where it went into a unit outside the scope.
    merged_into: Unit | None
    tree: UnitTree


def count_units(session: Session, scope: Scope = EVERYTHING) -> int:
    """Return how many units there are within a scope."""
    return session.scalar(select(func.count()).select_from(Unit).where(within(scope, Unit.id))) or 0


def browse_units(
    session: Session, code: str | None, wanted: Wanted | None = None, scope: Scope = EVERYTHING
) -> UnitListing | None:
    """Return the units directly below the unit with this code, or those wanted at any depth below it.

    None where there is no such unit within the scope. Without a code: what is below the scope's top; of all units the
    roots, or what is below the root where there is one, which by itself shows nothing.
    """
    wanted = wanted or Wanted()
    tree = load_tree(session)
    unit = _start(tree, code, scope)
    if unit is None and code is not None:
        return None
    everybody = [each for each in (tree.below(unit) if unit else tree.units) if each is not unit]
    if wanted.is_search:
        found = [each for each in everybody if wanted.fits(each)]
    else:
        found = [each for each in tree.children.get(unit.id if unit else None, ()) if wanted.fits(each)]
    line = tree.line_within(unit, scope) if unit else []
    return _listing(tree, scope, line, found, everybody)


def find_unit(session: Session, code: str, scope: Scope = EVERYTHING) -> UnitInTree | None:
    """Return a unit and where it stands; None where there is no such unit within the scope."""
    tree = load_tree(session)
    unit = tree.by_code.get(code)
    if unit is None or not tree.is_within(unit, scope):
        return None
    below = [each for each in tree.below(unit) if each is not unit and each.closed_on is None]
    heir = tree.by_id[unit.merged_into_id] if unit.merged_into_id is not None else None
    return UnitInTree(
        unit,
        tree.line_within(unit, scope),
        [each for each in tree.children.get(unit.id, ()) if each.closed_on is None],
        _by_level(below),
        heir if heir is not None and tree.is_within(heir, scope) else None,
        tree,
    )


def possible_parents(found: UnitInTree, scope: Scope) -> Sequence[Unit]:
    """Return the units under which a unit could move, in the order of the tree."""
    tree, unit = found.tree, found.unit
    own = {each.id for each in tree.below(unit)}
    return [
        each
        for each in tree.below_scope(scope)
        if each.closed_on is None
        and each.id not in own
        and each.id != unit.parent_id
        and may_stand_under(Level(unit.level), Level(each.level))
    ]


def possible_heirs(found: UnitInTree, scope: Scope) -> Sequence[Unit]:
    """Return the nearest units of the same level, into which a unit is most likely merged, in the order of the tree."""
    tree, unit = found.tree, found.unit
    above = tree.line_within(unit, scope)[:-1]
    near = tree.below(above[-2] if len(above) > 1 else above[0]) if above else tree.below_scope(scope)
    alike = [each for each in near if each.level == unit.level and each.closed_on is None and each is not unit]
    return alike[:MOST_SHOWN]


def _start(tree: UnitTree, code: str | None, scope: Scope) -> Unit | None:
    if code is not None:
        unit = tree.by_code.get(code)
        return unit if unit is not None and tree.is_within(unit, scope) else None
    if scope.unit_id is not None:
        return tree.by_id[scope.unit_id]
    roots = [each for each in tree.children.get(None, ()) if each.closed_on is None]
    return roots[0] if len(roots) == 1 else None


def _listing(
    tree: UnitTree, scope: Scope, line: Sequence[Unit], found: Sequence[Unit], everybody: Sequence[Unit]
) -> UnitListing:
    below = _below(tree)
    listed = [
        ListedUnit(each, [above.name for above in tree.line_within(each, scope)[:-1]], below[each.id])
        for each in found[:MOST_SHOWN]
    ]
    met = set[str]().union(*(each.below for each in listed))
    there = [each for each in everybody if each.closed_on is None]
    return UnitListing(
        line,
        listed,
        len(found),
        [level for level in Level if level in met],
        _by_level(there),
        sorted({each.unit_class for each in everybody} - {""}),
        sorted({each.sector for each in everybody} - {""}),
        len(everybody) - len(there),
    )


def _by_level(units: Iterable[Unit]) -> Mapping[str, int]:
    counts = Counter(each.level for each in units)
    return {level.value: counts[level] for level in Level if counts[level]}


def _below(tree: UnitTree) -> dict[int, Counter[str]]:
    """Count the units below each by level, without closed ones.

    Children stand behind their parents in the tree, so it is read backwards.
    """
    below: dict[int, Counter[str]] = {unit.id: Counter() for unit in tree.units}
    for unit in reversed(tree.units):
        if unit.parent_id is not None:
            below[unit.parent_id] += below[unit.id]
            if unit.closed_on is None:
                below[unit.parent_id][unit.level] += 1
    return below
