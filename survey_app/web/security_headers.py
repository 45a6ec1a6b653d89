"""The security headers of every answer.

Nothing is loaded from elsewhere, nothing inline runs. A page with inline style or script puts the hash of each into
`g.csp`, by directive, so that its rendered text can be cached.
"""

import base64
import hashlib

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


def csp_hash(text: str) -> str:
    """Return the policy's source expression for an inline style or script of exactly this text."""
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _add(response: Response) -> Response:
    policy = _POLICY | g.get("csp", {})
    headers = response.headers
    headers.setdefault("Content-Security-Policy", "; ".join(f"{name} {value}" for name, value in policy.items()))
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"  # An entry code stands in the address.
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    headers["X-Frame-Options"] = "DENY"
    if parts().config.is_https:
        headers["Strict-Transport-Security"] = "max-age=31536000"
    if "Cache-Control" not in headers:
        headers["Cache-Control"] = "no-store"
    return response


def set_up(app: Flask) -> None:
    """Put the headers on every answer."""
    app.after_request(_add)
