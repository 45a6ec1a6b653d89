"""Units: one tree of any depth; besides the tree a unit may carry a class and a sector."""

from sqlalchemy import CheckConstraint
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
