"""Which surveys a unit takes part in: what its change would mean for them."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import SurveyState
from survey_app.models import Place, Survey, SurveyTarget, Turnout, Unit
from survey_app.services.units.tree import UnitTree

#: In these states results are still to come.
UNDER_WAY = (SurveyState.DRAFT, SurveyState.OPEN, SurveyState.CLOSED)


#: So many units are asked about at once: SQLite takes some thirty thousand values in a statement.
_AT_ONCE = 10_000


def surveys_over(session: Session, tree: UnitTree, unit: Unit) -> Sequence[Survey]:
    """Return the surveys under way with places at the unit or below it, or that rate it, the newest first."""
    ids = _using(session, [each.id for each in tree.below(unit)])
    found = select(Survey).where(Survey.state.in_(UNDER_WAY)).order_by(Survey.id.desc())
    return [each for each in session.scalars(found) if each.id in ids]


def first_with_ballots(session: Session, tree: UnitTree, units: Iterable[Unit]) -> Survey | None:
    """Return a survey that has ballots already and takes or rates one of the units or below; None if there is none."""
    ids = _using(session, {each.id for unit in units for each in tree.below(unit)})
    voted = set(session.scalars(select(Turnout.survey_id).where(Turnout.ballots > 0).distinct()))
    return session.get(Survey, min(ids & voted)) if ids & voted else None


def first_using(session: Session, units: Iterable[Unit]) -> Survey | None:
    """Return a survey of which one of the units is a place or a target; None where there is none."""
    ids = _using(session, [each.id for each in units])
    return session.get(Survey, min(ids)) if ids else None


def _using(session: Session, units: Collection[int]) -> set[int]:
    """Return the surveys of which one of the units is a place or a target."""
    found: set[int] = set()
    for some in in_parts(units):
        found.update(session.scalars(select(Place.survey_id).where(Place.unit_id.in_(some)).distinct()))
        found.update(session.scalars(select(SurveyTarget.survey_id).where(SurveyTarget.unit_id.in_(some)).distinct()))
    return found


def in_parts(units: Collection[int]) -> Iterator[list[int]]:
    """Give the ids of units in parts that a statement can hold."""
    every = list(units)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
