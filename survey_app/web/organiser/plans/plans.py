"""Begin a plan from a template or a file; copy it, take it away, bring its definition in and out."""

import json
from typing import Any

from flask import Response as FileResponse
from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.question_forms import one_line
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.plan_document import questions_of
from survey_app.domain.plan_editing import replace_questions
from survey_app.domain.powers import Power
from survey_app.models import SurveyPlan
from survey_app.services.definition_file import parse_plan
from survey_app.services.plans import saving as plans
from survey_app.services.plans.templates import TEMPLATES, begin_with, known_organiser, load_example
from survey_app.services.units.browsing import count_units
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans.plan_page import plan_or_404, questionnaire_page
from survey_app.web.organiser.plans.plan_steps import Answer, edit
from survey_app.web.transaction import session

#: The schema's limit of any text.
_MOST_CHARACTERS = 500

_NO_FILE = message("Choose a file first.")
_MADE = message("The plan is made. Change what you like; nobody can answer before it is launched and opened.")


@organiser.route("/plans/new", methods=["GET", "POST"])
@policy(Power.PLAN)
def new_plan() -> Response | str | tuple[str, int]:
    """Choose what a plan begins with: a template, or a definition file."""
    if request.method == "GET":
        return _new_page({"template": "four-level", "organiser": _usual_organiser()})
    sent = uploads.sent_file()
    typed = {name: one_line(request.form.get(name, "")) for name in ("template", "title", "organiser")}
    try:
        given = _given(typed, sent)
    except Refused as refusal:
        return _new_page(typed, refusal.messages, sent[1] if sent else ""), 422
    plan = plans.create_plan(session(), given, visitor_name(), visitor().scope)
    flash(say(_MADE))
    return _to(plan)


def _given(typed: dict[str, str], sent: tuple[bytes, str] | None) -> dict[str, Any]:
    if "from_file" in request.form:
        if sent is None:
            raise Refused(_NO_FILE)
        return parse_plan(sent[0])
    if typed["template"] not in TEMPLATES:
        raise Refused(message("Choose what to begin with."))
    if max(len(typed["title"]), len(typed["organiser"])) > _MOST_CHARACTERS:
        raise Refused(message("Please write at most {most} characters.", most=_MOST_CHARACTERS))
    return begin_with(typed["template"], typed["title"], typed["organiser"])


def _new_page(typed: dict[str, str], faults: tuple[Message, ...] | Any = (), filename: str = "") -> str:  # noqa: ANN401
    return render_template(
        "organiser/plan_new.html",
        templates=TEMPLATES,
        typed=typed,
        faults=faults,
        filename=filename,
        unit_count=count_units(session(), visitor().scope),
    )


def _usual_organiser() -> str:
    """Return who held the last survey that was planned here: mostly it is the same office."""
    return next((known_organiser(plan.given) for plan in plans.list_plans(session(), visitor().scope)), "")


def _to(plan: SurveyPlan) -> Response:
    return redirect(url_for("organiser.plan_questionnaire", plan_id=plan.id), 303)


@organiser.post("/plans/example")
@policy(Power.PLAN, About.EVERYTHING)
def example_plan() -> Response:
    """Import a small list of units and begin a plan over them, so that everything can be tried."""
    plan = load_example(session(), visitor_name())
    flash(say(message("The example is loaded: a small part of the units of Changde, and a plan over them.")))
    return _to(plan)


@organiser.get("/plans/<int:plan_id>")
@policy(Power.PLAN)
def plan(plan_id: int) -> Response:
    """Lead to the questionnaire."""
    return _to(plan_or_404(plan_id))


@organiser.get("/plans/<int:plan_id>/definition.json")
@policy(Power.PLAN)
def plan_definition(plan_id: int) -> FileResponse:
    """Give the plan as a definition file, as far as it is written."""
    found = plan_or_404(plan_id)
    text = json.dumps(found.given, ensure_ascii=False, indent=2) + "\n"
    name = {"Content-Disposition": f'attachment; filename="plan-{found.id}.json"'}
    return FileResponse(text, mimetype="application/json", headers=name)


@organiser.post("/plans/<int:plan_id>/import")
@policy(Power.PLAN)
def import_plan(plan_id: int) -> Answer:
    """Replace the questions by those of a definition file; places, groups and dates stay."""
    found = plan_or_404(plan_id)
    sent = uploads.sent_file()
    try:
        if sent is None:
            raise Refused(_NO_FILE)
        if questions_of(found.given) and "sure" not in request.form:
            raise Refused(message("Say that the questions that stand here are to be replaced."))
        other = parse_plan(sent[0])
    except Refused as refusal:
        return questionnaire_page(found, "import", None, refusal.messages), 422
    return edit(found, lambda given: replace_questions(given, other), "import", None, lambda _: "questions")


@organiser.route("/plans/<int:plan_id>/delete", methods=["GET", "POST"])
@policy(Power.PLAN)
def delete_plan(plan_id: int) -> Response | str:
    """Ask whether a plan is to go, and take it away."""
    found = plan_or_404(plan_id)
    if request.method == "GET":
        return render_template("organiser/plan_remove.html", plan=found, survey_plan=found, question=None)
    plans.delete_plan(session(), found, visitor_name())
    flash(say(message("The plan is deleted.")))
    return redirect(url_for("organiser.overview"), 303)


@organiser.post("/plans/<int:plan_id>/copy")
@policy(Power.PLAN)
def copy_plan(plan_id: int) -> Response:
    """Make a new plan with the same questionnaire."""
    made = plans.copy_plan(session(), plan_or_404(plan_id), visitor_name(), visitor().scope)
    flash(say(message("This is a new plan with the same questions. It has no dates yet.")))
    return _to(made)


@organiser.post("/surveys/<slug>/copy-as-plan")
@policy(Power.PLAN, About.SURVEY_WHOLE)
def copy_as_plan(slug: str) -> Response:
    """Make a new plan with the questionnaire of a survey."""
    made = plans.copy_survey(session(), survey_or_404(slug), visitor_name(), visitor().scope)
    flash(say(message("This is a new plan with the same questions. It has no dates yet.")))
    return _to(made)


@organiser.post("/surveys/<slug>/designer")
@policy(Power.PLAN, About.SURVEY_WHOLE)
def edit_in_designer(slug: str) -> Response:
    """Open a draft in the designer; one that was launched from a file gets its plan now."""
    survey = survey_or_404(slug)
    found = plans.adopt_survey(session(), survey, visitor_name(), visitor().scope)
    if plans.find_plan(session(), found.id, visitor().scope) is None:
        abort(404)
    return _to(found)
