"""Look at a plan's questionnaire as residents will: the real page, under a ticket, storing nothing."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response as TextResponse
from flask import abort, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response

from forms.plan_forms import sent_head, sent_names, sent_scale
from forms.question_forms import QuestionForm, sent_question
from survey_app.domain.messages import Refused
from survey_app.domain.plan_document import Given, find_question, questions_of, scale_of
from survey_app.domain.plan_editing import Edited, add_question, replace_question, set_part
from survey_app.domain.powers import Power
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.typed_plan import typed_part
from survey_app.services.plans.saving import find_plan
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans.plan_page import plan_languages, plan_or_404
from survey_app.web.organiser.plans.plan_parts import set_head, set_scale
from survey_app.web.parts import parts
from survey_app.web.tickets import PlanTicket, read_plan_ticket, write_plan_ticket

#: Proxies take addresses of 8,000 characters; what is longer is seen once it is saved.
_LONGEST = 6_000


@organiser.get("/plans/<int:plan_id>/preview")
@policy(Power.PLAN)
def plan_preview(plan_id: int) -> Response:
    """Lead to the residents' page with all questions, whatever kind of place they are for."""
    plan = plan_or_404(plan_id)
    ticket = write_plan_ticket(PlanTicket(plan.id, tuple(plan.given.get("scopes") or ()), 0))
    return redirect(url_for("public.preview", ticket=ticket), 303)


@organiser.post("/plans/<int:plan_id>/preview/<opened>")
@policy(Power.PLAN)
def preview_of_typed(plan_id: int, opened: str) -> Response:
    """Give the address at which the page stands with what is being typed, and which question that is.

    Nothing is stored: the ticket in the address carries what differs. Where nothing can be shown the answer is empty.
    """
    with parts().database.reading() as database:  # Not the request's session, which would wait for a turn to write.
        plan = find_plan(database, plan_id, visitor().scope)
        if plan is None:
            abort(404)
        given = plan.given
    address = ""
    edited = _edited(given, opened)
    if edited is not None:
        shown = read_plan_ticket(request.form.get("shown", ""))
        if shown is None or shown.plan_id != plan_id:
            shown = PlanTicket(plan_id, tuple(given.get("scopes") or ()), 0)
        ticket = write_plan_ticket(replace(shown, typed=typed_part(given, edited.given, edited.code)))
        address = url_for("public.preview", ticket=ticket)
    if edited is None or len(address) > _LONGEST:
        return TextResponse(status=204, mimetype="text/plain")
    return jsonify(address=address, question=edited.code)


def _edited(given: Given, opened: str) -> Edited | None:
    """Take the step that saving the open form would take; None where it cannot be taken, or shows nothing."""
    try:
        return _step(given, opened)
    except Refused:
        return None


def _step(given: Given, opened: str) -> Edited | None:
    sent, languages = request.form, plan_languages(given)
    kind, _, name = opened.partition("-")
    if opened in {each["code"] for each in questions_of(given)}:
        found = find_question(given, opened)
        question = _question(found["kind"], languages, [each["code"] for each in found.get("options") or ()])
        return replace_question(given, opened, question.fields()) if question.check() else None
    if kind == "new" and name in set(QuestionKind):
        question = _question(name, languages)
        return add_question(given, question.fields()) if question.check() else None
    if opened == "head":
        head = sent_head(sent, languages)
        return set_head(given, head) if head.check() else None
    if kind == "scale" and name in (given.get("scales") or {}):
        scale = sent_scale(sent, name, scale_of(given, name), languages)
        return set_scale(given, scale) if scale.check() else None
    if opened == "names":
        targets = given.get("targets") or ()
        names = sent_names(sent, targets, languages)
        return set_part(given, "targets", names.targets(targets)) if names.check() else None
    return None


def _question(kind: str, languages: Sequence[str], codes: Sequence[str] = ()) -> QuestionForm:
    chosen = request.form.get("kind", kind)
    return sent_question(request.form, QuestionKind(chosen if chosen in set(QuestionKind) else kind), languages, codes)
