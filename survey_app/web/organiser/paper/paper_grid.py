"""How the page of paper totals shows its lines: as tables, each of lines that have the same options."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from wtforms import Field

from forms.paper_form import PaperForm
from survey_app.domain.messages import Message
from survey_app.domain.paper import PaperLine, condition_cells
from survey_app.domain.texts import pick


@dataclass(frozen=True)
class GridRow:
    """One line with its boxes, in the order of the columns."""

    id: str
    number: str
    label: str
    boxes: Sequence[Field]
    fault: Message | None
    #: Whether the other entry has this line otherwise.
    differs: bool
    #: Ids of the boxes that count who was asked, with a space between; None: all valid ballots were.
    asked: str | None


@dataclass(frozen=True)
class GridTable:
    """Lines with the same options. `columns` are the options; blank comes after them where it is counted."""

    id: str
    heading: str
    is_about_targets: bool
    is_ticks: bool
    columns: Sequence[str]
    rows: Sequence[GridRow]


def grid(form: PaperForm, differs: Sequence[str], language: str) -> Sequence[GridTable]:
    """Return the tables of a form."""
    tables: list[GridTable] = []
    for _, some in groupby(enumerate(form.lines), key=lambda each: _like(each[1])):
        lines = list(some)
        question = lines[0][1].item.question
        tables.append(
            GridTable(
                f"t{len(tables)}",
                pick(question.text, language) if question.about_targets else "",
                question.about_targets,
                lines[0][1].is_ticks,
                [pick(option.text, language) for option in question.options],
                [_row(form, line, at, differs, language, place) for place, (at, line) in enumerate(lines, start=1)],
            )
        )
    return tables


def _like(line: PaperLine) -> object:
    question = line.item.question
    options = tuple(tuple(sorted(option.text.items())) for option in question.options)
    return (question.code if question.about_targets else "", options, line.is_ticks)


def _row(form: PaperForm, line: PaperLine, at: int, differs: Sequence[str], language: str, place: int) -> GridRow:
    """Return a line, numbered as on the sheet: a question by its number, a target by its place in the list."""
    item = line.item
    cells = condition_cells(line, form.lines)
    return GridRow(
        f"line{at}",
        line.number if item.target is None else str(place),
        pick(item.question.text if item.target is None else item.target.name, language),
        [form[line.cell(position)] for position in line.cells],
        form.faults_of_lines.get(line.name),
        line.name in differs,
        None if cells is None else " ".join(form[cell].id for cell in cells),
    )
