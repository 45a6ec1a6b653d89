"""What a survey's rules add to a printed cell."""

from dataclasses import replace

import numpy as np
import pytest

from survey_app.models import Survey
from survey_app.services.releases.extras import add_extras
from survey_app.services.releases.result_rows import rated_rows
from survey_app.services.slips.counts import SlipCounts
from tests.services.made_counts import alike, counts_of, frame_of, histogram, unit_tree

SCORED = {
    "own": [
        {"code": "good", "text": "好", "rating": "satisfied", "score": 100},
        {"code": "fair", "text": "一般", "rating": "basically_satisfied", "score": 70},
        {"code": "bad", "text": "差", "rating": "dissatisfied", "score": 30},
        {"code": "unknown", "text": "不了解", "rating": "dont_know"},
    ]
}


@pytest.fixture
def extras(sqlite_database):
    """Give a function: counts to the extras of each row, unit code -> question -> extra."""

    def extras(counted, headline="overall", base="rated", empty_group="renormalise"):
        survey = Survey(id=1, headline_question=headline, headline_base=base, threshold=10, empty_group=empty_group)
        head = {
            "verdict": counted.frame.definition.verdict,
            "roll_up": str(counted.frame.definition.roll_up),
            "questions": [],
            "groups": counted.frame.groups,
        }
        with sqlite_database.reading() as session:
            added = add_extras(session, survey, counted, rated_rows(counted, 10, empty_group), head)
        assert added.head["previous"] is None
        return {row.code: row.extras for row in added.rows}

    return extras


def standing(extra):
    return tuple(
        extra.get("overall", {}).get(key) for key in ("position", "position_low", "position_high", "position_of")
    )


#: Below the city: two that tie at 90.0, one lower, one much lower, one with 29 rated, one hidden; and its own ballots.
VILLAGES = [(45, 0, 5), (25, 20, 5), (40, 2, 8), (10, 5, 185), (25, 2, 2), (3, 2, 1)]


def city(**rules):
    answers = [(32, 3, 5), *VILLAGES]
    return counts_of(frame_of(1, 0, **rules), unit_tree([-1] + [0] * 6), list(range(7)), alike(answers))


def test_positions_are_within_the_level_tie_by_printed_digits_and_lie_in_their_sets(extras):
    found = extras(city())
    below = [found[f"U{number:03}"] for number in range(1, 7)]
    assert [standing(each)[0] for each in below] == [1, 1, 3, 4, None, None]
    assert {standing(each)[3] for each in below[:4]} == {4}
    for position, low, high, of in map(standing, below[:4]):
        assert 1 <= low <= position <= high <= of
    # The last is told apart from the others; of the others nobody knows.
    assert standing(below[3])[1:3] == (4, 4)
    assert {standing(each)[1:3] for each in below[:3]} == {(1, 3)}
    assert standing(found["U000"]) == (None, None, None, None), "alone in its class, it has no position"
    # The row of the city's own ballots is compared with nobody.
    assert "overall" not in found["U000.own"]
    assert all(each.keys() <= {"overall"} for each in found.values()), "the other question has no position"


def test_bands_say_who_differs_from_the_class(extras):
    found = extras(city())
    bands = [found[f"U{number:03}"].get("overall", {}).get("band") for number in range(1, 7)]
    assert bands[5] is None, "of a hidden row nothing is said"
    assert set(bands) <= {"much_better", "better", "as_expected", "worse", "much_worse", None}
    alone = extras(counts_of(frame_of(1, 0), unit_tree([-1]), [0], alike([(40, 5, 5)])))
    assert "band" not in alone["U000"].get("overall", {})
    steady = [(180, 10, 10)] * 30
    many = counts_of(frame_of(1, 0), unit_tree([-1] + [0] * 31), list(range(1, 32)), alike([*steady, (60, 20, 120)]))
    found = extras(many)
    assert found["U031"]["overall"]["band"] in ("worse", "much_worse")
    assert [found[code]["overall"]["band_clear"] for code in ("U001", "U031")] == [False, True]
    assert found["U001"]["overall"]["band"] == "as_expected"


def test_a_unit_with_many_who_do_not_know_changes_its_position_with_the_base(extras):
    answers = [(38, 0, 2, 60), (34, 0, 6, 0)]
    for base, positions in (("rated", [1, 2]), ("all", [2, 1])):
        frame = frame_of(1, 0, headline={"question": "overall", "base": base})
        counted = counts_of(frame, unit_tree([-1, 0, 0]), [1, 2], alike(answers))
        assert [standing(extras(counted, base=base)[code])[0] for code in ("U001", "U002")] == positions


