import pytest

from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.table_layout import PADDING, cell_text, cell_texts, lay_out


@pytest.mark.parametrize(
    ("value", "kind", "printed"),
    [
        (12345, "integer", "12,345"),
        (None, "integer", ""),
        ("97.1", "rate", "97.1"),
        (None, "rate", "—"),
        ("", "rate", ""),
        ("-0.4", "rate", "−0.4"),
        ("+1.2", "rate", "+1.2"),
        ("甲\x00\n乙", "text", "甲 乙"),
        (None, "text", ""),
    ],
)
def test_a_cell_is_printed_as_its_column_says(value, kind, printed):
    assert cell_text(value, kind) == printed


def test_a_number_in_a_column_of_texts_is_an_error():
    with pytest.raises(ValueError, match="3 in a column of kind text"):
        cell_text(3, "text")


def test_a_line_holds_nothing_that_cannot_be_seen():
    assert plain_line("武陵\u202e区\u200b\ud800\ufffe\x07") == "武陵区"
    assert plain_line("一\t二\r\n三\u2028四　五") == "一 二  三 四　五"


def table(*rows):
    columns = (
        Column("序号", 6, "integer"),
        Column("单位名称（乡镇）", 24),
        Column("位次", 8),
        Column("占比", 9, "rate"),
    )
    return PrintedTable("表", "表", (), columns, rows)


def test_columns_fill_the_room_and_figures_are_never_broken():
    given = table((1, "很长的单位名称" * 6, "3–11", "97.1"), (12345678, "村", "4", None))
    for room in (90, 160, 400, 700):
        laid = lay_out(given, cell_texts(given), room, (10, 6))
        assert 6 <= laid.size <= 10
        assert laid.widths[0] >= 10 * 0.55 * laid.size + 2 * PADDING
        if room >= 160:
            assert sum(laid.widths) == pytest.approx(room)
    assert laid.size == 10
    assert list(laid.sides) == ["right", "left", "center", "right"]


def test_a_table_without_rows_is_laid_out_by_its_header():
    laid = lay_out(table(), [], 300, (10, 6))
    assert sum(laid.widths) == pytest.approx(300)
