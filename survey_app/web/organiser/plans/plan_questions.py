"""Edit the questions of a plan: one form a question, each saved by itself."""

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from forms.question_forms import QuestionForm, sent_question
from survey_app.domain.messages import Refused
from survey_app.domain.plan_document import Document, Given, find_question, question_numbers, questions_of
from survey_app.domain.plan_editing import (
    Edited,
    add_question,
    duplicate_question,
    move_question,
    remove_question,
    replace_question,
    step_question,
)
from survey_app.domain.powers import Power
from survey_app.domain.questionnaire import QuestionKind
from survey_app.models import SurveyPlan
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans.plan_page import plan_languages, plan_or_404, questionnaire_page
from survey_app.web.organiser.plans.plan_steps import Answer, back_to, edit


@organiser.get("/plans/<int:plan_id>/questionnaire")
@policy(Power.PLAN)
def plan_questionnaire(plan_id: int) -> str:
    """Show the questionnaire of a plan, with one thing open for editing."""
    return questionnaire_page(plan_or_404(plan_id), request.args.get("open", ""))


@organiser.route("/plans/<int:plan_id>/questions/new/<kind>", methods=["GET", "POST"])
@policy(Power.PLAN)
def new_question_of_plan(plan_id: int, kind: str) -> Answer | str:
    """Add a question of a kind."""
    plan = plan_or_404(plan_id)
    if kind not in set(QuestionKind):
        abort(404)
    opened = f"new-{kind}"
    if request.method == "GET":
        return back_to(plan, "new", opened=opened)
    form = sent_question(request.form, QuestionKind(kind), plan_languages(plan.given))
    shown = _checked(plan, opened, form)
    if shown is not None:
        return shown
    answer = edit(plan, lambda given: add_question(given, form.fields()), opened, form, lambda it: f"edit-{it.code}")
    if isinstance(answer, Response) and request.form.get("do") == "another":
        return back_to(plan, "new", opened=opened)
    return answer


@organiser.route("/plans/<int:plan_id>/questions/<code>", methods=["GET", "POST"])
@policy(Power.PLAN)
def question_of_plan(plan_id: int, code: str) -> Answer | str:
    """Save a question."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, f"edit-{code}", code, code)
    found = _question_or_404(plan, code)
    kind = request.form.get("kind", found["kind"])
    if kind not in set(QuestionKind):
        abort(404)
    codes = [each["code"] for each in found.get("options") or ()]
    form = sent_question(request.form, QuestionKind(kind), plan_languages(plan.given), codes)
    shown = _checked(plan, code, form)
    if shown is not None:
        return shown
    return edit(plan, lambda given: replace_question(given, code, form.fields()), code, form, lambda _: f"edit-{code}")


@organiser.post("/plans/<int:plan_id>/questions/<code>/move")
@policy(Power.PLAN)
def move_question_of_plan(plan_id: int, code: str) -> Answer:
    """Move a question up, down, or to the place where it was dropped; the button that was pressed keeps the focus."""
    plan = plan_or_404(plan_id)
    codes = [each["code"] for each in questions_of(plan.given)]
    if code not in codes:
        abort(404)
    where = request.form.get("to", "")
    dropped = where.isdecimal() and len(where) < 4

    def step(given: Given) -> Edited:
        return move_question(given, code, int(where)) if dropped else step_question(given, code, down=where == "down")

    def anchor(_: object) -> str:
        after = [each["code"] for each in questions_of(plan.given)].index(code)
        stuck = {"up": after == 0, "down": after == len(codes) - 1}.get(where)
        if stuck is None:
            return f"edit-{code}"
        other = {"up": "down", "down": "up"}[where]
        return f"{other if stuck else where}-{code}"

    return edit(plan, step, "", None, anchor)


@organiser.post("/plans/<int:plan_id>/questions/<code>/duplicate")
@policy(Power.PLAN)
def duplicate_question_of_plan(plan_id: int, code: str) -> Answer:
    """Put a copy behind a question."""
    plan = plan_or_404(plan_id)
    _question_or_404(plan, code)
    return edit(plan, lambda given: duplicate_question(given, code), "", None, lambda it: f"edit-{it.code}")


@organiser.route("/plans/<int:plan_id>/questions/<code>/remove", methods=["GET", "POST"])
@policy(Power.PLAN)
def remove_question_of_plan(plan_id: int, code: str) -> Answer | str:
    """Ask whether a question is to go, and take it away."""
    plan = plan_or_404(plan_id)
    found = _question_or_404(plan, code)
    if request.method == "GET":
        number = question_numbers(plan.given)[code]
        return render_template("organiser/plan_remove.html", plan=plan, survey_plan=plan, question=found, number=number)
    return edit(plan, lambda given: remove_question(given, code), "", None, lambda _: "questions")


def _question_or_404(plan: SurveyPlan, code: str) -> Document:
    try:
        return find_question(plan.given, code)
    except Refused:
        abort(404)


def _checked(plan: SurveyPlan, opened: str, form: QuestionForm) -> Answer | str | None:
    """Return the page anew where a button only rearranged the form, or where something cannot be kept."""
    act = request.form.get("do", "")
    if act.partition(":")[0] in ("up", "down", "drop", "rows"):
        at = form.rearrange(act)
        return questionnaire_page(plan, opened, form, focus="" if at is None else f"{act.partition(':')[0]}-{at}")
    if not form.check():
        return questionnaire_page(plan, opened, form), 422
    return None
