"""One-time codes (TOTP) of accounts: switched on with a first code, asked for at logins and acts of weight.

The secret is stored sealed, so that the database alone makes no codes. No code counts twice.
"""

import hashlib
import hmac
import secrets
import time

import pyotp
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused, message
from survey_app.models import Account
from survey_app.models.database import secret_key_of
from survey_app.services.audit_trail import audit

#: Who an authenticator says the code is for.
ISSUER = "Manyi 满意"

#: Steps of 30 seconds by which a phone's clock may be wrong.
_DRIFT = 1

_NONCE_BYTES, _TAG_BYTES = 16, 16


def new_secret() -> str:
    """Return a secret for an authenticator, in base32."""
    return pyotp.random_base32()


def address_of(secret: str, name: str) -> str:
    """Return the address that an authenticator reads from a QR code."""
    return pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def switch_on(session: Session, account: Account, secret: str, code: str) -> None:
    """Ask the account for codes from now on; Refused where the first one is wrong."""
    step = _step(secret, code)
    if step is None:
        raise Refused(message("This code is wrong. Look whether the phone's clock is right, and write the next one."))
    account.totp_secret, account.totp_step = _sealed(secret_key_of(session), account.id, secret), step
    audit(session, account.name, "account.codes_on", account.name)


def switch_off(session: Session, account: Account, by: str) -> None:
    """Ask the account for no more codes."""
    if account.totp_secret is not None:
        account.totp_secret = account.totp_step = None
        audit(session, by, "account.codes_off", account.name)


def use_code(session: Session, account_id: int, code: str) -> bool:
    """Return whether this is a code of the account that was not used yet, and use it; without codes nothing is."""
    account = session.get(Account, account_id)
    if account is None or account.totp_secret is None:
        return False
    secret = _opened(secret_key_of(session), account.id, account.totp_secret)
    step = None if secret is None else _step(secret, code)
    if step is None:
        return False
    unused = or_(Account.totp_step.is_(None), Account.totp_step < step)
    used = update(Account).where(Account.id == account_id, unused).values(totp_step=step).returning(Account.id)
    return session.scalar(used) is not None


def _step(secret: str, code: str) -> int | None:
    """Return the step of time whose code this is, among those that a clock may show now."""
    typed = "".join(code.split())
    if not typed.isascii():
        return None
    totp = pyotp.TOTP(secret)
    now = int(time.time()) // totp.interval
    steps = range(now - _DRIFT, now + _DRIFT + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step), typed)), None)


def _sealed(key: bytes, account_id: int, secret: str) -> bytes:
    """Return the secret under a key of its own, of this account and a nonce, with a tag over all."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    hidden = _masked(key, account_id, nonce, secret.encode())
    return nonce + hidden + _tag(key, account_id, nonce + hidden)


def _opened(key: bytes, account_id: int, sealed: bytes) -> str | None:
    """Return the secret; None where it was sealed under another key or for another account."""
    body, tag = sealed[:-_TAG_BYTES], sealed[-_TAG_BYTES:]
    if not hmac.compare_digest(tag, _tag(key, account_id, body)):
        return None
    return _masked(key, account_id, body[:_NONCE_BYTES], body[_NONCE_BYTES:]).decode()


def _masked(key: bytes, account_id: int, nonce: bytes, text: bytes) -> bytes:
    stream = hmac.digest(key, b"manyi one-time codes 1\0%d\0" % account_id + nonce, hashlib.sha256)
    return bytes(a ^ b for a, b in zip(text, stream, strict=True))


def _tag(key: bytes, account_id: int, body: bytes) -> bytes:
    return hmac.digest(key, b"manyi one-time codes seal 1\0%d\0" % account_id + body, hashlib.sha256)[:_TAG_BYTES]
