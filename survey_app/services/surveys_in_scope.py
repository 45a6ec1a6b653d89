"""The surveys that an account sees, with how many places and ballots lie within its scope."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import SurveyState
from survey_app.models import Place, Survey, SurveyTarget, Turnout, Unit
from survey_app.services.scopes import Scope, within


@dataclass(frozen=True)
class SurveyLine:
    """A survey of the list; places and ballots are those within the scope."""

    survey: Survey
    places: int
    ballots: int
    #: Units of the scope that the survey rates, where no place of it lies within: of its turnout nothing is seen.
    targets: int = 0


def survey_lines(session: Session, scope: Scope, *, with_rated: bool = False) -> Sequence[SurveyLine]:
    """Return the surveys of which places lie within the scope, the newest first.

    `with_rated` adds those, opened at least once, that have no place there and rate a unit there as a listed target.
    """
    places = select(Place.survey_id, func.count()).group_by(Place.survey_id)
    ballots = select(Place.survey_id, func.sum(Turnout.ballots)).join(Turnout, Turnout.place_id == Place.id)
    ballots = ballots.group_by(Place.survey_id)
    places, ballots = (each.where(within(scope, Place.unit_id)) for each in (places, ballots))
    counted = {survey: int(count) for survey, count in session.execute(places)}
    turned_out = {survey: int(count) for survey, count in session.execute(ballots)}
    rated = _rated(session, scope) if with_rated and not scope.is_everything else {}
    return [
        SurveyLine(
            survey,
            counted.get(survey.id, 0),
            turned_out.get(survey.id, 0),
            0 if survey.id in counted else rated.get(survey.id, 0),
        )
        for survey in session.scalars(select(Survey).order_by(Survey.id.desc()))
        if scope.is_everything or survey.id in counted or survey.id in rated
    ]


def _rated(session: Session, scope: Scope) -> dict[int, int]:
    """Return by survey how many units of the scope are listed targets."""
    found = (
        select(SurveyTarget.survey_id, func.count())
        .join(Survey, Survey.id == SurveyTarget.survey_id)
        .where(Survey.state != SurveyState.DRAFT, within(scope, SurveyTarget.unit_id))
        .group_by(SurveyTarget.survey_id)
    )
    return {survey: int(count) for survey, count in session.execute(found)}


def targets_within(session: Session, scope: Scope, survey: Survey) -> Sequence[SurveyTarget]:
    """Return the listed targets of a survey that are units of the scope, in its order; for all units every target."""
    found = select(SurveyTarget).where(SurveyTarget.survey_id == survey.id, within(scope, SurveyTarget.unit_id))
    return session.scalars(found.order_by(SurveyTarget.position)).all()


def classes_within(session: Session, scope: Scope) -> Sequence[tuple[str, int]]:
    """Return the classes of the units within the scope, each with how many units it has."""
    found = (
        select(Unit.unit_class, func.count())
        .where(Unit.unit_class != "", Unit.closed_on.is_(None), within(scope, Unit.id))
        .group_by(Unit.unit_class)
        .order_by(Unit.unit_class)
    )
    return [(name, int(count)) for name, count in session.execute(found)]


def units_of_class(session: Session, scope: Scope, unit_class: str) -> Sequence[Unit]:
    """Return the units of a class within the scope, those that are closed left out."""
    found = select(Unit).where(Unit.unit_class == unit_class, Unit.closed_on.is_(None), within(scope, Unit.id))
    return session.scalars(found.order_by(Unit.code)).all()
