"""From the tally to the table: who was rated, by how many, and how; suppression applied once, in `analysis`."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.histogram import by_rating
from analysis.tables import UnitTable, tabulate
from survey_app.domain.lifecycle import Act, SurveyState, after
from survey_app.domain.questionnaire import Question, Target
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.models import Place, Survey, Unit
from survey_app.services.counting import read_tally
from survey_app.services.lifecycle import lock_survey
from survey_app.services.surveys import Frame, load_frame
from survey_app.services.unit_tree import UnitTree, load_tree

#: What is printed of a cell, in the order of the columns of every table and file.
CELL_COLUMNS = (
    "ballots",
    "rated",
    "satisfied",
    "basically_satisfied",
    "dissatisfied",
    "dont_know",
    "blank",
    "satisfied_rate",
    "approval_rate",
    "satisfied_rate_all",
    "approval_rate_all",
    "range_low",
    "range_high",
    "suppressed",
)

TABLE_COLUMNS = ("unit_code", "name", "level", "question", *CELL_COLUMNS)


@dataclass(frozen=True)
class SurveyCounts:
    """All counts of a closed survey, before suppression: for the tables and for the operator, never served."""

    frame: Frame
    tree: UnitTree
    places: Sequence[tuple[Place, Unit]]
    #: Shape (places, groups, slots, blank + options + not asked), int64; channels merged.
    counts: NDArray[np.int64]
    #: Shape (places,).
    ballots: NDArray[np.int64]


@dataclass(frozen=True)
class ResultRow:
    """One unit or listed target of the result, with a printed cell for each question that rates it."""

    code: str
    is_target: bool
    name: Texts
    level: str
    unit_class: str
    parent_code: str
    path: Sequence[str]
    places: int
    places_with_ballots: int
    ballots: int
    #: Question code -> printed cell, with the columns of CELL_COLUMNS.
    cells: dict[str, dict[str, Any]]
    #: Group code -> question code -> printed cell; empty where there is one group.
    group_cells: dict[str, dict[str, dict[str, Any]]]


def mark_figures_seen(session: Session, slug: str) -> Survey:
    """Note that somebody is about to see figures; Refused before the survey is closed."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.TABULATE, slug)
    if survey.figures_seen_at is None:
        survey.figures_seen_at = datetime.now(UTC)
    return survey


def load_counts(session: Session, survey: Survey) -> SurveyCounts:
    """Read the whole tally of a survey; Refused before it is closed."""
    after(SurveyState(survey.state), Act.TABULATE, survey.slug)
    frame = load_frame(session, survey.id)
    rows = session.execute(
        select(Place, Unit).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey.id).order_by(Unit.code)
    )
    places = [(place, unit) for place, unit in rows]
    position = {place.id: index for index, (place, _) in enumerate(places)}
    group = {each.id: index for index, each in enumerate(frame.groups)}
    counts = np.zeros((len(places), len(frame.groups), *frame.tally_shape), np.int64)
    ballots = np.zeros(len(places), np.int64)
    for each in read_tally(session, frame):
        counts[position[each.key.place_id], group[each.key.group_id]] += each.counts
        ballots[position[each.key.place_id]] += each.ballots
    return SurveyCounts(frame, load_tree(session), places, counts, ballots)


def tally_columns(by: str | None) -> tuple[str, ...]:
    """Return the columns of `tally_rows`."""
    split = {None: (), "place": ("place",), "group": ("group",)}[by]
    return ("unit_code", *split, "question", "option", "rating", "count")


def tally_rows(counted: SurveyCounts, by: str | None = None) -> Iterator[tuple[str | int, ...]]:
    """Give the counts of every rated unit x rating question x option, zero counts too; `by` place or group splits."""
    for target, question, slots in _rated(counted):
        for place_index, code in _rated_units(counted, target):
            chosen = counted.counts[place_index][..., slots, :]  # (places, groups, 1 slot, width)
            for split, part in _split(counted, chosen, place_index, by):
                for number, option in enumerate(question.options, start=1):
                    yield code, *split, question.code, option.code, str(option.rating), int(part[..., number].sum())


def _rated(counted: SurveyCounts) -> Iterator[tuple[Target | None, Question, list[int]]]:
    for index, slot in enumerate(counted.frame.questionnaire.slots()):
        if slot.question.kind == "rating":
            yield slot.target, slot.question, [index]


def _rated_units(counted: SurveyCounts, target: Target | None) -> Iterator[tuple[slice, str]]:
    if target is not None:
        yield slice(None), target.code
        return
    for index, (_, unit) in enumerate(counted.places):
        yield slice(index, index + 1), unit.code


def _split(
    counted: SurveyCounts, chosen: NDArray[np.int64], places: slice, by: str | None
) -> Iterator[tuple[tuple[str, ...], NDArray[np.int64]]]:
    if by == "place":
        for offset, (_, unit) in enumerate(counted.places[places]):
            yield (unit.code,), chosen[offset]
    elif by == "group":
        for index, group in enumerate(counted.frame.groups):
            yield (group.code,), chosen[:, index]
    else:
        yield (), chosen


def result_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> Sequence[ResultRow]:
    """Return the table of a survey: every unit of the tree that has places, then every listed target."""
    return [*_unit_rows(counted, threshold, empty_group), *_target_rows(counted, threshold, empty_group)]