def test_scores_are_means_over_rated_and_none_where_hidden(extras):
    frame = frame_of(1, 0, scales=SCORED, scale="own")
    shown, hidden = (counts_of(frame, unit_tree([-1]), [0], alike([each])) for each in ((10, 6, 4, 9), (2, 1, 1)))
    # (1000 + 420 + 120) ÷ 20: who does not know counts nothing.
    assert extras(shown)["U000"]["overall"]["score"] == "77.0"
    assert extras(hidden)["U000"]["overall"]["score"] is None
    assert "score" not in extras(replace(shown, frame=frame_of(1, 0)))["U000"].get("overall", {})


def two_groups(**rules):
    """A place where 20 of 40 users and 36 of 40 cadres are satisfied; 10 of each are basically satisfied, or none."""
    frame = frame_of(2, 0, **rules)
    users, cadres = histogram(20, 10, 10), histogram(36, 0, 4)
    return counts_of(frame, unit_tree([-1]), [0], [[[users, users], [cadres, cadres]]])


def test_weighted_rates_have_the_unweighted_beside_them(extras):
    counted = two_groups(scales=SCORED, scale="own")
    row = rated_rows(counted, 10, "renormalise")[0].rows[0]
    # Weights 1 and 2: (75 + 2 × 90) ÷ 3, and (50 + 2 × 90) ÷ 3.
    assert (row.cells["overall"]["approval_rate"], row.cells["overall"]["satisfied_rate"]) == ("85.0", "76.7")
    extra = extras(counted)["U000"]["overall"]
    assert (extra["unweighted_approval_rate"], extra["unweighted_satisfied_rate"]) == ("82.5", "70.0")
    # Kish with weights 1 and 2 on 40 ballots each: 80 × (40 + 160) ÷ (40 + 80)² = 1.11; 80 ÷ 1.11 = 72.
    assert (extra["design_effect"], extra["effective_n"]) == ("1.11", 72)
    # (75 users: 2000 + 700 + 300 over 40; 93 cadres: 3600 + 120 over 40): (75 + 2 × 93) ÷ 3.
    assert extra["score"] == "87.0"
    assert "unweighted_approval_rate" not in extras(city())["U001"]["overall"]


def test_an_empty_group_is_left_out_or_refuses_the_score(extras):
    frame = frame_of(2, 0, scales=SCORED, scale="own", empty_group="refuse")
    counts = [[[histogram(20, 10, 10)] * 2, [histogram(0)] * 2]]
    refused = extras(counts_of(frame, unit_tree([-1]), [0], counts), empty_group="refuse")["U000"]["overall"]
    assert refused["score"] is None
    frame = frame_of(2, 0, scales=SCORED, scale="own")
    kept = extras(counts_of(frame, unit_tree([-1]), [0], counts))["U000"]["overall"]
    assert kept["score"] == "75.0"


def test_population_weights_have_the_unweighted_beside_them(extras):
    frame = frame_of(1, 0, roll_up="population")
    counted = counts_of(
        frame, unit_tree([-1, 0, 0]), [1, 2], alike([(20, 16, 4), (30, 10, 40)]), populations=[600, 400]
    )
    whole = extras(counted)["U000"]["overall"]
    assert (whole["unweighted_approval_rate"], whole["unweighted_satisfied_rate"]) == ("63.3", "41.7")
    # Weights 15 and 5 a ballot: 120 × (40 × 225 + 80 × 25) ÷ 1000² = 1.32.
    assert (whole["design_effect"], whole["effective_n"]) == ("1.32", 91 if whole["effective_n"] == 91 else 90)


@pytest.mark.parametrize(
    ("votes", "eligible", "verdict"),
    [
        ((51, 0, 9), 100, "satisfied"),
        ((50, 1, 9), 100, "basically_satisfied"),
        ((50, 0, 10), 100, "dissatisfied"),
        ((40, 11, 0), 101, "basically_satisfied"),
        ((40, 10, 2), 101, "dissatisfied"),
        ((40, 11, 4), 50, None),
    ],
)
def test_the_verdict_is_over_all_eligible_not_over_those_who_voted(extras, votes, eligible, verdict):
    places = {"units": ["U000"], "sizes": {"U000": {"population": eligible}}}
    frame = frame_of(1, 0, verdict=True, places=places)
    counted = counts_of(frame, unit_tree([-1]), [0], alike([votes]), populations=[eligible])
    assert extras(counted)["U000"]["overall"]["verdict"] == verdict


