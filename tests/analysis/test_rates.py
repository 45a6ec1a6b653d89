from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rates import round_percent, round_points


@pytest.mark.parametrize(
    ("numerator", "denominator", "printed"),
    [
        (34, 35, "97.1"),
        (71178, 77067, "92.4"),
        (1, 8, "12.5"),
        (1, 16, "6.3"),  # 6.25: half up, where Python's round gives 6.2.
        (3, 16, "18.8"),
        (1, 2000, "0.1"),  # 0.05 exactly.
        (1, 1_000_000, "0.1"),
        (999_999, 1_000_000, "99.9"),
        (1999, 2000, "99.9"),  # 99.95 exactly.
        (0, 7, "0.0"),
        (7, 7, "100.0"),
        (0, 0, "—"),
        (Fraction(2, 3), 1, "66.7"),
        (Fraction(1, 3), Fraction(1, 2), "66.7"),
        (np.int64(34), np.int64(35), "97.1"),
    ],
)
def test_a_rate_is_rounded_half_up_from_the_exact_ratio(numerator, denominator, printed):
    assert round_percent(numerator, denominator) == printed


@pytest.mark.parametrize(("places", "printed"), [(0, "67"), (2, "66.67"), (3, "66.667")])
def test_decimals_can_be_chosen(places, printed):
    assert round_percent(2, 3, places) == printed


@pytest.mark.parametrize(("numerator", "printed"), [(1, "1"), (999, "99"), (0, "0"), (1000, "100")])
def test_without_decimals_nobody_and_everybody_keep_their_meaning(numerator, printed):
    assert round_percent(numerator, 1000, 0) == printed


@pytest.mark.parametrize(("numerator", "denominator", "places"), [(-1, 2, 1), (3, 2, 1), (1, -2, 1), (1, 2, -1)])
def test_what_is_no_rate_is_refused(numerator, denominator, places):
    with pytest.raises(ValueError, match=r"is not a rate|cannot have"):
        round_percent(numerator, denominator, places)


@given(st.integers(1, 10**9).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.integers(0, 3))
def test_printed_rates_agree_with_decimal_arithmetic(pair, places):
    x, n = pair
    unit = Decimal(1).scaleb(-places)
    exact = Fraction(100 * x, n)
    # Enough digits that a tie is a tie.
    plain = (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(unit, ROUND_HALF_UP)
    if x > 0 and plain == 0:
        plain = unit
    if x < n and plain == 100:
        plain = 100 - unit
    assert Decimal(round_percent(x, n, places)) == plain


@pytest.mark.parametrize(
    ("difference", "printed"),
    [
        (Fraction(12, 1000), "+1.2"),
        (Fraction(-4, 1000), "-0.4"),
        (Fraction(0), "0.0"),
        (Fraction(1, 16) - Fraction(1, 8), "-6.3"),
        (Fraction(5, 10000), "+0.1"),
        (Fraction(-49, 100000), "0.0"),
        (Fraction(1), "+100.0"),
    ],
)
def test_a_difference_is_printed_in_points_with_its_sign(difference, printed):
    assert round_points(difference) == printed


def test_points_without_decimals_and_impossible_ones():
    assert round_points(Fraction(1, 40), 0) == "+3"
    with pytest.raises(ValueError, match="-1 decimals"):
        round_points(Fraction(1), -1)
