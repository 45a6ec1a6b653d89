"""Numbers and texts typed by hand, and codes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from forms.entry_code_form import EntryCodeForm
from forms.number_field import as_number, spelt
from forms.plain_text import plain_text
from survey_app.domain.entry_codes import check_digit


def wide(text):
    """Return a text in the full-width characters of Chinese keyboards."""
    return "".join(chr(ord(each) + 0xFEE0) for each in text)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", "12"),
        (wide("12.5"), "12.5"),
        (" 007 ", "7"),
        ("+3", "3"),
        (wide("-3"), "-3"),
        ("−3", "-3"),
        ("-0.0", "0"),
        ("0.50", "0.5"),
        ("100", "100"),
    ],
)
def test_a_number_has_one_spelling(typed, number):
    assert spelt(as_number(typed)) == number


@pytest.mark.parametrize("typed", ["", "three", "三", "1,5", "1 000", "1e3", "0x1", "nan", "inf", "1.", ".5", "1" * 16])
def test_what_is_no_number_is_none(typed):
    assert as_number(typed) is None


@given(some.decimals(min_value=-(10**14), max_value=10**14, places=6))
def test_a_spelling_is_read_as_the_same_number(number):
    assert as_number(spelt(number)) == number
    assert "E" not in spelt(number)


@pytest.mark.parametrize(("number", "text"), [(1.0, "1"), (0.5, "0.5"), (-3, "-3"), (Decimal("1E+3"), "1000")])
def test_limits_are_spelt_alike(number, text):
    assert spelt(number) == text


def test_a_text_loses_what_cannot_be_seen():
    assert plain_text("a\0b\x1bc\td\r\ne\rf\u202eg\ud800") == "abc d\ne\nfg"
    assert plain_text("👩\u200d🌾 垱") == "👩\u200d🌾 垱"
    assert plain_text(None) is None


def code_form(typed):
    form = EntryCodeForm(MultiDict([("code", typed)]))
    return form, form.validate()


CODE = "1234567" + check_digit("1234567")


@pytest.mark.parametrize("typed", [CODE, f"{CODE[:4]} {CODE[4:]}", f" {CODE[:4]}-{CODE[4:]} ", wide(CODE)])
def test_a_code_is_understood_as_people_type_it(typed):
    form, valid = code_form(typed)
    assert valid
    assert form.entry_code == CODE


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("", "Please type the code"),
        ("  ", "Please type the code"),
        ("1234 567o", "digits only"),
        ("²2345678", "A digit is wrong"),
        ("1234567", "you typed 7"),
        (CODE[1] + CODE[0] + CODE[2:], "two are swapped"),
        ("٣" * 8, "digits only"),
    ],
)
def test_a_wrong_code_is_told_apart(typed, says):
    form, valid = code_form(typed)
    assert not valid
    assert says in form.code.errors[0].say()
    assert form.code.data == typed


@given(some.text(max_size=30))
def test_no_code_raises(typed):
    code_form(typed)
