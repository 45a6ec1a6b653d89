"""The files of a release, made once when it is published: tables, figures, bulletin.

All of them are written from the head and the rows after suppression, and the same rows give the same bytes.
"""

import hashlib
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from analysis.figures import Drawing
from survey_app.documents.bulletin import Bulletin, Picture, write_bulletin_pdf, write_docx
from survey_app.documents.delimited import write_csv
from survey_app.documents.printed_table import PrintedTable
from survey_app.documents.workbook import write_workbook
from survey_app.services.releases.bulletin import bulletin, is_shown
from survey_app.services.releases.cover import cover
from survey_app.services.releases.crossing import CROSSED_COLUMNS, crossed_rows
from survey_app.services.releases.figure_names import FigureName
from survey_app.services.releases.figures import release_figures
from survey_app.services.releases.result_rows import TABLE_COLUMNS, ResultRow, table_rows
from survey_app.services.releases.tables import applies, long_tables, release_tables

_SCHEMA = Path(__file__).with_name("release-table.schema.json")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

#: Of pictures in the bulletin: sharp on paper, and small to send.
_DPI = 150

#: How many steps `make_files` tells of: tables, figures, workbook, Word, PDF.
FILE_STEPS = 5


@dataclass(frozen=True)
class MadeFile:
    """One file: its address below the release, its media type, its bytes."""

    path: str
    media_type: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        """Its hash, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def make_files(
    head: Mapping[str, Any],
    rows: Sequence[ResultRow],
    released_at: datetime,
    progress: Callable[[int], None] = lambda done: None,
) -> list[MadeFile]:
    """Return the files of a release from its head and its rows after suppression; `released_at` is aware."""
    tables = release_tables(head, rows)
    files = list(_data(head, rows))
    progress(1)
    shown: list[tuple[FigureName, Drawing]] = []
    for name, drawing in release_figures(head, rows):
        if is_shown(name):
            shown.append((name, drawing))
        files.append(MadeFile(name.path("svg"), "image/svg+xml", drawing.svg()))
        files.append(MadeFile(name.path("pdf"), "application/pdf", drawing.pdf()))
    progress(2)
    files.append(MadeFile("table.xlsx", _XLSX, _xlsx(head, rows, tables, released_at)))
    progress(3)
    written = bulletin(head, rows, [each for each in tables if applies(each)], dict(_pictures(shown)))
    files.append(MadeFile("bulletin.docx", _DOCX, _document(write_docx, written, released_at)))
    progress(4)
    files.append(MadeFile("bulletin.pdf", "application/pdf", _document(write_bulletin_pdf, written, released_at)))
    progress(5)
    return files


def _data(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> Iterator[MadeFile]:
    table = list(table_rows(rows))
    yield MadeFile("table.csv", "text/csv; charset=utf-8", _csv(table))
    if head.get("crossing"):
        yield MadeFile("choice.csv", "text/csv; charset=utf-8", _choice_csv(head))
    yield MadeFile("table.json", "application/json", _json(head, rows, table))
    yield MadeFile("table.schema.json", "application/schema+json", _SCHEMA.read_bytes())


def _csv(table: Sequence[Mapping[str, Any]]) -> bytes:
    """Write the long form; the byte order mark lets Excel read the Chinese."""
    out = io.BytesIO()
    written = ([_csv_value(row[column]) for column in TABLE_COLUMNS] for row in table)
    write_csv(out, TABLE_COLUMNS, written, bom=True)
    return out.getvalue()


def _choice_csv(head: Mapping[str, Any]) -> bytes:
    """Write table 6 of a choice: a row of `table.csv` is a unit, and this is none."""
    out = io.BytesIO()
    columns = ("choice", "row", "option", "question", *CROSSED_COLUMNS)
    written = ({"choice": head["crossing"]["question"], **row} for _, row in crossed_rows(head))
    write_csv(out, columns, ([_csv_value(row[column]) for column in columns] for row in written), bom=True)
    return out.getvalue()


def _csv_value(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _json(head: Mapping[str, Any], rows: Sequence[ResultRow], table: Sequence[Mapping[str, Any]]) -> bytes:
    extras = [
        {"unit_code": row.code, "is_target": row.is_target, "question": question, **extra}
        for row in rows
        for question, extra in row.extras.items()
    ]
    groups = [
        {"unit_code": row.code, "is_target": row.is_target, "group": group, "question": question, **cell}
        for row in rows
        for group, cells in row.group_cells.items()
        for question, cell in cells.items()
    ]
    whole = {"release": head, "rows": table, "group_rows": groups, "extras": extras}
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def _xlsx(
    head: Mapping[str, Any], rows: Sequence[ResultRow], tables: Sequence[PrintedTable], released_at: datetime
) -> bytes:
    out = io.BytesIO()
    sheets = [*tables, *long_tables(head, rows)]
    write_workbook(out, sheets, released_at, cover(head))
    return out.getvalue()


def _pictures(drawings: Sequence[tuple[FigureName, Drawing]]) -> Iterator[tuple[FigureName, Picture]]:
    """Make the figures that the bulletin shows; Word takes no drawings of lines."""
    for name, drawing in drawings:
        yield name, Picture(drawing.png(_DPI), f"{drawing.title}：{drawing.description}")


def _document(write: Callable[[io.BytesIO, Bulletin, datetime], None], written: Bulletin, created: datetime) -> bytes:
    out = io.BytesIO()
    write(out, written, created)
    return out.getvalue()
