"""From the answers that a form read to the bytes that are stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.histogram import BLANK, NOT_ASKED
from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import AnswerSheet, Item, QuestionKind


class Channel(StrEnum):
    """How a ballot came."""

    POSTER = "poster"
    SLIP = "slip"
    ASSISTED = "assisted"
    TELEPHONE = "telephone"
    PAPER = "paper"


@dataclass(frozen=True)
class AnswerApart:
    """An answer that no byte can hold: an option of a multiple choice, a number, an open text."""

    question: str
    value: str


@dataclass(frozen=True)
class MarkedBallot:
    """One resident's answers: one byte a slot, and those that stand apart."""

    packed: bytes
    apart: tuple[AnswerApart, ...] = ()


#: What a form hands over, by field name: an option's code, several of them, or a text; absent means blank.
Given = Mapping[str, str | Sequence[str] | None]


def mark(sheet: AnswerSheet, given: Given) -> tuple[MarkedBallot, dict[str, Message]]:
    """Fill the slots of a ballot with what was given, and say what is wrong, by field name.

    A question whose show-if does not hold was not asked, whatever the form sent. Shapes (known options, lengths,
    numbers) are the form's business and are taken as right; the ballot counts only where nothing is wrong.
    """
    packed = bytearray([NOT_ASKED]) * len(sheet.questionnaire.slots())
    apart: list[AnswerApart] = []
    wrong: dict[str, Message] = {}
    for item in sheet.items:
        if not _is_asked(item, packed, sheet):
            continue
        values = _values(given.get(item.name))
        if item.question.required and not values:
            wrong[item.name] = _missing(item)
        if item.slot is not None:
            packed[item.slot] = item.question.position_of(values[0]) if values else BLANK
        else:
            apart.extend(AnswerApart(item.question.code, value) for value in values)
    return MarkedBallot(bytes(packed), tuple(apart)), wrong


def unfolded(sheet: AnswerSheet, ballot: MarkedBallot) -> Sequence[Item]:
    """Return the questions with a show-if that a ballot's other answers call for."""
    packed = bytearray(ballot.packed)
    return [item for item in sheet.items if item.question.show_if is not None and _is_asked(item, packed, sheet)]


def _values(given: str | Sequence[str] | None) -> list[str]:
    if given is None or isinstance(given, str):
        return [given.strip()] if given and given.strip() else []
    return list(given)


def _is_asked(item: Item, packed: bytearray, sheet: AnswerSheet) -> bool:
    condition = item.question.show_if
    if condition is None:
        return True
    for other in sheet.items:
        if other.question.code == condition.question and other.slot is not None:
            wanted = {other.question.position_of(option) for option in condition.options}
            return packed[other.slot] in wanted
    return False  # The question that it depends on is not asked here.


def _missing(item: Item) -> Message:
    if item.question.kind in (QuestionKind.NUMBER, QuestionKind.TEXT):
        return message("Please write an answer.")
    return message("Please choose an answer.")
