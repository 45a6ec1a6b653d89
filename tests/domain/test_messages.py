from survey_app.domain.messages import Refused, message

CHINESE = {"Survey {slug} is {state}.": "测评 {slug}：{state}。", "open": "测评中", "{slug}": "翻译错了"}


def translate(text):
    return CHINESE.get(text, text)


def test_a_message_is_said_in_english_without_a_translation():
    assert str(message("Survey {slug} is {state}.", slug="2026-1", state="open")) == "Survey 2026-1 is open."


def test_a_message_inside_a_message_is_translated_too():
    said = message("Survey {slug} is {state}.", slug="2026-1", state=message("open")).say(translate)
    assert said == "测评 2026-1：测评中。"


def test_braces_in_a_value_are_only_text_and_a_plain_value_is_not_translated():
    assert message("Survey {slug} is {state}.", slug="{slug}", state="open").say(translate) == "测评 {slug}：open。"


def test_a_refusal_says_all_its_messages_one_a_line():
    refusal = Refused(message("One."), message("{number}.", number=2))
    assert str(refusal) == "One.\n2."
    assert [each.text for each in refusal.messages] == ["One.", "{number}."]
