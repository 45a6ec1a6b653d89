"""Ways to a questionnaire other than a code: previews, and devices that a worker opens for a place."""

from collections.abc import Container, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.ballot import Channel
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused, message
from survey_app.domain.texts import Texts
from survey_app.models import Place, RespondentGroup, Survey, Unit
from survey_app.services.lifecycle import lock_survey
from survey_app.services.survey_acts import write_act


@dataclass(frozen=True)
class Way:
    """A place and a group that answer there."""

    place_id: int
    unit_code: str
    unit_name: str
    group_id: int
    group_name: Texts


def preview_ways(session: Session, survey: Survey, units: Container[int] | None = None) -> Sequence[Way]:
    """Return one way for each questionnaire that differs: by the scopes of the place, and by the group.

    Of these units only; None: of all.
    """
    seen: set[tuple[tuple[str, ...], int]] = set()
    ways = []
    groups = _groups(session, survey)
    for place, unit in _places(session, survey):
        if units is not None and unit.id not in units:
            continue
        for group in groups:
            if (tuple(place.scopes), group.id) not in seen:
                seen.add((tuple(place.scopes), group.id))
                ways.append(Way(place.id, unit.code, unit.name, group.id, group.name))
    return ways


def ways_of_unit(session: Session, survey: Survey, unit_code: str) -> Sequence[Way]:
    """Return the ways of one unit, one for each group; none where it is no place of the survey."""
    return [
        Way(place.id, unit.code, unit.name, group.id, group.name)
        for place, unit in _places(session, survey, unit_code)
        for group in _groups(session, survey)
    ]


def open_device(session: Session, slug: str, way: Way, channel: Channel, by: str) -> None:
    """Write down that a device was opened for a place; Refused where the survey takes no answers."""
    survey = lock_survey(session, slug)
    if survey.state != SurveyState.OPEN:
        raise Refused(message("Survey {slug} is not open: no answers are taken.", slug=slug))
    write_act(session, survey, f"{channel}-device", by, about=f"{way.unit_code} {way.unit_name}")


def _places(session: Session, survey: Survey, unit_code: str | None = None) -> Sequence[tuple[Place, Unit]]:
    wanted = select(Place, Unit).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey.id)
    if unit_code is not None:
        wanted = wanted.where(Unit.code == unit_code)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Unit.code))]


def _groups(session: Session, survey: Survey) -> Sequence[RespondentGroup]:
    wanted = select(RespondentGroup).where(RespondentGroup.survey_id == survey.id).order_by(RespondentGroup.position)
    return session.scalars(wanted).all()
