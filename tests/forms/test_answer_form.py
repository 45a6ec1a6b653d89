"""The form of an answer sheet: shape, meaning, and any input whatever."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from werkzeug.datastructures import MultiDict

from analysis.histogram import BLANK, NOT_ASKED
from forms.answer_form import EVERY, SHOWN, TOKEN, build_form, could_have_sent
from survey_app.domain.messages import Message
from survey_app.domain.questionnaire import Question, QuestionKind, Questionnaire, ShowIf, Target
from survey_app.domain.rating_scale import FOUR_LEVEL, Option

_TEXT = {"en": "Question"}
_OPTIONS = (Option("a", {"en": "A"}), Option("b", {"en": "B"}), Option("c", {"en": "C"}))

#: Codes that are also names of WTForms' own attributes, since an organiser may choose any.
QUESTIONNAIRE = Questionnaire(
    (
        Question("data", QuestionKind.RATING, _TEXT, required=True, options=FOUR_LEVEL.options),
        Question(
            "errors",
            QuestionKind.MULTIPLE,
            _TEXT,
            required=True,
            options=_OPTIONS,
            show_if=ShowIf("data", ("dissatisfied",)),
        ),
        Question("validate", QuestionKind.SINGLE, _TEXT, options=_OPTIONS),
        Question("q-0", QuestionKind.NUMBER, _TEXT, least=1, most=30),
        Question("token", QuestionKind.TEXT, _TEXT),
        Question("list", QuestionKind.RATING, _TEXT, options=FOUR_LEVEL.options, about="targets"),
    ),
    (Target("D.1", {"en": "One"}), Target("2", {"en": "Two"})),
)
SHEET = QUESTIONNAIRE.sheet([])
FORM = build_form(SHEET)


def read(**sent):
    return read_pairs(list(sent.items()))


def read_pairs(pairs):
    form = FORM(MultiDict(pairs))
    return form, form.read()


def test_a_full_form_becomes_a_ballot():
    _, ballot = read_pairs(
        [
            ("data", "dissatisfied"),
            ("errors", "c"),
            ("errors", "a"),
            ("validate", "b"),
            ("q-0", "\N{FULLWIDTH DIGIT FOUR}"),
            ("token", " more buses \r\n please "),
            ("list:D.1", "dont_know"),
        ]
    )
    assert list(ballot.packed) == [3, 2, 4, BLANK]
    assert [(each.question, each.value) for each in ballot.apart] == [
        ("errors", "a"),
        ("errors", "c"),
        ("q-0", "4"),
        ("token", "more buses \n please"),
    ]


def test_nothing_is_preselected():
    page = "".join(str(button) for field in FORM() if hasattr(field, "choices") for button in field)
    assert page.count("<input") == 4 + 3 + 3 + 4 + 4
    assert "checked" not in page


def test_a_required_question_left_out_is_said_at_its_field_only():
    form, ballot = read()
    assert ballot is None
    assert form.errors == {"data": [Message("Please choose an answer.")]}


@pytest.mark.parametrize("shown", ["errors", EVERY, "x errors"])
def test_a_question_behind_a_condition_is_required_only_where_it_holds(shown):
    assert read(data="satisfied", **{SHOWN: shown})[1] is not None
    form, ballot = read(data="dissatisfied", **{SHOWN: shown})
    assert ballot is None
    assert list(form.errors) == ["errors"]
    assert form.waiting == []


@pytest.mark.parametrize("shown", [{}, {SHOWN: ""}, {SHOWN: "validate"}])
def test_a_question_that_an_answer_calls_for_waits_where_the_page_had_not_shown_it(shown):
    form, ballot = read(data="dissatisfied", **shown)
    assert ballot is None
    assert form.waiting == form.unfolded == ["errors"]
    assert form.errors == {}
    form, ballot = read(data="dissatisfied", errors="a", **shown)
    assert form.waiting == []
    assert ballot is not None


def test_a_form_may_wait_and_have_faults_at_once():
    form, ballot = read(**{"data": "dissatisfied", "q-0": "four"})
    assert ballot is None
    assert (list(form.errors), form.waiting) == (["q-0"], ["errors"])


def test_a_part_of_the_targets_is_a_form_of_its_own():
    part = SHEET.about_targets(["2"])
    form = FORM(MultiDict([("data", "satisfied"), ("list:2", "dissatisfied")]), part)
    assert "list:D.1" not in form
    assert list(form.read().packed) == [1, BLANK, NOT_ASKED, 3]
    assert not could_have_sent(part, MultiDict([("list:D.1", "satisfied")]))


def test_a_condition_that_can_never_hold_takes_its_question_off_the_sheet():
    first = Question("first", QuestionKind.RATING, _TEXT, options=FOUR_LEVEL.options, asked_in="town")
    second = Question("second", QuestionKind.TEXT, _TEXT, show_if=ShowIf("first", ("satisfied",)))
    assert [item.name for item in Questionnaire((first, second)).sheet([]).items] == []
    assert [item.name for item in Questionnaire((first, second)).sheet(["town"]).items] == ["first", "second"]


def test_an_answer_to_a_question_that_was_not_asked_is_not_kept():
    ballot = read(data="satisfied", errors="a")[1]
    assert ballot.apart == ()
    assert NOT_ASKED not in ballot.packed  # A multiple choice has no byte; the other slots were all asked.


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ({"q-0": "four"}, "q-0"),
        ({"q-0": "0"}, "q-0"),
        ({"q-0": "31"}, "q-0"),
        ({"token": "字" * 501}, "token"),
        ({"validate": "satisfied"}, "validate"),
        ({"data": "dissatisfied", "errors": "satisfied", SHOWN: "errors"}, "errors"),
    ],
)
def test_a_wrong_shape_is_one_message_at_its_field(sent, name):
    form, ballot = read(**{"data": "satisfied"} | sent)
    assert ballot is None
    assert list(form.errors) == [name]
    assert len(form.errors[name]) == 1


def test_five_hundred_characters_are_not_too_many_however_line_breaks_and_pictures_count():
    assert read(data="satisfied", token="\r\n".join(["字"] * 250) + "😀")[1] is not None


def test_what_was_written_stays_in_its_box():
    form, _ = read(**{"q-0": "four", "token": "字" * 501, "validate": "b"})
    assert 'value="four"' in form["q-0"]()
    assert "字" * 501 in form["token"]()
    assert "checked" in str(list(form["validate"])[1])


@pytest.mark.parametrize(
    "pairs",
    [
        [("unknown", "1")],
        [("_token2", "1")],
        [("list", "satisfied")],
        [("list:3", "satisfied")],
        [("data", "a")],
        [("data", "")],
        [("data", "satisfied"), ("data", "dissatisfied")],
        [("errors", "a"), ("errors", "satisfied")],
        [("token", "one"), ("token", "two")],
    ],
)
def test_what_the_page_does_not_hold_cannot_come_from_it(pairs):
    assert not could_have_sent(SHEET, MultiDict(pairs))


def test_what_the_page_holds_can_come_from_it():
    assert could_have_sent(
        SHEET,
        MultiDict([(TOKEN, "x"), ("data", "satisfied"), ("errors", "a"), ("errors", "b"), ("q-0", ""), ("token", "")]),
    )


_NAMES = some.sampled_from([TOKEN, "data", "errors", "validate", "q-0", "token", "list", "list:D.1", "list:2", "x"])
_VALUES = some.one_of(
    some.sampled_from(
        [
            "satisfied",
            "dissatisfied",
            "dont_know",
            "a",
            "b",
            "",
            " ",
            "3",
            "\N{FULLWIDTH DIGIT THREE}",
            "1e9",
            "-0",
            "nan",
            "\0",
        ]
    ),
    some.text(max_size=600),
)


@settings(max_examples=300, deadline=None)
@given(some.lists(some.tuples(some.one_of(_NAMES, some.text(max_size=5)), _VALUES), max_size=12))
def test_no_input_raises_and_no_ballot_is_invalid(pairs):
    form, ballot = read_pairs(pairs)
    for field in form:
        assert all(isinstance(each, Message) and each.say() for each in field.errors)
        field()
    if ballot is None:
        assert form.errors
        return
    assert len(ballot.packed) == 4
    for byte, slot in zip(ballot.packed, QUESTIONNAIRE.slots(), strict=True):
        assert byte == BLANK or 1 <= byte <= len(slot.question.options)
    assert ballot.packed[0] != BLANK
    for answer in ballot.apart:
        assert 0 < len(answer.value) <= 500
        assert "\0" not in answer.value
        assert answer.question != "errors" or answer.value in "abc"
