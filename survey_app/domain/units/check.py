"""The check of a whole list: codes, parents, rings and levels, against itself and against the units known before."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units.cells import COLUMNS, ListedUnit, cell_faults, shown
from survey_app.domain.units.level import LEVEL_NAMES, Level, may_stand_under
from survey_app.domain.units.plan import DECIDING, plan_import
from survey_app.domain.units.unit import KnownUnit, Patch, UnitPlan, UnitRow

_RING_SHOWN = 6  # An error repeats so many codes of a ring.


def check_units(
    rows: Sequence[UnitRow],
    known: Mapping[str, KnownUnit],
    patch: Patch | None = None,
    held: Mapping[str, Message] = MappingProxyType({}),
) -> UnitPlan:
    """Check a list against itself and against the units that are `known` (by code), and plan its import.

    A unit that is known but not in the list stays as it is. Closed units may not be named. Where a `patch` is given,
    only units below its top may be added or changed; the top itself may stand in the list as it is. Units that are
    `held` (by code, with the reason) keep their level, their parent and their class.

    Raises Refused with the messages of every bad row, in the order of the rows; each message's values are row (int),
    column, value, reason and remedy.
    """
    check = _Check(rows, known, patch, held)
    errors = check.errors()
    if errors:
        raise Refused(*errors)
    return plan_import(check.units, known)


class _Check:
    """The errors of one list, kept by row and column until all are found."""

    def __init__(
        self,
        rows: Sequence[UnitRow],
        known: Mapping[str, KnownUnit],
        patch: Patch | None,
        held: Mapping[str, Message],
    ) -> None:
        self.units = [ListedUnit.read(row) for row in rows]
        self.known = known
        self.patch = patch
        self.held = held
        self.listed: dict[str, ListedUnit] = {}
        self.of_two_levels: set[str] = set()
        self.parents = {unit.code: unit.parent_code for unit in known.values() if unit.parent_code}
        self.found: dict[tuple[ListedUnit, str], list[Message]] = {}

    def errors(self) -> list[Message]:
        """Return every error, in the order of the rows and of the columns within a row."""
        for unit in self.units:
            self._check_cells(unit)
            self._check_code(unit)
        for unit in self.units:
            self._check_parent(unit)
            self._check_reach(unit)
            self._check_held(unit)
        rings = _rings(self.parents)
        for unit in self.listed.values():
            if unit.code in rings:
                self._add(unit, "parent_code", *_ring_fault(unit.code, self.parents))
        self._check_levels(rings)
        return [error for unit in self.units for column in COLUMNS for error in self.found.get((unit, column), ())]

    def _add(self, unit: ListedUnit, column: str, reason: Message, remedy: Message) -> None:
        raw = getattr(unit.raw, column) or ""
        parts = {"row": unit.raw.row, "column": COLUMNS[column], "reason": reason, "remedy": remedy}
        if raw.strip():
            error = message("Row {row}, {column} “{value}”: {reason} {remedy}", **parts, value=shown(raw))
        else:
            error = message("Row {row}, {column}: {reason} {remedy}", **parts, value="")
        self.found.setdefault((unit, column), []).append(error)

    def _is_sound(self, unit: ListedUnit, column: str) -> bool:
        return (unit, column) not in self.found

    def _check_cells(self, unit: ListedUnit) -> None:
        for column in COLUMNS:
            for fault in cell_faults(column, getattr(unit.raw, column) or "", getattr(unit, column) or ""):
                self._add(unit, column, *fault)
        if not unit.name and self._is_sound(unit, "name"):
            self._add(unit, "name", message("The name is missing."), message("Write the unit's name."))
        if unit.rank is None and self._is_sound(unit, "level"):
            reason = message("This is no level.") if unit.level else message("The level is missing.")
            remedy = message("Write city, county, township, village, organisation or project.")
            self._add(unit, "level", reason, remedy)

    def _check_code(self, unit: ListedUnit) -> None:
        if unit.code:
            # A badly written code counts as listed too, or each unit below would be told that its parent is unknown.
            first = self.listed.setdefault(unit.code, unit)
            if first is not unit and self._is_sound(unit, "code"):
                if unit.rank != first.rank:
                    self.of_two_levels.add(unit.code)
                reason = message("Row {first} has this code already.", first=first.raw.row)
                self._add(unit, "code", reason, message("Delete one of the two rows, or correct its code."))
        elif self._is_sound(unit, "code"):
            remedy = message("Give the unit a code of its own.")
            self._add(unit, "code", message("The code is missing."), remedy)

    def _check_parent(self, unit: ListedUnit) -> None:
        parent, sound = unit.parent_code, self._is_sound(unit, "parent_code")
        if parent and sound and parent not in self.listed and parent not in self.known:
            reason = message("No unit has this code, neither in the list nor known before.")
            remedy = message("Correct it, or add the unit above to the list; a unit at the top has no parent.")
            self._add(unit, "parent_code", reason, remedy)
        if self.listed.get(unit.code) is unit:
            # The list has the last word on where a known unit stands.
            self.parents.pop(unit.code, None)
            if parent and sound:
                self.parents[unit.code] = parent

    def _check_reach(self, unit: ListedUnit) -> None:
        """Hold a row against what is closed, and against the part of the tree that its author may change."""
        for column in ("code", "parent_code"):
            known = self.known.get(getattr(unit, column))
            if known is not None and known.closed and self._is_sound(unit, column):
                reason = message("This unit was closed.")
                self._add(unit, column, reason, message("Reopen it on its own page first, or take the row out."))
        if self.patch is None or self._is_top(unit, self.patch):
            return
        remedy = message("Take the row out, or ask whoever has the unit above to import it.")
        if unit.code in self.known and unit.code not in self.patch.below and self._is_sound(unit, "code"):
            self._add(unit, "code", message("This unit is outside your scope."), remedy)
        above = unit.parent_code
        is_new = above in self.listed and above not in self.known
        within = is_new or above == self.patch.top or above in self.patch.below
        if not within and self._is_sound(unit, "parent_code"):
            self._add(unit, "parent_code", message("The unit would stand outside your scope."), remedy)

    def _check_held(self, unit: ListedUnit) -> None:
        """Refuse what would count a unit elsewhere, or beside others, while results are to come."""
        if unit.code not in self.held:
            return
        known = self.known[unit.code]
        remedy = message("Leave it as it is until the internal bulletin or the public release is made.")
        said = {"level": unit.rank, "parent_code": unit.parent_code, "unit_class": unit.unit_class}
        for column in DECIDING:
            changes = said[column] not in (None, getattr(known, column))
            if changes and self._is_sound(unit, column):
                self._add(unit, column, self.held[unit.code], remedy)

    def _is_top(self, unit: ListedUnit, patch: Patch) -> bool:
        """Say whether a row is the patch's own top, as it is known: lists often begin with it."""
        known = self.known.get(unit.code)
        if known is None or unit.code != patch.top:
            return False
        said = (unit.name, unit.rank, unit.parent_code, unit.unit_class, unit.sector)
        stored = (known.name, Level(known.level), known.parent_code, known.unit_class, known.sector)
        return all(new is None or new == old for new, old in zip(said, stored, strict=True))

    def _check_levels(self, rings: set[str]) -> None:
        misplaced = [unit for unit in self.units if not self._fits(unit)]
        # Where a unit's own place is in doubt, an error at the units below would only repeat the one at it.
        doubtful = {unit.code for unit in misplaced if unit.code} | self.of_two_levels | rings
        for unit in misplaced:
            if unit.parent_code not in doubtful:
                self._add(unit, "level", *self._misplacement(unit))
        self._check_levels_below(doubtful)

    def _check_levels_below(self, doubtful: set[str]) -> None:
        """Hold the units that the list leaves alone against the new levels of those that they stand under."""
        for child in self.known.values():
            above = self.listed.get(child.parent_code)
            if child.code in self.listed or above is None or above.rank is None or above.code in doubtful:
                continue
            if not may_stand_under(Level(child.level), above.rank):
                doubtful.add(above.code)  # One unit below that does not fit is enough to be told.
                self._add(above, "level", *_misplaced_child(child))

    def _fits(self, unit: ListedUnit) -> bool:
        """Say whether the unit may stand where it is put, as far as its row and its parent's can tell."""
        if unit.rank is None or not self._is_sound(unit, "parent_code"):
            return True
        if not unit.parent_code:
            return may_stand_under(unit.rank, None)
        above = self._rank_above(unit)
        return above is None or may_stand_under(unit.rank, above)

    def _rank_above(self, unit: ListedUnit) -> Level | None:
        listed, known = self.listed.get(unit.parent_code), self.known.get(unit.parent_code)
        if listed:
            return listed.rank
        return Level(known.level) if known else None

    def _misplacement(self, unit: ListedUnit) -> tuple[Message, Message]:
        above = self._rank_above(unit)
        if above is None:
            reason = message("A project cannot stand at the top.")
            return reason, message("Write the code of the unit that it belongs to as its parent.")
        reason = message(
            "A unit of this level cannot stand under {parent}, whose level is “{level}”.",
            parent=shown(unit.parent_code),
            level=LEVEL_NAMES[above],
        )
        return reason, message("Correct the level or the parent here, or the level of the unit above.")


