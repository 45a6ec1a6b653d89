import pytest

from survey_app.domain.turnout import TurnoutStanding, standing_of_turnout


@pytest.mark.parametrize(
    ("ballots", "quota", "whole", "whole_quota", "wanted"),
    [
        (0, 35, 76, 100, TurnoutStanding.ZERO),
        (0, None, 0, None, TurnoutStanding.ZERO),
        (1, None, 76, None, TurnoutStanding.UNDERWAY),
        (35, 35, 76, 100, TurnoutStanding.REACHED),
        (36, 35, 36, 36, TurnoutStanding.REACHED),
        (56, 100, 76, 100, TurnoutStanding.LOW),
        (57, 100, 76, 100, TurnoutStanding.UNDERWAY),  # Exactly three quarters of 76 %.
        (1, 100, 1, 100, TurnoutStanding.UNDERWAY),  # On the first day not everybody is behind.
        (1, 100, 50, None, TurnoutStanding.UNDERWAY),
    ],
)
def test_a_unit_stands_by_its_quota_and_by_the_completion_of_the_whole(ballots, quota, whole, whole_quota, wanted):
    assert standing_of_turnout(ballots, quota, whole, whole_quota) is wanted
