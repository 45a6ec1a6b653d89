import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from analysis.histogram import BLANK, MOST_OPTIONS, NOT_ASKED, by_rating, count_packed, cross_packed
from analysis.ratings import CELLS, Rating

FOUR = [Rating.SATISFIED, Rating.BASICALLY_SATISFIED, Rating.DISSATISFIED, Rating.DONT_KNOW]


def test_each_byte_falls_into_its_column():
    packed = np.array([[BLANK, 1], [4, NOT_ASKED], [4, 2]], dtype=np.uint8)
    assert count_packed(packed, 4).tolist() == [[1, 0, 0, 0, 2, 0], [0, 1, 1, 0, 0, 1]]


@given(
    hnp.arrays(np.uint8, st.tuples(st.integers(0, 40), st.integers(0, 4)), elements=st.sampled_from([0, 1, 2, 3, 255]))
)
def test_the_histogram_is_what_counting_one_by_one_gives(packed):
    expected = [[int((packed[:, slot] == byte).sum()) for byte in (0, 1, 2, 3, 255)] for slot in range(packed.shape[1])]
    counted = count_packed(packed, 3)
    assert counted.dtype == np.int64
    assert counted.tolist() == expected


def test_batches_add_up():
    packed = np.tile(np.array([[0, 1], [2, 255], [1, 1]], dtype=np.uint8), (50_000, 1))
    assert count_packed(packed, 2).tolist() == [[50_000, 50_000, 50_000, 0], [0, 100_000, 0, 50_000]]


def test_the_longest_scale_is_counted():
    packed = np.array([[MOST_OPTIONS], [NOT_ASKED]], dtype=np.uint8)
    assert count_packed(packed, MOST_OPTIONS)[0, -2:].tolist() == [1, 1]


def test_a_byte_above_the_scale_is_named():
    with pytest.raises(ValueError, match="slot 1 holds the byte 7; the scale has 4 options"):
        count_packed(np.array([[1, 2], [255, 7]], dtype=np.uint8), 4)


@pytest.mark.parametrize("packed", [np.zeros((2, 2), dtype=np.int64), np.zeros(2, dtype=np.uint8)])
def test_what_is_not_packed_is_refused(packed):
    with pytest.raises(ValueError, match="uint8 array"):
        count_packed(packed, 4)


@pytest.mark.parametrize("options", [0, 255])
def test_a_scale_has_options(options):
    with pytest.raises(ValueError, match="a scale has 1 to 254 options"):
        count_packed(np.zeros((1, 1), dtype=np.uint8), options)


@pytest.mark.parametrize("batch", [2, 65_536])
def test_pairs_of_answers_are_counted(batch, monkeypatch):
    monkeypatch.setattr("analysis.histogram._BATCH", batch)
    packed = np.array([[1, 2, 0], [1, 2, 1], [2, 255, 1], [0, 1, 2], [255, 0, 2]], dtype=np.uint8)
    first, last = cross_packed(packed, 0, [1, 2], 2)
    # Rows: blank, the first option, the second, not asked; columns the same of the other slot.
    assert first.tolist() == [[0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1], [1, 0, 0, 0]]
    assert last.tolist() == [[0, 0, 1, 0], [1, 1, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]


def test_options_merge_into_ratings_and_not_asked_is_left_out():
    five = [Rating.SATISFIED, Rating.SATISFIED, Rating.BASICALLY_SATISFIED, Rating.DISSATISFIED, Rating.DISSATISFIED]
    counts = by_rating(np.array([[9, 1, 2, 4, 8, 16, 99]]), five)
    assert dict(zip(CELLS, counts[0].tolist(), strict=True)) == {
        "satisfied": 3,
        "basically_satisfied": 4,
        "dissatisfied": 24,
        "dont_know": 0,
        "blank": 9,
    }


def test_any_shape_of_histograms_is_merged():
    histogram = np.arange(2 * 3 * 6).reshape(2, 3, 6)
    counts = by_rating(histogram, FOUR)
    assert counts.shape == (2, 3, 5)
    assert counts[1, 2].tolist() == [31, 32, 33, 34, 30]


def test_ratings_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="4 ratings do not fit a histogram of 5 options"):
        by_rating(np.zeros((1, 7), dtype=np.int64), FOUR)
