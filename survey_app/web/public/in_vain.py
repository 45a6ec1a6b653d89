"""What becomes of scans that lead to no questionnaire: counted for organisers, and slowed where codes are guessed."""

from flask import Response, current_app, request
from flask.blueprints import BlueprintSetupState
from limits import parse

from forms.entry_code_form import EntryCodeForm
from survey_app.domain.entry_codes import is_entry_code, normalise
from survey_app.domain.messages import message
from survey_app.services.codes.hits import UNKNOWN, HitCounter
from survey_app.web import rate_limits
from survey_app.web.public.blueprint import public
from survey_app.web.public.notices import Notice, notice_page, unknown_page

#: Unknown codes from one network address. Known ones are never limited: a village may share one address.
UNKNOWN_CODES = parse("30 per minute")

_EXTENSION = "manyi.in_vain"


@public.record
def _make(state: BlueprintSetupState) -> None:
    state.app.extensions[_EXTENSION] = HitCounter(state.app.extensions["manyi"].database)


def counter() -> HitCounter:
    """Return the counter of the application that serves this request."""
    found: HitCounter = current_app.extensions[_EXTENSION]
    return found


def count_in_vain(code: str, reason: str) -> None:
    """Count a scan of a code that led nowhere: a Standing, or UNKNOWN. A chat's preview by HEAD is no scan."""
    if request.method != "HEAD" and code:
        counter().count(code, reason)


def unknown_code(code: str, form: EntryCodeForm | None = None) -> Response:
    """Return the page for a code that never was, counted where it could have been one; 429 for too many of them."""
    limit = UNKNOWN_CODES, "unknown code", request.remote_addr or ""
    seconds = rate_limits.seconds_to_wait(limit)
    if seconds:
        return _too_many(seconds)
    rate_limits.count(limit)
    code = normalise(code)
    if is_entry_code(code):
        count_in_vain(code, UNKNOWN)
    return unknown_page(form)


def _too_many(seconds: int) -> Response:
    return notice_page(
        Notice(
            429,
            message("Too many unknown codes"),
            [
                message("From here many codes were tried that are not known. Please wait a minute."),
                message("Scanning the QR code of a poster or slip still works."),
            ],
            headers={"Retry-After": str(seconds)},
        ),
        None,
    )
