import random
import secrets

import pytest

from survey_app.domain.entry_codes import (
    POSTER_LENGTH,
    SLIP_LENGTH,
    TEST_CODES,
    check_digit,
    grouped,
    is_entry_code,
    is_slip_code,
    make_entry_code,
    make_slip_code,
    normalise,
    slip_mark,
)

POSTERS = [make_entry_code(random.Random(seed).randrange) for seed in range(200)]
SLIPS = [make_slip_code(random.Random(seed).randrange) for seed in range(200)]
SAMPLES = POSTERS + SLIPS
WIDE = "１２３４５６７４"  # noqa: RUF001 - what some keyboards type.


def test_the_check_digit_is_damms():
    assert check_digit("572") == "4"  # The example of https://en.wikipedia.org/wiki/Damm_algorithm
    assert check_digit("5724") == "0"


@pytest.mark.parametrize(
    ("length", "code"), [*((8, code) for code in POSTERS[:20]), *((16, code) for code in SLIPS[:20])]
)
def test_a_made_code_is_a_code_and_never_begins_with_0(length, code):
    assert is_entry_code(code)
    assert len(code) == length
    assert is_slip_code(code) is (length == SLIP_LENGTH != POSTER_LENGTH)
    assert code[0] != "0"


@pytest.mark.parametrize("code", TEST_CODES)
def test_the_code_of_a_test_page_is_none(code):
    assert not is_entry_code(code)


def test_what_is_stored_of_a_slip_depends_on_the_code_and_on_the_key():
    marks = {slip_mark(code, key) for code in SLIPS[:50] for key in (b"one", b"two")}
    assert len(marks) == 100
    assert {len(mark) for mark in marks} == {16}


def test_the_smallest_and_the_largest_random_number_make_codes():
    assert make_entry_code(lambda below: 0)[:-1] == "1000000"
    assert make_entry_code(lambda below: below - 1)[:-1] == "9999999"
    assert is_entry_code(make_entry_code(secrets.randbelow))


def test_every_wrong_digit_is_found():
    for code in SAMPLES:
        for place in range(len(code)):
            for digit in "0123456789":
                if digit != code[place]:
                    assert not is_entry_code(code[:place] + digit + code[place + 1 :])


def test_every_swap_of_neighbours_is_found():
    for code in SAMPLES:
        for place in range(len(code) - 1):
            if code[place] != code[place + 1]:
                swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
                assert not is_entry_code(swapped)


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "0" + SAMPLES[0][1:], "1234567a", WIDE, "²" * 8])
def test_what_has_another_shape_is_no_code(code):
    assert not is_entry_code(code)


def test_a_code_beginning_with_0_is_none_though_its_check_digit_fits():
    assert not is_entry_code("0123456" + check_digit("0123456"))


@pytest.mark.parametrize(
    "typed",
    ["12345674", "1234 5674", " 1234-5674\t", WIDE, f"{WIDE[:4]}\u3000{WIDE[4:]}", "1234\u00a05674", "1234\uff0d5674"],
)
def test_a_code_typed_by_hand_may_have_gaps_and_wide_digits(typed):
    assert normalise(typed) == "12345674"


def test_normalising_drops_nothing_else():
    assert normalise("1234x5674") == "1234x5674"


def test_a_code_is_printed_in_groups_of_four():
    assert grouped("12345674") == "1234 5674"
    assert grouped("1234567812345674") == "1234 5678 1234 5674"
