"""The security headers of every answer.

Nothing is loaded from elsewhere, nothing inline runs. A page with inline style or script puts the hash of each into
`g.csp`, by directive, so that its rendered text can be cached.
"""

import base64
import hashlib
from functools import lru_cache

from flask import Flask, Response, g

from survey_app.web.parts import parts

_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # An entry code stands in the address.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def csp_hash(text: str) -> str:
    """Return the policy's source expression for an inline style or script of exactly this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _add(response: Response) -> Response:
    headers = response.headers
    if "Content-Security-Policy" not in headers:
        headers.add("Content-Security-Policy", _policy(tuple(g.get("csp", {}).items())))
    for name, value in _FIXED.items():
        headers.add(name, value)
    headers.add("X-Frame-Options", "SAMEORIGIN" if "frame-ancestors" in g.get("csp", {}) else "DENY")
    if parts().config.is_https:
        headers.add("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in headers:
        headers.add("Cache-Control", "no-store")
    return response


@lru_cache(maxsize=64)
def _policy(allowed: tuple[tuple[str, str], ...]) -> str:
    return "; ".join(f"{name} {value}" for name, value in (_POLICY | dict(allowed)).items())


def set_up(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_add)
