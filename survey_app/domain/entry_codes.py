"""Entry codes: digits of which the last checks the others, so that a mistyped code is told from an unknown one.

A poster's code has eight digits, a slip's sixteen. The check digit is Damm's (H. Michael Damm, Total
anti-symmetrische Quasigruppen, 2004): it finds every wrong digit and every swap of neighbours. A code never begins
with 0, which spreadsheets drop.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Callable

POSTER_LENGTH = 8
SLIP_LENGTH = 16

#: What the test page of a print job holds: as many digits as the codes printed after it, and no code, since it
#: begins with 0.
TEST_CODES = ("0" * POSTER_LENGTH, "0" * SLIP_LENGTH)

#: A QR code of a longer address is drawn finer than the printed sizes were chosen for.
LONGEST_ADDRESS = 42

_DAMM = (
    "0317598642",
    "7092154863",
    "4206871359",
    "1750983426",
    "6123045978",
    "3674209581",
    "5869720134",
    "8945362017",
    "9438617205",
    "2581436790",
)


def check_digit(digits: str) -> str:
    """Return Damm's check digit of a string of decimal digits."""
    interim = 0
    for digit in digits:
        interim = int(_DAMM[interim][int(digit)])
    return str(interim)


def is_entry_code(code: str) -> bool:
    """Return whether the code can be a poster's or a slip's: right length, and the check digit fits."""
    return (
        len(code) in (POSTER_LENGTH, SLIP_LENGTH)
        and code.isascii()
        and code.isdigit()
        and code[0] != "0"
        and check_digit(code[:-1]) == code[-1]
    )


def is_slip_code(code: str) -> bool:
    """Return whether an entry code is a slip's, by its length."""
    return len(code) == SLIP_LENGTH


def make_entry_code(below: Callable[[int], int]) -> str:
    """Make a poster's code from a source of random numbers: `below(n)` gives one of 0..n-1 (`secrets.randbelow`)."""
    return _make(POSTER_LENGTH, below)


def make_slip_code(below: Callable[[int], int]) -> str:
    """Make a slip's code, as `make_entry_code` does: 49.6 bits nobody can guess, so that it needs no other lock."""
    return _make(SLIP_LENGTH, below)


def _make(length: int, below: Callable[[int], int]) -> str:
    digits = str(10 ** (length - 2) + below(9 * 10 ** (length - 2)))
    return digits + check_digit(digits)


def slip_mark(code: str, key: bytes) -> bytes:
    """Return what is stored of a slip's code: 16 bytes of HMAC-SHA256 under the installation's secret key."""
    return hmac.digest(key, b"manyi slip 1\0" + code.encode(), hashlib.sha256)[:16]


def normalise(typed: str) -> str:
    """Return a code as typed by hand without spaces and hyphens, full-width digits made plain."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", typed) if mark not in " -\t\u3000")


def grouped(code: str) -> str:
    """Return the code as it is printed: in groups of four digits."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
