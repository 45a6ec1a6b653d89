"""The questionnaire as residents will see it, before it opens and after: everything works, nothing is stored."""

from flask import Response, g, make_response, render_template
from werkzeug.wrappers import Response as AnyResponse

from survey_app.web.public.answering import show, take
from survey_app.web.public.blueprint import public
from survey_app.web.public.notices import ticket_over_page
from survey_app.web.public.page import survey_context, unit_path
from survey_app.web.public.prepared import door_of, door_of_plan
from survey_app.web.public.visit import Kind, Visit
from survey_app.web.tickets import Use, read_plan_ticket, read_ticket


@public.get("/preview/<ticket>")
def preview(ticket: str) -> Response:
    """Show the questionnaire."""
    visit = _visit(ticket)
    return ticket_over_page() if visit is None else show(visit)


@public.post("/preview/<ticket>")
def submit_preview(ticket: str) -> AnyResponse:
    """Check the answers as if they were to be stored."""
    visit = _visit(ticket)
    return ticket_over_page() if visit is None else take(visit)


@public.get("/preview/<ticket>/thanks")
def preview_thanks(ticket: str) -> Response:
    """Say that the answers would have been stored."""
    visit = _visit(ticket)
    if visit is None:
        return ticket_over_page()
    door = visit.door
    return make_response(
        render_template(
            "public/preview_thanks.html", visit=visit, door=door, unit_path=unit_path(door), **survey_context(door)
        )
    )


def _visit(text: str) -> Visit | None:
    plan = read_plan_ticket(text)
    if plan is not None:
        g.csp = {**g.get("csp", {}), "frame-ancestors": "'self'"}  # It stands beside the questions that are edited.
        door = door_of_plan(plan)
        return Visit(door, Kind.PREVIEW, text) if door else None
    ticket = read_ticket(text, Use.PREVIEW)
    door = door_of(ticket) if ticket else None
    return Visit(door, Kind.PREVIEW, text) if door else None
