"""Change single units: add, edit, move, merge, close, reopen; each page says first what follows."""

from collections.abc import Sequence

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from forms.unit_forms import MergeForm, MoveForm, UnitForm, UnitNoteForm, UnitReasonForm, blame_columns
from survey_app.documents.fonts import missing_glyphs
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.units import UnitRow
from survey_app.services.units import changing as changing_units
from survey_app.services.units.browsing import UnitInTree, possible_heirs, possible_parents
from survey_app.services.units.surveys import surveys_over
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.units.tree import may_change, unit_or_404
from survey_app.web.transaction import session

_FORMS: dict[str, type[Form]] = {
    "move": MoveForm,
    "merge": MergeForm,
    "close": UnitReasonForm,
    "reopen": UnitNoteForm,
}
_DONE = {
    "edit": message("The unit is changed."),
    "move": message("The unit is moved, with all below it."),
    "merge": message("The unit is merged."),
    "close": message("The unit is closed."),
    "reopen": message("The unit is reopened."),
}


@organiser.route("/new-unit", methods=["GET", "POST"])
@policy(Power.CHANGE_UNITS)
def new_unit() -> Response | str | tuple[str, int]:
    """Add one unit under another, or at the top."""
    under = request.values.get("under", "").strip()
    above = unit_or_404(under) if under else None
    if above is None and not visitor().scope.is_everything:
        abort(404)
    form = UnitForm(request.form if request.method == "POST" else None)
    faults: Sequence[Message] = ()
    if request.method == "POST" and form.validate():
        row = _row(form, form.code.data or "", under)
        try:
            made = changing_units.add_unit(session(), row, visitor().name, visitor().scope)
        except Refused as refusal:
            faults = blame_columns(form, refusal.messages)
        else:
            flash(say(message("The unit is added.")))
            _warn_of_glyphs(made.name)
            return redirect(url_for("organiser.unit", unit_code=made.code), 303)
    page = render_template("organiser/unit_new.html", form=form, above=above, faults=faults)
    return page if request.method == "GET" else (page, 422)


@organiser.route("/units/<unit_code>/<any(edit, move, merge, close, reopen):change>", methods=["GET", "POST"])
@policy(Power.CHANGE_UNITS)
def unit_act(unit_code: str, change: str) -> Response | str | tuple[str, int]:
    """Ask for the change of one unit, with what follows from it, and do it."""
    found = unit_or_404(unit_code)
    if not may_change(found):
        abort(403)
    form = _form(change, found)
    faults: Sequence[Message] = ()
    if request.method == "POST" and form.validate():
        try:
            there = _do(change, found, form)
        except Refused as refusal:
            faults = blame_columns(form, refusal.messages)
        else:
            flash(say(_DONE[change]))
            if change == "edit":
                _warn_of_glyphs(found.unit.name)
            return redirect(url_for("organiser.unit", unit_code=there), 303)
    page = _page(change, found, form, faults)
    return page if request.method == "GET" else (page, 422)


def _warn_of_glyphs(name: str) -> None:
    lacking = missing_glyphs(name)
    if lacking:
        codes = ", ".join(f"{each} (U+{ord(each):04X})" for each in lacking)
        flash(say(message("The fonts of posters and tables cannot draw {characters}.", characters=codes)))


def _form(change: str, found: UnitInTree) -> Form:
    if change == "edit":
        form = UnitForm(request.form if request.method == "POST" else None, obj=found.unit)
        del form.code
        return form
    return _FORMS[change](request.form if request.method == "POST" else None)


def _page(change: str, found: UnitInTree, form: Form, faults: Sequence[Message]) -> str:
    scope = visitor().scope
    nearby = {"move": possible_parents, "merge": possible_heirs}.get(change)
    return render_template(
        "organiser/unit_act.html",
        found=found,
        change=change,
        form=form,
        faults=faults,
        surveys=surveys_over(session(), found.tree, found.unit),
        held=changing_units.why_held(session(), found.unit.code) if change != "reopen" else None,
        nearby=nearby(found, scope) if nearby else (),
    )


def _do(change: str, found: UnitInTree, form: Form) -> str:
    """Do the change; return the code of the unit to look at then."""
    by, scope, code = visitor().name, visitor().scope, found.unit.code
    reason = str(form.data.get("reason") or "")
    match change:
        case "edit":
            above = found.tree.by_id[found.unit.parent_id].code if found.unit.parent_id is not None else ""
            changing_units.edit_unit(session(), _row(form, code, above), by, scope)
        case "move":
            changing_units.move_unit(session(), code, form["parent_code"].data or "", by, scope, reason)
        case "merge":
            changing_units.merge_unit(session(), code, form["code"].data or "", by, scope, reason)
        case "close":
            changing_units.close_unit(session(), code, by, scope, reason)
        case _:
            changing_units.reopen_unit(session(), code, by, scope, reason)
    return code


def _row(form: Form, code: str, parent_code: str) -> UnitRow:
    """Return what was typed as the row of a list, to be held to the same rules."""
    name, level, unit_class, sector = (form[field].data or "" for field in ("name", "level", "unit_class", "sector"))
    return UnitRow(0, code, name, level, parent_code, unit_class, sector)
