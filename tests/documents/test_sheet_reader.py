import csv
import io
import struct
import zipfile
import zlib
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula

from survey_app.documents.sheet_reader import MAX_BYTES, archive_guard, ignored_columns, read_sheet, unit_rows, workbook
from survey_app.domain.messages import Refused
from survey_app.domain.units import UnitRow, check_units

EXAMPLES = Path(__file__).parents[2] / "docs/examples"
REAL_LIST = (EXAMPLES / "units-changde.csv").read_text(encoding="utf-8")
HEADER = "code,name,level,parent_code\n"
SHEET = "xl/worksheets/sheet1.xml"


def refusal(content, filename="list.csv", read=read_sheet):
    with pytest.raises(Refused) as refused:
        read(content, filename)
    return str(refused.value)


def table(content, filename="list.csv"):
    sheet = read_sheet(content, filename)
    return [(1, sheet.header), *((row.number, row.cells) for row in sheet.rows)]


def workbook_of(rows, write_cell=None):
    """Return the bytes of a workbook as a spreadsheet writes it, with shared strings and numbers as numbers."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number, column, value)
        if write_cell:
            write_cell(sheet, book)
    return file.getvalue()


def repacked(content, change=None, extra=(), method=zipfile.ZIP_DEFLATED):
    """Return the archive with each entry put through `change(name, data)` and with the `extra` entries."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", method) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)) if change else old.read(name))
        for name, data in extra:
            new.writestr(name, data)
    return file.getvalue()


def with_sheet(xml, content=None):
    """Return a workbook whose first sheet holds this XML as its data."""
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    sheet = start + xml.encode() + b"</sheetData></worksheet>"
    return repacked(content or workbook_of([["x"]]), lambda name, data: sheet if name == SHEET else data)


