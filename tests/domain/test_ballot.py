import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.histogram import BLANK, NOT_ASKED
from survey_app.domain.ballot import AnswerApart, MarkedBallot, mark
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.reading_definition import read_definition
from tests import cast

SMALL = read_definition(cast.definition()).questionnaire
LISTED = read_definition(cast.with_groups()).questionnaire
TOWN, RURAL = SMALL.sheet(["town"]), SMALL.sheet(["rural"])
FULL = {
    "overall": "satisfied",
    "buses": "dont_know",
    "visits": "more",
    "reasons": ["papers", "nobody"],
    "age": "67",
    "wish": "路灯",
}


def required(*names):
    """Give the small questionnaire's sheet in town with just these questions required."""
    questions = [each | {"required": each["code"] in names} for each in cast.definition()["questions"]]
    return read_definition(cast.definition(questions=questions)).questionnaire.sheet(["town"])


def test_a_full_sheet_is_packed_and_what_no_byte_holds_stands_apart():
    ballot, wrong = mark(TOWN, FULL)
    assert wrong == {}
    assert ballot == MarkedBallot(
        bytes([1, 4, 2]),
        (
            AnswerApart("reasons", "papers"),
            AnswerApart("reasons", "nobody"),
            AnswerApart("age", "67"),
            AnswerApart("wish", "路灯"),
        ),
    )


def test_what_is_not_asked_in_a_place_is_not_asked_whatever_the_form_sent():
    ballot, wrong = mark(RURAL, FULL)
    assert wrong == {}
    assert ballot.packed == bytes([1, NOT_ASKED, 2])


def test_a_missing_required_answer_is_wrong_and_an_optional_one_blank():
    ballot, wrong = mark(TOWN, {"overall": "dissatisfied"})
    assert ballot.packed == bytes([3, BLANK, BLANK])
    assert {name: str(fault) for name, fault in wrong.items()} == {"buses": "Please choose an answer."}


@pytest.mark.parametrize("empty", [None, "", " ", "\n\t", "\u3000"])
def test_spaces_are_no_answer(empty):
    ballot, wrong = mark(TOWN, {"overall": "satisfied", "buses": empty, "wish": empty, "age": empty, "reasons": empty})
    assert set(wrong) == {"buses"}
    assert ballot.apart == ()


def test_a_text_is_kept_without_the_spaces_around_it():
    ballot, _ = mark(TOWN, {"wish": "  路灯 多一些\n"})
    assert ballot.apart == (AnswerApart("wish", "路灯 多一些"),)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("overall", "Please choose an answer."),
        ("visits", "Please choose an answer."),
        ("reasons", "Please choose an answer."),
        ("age", "Please write an answer."),
        ("wish", "Please write an answer."),
    ],
)
def test_a_missing_answer_is_asked_for_as_its_kind_wants(name, sentence):
    _, wrong = mark(required(name), {key: value for key, value in FULL.items() if key != name})
    assert {key: str(fault) for key, fault in wrong.items()} == {name: sentence}


@pytest.mark.parametrize("none", [None, [], ""])
def test_no_option_of_a_required_multiple_choice_is_no_answer(none):
    _, wrong = mark(required("reasons"), FULL | {"reasons": none})
    assert set(wrong) == {"reasons"}


@pytest.mark.parametrize("visits", ["one", None])
def test_a_show_if_that_does_not_hold_leaves_the_question_unasked_though_required(visits):
    ballot, wrong = mark(required("reasons"), FULL | {"visits": visits})
    assert wrong == {}
    assert [each.question for each in ballot.apart] == ["age", "wish"]


def test_what_hangs_on_an_unasked_question_is_unasked_too():
    visits, reasons = cast.definition()["questions"][2:4]
    chain = [
        cast.definition()["questions"][0],
        visits,
        reasons | {"kind": "single_choice", "required": True},
        visits | {"code": "solved", "show_if": {"question": "reasons", "options": ["papers"]}, "required": True},
    ]
    sheet = read_definition(cast.definition(questions=chain)).questionnaire.sheet([])
    sent = {"overall": "satisfied", "visits": "one", "reasons": "papers", "solved": "one"}
    ballot, wrong = mark(sheet, sent)
    assert wrong == {}
    assert ballot.packed == bytes([1, 1, NOT_ASKED, NOT_ASKED])
    ballot, wrong = mark(sheet, sent | {"visits": "more"})
    assert ballot.packed == bytes([1, 2, 1, 1])


def test_what_depends_on_a_question_that_the_sheet_lacks_is_unasked():
    # A sheet made by `Questionnaire.sheet` leaves both out; this one was cut by hand.
    kept = tuple(item for item in TOWN.items if item.name != "visits")
    ballot, wrong = mark(type(TOWN)(SMALL, kept), FULL)
    assert ballot.packed == bytes([1, 4, NOT_ASKED])
    assert "reasons" not in {each.question for each in ballot.apart}
    assert wrong == {}


def test_each_target_has_an_answer_of_its_own():
    sheet = LISTED.sheet([], ["D001", cast.WULING])
    ballot, wrong = mark(sheet, {"work:D001": "dissatisfied", "work:D003": "satisfied"})
    assert ballot.packed == bytes([3, BLANK, NOT_ASKED])  # D003 is not this group's.
    assert set(wrong) == {f"work:{cast.WULING}"}


def answers_to(sheet):
    """Any answers that a form may hand over: known options, numbers, texts, or nothing."""

    def answer(item):
        codes = [option.code for option in item.question.options]
        if item.question.kind is QuestionKind.MULTIPLE:
            return st.lists(st.sampled_from(codes), unique=True)
        if codes:
            return st.sampled_from([*codes, None, ""])
        return st.one_of(st.none(), st.text(max_size=20))

    items = sheet.questionnaire.items()  # A hostile form may send what is not asked here.
    return st.fixed_dictionaries({}, optional={item.name: answer(item) for item in items})


@pytest.mark.parametrize("sheet", [TOWN, RURAL, LISTED.sheet([], ["D001"])], ids=["town", "rural", "listed"])
def test_packed_bytes_are_always_valid_and_read_back_to_what_was_given(sheet):
    @given(answers_to(sheet))
    def check(sent):
        ballot, wrong = mark(sheet, sent)
        slots = sheet.questionnaire.slots()
        asked = {item.slot: item for item in sheet.items if item.slot is not None}
        assert len(ballot.packed) == len(slots)
        for number, (byte, slot) in enumerate(zip(ballot.packed, slots, strict=True)):
            if number not in asked:
                assert byte == NOT_ASKED
                continue
            name = asked[number].name
            assert byte == NOT_ASKED or byte <= len(slot.question.options)
            if 1 <= byte < NOT_ASKED:
                assert slot.question.options[byte - 1].code == sent[name]
            elif byte == BLANK:
                assert not sent.get(name)
                assert (name in wrong) is slot.question.required
        texts = {name: value.strip() for name, value in sent.items() if isinstance(value, str)}
        for each in ballot.apart:
            assert each.value
            assert each.value == texts.get(each.question) or each.value in sent[each.question]

    check()
