"""The check by the units (单位核对): the office opens a draft to them; each looks at its own sheet, and answers."""

import io
from typing import Any

from flask import abort, flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.console_forms import UnitAnswerForm, blame
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power, Role
from survey_app.domain.release import Audience, UnitVerdict
from survey_app.domain.texts import pick
from survey_app.models import Survey, Unit
from survey_app.services.releases import unit_checks
from survey_app.services.releases.issued_sheets import sheet_of
from survey_app.services.releases.unit_checks import Answered, OwnSheet
from survey_app.services.scopes import touches
from survey_app.web.languages import language, say
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.board.board_export import table_file
from survey_app.web.organiser.releases.release_pages import release_or_404
from survey_app.web.organiser.words import moment
from survey_app.web.transaction import session

_ANSWERS = {
    UnitVerdict.CONFIRMED: message("confirmed"),
    UnitVerdict.OBJECTED: message("objection"),
    None: message("no answer yet"),
}
_COLUMNS = (
    message("Code"),
    message("Unit"),
    message("Above it"),
    message("Answer of the unit"),
    message("Objection"),
    message("Account"),
    message("Time"),
)


@organiser.post("/surveys/<slug>/releases/review/<int:number>/units")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def ask_units(slug: str, number: int) -> Response:
    """Open the draft to the units."""
    survey_or_404(slug)
    unit_checks.ask_units(session(), slug, number, visitor_name())
    flash(say(message("The units see their sheets of draft {number} now, and can answer.", number=number)))
    return redirect(url_for("organiser.releases", slug=slug), 303)


@organiser.get("/surveys/<slug>/unit-answers/<int:number>.<any(csv, xlsx):kind>")
@policy(Power.RELEASE, About.SURVEY_WHOLE)
def unit_answers(slug: str, number: int, kind: str) -> Response:
    """Give the answers of the units to a draft as a file."""
    survey = survey_or_404(slug)
    standing = unit_checks.standing(session(), release_or_404(slug, Audience.REVIEW, number))
    if standing is None:
        abort(404)
    title = say(message("Answers of the units to draft {number}", number=number))
    rows = [_line(survey, each) for each in standing.units]
    columns = [say(each) for each in _COLUMNS]
    return table_file(kind, f"{slug}-unit-answers-{number}", title, columns, rows, message("Answers"))


def _line(survey: Survey, each: Answered) -> tuple[str, ...]:
    row, given = each.row, each.given
    said = say(_ANSWERS[None if given is None else UnitVerdict(given.answer)])
    who = ("", "", "") if given is None else (given.text, given.by, moment(given.at, survey.time_zone))
    return (row.code, pick(row.name, language()), " ".join(row.path), said, *who)


@organiser.route("/surveys/<slug>/check/<unit_code>", methods=["GET", "POST"])
@policy(Power.SEE_SHEET, About.SURVEY_RATED)
def unit_check(slug: str, unit_code: str) -> Response | str | tuple[str, int]:
    """Show a unit that its sheet of the draft is to be checked, what was answered, and take its answer."""
    survey = survey_or_404(slug)
    own = _own_or_404(survey, unit_code)
    if request.method == "GET":
        return _page(survey, own, UnitAnswerForm(data=_given(own)))
    form = UnitAnswerForm(request.form)
    number = request.form.get("draft", "")
    if not form.validate():
        return _page(survey, own, form), 422
    try:
        # Numbers are compared as they are written: what was sent may have thousands of digits.
        draft = own.draft.number if number == str(own.draft.number) else 0
        verdict = UnitVerdict(form.verdict.data)
        unit_checks.answer(session(), survey, own, draft, verdict, form.text.data or "", visitor_name())
    except Refused as refusal:
        blame(form.text, *refusal.messages)
        return _page(survey, own, form), 422
    flash(say(_DONE[verdict]))
    return redirect(url_for("organiser.unit_check", slug=slug, unit_code=unit_code, **_as()), 303)


_DONE: dict[UnitVerdict, Message] = {
    UnitVerdict.CONFIRMED: message("Your confirmation is recorded."),
    UnitVerdict.OBJECTED: message("Your objection is recorded; the office that leads the survey sees it."),
}


@organiser.get("/surveys/<slug>/check/<unit_code>/sheet")
@policy(Power.SEE_SHEET, About.SURVEY_RATED)
def unit_check_sheet(slug: str, unit_code: str) -> Response:
    """Give a unit's sheet of the draft, with its watermark."""
    own = _own_or_404(survey_or_404(slug), unit_code)
    content = sheet_of(session(), own.draft, own.row)
    if content is None:
        abort(404)
    name = f"{slug}-review-{own.draft.number}-{unit_code}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def to_be_checked(survey: Survey, unit: Unit) -> OwnSheet | None:
    """Return the unit's sheet of the draft that is open to the units, for the officer who is asked to check it."""
    return unit_checks.own_sheet(session(), survey, unit.code) if visitor().role == Role.OFFICER else None


def _own_or_404(survey: Survey, unit_code: str) -> OwnSheet:
    own = unit_checks.own_sheet(session(), survey, unit_code, as_target="as" in _as())
    if own is None:
        abort(404)
    return own


def _as() -> dict[str, Any]:
    """Return what tells in an address that the unit's sheet as a listed target is meant."""
    return {"as": "target"} if request.args.get("as") == "target" else {}


def _given(own: OwnSheet) -> dict[str, str]:
    return {} if own.answer is None else {"verdict": own.answer.answer, "text": own.answer.text}


def _page(survey: Survey, own: OwnSheet, form: UnitAnswerForm) -> str:
    has_places = touches(session(), visitor().scope, survey)
    return render_template(
        "organiser/unit_check.html", survey=survey, own=own, form=form, named=_as(), has_places=has_places
    )
