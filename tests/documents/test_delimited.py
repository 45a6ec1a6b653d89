import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.documents.delimited import neutralise, write_csv

HOSTILE = ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1", "－1", "--", "-\t"]  # noqa: RUF001
HARMLESS = ["", "-", "—", "−1.2", "'x", " x", "常德市", "1-2", "a=b", "0736-7256000", "97.1"]


def csv_of(columns, rows, bom=False):
    out = io.BytesIO()
    write_csv(out, columns, rows, bom)
    return out.getvalue()


@pytest.mark.parametrize("value", HOSTILE)
def test_what_could_begin_a_formula_gets_an_apostrophe(value):
    assert neutralise(value) == "'" + value


@pytest.mark.parametrize("value", HARMLESS)
def test_other_texts_stay(value):
    assert neutralise(value) == value


def test_no_cell_of_a_file_begins_a_formula():
    written = csv_of(HOSTILE[:2], [[text, text] for text in HOSTILE], bom=True)
    cells = [cell for row in csv.reader(io.StringIO(written.decode("utf-8-sig"), newline="")) for cell in row]
    assert len(cells) == 2 + 2 * len(HOSTILE)
    assert all(cell.startswith("'") for cell in cells)


def test_cells_are_written_as_they_are_printed():
    rows = [["桃源县", 1234, Decimal("-1.2"), None, "—"], ['a,"b"', 0, 97.5, "第一行\n第二行", True]]
    assert csv_of(["单位名称", "有效票", "较上次", "位次", "备注"], rows).decode() == (
        '单位名称,有效票,较上次,位次,备注\r\n桃源县,1234,-1.2,,—\r\n"a,""b""",0,97.5,"第一行\n第二行",True\r\n'
    )


@pytest.mark.parametrize(("bom", "start"), [(True, b"\xef\xbb\xbfA\r\n"), (False, b"A\r\n")])
def test_a_byte_order_mark_comes_where_it_is_asked_for(bom, start):
    assert csv_of(["A"], [], bom) == start


def test_a_text_file_gets_the_same_as_a_binary_one():
    out = io.StringIO(newline="")
    write_csv(out, ["单位"], [["桃源县"]], bom=True)
    assert out.getvalue().encode() == csv_of(["单位"], [["桃源县"]], bom=True)


def test_the_file_stays_open_also_after_a_bad_row():
    out = io.BytesIO()
    with pytest.raises(ValueError, match="row 2 has 1 cells for 2 columns"):
        write_csv(out, ["A", "B"], [["1", "2"], ["3"]], bom=False)
    assert out.getvalue() == b"A,B\r\n1,2\r\n"


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2)))
def test_what_is_written_is_read_back_neutralised(rows):
    read = list(csv.reader(io.StringIO(csv_of(["A", "B"], rows).decode(), newline="")))
    assert read == [["A", "B"], *([neutralise(cell) for cell in row] for row in rows)]
