"""Inspection notes (督导记录): of one place, and of all places that the visitor sees."""

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.note_form import NoteForm
from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.models import Place, Survey, Unit
from survey_app.services.progress import notes as inspection_notes
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/notes")
@policy(Power.READ_NOTES, About.SURVEY_PART)
def notes(slug: str) -> str:
    """List the notes at all places within the scope, newest first."""
    survey = survey_or_404(slug)
    found = inspection_notes.notes_within(session(), survey, visitor().scope)
    shown = found[: inspection_notes.MOST_SHOWN]
    return render_template("organiser/notes.html", survey=survey, notes=shown, found=len(found))


@organiser.get("/surveys/<slug>/places/<int:place_id>/notes")
@policy(Power.READ_NOTES, About.SURVEY_PART)
def place_notes(slug: str, place_id: int) -> str:
    """Show the notes of one place, and the form for another."""
    survey = survey_or_404(slug)
    place, unit = _place_or_404(survey, place_id)
    return _page(survey, place, unit, NoteForm())


@organiser.post("/surveys/<slug>/places/<int:place_id>/notes")
@policy(Power.WRITE_NOTES, About.SURVEY_PART)
def write_note(slug: str, place_id: int) -> Response | tuple[str, int]:
    """Write a note down; it can never be changed."""
    survey = survey_or_404(slug)
    place, unit = _place_or_404(survey, place_id)
    form = NoteForm(request.form)
    if not form.validate():
        return _page(survey, place, unit, form), 422
    inspection_notes.write_note(session(), survey, place, visitor_name(), form.text.data or "")
    flash(say(message("The note is kept.")))
    return redirect(url_for("organiser.place_notes", slug=slug, place_id=place_id), 303)


def _place_or_404(survey: Survey, place_id: int) -> tuple[Place, Unit]:
    found = inspection_notes.find_place(session(), survey, place_id)
    if found is None:
        abort(404)
    return found


def _page(survey: Survey, place: Place, unit: Unit, form: NoteForm) -> str:
    return render_template(
        "organiser/notes_place.html",
        survey=survey,
        place=place,
        unit=unit,
        form=form,
        notes=inspection_notes.notes_of_place(session(), place),
    )
