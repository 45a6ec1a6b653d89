import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain import ballot_token
from survey_app.domain.ballot_token import NONCE_BYTES, TokenScope, issue, nonce_of

KEY, NONCE = b"k" * 32, bytes(range(NONCE_BYTES))
SCOPE = TokenScope(1, 2, 3, "poster")
TOKEN = issue(KEY, SCOPE, NONCE)


def test_a_token_gives_its_nonce_back():
    assert nonce_of(TOKEN, KEY, SCOPE) == NONCE


def test_a_token_is_43_characters_that_need_no_escaping_in_a_form():
    assert len(TOKEN) == 43
    assert set(TOKEN) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


@pytest.mark.parametrize(
    "scope",
    [
        TokenScope(9, 2, 3, "poster"),
        TokenScope(1, 9, 3, "poster"),
        TokenScope(1, 2, 9, "poster"),
        TokenScope(2, 1, 3, "poster"),
        TokenScope(12, 3, 3, "poster"),
        TokenScope(1, 2, 3, "assisted"),
        TokenScope(1, 2, 3, ""),
    ],
)
def test_a_token_is_good_for_its_survey_place_group_and_channel_only(scope):
    assert nonce_of(TOKEN, KEY, scope) is None


def test_a_token_is_good_under_its_key_only():
    assert nonce_of(TOKEN, b"l" * 32, SCOPE) is None


def test_digits_do_not_slip_from_one_number_into_the_next():
    assert nonce_of(issue(KEY, TokenScope(1, 23, 4, ""), NONCE), KEY, TokenScope(12, 3, 4, "")) is None


def test_a_token_of_another_purpose_is_refused(monkeypatch):
    monkeypatch.setattr(ballot_token, "_PURPOSE", b"manyi another purpose 1")
    assert nonce_of(TOKEN, KEY, SCOPE) is None


def test_every_flipped_bit_is_found():
    raw = TOKEN.encode()
    for place in range(len(raw)):
        for bit in range(8):
            flipped = bytearray(raw)
            flipped[place] ^= 1 << bit
            assert nonce_of(flipped.decode("latin-1"), KEY, SCOPE) is None


@pytest.mark.parametrize(
    "token", ["", TOKEN[:-1], TOKEN + "A", TOKEN + "=", TOKEN + "\n", "." + TOKEN, "满意", TOKEN * 2]
)
def test_a_token_has_one_spelling(token):
    assert nonce_of(token, KEY, SCOPE) is None


@given(st.text())
def test_garbage_is_refused_and_never_raises(token):
    assert nonce_of(token, KEY, SCOPE) is None


@given(st.binary(max_size=64), *[st.integers(0, 2**63 - 1)] * 3, st.sampled_from(["poster", "slip", "preview"]))
def test_whatever_is_issued_is_read(key, survey, place, group, purpose):
    scope = TokenScope(survey, place, group, purpose)
    assert nonce_of(issue(key, scope, NONCE), key, scope) == NONCE
