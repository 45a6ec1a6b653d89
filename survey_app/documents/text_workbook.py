"""A plain workbook of texts, to be filled in and sent back: no cell is a number, a formula or a link."""

import io
from collections.abc import Mapping, Sequence

from survey_app.documents.delimited import neutralise

#: Rows below the given ones that are formatted as text too, so that a code typed there keeps its zeros.
_MORE_ROWS = 5_000
_WIDEST = 48


def write_text_workbook(
    header: Sequence[str], rows: Sequence[Sequence[str]], choices: Mapping[str, Sequence[str]] | None = None
) -> bytes:
    """Return a workbook with the header, which stays in view, and the rows; every column is formatted as text.

    `choices` gives a column, by its heading, a list of words to choose from; others may still be typed.
    """
    from xlsxwriter.workbook import Workbook  # noqa: PLC0415 - takes 0.05 s that only a download needs.

    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
        head = book.add_format({"num_format": "@", "bold": True, "bottom": 2})
        for column, heading in enumerate(header):
            cells = [neutralise(row[column]) for row in rows]
            width = max(map(_width, [heading, *cells]))
            sheet.set_column(column, column, min(width + 2, _WIDEST), text)
            sheet.write_string(0, column, neutralise(heading), head)
            for number, cell in enumerate(cells, start=1):
                sheet.write_string(number, column, cell, text)
            if choices and heading in choices:
                rule = {"validate": "list", "source": list(choices[heading]), "error_type": "information"}
                sheet.data_validation(1, column, len(rows) + _MORE_ROWS, column, rule)
        sheet.freeze_panes(1, 0)
    return out.getvalue()


def _width(text: str) -> int:
    """Return how many columns of the standard font a text takes; a Chinese character takes two."""
    return sum(1 if character < "\u2e80" else 2 for character in text)
