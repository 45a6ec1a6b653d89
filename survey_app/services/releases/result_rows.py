"""From counts to rows: who was rated, by how many, and how; suppression applied once, in `analysis`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analysis.unit_table import UnitTable
from survey_app.domain.definition import Selection
from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import Question
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.models import Unit
from survey_app.services.eligible import eligible_for_targets, eligible_for_units
from survey_app.services.releases.rating_table import tabulate_ratings
from survey_app.services.surveys import Frame
from survey_app.services.tabulating import SurveyCounts

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
    "range_note",
    "suppressed",
)

TABLE_COLUMNS = ("unit_code", "name", "level", "question", *CELL_COLUMNS)


#: The level of a row that holds an inner unit's own ballots (本级), and the ending of its code.
OWN_LEVEL = "own"
OWN_ENDING = ".own"


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
    #: Slips and sheets that were handed out to it; None where it has none.
    issued: int | None
    #: Question code -> printed cell, with the columns of CELL_COLUMNS.
    cells: dict[str, dict[str, Any]]
    #: Group code -> question code -> printed cell; empty where there is one group.
    group_cells: dict[str, dict[str, dict[str, Any]]]
    #: Question code -> what the survey's rules add to the cell; see services.extras.
    extras: dict[str, dict[str, Any]] = field(default_factory=dict)
    #: Sheets that came back and do not count; None where it has no paper.
    invalid: int | None = None


@dataclass(frozen=True)
class RatedRows:
    """All rows of one kind, units or targets, and the table that they are printed from."""

    rows: Sequence[ResultRow]
    table: UnitTable
    questions: Sequence[Question]
    #: Option counts of each row, shape (groups, rows, questions, blank + options + not asked), before suppression.
    options: NDArray[np.int64]
    #: Eligible people of each row by group, shape (groups, rows); 0 where they are not known.
    eligible: NDArray[np.int64]


@dataclass(frozen=True)
class _Line:
    """One row of the tree: a unit with its subtree, or an inner unit's own ballots."""

    unit: Unit
    is_own: bool
    parent: int


def result_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> Sequence[ResultRow]:
    """Return the table of a survey: every unit of the tree that has places, then every listed target."""
    return [row for rated in rated_rows(counted, threshold, empty_group) for row in rated.rows]


def rated_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> Sequence[RatedRows]:
    """Return the rows of the tree, and those of the listed targets where there are any."""
    units = _unit_rows(counted, threshold, empty_group)
    targets = target_rows(counted, threshold, empty_group)
    return [units] if targets is None else [units, targets]


def _lines(counted: SurveyCounts) -> Sequence[_Line]:
    """List the units that have places, parents before children; below an inner place a line of its own ballots."""
    places = {unit.id for _, unit in counted.places}
    inside = {each.id for _, unit in counted.places for each in counted.tree.line(unit)}
    inner = {unit.parent_id for unit in counted.tree.units if unit.id in inside}
    at: dict[int, int] = {}
    lines: list[_Line] = []
    for unit in counted.tree.units:
        if unit.id in inside:
            at[unit.id] = len(lines)
            lines.append(_Line(unit, False, -1 if unit.parent_id is None else at[unit.parent_id]))
            if unit.id in inner and unit.id in places:
                lines.append(_Line(unit, True, at[unit.id]))
    return lines


def _unit_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> RatedRows:
    _check_sample(counted)
    lines = _lines(counted)
    # A place's ballots stand in the line of its own where it has one, else in its unit's.
    index = {line.unit.id: number for number, line in enumerate(lines)}
    at = [index[unit.id] for _, unit in counted.places]
    slots = [
        (number, slot.question)
        for number, slot in enumerate(counted.frame.questionnaire.slots())
        if slot.target is None and slot.question.kind == "rating"
    ]
    questions = [question for _, question in slots]
    options = np.zeros((len(counted.frame.groups), len(lines), len(slots), counted.frame.tally_shape[1]), np.int64)
    for column, (slot, _) in enumerate(slots):
        options[:, at, column] = np.moveaxis(counted.counts[:, :, slot], 0, 1)
    people = np.zeros(len(lines), np.int64)
    people[at] = [place.population or 0 for place, _ in counted.places]
    totals = np.zeros((len(lines), 3), np.int64)
    totals[at] = np.stack([np.ones_like(counted.ballots), counted.ballots > 0, counted.ballots], axis=1)
    parents = [line.parent for line in lines]
    table = tabulate_ratings(
        parents, questions, options, counted.frame, threshold, empty_group, people, _everybody(counted, lines)
    )
    roll_up = table.tree.roll_up
    rolled = np.stack([roll_up(group) for group in options])
    sums = roll_up(totals)
    rows = [_unit_row(counted, table, questions, number, line, sums[number]) for number, line in enumerate(lines)]
    return RatedRows(rows, table, questions, rolled, eligible_for_units(counted, roll_up(people), sums[:, 0]))


