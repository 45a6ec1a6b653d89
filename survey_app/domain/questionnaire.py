"""The questionnaire: its ordered questions, whom each one is asked, and the slots that a ballot fills."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from survey_app.domain.rating_scale import Option
from survey_app.domain.texts import Texts

#: An open text is cut off by the page at this many characters, and refused beyond it.
MOST_CHARACTERS = 500


class QuestionKind(StrEnum):
    """What a question asks for."""

    RATING = "rating"
    SINGLE = "single_choice"
    MULTIPLE = "multiple_choice"
    NUMBER = "number"
    TEXT = "open_text"


@dataclass(frozen=True)
class ShowIf:
    """A question is asked only where an earlier question about the place was answered by one of `options`."""

    question: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """One question. `options` is empty for numbers and open texts; `about` is "place" or "targets"."""

    code: str
    kind: QuestionKind
    text: Texts
    hint: Texts = field(default_factory=dict)
    required: bool = False
    options: tuple[Option, ...] = ()
    about: str = "place"
    asked_in: str | None = None
    show_if: ShowIf | None = None
    least: float | None = None
    most: float | None = None

    @property
    def fills_slot(self) -> bool:
        """Whether an answer is one byte of the ballot; other answers are stored apart."""
        return self.kind in (QuestionKind.RATING, QuestionKind.SINGLE)

    @property
    def about_targets(self) -> bool:
        """Whether the question is asked once for each target of a list."""
        return self.about == "targets"

    def position_of(self, option: str) -> int:
        """Return the 1-based position of an option's code; ValueError where the question has none such."""
        return [each.code for each in self.options].index(option) + 1


@dataclass(frozen=True)
class Target:
    """What a rating question rates where it is not the place itself: a unit, a project, an item."""

    code: str
    name: Texts
    unit_class: str = ""


@dataclass(frozen=True)
class Slot:
    """One question about one target (None: about the place), at one byte of the ballot."""

    question: Question
    target: Target | None


@dataclass(frozen=True)
class Item:
    """One fieldset of the page: a question about one target. `slot` is its byte in the ballot, None if apart."""

    question: Question
    target: Target | None
    slot: int | None

    @property
    def name(self) -> str:
        """The field's name: one scheme for the page and the store. Codes hold no colon."""
        return self.question.code if self.target is None else f"{self.question.code}:{self.target.code}"


@dataclass(frozen=True)
class Questionnaire:
    """The ordered questions of a survey and its listed targets, if any."""

    questions: tuple[Question, ...]
    targets: tuple[Target, ...] = ()

    def items(self) -> Sequence[Item]:
        """Return every fieldset there can be, in the order of the page."""
        items: list[Item] = []
        slot = 0
        for question in self.questions:
            for target in self.targets if question.about_targets else (None,):
                items.append(Item(question, target, slot if question.fills_slot else None))
                slot += question.fills_slot
        return items

    def slots(self) -> Sequence[Slot]:
        """Return the slots in the order of their bytes. Opening freezes it."""
        return [Slot(item.question, item.target) for item in self.items() if item.slot is not None]

    def question(self, code: str) -> Question:
        """Return the question with this code; KeyError where there is none."""
        for each in self.questions:
            if each.code == code:
                return each
        raise KeyError(code)

    @property
    def rating_questions(self) -> Sequence[Question]:
        """The questions that make a rate."""
        return [each for each in self.questions if each.kind is QuestionKind.RATING]

    @property
    def most_options(self) -> int:
        """The most options that any slot has: the width of the tally."""
        return max((len(slot.question.options) for slot in self.slots()), default=0)

    def sheet(self, scopes: Collection[str], targets: Collection[str] | None = None) -> "AnswerSheet":
        """Return what one group is asked at a place that lies in `scopes`; `targets` None means all of them.

        A question that depends on one which is not asked there is left out with it.
        """
        asked: set[str] = set()
        for question in self.questions:
            depends_on = question.show_if.question if question.show_if else None
            if (question.asked_in is None or question.asked_in in scopes) and (depends_on in asked or not depends_on):
                asked.add(question.code)
        return AnswerSheet(
            self,
            tuple(
                item
                for item in self.items()
                if item.question.code in asked
                and (item.target is None or targets is None or item.target.code in targets)
            ),
        )


@dataclass(frozen=True)
class AnswerSheet:
    """What one resident is asked: the questionnaire's items for a place and a group."""

    questionnaire: Questionnaire
    items: tuple[Item, ...]

    @cached_property
    def targets(self) -> Sequence[Target]:
        """The targets that are rated, in the order of the list."""
        return list({item.target.code: item.target for item in self.items if item.target is not None}.values())

    def about_targets(self, codes: Sequence[str]) -> "AnswerSheet":
        """Return the sheet with these of its targets only, each question about them in this order."""
        rank = {code: place for place, code in enumerate(codes)}
        kept: list[Item] = []
        for _, some in groupby(self.items, key=lambda item: item.question.code):
            asked = [item for item in some if item.target is None or item.target.code in rank]
            kept += sorted(asked, key=lambda item: rank[item.target.code] if item.target else 0)
        return AnswerSheet(self.questionnaire, tuple(kept))

    def number_of(self, item: Item) -> str:
        """Return the number that the page prints before the question.

        Questions count, targets do not; those with a show-if count below the one they depend on: 1, 2, 2-1, 3.
        """
        numbers: dict[str, str] = {}
        below: Counter[str] = Counter()
        for question in {each.question.code: each.question for each in self.items}.values():
            above = numbers.get(question.show_if.question, "") if question.show_if else ""
            below[above] += 1
            numbers[question.code] = f"{above}-{below[above]}" if above else str(below[above])
        return numbers[item.question.code]
