"""The questionnaire behind an entry code: shown, submitted, thanked for.

No cookie, no session, no script: the page carries a signed token, and the same token is stored once.
"""

from datetime import UTC, datetime

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from forms.answer_form import TOKEN
from survey_app.domain.ballot import MarkedBallot
from survey_app.domain.ballot_token import nonce_of
from survey_app.domain.doors import Door, Standing, standing, standing_of
from survey_app.domain.messages import message
from survey_app.services.ballot_store import Outcome, Submission, Verdict
from survey_app.web.parts import parts
from survey_app.web.public.blueprint import public
from survey_app.web.public.notices import conflict_page, not_from_here_page, standing_page, unknown_page
from survey_app.web.public.page import fresh_page, same_page, survey_context, unit_path
from survey_app.web.public.prepared import Prepared, door_behind, prepared

#: After this many seconds a browser may try to submit again.
_RETRY_AFTER = 5

_NOT_STORED = message(
    "The service is busy, and your answers are not confirmed yet. They are kept on this page: "
    "please press Submit again in a moment. They count only once."
)


@public.get("/s/<code>")
def questionnaire(code: str) -> Response:
    """Show the questionnaire, or why there is none now."""
    door = door_behind(code)
    if door is None:
        return unknown_page()
    stands = standing_of(door, datetime.now(UTC))
    return make_response(fresh_page(door)) if stands is Standing.READY else standing_page(door, stands)


@public.post("/s/<code>")
def submit(code: str) -> AnyResponse:
    """Check the answers and store them exactly once; 303 to the thanks page only after they are on disk."""
    door = door_behind(code)
    if door is None:
        return unknown_page()
    found = prepared(door)
    token = request.form.get(TOKEN, "")
    nonce = nonce_of(token, parts().config.secret_key, door.token_scope)
    if nonce is None or not found.form.could_have_sent(request.form):
        return not_from_here_page(door)
    form = found.form(request.form)
    ballot = form.read()
    if ballot is None:
        stands = _standing_now(door)
        return (
            make_response(same_page(door, form, token), 422)
            if stands is Standing.READY
            else standing_page(door, stands)
        )
    try:
        verdict = _store(door, found, nonce, ballot)
    except (SQLAlchemyError, TimeoutError):
        return make_response(same_page(door, form, token, _NOT_STORED), 503, {"Retry-After": str(_RETRY_AFTER)})
    return _answer(door, verdict)


def _standing_now(door: Door) -> Standing:
    """Return how the door stands for somebody who submits; the ballot's own transaction has the last word."""
    return standing(
        code=door.code_state,
        paused=door.place_paused,
        state=door.state,
        closes_at=door.closes_at,
        now=datetime.now(UTC),
        submitting=True,
    )


def _store(door: Door, found: Prepared, nonce: bytes, ballot: MarkedBallot) -> Verdict:
    _, width = found.frame.tally_shape
    return parts().store.submit(
        Submission(
            door.code, door.survey_id, door.place_id, door.group_id, door.channel, nonce, ballot, tally_width=width
        )
    )


def _answer(door: Door, verdict: Verdict) -> AnyResponse:
    match verdict.outcome:
        case Outcome.STORED | Outcome.REPEATED:
            return redirect(url_for("public.thanks", code=door.code), 303)
        case Outcome.CONFLICTING:
            return conflict_page(door)
        case Outcome.REFUSED:
            return standing_page(door, verdict.standing)


@public.get("/s/<code>/thanks")
def thanks(code: str) -> Response:
    """Say thanks. It can be loaded again, and says nothing about who answered what."""
    door = door_behind(code)
    if door is None:
        return unknown_page()
    return make_response(
        render_template(
            "public/thanks.html",
            door=door,
            unit_path=unit_path(door),
            results_url=url_for("results.index"),
            **survey_context(door),
        )
    )
