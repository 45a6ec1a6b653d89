import dataclasses
import io
import re
import shutil
import struct
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime, timedelta, timezone

import docx
import pytest
from docx.oxml.ns import qn

from survey_app.documents.bulletin import Bulletin, Picture, Section, write_bulletin_pdf, write_docx
from survey_app.documents.bulletin.content import Heading, chinese_number, flattened, title_lines
from survey_app.documents.fonts import SERIF, register_fonts, text_width
from survey_app.documents.paragraph_setting import drawable, ellipsis, set_paragraph
from survey_app.documents.printed_table import Column, PrintedTable

CREATED = datetime(2026, 12, 28, 1, tzinfo=UTC)
COLUMNS = (
    Column("单位", 20),
    Column("作出评价", 9, "integer"),
    Column("满意占比", 9, "rate"),
    Column("较上次", 9, "rate"),
)
SMALL = PrintedTable("表4", "区县测评结果", ["以作出评价为基数。"], COLUMNS, [["武陵区", 12345, "78.1", "-0.4"]])
LONG = PrintedTable(
    "表5",
    "全部单位",
    [],
    (*COLUMNS, Column("备注", 80)),
    [[f"第{n}村", n, "97.1", None, "样本不足"] for n in range(1200)],
)
SENTENCE = "在作出评价的 77,067 份答卷中，71,178 份选择“满意”或“基本满意”，结果只反映参与者的评价，不能推断全体居民。"


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = (
    b"\x89PNG\r\n\x1a\n"
    + chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 10, 8, 0, 0, 0, 0))
    + chunk(b"IDAT", zlib.compress((b"\0" + b"\x55" * 40) * 10))
    + chunk(b"IEND", b"")
)

GIVEN = Bulletin(
    title="关于2026年全市公共服务群众满意度测评情况的通报",
    issuer="常德市测评办公室",
    document_number="常测办[2026]12号",
    main_recipients="各区县（市）人民政府：",
    copies_to="市委办公室，市政协办公室。",
    signed_by="常德市测评办公室",
    date="2026年12月28日",
    watermark="送审稿",
    opening=["现将有关情况通报如下。"],
    sections=[
        Section("基本情况", [SENTENCE, SENTENCE * 6]),
        Section(
            "分类情况",
            [
                Section("各地区", [SENTENCE, SMALL, Picture(PNG, "各区县评价构成", 400, "图1 评价构成")]),
                Section("各项工作", [Section("较高的", [SENTENCE]), Section("较低的", [SENTENCE])]),
            ],
        ),
        Section("整改要求", [SENTENCE]),
    ],
    annexes=[SMALL, LONG],
    signatures=[("经办", "科长 张三"), ("签发", "主任 王五")],
)


def word(bulletin, created=CREATED):
    out = io.BytesIO()
    write_docx(out, bulletin, created)
    return out.getvalue()


def pdf(bulletin, created=CREATED):
    out = io.BytesIO()
    write_bulletin_pdf(out, bulletin, created)
    return out.getvalue()