def inline(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def test_the_real_list_reads_alike_in_every_encoding_and_as_a_workbook():
    rows = [[int(cell) if cell.isdigit() else cell for cell in row] for row in csv.reader(io.StringIO(REAL_LIST))]
    expected = unit_rows(read_sheet(REAL_LIST.encode(), "units.csv"))
    assert expected[0] == UnitRow(2, "430700", "常德市", "city", "")
    assert expected[-1].row == len(expected) + 1 == 2463
    for encoding in ("utf-8-sig", "gb18030", "utf-16"):
        assert unit_rows(read_sheet(REAL_LIST.encode(encoding), "units.csv")) == expected, encoding
    assert unit_rows(read_sheet(workbook_of(rows), "UNITS.XLSX ")) == expected


def test_the_template_can_be_imported():
    sheet = read_sheet((EXAMPLES / "units-template.csv").read_bytes(), "units-template.csv")
    plan = check_units(unit_rows(sheet), {})
    assert [unit.level for unit in plan.added] == ["city", "county", "township", "village", "organisation", "project"]
    assert plan.added[4].unit_class == "民生服务部门"
    assert plan.added[5].sector == "卫生健康"
    assert ignored_columns(sheet) == ()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_rows_are_numbered_as_a_spreadsheet_numbers_them(separator, line_end):
    lines = ["", "a,b,", "1,", "", ' ,"  "', '"two', 'lines","say ""yes"""', "5,6,,"]
    content = line_end.join(line.replace(",", separator) for line in lines).encode()
    assert table(content)[0] == (1, ("a", "b"))
    assert table(content)[1:] == [(3, ("1", "")), (6, (f"two{line_end}lines", 'say "yes"')), (7, ("5", "6"))]


def test_a_workbook_with_gaps_is_numbered_alike():
    def write(sheet, book):
        sheet.write_row(0, 0, ["a", "b", "c"])
        sheet.write(3, 2, "x")
        sheet.write_blank(5, 40, None, book.add_format({"bold": True}))

    assert table(workbook_of([], write), "list.xlsx") == [(1, ("a", "b", "c")), (4, ("", "", "x"))]


def test_the_size_that_a_sheet_declares_is_not_believed_and_its_extensions_are_not_read():
    extension = b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"/></extLst></worksheet>'
    content = workbook_of([["a", "b"], ["1", "2"]])
    for size in (b"A1", b"A1:XFD1048576"):

        def lie(name, data, size=size):
            if name == SHEET:
                return data.replace(b'ref="A1:B2"', b'ref="%b"' % size).replace(b"</worksheet>", extension)
            return data

        assert table(repacked(content, lie), "list.xlsx") == [(1, ("a", "b")), (2, ("1", "2"))]


def test_cells_of_a_workbook_become_text():
    values = [430702, 430702001004.0, 1.5, True, " x ", "=1+1", 10**17]
    rows = [["h"] * 8, values]

    def write(sheet, book):
        sheet.write_datetime(1, 7, datetime(2026, 7, 1), book.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001

    cells = table(workbook_of(rows, write), "list.xlsx")[1][1]
    assert cells == (*("430702", "430702001004", "1.5", "True", " x ", "=1+1", "1e+17", "2026-07-01 00:00:00"),)
    xml = (
        "<row>"
        + "".join(f"<c><v>{number}</v></c>" for number in ("4.30702001E+11", "430702.0", "1E+15", "0.0"))
        + "</row>"
    )
    assert table(with_sheet(xml), "list.xlsx") == [(1, ("430702001000", "430702", "1000000000000000.0", "0"))]


def test_a_formula_is_read_as_its_text_and_not_as_its_value():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["a", "b", "c"])
    sheet["A2"], sheet["B2"] = "=1+1", ArrayFormula("B2", "=SUM(A1:A2)")
    sheet["C2"] = DataTableFormula("C2", r1="A1")
    book.create_sheet("second").append(["not read"])
    file = io.BytesIO()
    book.save(file)
    assert table(file.getvalue(), "list.xlsx")[1:] == [(2, ("=1+1", "=SUM(A1:A2)", "="))]


def test_the_headings_may_be_chinese_and_in_any_order():
    content = "归口部门,备注,层级,单位 名称,上级代码,代码,,\n卫健,x,单位,甲,,A1\n".encode("gb18030")
    sheet = read_sheet(content, "list.csv")
    assert unit_rows(sheet) == [UnitRow(2, "A1", "甲", "单位", "", None, "卫健")]
    assert ignored_columns(sheet) == ("备注",)


def test_headings_that_lack_or_repeat_a_column_are_refused_with_every_fault():
    told = refusal("name,名称,sector,归口部门,level\n".encode(), read=lambda *file: unit_rows(read_sheet(*file)))
    assert told.splitlines() == [
        "The column code (单位代码) is missing. The first row must hold the headings, as in the template.",
        "The column parent_code (上级代码) is missing. The first row must hold the headings, as in the template.",
        "The columns name, 名称 mean the same. Keep one of them.",
        "The columns sector, 归口部门 mean the same. Keep one of them.",
    ]
    told = refusal(HEADER.encode(), read=lambda *file: unit_rows(read_sheet(*file)))
    assert told == "The list has headings but no rows."


def test_a_value_under_no_heading_is_refused_and_every_such_row_named():
    told = refusal((HEADER.replace("name", "") + "1,甲,city,\n2,,city,1,a\u200bb\n3,,city,1, \n").encode())
    assert [line.split(":")[0] for line in told.splitlines()] == ["Row 2", "Row 3"]
    assert "“甲” stands under no heading" in told
    assert "“a\\u200bb” stands" in told


@pytest.mark.parametrize(
    ("content", "filename", "reason"),
    [
        (b"", "list.csv", "is empty"),
        (b" \r\n", "list.xlsx", "is empty"),
        ("\ufeff,,\n\n".encode(), "list.csv", "is empty"),
        (HEADER.encode(), "list.xls", "Only .csv and .xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1...", "list.xlsx", "old .xls workbook"),
        (HEADER.encode(), "list.xlsx", "is called .xlsx but is no Excel workbook"),
        (workbook_of([["a"]]), "list.csv", "is called .csv but is no text"),
        (b"code\0name", "list.csv", "is no text"),
        (b"code\nab\xff\xff", "list.csv", "Line 2 of the file cannot be read"),
        (b'code\n1\n"never closed\n2\n', "list.csv", "Row 3: a quotation mark"),
        (b"code\n" + b"1" * 200_000, "list.csv", "Row 2: a quotation mark"),
        (b"x" * (MAX_BYTES + 1), "list.csv", "larger than 10 MB"),
        (b"code\n" + b"1\n" * 20_001, "list.csv", "too large: at most 20000 rows"),
        (b"," .join([b"h"] * 101), "list.csv", "more than 100 columns"),
    ],
)  # fmt: skip
def test_a_file_of_the_wrong_kind_is_refused_with_a_sentence(content, filename, reason):
    assert reason in refusal(content, filename)


def test_the_largest_list_is_read():
    assert len(read_sheet(b"code\n" + b"1\n" * 20_000, "list.csv").rows) == 20_000
    assert len(read_sheet(b",".join([b"h"] * 100), "list.csv").header) == 100


def test_one_broken_byte_does_not_turn_every_name_into_others():
    content = REAL_LIST.encode().replace("武陵区".encode(), b"\xe6\xad" + "陵区".encode())
    assert "Line 3 of the file" in refusal(content)


def test_a_word_document_is_no_workbook():
    for name in ("[Content_Types].xml", "xl/workbook.xml"):
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("word/document.xml", "<document/>")
            archive.writestr(name, "<Types/>")
        assert "is no Excel workbook" in refusal(file.getvalue(), "list.xlsx")


def test_a_workbook_that_lacks_its_parts_is_refused():
    content = repacked(workbook_of([["a"]]), lambda name, data: b"junk" if name == SHEET else data)
    assert "cannot be read" in refusal(content, "list.xlsx")
    assert "cannot be read" in refusal(workbook_of([["a"]])[:-60], "list.xlsx")


@pytest.mark.parametrize("name", ["../x.xml", "xl\\..\\..\\x", "/etc/x", "\\x", "C:x", "xl/media/../../../x"])
def test_a_path_that_leads_outside_is_refused(name):
    assert "cannot be read" in refusal(repacked(workbook_of([["a"]]), extra=[(name, b"")]), "list.xlsx")


def test_a_picture_and_a_name_with_dots_do_no_harm():
    content = repacked(workbook_of([["a"]]), extra=[("xl/media/a..b.png", b"\x89PNG")])
    assert table(content, "list.xlsx") == [(1, ("a",))]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_entry_that_stands_there_twice_or_is_packed_otherwise_is_refused():
    twice = repacked(workbook_of([["a"]]), extra=[(SHEET, b"<x/>")])
    assert "cannot be read" in refusal(twice, "list.xlsx")
    assert "cannot be read" in refusal(repacked(workbook_of([["a"]]), method=zipfile.ZIP_BZIP2), "list.xlsx")


def test_a_bomb_is_refused_by_what_it_declares_and_by_what_it_becomes():
    bomb = repacked(workbook_of([["a"]]), extra=[("xl/bomb.xml", b" " * 30_000_000)])
    assert "too large" in refusal(bomb, "list.xlsx")
    many = repacked(workbook_of([["a"]]), extra=[(f"xl/{n}.xml", b"") for n in range(500)])
    assert "too large" in refusal(many, "list.xlsx")


def test_a_size_that_is_a_lie_is_found():
    data = bytes(300_000) + b"\x01" * 300_000
    honest = repacked(workbook_of([["a"]]), extra=[("xl/media/bomb.bin", data)])
    assert len(table(honest, "list.xlsx")) == 1
    size, checksum = struct.pack("<L", len(data)), struct.pack("<L", zlib.crc32(data))
    assert honest.count(size) == honest.count(checksum) == 2
    for told in (4, 599_999, 600_001):
        lying = honest.replace(size, struct.pack("<L", told))
        assert "cannot be read" in refusal(lying, "list.xlsx")
        # A checksum that fits the beginning would make zipfile believe the lie.
        lying = lying.replace(checksum, struct.pack("<L", zlib.crc32(data[:told])))
        assert "cannot be read" in refusal(lying, "list.xlsx")


def test_no_document_type_no_entity_and_no_fetch(tmp_path):
    (tmp_path / "secret.txt").write_text("secret")
    for prolog in (
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "{(tmp_path / "secret.txt").as_uri()}">]>',
        '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>',
        '<!DOCTYPE x SYSTEM "http://localhost/x.dtd">',
    ):
        for encoding in ("utf-8", "utf-16"):
            xml = f'<?xml version="1.0" encoding="{encoding}"?>{prolog}<sst><si><t>&e;</t></si></sst>'.encode(encoding)
            changed = repacked(workbook_of([["a"]]), lambda n, d, x=xml: x if n.endswith("sharedStrings.xml") else d)
            assert "cannot be read" in refusal(changed, "list.xlsx")
            assert "cannot be read" in refusal(repacked(workbook_of([["a"]]), extra=[("xl/x.dat", xml)]), "list.xlsx")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2">{a}</row><row r="2">{b}</row>',
        '<row r="2">{a}</row><row r="1">{b}</row>',
        '<row r="2">{a}</row><row>{b}</row><row r="3">{b}</row>',
        '<row r="1048577">{a}</row>',
        '<row r="x">{a}</row>',
    ],
)
def test_rows_that_would_be_lost_or_padded_without_end_are_refused(rows):
    xml = rows.format(a=inline("A2", "x"), b=inline("A2", "y"))
    assert "cannot be read" in refusal(with_sheet(xml), "list.xlsx")


