import pytest

from analysis.ratings import Rating
from analysis.verdicts import verdict


@pytest.mark.parametrize(
    ("votes", "expected"),
    [
        ((31, 0, 60), Rating.SATISFIED),
        ((30, 0, 60), Rating.DISSATISFIED),
        ((30, 1, 60), Rating.BASICALLY_SATISFIED),
        ((0, 31, 61), Rating.BASICALLY_SATISFIED),
        ((15, 15, 60), Rating.DISSATISFIED),
        ((30, 0, 61), Rating.DISSATISFIED),
        ((1, 0, 1), Rating.SATISFIED),
        ((0, 0, 1), Rating.DISSATISFIED),
        ((0, 0, 0), None),
    ],
)
def test_more_than_half_of_all_members_decide(votes, expected):
    assert verdict(*votes) is expected


@pytest.mark.parametrize("votes", [(3, 3, 5), (-1, 0, 5), (0, -1, 5), (0, 0, -1), (1, 0, 0)])
def test_votes_that_cannot_be_are_refused(votes):
    with pytest.raises(ValueError, match="cannot be"):
        verdict(*votes)
