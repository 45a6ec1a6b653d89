"""A device opened by a worker: one questionnaire after another at one place, each ballot marked with its channel.

No code stands in the address and no draft is kept: the next person would see it.
"""

from flask import Response, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from survey_app.domain.ballot import Channel
from survey_app.domain.calls import Disposition
from survey_app.domain.doors import Standing
from survey_app.services.calls import calls_of, count_call
from survey_app.web.parts import parts
from survey_app.web.public.answering import show, take
from survey_app.web.public.blueprint import public
from survey_app.web.public.notices import standing_page, ticket_over_page
from survey_app.web.public.page import survey_context, unit_path
from survey_app.web.public.prepared import door_of
from survey_app.web.public.visit import Kind, Visit
from survey_app.web.tickets import Use, read_ticket


@public.get("/by-hand/<ticket>")
def by_hand(ticket: str) -> Response:
    """Show the device's first page, to which it comes back after each ballot."""
    visit = _visit(ticket)
    if visit is None:
        return ticket_over_page()
    stands = visit.stands(submitting=False)
    if stands is not Standing.READY:
        return standing_page(visit.door, stands)
    door = visit.door
    calls = None
    if door.channel is Channel.TELEPHONE:
        with parts().database.reading() as session:
            calls = calls_of(session, door.survey_id, door.place_id)
    return make_response(
        render_template(
            "public/by_hand.html",
            visit=visit,
            door=door,
            calls=calls,
            received="received" in request.args,
            unit_path=unit_path(door),
            **survey_context(door),
        )
    )


@public.get("/by-hand/<ticket>/form")
def by_hand_form(ticket: str) -> Response:
    """Show the questionnaire to the next person."""
    visit = _visit(ticket)
    return ticket_over_page() if visit is None else show(visit)


@public.post("/by-hand/<ticket>/form")
def submit_by_hand(ticket: str) -> AnyResponse:
    """Store the answers, and go back to the first page."""
    visit = _visit(ticket)
    return ticket_over_page() if visit is None else take(visit)


@public.post("/by-hand/<ticket>/call")
def call_ended(ticket: str) -> AnyResponse:
    """Count a telephone call that ended without an interview."""
    visit = _visit(ticket)
    if visit is None:
        return ticket_over_page()
    ended = request.form.get("disposition", "")
    if visit.door.channel is not Channel.TELEPHONE or ended not in set(Disposition):
        abort(400)
    stands = visit.stands(submitting=True)
    if stands is not Standing.READY:
        return standing_page(visit.door, stands)
    with parts().database.writing() as session:
        count_call(session, visit.door.survey_id, visit.door.place_id, Disposition(ended))
    return redirect(url_for("public.by_hand", ticket=ticket), 303)


def _visit(text: str) -> Visit | None:
    ticket = read_ticket(text, Use.ASSISTED, Use.TELEPHONE)
    door = door_of(ticket) if ticket else None
    return Visit(door, Kind.BY_HAND, text) if door else None
