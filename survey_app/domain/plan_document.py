"""The questionnaire of a plan as its document holds it, whole or not: what is there, and what can depend on what.

The document is that of docs/survey-definition.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.rating_scale import BUILT_IN, FOUR_LEVEL
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, as_texts

Given = Mapping[str, Any]
Document = dict[str, Any]

#: Kinds of which one option is chosen, so that another question can depend on it.
_DECIDING = (QuestionKind.SINGLE, QuestionKind.RATING)

#: The languages in which every plan can be written.
_USUAL = (DEFAULT_LANGUAGE, "en")


def questions_of(given: Given) -> Sequence[Document]:
    """Return the questions of a plan, in order."""
    return list(given.get("questions") or ())


def find_question(given: Given, code: str) -> Document:
    """Return the question with this code; Refused where it is gone."""
    return questions_of(given)[index_of(given, code)]


def index_of(given: Given, code: str) -> int:
    """Return the place of a question in the order; Refused where it is gone."""
    for index, question in enumerate(questions_of(given)):
        if question["code"] == code:
            return index
    raise Refused(message("There is no question {code} in this plan any more.", code=code))


def next_code(prefix: str, taken: Iterable[str]) -> str:
    """Return the prefix with a number higher than any that stands behind it among the codes taken."""
    used = [each.removeprefix(prefix) for each in taken if each.startswith(prefix)]
    return f"{prefix}{max((int(each) for each in used if each.isdecimal() and len(each) < 10), default=0) + 1}"


def question_numbers(given: Given) -> dict[str, str]:
    """Return the number of each question as the page prints it: 1, 2, 2-1, 3."""
    numbers: dict[str, str] = {}
    below: dict[str, int] = {}
    for question in questions_of(given):
        above = numbers.get((question.get("show_if") or {}).get("question", ""), "")
        below[above] = below.get(above, 0) + 1
        numbers[question["code"]] = f"{above}-{below[above]}" if above else str(below[above])
    return numbers


def languages_of(given: Given) -> Sequence[str]:
    """Return the languages in which something of a plan is written, Chinese and English in any case and first."""
    found: set[str] = set()
    texts = [given.get("title"), given.get("organiser")]
    for question in questions_of(given):
        texts += [question.get("text"), question.get("hint")]
        texts += [each.get("text") for each in question.get("options") or ()]
    texts += [each["text"] for options in (given.get("scales") or {}).values() for each in options]
    texts += [each.get("name") for each in given.get("targets") or ()]
    for text in texts:
        found |= set(as_texts(text or {}))
    return [*_USUAL, *sorted(found - set(_USUAL))]


def options_of(given: Given, question: Given) -> dict[str, Texts]:
    """Return the options of a question, in order, by their codes; those of a rating question are its scale's."""
    if question["kind"] == QuestionKind.RATING:
        return options_of_scale(given, question.get("scale", given.get("scale", FOUR_LEVEL.code)))
    return {each["code"]: as_texts(each.get("text") or {}) for each in question.get("options") or ()}


def options_of_scale(given: Given, code: str) -> dict[str, Texts]:
    """Return the options of a rating scale, in order, by their codes; none where there is no such scale."""
    return {each["code"]: as_texts(each["text"]) for each in scale_of(given, code)}


def scale_of(given: Given, code: str) -> Sequence[Document]:
    """Return the options of a rating scale, in order, as a document holds them; none where there is no such scale."""
    own = given.get("scales") or {}
    if code in BUILT_IN and code not in own:
        options = BUILT_IN[code].options
        return [{"code": each.code, "text": dict(each.text), "rating": str(each.rating)} for each in options]
    return list(own.get(code, ()))


def deciding_questions(given: Given, before: str | None) -> Sequence[Document]:
    """Return the questions that one standing before `before` (None: at the end) can depend on."""
    questions = questions_of(given)
    end = len(questions) if before is None else index_of(given, before)
    return [each for each in questions[:end] if each["kind"] in _DECIDING and each.get("about") != "targets"]


def is_sound(given: Given, question: Given) -> bool:
    """Return whether a question has a condition that can come true."""
    condition = question.get("show_if")
    if condition is None:
        return False
    earlier = {each["code"]: each for each in deciding_questions(given, question["code"])}
    other = earlier.get(condition["question"])
    return other is not None and set(condition["options"]) <= set(options_of(given, other))
