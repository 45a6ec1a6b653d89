"""A unit as a list gives it, as the database holds it, and as an import plans it."""

from dataclasses import dataclass

from survey_app.domain.units.level import Level


@dataclass(frozen=True)
class UnitRow:
    """One row of a list, as it was read. `row` counts as a spreadsheet does: the header is row 1.

    `unit_class` and `sector` are None where the list has no such column.
    """

    row: int
    code: str
    name: str
    level: str
    parent_code: str
    unit_class: str | None = None
    sector: str | None = None


@dataclass(frozen=True)
class KnownUnit:
    """A unit that the database holds already; `parent_code` is "" for a root, so are an unset class and sector."""

    code: str
    name: str
    level: str
    parent_code: str
    unit_class: str = ""
    sector: str = ""
    #: It is no more (撤销): no list may name it until it is reopened.
    closed: bool = False


@dataclass(frozen=True)
class Patch:
    """The part of the tree that somebody may change: the units below `top`, but not `top` itself; all by code."""

    top: str
    below: frozenset[str]


@dataclass(frozen=True)
class PlannedUnit:
    """A unit as it will be stored, and the row that it comes from."""

    row: int
    code: str
    name: str
    level: Level
    parent_code: str
    unit_class: str
    sector: str


@dataclass(frozen=True)
class UnitPlan:
    """What an import will do. `added` has every parent before its children; the others are in the order of the list."""

    added: tuple[PlannedUnit, ...]
    updated: tuple[PlannedUnit, ...]
    unchanged: tuple[PlannedUnit, ...]
