"""Units: one tree of any depth; besides the tree a unit may carry a class and a sector. Their imports and history."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.models.base import Base, Id, reference


class Unit(Base):
    """An area or an organisation (单位)."""

    __tablename__ = "units"
    __table_args__ = (CheckConstraint("parent_id <> id", name="not_its_own_parent"),)

    id: Mapped[Id]
    #: The organiser's own code, for example a statistical code.
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    #: One of domain.units.Level.
    level: Mapped[str]
    parent_id: Mapped[int | None] = reference("units", index=True)
    #: 类别: units are compared only within a class.
    unit_class: Mapped[str] = mapped_column(default="")
    #: 归口部门
    sector: Mapped[str] = mapped_column(default="")
    #: Since when it is no more (撤销): it stays where earlier surveys name it and is chosen by no new one.
    closed_on: Mapped[date | None]
    #: The unit that took it in (并入), where one did.
    merged_into_id: Mapped[int | None] = reference("units")


class UnitImport(Base):
    """One list that was imported, so that it can be undone."""

    __tablename__ = "unit_imports"

    id: Mapped[Id]
    at: Mapped[datetime]
    by: Mapped[str]
    filename: Mapped[str]
    added: Mapped[int]
    updated: Mapped[int]
    unchanged: Mapped[int]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(default="")


class UnitChange(Base):
    """The history of a unit: one change, by an import or by hand. Rows are only ever added."""

    __tablename__ = "unit_changes"

    id: Mapped[Id]
    #: By code: an addition that was undone leaves its history.
    unit_code: Mapped[str] = mapped_column(index=True)
    #: The import that did it; None where somebody did it by hand.
    import_id: Mapped[int | None] = reference("unit_imports", index=True)
    at: Mapped[datetime]
    by: Mapped[str]
    #: add, edit, move, merge, close, reopen, undo
    what: Mapped[str]
    #: The columns that changed, with their values; None where there was no such unit.
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    reason: Mapped[str] = mapped_column(default="")
