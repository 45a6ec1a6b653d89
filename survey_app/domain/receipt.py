"""The receipt (回执): a short code that says a ballot was received, and nothing of which, where, when or what.

It is made from the ballot's nonce under the installation's key, so the same ballot has the same receipt, and the server
knows its own receipts without keeping them.
"""

import hashlib
import hmac

#: Crockford's base 32: no letters that look like digits.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_HALF = 6


def receipt_of(nonce: bytes, survey_id: int, key: bytes) -> str:
    """Return the receipt of a ballot: twelve letters and digits in three groups."""
    body = _letters(hmac.digest(key, b"manyi receipt 1" + nonce, hashlib.sha256))
    return _grouped(body + _check(body, survey_id, key))


def is_receipt(text: str, survey_id: int, key: bytes) -> bool:
    """Return whether this server gave out such a receipt in this survey."""
    body = text.replace("-", "")[:_HALF]
    wanted = _grouped(body + _check(body, survey_id, key))
    return hmac.compare_digest(wanted.encode(), text.encode())


def _check(body: str, survey_id: int, key: bytes) -> str:
    return _letters(hmac.digest(key, b"manyi receipt check 1\0%d\0%s" % (survey_id, body.encode()), hashlib.sha256))


def _letters(digest: bytes) -> str:
    number = int.from_bytes(digest[:8], "big")
    return "".join(_LETTERS[number >> (5 * place) & 31] for place in range(_HALF))


def _grouped(letters: str) -> str:
    return "-".join(letters[start : start + 4] for start in range(0, len(letters), 4))
