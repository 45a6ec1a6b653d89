"""What a plan's questionnaire needs besides questions: its head, kinds of place, rating scales, targets."""

from typing import Any

from flask import abort, flash, request
from werkzeug.wrappers import Response

from forms.plan_forms import HeadForm, ScaleForm, TargetsForm, sent_head, sent_names, sent_scale, sent_scope
from survey_app.domain.messages import message
from survey_app.domain.plan_document import Given, next_code, scale_of
from survey_app.domain.plan_editing import Edited, set_part
from survey_app.domain.powers import Power
from survey_app.domain.rating_scale import BUILT_IN
from survey_app.services.surveys_in_scope import units_of_class
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans.plan_page import plan_languages, plan_or_404, questionnaire_page
from survey_app.web.organiser.plans.plan_steps import Answer, back_to, edit
from survey_app.web.transaction import session


@organiser.route("/plans/<int:plan_id>/head", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_head(plan_id: int) -> Answer | str:
    """Save title, organiser and telephone."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, "head", opened="head")
    form = sent_head(request.form, plan_languages(plan.given))
    if not form.check():
        return questionnaire_page(plan, "head", form), 422
    return edit(plan, lambda given: set_head(given, form), "head", form, lambda _: "edit-head")


def set_head(given: Given, form: HeadForm) -> Edited:
    """Write title, organiser and telephone."""
    edited = Edited(dict(given))
    for key, texts in (("title", form.title), ("organiser", form.organiser)):
        edited = set_part(edited.given, key, {language: text for language, text in texts.items() if text})
    return set_part(edited.given, "contact", form.contact)


@organiser.route("/plans/<int:plan_id>/scopes", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_scopes(plan_id: int) -> Answer | str:
    """Add a kind of place, or take one away."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, "scopes", opened="scopes")
    form = sent_scope(request.form)
    gone = request.form.get("remove")
    if gone is None and not form.check():
        return questionnaire_page(plan, "scopes", form), 422

    def step(given: Given) -> Edited:
        scopes: dict[str, Any] = dict(given.get("scopes") or {})
        if gone is not None:
            scopes.pop(gone, None)
        else:
            scopes[next_code("s", scopes)] = form.rules()
        return set_part(given, "scopes", scopes)

    return edit(plan, step, "scopes", form, lambda _: "edit-scopes")


@organiser.route("/plans/<int:plan_id>/scale", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_scale(plan_id: int) -> Answer | str:
    """Choose the scale of rating questions that name none; take away a scale of one's own."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, "scales", opened="scales")
    own = plan.given.get("scales") or {}
    gone, chosen = request.form.get("remove"), request.form.get("scale", "")
    if gone is None and chosen not in {*BUILT_IN, *own}:
        abort(404)

    def step(given: Given) -> Edited:
        if gone is not None:
            return set_part(given, "scales", {code: each for code, each in own.items() if code != gone})
        return set_part(given, "scale", chosen)

    return edit(plan, step, "scales", None, lambda _: "edit-scales")


@organiser.route("/plans/<int:plan_id>/scales/<base>", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_own_scale(plan_id: int, base: str) -> Answer | str:
    """Change the words of a scale of one's own; of a built-in one, add a scale that differs in its words."""
    plan = plan_or_404(plan_id)
    options = scale_of(plan.given, base)
    if not options:
        abort(404)
    opened = f"scale-{base}"
    if request.method == "GET":
        return back_to(plan, "scales", opened=opened)
    form = sent_scale(request.form, base, options, plan_languages(plan.given))
    if not form.check():
        return questionnaire_page(plan, opened, form), 422
    answer = edit(plan, lambda given: set_scale(given, form), opened, form, lambda _: "scales")
    # It is of use only where it is chosen.
    return back_to(plan, "scales", opened="scales") if isinstance(answer, Response) else answer


def set_scale(given: Given, form: ScaleForm) -> Edited:
    """Write a scale of one's own, under a new code where the form began with a built-in one."""
    scales = dict(given.get("scales") or {})
    code = form.scale if form.scale in scales else next_code("scale", scales)
    return set_part(given, "scales", scales | {code: form.options()})


@organiser.route("/plans/<int:plan_id>/targets", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_targets(plan_id: int) -> Answer | str:
    """Save the list of targets, as it was pasted; or put the units of a class below it first."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, "targets", opened="targets")
    form = TargetsForm(request.form.get("targets", ""), plan.given.get("targets") or ())
    if request.form.get("do") == "class":
        return _with_class(plan_id, form)
    targets = form.targets()
    if form.faults:
        return questionnaire_page(plan, "targets", form), 422
    return edit(plan, lambda given: set_part(given, "targets", targets), "targets", form, lambda _: "edit-targets")


@organiser.route("/plans/<int:plan_id>/targets/names", methods=["GET", "POST"])
@policy(Power.PLAN)
def plan_target_names(plan_id: int) -> Answer | str:
    """Save the names of the targets in every language."""
    plan = plan_or_404(plan_id)
    if request.method == "GET":
        return back_to(plan, "targets", opened="names")
    targets = plan.given.get("targets") or ()
    form = sent_names(request.form, targets, plan_languages(plan.given))
    if not form.check():
        return questionnaire_page(plan, "names", form), 422

    def step(given: Given) -> Edited:
        return set_part(given, "targets", form.targets(targets))

    return edit(plan, step, "names", form, lambda _: "edit-names")


def _with_class(plan_id: int, form: TargetsForm) -> Answer:
    """Show the list with the units of a class below it; nothing is saved yet."""
    plan = plan_or_404(plan_id)
    chosen = request.form.get("class", "")
    units = units_of_class(session(), visitor().scope, chosen)
    known = {each["code"] for each in form.targets()}
    form.faults.clear()
    lines = [f"{unit.code}\t{unit.name}\t{unit.unit_class}" for unit in units if unit.code not in known]
    form.typed = "\n".join([*form.typed.rstrip().splitlines(), *lines])
    if not units:
        return questionnaire_page(plan, "targets", form, [message("No unit is of this class.")]), 422
    flash(say(message("{count} units were put below the list. Save it to keep them.", count=len(lines))))
    return questionnaire_page(plan, "targets", form), 200
