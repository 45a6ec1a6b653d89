"""From an entry code to the questionnaire behind it.

A scan asks these questions of the database again and again, so the statements are built once.
"""

from typing import Any

from sqlalchemy import Integer, Select, bindparam, func, literal, literal_column, select
from sqlalchemy.orm import Session, aliased

from survey_app.domain.ballot import Channel
from survey_app.domain.definition import QuotaFull
from survey_app.domain.doors import CodeState, Door
from survey_app.domain.entry_codes import is_slip_code, slip_mark
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.questionnaire import AnswerSheet
from survey_app.models import EntryCode, Place, RespondentGroup, Slip, SlipBatch, StoredQuestionnaire, Survey, Unit
from survey_app.services.quotas import is_full
from survey_app.services.surveys import Frame

_SISTER = aliased(RespondentGroup)

_BEHIND = (
    Survey.id.label("survey_id"),
    Survey.slug,
    Survey.title,
    Survey.organiser,
    Survey.contact,
    Survey.time_zone,
    Survey.state,
    Survey.opens_at,
    Survey.closes_at,
    Survey.quota_full,
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

_POSTER = (
    select(EntryCode.state.label("code_state"), *_BEHIND)
    .join(Survey, Survey.id == EntryCode.survey_id)
    .join(StoredQuestionnaire, StoredQuestionnaire.survey_id == Survey.id)
    .join(Place, Place.id == EntryCode.place_id)
    .join(Unit, Unit.id == Place.unit_id)
    .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
    .where(EntryCode.code == bindparam("code"))
)

_SLIP = (
    select(Slip.state.label("code_state"), *_BEHIND)
    .join(SlipBatch, SlipBatch.id == Slip.batch_id)
    .join(Survey, Survey.id == SlipBatch.survey_id)
    .join(StoredQuestionnaire, StoredQuestionnaire.survey_id == Survey.id)
    .join(Place, Place.id == SlipBatch.place_id)
    .join(Unit, Unit.id == Place.unit_id)
    .join(RespondentGroup, RespondentGroup.id == SlipBatch.group_id)
    .where(Slip.mark == bindparam("mark"))
)

_BY_HAND = (
    select(literal("active").label("code_state"), *_BEHIND)
    .select_from(Place)
    .join(Survey, Survey.id == Place.survey_id)
    .join(StoredQuestionnaire, StoredQuestionnaire.survey_id == Survey.id)
    .join(Unit, Unit.id == Place.unit_id)
    .join(RespondentGroup, RespondentGroup.survey_id == Survey.id)
    .where(Place.id == bindparam("place"), RespondentGroup.id == bindparam("group"))
)

#: What the state of a poster or slip in the database means for whoever comes with it.
CODE_STATES = {
    "active": CodeState.VALID,
    "issued": CodeState.VALID,
    "voided": CodeState.VOIDED,
    "spent": CodeState.SPENT,
}

_UPPER = aliased(Unit)
_LINE = (
    select(Unit.parent_id, Unit.name, literal_column("0", Integer).label("height"))
    .where(Unit.id == bindparam("lowest"))
    .cte("line", recursive=True)
)
_LINE = _LINE.union_all(select(_UPPER.parent_id, _UPPER.name, _LINE.c.height + 1).where(_UPPER.id == _LINE.c.parent_id))
_NAMES_FROM_THE_TOP = select(_LINE.c.name).order_by(_LINE.c.height.desc())


def find_door(session: Session, code: str, secret_key: bytes) -> Door | None:
    """Return what a poster's or slip's code leads to, None for a code that never was."""
    if is_slip_code(code):
        return _door(session, code, Channel.SLIP, _SLIP, {"mark": slip_mark(code, secret_key)})
    return _door(session, code, Channel.POSTER, _POSTER, {"code": code})


def find_door_by_hand(session: Session, place_id: int, group_id: int, channel: Channel) -> Door | None:
    """Return the door of a device on which somebody else fills in the answers; None where there is no such place."""
    return _door(session, "", channel, _BY_HAND, {"place": place_id, "group": group_id})


def _door(session: Session, code: str, channel: Channel, wanted: Select[Any], by: dict[str, Any]) -> Door | None:
    connection = session.connection()
    row = connection.execute(wanted, by).one_or_none()
    if row is None:
        return None
    return Door(
        code=code,
        code_state=CODE_STATES[row.code_state],
        channel=channel,
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
        full=row.quota_full == QuotaFull.STOP and is_full(session, row.place_id, row.group_id),
    )


def answer_sheet(frame: Frame, door: Door) -> AnswerSheet:
    """Return what is asked of the door's group at its place."""
    return frame.questionnaire.sheet(door.scopes, frame.group_targets.get(door.group_id))
