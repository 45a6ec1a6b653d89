from analysis.ratings import Rating
from survey_app.domain.rating_scale import BUILT_IN, FIVE_LEVEL, FOUR_LEVEL, Option, RatingScale


def test_the_four_level_scale_has_the_four_ratings_in_order():
    assert [(each.code, each.text["zh_Hans"], each.rating) for each in FOUR_LEVEL.options] == [
        ("satisfied", "满意", Rating.SATISFIED),
        ("basically_satisfied", "基本满意", Rating.BASICALLY_SATISFIED),
        ("dissatisfied", "不满意", Rating.DISSATISFIED),
        ("dont_know", "不了解", Rating.DONT_KNOW),
    ]


def test_the_ends_of_the_five_level_scale_fold_into_satisfied_and_dissatisfied():
    by_label = {each.text["zh_Hans"]: each.rating for each in FIVE_LEVEL.options}
    assert by_label == {
        "非常满意": Rating.SATISFIED,
        "满意": Rating.SATISFIED,
        "基本满意": Rating.BASICALLY_SATISFIED,
        "不满意": Rating.DISSATISFIED,
        "非常不满意": Rating.DISSATISFIED,
        "不了解": Rating.DONT_KNOW,
    }
    assert FIVE_LEVEL.ratings[-1] is Rating.DONT_KNOW


def test_built_in_scales_are_found_by_the_code_that_definitions_write():
    assert {"four-level": FOUR_LEVEL, "five-level": FIVE_LEVEL} == BUILT_IN


def test_an_option_without_a_rating_counts_for_none():
    scale = RatingScale("odd", (Option("a", {"en": "A"}), Option("b", {"en": "B"}, Rating.SATISFIED)))
    assert scale.ratings == [Rating.SATISFIED]
