"""The surveys that an account sees, with how many places and ballots lie within its scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.scopes import Scope, unit_ids


@dataclass(frozen=True)
class SurveyLine:
    """A survey of the list; places and ballots are those within the scope."""

    survey: Survey
    places: int
    ballots: int


def survey_lines(session: Session, scope: Scope) -> Sequence[SurveyLine]:
    """Return the surveys of which places lie within the scope, the newest first."""
    within = unit_ids(session, scope)
    places = select(Place.survey_id, func.count()).group_by(Place.survey_id)
    ballots = select(Place.survey_id, func.sum(Turnout.ballots)).join(Turnout, Turnout.place_id == Place.id)
    ballots = ballots.group_by(Place.survey_id)
    if within is not None:
        places, ballots = (each.where(Place.unit_id.in_(within)) for each in (places, ballots))
    counted = {survey: int(count) for survey, count in session.execute(places)}
    turned_out = {survey: int(count) for survey, count in session.execute(ballots)}
    return [
        SurveyLine(survey, counted.get(survey.id, 0), turned_out.get(survey.id, 0))
        for survey in session.scalars(select(Survey).order_by(Survey.id.desc()))
        if within is None or survey.id in counted
    ]


def count_units_within(session: Session, scope: Scope) -> int:
    """Return how many units lie within the scope."""
    within = unit_ids(session, scope)
    return len(within) if within is not None else session.scalar(select(func.count()).select_from(Unit)) or 0


def classes_within(session: Session, scope: Scope) -> Sequence[tuple[str, int]]:
    """Return the classes of the units within the scope, each with how many units it has."""
    found = select(Unit.unit_class, func.count()).where(Unit.unit_class != "", Unit.closed_on.is_(None))
    within = unit_ids(session, scope)
    if within is not None:
        found = found.where(Unit.id.in_(within))
    return [
        (name, int(count)) for name, count in session.execute(found.group_by(Unit.unit_class).order_by(Unit.unit_class))
    ]


def units_of_class(session: Session, scope: Scope, unit_class: str) -> Sequence[Unit]:
    """Return the units of a class within the scope, those that are closed left out."""
    found = select(Unit).where(Unit.unit_class == unit_class, Unit.closed_on.is_(None)).order_by(Unit.code)
    within = unit_ids(session, scope)
    return session.scalars(found if within is None else found.where(Unit.id.in_(within))).all()