def test_rows_without_numbers_and_rows_far_down_are_read():
    xml = (
        f'<row>{inline("A1", "h")}</row><row>{inline("A2", "x")}</row><row r="1048576">{inline("A1048576", "y")}</row>'
    )
    assert table(with_sheet(xml), "list.xlsx") == [(1, ("h",)), (2, ("x",)), (1048576, ("y",))]


def test_more_elements_cells_padding_or_text_than_a_list_needs_is_refused(monkeypatch):
    wide = "".join(f'<row r="{n}">{inline(f"XFD{n}", "x")}</row>' for n in range(1, 130))
    assert "too large" in refusal(with_sheet(wide), "list.xlsx")
    long = workbook_of([["h"], *[["x" * 30_000]] * 400])
    assert "too large" in refusal(long, "list.xlsx")
    small = workbook_of([["a", "b"], ["c", "d"]])
    for bound, fitting in (("MAX_CELLS", 4), ("MAX_ELEMENTS", elements(small)), ("MAX_UNPACKED", unpacked(small))):
        monkeypatch.setattr(archive_guard, bound, fitting)
        assert len(table(small, "list.xlsx")) == 2
        monkeypatch.setattr(archive_guard, bound, fitting - 1)
        assert "too large" in refusal(small, "list.xlsx")
        monkeypatch.undo()
    monkeypatch.setattr(workbook, "MAX_PADDED_CELLS", 3)
    assert "too large" in refusal(small, "list.xlsx")


