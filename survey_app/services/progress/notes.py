"""Inspection notes (督导记录): what a supervisor saw at a place. They are only ever added."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import InspectionNote, Place, Survey, Unit
from survey_app.services.audit_trail import audit
from survey_app.services.scopes import Scope, within

#: So many notes of a list are shown.
MOST_SHOWN = 200


@dataclass(frozen=True)
class NoteAt:
    """A note, and the unit at which it was written."""

    note: InspectionNote
    unit: Unit


def write_note(session: Session, survey: Survey, place: Place, by: str, text: str) -> InspectionNote:
    """Write a note down; the same one sent twice is one. The audit trail learns that there is one, not what it says."""
    newest = session.scalar(
        select(InspectionNote).where(InspectionNote.place_id == place.id).order_by(InspectionNote.id.desc()).limit(1)
    )
    if newest is not None and (newest.by, newest.text) == (by, text):
        return newest
    note = InspectionNote(survey_id=survey.id, place_id=place.id, at=datetime.now(UTC), by=by, text=text)
    session.add(note)
    session.flush()
    unit = session.get_one(Unit, place.unit_id)
    audit(session, by, "note.write", f"{survey.slug}/{unit.code}", after={"characters": len(text)})
    return note


def find_place(session: Session, survey: Survey, place_id: int) -> tuple[Place, Unit] | None:
    """Return a place of the survey with its unit; None where it is none of this survey."""
    found = (
        session.execute(
            select(Place, Unit).join(Unit, Unit.id == Place.unit_id).where(Place.id == place_id)
        ).one_or_none()
        if place_id < 2**63
        else None
    )
    return (found[0], found[1]) if found is not None and found[0].survey_id == survey.id else None


def notes_of_place(session: Session, place: Place) -> Sequence[InspectionNote]:
    """Return the notes of one place, newest first."""
    return session.scalars(
        select(InspectionNote).where(InspectionNote.place_id == place.id).order_by(InspectionNote.id.desc())
    ).all()


def notes_within(session: Session, survey: Survey, scope: Scope) -> Sequence[NoteAt]:
    """Return the survey's notes at places within a scope, newest first: whoever is above a place reads its notes."""
    rows = session.execute(
        select(InspectionNote, Unit)
        .join(Place, Place.id == InspectionNote.place_id)
        .join(Unit, Unit.id == Place.unit_id)
        .where(InspectionNote.survey_id == survey.id, within(scope, Unit.id))
        .order_by(InspectionNote.id.desc())
    )
    return [NoteAt(note, unit) for note, unit in rows]


def count_notes(session: Session, survey: Survey) -> dict[int, int]:
    """Return how many notes there are, by place."""
    rows = session.execute(
        select(InspectionNote.place_id, func.count())
        .where(InspectionNote.survey_id == survey.id)
        .group_by(InspectionNote.place_id)
    )
    return {place: int(count) for place, count in rows}
