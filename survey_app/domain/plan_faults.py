"""What a plan still lacks, and where; and what can be shown of it all the same."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

from survey_app.domain.definition import SurveyDefinition
from survey_app.domain.definition_faults import duplicates
from survey_app.domain.messages import Message, message
from survey_app.domain.plan_document import Document, Given, is_sound, questions_of
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.rating_scale import BUILT_IN
from survey_app.domain.reading_definition import definition_with_faults

#: What the preview shows where nothing is written yet.
_BLANK = {"zh_Hans": "……", "en": "……"}

_CHOICES = (QuestionKind.SINGLE, QuestionKind.MULTIPLE)

#: A choice has at least two options.
_FEWEST = 2


def plan_faults(given: Given) -> list[Message]:
    """Return everything that keeps a plan's questionnaire from being asked; `where` of each is a path of the document.

    Places and dates are chosen at the launch: that they are missing is no fault here.
    """
    _, found = definition_with_faults(_filled(given))
    ratings = [each for each in questions_of(given) if each["kind"] == QuestionKind.RATING]
    return [*_unwritten(given), *(each for each in found if ratings or each.values.get("where") != "headline.question")]


def shown_definition(given: Given) -> SurveyDefinition:
    """Return a plan's definition as it can be shown: blanks filled, and left out what leads nowhere."""
    filled = _filled(given)
    scales = {*BUILT_IN, *(filled.get("scales") or {})}
    if filled.get("scale") not in scales:
        filled.pop("scale", None)
    for question in filled["questions"]:
        if "scale" in question and question["scale"] not in scales:
            del question["scale"]
        if "asked_in" in question and question["asked_in"] not in (filled.get("scopes") or {}):
            del question["asked_in"]
    for question in filled["questions"]:
        if "show_if" in question and not is_sound(filled, question):
            del question["show_if"]
    if any(each.get("about") == "targets" for each in filled["questions"]) and not filled.get("targets"):
        filled["targets"] = [{"code": "T1", "name": _BLANK}]
    return definition_with_faults(filled)[0]


def _unwritten(given: Given) -> Iterable[Message]:
    if not given.get("title"):
        yield message("{where}: give the survey a title.", where="title")
    if not given.get("organiser"):
        yield message("{where}: say who holds the survey; it stands on every page and poster.", where="organiser")
    questions = questions_of(given)
    if not any(each["kind"] == QuestionKind.RATING for each in questions):
        yield message("{where}: at least one rating question is needed; it makes the rate.", where="questions")
    for index, question in enumerate(questions):
        where = f"questions[{index}]"
        if not question.get("text"):
            yield message("{where}: write the question.", where=where)
        options = question.get("options") or ()
        if question["kind"] in _CHOICES and len(options) < _FEWEST:
            yield message("{where}: a choice needs at least two options.", where=where)
        if any(not each.get("text") for each in options):
            yield message("{where}: write every option.", where=where)
        if "show_if" in question and not question["show_if"].get("options"):
            yield message("{where}: choose the answers after which it is asked.", where=where)


def filled(given: Any) -> Any:  # noqa: ANN401 - whatever JSON holds.
    """Return a document with something in every blank, so that its shape can be checked; what is none, as it is."""
    questions = given.get("questions", []) if isinstance(given, dict) else []
    if not isinstance(given, dict) or not _is_list_of(questions, "kind"):
        return given
    if not all(_is_list_of(each.get("options", []), "code") for each in questions):
        return given
    whole = _filled(given)
    whole["questions"] = whole["questions"] or [{"code": "blank", "kind": "open_text", "text": _BLANK}]
    return whole


def same_codes(given: Given) -> Iterable[Message]:
    """Say which codes stand twice in a plan, so that nobody could say which of the two is edited."""
    questions = questions_of(given)
    yield from duplicates("questions", [each["code"] for each in questions])
    for index, question in enumerate(questions):
        yield from duplicates(f"questions[{index}].options", [each["code"] for each in question.get("options") or ()])
    yield from duplicates("targets", [each["code"] for each in given.get("targets") or ()])


def _is_list_of(value: Any, key: str) -> bool:  # noqa: ANN401 - whatever JSON holds.
    return isinstance(value, list) and all(isinstance(each, dict) and key in each for each in value)


def _filled(given: Given) -> Document:
    """Return the document with something in every blank, so that nothing but real faults is found in it."""
    filled = deepcopy(dict(given))
    for key in ("title", "organiser"):
        filled[key] = filled.get(key) or _BLANK
    filled["places"] = filled.get("places") or {"under": "0"}
    filled["questions"] = [_whole(each) for each in questions_of(filled)]
    return filled


def _whole(question: Mapping[str, Any]) -> Document:
    whole = dict(question) | {"text": question.get("text") or _BLANK}
    if question["kind"] in _CHOICES:
        options = [{"code": each["code"], "text": each.get("text") or _BLANK} for each in question.get("options") or ()]
        blanks = ({"code": f"blank{number}", "text": _BLANK} for number in range(len(options), _FEWEST))
        whole["options"] = [*options, *blanks]
    return whole
