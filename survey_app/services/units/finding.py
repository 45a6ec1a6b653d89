"""Find the unit that somebody means by a code or a name."""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, aliased

from survey_app.models import Unit

#: So many units to choose from are shown.
MOST_FOUND = 20

#: So many units are offered before anything is typed: the upper ones, since accounts are for areas.
MOST_OFFERED = 200


def find_units(session: Session, text: str) -> Sequence[tuple[Unit, str]]:
    """Return the units that are meant, each with the name above it: of this code, else of this name, else with it.

    One more than MOST_FOUND means that there are more.
    """
    wanted = text.strip()
    if not wanted or not wanted.isprintable():
        return []
    for fits in (Unit.code == wanted, Unit.name == wanted, Unit.name.contains(wanted, autoescape=True)):
        above = aliased(Unit)
        rows = session.execute(
            select(Unit, func.coalesce(above.name, ""))
            .outerjoin(above, above.id == Unit.parent_id)
            .where(fits)
            .order_by(Unit.code)
            .limit(MOST_FOUND + 1)
        ).all()
        if rows:
            return [(row[0], row[1]) for row in rows]
    return []


def offered_units(session: Session) -> Sequence[Unit]:
    """Return the upper units, to choose from while typing: those at the top and the two levels below them."""
    parent, top = aliased(Unit), aliased(Unit)
    return session.scalars(
        select(Unit)
        .outerjoin(parent, parent.id == Unit.parent_id)
        .outerjoin(top, top.id == parent.parent_id)
        .where(or_(Unit.parent_id.is_(None), parent.parent_id.is_(None), top.parent_id.is_(None)))
        .order_by(Unit.code)
        .limit(MOST_OFFERED)
    ).all()
