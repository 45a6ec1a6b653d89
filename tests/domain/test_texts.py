import pytest

from survey_app.domain.texts import as_texts, pick


def test_a_bare_text_is_in_the_default_language():
    assert as_texts("测评") == {"zh_Hans": "测评"}


def test_texts_by_language_are_copied():
    given = {"en": "Survey"}
    texts = as_texts(given)
    assert texts == given
    assert texts is not given


@pytest.mark.parametrize(
    ("texts", "language", "picked"),
    [
        ({"zh_Hans": "测评", "en": "Survey"}, "en", "Survey"),
        ({"zh_Hans": "测评", "en": "Survey"}, "fr", "测评"),
        ({"en": "Survey", "fr": "Enquête"}, "zh_Hans", "Survey"),
        ({}, "en", ""),
    ],
)
def test_a_missing_language_falls_back_to_the_default_then_to_the_first(texts, language, picked):
    assert pick(texts, language) == picked
