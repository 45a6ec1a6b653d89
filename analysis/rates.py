"""Rates as they are printed: exact ratios of integers, rounded once, half up."""

from fractions import Fraction
from typing import Final

#: Printed in the head of every table. A change to any formula or rounding rule below or in
#: groups, intervals, ranges or suppression changes it.
FORMULA_VERSION: Final = "2.1"

#: Where nobody rated there is no rate; it is never 0 and never NaN.
NO_RATE: Final = "—"


def round_percent(numerator: int | Fraction, denominator: int | Fraction, places: int = 1) -> str:
    """Print a rate in percent, without the percent sign.

    Decimal, half up, from the exact ratio: no binary fraction is involved. A rate below 1 is never printed
    as 100 and a rate above 0 never as 0, since those two say "all" and "nobody".

    Args:
        numerator: successes, 0 to ``denominator``; a Fraction for weighted scores.
        denominator: the base.
        places: decimals, 0 or more.

    Returns:
        For example "97.1"; "—" where the base is 0.

    Raises:
        ValueError: a negative number, more successes than the base, or negative ``places``.

    """
    if numerator < 0 or denominator < 0 or numerator > denominator:
        raise ValueError(f"{numerator} of {denominator} is not a rate")
    if places < 0:
        raise ValueError(f"a rate cannot have {places} decimals")
    if denominator == 0:
        return NO_RATE
    part = int(numerator.numerator) * int(denominator.denominator)
    whole = int(denominator.numerator) * int(numerator.denominator)
    unit = 10**places
    everybody = 100 * unit
    digits = (2 * part * everybody + whole) // (2 * whole)
    if part < whole:
        digits = min(digits, everybody - 1)
    if part > 0:
        digits = max(digits, 1)
    if places == 0:
        return str(digits)
    return f"{digits // unit}.{digits % unit:0{places}d}"


def round_points(difference: Fraction, places: int = 1) -> str:
    """Print the difference of two rates in percentage points (百分点), with its sign.

    Decimal, half away from zero; 0 has no sign.

    Args:
        difference: of two proportions, between -1 and 1.
        places: decimals, 0 or more.

    Returns:
        For example "+1.2", "-0.4", "0.0".

    Raises:
        ValueError: ``places`` is negative.

    """
    if places < 0:
        raise ValueError(f"a difference cannot have {places} decimals")
    unit = 10**places
    part = abs(difference) * 100 * unit
    digits = (2 * part.numerator + part.denominator) // (2 * part.denominator)
    sign = "" if digits == 0 else "+" if difference > 0 else "-"
    return f"{sign}{digits // unit}.{digits % unit:0{places}d}" if places else f"{sign}{digits}"
