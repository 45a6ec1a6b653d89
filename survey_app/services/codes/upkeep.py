"""The upkeep of poster codes and places: void a code that leaked, put a new one in its place, pause a place.

Each act is recorded with who, when, why. None touches a ballot that is there.
"""

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.entry_codes import grouped, make_entry_code, normalise
from survey_app.domain.lifecycle import Act, SurveyState, after, require_reason
from survey_app.domain.messages import Refused, message
from survey_app.models import EntryCode, Place, Survey, Unit
from survey_app.services.lifecycle import lock_survey, record

_ACTIVE, _VOIDED = "active", "voided"


def replace_code(session: Session, slug: str, code: str, by: str, reason: str | None) -> EntryCode:
    """Void a poster code and return the new one of the same place and group.

    A code that was voided before is replaced too, where its place and group have none now. Refused without a reason,
    after closing, and for a code that is none of this survey or has been replaced.
    """
    survey, reason = _begin(session, slug, Act.REPLACE_CODE, reason)
    old = _poster_code(session, survey, code)
    if old.state == _VOIDED and active_code(session, old.place_id, old.group_id) is not None:
        raise Refused(message("Code {code} has already been replaced.", code=grouped(old.code)))
    new = EntryCode(
        code=_unused_code(session),
        survey_id=survey.id,
        place_id=old.place_id,
        group_id=old.group_id,
        state=_ACTIVE,
    )
    old.state = _VOIDED
    session.add(new)
    about = f"{_place_name(session, old.place_id)} · {grouped(old.code)} → {grouped(new.code)}"
    record(session, survey, Act.REPLACE_CODE, by, reason, about)
    session.flush()
    return new


def void_code(session: Session, slug: str, code: str, by: str, reason: str | None) -> EntryCode:
    """Void a poster code, with none in its place; Refused as `replace_code`, and where it is voided."""
    survey, reason = _begin(session, slug, Act.VOID_CODE, reason)
    found = _poster_code(session, survey, code)
    if found.state == _VOIDED:
        raise Refused(message("Code {code} is already voided.", code=grouped(found.code)))
    found.state = _VOIDED
    about = f"{_place_name(session, found.place_id)} · {grouped(found.code)}"
    record(session, survey, Act.VOID_CODE, by, reason, about)
    return found


def pause_place(session: Session, slug: str, unit_code: str, by: str, reason: str = "") -> Unit:
    """Take no answers at a place for now; return its unit. Refused after closing, and where it is paused."""
    return _switch(session, slug, unit_code, Act.PAUSE, by, reason)


def resume_place(session: Session, slug: str, unit_code: str, by: str) -> Unit:
    """Take answers again at a place that is paused; return its unit."""
    return _switch(session, slug, unit_code, Act.RESUME, by)


def find_place(session: Session, survey: Survey, unit_code: str) -> tuple[Place, Unit]:
    """Return the place of a unit in a survey; Refused where it is none."""
    found = session.execute(
        select(Place, Unit)
        .join(Unit, Unit.id == Place.unit_id)
        .where(Place.survey_id == survey.id, Unit.code == unit_code)
    ).first()
    if found is None:
        raise Refused(message("{value} is not a place of survey {slug}.", value=unit_code, slug=survey.slug))
    return found[0], found[1]


def active_code(session: Session, place_id: int, group_id: int) -> EntryCode | None:
    """Return the code by which a group answers at a place; None where it is voided."""
    return session.scalar(
        select(EntryCode).where(
            EntryCode.place_id == place_id, EntryCode.group_id == group_id, EntryCode.state == _ACTIVE
        )
    )


def _begin(session: Session, slug: str, act: Act, reason: str | None) -> tuple[Survey, str]:
    """Lock the survey and return it with the reason; Refused in a wrong state, and where the reason is missing."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), act, slug)
    return survey, require_reason(reason, printed=False)


def _switch(session: Session, slug: str, unit_code: str, act: Act, by: str, reason: str = "") -> Unit:
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), act, slug)
    place, unit = find_place(session, survey, unit_code)
    if place.paused == (act is Act.PAUSE):
        name = unit.name
        raise Refused(
            message("{name} is already paused.", name=name)
            if place.paused
            else message("{name} is not paused.", name=name)
        )
    place.paused = act is Act.PAUSE
    record(session, survey, act, by, reason.strip(), _place_name(session, place.id))
    return unit


def _poster_code(session: Session, survey: Survey, code: str) -> EntryCode:
    wanted = normalise(code)
    found = session.get(EntryCode, wanted) if wanted.isprintable() else None
    if found is None or found.survey_id != survey.id:
        raise Refused(message("Survey {slug} has no poster code {code}.", slug=survey.slug, code=code))
    return found


def _unused_code(session: Session) -> str:
    """Return a code that never was: those of every survey stay where they are, the voided ones too."""
    code = make_entry_code(secrets.randbelow)
    while session.get(EntryCode, code) is not None:
        code = make_entry_code(secrets.randbelow)
    return code


def _place_name(session: Session, place_id: int) -> str:
    """Return the place as the record of acts names it: its unit's code and name, since names repeat."""
    code, name = session.execute(
        select(Unit.code, Unit.name).join(Place, Place.unit_id == Unit.id).where(Place.id == place_id)
    ).one()
    return f"{code} {name}"
