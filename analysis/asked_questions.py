"""Whether two waves asked the same question: only then may their rates be compared."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.ratings import Rating

#: What makes a question another question.
QuestionChange = Literal["code", "wording", "options", "rating", "label"]


@dataclass(frozen=True)
class AskedOption:
    """An option as it was asked: its label in the default language."""

    code: str
    rating: Rating | None
    label: str


@dataclass(frozen=True)
class AskedQuestion:
    """A question as it was asked: its wording in the default language."""

    code: str
    wording: str
    options: Sequence[AskedOption]


def question_changes(now: AskedQuestion, before: AskedQuestion) -> tuple[QuestionChange, ...]:
    """Say in what two questions differ; only where in nothing may their rates be compared.

    Options are matched by code, never by label or order. A label that changed is a changed question: who chose
    "satisfied" was asked something else.
    """
    ours, theirs = ({option.code: option for option in each.options} for each in (now, before))
    both = [(ours[code], theirs[code]) for code in ours.keys() & theirs.keys()]
    found: dict[QuestionChange, bool] = {
        "code": now.code != before.code,
        "wording": now.wording != before.wording,
        "options": ours.keys() != theirs.keys() or len(now.options) != len(before.options),
        "rating": any(one.rating != other.rating for one, other in both),
        "label": any(one.label != other.label for one, other in both),
    }
    return tuple(name for name, changed in found.items() if changed)
