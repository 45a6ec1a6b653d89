"""Ballots counted by hand (纸质票): what is written down of one place and group, and what must add up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from survey_app.domain.messages import Message, message
from survey_app.domain.questionnaire import AnswerSheet, Item, QuestionKind

#: More than this many sheets of one place and group is a slip of the finger.
MOST_SHEETS = 1_000_000

#: What is counted before any answer, in the order of the form.
HEAD = ("issued", "returned", "valid", "invalid")

HEAD_NAMES: Mapping[str, Message] = {
    "issued": message("Issued"),
    "returned": message("Returned"),
    "valid": message("Valid ballots"),
    "invalid": message("Invalid ballots"),
}


class PaperState(StrEnum):
    """Where the paper of one place and group stands."""

    NOTHING = "nothing"
    #: One person has entered it; a second one must.
    WAITING = "waiting"
    #: Two have entered it, and not the same.
    DIFFER = "differ"
    COUNTED = "counted"


@dataclass(frozen=True)
class PaperLine:
    """One line of the totals: a question, about one target where it is about targets."""

    item: Item
    #: The question's number on the sheet.
    number: str

    @property
    def name(self) -> str:
        """The line's name, that of the question's field on the page."""
        return self.item.name

    @property
    def is_ticks(self) -> bool:
        """Whether several options may be ticked on one sheet: its options do not add up to anything."""
        return self.item.question.kind is QuestionKind.MULTIPLE

    def cell(self, position: int) -> str:
        """Return the name of one cell: of an option by its position from 1, of blank by 0."""
        return f"{self.name}.{position}"

    @property
    def cells(self) -> Sequence[int]:
        """The positions that are counted: the options, then blank where it is counted."""
        options = range(1, len(self.item.question.options) + 1)
        return [*options] if self.is_ticks else [*options, 0]


@dataclass(frozen=True)
class PaperCount:
    """What was counted at one place of one group."""

    issued: int
    returned: int
    valid: int
    invalid: int
    #: Line -> blank and each option; blank is 0 where it is not counted.
    rows: Mapping[str, tuple[int, ...]]


def paper_lines(sheet: AnswerSheet) -> Sequence[PaperLine]:
    """Return what is counted of a sheet: ratings and choices. Numbers and open texts are read, not counted."""
    return [
        PaperLine(item, sheet.number_of(item))
        for item in sheet.items
        if item.question.kind in (QuestionKind.RATING, QuestionKind.SINGLE, QuestionKind.MULTIPLE)
    ]


def condition_cells(line: PaperLine, lines: Sequence[PaperLine]) -> Sequence[str] | None:
    """Return the cells that count who was asked a question with a show-if; None: all valid ballots were."""
    condition = line.item.question.show_if
    if condition is None:
        return None
    for other in lines:
        if other.name == condition.question:
            return [other.cell(other.item.question.position_of(option)) for option in condition.options]
    return []


def asked(line: PaperLine, lines: Sequence[PaperLine], count: PaperCount) -> int:
    """Return how many valid ballots were asked a line's question."""
    cells = condition_cells(line, lines)
    if cells is None:
        return count.valid
    counted = {other.cell(place): each for other in lines for place, each in enumerate(count.rows[other.name])}
    return sum(counted[cell] for cell in cells)


def paper_faults(lines: Sequence[PaperLine], count: PaperCount) -> Mapping[str, Message]:
    """Say everything that does not add up: by the name of the number, of the line, or of the cell."""
    impossible = dict(_impossible(lines, count))
    if impossible:
        return impossible  # A sum with such a number in it says nothing.
    return dict((*_head_faults(count), *(fault for line in lines for fault in _line_faults(line, lines, count))))


def _impossible(lines: Sequence[PaperLine], count: PaperCount) -> Iterator[tuple[str, Message]]:
    numbers = {name: getattr(count, name) for name in HEAD}
    numbers |= {line.cell(place): each for line in lines for place, each in enumerate(count.rows[line.name])}
    for name, number in numbers.items():
        if not 0 <= number <= MOST_SHEETS:
            yield name, message("This must be a number from 0 to {most}.", most=MOST_SHEETS)


def _head_faults(count: PaperCount) -> Iterator[tuple[str, Message]]:
    if count.returned > count.issued:
        yield (
            "returned",
            message("More came back than were issued: {returned} of {issued}.", **_numbers(count)),
        )
    if count.valid + count.invalid != count.returned:
        yield (
            "valid",
            message(
                "Valid and invalid together are {sum}, but {returned} came back.",
                sum=count.valid + count.invalid,
                **_numbers(count),
            ),
        )


def _numbers(count: PaperCount) -> dict[str, int]:
    return {"issued": count.issued, "returned": count.returned}


def _line_faults(line: PaperLine, lines: Sequence[PaperLine], count: PaperCount) -> Iterator[tuple[str, Message]]:
    row, most = count.rows[line.name], asked(line, lines, count)
    if line.is_ticks:
        for position in line.cells:
            if row[position] > most:
                yield (
                    line.cell(position),
                    message("{count} ticks on {most} ballots: at most one on each.", count=row[position], most=most),
                )
    elif sum(row) != most:
        yield line.name, message("The line adds up to {sum}; it must be {most}.", sum=sum(row), most=most)


def differing(lines: Sequence[PaperLine], one: PaperCount, other: PaperCount) -> Sequence[str]:
    """Return the names of the numbers and lines in which two counts differ, and nothing of how."""
    return [
        *(name for name in HEAD if getattr(one, name) != getattr(other, name)),
        *(line.name for line in lines if one.rows[line.name] != other.rows[line.name]),
    ]
