"""Which question differs from the others, over the same places."""

import numpy as np
import pytest
from scipy.stats import norm, t

from analysis.contrasts import question_contrasts
from analysis.tables import tabulate


def table_of(approving, rated, **options):
    """Own counts of places (places, questions), all below one unit."""
    good, size = np.array(approving), np.array(rated)
    counts = np.zeros((1, len(good) + 1, good.shape[1], 5), np.int64)
    counts[0, 1:, :, 0], counts[0, 1:, :, 2] = good, size - good
    return tabulate([-1, *[0] * len(good)], [str(each) for each in range(good.shape[1])], counts, **options)


def test_the_contrast_with_the_other_questions_keeps_what_they_share_at_a_place():
    good, size = [[30, 32, 20], [35, 38, 30], [12, 15, 10], [38, 37, 29], [20, 24, 12]], [[40] * 3] * 5
    effect, p_value = question_contrasts(table_of(good, size), 0, np.arange(3))
    rates = np.array(good).sum(axis=0) / 200
    z = (np.array(good) - rates * 40) / 200
    mine = rates[2] - rates[:2].mean()
    error = np.sqrt(5 / 4 * ((z[:, 2] - z[:, :2].mean(axis=1)) ** 2).sum())
    assert effect[2] == pytest.approx(mine, abs=1e-12)
    assert p_value[2] == pytest.approx(2 * t.sf(abs(mine) / error, 4), abs=1e-12)
    assert effect.sum() == pytest.approx(0, abs=1e-12)
    # People as weights: equal ballots and equal people change nothing.
    same = question_contrasts(table_of(good, size, populations=[0, *[500] * 5]), 0, np.arange(3))
    np.testing.assert_allclose(same, (effect, p_value), atol=1e-12)


def test_at_one_place_questions_are_taken_as_independent():
    _, p_value = question_contrasts(table_of([[70, 90, 92]], [[100, 100, 100]]), 1, np.arange(3))
    error = np.sqrt(0.7 * 0.3 / 100 + (0.9 * 0.1 + 0.92 * 0.08) / 100 / 4)
    assert p_value[0] == pytest.approx(2 * norm.sf(0.21 / error), abs=1e-12)
    # Everybody approves of everything: no difference, and nothing against there being none.
    assert question_contrasts(table_of([[60, 60]], [[60, 60]]), 1, np.arange(2))[1].tolist() == [1, 1]
