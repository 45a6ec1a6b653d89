"""Error pages: what happened and the next step, in the request's language."""

from flask import Flask, Response, abort, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from survey_app.domain.messages import Message, Refused, message

_SENTENCES: dict[int, Message] = {
    400: message("The request could not be understood. Go back and try again."),
    403: message("You may not see this page."),
    404: message("There is nothing at this address."),
    405: message("This address does not take what was sent."),
    413: message("What was sent is too large."),
    429: message("Too many tries. Wait a minute and try again."),
    500: message("Something went wrong here. Nothing was half-done; try again in a moment."),
    503: message("The service is busy for a moment. Nothing was stored; try again in a few seconds."),
}


def sentence(status: int) -> Message:
    """Return what a status says."""
    return _SENTENCES.get(status, _SENTENCES[500])


def error_page(status: int, *messages: Message) -> Response:
    """Return the page for a status; without messages, with the status's own sentence."""
    said = messages or (sentence(status),)
    return make_response(render_template("error.html", status=status, messages=said), status)


def _http(error: HTTPException) -> Response | HTTPException:
    if error.response is not None or (error.code or 500) < 400:
        return error  # A redirect, or an answer that is already made.
    page = error_page(error.code or 500)
    for name, value in error.get_headers():
        if name not in ("Content-Type", "Content-Length"):
            page.headers[name] = value
    return page


def _refused(error: Refused) -> Response:
    return error_page(409, *error.messages)


def _database_away(error: OperationalError) -> Response:
    page = error_page(503)
    page.headers["Retry-After"] = "5"
    return page


def _refuse_nul() -> None:
    """Refuse an address with a NUL in it: nothing of ours has one, and PostgreSQL takes none in any text."""
    values = [request.path, *(request.view_args or {}).values(), *(each for _, each in request.args.items(multi=True))]
    if any("\0" in str(value) for value in values):
        abort(404)


def set_up(app: Flask) -> None:
    """Register the error pages."""
    app.before_request(_refuse_nul)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(OperationalError, _database_away)
