"""Table 6 on the page of a survey with one group: each answer to its choice with its own figure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.domain.messages import Message, message
from survey_app.services.releases.crossing import crossed_rows
from survey_app.web.results.bars import Figure, figure

#: More lines make the page too heavy, and so does any beside a list of more than LONG_LIST; the files have all of them.
MOST_LINES, LONG_LIST = 12, 20

_KINDS = {"blank": message("Left blank"), "paper": message("Paper ballots, all answers")}


@dataclass(frozen=True)
class AnswerLine:
    """One answer: an option by its text in all languages, blank and paper by their names."""

    text: Mapping[str, str] | None
    name: Message | None
    figure: Figure


@dataclass(frozen=True)
class Answers:
    """The answers to a choice, beside the question that the page shows."""

    text: Mapping[str, str]
    lines: Sequence[AnswerLine]
    #: How many lines stand in the files only.
    left_out: int
    #: Ballots without paper, where there is paper; "" elsewhere.
    on_screen: str


def answers_of(head: Mapping[str, Any], question: str, listed: int) -> Answers | None:
    """Return the answers beside one rating question; None where the release does not cross it.

    `listed` is how many lines the page has already.
    """
    lines = [
        AnswerLine(text, _KINDS.get(row["row"]), figure(row, row["ballots"], head["headline_base"]))
        for text, row in crossed_rows(head)
        if row["question"] == question
    ]
    if not lines:
        return None
    crossing = head["crossing"]
    on_screen = f"{crossing['ballots']:,}" if crossing["paper"] else ""
    most = MOST_LINES if listed <= LONG_LIST else 0
    return Answers(crossing["text"], lines[:most], len(lines[most:]), on_screen)
