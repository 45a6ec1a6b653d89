"""Reads a list that somebody uploads, a .csv or an .xlsx, into rows of text; never trusts what the file says of itself.

What the rows mean is the domain's concern; only `unit_rows` knows which headings the columns of a list of units have.
"""

from survey_app.documents.sheet_reader.separated_text import read_separated_text
from survey_app.documents.sheet_reader.sheet import Sheet, SheetRow, make_sheet
from survey_app.documents.sheet_reader.unit_columns import ignored_columns, unit_rows
from survey_app.documents.sheet_reader.workbook import read_workbook
from survey_app.domain.messages import Message, Refused, message

__all__ = ["MAX_BYTES", "Sheet", "SheetRow", "ignored_columns", "read_sheet", "unit_rows"]

#: The largest file that is read; the upload form may refuse a larger one before it has arrived.
MAX_BYTES = 10 * 1024 * 1024

_ZIP = b"PK\x03\x04"
_COMPOUND_FILE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def read_sheet(content: bytes, filename: str) -> Sheet:
    """Read the first sheet of an .xlsx, or a .csv (UTF-8, UTF-16 with a mark, or GB18030), into rows of text.

    `filename` tells only which kind of file its owner takes it for; a file that is of another kind is refused. Raises
    Refused, and nothing else, for whatever bytes come in.
    """
    wrong = _wrong_file(content, filename.strip().lower())
    if wrong:
        raise Refused(wrong)
    return make_sheet(read_workbook(content) if content.startswith(_ZIP) else read_separated_text(content))


def _wrong_file(content: bytes, name: str) -> Message | None:
    if len(content) > MAX_BYTES:
        return message("The file is larger than {limit} MB. Split the list into several files.", limit=MAX_BYTES >> 20)
    if content.startswith(_COMPOUND_FILE):
        return message("The file is an old .xls workbook or has a password. Save it as .xlsx without a password.")
    if not name.endswith((".csv", ".xlsx")):
        return message("Only .csv and .xlsx files can be read. Save the list as one of these.")
    if not content.strip():
        return message("The file is empty.")
    if name.endswith(".csv") and content.startswith(_ZIP):
        return message("The file is called .csv but is no text. If it is an Excel workbook, let its name end in .xlsx.")
    if name.endswith(".xlsx") and not content.startswith(_ZIP):
        return message(
            "The file is called .xlsx but is no Excel workbook. Open it in a spreadsheet and save it as .xlsx."
        )
    return None