def _weights(frame: Frame) -> list[float] | None:
    return [group.weight for group in frame.groups] if len(frame.groups) > 1 else None


def _unit_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> Iterator[ResultRow]:
    frame, tree = counted.frame, counted.tree
    lines = {unit.id: tree.line(unit) for _, unit in counted.places}
    inside = {each.id for line in lines.values() for each in line}
    units = [unit for unit in tree.units if unit.id in inside]
    index = {unit.id: number for number, unit in enumerate(units)}
    slots = [
        (number, slot.question)
        for number, slot in enumerate(frame.questionnaire.slots())
        if slot.target is None and slot.question.kind == "rating"
    ]
    own = np.zeros((len(frame.groups), len(units), len(slots), 5), np.int64)
    at = [index[unit.id] for _, unit in counted.places]
    for number, (slot, question) in enumerate(slots):
        own[:, at, number] = np.moveaxis(_cells(counted.counts[:, :, slot], question), 0, 1)
    parents = [index.get(unit.parent_id, -1) if unit.parent_id is not None else -1 for unit in units]
    questions = [question for _, question in slots]
    table = _tabulate(parents, questions, own, frame, threshold, empty_group)
    totals = np.zeros((len(units), 3), np.int64)
    for (_, unit), ballots in zip(counted.places, counted.ballots, strict=True):
        for each in lines[unit.id]:
            totals[index[each.id]] += (1, ballots > 0, ballots)
    for number, unit in enumerate(units):
        line = tree.line(unit)
        yield ResultRow(
            code=unit.code,
            is_target=False,
            name={DEFAULT_LANGUAGE: unit.name},
            level=unit.level,
            unit_class=unit.unit_class,
            parent_code=line[-2].code if len(line) > 1 else "",
            path=[each.name for each in line[:-1]],
            places=int(totals[number, 0]),
            places_with_ballots=int(totals[number, 1]),
            ballots=int(totals[number, 2]),
            cells=_printed(table, number, questions),
            group_cells=_printed_groups(table, number, questions, frame),
        )


def _target_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> Iterator[ResultRow]:
    """Answers about listed targets are summed over the places where they were given; targets make no tree."""
    frame = counted.frame
    questions = [question for question in frame.questionnaire.rating_questions if question.about_targets]
    targets = frame.questionnaire.targets
    if not questions:
        return
    slots = {
        (slot.question.code, slot.target.code): number
        for number, slot in enumerate(frame.questionnaire.slots())
        if slot.target is not None
    }
    own = np.zeros((len(frame.groups), len(targets), len(questions), 5), np.int64)
    for column, question in enumerate(questions):
        for number, target in enumerate(targets):
            counts = counted.counts[:, :, slots[question.code, target.code]].sum(axis=0)
            own[:, number, column] = _cells(counts, question)
    table = _tabulate([-1] * len(targets), questions, own, frame, threshold, empty_group)
    asked = own.sum(axis=(0, 3)).max(axis=1)
    for number, target in enumerate(targets):
        unit = counted.tree.by_code.get(target.code)
        yield ResultRow(
            code=target.code,
            is_target=True,
            name=target.name,
            level=unit.level if unit else "target",
            unit_class=target.unit_class,
            parent_code="",
            path=[],
            places=len(counted.places),
            places_with_ballots=int((counted.ballots > 0).sum()),
            ballots=int(asked[number]),
            cells=_printed(table, number, questions),
            group_cells=_printed_groups(table, number, questions, frame),
        )


def _cells(counts: NDArray[np.int64], question: Question) -> NDArray[np.int64]:
    """Histograms (..., blank + options of the widest question + not asked) to rating counts (..., 5)."""
    options = len(question.options)
    shaped = np.concatenate([counts[..., : options + 1], counts[..., -1:]], axis=-1)
    return by_rating(shaped, [option.rating for option in question.options if option.rating is not None])


def _tabulate(
    parents: Sequence[int],
    questions: Sequence[Question],
    own: NDArray[np.int64],
    frame: Frame,
    threshold: int,
    empty_group: str,
) -> UnitTable:
    return tabulate(
        parents,
        [question.code for question in questions],
        own,
        weights=_weights(frame),
        threshold=threshold,
        required=[question.required for question in questions],
        empty_group="refuse" if empty_group == "refuse" else "renormalise",
    )


def _printed(table: UnitTable, unit: int, questions: Sequence[Question]) -> dict[str, dict[str, Any]]:
    return {question.code: asdict(table.cell(unit, number)) for number, question in enumerate(questions)}


def _printed_groups(
    table: UnitTable, unit: int, questions: Sequence[Question], frame: Frame
) -> dict[str, dict[str, dict[str, Any]]]:
    if len(frame.groups) < 2:
        return {}
    return {
        group.code: {
            question.code: asdict(table.group_cell(position, unit, number)) for number, question in enumerate(questions)
        }
        for position, group in enumerate(frame.groups)
    }


def table_rows(rows: Sequence[ResultRow]) -> Iterator[dict[str, Any]]:
    """Give the long form of a result: one row a unit x question, with the columns of TABLE_COLUMNS."""
    for row in rows:
        for question, cell in row.cells.items():
            yield {
                "unit_code": row.code,
                "name": pick(row.name, DEFAULT_LANGUAGE),
                "level": row.level,
                "question": question,
                **cell,
            }
