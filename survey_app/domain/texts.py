"""Texts that people wrote in one or more languages."""

from collections.abc import Mapping

#: The language that every text falls back to.
DEFAULT_LANGUAGE = "zh_Hans"

#: One text in one or more languages: language code -> text. Never empty.
Texts = Mapping[str, str]


def as_texts(given: str | Mapping[str, str]) -> Texts:
    """Return a text in the default language, or in the languages given, as a mapping."""
    return {DEFAULT_LANGUAGE: given} if isinstance(given, str) else dict(given)


def pick(texts: Texts, language: str) -> str:
    """Return the text in `language`; where it is missing, in the default language, else in the first there is."""
    for candidate in (language, DEFAULT_LANGUAGE):
        if candidate in texts:
            return texts[candidate]
    return next(iter(texts.values()), "")
