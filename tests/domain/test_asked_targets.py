import itertools
import secrets
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.domain.asked_targets import ask_of_ballot
from survey_app.domain.questionnaire import Question, QuestionKind, Questionnaire, Target
from survey_app.domain.rating_scale import FOUR_LEVEL

CLASSES = ["党群", "党群", "政府", "政府", "政府", "", "园区"]
TARGETS = tuple(Target(f"D{n}", {"en": str(n)}, name) for n, name in enumerate(CLASSES))


def rating(code, about="targets"):
    return Question(code, QuestionKind.RATING, {}, options=FOUR_LEVEL.options, about=about)


def sheet(questions=("work",), targets=TARGETS):
    asked = (rating("first", "place"), *map(rating, questions), rating("last", "place"))
    return Questionnaire(asked, targets).sheet([])


def codes(asked):
    return [each.code for each in asked.targets]


def nonces(count):
    return [secrets.token_bytes(16) for _ in range(count)]


def test_every_target_stands_at_the_head_of_some_ballots_and_classes_stay_together():
    heads = Counter()
    for nonce in nonces(500):
        asked = ask_of_ballot(sheet(), nonce, 30)
        assert sorted(codes(asked)) == sorted(codes(sheet()))
        classes = [each.unit_class for each in asked.targets]
        assert len([1 for one, two in itertools.pairwise(classes) if one != two]) == 3
        heads[asked.targets[0].code] += 1
    assert set(heads) == set(codes(sheet()))
    assert min(heads.values()) > 20  # 71 expected.


def test_the_order_is_the_ballot_s_own():
    one, two = nonces(2)
    assert codes(ask_of_ballot(sheet(), one, 30)) == codes(ask_of_ballot(sheet(), one, 30))
    assert len({tuple(codes(ask_of_ballot(sheet(), nonce, 30))) for nonce in [one, two, *nonces(50)]}) > 3


def test_questions_about_the_place_stay_where_they_stand():
    asked = ask_of_ballot(sheet(["work", "tone"]), bytes(16), 30)
    names = [item.name for item in asked.items]
    assert (names[0], names[-1]) == ("first", "last")
    assert [name.partition(":")[0] for name in names[1:-1]] == ["work"] * 7 + ["tone"] * 7
    assert [name.partition(":")[2] for name in names[1:8]] == [name.partition(":")[2] for name in names[8:15]]


@pytest.mark.parametrize(
    ("questions", "most", "wanted"), [(1, 7, 7), (1, 6, 6), (1, 1, 1), (2, 14, 7), (2, 13, 6), (3, 2, 1), (3, 30, 7)]
)
def test_a_list_with_more_slots_is_asked_in_part(questions, most, wanted):
    whole = sheet([f"q{number}" for number in range(questions)])
    chosen = Counter()
    for nonce in nonces(200):
        asked = ask_of_ballot(whole, nonce, most)
        assert len(set(codes(asked))) == len(asked.targets) == wanted
        chosen.update(codes(asked))
    assert set(chosen) == set(codes(whole))
    assert max(chosen.values()) - min(chosen.values()) < 90


def test_only_those_that_the_person_has_dealt_with_are_asked_about():
    asked = ask_of_ballot(sheet(), bytes(16), 30, ["D4", "D0"])
    assert sorted(codes(asked)) == ["D0", "D4"]
    assert len(codes(ask_of_ballot(sheet(), bytes(16), 1, ["D4", "D0"]))) == 1
    assert len(codes(ask_of_ballot(sheet(), bytes(16), 30, []))) == 7


def test_a_sheet_without_targets_is_asked_whole():
    plain = sheet(questions=(), targets=())
    assert [item.name for item in ask_of_ballot(plain, bytes(16), 1).items] == ["first", "last"]


@given(st.binary(min_size=16, max_size=16), st.integers(1, 40), st.sets(st.sampled_from(codes(sheet()))))
def test_whatever_the_nonce_the_asked_are_of_the_sheet_and_few_enough(nonce, most, dealt_with):
    whole = sheet(["work", "tone"])
    asked = ask_of_ballot(whole, nonce, most, dealt_with)
    assert all(item in whole.items for item in asked.items)
    assert 1 <= len(asked.targets) <= max(1, most // 2)
    assert not dealt_with or set(codes(asked)) <= dealt_with