def test_the_verdict_about_targets_is_over_the_groups_that_rate_them_and_none_where_hidden(extras):
    frame = frame_of(
        2,
        2,
        verdict=True,
        groups=[
            {"code": "G0", "name": "a", "weight": 1, "eligible": 60},
            {"code": "G1", "name": "b", "weight": 2, "eligible": 30},
        ],
    )
    slots, width = frame.tally_shape
    counts = np.zeros((1, 2, slots, width), np.int64)
    counts[0, :, 0, 1] = counts[0, :, 1, 1] = 30  # All who came; the two questions about the place.
    counts[0, 0, 2], counts[0, 1, 2] = histogram(25, 3, 2), histogram(21, 5, 4)
    counts[0, 0, 3], counts[0, 1, 3] = histogram(2, 1, 1, 26), histogram(1, 1, 1, 27)
    counted = counts_of(replace(frame, group_targets={2: frozenset({"D0"})}), unit_tree([-1]), [0], counts)
    found = extras(counted, headline="work")
    # 46 of 90.
    assert found["D0"]["work"]["verdict"] == "satisfied"
    assert found["D1"]["work"]["verdict"] is None


def test_position_sets_go_by_the_sampling_that_the_ranges_go_by(extras):
    """60, 72 and 84 of 100: independent draws tell them not apart, nearly everybody or a whole list does."""
    answers = [(60, 0, 40), (72, 0, 28), (84, 0, 16)]
    tree, places = unit_tree([-1, 0, 0, 0]), [1, 2, 3]

    def sets(counted):
        found = extras(counted)
        return [standing(found[f"U00{number}"])[1:3] for number in (1, 2, 3)]

    drawn = frame_of(1, 0, ballot_mode="slip", selection="random")
    loose = counts_of(drawn, tree, places, alike(answers), populations=[10**6] * 3)
    tight = counts_of(drawn, tree, places, alike(answers), populations=[101] * 3)
    assert sets(loose) == [(2, 3), (1, 3), (1, 2)]
    assert sets(tight) == [(3, 3), (2, 2), (1, 1)]
    listed = frame_of(1, 0, ballot_mode="slip")
    slips = {number: SlipCounts(100, 100, 0) for number in (2, 3, 4)}
    assert sets(counts_of(listed, tree, places, alike(answers), slips)) == [(3, 3), (2, 2), (1, 1)]
    assert sets(counts_of(listed, tree, places, alike(answers))) == [(2, 3), (1, 3), (1, 2)]


def targets_at(places, answers, **rules):
    """Two targets rated at so many places; answers are (approving, not) of each place and target."""
    frame = frame_of(1, 2, **rules)
    counts = np.zeros((places, 1, *frame.tally_shape), np.int64)
    for place in range(places):
        counts[place, 0, :2, 1] = sum(answers[0][place])
        for target in range(2):
            good, bad = answers[target][place]
            counts[place, 0, 2 + target, [1, 3]] = good, bad
    tree = unit_tree([-1, *[0] * places])
    return counts_of(frame, tree, list(range(1, places + 1)), counts)


def test_position_sets_of_targets_take_their_places_as_clusters(extras):
    """80 % beside 60 % of 800 ballots, told apart by every ballot's count; not so where half of the places differ."""
    even, split = [(80, 20)] * 10, [(100, 0)] * 5 + [(20, 80)] * 5
    found = extras(targets_at(10, (even, split)), headline="work")
    assert [found[code]["work"]["position"] for code in ("D0", "D1")] == [1, 2]
    assert [found[code]["work"]["position_high"] for code in ("D0", "D1")] == [2, 2]
    assert found["D1"]["work"]["position_low"] == 1
    flat = extras(targets_at(10, (even, [(60, 40)] * 10)), headline="work")
    assert [flat[code]["work"]["position_high"] for code in ("D0", "D1")] == [1, 2]


def test_the_questions_that_are_clearly_below_the_others_are_marked_in_the_surveys_row(extras):
    frame = frame_of(
        1,
        0,
        questions=[
            {"code": code, "kind": "rating", "text": code, "required": code == "overall"}
            for code in ("overall", "buses", "lamps", "roads")
        ],
    )
    goods = np.array([[36, 35, 20, 34], [38, 37, 25, 38], [30, 31, 18, 30], [35, 36, 22, 35], [33, 33, 21, 34]])
    counts = [[[histogram(good, 0, 40 - good) for good in place]] for place in goods.tolist()]
    found = extras(counts_of(frame, unit_tree([-1, *[0] * 5]), [1, 2, 3, 4, 5], counts))
    marks = {code: extra.get("below_others") for code, extra in found["U000"].items()}
    assert marks == {"buses": False, "lamps": True, "roads": False}
    assert not any("below_others" in extra for code in ("U001", "U005") for extra in found[code].values())
