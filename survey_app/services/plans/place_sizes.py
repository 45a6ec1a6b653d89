"""How many people each place has and how many ballots are expected there: read from a list, or made by a rule.

What comes out is `places.sizes` of docs/survey-definition.md.
"""

import io
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from typing import Any

from survey_app.documents.delimited import write_csv
from survey_app.documents.sheet_reader import SheetRow, read_sheet
from survey_app.documents.text_workbook import write_text_workbook
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units.cells import shown
from survey_app.models import Unit

#: Unit's code -> population, quota, quotas.
Sizes = Mapping[str, Mapping[str, Any]]

#: The schema's limit.
MOST_PEOPLE = 1_000_000_000

#: The headings that a list may use; the first is that of the template in English, the second in Chinese.
_HEADINGS = {
    "code": "code 单位代码 代码 编码 单位编码 unit_code",
    "name": "name 单位名称 名称 unit_name",
    "population": "population 人数 应测人数 人口 参评人数",
    "quota": "quota 配额 计划份数 份数 应收份数",
}
_BY_HEADING = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}

#: The columns as a fault names them; that of a group is named by its heading.
_NAMES = {"code": message("code"), "population": message("population"), "quota": message("quota")}

#: What stands before a group's code at the head of its column.
_OF_GROUP = ("quota:", "配额:", "计划份数:")


@dataclass(frozen=True)
class Rule:
    """A quota as a share of the eligible people, within limits."""

    percent: Decimal
    least: int | None = None
    most: int | None = None

    def quota(self, people: int) -> int:
        """Return the quota of a place with so many people, rounded up; never more than there are people."""
        wanted = int((self.percent * people / 100).to_integral_value(ROUND_CEILING))
        if self.most is not None:
            wanted = min(wanted, self.most)
        return max(1, min(max(wanted, self.least or 1), people))


def apply_rule(sizes: Sizes, rule: Rule) -> dict[str, dict[str, Any]]:
    """Return the sizes with the rule's quota at every place whose people are known."""
    return {
        code: dict(size) | ({"quota": rule.quota(size["population"])} if size.get("population") else {})
        for code, size in sizes.items()
    }


def read_sizes(content: bytes, filename: str, units: Sequence[Unit], groups: Sequence[str]) -> dict[str, Any]:
    """Return the sizes that a list gives, .csv or .xlsx, with a column for each group where `groups` are given.

    Refused with every fault at once; each message's values are row, column, value, reason and remedy. A row without a
    number says nothing of its place.
    """
    sheet = read_sheet(content, filename)
    columns = {index: column for index, heading in enumerate(sheet.header) if (column := _column(heading, groups))}
    _check_columns(list(columns.values()), sheet.header)
    reading = _Reading({unit.code: unit for unit in units}, columns)
    found = [reading.row(row) for row in sheet.rows]
    if reading.faults:
        raise Refused(*reading.faults)
    return {code: size for code, size in found if size}


def _column(heading: str, groups: Sequence[str]) -> str | None:
    plain = "".join(unicodedata.normalize("NFKC", heading).split())
    for before in _OF_GROUP:
        if plain.casefold().startswith(before) and plain[len(before) :] in groups:
            return f"quota:{plain[len(before) :]}"
    return _BY_HEADING.get(plain.casefold())


def _check_columns(columns: Sequence[str], header: Sequence[str]) -> None:
    if "code" not in columns:
        raise Refused(
            message(
                "The column {heading} ({chinese}) is missing. The first row must hold the headings, as in the "
                "template.",
                heading="code",
                chinese="单位代码",
            )
        )
    if len(set(columns)) < len(columns):
        raise Refused(message("The columns {headings} mean the same. Keep one of them.", headings=", ".join(header)))


class _Reading:
    """The faults of one list, kept until all are found."""

    def __init__(self, units: Mapping[str, Unit], columns: Mapping[int, str]) -> None:
        self.units = units
        self.columns = columns
        self.faults: list[Message] = []
        self.first: dict[str, int] = {}

    def row(self, row: SheetRow) -> tuple[str, dict[str, Any]]:
        """Return a place's code and what is said of it."""
        cells = {column: row.cells[index].strip() for index, column in self.columns.items()}
        code = unicodedata.normalize("NFKC", cells["code"])
        self._check_code(row.number, code)
        size: dict[str, Any] = {}
        for column, value in cells.items():
            if column in ("code", "name") or not value:
                continue
            number = self._number(row.number, column, value)
            if column.startswith("quota:"):
                size.setdefault("quotas", {})[column.removeprefix("quota:")] = number
            else:
                size[column] = number
        return code, size

    def _check_code(self, number: int, code: str) -> None:
        if not code:
            self._add(number, "code", code, message("The code is missing."), message("Write the unit's code."))
        elif code not in self.units:
            self._add(
                number,
                "code",
                code,
                message("This is none of the places chosen."),
                message("Correct the code, take the row out, or choose the place above and save first."),
            )
        elif self.first.setdefault(code, number) != number:
            self._add(
                number,
                "code",
                code,
                message("Row {first} has this code already.", first=self.first[code]),
                message("Delete one of the two rows, or correct its code."),
            )

    def _number(self, number: int, column: str, value: str) -> int:
        plain = unicodedata.normalize("NFKC", value)
        if plain.isascii() and plain.isdecimal() and 1 <= int(plain[:12]) <= MOST_PEOPLE:
            return int(plain[:12])
        reason = message("This is no whole number from 1 to {most}.", most=MOST_PEOPLE)
        self._add(number, column, value, reason, message("Write digits only, or leave the cell empty."))
        return 0

    def _add(self, number: int, column: str, value: str, reason: Message, remedy: Message) -> None:
        parts = {
            "row": number,
            "column": _NAMES.get(column, Message(column)),
            "value": shown(value),
            "reason": reason,
            "remedy": remedy,
        }
        if value:
            self.faults.append(message("Row {row}, {column} “{value}”: {reason} {remedy}", **parts))
        else:
            self.faults.append(message("Row {row}, {column}: {reason} {remedy}", **parts))


def template_rows(units: Sequence[Unit], sizes: Sizes, groups: Sequence[str]) -> Iterator[list[str]]:
    """Give the lines of the list for these places, with what is known of each."""
    for unit in units:
        size = sizes.get(unit.code, {})
        quotas = size.get("quotas", {})
        numbers = [size.get("population"), *(map(quotas.get, groups) if groups else [size.get("quota")])]
        yield [unit.code, unit.name, *("" if each is None else str(each) for each in numbers)]


def template_xlsx(units: Sequence[Unit], sizes: Sizes, groups: Sequence[str]) -> bytes:
    """Return the list to be filled in, as a workbook."""
    return write_text_workbook(_header(groups), list(template_rows(units, sizes, groups)))


def template_csv(units: Sequence[Unit], sizes: Sizes, groups: Sequence[str]) -> bytes:
    """Return the list to be filled in, as .csv with a mark for Excel."""
    out = io.BytesIO()
    write_csv(out, _header(groups), template_rows(units, sizes, groups), bom=True)
    return out.getvalue()


def _header(groups: Sequence[str]) -> list[str]:
    return ["code", "name", "population", *([f"quota:{each}" for each in groups] or ["quota"])]
