"""The rows of a list that are to be mended, as they were written, with what is wrong with each beside them."""

import io
from collections.abc import Mapping, Sequence

from survey_app.documents.delimited import write_csv
from survey_app.documents.sheet_reader import Sheet
from survey_app.documents.text_workbook import write_text_workbook


def bad_rows_csv(sheet: Sheet, said: Mapping[int, Sequence[str]], headings: Sequence[str]) -> bytes:
    """Return the rows numbered in `said`, each with its texts under the added headings, as .csv with a mark for Excel.

    Texts that a spreadsheet could run are neutralised.
    """
    out = io.BytesIO()
    write_csv(out, [*sheet.header, *headings], _rows(sheet, said), bom=True)
    return out.getvalue()


def bad_rows_xlsx(sheet: Sheet, said: Mapping[int, Sequence[str]], headings: Sequence[str]) -> bytes:
    """Return the same as a workbook in which every cell is text."""
    return write_text_workbook([*sheet.header, *headings], _rows(sheet, said))


def _rows(sheet: Sheet, said: Mapping[int, Sequence[str]]) -> list[list[str]]:
    return [[*row.cells, *said[row.number]] for row in sheet.rows if row.number in said]
