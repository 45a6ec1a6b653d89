"""From an entry code to the questionnaire behind it."""

from sqlalchemy import Integer, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from survey_app.domain.doors import Door
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.questionnaire import AnswerSheet
from survey_app.models import EntryCode, Place, RespondentGroup, StoredQuestionnaire, Survey, Unit
from survey_app.services.surveys import Frame


def find_door(session: Session, code: str) -> Door | None:
    """Return what the code leads to, None for a code that never was."""
    row = session.execute(
        select(EntryCode, Survey, Place, Unit, RespondentGroup, StoredQuestionnaire.sha256)
        .join(Survey, Survey.id == EntryCode.survey_id)
        .join(StoredQuestionnaire, StoredQuestionnaire.survey_id == Survey.id)
        .join(Place, Place.id == EntryCode.place_id)
        .join(Unit, Unit.id == Place.unit_id)
        .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
        .where(EntryCode.code == code)
    ).one_or_none()
    if row is None:
        return None
    entry, survey, place, unit, group, sha256 = row
    return Door(
        code=entry.code,
        code_voided=entry.state == "voided",
        survey_id=survey.id,
        survey_slug=survey.slug,
        questionnaire_sha256=sha256,
        title=survey.title,
        organiser=survey.organiser,
        contact=survey.contact,
        time_zone=survey.time_zone,
        state=SurveyState(survey.state),
        opens_at=survey.opens_at,
        closes_at=survey.closes_at,
        place_id=place.id,
        place_paused=place.paused,
        unit_name=unit.name,
        unit_path=_names_above(session, unit),
        scopes=tuple(place.scopes),
        group_id=group.id,
        group_name=group.name,
        group_count=session.scalar(
            select(func.count()).select_from(RespondentGroup).where(RespondentGroup.survey_id == survey.id)
        )
        or 0,
    )


def _names_above(session: Session, unit: Unit) -> tuple[str, ...]:
    line = select(Unit.parent_id, Unit.name, literal_column("0", Integer).label("height")).where(
        Unit.id == unit.parent_id
    )
    line_of_units = line.cte("line", recursive=True)
    upper = aliased(Unit)
    line_of_units = line_of_units.union_all(
        select(upper.parent_id, upper.name, line_of_units.c.height + 1).where(upper.id == line_of_units.c.parent_id)
    )
    return tuple(session.scalars(select(line_of_units.c.name).order_by(line_of_units.c.height.desc())))


def answer_sheet(frame: Frame, door: Door) -> AnswerSheet:
    """Return what is asked of the door's group at its place."""
    return frame.questionnaire.sheet(door.scopes, frame.group_targets.get(door.group_id))
