"""The slips of a survey: print them for all places or some, fetch the file once, see how many are left."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from forms.console_forms import SlipsForm
from survey_app.domain.definition import BallotMode
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.models import Survey
from survey_app.services import jobs
from survey_app.services.audit_trail import audit
from survey_app.services.jobs import JobKind
from survey_app.services.progress.turnout import TurnoutBoard, UnitTurnout
from survey_app.services.slips.counts import SlipCounts, count_slips
from survey_app.services.slips.planning import SlipOrder, plan_slips, slip_groups
from survey_app.services.surveys import ballot_modes
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404, jobs_within, part_asked_for
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.job_pages import job_or_404
from survey_app.web.transaction import session


@dataclass(frozen=True)
class Row:
    """The slips of one unit."""

    turnout: UnitTurnout
    counts: SlipCounts


@organiser.app_template_global("ballot_modes_of")
def ballot_modes_of(survey: Survey) -> frozenset[BallotMode]:
    """Return how ballots of a survey are had: the menu leads to posters, to slips, or to both."""
    return ballot_modes(session(), survey)


@organiser.route("/surveys/<slug>/slips", methods=["GET", "POST"])
@policy(Power.PRINT_SLIPS, About.SURVEY_PART)
def slips(slug: str) -> Response | str | tuple[str, int]:
    """Show what was printed, drill down to the unit wanted, and ask for its slips."""
    survey = survey_or_404(slug)
    form = _form(survey)
    under = part_asked_for(survey, (form.under.data or "").strip() or None)
    board = board_or_404(survey, under)
    if BallotMode.SLIP not in ballot_modes_of(survey):
        abort(404)
    if request.method == "GET":
        return _page(survey, board, form)
    if not form.validate():
        return _page(survey, board, form), 422
    order = SlipOrder(slug, under, form.group.data or None, form.count, form.reason.data or "")
    try:
        plan_slips(session(), order, survey)
    except Refused as refusal:
        return _page(survey, board, form, refusal.messages), 422
    wanted = {"under": under, "group": order.group, "copies": order.copies, "reason": order.reason or None}
    arguments = {name: value for name, value in wanted.items() if value is not None}
    job = jobs.enqueue(session(), JobKind.SLIPS, survey.id, arguments, visitor_name())
    return redirect(url_for("organiser.job", job_id=job.id), 303)


@organiser.post("/jobs/<int:job_id>/file")
@policy(Power.PRINT_SLIPS)
def take_file(job_id: int) -> Response:
    """Give a file that is given out once; the same transaction erases it."""
    found = job_or_404(job_id)
    if found.kind not in jobs.GIVEN_ONCE:
        abort(404)
    name, content = jobs.take_file(session(), found)
    audit(session(), visitor_name(), "slips.fetch", name)
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def _form(survey: Survey) -> SlipsForm:
    groups = [(each.code, pick(each.name, DEFAULT_LANGUAGE)) for each in slip_groups(session(), survey)]
    every = [("", message("All groups"))]
    return SlipsForm(request.form if request.method == "POST" else request.args, groups=[*every, *groups])


def _page(survey: Survey, board: TurnoutBoard, form: SlipsForm, refused: Sequence[Message] = ()) -> str:
    counts = count_slips(session(), survey)
    return render_template(
        "organiser/slips.html",
        survey=survey,
        board=board,
        under=(form.under.data or "").strip(),
        form=form,
        refused=refused,
        whole=_whole(board, counts),
        rows=[Row(each, counts.get(each.unit.id, SlipCounts())) for each in board.parts],
        can_print=survey.state in (SurveyState.DRAFT, SurveyState.OPEN),
        jobs=jobs_within(jobs.jobs_of(session(), survey.id, JobKind.SLIPS)),
    )


def _whole(board: TurnoutBoard, counts: Mapping[int, SlipCounts]) -> SlipCounts:
    """Return the counts of the board's unit; where it stands for several tops, their sum."""
    if board.line:
        return counts.get(board.line[-1].id, SlipCounts())
    tops = [counts.get(each.unit.id, SlipCounts()) for each in board.parts]
    return SlipCounts(*(sum(getattr(each, name) for each in tops) for name in ("printed", "spent", "voided")))
