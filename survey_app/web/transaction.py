"""One transaction a request: opened when a view first asks for the session, committed here and nowhere else.

GET and HEAD read. Any other method writes, and is committed when its answer is no error; an error of any kind, a form
shown again among them, rolls back.
"""

from contextlib import ExitStack
from types import TracebackType

from flask import Flask, Response, g, request
from sqlalchemy.orm import Session

from survey_app.web.parts import parts


class _NotToBeKept(Exception):  # noqa: N818 - it tells the transaction to roll back, and never leaves this file.
    pass


def session() -> Session:
    """Return the request's session."""
    if "session" not in g:
        database = parts().database
        reads = request.method in ("GET", "HEAD", "OPTIONS")
        g.stack = ExitStack()
        g.session = g.stack.enter_context(database.reading() if reads else database.writing())
    found: Session = g.session
    return found


def _finish(response: Response) -> Response:
    stack: ExitStack | None = g.pop("stack", None)
    g.pop("session", None)
    if stack is not None:
        if response.status_code < 400:
            stack.close()
        else:
            stack.__exit__(_NotToBeKept, _NotToBeKept(), None)
    return response


def _clean_up(error: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("stack", None)
    if stack is not None:
        trace: TracebackType | None = error.__traceback__ if error else None
        stack.__exit__(type(error or _NotToBeKept()), error or _NotToBeKept(), trace)


def set_up(app: Flask) -> None:
    """End every request's transaction."""
    app.after_request(_finish)
    app.teardown_request(_clean_up)
