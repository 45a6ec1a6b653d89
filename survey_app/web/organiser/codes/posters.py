"""The posters of a survey: make them all or some, and download them."""

from flask import abort, redirect, render_template, request
from werkzeug.wrappers import Response

from forms.console_forms import PostersForm
from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.codes.entry_codes import address_warning
from survey_app.services.jobs import JobKind, enqueue, jobs_of
from survey_app.services.progress.turnout import TurnoutBoard, turnout_board
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404, jobs_within, part_asked_for
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.job_pages import page_of, progress_of
from survey_app.web.parts import parts
from survey_app.web.transaction import session


@organiser.route("/surveys/<slug>/posters", methods=["GET", "POST"])
@policy(Power.PRINT_POSTERS, About.SURVEY_PART)
def posters(slug: str) -> Response | str | tuple[str, int]:
    """Show what was made, drill down to the county or township wanted, and ask for its posters."""
    survey = survey_or_404(slug)
    if request.method == "GET":
        return _page(survey, board_or_404(survey, request.args.get("under")), PostersForm())
    form = PostersForm(request.form)
    valid = form.validate()
    if form.paper.errors:
        abort(400)
    under = part_asked_for(survey, (form.under.data or "").strip() or None)
    board = turnout_board(session(), survey, under) if valid else None
    if board is None:
        raise Refused(message("There is no place under {value} in this survey.", value=(under or slug)[:64]))
    wanted = {"under": under, "paper": None if form.paper.data == "A4" else form.paper.data}
    arguments = {name: value for name, value in wanted.items() if value is not None}
    job = enqueue(session(), JobKind.POSTERS, survey.id, arguments, visitor_name())
    return redirect(page_of(job), 303)


def _page(survey: Survey, board: TurnoutBoard, form: PostersForm) -> str:
    made = jobs_within(jobs_of(session(), survey.id, JobKind.POSTERS))
    shown = next((each for each in made if str(each.id) == request.args.get("job")), None)
    return render_template(
        "organiser/posters.html",
        survey=survey,
        board=board,
        under=request.args.get("under"),
        form=form,
        warning=address_warning(parts().config.public_url),
        jobs=made,
        **(progress_of(shown) if shown else {"job": None}),
    )
