from datetime import date

import pytest

from survey_app.domain.messages import Refused
from survey_app.domain.release import DocumentHead, Signature, Step, check_signature, next_step, step_name, struck_words

TAKEN = [Signature(step, "主任", name, date(2026, 12, 28)) for step, name in zip(Step, ("甲", "乙", "丙"), strict=True)]


def refusal(taken, step, name, *accounts):
    with pytest.raises(Refused) as refused:
        check_signature(taken, step, name, *accounts)
    return str(refused.value)


@pytest.mark.parametrize("done", range(3))
def test_steps_are_taken_in_order_each_by_another_person(done):
    taken, wanted = TAKEN[:done], list(Step)[done]
    assert next_step(taken) is wanted
    for step in Step:
        if step is wanted:
            check_signature(taken, step, "丁")
        else:
            assert refusal(taken, step, "丁") == f"The next step of the sign-off is: {step_name(wanted)}."
    for each in taken:
        assert refusal(taken, wanted, f" {each.name} ") == (
            f"{each.name} has signed this draft already; each step is another person's."
        )
    assert refusal(taken, wanted, "  ") == "A signature needs the name of the person who signs."


def test_an_account_takes_one_step_where_accounts_are_told_apart():
    check_signature(TAKEN[:1], Step.CHECKED, "丁", "lin", ["wang"])
    said = refusal(TAKEN[:1], Step.CHECKED, "丁", "lin", ["wang", "lin"])
    assert said.startswith("A step of this draft was signed at the account lin already")


def test_words_are_struck_as_they_are_printed():
    assert struck_words([" 振华 ", "LED", "led", "", "  "]) == ["led", "振华"]


def test_after_the_third_there_is_nothing_to_sign():
    assert next_step(TAKEN) is None
    assert refusal(TAKEN, Step.APPROVED, "丁") == "This draft is signed off already."


def test_steps_have_names_of_their_own_and_a_document_may_have_no_head():
    assert len({str(step_name(step)) for step in Step}) == 3
    assert DocumentHead() == DocumentHead("", "", "")
