import secrets

import pytest

from survey_app.domain.receipt import is_receipt, receipt_of

KEY, NONCE = b"k" * 32, bytes(range(16))


def test_the_same_ballot_has_the_same_receipt_and_others_have_others():
    assert receipt_of(NONCE, 1, KEY) == receipt_of(NONCE, 1, KEY)
    assert len({receipt_of(secrets.token_bytes(16), 1, KEY) for _ in range(500)}) == 500


def test_a_receipt_is_short_and_easy_to_read_out():
    receipt = receipt_of(NONCE, 1, KEY)
    assert [len(part) for part in receipt.split("-")] == [4, 4, 4]
    assert not set(receipt) & set("ILOU")


def test_a_receipt_counts_in_its_survey_and_under_its_key():
    receipt = receipt_of(NONCE, 1, KEY)
    assert is_receipt(receipt, 1, KEY)
    assert not is_receipt(receipt, 2, KEY)
    assert not is_receipt(receipt, 1, b"l" * 32)


def test_every_changed_letter_is_found():
    receipt = receipt_of(NONCE, 1, KEY)
    for place, letter in enumerate(receipt):
        for other in "0Z-":
            if letter != other:
                assert not is_receipt(receipt[:place] + other + receipt[place + 1 :], 1, KEY)


@pytest.mark.parametrize("text", ["", "A", "满意", receipt_of(NONCE, 1, KEY) + "0", receipt_of(NONCE, 1, KEY).lower()])
def test_what_was_never_given_out_is_no_receipt(text):
    assert not is_receipt(text, 1, KEY)
