"""Tables as CSV (RFC 4180: commas, CRLF, UTF-8), and the guard that keeps a spreadsheet from running a cell."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO, TextIO

#: What makes a spreadsheet take a cell's text for a formula, or reach one behind it; full-width signs count in a
#: Chinese locale (OWASP, "CSV Injection").
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001 - meant.

_BYTE_ORDER_MARK = "\ufeff"


def neutralise(value: str) -> str:
    """Return the cell's text, with an apostrophe before it where a spreadsheet could take it for a formula.

    A text that is only "-" stays, as do the printed "—" and "−": no formula begins so.
    """
    return "'" + value if value.startswith(_DANGEROUS) and value != "-" else value


def write_csv(out: TextIO | BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[object]], bom: bool) -> None:
    """Write a header row and `rows` to `out`, which is left open; a binary file gets UTF-8.

    Texts are neutralised. Numbers (int, float, Decimal) are written as Python prints them, so a rate is given as
    printed: a Decimal, or a string if it is not negative. None is an empty cell. `bom` puts a byte order mark first,
    without which Excel reads Chinese in the wrong encoding. A text file must be opened with newline="".

    ValueError: a row has more or fewer cells than there are columns.
    """
    if isinstance(out, io.TextIOBase):
        _write_rows(out, columns, rows, bom)
        return
    text = io.TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)  # type: ignore[type-var]
    try:
        _write_rows(text, columns, rows, bom)
    finally:
        text.detach()


def _write_rows(
    out: TextIO | io.TextIOBase, columns: Sequence[str], rows: Iterable[Sequence[object]], bom: bool
) -> None:
    if bom:
        out.write(_BYTE_ORDER_MARK)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(map(_cell, columns))
    for number, row in enumerate(rows, start=1):
        if len(row) != len(columns):
            raise ValueError(f"row {number} has {len(row)} cells for {len(columns)} columns")
        writer.writerow(map(_cell, row))


def _cell(value: object) -> object:
    return neutralise(value) if isinstance(value, str) else value
