"""Paper: sheets to print, and the totals that are counted by hand and entered after closing."""

from collections.abc import Sequence
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.paper_form import DiscardForm, PaperForm, PaperSheetsForm
from survey_app.domain.definition import Paper
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.paper import HEAD, HEAD_NAMES, PaperState
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services import jobs
from survey_app.services.jobs import JobKind
from survey_app.services.paper import totals as paper_totals
from survey_app.services.paper.board import paper_board
from survey_app.services.paper.totals import PaperDesk
from survey_app.web.languages import language, say
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404, jobs_within, line_within, part_asked_for
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.paper.paper_grid import grid
from survey_app.web.transaction import session

#: So many places are listed; a filter or a unit narrows them.
MOST_SHOWN = 200

_STATES: dict[PaperState, Message] = {
    PaperState.NOTHING: message("not entered"),
    PaperState.WAITING: message("second entry missing"),
    PaperState.DIFFER: message("entries differ"),
    PaperState.COUNTED: message("counted"),
}
_DONE: dict[PaperState, Message] = {
    PaperState.WAITING: message("Stored. It counts once a second person has entered the same."),
    PaperState.DIFFER: message("Stored, but the two entries differ. The lines in question are marked."),
    PaperState.COUNTED: message("Stored and counted."),
}


@organiser.app_template_filter("console_paper_state")
def paper_state_word(state: PaperState) -> str:
    """Return where the paper of a place and group stands, in words."""
    return say(_STATES[state])


@organiser.get("/surveys/<slug>/paper")
@policy(Power.ENTER_PAPER, About.SURVEY_PART)
def paper(slug: str) -> str:
    """List the places and groups with what is entered and what is missing."""
    survey = _survey_with_paper(slug)
    under, wanted = request.args.get("under") or None, request.args.get("q", "")[:100]
    state = request.args.get("state", "")
    chosen = PaperState(state) if state in set(PaperState) else None
    board = paper_board(session(), survey, visitor().scope, under=under, state=chosen, wanted=wanted)
    if board is None:
        abort(404)
    return render_template(
        "organiser/paper.html",
        survey=survey,
        board=board,
        line=line_within(board.line),
        under=under,
        state=chosen,
        wanted=wanted.strip(),
        rows=board.rows[:MOST_SHOWN],
        shut=paper_totals.why_shut(session(), survey),
        states=list(PaperState) if survey.paper == Paper.DOUBLE else [PaperState.NOTHING, PaperState.COUNTED],
    )


@organiser.route("/surveys/<slug>/paper/sheets", methods=["GET", "POST"])
@policy(Power.ENTER_PAPER, About.SURVEY_PART)
def paper_sheets(slug: str) -> Response | str:
    """Print sheets to be filled in, or to count them on: of one place, a unit, or all."""
    survey = _survey_with_paper(slug)
    form = PaperSheetsForm(request.form if request.method == "POST" else request.args)
    under = part_asked_for(survey, (form.under.data or "").strip() or None)
    board = board_or_404(survey, under)
    if request.method == "POST":
        if not form.validate():
            abort(400)
        arguments = {"kind": form.kind.data} | ({"under": under} if under else {})
        job = jobs.enqueue(session(), JobKind.PAPER_SHEETS, survey.id, arguments, visitor_name())
        return redirect(url_for("organiser.job", job_id=job.id), 303)
    return render_template(
        "organiser/paper_sheets.html",
        survey=survey,
        board=board,
        under=(form.under.data or "").strip() or None,
        form=form,
        jobs=jobs_within(jobs.jobs_of(session(), survey.id, JobKind.PAPER_SHEETS)),
    )


@organiser.route("/surveys/<slug>/paper/<int:place_id>/<int:group_id>", methods=["GET", "POST"])
@policy(Power.ENTER_PAPER, About.SURVEY_PART)
def paper_entry(slug: str, place_id: int, group_id: int) -> Response | str | tuple[str, int]:
    """Enter what was counted at one place of one group, or correct one's own entry."""
    survey = _survey_with_paper(slug)
    desk = _desk_or_404(survey, place_id, group_id)
    sent = request.form if request.method == "POST" else None
    form = PaperForm(desk.lines, sent, desk.own)
    if sent is None:
        return _entry_page(survey, desk, form)
    if desk.shut is not None:
        return _entry_page(survey, desk, form), 409
    count = form.read()
    if desk.own is not None and desk.state is PaperState.COUNTED and count != desk.own and not form.reason:
        form.need_reason()
        count = None
    if count is None:
        return _entry_page(survey, desk, form), 422
    try:
        state = paper_totals.enter_paper(session(), slug, place_id, group_id, count, visitor_name(), form.reason)
    except Refused as refusal:
        return _entry_page(survey, desk, form, refusal.messages), 409
    flash(say(_DONE[state]))
    here = url_for("organiser.paper_entry", slug=slug, place_id=place_id, group_id=group_id)
    return redirect(here if state is PaperState.DIFFER else _list_address(survey, desk), 303)


@organiser.route("/surveys/<slug>/paper/<int:place_id>/<int:group_id>/discard", methods=["GET", "POST"])
@policy(Power.ENTER_PAPER, About.SURVEY_PART)
def discard_paper(slug: str, place_id: int, group_id: int) -> Response | str | tuple[str, int]:
    """Ask for a reason, and throw away what was entered of one place and group."""
    survey = _survey_with_paper(slug)
    desk = _desk_or_404(survey, place_id, group_id)
    form = DiscardForm(request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        page = render_template("organiser/paper_discard.html", survey=survey, desk=desk, form=form)
        return page if request.method == "GET" else (page, 422)
    paper_totals.discard_paper(session(), slug, place_id, group_id, visitor_name(), form.reason.data or "")
    flash(say(message("Discarded. It can be entered anew.")))
    return redirect(_list_address(survey, desk), 303)


def _survey_with_paper(slug: str) -> Survey:
    survey = survey_or_404(slug)
    if survey.paper == Paper.NONE:
        abort(404)
    return survey


def _desk_or_404(survey: Survey, place_id: int, group_id: int) -> PaperDesk:
    desk = paper_totals.find_desk(session(), survey, place_id, group_id, visitor_name())
    if desk is None or (survey.state in (SurveyState.DRAFT, SurveyState.OPEN) and request.method == "GET"):
        abort(404)  # What was typed before the survey was reopened is refused, and shown.
    return desk


def _entry_page(survey: Survey, desk: PaperDesk, form: PaperForm, refused: Sequence[Message] = ()) -> str:
    values: dict[str, Any] = {
        "head": [(form[name], HEAD_NAMES[name], name in desk.differs) for name in HEAD],
        "tables": grid(form, desk.differs, language()),
        "back": _list_address(survey, desk),
        "refused": refused,
        "was_typed": request.method == "POST",
    }
    return render_template("organiser/paper_entry.html", survey=survey, desk=desk, form=form, **values)


def _list_address(survey: Survey, desk: PaperDesk) -> str:
    """Return the list in which the place stands: that of the unit above it, where the visitor sees that one."""
    above = None if visitor().scope.unit_id == desk.unit.id else desk.above
    return url_for("organiser.paper", slug=survey.slug, under=above.code if above else None)
