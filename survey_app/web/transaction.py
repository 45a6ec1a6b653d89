"""One transaction a request: opened when a view first asks for the session, committed here and nowhere else.

GET and HEAD read. Any other method writes, and is committed when its answer is no error; an error of any kind, a form
shown again among them, rolls back.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
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
        g.stack = ExitStack()
        g.session = g.stack.enter_context(database.reading() if _reads() else database.writing())
    found: Session = g.session
    return found


@contextmanager
def looking() -> Iterator[Session]:
    """Give a session to look who asks and for what: the request's own, where it reads.

    What is posted would wait there for its turn to write: it has a short one of its own, which those inside share.
    """
    if _reads():
        yield session()
    elif "looking" in g:
        yield g.looking
    else:
        with parts().database.reading() as found:
            g.looking = found
            try:
                yield found
            finally:
                g.pop("looking")


def leave() -> None:
    """End the session of a request that reads, which gets another where it asks again.

    It comes before a second connection is wanted: who held one and waited for another could wait for ever.
    """
    if _reads():
        _clean_up(None)
        g.pop("session", None)


def _reads() -> bool:
    return request.method in ("GET", "HEAD", "OPTIONS")


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
