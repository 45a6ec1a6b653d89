import pytest

from survey_app.domain.questionnaire import Question, QuestionKind, Questionnaire, ShowIf, Target
from survey_app.domain.rating_scale import FIVE_LEVEL, FOUR_LEVEL, Option
from survey_app.domain.reading_definition import read_definition
from tests import cast

YES_NO = (Option("yes", {"en": "Yes"}), Option("no", {"en": "No"}))


def rating(code, **changes):
    return Question(code, QuestionKind.RATING, {"en": code}, options=FOUR_LEVEL.options, **changes)


def single(code, **changes):
    return Question(code, QuestionKind.SINGLE, {"en": code}, options=YES_NO, **changes)


def text(code, **changes):
    return Question(code, QuestionKind.TEXT, {"en": code}, **changes)


SMALL = read_definition(cast.definition()).questionnaire
LISTED = Questionnaire(
    (rating("work", about="targets"), text("wish"), rating("tone", about="targets"), single("often")),
    (Target("A", {"en": "A"}), Target("B", {"en": "B"})),
)


def names(sheet):
    return [item.name for item in sheet.items]


@pytest.mark.parametrize(
    ("kind", "fills"),
    [
        (QuestionKind.RATING, True),
        (QuestionKind.SINGLE, True),
        (QuestionKind.MULTIPLE, False),
        (QuestionKind.NUMBER, False),
        (QuestionKind.TEXT, False),
    ],
)
def test_what_one_byte_can_hold_fills_a_slot(kind, fills):
    assert Question("q", kind, {}).fills_slot is fills


def test_positions_of_options_begin_at_1():
    assert [rating("q").position_of(each.code) for each in FOUR_LEVEL.options] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="very"):
        rating("q").position_of("very")


def test_questions_about_the_place_make_one_item_each_and_slots_are_numbered_without_gaps():
    assert [(item.name, item.slot) for item in SMALL.items()] == [
        ("overall", 0),
        ("buses", 1),
        ("visits", 2),
        ("reasons", None),
        ("age", None),
        ("wish", None),
    ]
    assert [(slot.question.code, slot.target) for slot in SMALL.slots()] == [
        ("overall", None),
        ("buses", None),
        ("visits", None),
    ]


def test_a_question_about_targets_makes_an_item_and_a_slot_for_each_target():
    assert [(item.name, item.slot) for item in LISTED.items()] == [
        ("work:A", 0),
        ("work:B", 1),
        ("wish", None),
        ("tone:A", 2),
        ("tone:B", 3),
        ("often", 4),
    ]
    assert [(slot.question.code, slot.target and slot.target.code) for slot in LISTED.slots()] == [
        ("work", "A"),
        ("work", "B"),
        ("tone", "A"),
        ("tone", "B"),
        ("often", None),
    ]


def test_questions_are_found_by_code():
    assert SMALL.question("age").kind is QuestionKind.NUMBER
    with pytest.raises(KeyError, match="nothing"):
        SMALL.question("nothing")


def test_only_rating_questions_make_a_rate():
    assert [each.code for each in SMALL.rating_questions] == ["overall", "buses"]


def test_the_tally_is_as_wide_as_the_widest_slot():
    assert SMALL.most_options == 4
    five = Question("five", QuestionKind.RATING, {}, options=FIVE_LEVEL.options)
    many = Question("many", QuestionKind.MULTIPLE, {}, options=FIVE_LEVEL.options + YES_NO)
    assert Questionnaire((single("a"), five, many)).most_options == 6  # A multiple choice has no slot.
    assert Questionnaire((text("a"),)).most_options == 0


def test_a_question_is_asked_only_in_its_scope():
    assert names(SMALL.sheet(["town"])) == ["overall", "buses", "visits", "reasons", "age", "wish"]
    assert names(SMALL.sheet(["rural"])) == ["overall", "visits", "reasons", "age", "wish"]
    assert names(SMALL.sheet([])) == names(SMALL.sheet(["rural"]))


def test_a_question_left_out_keeps_the_slots_of_the_others():
    assert [(item.name, item.slot) for item in SMALL.sheet(["rural"]).items][:2] == [("overall", 0), ("visits", 2)]


def test_what_depends_on_a_question_not_asked_there_is_left_out_with_it():
    questions = (
        single("ride", asked_in="town"),
        single("late", show_if=ShowIf("ride", ("yes",))),
        text("how_late", show_if=ShowIf("late", ("yes",))),
        single("else"),
    )
    assert names(Questionnaire(questions).sheet(["rural"])) == ["else"]
    assert names(Questionnaire(questions).sheet(["town"])) == ["ride", "late", "how_late", "else"]


def test_a_dependent_question_with_a_scope_of_its_own_needs_both():
    questions = (single("ride"), single("late", show_if=ShowIf("ride", ("yes",)), asked_in="town"))
    assert names(Questionnaire(questions).sheet(["rural"])) == ["ride"]


def test_a_group_is_asked_about_its_own_targets():
    assert names(LISTED.sheet([], ["B"])) == ["work:B", "wish", "tone:B", "often"]
    assert names(LISTED.sheet([], [])) == ["wish", "often"]
    assert names(LISTED.sheet([])) == [item.name for item in LISTED.items()]


def test_questions_are_numbered_as_this_sheet_asks_them_and_targets_share_a_number():
    sheet = LISTED.sheet([])
    assert [sheet.number_of(item) for item in sheet.items] == ["1", "1", "2", "3", "3", "4"]
    rural = SMALL.sheet(["rural"])
    assert [(item.name, rural.number_of(item)) for item in rural.items][:3] == [
        ("overall", "1"),
        ("visits", "2"),
        ("reasons", "2-1"),
    ]
    assert [rural.number_of(item) for item in rural.items][3:] == ["3", "4"]


def test_a_question_below_a_question_below_a_question_is_numbered_so():
    questions = (
        single("ride"),
        single("late", show_if=ShowIf("ride", ("yes",))),
        text("how_late", show_if=ShowIf("late", ("yes",))),
        text("why", show_if=ShowIf("ride", ("no",))),
        single("else"),
    )
    sheet = Questionnaire(questions).sheet([])
    assert [sheet.number_of(item) for item in sheet.items] == ["1", "1-1", "1-1-1", "1-2", "2"]


def test_a_part_of_the_targets_comes_in_the_order_given_below_each_question():
    sheet = LISTED.sheet([])
    assert [each.code for each in sheet.targets] == ["A", "B"]
    assert names(sheet.about_targets(["B", "A"])) == ["work:B", "work:A", "wish", "tone:B", "tone:A", "often"]
    assert names(sheet.about_targets(["A"])) == ["work:A", "wish", "tone:A", "often"]
    assert names(sheet.about_targets([])) == ["wish", "often"]
    assert {item.name: item.slot for item in sheet.about_targets(["B"]).items}["tone:B"] == 3
