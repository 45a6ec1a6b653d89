"""The signed token of a questionnaire page: proves that the server issued the nonce for this survey, place and group.

No session, no cookie and no time stand behind it, so a page that stayed open for hours can still be submitted, and the
ballot's key says nothing about when it was made.
"""

import base64
import binascii
import hashlib
import hmac

NONCE_BYTES = 16
_SIGNATURE_BYTES = 16
_PURPOSE = b"manyi ballot token 1"


def issue(key: bytes, survey_id: int, place_id: int, group_id: int, nonce: bytes) -> str:
    """Return the token for a nonce of 16 random bytes: 43 URL-safe characters."""
    signature = _sign(key, survey_id, place_id, group_id, nonce)
    return base64.urlsafe_b64encode(nonce + signature).rstrip(b"=").decode()


def nonce_of(token: str, key: bytes, survey_id: int, place_id: int, group_id: int) -> bytes | None:
    """Return the nonce inside a token, or None where it was not issued for this survey, place and group."""
    try:
        nonce = base64.urlsafe_b64decode(token.encode("ascii") + b"=")[:NONCE_BYTES]
    except (binascii.Error, UnicodeEncodeError):
        return None
    # The whole token is compared: Base64 reads several spellings alike, and skips characters that it does not know.
    wanted = issue(key, survey_id, place_id, group_id, nonce)
    return nonce if hmac.compare_digest(token, wanted) else None


def _sign(key: bytes, survey_id: int, place_id: int, group_id: int, nonce: bytes) -> bytes:
    said = b"%s\0%d\0%d\0%d\0%s" % (_PURPOSE, survey_id, place_id, group_id, nonce)
    return hmac.digest(key, said, hashlib.sha256)[:_SIGNATURE_BYTES]
