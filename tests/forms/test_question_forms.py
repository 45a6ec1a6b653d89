"""The form of one question: what is typed is kept, what cannot be kept is said at its box."""

import pytest
from werkzeug.datastructures import MultiDict

from forms.question_forms import form_of_question, new_question, sent_question
from survey_app.domain.questionnaire import QuestionKind
from tests.cast import definition

LANGUAGES = ["zh_Hans", "en"]
SINGLE, NUMBER, RATING = QuestionKind.SINGLE, QuestionKind.NUMBER, QuestionKind.RATING


def question(code):
    return next(each for each in definition()["questions"] if each["code"] == code)


def as_sent(form):
    """Return what a browser sends of a form."""
    sent = MultiDict(
        [(f"text-{language}", text) for language, text in form.text.items()]
        + [(f"hint-{language}", text) for language, text in form.hint.items()]
        + [("flags", "required")] * form.required
        + [("flags", "about_targets")] * form.about_targets
        + [("asked_in", form.asked_in), ("scale", form.scale), ("least", form.least), ("most", form.most)]
        + [("show_if", each) for each in form.conditions]
    )
    for index, row in enumerate(form.options):
        sent[f"option-{index}-code"] = row.code
        for language, text in row.text.items():
            sent[f"option-{index}-{language}"] = text
    return sent


@pytest.mark.parametrize("code", ["overall", "buses", "visits", "reasons", "age", "wish"])
def test_a_question_comes_back_as_it_was(code):
    asked = question(code)
    form = form_of_question(asked, LANGUAGES)
    codes = [each["code"] for each in asked.get("options", ())]
    again = sent_question(as_sent(form), form.kind, LANGUAGES, codes)
    assert again.check()
    fields = again.fields()
    texts = asked["text"] if isinstance(asked["text"], dict) else {"zh_Hans": asked["text"]}
    assert fields.pop("text") == texts
    options = [each["code"] for each in fields.pop("options", ())]
    assert options == codes
    wanted = {key: value for key, value in asked.items() if key not in ("code", "text", "options")}
    assert fields == wanted


def test_a_rating_question_keeps_scale_and_targets():
    asked = {"kind": "rating", "text": "?", "about": "targets", "scale": "five-level", "hint": "按实际"}
    form = form_of_question(asked, LANGUAGES)
    fields = sent_question(as_sent(form), RATING, LANGUAGES).fields()
    assert (fields["about"], fields["scale"], fields["hint"]) == ("targets", "five-level", {"zh_Hans": "按实际"})


def test_a_new_rating_question_must_be_answered_and_others_need_not():
    assert new_question(RATING, LANGUAGES).required
    assert not new_question(QuestionKind.TEXT, LANGUAGES).required
    assert len(new_question(SINGLE, LANGUAGES).options) == 4
    assert new_question(RATING, LANGUAGES).options == []


def test_texts_are_kept_on_one_line_and_without_what_cannot_be_printed():
    sent = MultiDict({"text-zh_Hans": " 一行\r\n两行\x00 ", "text-en": "", "option-0-code": "", "option-0-en": "A\tB"})
    fields = sent_question(sent, SINGLE, LANGUAGES).fields()
    assert fields["text"] == {"zh_Hans": "一行 两行"}
    assert fields["options"] == [{"code": "", "text": {"en": "A B"}}]


def test_a_code_that_the_question_never_had_is_not_taken():
    sent = MultiDict({"option-0-code": "evil", "option-0-en": "A", "option-1-code": "one", "option-1-en": "B"})
    assert [row.code for row in sent_question(sent, SINGLE, LANGUAGES, ["one"]).options] == ["", "one"]


def test_what_cannot_be_kept_is_said_at_its_box():
    sent = MultiDict(
        {
            "text-en": "x" * 501,
            "hint-zh_Hans": "x" * 501,
            "least": "many",
            "most": "10",
            "show_if": ["q1:a", "q2:b", "nonsense"],
        }
    )
    form = sent_question(sent, NUMBER, LANGUAGES)
    assert not form.check()
    assert set(form.faults) == {"text-en", "hint-zh_Hans", "least", "show_if"}
    assert form.text["en"] == "x" * 501
    assert form.least == "many"
    choice = sent_question(MultiDict({"option-0-code": "", "option-0-en": "x" * 501}), SINGLE, LANGUAGES)
    assert not choice.check()
    assert set(choice.faults) == {"option-0-en"}


def test_numbers_are_written_as_numbers():
    sent = MultiDict({"least": "\N{FULLWIDTH DIGIT ONE}", "most": "2.5"})
    fields = sent_question(sent, NUMBER, LANGUAGES).fields()
    assert (fields["least"], fields["most"]) == (1, 2.5)
    assert "least" not in sent_question(MultiDict({"least": ""}), NUMBER, LANGUAGES).fields()


@pytest.mark.parametrize(
    ("act", "order", "at"),
    [
        ("up:1", ["b", "a", "c"], 0),
        ("up:0", ["a", "b", "c"], 0),
        ("down:1", ["a", "c", "b"], 2),
        ("down:2", ["a", "b", "c"], 2),
        ("drop:0", ["b", "c"], None),
        ("rows", ["a", "b", "c", "", "", ""], None),
        ("up:9", ["a", "b", "c"], None),
        ("up:x", ["a", "b", "c"], None),
        ("up:" + "9" * 5000, ["a", "b", "c"], None),  # More than Python reads as a number.
    ],
)
def test_buttons_beside_an_option_rearrange_the_rows(act, order, at):
    sent = MultiDict((f"option-{index}-code", code) for index, code in enumerate("abc"))
    form = sent_question(sent, SINGLE, LANGUAGES, "abc")
    assert form.rearrange(act) == at
    assert [row.code for row in form.options] == order
