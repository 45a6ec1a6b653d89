import io
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.workbook import write_workbook
from survey_app.documents.workbook_cover import Cover

CREATED = datetime(2024, 7, 1, 8, 30, tzinfo=UTC)
COLUMNS = (
    Column("单位名称（乡镇）", 24),
    Column("有效票", 8, "integer"),
    Column("满意占比", 10, "rate"),
    Column("较上次（百分点）", 10, "rate"),
    Column("备注", 20),
)
ROWS = (
    ("高山街社区（府坪街道）", 12345, "97.1", "+1.2", None),
    ("新村（丹洲乡）", 0, None, Decimal("-0.3"), "样本不足"),
    ("百街口社区（府坪街道）", None, "—", "−2.0", ""),
    ("红旗路社区（府坪街道）", 7, "样本不足", "100", ""),
)
ANNEX = PrintedTable(
    "附表", "附表　各单位满意度测评结果", ("注：比率以作出评价为基数。", "数据截止 2024年6月30日。"), COLUMNS, ROWS
)
HOSTILE = ["=cmd|' /C calc'!A0", "=1+1", "+1", "-1+1", "@x", "\t=1", "\r=1", "{=1}", "https://a.cn", "'=1"]


def bytes_of(*sheets, created=CREATED):
    out = io.BytesIO()
    write_workbook(out, sheets, created)
    return out.getvalue()


def read(*sheets):
    return load_workbook(io.BytesIO(bytes_of(*sheets)))


def test_a_sheet_reads_back_as_it_was_given():
    page = read(ANNEX)["附表"]
    assert [[cell.value for cell in row] for row in page.iter_rows()] == [
        ["附表　各单位满意度测评结果", None, None, None, None],
        ["单位名称（乡镇）", "有效票", "满意占比", "较上次（百分点）", "备注"],
        ["高山街社区（府坪街道）", 12345, 97.1, 1.2, None],
        ["新村（丹洲乡）", 0, "—", -0.3, "样本不足"],
        ["百街口社区（府坪街道）", None, "—", -2, None],
        ["红旗路社区（府坪街道）", 7, "样本不足", 100, None],
        [None] * 5,
        ["注：比率以作出评价为基数。", None, None, None, None],
        ["数据截止 2024年6月30日。", None, None, None, None],
    ]


def test_numbers_are_shown_with_thousands_and_rates_with_the_places_printed():
    page = read(ANNEX)["附表"]
    shown = {name: page[name].number_format for name in ("B3", "C3", "D3", "D4", "D5", "D6")}
    assert shown == {"B3": "#,##0", "C3": "0.0", "D3": "+0.0;-0.0;0.0", "D4": "0.0", "D5": "0.0", "D6": "0"}


def test_the_head_stays_in_view_is_filtered_and_repeated_in_print():
    page = read(ANNEX)["附表"]
    assert page.freeze_panes == "A3"
    assert page.auto_filter.ref == "A2:E6"
    assert page.print_title_rows == "$2:$2"
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.paperSize == 9
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert (page.page_setup.fitToWidth or 1, page.page_setup.fitToHeight) == (1, 0)
    assert page["A2"].font.bold
    assert page["A2"].alignment.wrap_text
    assert page["A1"].font.bold
    assert not page["A3"].font.bold
    assert page.column_dimensions["A"].width == pytest.approx(24, abs=1)


def test_no_formula_and_no_link_reaches_a_workbook():
    columns = tuple(Column(text, 10, kind) for text, kind in zip(HOSTILE[:2], ("text", "rate"), strict=True))
    sheet = PrintedTable("一", HOSTILE[0], HOSTILE, columns, [(text, text) for text in HOSTILE])
    written = bytes_of(sheet)
    for row in load_workbook(io.BytesIO(written)).worksheets[0].iter_rows():
        for cell in row:
            assert cell.data_type in ("s", "n")
            assert not str(cell.value).startswith(("=", "+", "@", "\t", "\r"))
            assert cell.hyperlink is None
    parts = zipfile.ZipFile(io.BytesIO(written))
    assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    assert not any("rels" in name for name in parts.namelist() if "worksheets" in name)


def test_sheets_stand_in_order():
    names = read(ANNEX, PrintedTable("说明", "说明", (), (Column("项目", 10),), ())).sheetnames
    assert names == ["附表", "说明"]


def test_a_sheet_without_rows_still_has_its_head():
    page = read(PrintedTable("空", "无", (), (Column("项目", 10),), ()))["空"]
    assert [row[0].value for row in page.iter_rows()] == ["无", "项目"]
    assert page.auto_filter.ref == "A2"


def test_the_same_tables_give_the_same_bytes_at_any_hour_in_any_zone():
    shanghai = CREATED.astimezone(timezone(timedelta(hours=8)))
    assert bytes_of(ANNEX) == bytes_of(ANNEX, created=shanghai)
    assert load_workbook(io.BytesIO(bytes_of(ANNEX))).properties.created == CREATED.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        (("甲", 1, "97.1", None), "sheet 附表, row 3: 4 cells for 5 columns"),
        (("甲", "1", "97.1", None, 5), "row 3: 5 in a column of kind text"),
        (("甲", 1.5, "97.1", None, ""), "row 3: 1.5 in a column of kind integer"),
        (("甲", 1, 97.1234, None, ""), "row 3: 97.1234 is no rate as it is printed"),
        (("甲" * 32768, 1, "97.1", None, ""), "row 3: the text has 32768 characters"),
    ],
)
def test_a_cell_that_is_not_of_its_columns_kind_is_an_error(row, complaint):
    with pytest.raises(ValueError, match=complaint):
        bytes_of(PrintedTable("附表", "附表", (), COLUMNS, (row,)))


def test_a_cover_comes_first_and_leads_to_the_tables():
    wide = PrintedTable("表5 甲's", "全部单位", (), (Column("序号", 6, "integer"), *(Column("名", 9),) * 9), ())
    cover = Cover("测评统计表", [("组织单位", "=1+1")], ["满意占比 = 满意 ÷ 基数"], "送审稿 & 校")
    out = io.BytesIO()
    write_workbook(out, [ANNEX, wide], CREATED, cover)
    book = load_workbook(io.BytesIO(out.getvalue()))
    assert book.sheetnames == ["封面", "附表", "表5 甲's"]
    texts = [cell.value for row in book["封面"].iter_rows() for cell in row if cell.value]
    assert texts == [
        *("测评统计表", "组织单位", "'=1+1", "口径", "（1）", "满意占比 = 满意 ÷ 基数", "目录"),
        *("附表", "附表　各单位满意度测评结果", "表5 甲's", "全部单位"),
    ]
    links = [cell.hyperlink.location for row in book["封面"].iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'附表'!A1", "'表5 甲''s'!A1"]
    assert (book["附表"].freeze_panes, book["表5 甲's"].freeze_panes) == ("A3", "C3")
    assert {page.oddHeader.center.text for page in book.worksheets} == {"送审稿 && 校"}
    assert not any(cell.data_type == "f" for page in book.worksheets for row in page.iter_rows() for cell in row)
