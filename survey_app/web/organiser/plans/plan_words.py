"""How the designer writes kinds of question, kinds of place, scales and conditions."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from survey_app.domain.messages import Message, message
from survey_app.domain.plan_document import find_question, options_of, question_numbers
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.texts import as_texts, pick
from survey_app.models import SurveyPlan
from survey_app.web.languages import LANGUAGES, language, own_name, say
from survey_app.web.organiser.blueprint import organiser

KIND_NAMES: Mapping[QuestionKind, Message] = {
    QuestionKind.RATING: message("Rating question"),
    QuestionKind.SINGLE: message("Single choice"),
    QuestionKind.MULTIPLE: message("Multiple choice"),
    QuestionKind.NUMBER: message("Number"),
    QuestionKind.TEXT: message("Open text"),
}

_SCALE_NAMES = {"four-level": message("Four levels"), "five-level": message("Five levels")}


_RATINGS = {
    "satisfied": message("counts as satisfied"),
    "basically_satisfied": message("counts as basically satisfied"),
    "dissatisfied": message("counts as dissatisfied"),
    "dont_know": message("counts as “don't know”"),
}


@organiser.app_template_filter("plan_rating")
def rating_word(rating: str) -> str:
    """Return what an option of a rating scale counts as."""
    return say(_RATINGS[rating])


@organiser.app_template_filter("plan_text")
def plan_text(text: Any) -> str:  # noqa: ANN401 - as JSON holds it: a string, a mapping, or nothing.
    """Return a text of a plan in the language of the page."""
    return pick(as_texts(text or {}), language())


@organiser.app_template_filter("plan_language")
def language_word(code: str) -> str:
    """Return the name of a language as its speakers write it."""
    return LANGUAGES.get(code) or own_name(code)


@organiser.app_template_global("launch_address")
def launch_address(plan: SurveyPlan) -> str:
    """Return where places and dates of a plan are chosen."""
    return url_for("organiser.plan_launch", plan_id=plan.id)


@organiser.app_template_filter("plan_kind")
def kind_word(kind: str) -> str:
    """Return what a question asks for, in words."""
    return say(KIND_NAMES[QuestionKind(kind)])


@organiser.app_template_global("scale_words")
def scale_words(given: Mapping[str, Any], code: str) -> str:
    """Return the name of a scale; one's own is called by its first and last words."""
    own = given.get("scales") or {}
    if code in _SCALE_NAMES and code not in own:
        return say(_SCALE_NAMES[code])
    words = [plan_text(each["text"]) for each in own.get(code, ())]
    return " / ".join(words) or code


@organiser.app_template_global("scope_words")
def scope_words(given: Mapping[str, Any], code: str) -> str:
    """Return which places a kind of place has, in words."""
    scopes = given.get("scopes") or {}
    rules = scopes.get(code)
    if rules is None:
        return code
    if "except" in rules:
        other = rules["except"]
        inner = scope_words(given, other) if other != code and "except" not in scopes.get(other, {}) else other
        return say(message("places other than: {others}", others=inner))
    said = []
    if rules.get("name_ends_with"):
        said.append(message("name ends with {values}", values=_or(rules["name_ends_with"])))
    if rules.get("classes"):
        said.append(message("class {values}", values=_or(rules["classes"])))
    if rules.get("under"):
        said.append(message("under {values}", values=_or(rules["under"])))
    return say(message(" or ")).join(map(say, said))


@organiser.app_template_global("condition_words")
def condition_words(given: Mapping[str, Any], question: Mapping[str, Any]) -> str:
    """Return after which answers a question is asked, in words."""
    condition = question["show_if"]
    number = question_numbers(given).get(condition["question"])
    if number is None:
        return str(condition["question"])
    texts = options_of(given, find_question(given, condition["question"]))
    answers = [plan_text(texts.get(each, each)) for each in condition["options"]]
    return say(message("only after question {number}: {answers}", number=number, answers=_or(answers)))


def _or(values: list[str]) -> str:
    return say(message(", ")).join(values)
