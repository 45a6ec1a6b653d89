"""The first sheet of an .xlsx workbook, as text."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing
from io import BytesIO

from survey_app.documents.sheet_reader.archive_guard import guard_archive, unreadable
from survey_app.documents.sheet_reader.sheet import too_large
from survey_app.domain.messages import Refused

#: Cells together with the empty ones before them: a row with one cell far to the right is as wide as that.
MAX_PADDED_CELLS = 2_000_000
#: A spreadsheet keeps fifteen digits of a number; of a longer one the end is already lost.
_EXACT = 10**15


def read_workbook(content: bytes) -> Iterator[Sequence[str]]:
    """Yield the rows of the first sheet, from row 1, a formula as its text ("=A1").

    Raises Refused, and nothing else, for whatever bytes come in.
    """
    try:
        guard_archive(content)
        yield from _records(content)
    except Refused:
        raise
    except Exception as error:  # Foreign bytes make zipfile, zlib, expat and openpyxl raise almost anything.
        raise Refused(unreadable()) from error


def _records(content: bytes) -> list[tuple[str, ...]]:
    from openpyxl import load_workbook  # noqa: PLC0415 - heavy, and only an import of a workbook needs it.

    records: list[tuple[str, ...]] = []
    padded = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # What it warns of (styles, extensions) is not read.
        with closing(load_workbook(BytesIO(content), read_only=True, keep_links=False)) as book:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # The size that a sheet declares may be a lie.
            for row in sheet.iter_rows(values_only=True):
                padded += len(row)
                if padded > MAX_PADDED_CELLS:
                    raise Refused(too_large())
                records.append(tuple(map(_text, row)))
    return records


def _text(value: object) -> str:
    """Return a cell as its owner sees it in a list of codes and names: whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < _EXACT:
        return str(int(value))
    if type(value).__name__ in ("ArrayFormula", "DataTableFormula"):
        return "=" + (getattr(value, "text", None) or "").removeprefix("=")
    return str(value)
