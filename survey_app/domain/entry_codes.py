"""Entry codes: eight digits, of which the last checks the others, so that a mistyped code is told from an unknown one.

The check digit is Damm's (H. Michael Damm, Total anti-symmetrische Quasigruppen, 2004): it finds every wrong digit and
every swap of neighbours. The code never begins with 0, which spreadsheets drop.
"""

import unicodedata
from collections.abc import Callable

LENGTH = 8

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
    """Return whether the code has the right length and its check digit fits."""
    return (
        len(code) == LENGTH
        and code.isascii()
        and code.isdigit()
        and code[0] != "0"
        and check_digit(code[:-1]) == code[-1]
    )


def make_entry_code(below: Callable[[int], int]) -> str:
    """Make a code from a source of random numbers: `below(n)` gives one of 0..n-1 (`secrets.randbelow`)."""
    digits = str(10 ** (LENGTH - 2) + below(9 * 10 ** (LENGTH - 2)))
    return digits + check_digit(digits)


def normalise(typed: str) -> str:
    """Return a code as typed by hand without spaces and hyphens, full-width digits made plain."""
    return "".join(mark for mark in unicodedata.normalize("NFKC", typed) if mark not in " -\t\u3000")


def grouped(code: str) -> str:
    """Return the code as it is printed: in two groups of four digits."""
    return f"{code[:4]} {code[4:]}"
