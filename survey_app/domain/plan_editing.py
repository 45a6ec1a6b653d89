"""Edit the questionnaire of a plan: pure steps from one document to the next, which need not be whole.

Codes are given here and stay; what refers to a question, an option or a target follows, is mended with a word, or makes
the step Refused.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.plan_document import (
    Document,
    Given,
    deciding_questions,
    find_question,
    index_of,
    is_sound,
    next_code,
    options_of,
    questions_of,
)
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.texts import DEFAULT_LANGUAGE, as_texts, pick


@dataclass(frozen=True)
class Edited:
    """The next document, the code of what was edited, and what else was mended."""

    given: Document
    code: str = ""
    said: Sequence[Message] = ()


def add_question(given: Given, fields: Given, at: int | None = None) -> Edited:
    """Put a new question at a place in the order, by default at the end, and give it a code."""
    code = next_code("q", (each["code"] for each in questions_of(given)))
    made = _question(code, fields, ())

    def insert(after: Document) -> None:
        questions = after.setdefault("questions", [])
        questions.insert(len(questions) if at is None else at, made)

    return _edited(given, insert, code)


def replace_question(given: Given, code: str, fields: Given) -> Edited:
    """Replace all of a question but its code; options that bring no code get one."""
    index = index_of(given, code)
    made = _question(code, fields, find_question(given, code).get("options") or ())

    def replace(after: Document) -> None:
        after["questions"][index] = made

    return _edited(given, replace, code)


def duplicate_question(given: Given, code: str) -> Edited:
    """Put a copy with a code of its own behind a question."""
    index = index_of(given, code)
    new = next_code("q", (each["code"] for each in questions_of(given)))
    copied = deepcopy(find_question(given, code)) | {"code": new}

    def insert(after: Document) -> None:
        after["questions"].insert(index + 1, copied)

    return _edited(given, insert, new)


def remove_question(given: Given, code: str) -> Edited:
    """Take a question away; Refused while another depends on it."""
    index = index_of(given, code)

    def remove(after: Document) -> None:
        del after["questions"][index]

    return _edited(given, remove, code)


def move_question(given: Given, code: str, before: int) -> Edited:
    """Put a question, and those right behind it that depend on it, before the one that now stands at a place.

    Refused where a question would come to stand before one that it depends on.
    """
    index = index_of(given, code)
    end = index + len(_block(questions_of(given), index))
    place = max(0, before if before <= index else max(index, before - (end - index)))

    def move(after: Document) -> None:
        questions = after["questions"]
        block = questions[index:end]
        del questions[index:end]
        questions[place:place] = block

    return _edited(given, move, code)


def step_question(given: Given, code: str, *, down: bool) -> Edited:
    """Move a question one place up or down."""
    index = index_of(given, code)
    block = len(_block(questions_of(given), index))
    return move_question(given, code, index + block + 1 if down else index - 1)


def set_part(given: Given, key: str, value: object) -> Edited:
    """Set one key of the document, or take it out where there is no value; what no longer fits is mended."""

    def write(after: Document) -> None:
        if value in (None, "", {}, []):
            after.pop(key, None)
        else:
            after[key] = deepcopy(value)

    return _edited(given, write)


def replace_questions(given: Given, other: Given) -> Edited:
    """Take questions, scales, scopes and targets of another document; the rest of this one stays."""
    after = deepcopy(dict(given))
    for key in ("questions", "scales", "scale", "scopes", "targets", "headline"):
        after.pop(key, None)
        if key in other:
            after[key] = deepcopy(other[key])
    return Edited(after, said=_mend_groups(after) + _mend_headline(after))


def _question(code: str, fields: Given, known: Sequence[Given]) -> Document:
    made: Document = {"code": code} | {key: deepcopy(value) for key, value in fields.items() if key != "code"}
    if "options" in made:
        taken = {each["code"] for each in (*known, *made["options"]) if each.get("code")}
        options = []
        for option in made["options"]:
            own = option.get("code") or next_code("o", taken)
            taken.add(own)
            options.append({"code": own, "text": option["text"]})
        made["options"] = options
    return made


def _block(questions: Sequence[Document], index: int) -> Sequence[Document]:
    inside = {questions[index]["code"]}
    end = index + 1
    while end < len(questions) and (questions[end].get("show_if") or {}).get("question") in inside:
        inside.add(questions[end]["code"])
        end += 1
    return questions[index:end]


def _edited(given: Given, change: Callable[[Document], None], code: str = "") -> Edited:
    after = deepcopy(dict(given))
    change(after)
    said = _mend_conditions(given, after) + _mend_scopes(given, after) + _mend_headline(after) + _mend_groups(after)
    return Edited(after, code, said)


def _mend_conditions(before: Given, after: Document) -> tuple[Message, ...]:
    """Let sound conditions stay sound: an option that is gone leaves them, a question that is gone may not."""
    sound = {each["code"]: each["show_if"] for each in questions_of(before) if is_sound(before, each)}
    said = []
    for question in questions_of(after):
        condition = question.get("show_if")
        if condition is None or sound.get(question["code"]) != condition or is_sound(after, question):
            continue
        earlier = {each["code"]: each for each in deciding_questions(after, question["code"])}
        if condition["question"] not in earlier:
            raise Refused(
                message(
                    "“{question}” is asked only after certain answers to another question, so it must stand behind "
                    "it. Change when it is asked first.",
                    question=_text(question),
                )
            )
        known = options_of(after, earlier[condition["question"]])
        left = [each for each in condition["options"] if each in known]
        if not left:
            raise Refused(
                message(
                    "“{question}” is asked only after an answer that would be gone. Change when it is asked first.",
                    question=_text(question),
                )
            )
        question["show_if"] = {"question": condition["question"], "options": left}
        said.append(message("An answer that is gone no longer leads to “{question}”.", question=_text(question)))
    return tuple(said)


def _mend_scopes(before: Given, after: Document) -> tuple[Message, ...]:
    """Refuse to lose a kind of place, or a scale, that something still names."""
    gone = set(before.get("scopes") or ()) - set(after.get("scopes") or ())
    for question in questions_of(after):
        if question.get("asked_in") in gone:
            raise Refused(
                message("“{question}” is asked only there. Change who is asked it first.", question=_text(question))
            )
    if any(rules.get("except") in gone for rules in (after.get("scopes") or {}).values()):
        raise Refused(message("Another kind of place is all places but these. Remove that first."))
    lost = set(before.get("scales") or ()) - set(after.get("scales") or ())
    if after.get("scale") in lost or any(each.get("scale") in lost for each in questions_of(after)):
        raise Refused(message("A rating question uses this scale. Give it another one first."))
    return ()


def _mend_headline(after: Document) -> tuple[Message, ...]:
    headline = after.get("headline") or {}
    ratings = {each["code"] for each in questions_of(after) if each["kind"] == QuestionKind.RATING}
    if "question" not in headline or headline["question"] in ratings:
        return ()
    left = {key: value for key, value in headline.items() if key != "question"}
    after.pop("headline")
    if left:
        after["headline"] = left
    return (message("The headline figure now comes from the first rating question."),)


def _mend_groups(after: Document) -> tuple[Message, ...]:
    """Take targets that are gone out of the groups' lists; a group that would rate none is no group any more."""
    known = {each["code"] for each in after.get("targets") or ()}
    said = []
    for group in after.get("groups") or ():
        if "targets" not in group or set(group["targets"]) <= known:
            continue
        left = [each for each in group["targets"] if each in known]
        if not left:
            raise Refused(
                message(
                    "{group} would have nothing left to rate. Give the group other targets first.", group=_name(group)
                )
            )
        group["targets"] = left
        said.append(message("Targets that are gone were taken out of the list of {group}.", group=_name(group)))
    return tuple(said)


def _text(question: Given) -> str:
    return pick(as_texts(question.get("text") or {}), DEFAULT_LANGUAGE) or str(question["code"])


def _name(group: Given) -> str:
    return pick(as_texts(group.get("name") or {}), DEFAULT_LANGUAGE) or str(group["code"])
