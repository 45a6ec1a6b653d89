"""A sheet of text: its headings and its rows, numbered as a spreadsheet numbers them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units.cells import shown

MAX_ROWS = 20_000
MAX_COLUMNS = 100
#: All cells together. A workbook may name one long text in every cell, so that its size alone bounds nothing.
MAX_CHARACTERS = 10_000_000


@dataclass(frozen=True)
class SheetRow:
    """A row that is not blank, with one cell for each heading."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """The headings, stripped, and the rows below them."""

    header: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def make_sheet(records: Iterable[Sequence[str]]) -> Sheet:
    """Make a sheet of records, the first of which is row 1; the first that is not blank holds the headings.

    Blank rows are left out but counted. Raises Refused where there are no headings, where the sheet is too large, and
    for every row with a value under no heading: such a value is most often a sign that the row's cells have slipped.
    """
    header: tuple[str, ...] = ()
    rows: list[SheetRow] = []
    slipped: list[Message] = []
    characters = 0
    for number, record in enumerate(records, start=1):
        if not any(map(str.strip, record)):
            continue
        characters += sum(map(len, record))
        if len(rows) == MAX_ROWS or characters > MAX_CHARACTERS:
            raise Refused(too_large())
        if not header:
            header = _headings(record)
            continue
        beyond = [cell for cell, heading in zip_longest(record, header, fillvalue="") if cell.strip() and not heading]
        if beyond:
            slipped.append(_slipped(number, beyond[0]))
        rows.append(SheetRow(number, tuple([*record, *[""] * len(header)][: len(header)])))
    if not header:
        raise Refused(message("The file is empty."))
    if slipped:
        raise Refused(*slipped)
    return Sheet(header, tuple(rows))


def too_large() -> Message:
    """Say that a sheet has more rows or cells than are read."""
    return message(
        "The sheet is too large: at most {rows} rows are read. Split the list, or delete empty rows and columns.",
        rows=MAX_ROWS,
    )


def _headings(record: Sequence[str]) -> tuple[str, ...]:
    headings = [cell.strip() for cell in record]
    while not headings[-1]:
        headings.pop()
    if len(headings) > MAX_COLUMNS:
        raise Refused(
            message("The sheet has more than {columns} columns. Delete those not needed.", columns=MAX_COLUMNS)
        )
    return tuple(headings)


def _slipped(number: int, value: str) -> Message:
    return message(
        "Row {row}: the value “{value}” stands under no heading. Give its column a heading, or put the row in order.",
        row=number,
        value=shown(value),
    )