def _misplaced_child(child: KnownUnit) -> tuple[Message, Message]:
    reason = message(
        "The unit {child} stands under it, is not in the list, and has the level “{level}”.",
        child=child.code,
        level=LEVEL_NAMES[Level(child.level)],
    )
    return reason, message("Correct this level, or add the unit below to the list with a level or parent that fits.")


def _ring_fault(code: str, parents: Mapping[str, str]) -> tuple[Message, Message]:
    # Only the head of a long ring is told: each of its rows has a message, and each would name all the others.
    path = [code, parents[code]]
    while path[-1] != code and len(path) < _RING_SHOWN:
        path.append(parents[path[-1]])
    if path[-1] != code:
        path += ["…", code]
    reason = message("The unit would stand under itself: {path}.", path=" → ".join(map(shown, path)))
    return reason, message("Correct the parent of one of these units.")


def _rings(parents: Mapping[str, str]) -> set[str]:
    """Return the codes that stand under themselves; `parents` maps a code to the one above it."""
    rings: set[str] = set()
    seen: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}  # In order, and fast to look into: a hostile list may be one path of 20,000 codes.
        code = start
        while code in parents and code not in seen and code not in path:
            path[code] = None
            code = parents[code]
        if code in path:
            walk = list(path)
            rings.update(walk[walk.index(code) :])
        seen.update(path)
    return rings