def _check_sample(counted: SurveyCounts) -> None:
    """Refuse a random sample that is larger than what it was drawn from."""
    if counted.frame.definition.selection is not Selection.RANDOM:
        return
    crowded = [
        unit.code
        for (place, unit), ballots in zip(counted.places, counted.ballots, strict=True)
        if ballots > (place.population or 0)
    ]
    if crowded:
        raise Refused(
            message(
                "These places have more ballots than people, which no random sample has: {units}. Correct the "
                "population, or let a new survey say how people were selected.",
                units=", ".join(crowded[:10]),
            )
        )


def _unit_row(
    counted: SurveyCounts,
    table: UnitTable,
    questions: Sequence[Question],
    number: int,
    line: _Line,
    sums: NDArray[np.int64],
) -> ResultRow:
    unit, above = line.unit, counted.tree.line(line.unit)
    if line.is_own:
        above = [*above, unit]
    slips, paper = (None, None) if line.is_own else (counted.slips.get(unit.id), counted.paper.get(unit.id))
    issued = (slips.printed - slips.voided if slips else 0) + (paper.issued if paper else 0)
    return ResultRow(
        code=f"{unit.code}{OWN_ENDING}" if line.is_own else unit.code,
        is_target=False,
        name={DEFAULT_LANGUAGE: f"{unit.name}（本级）" if line.is_own else unit.name},
        level=OWN_LEVEL if line.is_own else unit.level,
        unit_class=unit.unit_class,
        parent_code=above[-2].code if len(above) > 1 else "",
        path=[each.name for each in above[:-1]],
        places=int(sums[0]),
        places_with_ballots=int(sums[1]),
        ballots=int(sums[2]),
        issued=issued if slips or paper else None,
        invalid=paper.invalid if paper else None,
        cells=_printed(table, number, questions),
        group_cells=_printed_groups(table, number, questions, counted.frame),
    )


def _everybody(counted: SurveyCounts, lines: Sequence[_Line]) -> NDArray[np.bool_]:
    """Say of which lines everybody of the list answered: there is nothing left to be inferred."""
    found = np.zeros(len(lines), np.bool_)
    if counted.frame.definition.selection is Selection.LIST:
        for number, line in enumerate(lines):
            slips, paper = counted.slips.get(line.unit.id), counted.paper.get(line.unit.id)
            issued = (slips.printed if slips else 0) + (paper.issued if paper else 0)
            missing = (slips.unspent if slips else 0) + (paper.issued - paper.valid if paper else 0)
            found[number] = issued > 0 and missing == 0 and not line.is_own
    return found


def target_rows(counted: SurveyCounts, threshold: int, empty_group: str) -> RatedRows | None:
    """Answers about listed targets are summed over the places where they were given; targets make no tree."""
    frame = counted.frame
    questions = [question for question in frame.questionnaire.rating_questions if question.about_targets]
    targets = frame.questionnaire.targets
    if not questions:
        return None
    slots = {
        (slot.question.code, slot.target.code): number
        for number, slot in enumerate(frame.questionnaire.slots())
        if slot.target is not None
    }
    chosen = [[slots[question.code, target.code] for question in questions] for target in targets]
    at_places = np.moveaxis(counted.counts[:, :, chosen], 0, 1)
    options = at_places.sum(axis=1)
    everybody = np.full(len(targets), _everybody_everywhere(counted))
    table = tabulate_ratings(
        [-1] * len(targets), questions, options, frame, threshold, empty_group, None, everybody, at_places
    )
    asked = table.ballots.max(axis=1)
    rows = []
    for number, target in enumerate(targets):
        unit = counted.tree.by_code.get(target.code)
        rows.append(
            ResultRow(
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
                issued=None,
                cells=_printed(table, number, questions),
                group_cells=_printed_groups(table, number, questions, frame),
            )
        )
    return RatedRows(rows, table, questions, options, eligible_for_targets(counted))


def _everybody_everywhere(counted: SurveyCounts) -> bool:
    """Say whether everybody of every list answered, so that of targets too there is nothing left to be inferred."""
    places = [_Line(unit, False, -1) for _, unit in counted.places]
    return bool(_everybody(counted, places).all())


def _printed(table: UnitTable, unit: int, questions: Sequence[Question]) -> dict[str, dict[str, Any]]:
    return {question.code: dict(vars(table.cell(unit, number))) for number, question in enumerate(questions)}


def _printed_groups(
    table: UnitTable, unit: int, questions: Sequence[Question], frame: Frame
) -> dict[str, dict[str, dict[str, Any]]]:
    if len(frame.groups) < 2:
        return {}
    return {
        group.code: {
            question.code: dict(vars(table.group_cell(position, unit, number)))
            for number, question in enumerate(questions)
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
