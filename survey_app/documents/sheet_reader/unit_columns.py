"""Which column of a sheet is which field of a unit."""

import unicodedata
from collections.abc import Mapping

from survey_app.documents.sheet_reader.sheet import Sheet, SheetRow
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.units import UnitRow

#: The headings that a list may use for a field; the first two are those of the template in English and Chinese.
_HEADINGS = {
    "code": "code 单位代码 代码 编码 单位编码 unit_code",
    "name": "name 单位名称 名称 unit_name",
    "level": "level 层级 级别 单位层级",
    "parent_code": "parent_code 上级代码 上级单位代码 上级编码 上级单位编码",
    "unit_class": "class 类别 单位类别 unit_class",
    "sector": "sector 归口部门",
}
_FIELDS_BY_HEADING = {heading: field for field, headings in _HEADINGS.items() for heading in headings.split()}
_REQUIRED = ("code", "name", "level", "parent_code")


def unit_rows(sheet: Sheet) -> list[UnitRow]:
    """Return the rows of a list of units, every cell as it was read.

    Raises Refused for each required column that is missing, each that stands there twice, and where there is no row.
    """
    fields = [_field(heading) for heading in sheet.header]
    errors = [_missing(field) for field in _REQUIRED if field not in fields]
    for field in _HEADINGS:
        alike = [heading for heading in sheet.header if _field(heading) == field]
        errors += [_twice(alike)] if len(alike) > 1 else []
    if not errors and not sheet.rows:
        errors = [message("The list has headings but no rows.")]
    if errors:
        raise Refused(*errors)
    places = {field: place for place, field in enumerate(fields) if field}
    return [_unit_row(row, places) for row in sheet.rows]


def ignored_columns(sheet: Sheet) -> tuple[str, ...]:
    """Return the headings that name no field of a unit, so that a misspelt one can be shown."""
    return tuple(heading for heading in sheet.header if heading and not _field(heading))


def _unit_row(row: SheetRow, places: Mapping[str, int]) -> UnitRow:
    code, name, level, parent_code = (row.cells[places[field]] for field in _REQUIRED)
    unit_class, sector = (row.cells[places[field]] if field in places else None for field in ("unit_class", "sector"))
    return UnitRow(row.number, code, name, level, parent_code, unit_class, sector)


def _field(heading: str) -> str | None:
    return _FIELDS_BY_HEADING.get("".join(unicodedata.normalize("NFKC", heading).split()).casefold())


def _missing(field: str) -> Message:
    return message(
        "The column {heading} ({chinese}) is missing. The first row must hold the headings, as in the template.",
        heading=field,
        chinese=_HEADINGS[field].split()[1],
    )


def _twice(headings: list[str]) -> Message:
    return message("The columns {headings} mean the same. Keep one of them.", headings=", ".join(headings))
