"""The questionnaire behind an entry code: shown, submitted, thanked for.

No cookie, no session, no script: the page carries a signed token, and the same token is stored once.
"""

from flask import Response, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response as AnyResponse

from forms.answer_form import DEALT_WITH, STEP, TOKEN, AnswerForm, could_have_sent
from survey_app.domain.asked_targets import ask_of_ballot
from survey_app.domain.ballot import MarkedBallot
from survey_app.domain.ballot_token import nonce_of
from survey_app.domain.doors import Standing
from survey_app.domain.messages import message
from survey_app.domain.receipt import is_receipt, receipt_of
from survey_app.services.ballot_store import Submission
from survey_app.services.verdicts import Outcome, Verdict
from survey_app.web.languages import settle_language
from survey_app.web.parts import parts
from survey_app.web.public.blueprint import public
from survey_app.web.public.in_vain import count_in_vain, unknown_code
from survey_app.web.public.notices import conflict_page, not_from_here_page, standing_page
from survey_app.web.public.page import CONTACT_STEP, fresh_page, same_page, survey_context, unit_path
from survey_app.web.public.prepared import door_behind, prepared
from survey_app.web.public.visit import Kind, Visit

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
    return unknown_code(code) if door is None else show(Visit(door))


@public.post("/s/<code>")
def submit(code: str) -> AnyResponse:
    """Check the answers and store them exactly once; 303 to the thanks page only after they are on disk."""
    door = door_behind(code)
    return unknown_code(code) if door is None else take(Visit(door))


def show(visit: Visit) -> Response:
    """Return the questionnaire of a visit, its first step, or why there is none now."""
    stands = visit.stands(submitting=False)
    if stands is Standing.READY:
        return fresh_page(visit)
    if visit.kind is Kind.OWN:
        count_in_vain(visit.door.code, stands)
    return standing_page(visit.door, stands)


def take(visit: Visit) -> AnyResponse:
    """Take what a visit's page sent: a step, something to mend, or a ballot to store."""
    found = prepared(visit.door)
    settle_language(found.languages)
    token = request.form.get(TOKEN, "")
    nonce = nonce_of(token, parts().config.secret_key, visit.scope)
    dealt_with = " ".join(request.form.getlist(DEALT_WITH)).split()
    if nonce is None or _from_elsewhere() or not {each.code for each in found.sheet.targets}.issuperset(dealt_with):
        return not_from_here_page(visit)
    if not found.asks_contact and not {DEALT_WITH, STEP}.isdisjoint(request.form):
        return not_from_here_page(visit)
    sheet = ask_of_ballot(found.sheet, nonce, found.frame.definition.slots_per_ballot, dealt_with)
    if found.asks_contact and request.form.get(STEP) == CONTACT_STEP:
        return _if_open(visit, same_page(visit, found.form(None, sheet), token, dealt_with), 200)
    if not could_have_sent(sheet, request.form) or (found.asks_contact and DEALT_WITH not in request.form):
        return not_from_here_page(visit)
    form = found.form(request.form, sheet)
    ballot = form.read()
    if ballot is None:
        return _if_open(visit, same_page(visit, form, token, dealt_with), 422 if form.errors else 200)
    if visit.kind is Kind.PREVIEW:
        return redirect(visit.address_after(""), 303)
    try:
        verdict = _store(visit, form, nonce, ballot)
    except (SQLAlchemyError, TimeoutError):
        page = same_page(visit, form, token, dealt_with, _NOT_STORED)
        return make_response(page, 503, {"Retry-After": str(_RETRY_AFTER)})
    return _answer(visit, nonce, verdict)


def _from_elsewhere() -> bool:
    """Return whether another site sent the form: it could have put a token of its own into a resident's hands."""
    return request.headers.get("Sec-Fetch-Site") == "cross-site"


def _if_open(visit: Visit, page: str, status: int) -> Response:
    """Return a page that asks for more answers, unless none are taken any more."""
    stands = visit.stands(submitting=True)
    return make_response(page, status) if stands is Standing.READY else standing_page(visit.door, stands)


def _store(visit: Visit, form: AnswerForm, nonce: bytes, ballot: MarkedBallot) -> Verdict:
    door = visit.door
    return parts().store.submit(
        Submission(
            door.code,
            door.survey_id,
            door.place_id,
            door.group_id,
            door.channel,
            nonce,
            ballot,
            tally_width=form.sheet.questionnaire.most_options + 2,
        )
    )


def _answer(visit: Visit, nonce: bytes, verdict: Verdict) -> AnyResponse:
    receipt = receipt_of(nonce, visit.door.survey_id, parts().config.secret_key)
    match verdict.outcome:
        case Outcome.STORED | Outcome.REPEATED:
            return redirect(visit.address_after(receipt), 303)
        case Outcome.CONFLICTING:
            return conflict_page(visit, receipt)
        case Outcome.REFUSED:
            return standing_page(visit.door, verdict.standing)


@public.get("/s/<code>/thanks")
def thanks(code: str) -> AnyResponse:
    """Say thanks. It can be loaded again, and says nothing about who answered what.

    Without a receipt that was given out here nobody has answered, and there is nothing to thank for.
    """
    door = door_behind(code)
    if door is None:
        return unknown_code(code)
    receipt = request.args.get("r", "")
    if not is_receipt(receipt, door.survey_id, parts().config.secret_key):
        return redirect(url_for("public.questionnaire", code=door.code), 303)
    return make_response(
        render_template(
            "public/thanks.html",
            door=door,
            receipt=receipt,
            unit_path=unit_path(door),
            results_url=url_for("results.index"),
            **survey_context(door),
        )
    )
