"""Table 6 of a survey with one group: its first single choice crossed with rating questions, over all places.

Ballots are counted once, when a release is made; pages and files read what stands in its head.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.cells import count_cell
from analysis.crossing import cross, few_chose
from survey_app.domain.ballot import Channel
from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import Question, QuestionKind
from survey_app.models import Survey
from survey_app.services.counting import count_crossed
from survey_app.services.releases.participation import channels_may_be_told
from survey_app.services.releases.rating_table import rating_counts
from survey_app.services.releases.result_rows import CELL_COLUMNS, RatedRows
from survey_app.services.tabulating import SurveyCounts

#: What is printed of a row: counts and rates; a range would say that answers were drawn.
CROSSED_COLUMNS = tuple(each for each in CELL_COLUMNS if not each.startswith("range_"))

_PAPER = list(Channel).index(Channel.PAPER)


@dataclass(frozen=True)
class _Asked:
    """A question about the place with its byte of the ballot and, of a rating, its column in the table of units."""

    question: Question
    slot: int
    column: int = -1


def crossed_choice(
    session: Session, survey: Survey, counted: SurveyCounts, units: RatedRows, top: int | None
) -> dict[str, Any] | None:
    """Return the table of the first choice by rating questions; None where there is none or all of it is hidden.

    `top` is the row that has all places.
    """
    choice, ratings = _asked_everywhere(counted, units, survey.headline_question)
    if choice is None or not ratings or top is None or len(counted.frame.groups) > 1:
        return None
    threshold = survey.threshold
    on_paper = counted.channel_counts[_PAPER, 0]
    screen = counted.counts.sum(axis=(0, 1)) - on_paper
    width = len(choice.question.options) + 1
    parts = [screen, on_paper] if counted.channel_ballots[_PAPER] else [screen]
    if any(few_chose(each[choice.slot, 1:width], threshold) for each in parts):
        return None
    if len(parts) > 1:  # Paper has a row of its own, beside the sheets that are printed as issued of every unit.
        rows, ways = [each.slot for each in ratings], np.array([_PAPER])
        told = channels_may_be_told(counted, units, [each.column for each in ratings], rows, ways, threshold)
        ratings = [each for each, may in zip(ratings, told.tolist(), strict=True) if may]
        if not ratings:
            return None
    counts = count_crossed(session, counted.frame, choice.slot, [each.slot for each in ratings])
    if not np.array_equal(counts.sum(axis=1), screen[[each.slot for each in ratings]]):
        raise Refused(
            message("The stored ballots differ from the counts. Count them again (recount) and find out why.")
        )
    answers = _ratings(counts[:, :width].swapaxes(0, 1), ratings)
    channels = _ratings(counted.channel_counts[:, 0, [each.slot for each in ratings]], ratings)
    crossing = cross(
        answers,
        channels,
        np.arange(len(channels)) == _PAPER if len(parts) > 1 else np.zeros(len(channels), bool),
        units.table.suppressed[:, [each.column for each in ratings]],
        top,
        threshold,
    )
    shown = sorted(crossing.questions, key=lambda number: ratings[number].slot)
    if not shown:
        return None
    return {
        "question": choice.question.code,
        "text": dict(choice.question.text),
        "options": [{"code": each.code, "text": dict(each.text)} for each in choice.question.options],
        "ballots": int(answers[:, 0].sum()),
        "paper": int(counted.channel_ballots[_PAPER]),
        "rows": [
            row
            for number in shown
            for row in _rows(choice.question, ratings[number].question, answers[:, number], crossing.hidden[:, number])
            + ([_row(ratings[number].question, "paper", "", channels[_PAPER, number], False)] if len(parts) > 1 else [])
        ],
    }


def _asked_everywhere(counted: SurveyCounts, units: RatedRows, headline: str) -> tuple[_Asked | None, Sequence[_Asked]]:
    """Return the first choice, and the rating questions with the headline's first, that every ballot was asked."""
    columns = {question.code: column for column, question in enumerate(units.questions)}
    not_asked = counted.counts[..., -1].sum(axis=(0, 1))
    asked = [
        _Asked(slot.question, number, columns.get(slot.question.code, -1))
        for number, slot in enumerate(counted.frame.questionnaire.slots())
        if slot.target is None and slot.question.show_if is None and not not_asked[number]
    ]
    choices = [each for each in asked if each.question.kind is QuestionKind.SINGLE]
    ratings = [each for each in asked if each.question.kind is QuestionKind.RATING]
    return next(iter(choices), None), sorted(ratings, key=lambda each: each.question.code != headline)


def _ratings(options: NDArray[np.int64], ratings: Sequence[_Asked]) -> NDArray[np.int64]:
    """Merge option counts (parts, questions, width) into ratings (parts, questions, 5)."""
    return np.stack([rating_counts(options[:, number], each.question) for number, each in enumerate(ratings)], axis=1)


def _rows(
    choice: Question, question: Question, counts: NDArray[np.int64], hidden: NDArray[np.bool_]
) -> list[dict[str, Any]]:
    """Return a row for each option, then one for those who left the choice blank, where there are any."""
    rows = [
        _row(question, "option", option.code, counts[number], hidden[number])
        for number, option in enumerate(choice.options, start=1)
    ]
    return [*rows, _row(question, "blank", "", counts[0], hidden[0])] if counts[0].any() else rows


def _row(
    question: Question, kind: str, option: str, counts: NDArray[np.int64], hidden: bool | np.bool_
) -> dict[str, Any]:
    cell = vars(count_cell(None if hidden else counts, int(counts.sum())))
    return {
        "question": question.code,
        "row": kind,
        "option": option,
        **{column: cell[column] for column in CROSSED_COLUMNS},
    }


def crossed_rows(head: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, str] | None, Mapping[str, Any]]]:
    """Give the rows of a release's table with the text of each option, None for blank and paper."""
    crossing = head.get("crossing")
    if crossing:
        texts = {each["code"]: each["text"] for each in crossing["options"]}
        for row in crossing["rows"]:
            yield texts[row["option"]] if row["row"] == "option" else None, row
