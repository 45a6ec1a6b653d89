import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.rollup import roll_up


@st.composite
def forests(draw):
    units = draw(st.integers(0, 25))
    parents = [draw(st.integers(-1, unit - 1)) for unit in range(units)]
    order = draw(st.permutations(range(units)))
    place = {unit: position for position, unit in enumerate(order)}
    return [(-1 if parents[unit] < 0 else place[parents[unit]]) for unit in order]


@given(forests(), st.integers(0, 2**32))
def test_a_parent_has_what_its_subtree_has(parents, seed):
    own = np.random.default_rng(seed).integers(0, 9, size=(len(parents), 2, 5))
    expected = np.zeros_like(own)
    for unit in range(len(parents)):
        above = unit
        while above >= 0:
            expected[above] += own[unit]
            above = parents[above]
    untouched = own.copy()
    assert (roll_up(own, parents) == expected).all()
    assert (own == untouched).all()


def test_a_long_chain_is_summed():
    assert roll_up(np.ones(3000, dtype=np.int64), [*range(1, 3000), -1])[-1] == 3000


@pytest.mark.parametrize("parents", [[0], [1, 0], [-1, 2, 3, 1], [-1, 0, 3, 2]])
def test_a_cycle_is_refused(parents):
    with pytest.raises(ValueError, match="their own ancestors"):
        roll_up(np.zeros(len(parents), dtype=np.int64), parents)


@pytest.mark.parametrize("parents", [[-2], [1], [[-1]], [0.5]])
def test_what_is_no_parent_is_refused(parents):
    with pytest.raises(ValueError, match=r"a parent is|parents are"):
        roll_up(np.zeros(1, dtype=np.int64), parents)


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="2 rows of counts for 1 units"):
        roll_up(np.zeros(2, dtype=np.int64), [-1])
