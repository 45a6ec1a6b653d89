"""One step of editing: read what was sent, change the document, save it, lead back to where the reader was."""

from collections.abc import Callable

from flask import flash, redirect, request, url_for
from werkzeug.wrappers import Response

from survey_app.domain.messages import Refused
from survey_app.domain.plan_document import Given
from survey_app.domain.plan_editing import Edited
from survey_app.models import SurveyPlan
from survey_app.services.plans.saving import check_version, save_plan
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.plans.plan_page import named, questionnaire_page
from survey_app.web.transaction import session

#: From one document to the next.
Step = Callable[[Given], Edited]

#: What a view answers.
Answer = Response | tuple[str, int]


def edit(plan: SurveyPlan, step: Step, opened: str, form: object, anchor: Callable[[Edited], str]) -> Answer:
    """Take one step and save it; where it is refused, show the page with what was typed."""
    given: Given = plan.given
    try:
        version = sent_version()
        check_version(plan, version)
        edited = step(given)
        given = edited.given
        save_plan(session(), plan, given, version, visitor_name())
    except Refused as refusal:
        return questionnaire_page(plan, opened, form, [named(given, each) for each in refusal.messages]), 422
    for said in edited.said:
        flash(say(said))
    return back_to(plan, anchor(edited), edited.code)


def back_to(plan: SurveyPlan, anchor: str, shown: str = "", opened: str = "") -> Response:
    """Lead to the questionnaire, with the focus on what has this id and the preview at this question."""
    address = url_for(
        "organiser.plan_questionnaire",
        plan_id=plan.id,
        open=opened or None,
        shown=shown or None,
        also=request.args.get("also"),
        grouped=request.args.get("grouped"),
        _anchor=anchor,
    )
    return redirect(address, 303)


def sent_version() -> int:
    """Return the version of the plan that a form was made from."""
    sent = request.form.get("version", "")
    return int(sent) if sent.isdecimal() and len(sent) < 10 else 0
