"""Look through the tree of units: one unit and those below it, or a search."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.units import Level
from survey_app.models import Unit
from survey_app.services.unit_tree import UnitTree, load_tree

#: So many units of a search, or directly below one unit, are shown.
MOST_SHOWN = 500


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


def count_units(session: Session) -> int:
    """Return how many units there are."""
    return session.scalar(select(func.count()).select_from(Unit)) or 0


def browse_units(session: Session, code: str | None) -> UnitListing | None:
    """Return the units directly below the unit with this code; None where there is no such unit.

    Without a code: the roots, or what is below the root where there is one, which by itself shows nothing.
    """
    tree = load_tree(session)
    unit = None if code is None else tree.by_code.get(code)
    if code is not None and unit is None:
        return None
    roots = tree.children.get(None, [])
    if code is None and len(roots) == 1:
        unit = roots[0]
    children = tree.children.get(unit.id if unit else None, [])
    return _listing(tree, tree.line(unit) if unit else [], children)


def search_units(session: Session, text: str) -> UnitListing:
    """Return the units whose name holds the text, or whose code begins with it, in the order of the tree."""
    wanted = text.strip()
    tree = load_tree(session)
    found = [unit for unit in tree.units if wanted and (wanted in unit.name or unit.code.startswith(wanted))]
    return _listing(tree, [], found)


def _listing(tree: UnitTree, line: Sequence[Unit], found: Sequence[Unit]) -> UnitListing:
    below = _below(tree)
    shown = found[:MOST_SHOWN]
    listed = [ListedUnit(each, [above.name for above in tree.line(each)[:-1]], below[each.id]) for each in shown]
    met = set[str]().union(*(each.below for each in listed))
    whole = below[line[-1].id] if line else Counter(unit.level for unit in tree.units)
    counts = {level.value: whole[level] for level in Level if whole[level]}
    return UnitListing(line, listed, len(found), [level for level in Level if level in met], counts)


def _below(tree: UnitTree) -> dict[int, Counter[str]]:
    """Count the units below each by level; children stand behind their parents in the tree, so it is read backwards."""
    below: dict[int, Counter[str]] = {unit.id: Counter() for unit in tree.units}
    for unit in reversed(tree.units):
        if unit.parent_id is not None:
            below[unit.parent_id] += below[unit.id] + Counter([unit.level])
    return below
