import numpy as np
import pytest

from analysis.multiplicity import benjamini_hochberg, holm

# Benjamini and Hochberg 1995, section 4.1: fifteen tests, of which theirs rejects four and Bonferroni's three.
PUBLISHED = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528]
PUBLISHED += [0.7590, 1.0]


def test_the_published_example():
    assert benjamini_hochberg(PUBLISHED).tolist() == [True] * 4 + [False] * 11
    assert holm(PUBLISHED).tolist() == [True] * 3 + [False] * 12


@pytest.mark.parametrize("control", [benjamini_hochberg, holm])
def test_no_test_is_never_rejected_and_does_not_count(control):
    spread = np.full((6, 5), np.nan)
    spread.ravel()[1::2] = PUBLISHED
    got = control(spread)
    assert (got.ravel()[1::2] == control(PUBLISHED)).all()
    assert not got.ravel()[::2].any()
    assert control([]).shape == (0,)
    assert not control([np.nan]).any()


def test_holm_stops_at_the_first_that_fails():
    assert holm([0.03, 0.011, 0.04]).tolist() == [False, True, False]


@pytest.mark.parametrize("control", [benjamini_hochberg, holm])
@pytest.mark.parametrize(("p", "rate"), [([1.1], 0.05), ([-0.1], 0.05), ([0.5], 0), ([0.5], 1)])
def test_what_is_no_probability_is_refused(control, p, rate):
    with pytest.raises(ValueError, match="between 0 and 1"):
        control(p, rate)
