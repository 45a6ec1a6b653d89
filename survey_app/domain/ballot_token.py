"""The signed token of a questionnaire page: proves that the server issued the nonce for this place, group and channel.

No session, no cookie and no time stand behind it, so a page that stayed open for hours can still be submitted, and the
ballot's key says nothing about when it was made.
"""

import base64
import binascii
import hashlib
import hmac
from typing import NamedTuple

NONCE_BYTES = 16
_SIGNATURE_BYTES = 16
_PURPOSE = b"manyi ballot token 2"


class TokenScope(NamedTuple):
    """What a token is good for; `purpose` is the channel of its ballots, or "preview"."""

    survey_id: int
    place_id: int
    group_id: int
    purpose: str


def issue(key: bytes, scope: TokenScope, nonce: bytes) -> str:
    """Return the token for a nonce of 16 random bytes: 43 URL-safe characters."""
    signature = _sign(key, scope, nonce)
    return base64.urlsafe_b64encode(nonce + signature).rstrip(b"=").decode()


def nonce_of(token: str, key: bytes, scope: TokenScope) -> bytes | None:
    """Return the nonce inside a token, or None where it was not issued for this scope."""
    try:
        nonce = base64.urlsafe_b64decode(token.encode("ascii") + b"=")[:NONCE_BYTES]
    except (binascii.Error, UnicodeEncodeError):
        return None
    # The whole token is compared: Base64 reads several spellings alike, and skips characters that it does not know.
    wanted = issue(key, scope, nonce)
    return nonce if hmac.compare_digest(token, wanted) else None


def _sign(key: bytes, scope: TokenScope, nonce: bytes) -> bytes:
    said = b"%s\0%d\0%d\0%d\0%s\0%s" % (
        _PURPOSE,
        scope.survey_id,
        scope.place_id,
        scope.group_id,
        scope.purpose.encode(),
        nonce,
    )
    return hmac.digest(key, said, hashlib.sha256)[:_SIGNATURE_BYTES]
