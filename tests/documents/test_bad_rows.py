"""What is handed back of a list: the rows to mend, and the workbook to fill in."""

import io

import openpyxl

from survey_app.documents.bad_rows import bad_rows_csv, bad_rows_xlsx
from survey_app.documents.sheet_reader import read_sheet
from survey_app.documents.text_workbook import write_text_workbook

SHEET = read_sheet("code,name,x\n\n1,好,a\n=1+1,坏,－1\n007,名,\n".encode(), "u.csv")  # noqa: RUF001 - meant.
SAID = {4: ("错", "改"), 5: ("=错", "改")}


def test_rows_to_mend_come_as_they_were_and_no_spreadsheet_runs_them():
    text = bad_rows_csv(SHEET, SAID, ("问题", "如何改正")).decode()
    assert text == "\ufeffcode,name,x,问题,如何改正\r\n'=1+1,坏,'－1,错,改\r\n007,名,,'=错,改\r\n"  # noqa: RUF001


def test_in_a_workbook_every_cell_is_text():
    book = openpyxl.load_workbook(io.BytesIO(bad_rows_xlsx(SHEET, SAID, ("问题", "如何改正"))))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert rows == [
        ["code", "name", "x", "问题", "如何改正"],
        ["'=1+1", "坏", "'－1", "错", "改"],  # noqa: RUF001
        ["007", "名", "", "'=错", "改"],
    ]
    assert book.active["A3"].number_format == "@"


def test_a_column_may_offer_words_to_choose_from():
    book = openpyxl.load_workbook(io.BytesIO(write_text_workbook(["a", "b"], [["1", "x"]], {"b": ["x", "y"]})))
    (rule,) = book.active.data_validations.dataValidation
    assert (rule.type, rule.formula1) == ("list", '"x,y"')
    assert book.active.column_dimensions["A"].number_format == "@"
    assert write_text_workbook(["a"], []).startswith(b"PK")
