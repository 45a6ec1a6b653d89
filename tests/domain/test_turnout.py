import pytest

from survey_app.domain.turnout import (
    BoardFilter,
    BoardOrder,
    TurnoutCount,
    TurnoutStanding,
    arranged,
    is_below,
    passes,
    standing_of_turnout,
)


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


def count(position, **given):
    usual = {
        "places": 1,
        "places_with_ballots": 1,
        "ballots": 1,
        "last_hour": 0,
        "quota": None,
        "newest": None,
        "standing": TurnoutStanding.UNDERWAY,
    }
    return TurnoutCount(position, **(usual | given))


@pytest.mark.parametrize(
    ("ballots", "quota", "percent", "wanted"),
    [
        (0, None, 0, True),
        (0, 35, 50, True),
        (1, None, 100, False),
        (17, 35, 50, True),
        (18, 35, 50, False),  # 51 %.
        (1, 35, 0, False),
    ],
)
def test_who_is_below_so_many_percent_is_reminded(ballots, quota, percent, wanted):
    assert is_below(ballots, quota, percent) is wanted


def test_filters_let_through_what_they_say():
    counts = [
        count(0, standing=TurnoutStanding.REACHED),
        count(1, standing=TurnoutStanding.LOW, places=3),
        count(2, standing=TurnoutStanding.ZERO, places_with_ballots=0),
    ]
    shown = {each: [one.position for one in counts if passes(one, each)] for each in BoardFilter}
    assert shown == {
        BoardFilter.ALL: [0, 1, 2],
        BoardFilter.REACHED: [0],
        BoardFilter.LOW: [1],
        BoardFilter.ZERO: [1, 2],
    }


COUNTS = [
    count(0, ballots=5, quota=10, places=3, last_hour=2, newest=7, standing=TurnoutStanding.LOW),
    count(1, ballots=9, quota=10, places_with_ballots=0, newest=9),
    count(2, ballots=5, places_with_ballots=2, places=2, last_hour=1),
    count(3, ballots=20, quota=20, newest=7, standing=TurnoutStanding.REACHED),
]


@pytest.mark.parametrize(
    ("order", "rising", "falling"),
    [
        (BoardOrder.UNIT, [0, 1, 2, 3], [3, 2, 1, 0]),
        (BoardOrder.PLACES, [1, 0, 3, 2], [2, 0, 3, 1]),
        (BoardOrder.ZERO, [2, 3, 1, 0], [0, 1, 2, 3]),
        (BoardOrder.BALLOTS, [0, 2, 1, 3], [3, 1, 0, 2]),  # Equal ones stay in the order of the tree.
        (BoardOrder.LAST_HOUR, [1, 3, 2, 0], [0, 2, 1, 3]),
        (BoardOrder.QUOTA, [0, 1, 3, 2], [3, 0, 1, 2]),  # What has none stands last.
        (BoardOrder.COMPLETION, [0, 1, 3, 2], [3, 1, 0, 2]),
        (BoardOrder.STATE, [0, 1, 2, 3], [3, 1, 2, 0]),
        (BoardOrder.NEWEST, [0, 3, 1, 2], [1, 0, 3, 2]),
    ],
)
def test_a_board_is_sorted_by_any_column(order, rising, falling):
    assert arranged(COUNTS, order, descending=False) == rising
    assert arranged(COUNTS, order, descending=True) == falling
    # Whatever order they come in.
    turned = COUNTS[::-1]
    assert [turned[index].position for index in arranged(turned, order, descending=False)] == rising
