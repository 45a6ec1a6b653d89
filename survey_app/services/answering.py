"""From an entry code to the questionnaire behind it.

A scan asks these questions of the database again and again, so the statements are built once.
"""

from sqlalchemy import Integer, bindparam, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from survey_app.domain.doors import Door
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.questionnaire import AnswerSheet
from survey_app.models import EntryCode, Place, RespondentGroup, StoredQuestionnaire, Survey, Unit
from survey_app.services.surveys import Frame

_SISTER = aliased(RespondentGroup)

_DOOR = (
    select(
        EntryCode.code,
        EntryCode.state.label("code_state"),
        Survey.id.label("survey_id"),
        Survey.slug,
        Survey.title,
        Survey.organiser,
        Survey.contact,
        Survey.time_zone,
        Survey.state,
        Survey.opens_at,
        Survey.closes_at,
        StoredQuestionnaire.sha256,
        Place.id.label("place_id"),
        Place.paused,
        Place.scopes,
        Unit.name.label("unit_name"),
        Unit.parent_id,
        RespondentGroup.id.label("group_id"),
        RespondentGroup.name.label("group_name"),
        select(func.count(_SISTER.id)).where(_SISTER.survey_id == Survey.id).scalar_subquery().label("group_count"),
    )
    .join(Survey, Survey.id == EntryCode.survey_id)
    .join(StoredQuestionnaire, StoredQuestionnaire.survey_id == Survey.id)
    .join(Place, Place.id == EntryCode.place_id)
    .join(Unit, Unit.id == Place.unit_id)
    .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
    .where(EntryCode.code == bindparam("code"))
)

_UPPER = aliased(Unit)
_LINE = (
    select(Unit.parent_id, Unit.name, literal_column("0", Integer).label("height"))
    .where(Unit.id == bindparam("lowest"))
    .cte("line", recursive=True)
)
_LINE = _LINE.union_all(select(_UPPER.parent_id, _UPPER.name, _LINE.c.height + 1).where(_UPPER.id == _LINE.c.parent_id))
_NAMES_FROM_THE_TOP = select(_LINE.c.name).order_by(_LINE.c.height.desc())


def find_door(session: Session, code: str) -> Door | None:
    """Return what the code leads to, None for a code that never was."""
    connection = session.connection()
    row = connection.execute(_DOOR, {"code": code}).one_or_none()
    if row is None:
        return None
    return Door(
        code=row.code,
        code_voided=row.code_state == "voided",
        survey_id=row.survey_id,
        survey_slug=row.slug,
        questionnaire_sha256=row.sha256,
        title=row.title,
        organiser=row.organiser,
        contact=row.contact,
        time_zone=row.time_zone,
        state=SurveyState(row.state),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        place_id=row.place_id,
        place_paused=row.paused,
        unit_name=row.unit_name,
        unit_path=tuple(connection.execute(_NAMES_FROM_THE_TOP, {"lowest": row.parent_id}).scalars()),
        scopes=tuple(row.scopes),
        group_id=row.group_id,
        group_name=row.group_name,
        group_count=row.group_count,
    )


def answer_sheet(frame: Frame, door: Door) -> AnswerSheet:
    """Return what is asked of the door's group at its place."""
    return frame.questionnaire.sheet(door.scopes, frame.group_targets.get(door.group_id))
