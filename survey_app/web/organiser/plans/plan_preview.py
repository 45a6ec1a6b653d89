"""Look at a plan's questionnaire as residents will: the real page, under a ticket, storing nothing."""

from flask import redirect, url_for
from werkzeug.wrappers import Response

from survey_app.domain.powers import Power
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.plans.plan_page import plan_or_404
from survey_app.web.tickets import PlanTicket, write_plan_ticket


@organiser.get("/plans/<int:plan_id>/preview")
@policy(Power.PLAN)
def plan_preview(plan_id: int) -> Response:
    """Lead to the residents' page with all questions, whatever kind of place they are for."""
    plan = plan_or_404(plan_id)
    ticket = write_plan_ticket(PlanTicket(plan.id, tuple(plan.given.get("scopes") or ()), 0))
    return redirect(url_for("public.preview", ticket=ticket), 303)
