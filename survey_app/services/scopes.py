"""Which part of the tree, and so which surveys, places, jobs and plans, an account sees.

Units are asked for by climbing from them or going down from the scope, never by reading the whole tree; a scope of all
units asks nothing.
"""

from dataclasses import dataclass
from enum import Enum

from sqlalchemy import CTE, BindParameter, ColumnElement, SQLColumnExpression, func, select, true
from sqlalchemy.orm import Session, aliased

from survey_app.domain.lifecycle import SurveyState
from survey_app.models import EntryCode, Job, Place, Survey, SurveyPlan, SurveyTarget, Unit
from survey_app.services.jobs import JobKind, is_of_draft


@dataclass(frozen=True)
class Scope:
    """A unit and all below it; None: all units."""

    unit_id: int | None

    @property
    def is_everything(self) -> bool:
        """Whether it has all units."""
        return self.unit_id is None


#: All units.
EVERYTHING = Scope(None)

#: What of a job's arguments names the unit under which it works.
_UNIT_ARGUMENTS = ("under", "unit", "unit_code")


class Reach(Enum):
    """How much of something lies within a scope."""

    NONE = "none"
    PART = "part"
    WHOLE = "whole"


def covers(session: Session, scope: Scope, unit_id: int) -> bool:
    """Return whether the unit is the scope's own or lies below it."""
    if scope.unit_id is None or scope.unit_id == unit_id:
        return True
    line = select(Unit.id, Unit.parent_id).where(Unit.id == unit_id).cte("line", recursive=True)
    above = aliased(Unit)
    line = line.union_all(select(above.id, above.parent_id).where(above.id == line.c.parent_id))
    return session.scalar(select(line.c.id).where(line.c.id == scope.unit_id)) is not None


def covers_code(session: Session, scope: Scope, code: str) -> bool:
    """Return whether a unit has this code and lies within the scope; for all units nothing is asked."""
    if scope.unit_id is None:
        return True
    # What cannot be printed is no code, and some of it PostgreSQL would refuse even to look for.
    unit_id = session.scalar(select(Unit.id).where(Unit.code == code)) if code.isprintable() else None
    return unit_id is not None and covers(session, scope, unit_id)


def covers_place(session: Session, scope: Scope, place_id: int) -> bool:
    """Return whether the place exists and its unit lies within the scope; for all units nothing is asked."""
    if scope.unit_id is None:
        return True
    unit_id = session.scalar(select(Place.unit_id).where(Place.id == place_id)) if place_id < 2**63 else None
    return unit_id is not None and covers(session, scope, unit_id)


def covers_entry_code(session: Session, scope: Scope, code: str) -> bool:
    """Return whether the entry code leads to a place within the scope; for all units nothing is asked."""
    if scope.unit_id is None:
        return True
    wanted = select(EntryCode.place_id).where(EntryCode.code == code)
    place_id = session.scalar(wanted) if code.isprintable() else None
    return place_id is not None and covers_place(session, scope, place_id)


def reach(session: Session, scope: Scope, survey: Survey) -> Reach:
    """Return how much of the survey's places lies within the scope."""
    if scope.unit_id is None:
        return Reach.WHOLE
    below = units_below(scope.unit_id)
    places, inside = session.execute(
        select(func.count(), func.count(below.c.id))
        .select_from(Place)
        .outerjoin(below, below.c.id == Place.unit_id)
        .where(Place.survey_id == survey.id)
    ).one()
    return _reach(places, inside)


def touches(session: Session, scope: Scope, survey: Survey) -> bool:
    """Return whether some place of the survey lies within the scope: less to look for than how many do."""
    if scope.unit_id is None:
        return True
    below = units_below(scope.unit_id)
    found = select(Place.id).join(below, below.c.id == Place.unit_id).where(Place.survey_id == survey.id).limit(1)
    return session.scalar(found) is not None


def rates(session: Session, scope: Scope, survey: Survey) -> bool:
    """Return whether some unit of the scope is a listed target of the survey; before it opens nobody knows of that."""
    if scope.unit_id is None:
        return True
    if survey.state == SurveyState.DRAFT:
        return False
    wanted = select(SurveyTarget.id).where(SurveyTarget.survey_id == survey.id, within(scope, SurveyTarget.unit_id))
    return session.scalar(wanted.limit(1)) is not None


def plan_within(session: Session, scope: Scope, plan: SurveyPlan) -> bool:
    """Return whether the scope contains that of who made the plan, and all places of what was launched from it.

    Somebody above may have launched it over more; whoever changes the plan changes that survey.
    """
    if scope.unit_id is None:
        return True
    if plan.scope_id is None or not covers(session, scope, plan.scope_id):
        return False
    return plan.survey_id is None or reach(session, scope, session.get_one(Survey, plan.survey_id)) is Reach.WHOLE


def job_within(session: Session, scope: Scope, job: Job) -> bool:
    """Return whether all that the job works on lies within the scope."""
    if scope.unit_id is None:
        return True
    named = [str(job.arguments[name]) for name in _UNIT_ARGUMENTS if job.arguments.get(name)]
    if not all(covers_code(session, scope, code) for code in named):
        return False
    if job.survey_id is not None:
        found = reach(session, scope, session.get_one(Survey, job.survey_id))
        if found is Reach.WHOLE:
            # Listed targets may stand anywhere: where all places lie within the scope, not all sheets need be its own.
            return bool(named) or job.kind != JobKind.SHEETS
        return found is Reach.PART and bool(named) and not is_of_draft(job)
    plan_id = job.arguments.get("plan_id")
    plan = session.get(SurveyPlan, plan_id) if isinstance(plan_id, int) else None
    return plan_within(session, scope, plan) if plan is not None else bool(named)


def top_unit(session: Session, scope: Scope) -> Unit | None:
    """Return the scope's own unit; None: all units."""
    return None if scope.unit_id is None else session.get_one(Unit, scope.unit_id)


def unit_ids(session: Session, scope: Scope) -> frozenset[int] | None:
    """Return the units of the scope; None: all units, so that nothing need be narrowed."""
    if scope.unit_id is None:
        return None
    return frozenset(session.scalars(select(units_below(scope.unit_id).c.id)))


def within(scope: Scope, unit_id: SQLColumnExpression[int] | SQLColumnExpression[int | None]) -> ColumnElement[bool]:
    """Return the condition that a column's unit lies within the scope: its thousands of ids are too many to name."""
    return true() if scope.unit_id is None else unit_id.in_(select(units_below(scope.unit_id).c.id))


def units_below(unit_id: int | BindParameter[int]) -> CTE:
    """Return the unit and all below it, as a table of their ids."""
    below = select(Unit.id).where(Unit.id == unit_id).cte(recursive=True)  # Without a name: two may stand in a query.
    child = aliased(Unit)
    return below.union_all(select(child.id).where(child.parent_id == below.c.id))


def _reach(places: int, inside: int) -> Reach:
    if not inside:
        return Reach.NONE
    return Reach.WHOLE if inside == places else Reach.PART