def elements(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(archive.read(name).count(b"<") - archive.read(name).count(b"</") - 1 for name in archive.namelist())


def unpacked(content):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return sum(entry.file_size for entry in archive.infolist())


def test_a_long_formula_that_many_cells_share_is_refused():
    def shared(length):
        first = f'<row r="1"><c r="A1"><f t="shared" ref="A1:A99" si="0">{"1+" * (length // 2)}1</f></c></row>'
        return first + "".join(f'<row r="{n}"><c r="A{n}"><f t="shared" si="0"/></c></row>' for n in range(2, 1001))

    text = f'<row r="1001">{inline("A1001", "x" * 30_000)}</row><row><c><f t="shared" si="0"/></c></row>'
    assert table(with_sheet(shared(10) + text), "list.xlsx")[999] == (1000, ("=1+1+1+1+1+1",))
    assert "too large" in refusal(with_sheet(shared(6000)), "list.xlsx")


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from([b"", HEADER.encode(), b'a\n"', b"PK\x03\x04", b"\xff\xfe"]), st.booleans()
)
@example(b"", b"PK\x03\x04", True)
def test_random_bytes_are_read_or_refused(content, head, as_workbook):
    with suppress(Refused):
        unit_rows(read_sheet(head + content, "x.xlsx" if as_workbook else "x.csv"))


SMALL = repacked(workbook_of([["code", "name"], [1, "甲"]]), method=zipfile.ZIP_STORED)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(SMALL) - 1), st.integers(0, 255)), min_size=1, max_size=5))
def test_a_damaged_workbook_is_read_or_refused(damages):
    content = bytearray(SMALL)
    for place, byte in damages:
        content[place] = byte
    with suppress(Refused):
        read_sheet(bytes(content), "x.xlsx")