def pages(content):
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    read = subprocess.run([tool, "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout
    return [re.sub(r"\s+", " ", page) for page in read.decode().split("\f")][:-1]


@pytest.fixture(scope="module")
def made():
    return word(GIVEN)


@pytest.fixture(scope="module")
def document(made):
    return docx.Document(io.BytesIO(made))


@pytest.fixture(scope="module")
def printed():
    return pages(pdf(GIVEN))


def test_headings_are_numbered_as_official_documents_are():
    headings = [each for each in flattened(GIVEN.sections) if isinstance(each, Heading)]
    assert [(each.text, each.level) for each in headings] == [
        ("一、基本情况", 1),
        ("二、分类情况", 1),
        ("（一）各地区", 2),
        ("（二）各项工作", 2),
        ("1.较高的", 3),
        ("2.较低的", 3),
        ("三、整改要求", 1),
    ]
    assert [chinese_number(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]


def test_a_title_is_broken_between_words_into_lines_of_like_length():
    lines = title_lines(GIVEN.title)
    assert list(lines) == ["关于2026年全市公共服务", "群众满意度测评情况的通报"]


def test_word_holds_every_text_in_order(document):
    texts = [paragraph.text for paragraph in document.paragraphs if paragraph.text]
    assert texts[:5] == [
        "常德市测评办公室",
        "常测办[2026]12号",
        "关于2026年全市公共服务\n群众满意度测评情况的通报",
        "各区县（市）人民政府：",
        "现将有关情况通报如下。",
    ]
    headings = [each.text for each in document.paragraphs if each.style.name == "Heading 1"]
    assert headings == ["一、基本情况", "二、分类情况", "三、整改要求"]
    at = texts.index("附件：1. 区县测评结果")
    assert texts[at + 1 : at + 4] == ["2. 全部单位", "常德市测评办公室", "2026年12月28日"]
    assert texts[at + 4 : at + 6] == ["附件1", "区县测评结果"]
    imprint = next(each for each in document.tables if each._tbl.xpath(".//w:tblpPr"))
    assert [row.cells[0].text for row in imprint.rows] == [
        "抄送：市委办公室，市政协办公室。",
        "经办：科长 张三　签发：主任 王五",
    ]


def test_words_tables_print_the_cells_and_repeat_their_header(document):
    tables = [each for each in document.tables if not each._tbl.xpath(".//w:tblpPr")]
    assert len(tables) == 3
    assert [[cell.text for cell in row.cells] for row in tables[0].rows] == [
        ["单位", "作出评价", "满意占比", "较上次"],
        ["武陵区", "12,345", "78.1", "−0.4"],
    ]
    assert len(tables[2]._tbl.tr_lst) == 1201
    for table in tables:
        assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in table._tbl.tr_lst)
        assert table._tbl.tblPr.find(qn("w:tblCaption")) is not None


def test_word_keeps_the_form_of_an_official_document(document, made):
    first = document.sections[0]
    assert [round(each.mm) for each in (first.page_width, first.page_height)] == [210, 297]
    assert [round(each.mm) for each in (first.top_margin, first.left_margin, first.right_margin)] == [37, 28, 26]
    orientations = [section.page_width > section.page_height for section in document.sections]
    assert orientations == [False, False, True]
    normal = document.styles["Normal"]
    assert normal.font.size.pt == 16
    assert normal.element.rPr.rFonts.get(qn("w:eastAsia")) == "仿宋_GB2312"
    assert normal.element.pPr.ind.get(qn("w:firstLineChars")) == "200"
    assert document.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    assert document.core_properties.language == "zh-CN"
    parts = zipfile.ZipFile(io.BytesIO(made))
    fonts = parts.read("word/fontTable.xml").decode()
    assert '<w:font w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK' in fonts
    heads = [parts.read(name).decode() for name in parts.namelist() if "header" in name]
    assert len(heads) == 2
    assert all('string="送审稿"' in each for each in heads)
    feet = [parts.read(name).decode() for name in parts.namelist() if "footer" in name]
    assert sorted(re.search(r'<w:jc w:val="(\w+)"', each)[1] for each in feet) == ["left", "right"]
    assert 'descr="各区县评价构成"' in parts.read("word/document.xml").decode()


def test_the_same_bulletin_gives_the_same_bytes(made):
    shanghai = CREATED.astimezone(timezone(timedelta(hours=8)))
    assert word(GIVEN, shanghai) == made
    short = dataclasses.replace(GIVEN, annexes=[])
    assert pdf(short) == pdf(short)


def test_nothing_from_outside_steers_word_or_is_lost():
    hostile = "<w:p/>]]>&amp; {PAGE} =1+1 \x01\x08\u202e\"'-->\n<!--table 0-->"
    table = PrintedTable("表", hostile, [hostile], (Column(hostile, 10), Column("率", 9, "rate")), [[hostile, hostile]])
    bulletin = Bulletin(
        hostile, [Section(hostile, [hostile, table])], hostile, hostile, hostile, hostile, hostile, hostile, hostile
    )
    made = word(dataclasses.replace(bulletin, annexes=[table], signatures=[(hostile, hostile)]))
    document = docx.Document(io.BytesIO(made))
    kept = "<w:p/>]]>&amp; {PAGE} =1+1 \"'--> <!--table 0-->"
    assert f"一、{kept}" in [each.text for each in document.paragraphs]
    assert [cell.text for cell in document.tables[0].rows[1].cells] == [kept, kept.replace("-", "−", 1)]
    parts = zipfile.ZipFile(io.BytesIO(made))
    assert "instrText" not in parts.read("word/document.xml").decode()
    assert not any(
        "vba" in name or "External" in parts.read(name).decode(errors="replace") for name in parts.namelist()
    )
    assert len(pages(pdf(bulletin))) >= 1


def test_a_bulletin_without_head_annex_and_signature_is_only_its_text():
    plain = Bulletin("关于测评情况的通报", [Section("基本情况", [SENTENCE])])
    document = docx.Document(io.BytesIO(word(plain)))
    assert [each.text for each in document.paragraphs if each.text] == [plain.title, "一、基本情况", SENTENCE]
    assert not document.tables
    (page,) = pages(pdf(plain))
    assert "送审稿" not in page


def test_a_cell_of_the_wrong_kind_is_an_error():
    wrong = dataclasses.replace(SMALL, rows=[[5, 1, "78.1", ""]])
    for write in (word, pdf):
        with pytest.raises(ValueError, match="5 in a column of kind text"):
            write(dataclasses.replace(GIVEN, annexes=[wrong]))


def test_the_pdf_holds_head_text_tables_and_numbers(printed):
    first = printed[0]
    for text in ("常德市测评办公室", "常测办[2026]12号", "群众满意度测评情况的通报", "一、基本情况", "—1—"):
        assert text.replace(" ", "") in first.replace(" ", "")
    whole = "".join(printed).replace(" ", "")
    assert "武陵区12,34578.1−0.4" in whole
    assert "附件：1.区县测评结果" in whole
    assert "抄送：市委办公室，市政协办公室。" in whole
    annex = [page for page in printed if "样本不足" in page]
    assert len(annex) > 20
    assert all("较上次" in page for page in annex)  # The header is repeated on every page.
    numbers = re.findall(r"第(\d+)村 ([\d,]+) 97\.1", " ".join(annex))
    assert [int(each) for each, _ in numbers] == list(range(1200))
    assert all(int(printed.replace(",", "")) == int(each) for each, printed in numbers)


def test_the_pdf_has_an_outline_and_the_language(printed):
    content = pdf(dataclasses.replace(GIVEN, annexes=[SMALL]))
    assert b"/Lang (zh-CN)" in content
    assert content.count(b"/Title") >= 9


def test_no_line_begins_with_a_closing_mark_and_all_are_flush():
    register_fonts()
    text = (SENTENCE + "（注：口径“合计占比”，见附件《统计表》。）") * 5
    for size, width in ((16, 442), (9, 100), (7, 43)):
        lines = set_paragraph(text, SERIF, size, width, 2 * size)
        assert "".join(line.text for line in lines).replace(" ", "") == text.replace(" ", "")
        for line in lines:
            assert line.text[0] not in "，。、；：？！）》”’%"
            assert line.text[-1] not in "（《“‘" or line is lines[-1]
        for line in lines[:-1]:
            drawn = text_width(line.text, SERIF, size) + line.spread * (len(line.text) - 1) + line.indent
            assert drawn == pytest.approx(width, abs=0.01)
        assert "77,067" in " ".join(line.text for line in lines)


def test_a_word_longer_than_a_line_is_broken_and_what_no_font_draws_is_marked():
    register_fonts()
    lines = set_paragraph("https://example.org/" + "a" * 60, SERIF, 10, 100)
    assert len(lines) > 3
    assert all(text_width(line.text, SERIF, 10) <= 100.01 for line in lines)
    assert drawable("😀村\x00") == "〓村"
    assert ellipsis("很长的题目", SERIF, 10, 30) == "很长…"
    assert ellipsis("短", SERIF, 10, 30) == "短"
