import numpy as np
import pytest

from analysis.rollup import Tree
from analysis.suppression import CountTable, suppress

MIXED = np.array([10, 6, 4, 4, 4])


def hidden(parents, own, threshold=10):
    table = CountTable.of(Tree.of(parents), np.array(own, dtype=np.int64)[:, None])
    return np.flatnonzero(suppress(table, threshold)[:, 0]).tolist()


def test_nothing_is_hidden_where_everybody_is_many():
    assert hidden([-1, 0, 0, 1, 1], [MIXED] * 5) == []


def test_units_without_ballots_are_not_hidden():
    assert hidden([-1, 0, 0, 0], [[0] * 5, [0] * 5, MIXED, MIXED]) == []


def test_if_one_sibling_is_hidden_so_is_the_next_smallest():
    assert hidden([-1, 0, 0, 0], [[0] * 5, [3, 1, 0, 0, 0], MIXED * 3, MIXED * 2]) == [1, 3]


def test_the_next_smallest_is_hidden_even_if_a_larger_one_would_do():
    own = [[0] * 5, [3, 1, 0, 0, 0], [20, 9, 0, 0, 0], [40, 9, 5, 5, 5], [90, 20, 9, 9, 9]]
    assert hidden([-1, 0, 0, 0, 0], own) == [1, 2, 3]


def test_what_is_hidden_beyond_need_is_shown_again():
    # Hiding from the smallest up takes units 2, 3, 4 and 5 before there are three "don't know"; 3 and 4 add nothing.
    own = [[0] * 5, [2, 2, 2, 0, 0], [9, 9, 3, 0, 0], [10, 9, 3, 0, 0], [11, 9, 3, 0, 0], [20, 9, 3, 5, 0]]
    own += [[40, 20, 9, 12, 0]]
    assert hidden([-1, 0, 0, 0, 0, 0, 0], own) == [1, 2, 5]


@pytest.mark.parametrize(("ballots", "is_hidden"), [(19, True), (20, False)])
def test_unanimous_answers_of_a_small_group_are_hidden(ballots, is_hidden):
    assert (1 in hidden([-1, 0, 0, 0], [[0] * 5, [ballots, 0, 0, 0, 0], MIXED, MIXED])) == is_hidden


def test_few_who_rated_are_hidden_however_many_do_not_know():
    assert 1 in hidden([-1, 0, 0, 0], [[0] * 5, [5, 3, 1, 90, 0], MIXED * 9, MIXED])


def test_what_is_hidden_together_is_not_small_together():
    own = [[0] * 5, [2, 1, 1, 30, 0], [1, 2, 2, 20, 0], [20, 9, 6, 5, 0], [40, 9, 6, 5, 0]]
    assert hidden([-1, 0, 0, 0, 0], own) == [1, 2, 3]


def test_a_branch_that_was_hidden_beyond_need_is_shown_whole_again():
    # Branch 2 (child 3) has no "don't know", so branch 4 (child 5) is hidden too, and then 6; 4 was not needed.
    own = [[0] * 5, [3, 3, 3, 0, 0], MIXED * 0, [20, 9, 9, 0, 0], MIXED * 0, [30, 9, 9, 0, 0], [40, 9, 9, 9, 0]]
    assert hidden([-1, 0, 0, 2, 0, 4, 0], own) == [1, 2, 3, 6]


def test_the_own_ballots_of_a_parent_are_guarded_as_those_of_a_child():
    assert hidden([-1, 0, 0], [[3, 1, 0, 0, 0], MIXED * 2, MIXED]) == [2]


def test_where_a_family_is_too_small_its_parent_is_hidden_and_the_family_shown():
    # Unit 1 has a hidden child and one sibling, which together have no "don't know"; units 4 to 6 have.
    own = [[0] * 5, [0] * 5, [3, 1, 0, 0, 0], [60, 30, 20, 0, 0], [0] * 5, MIXED * 9, MIXED * 8]
    assert hidden([-1, 0, 1, 1, 0, 4, 4], own) == [1, 2, 4, 6]


def test_a_hidden_unit_is_not_the_sum_of_visible_ones():
    own = [[0] * 5, [3, 1, 0, 0, 0], [0] * 5, MIXED, [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], MIXED * 3]
    pattern = hidden([-1, 0, 0, 2, 2, 2, 0], own)
    assert {1, 4, 5} <= set(pattern)
    assert 6 not in pattern


def test_a_survey_of_few_is_hidden_whole():
    assert hidden([-1, 0, 0], [[0] * 5, [3, 1, 0, 0, 0], [2, 1, 1, 0, 0]]) == [0, 1, 2]


def test_a_unanimous_survey_with_a_small_unit_shows_turnout_only_above_it():
    assert hidden([-1, 0, 0], [[0] * 5, [5, 0, 0, 0, 0], [90, 0, 0, 0, 0]]) == [0, 1]


def test_a_rare_answer_is_hidden_with_enough_of_its_kind():
    own = [[0] * 5, [5, 1, 1, 0, 0], MIXED, MIXED * 2, MIXED * 3]
    assert hidden([-1, 0, 0, 0, 0], own) == [1, 2]


def test_questions_are_hidden_each_for_itself():
    own = np.stack(
        [np.array([[0] * 5, [3, 1, 0, 0, 0], MIXED, MIXED * 2]), np.array([[0] * 5, MIXED, MIXED, MIXED])], 1
    )
    pattern = suppress(CountTable.of(Tree.of([-1, 0, 0, 0]), own))
    assert pattern.tolist() == [[False, False], [True, False], [True, False], [False, False]]


def test_the_threshold_is_a_choice():
    assert hidden([-1, 0, 0, 0], [[0] * 5, [3, 1, 0, 0, 0], MIXED * 3, MIXED * 2], 4) == []
    with pytest.raises(ValueError, match="threshold is 1 or more"):
        hidden([-1], [MIXED], 0)
