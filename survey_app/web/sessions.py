"""Sessions, for the console only: residents and readers carry no cookie, and what they get may be cached for all."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class ConsoleSessions(SecureCookieSessionInterface):
    """Signed cookies under /console; elsewhere an empty session that nothing can be written to."""

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """Read the session of a request to the console."""
        if f"{request.path}/".startswith("/console/"):
            return super().open_session(app, request)
        return self.make_null_session(app)


def set_up(app: Flask) -> None:
    """Give the application its sessions."""
    app.session_interface = ConsoleSessions()
