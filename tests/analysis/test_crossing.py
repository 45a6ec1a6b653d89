"""A choice crossed with rating questions: what is printed of it, and that nothing hidden can be worked out of it."""

import numpy as np
import pytest

from analysis.crossing import Crossing, cross, few_chose
from analysis.suppression import sensitive
from tests.analysis.crossed_releases import CrossedSurvey, make_crossed

NOT_PAPER = np.zeros(1, bool)


def crossing(answers, units_hidden=(False,), threshold=10):
    counts = np.array(answers)
    whole = counts.sum(axis=0, keepdims=True)
    return cross(counts, whole, NOT_PAPER, np.array(units_hidden)[:, None].repeat(counts.shape[1], 1), 0, threshold)


MANY, MORE, FEW = [20, 9, 5, 3, 3], [30, 9, 5, 3, 3], [3, 1, 1, 1, 0]


def test_a_small_answer_is_hidden_with_the_next_smaller():
    found = crossing([[MANY], [FEW], [MORE], [[0] * 5]])
    assert found.hidden[:, 0].tolist() == [True, True, False, False]
    assert list(found.questions) == [0]


def test_several_questions_are_crossed_only_where_nothing_of_them_is_hidden():
    both = [[MANY, MORE], [MORE, MANY]]
    assert list(crossing(both).questions) == [0, 1]
    assert list(crossing(both, (False, True)).questions) == [0]
    assert list(crossing([[MANY, MORE], [MORE, MANY], [FEW, FEW]]).questions) == [0]
    assert list(crossing(both, (True, False)).questions) == []


def test_a_choice_that_few_made_is_hidden_whole():
    assert few_chose(np.array([5, 4]))
    assert few_chose(np.array([19, 0]))
    assert not few_chose(np.array([20, 0]))
    assert not few_chose(np.array([9, 1]))


def test_paper_that_is_hidden_among_the_channels_leaves_nothing_to_cross():
    answers = np.array([[MANY], [MORE]])
    screen = answers.sum(axis=0)
    for paper, questions in ((FEW, []), (MANY, [0])):
        channels = np.stack([screen, np.array([paper])])
        found = cross(answers, channels, np.array([False, True]), np.zeros((1, 1), bool), 0)
        assert list(found.questions) == questions


@pytest.mark.parametrize("seed", range(40))
def test_no_hidden_count_can_be_narrowed_below_three(seed):
    random = np.random.default_rng(seed)
    survey = make_crossed(random)
    assert survey.publish()
    for threshold in random.choice([8, 10, 13], size=random.integers(0, 3)):
        survey.publish(int(threshold))
    assert survey.attack()[1] == []


def told_by_the_second():
    """Who gave the first answer lives in units 1 and 2, as the second question tells: all are dissatisfied there only.

    In the first question unit 1 is hidden (6 rated of 24), and unit 3 with it, the smallest beside it.
    """
    ballots = np.zeros((5, 1, 2, 5, 5), dtype=int)
    for unit, (answer, second, *first) in enumerate(
        [(0, 2, 3, 2, 1, 18, 0), (0, 2, 20, 9, 5, 6, 0), (1, 0, 15, 6, 5, 4, 0), (1, 0, 30, 9, 9, 9, 0)], start=1
    ):
        ballots[unit, 0, answer, :, second] = first
    return CrossedSurvey([-1, 0, 0, 0, 0], ballots)


def test_what_one_question_tells_of_the_answers_is_not_held_against_another(monkeypatch):
    survey = told_by_the_second()
    survey.publish()
    assert [survey.shown("", f"0{unit}", "first") for unit in range(5)] == [True, False, True, False, True]
    assert (survey.crossed(0), survey.crossed(1)) == (True, False)
    assert survey.attack()[1] == []
    monkeypatch.setattr("tests.analysis.crossed_releases.cross", lambda *given: Crossing([0, 1], cross(*given).hidden))
    both = told_by_the_second()
    both.publish()
    assert {width for _, width in both.attack()[1]} == {0}


@pytest.mark.parametrize(
    ("seed", "without"),
    [
        (1, lambda parts, whole, threshold: (sensitive(parts, threshold) | whole) & (parts.sum(axis=-1) > 0)),
        (42, None),
    ],
)
def test_the_attacker_finds_what_is_left_open_without_further_hiding_and_by_hidden_paper(monkeypatch, seed, without):
    if without:
        monkeypatch.setattr("analysis.crossing.suppress_split", without)
    else:
        monkeypatch.setattr(
            "tests.analysis.crossed_releases.cross",
            lambda answers, channels, apart, *rest: cross(answers, channels, np.zeros_like(apart), *rest),
        )
    survey = make_crossed(np.random.default_rng(seed))
    survey.publish()
    assert survey.attack()[1]
