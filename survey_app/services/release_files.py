"""The files of a release, made once when it is published: the table in three formats, and the headline figure.

All of them are written from the rows after suppression, and the same rows give the same bytes.
"""

import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from analysis.figures import BarRow, FigureLabels, diverging_bars
from survey_app.documents.delimited import write_csv
from survey_app.documents.fonts import REGULAR_FILE
from survey_app.documents.workbook import write_workbook
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.services.release_workbook import release_sheets
from survey_app.services.tabulating import TABLE_COLUMNS, ResultRow, table_rows

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

_LABELS = FigureLabels(
    satisfied="满意",
    basically_satisfied="基本满意",
    dissatisfied="不满意",
    dont_know="不了解",
    approval="合计占比",
    base="{n} 份",
    suppressed="样本不足",
    nobody="无人作出评价",
    row="{name}：作出评价 {n} 份，满意和基本满意合计占比 {approval}%；满意 {satisfied}%，"
    "基本满意 {basically_satisfied}%，不满意 {dissatisfied}%，不了解 {dont_know}%。",
    row_without="{name}：{reason}。",
)


@dataclass(frozen=True)
class MadeFile:
    """One file: its address below the release, its media type, its bytes."""

    path: str
    media_type: str
    content: bytes


def make_files(head: Mapping[str, Any], rows: Sequence[ResultRow], released_at: datetime) -> list[MadeFile]:
    """Return the files of a release from its head and its rows after suppression; `released_at` is aware."""
    table = list(table_rows(rows))
    return [
        MadeFile("table.csv", "text/csv; charset=utf-8", _csv(table)),
        MadeFile("table.json", "application/json", _json(head, table)),
        MadeFile("table.xlsx", _XLSX, _xlsx(head, rows, released_at)),
        MadeFile("figures/headline.svg", "image/svg+xml", headline_figure(head, rows)),
    ]


def _csv(table: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the long form; the byte order mark lets Excel read the Chinese."""
    out = io.BytesIO()
    written = ([_csv_value(row[column]) for column in TABLE_COLUMNS] for row in table)
    write_csv(out, TABLE_COLUMNS, written, bom=True)
    return out.getvalue()


def _csv_value(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _json(head: Mapping[str, Any], table: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"release": head, "rows": table}, ensure_ascii=False, separators=(",", ":")).encode()


def _xlsx(head: Mapping[str, Any], rows: Sequence[ResultRow], released_at: datetime) -> bytes:
    out = io.BytesIO()
    write_workbook(out, release_sheets(head, rows), released_at)
    return out.getvalue()


def headline_figure(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> bytes:
    """Draw the headline question over the units directly below the top, or over the listed targets."""
    code = head["headline_question"]
    question = next(each for each in head["questions"] if each["code"] == code)
    return diverging_bars(
        [_bar(row, row.cells[code]) for row in _drawn(head, rows, question["about"] == "targets")],
        title=pick(head["title"], DEFAULT_LANGUAGE),
        note=_note(head, pick(question["text"], DEFAULT_LANGUAGE)),
        labels=_LABELS,
        font=REGULAR_FILE,
    )


def _drawn(head: Mapping[str, Any], rows: Sequence[ResultRow], about_targets: bool) -> Sequence[ResultRow]:
    if about_targets:
        return [row for row in rows if row.is_target]
    units = [row for row in rows if not row.is_target]
    # The lowest unit that has every place below it; places under several roots have none.
    top = next((row for row in reversed(units) if row.places == head["places"]), None)
    below = [row for row in units if row.parent_code == (top.code if top else "")]
    return below or units[-1:]


def _bar(row: ResultRow, cell: Mapping[str, Any]) -> BarRow:
    return BarRow(
        name=pick(row.name, DEFAULT_LANGUAGE),
        within=row.unit_class if row.is_target else "",
        satisfied=cell["satisfied"],
        basically_satisfied=cell["basically_satisfied"],
        dissatisfied=cell["dissatisfied"],
        dont_know=cell["dont_know"],
    )


def _note(head: Mapping[str, Any], question: str) -> str:
    weighted = "各票种答卷合计，未加权。" if len(head["groups"]) > 1 else ""
    return (
        f"{question} 满意和基本满意合计占比 =（满意 + 基本满意）÷ 作出评价；作出评价不含“不了解”和未填。{weighted}"
        f"第 {head['number']} 版，口径版本 {head['formula_version']}。"
    )
