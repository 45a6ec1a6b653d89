"""The printed digit of every figure is the same on the page, in Excel, Word, PDF, CSV and JSON; the hidden in none.

One small release holds every kind of row: hidden ones, 0 and 100 %, 1/16, no ballots, an inner place.
"""

import csv
import html
import io
import json
import re
import shutil
import zipfile

import docx
import numpy as np
import openpyxl
import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import select

from analysis.cells import count_cell
from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.models import Release, ReleaseFile, ReleaseUnit
from survey_app.services.releases.stored_files import plain
from survey_app.web.results.answers import answers_of
from tests.results_fixtures.cases import SURVEY, Case, answered
from tests.results_fixtures.reading import page, pdf_text, shown, table, words

BASE = "/results/services/1"
UNITS = (
    ("43", "常德市", "city", None),
    ("43A", "武陵区", "county", "43"),
    ("43B", "鼎城区", "county", "43"),
    ("43A1", "启明街道", "township", "43A"),
    ("43A2", "永安街道", "township", "43A"),
    ("43B1", "蒿子港镇", "township", "43B"),
    ("43B2", "中河口镇", "township", "43B"),
    ("43A11", "先锋社区", "village", "43A1"),
    ("43A12", "马家吉社区", "village", "43A1"),
    ("43A21", "高桥社区", "village", "43A2"),
    ("43A22", "东苑社区", "village", "43A2"),
    ("43A23", "竹园社区", "village", "43A2"),
    ("43A25", "长庚社区", "village", "43A2"),
    ("43B11", "沿河村", "village", "43B1"),
    ("43B12", "民主村", "village", "43B1"),
    ("43B21", "白鹤村", "village", "43B2"),
)
#: The counts of the one sibling of a place that is too small: hidden with it, though there are many of them.
HIDDEN = (613, 389, 277, 151)
#: Satisfied, basically satisfied, dissatisfied, don't know.
ANSWERS = {
    "43A1": (20, 11, 4, 2),
    "43A11": (31, 12, 5, 3),
    "43A12": (29, 17, 8, 0),
    "43A21": (1, 0, 15, 0),
    "43A22": (40, 0, 0, 5),
    "43A23": (0, 0, 40, 1),
    "43B11": (2, 2, 1, 1),
    "43B12": HIDDEN,
    "43B21": (33, 20, 7, 4),
}
DEFINITION = SURVEY | {"places": {"units": [code for code, _, level, _ in UNITS if level == "village"] + ["43A1"]}}

_COUNTS = ("ballots", "rated", "satisfied", "basically_satisfied", "dissatisfied", "dont_know", "blank")
_RATES = ("satisfied_rate", "approval_rate", "satisfied_rate_all", "approval_rate_all", "range_low", "range_high")
_LEVELS = {
    "city": "市",
    "county": "区县（市）",
    "township": "乡镇（街道）",
    "village": "村（社区）",
    "own": "本级",
}
#: The remark on a range in the tables, and on the page.
_NOTES = {
    "wilson_on_count": ("Wilson 法", " Wilson 法"),
    "few_places": ("测评点过少", "测评点不足 4 个"),
}
_BANDS = {
    "much_better": "明显偏高",
    "better": "偏高",
    "as_expected": "无明显差异",
    "worse": "偏低",
    "much_worse": "明显偏低",
}


@pytest.fixture(scope="module")
def app(migrated_sqlite, tmp_path_factory):
    """Give one application to both tests: they only read."""
    folder = tmp_path_factory.mktemp("printed")
    shutil.copy(migrated_sqlite, folder / "test.sqlite3")
    url = f"sqlite:///{folder / 'test.sqlite3'}"
    made = create_app(read_config({"SURVEY_DATA_DIR": str(folder), "SURVEY_DATABASE_URL": url}))
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture(scope="module")
def release(app):
    """Give the stored rows and the files of the published survey."""
    database = app.extensions["manyi"].database
    answered(database, ANSWERS, DEFINITION, UNITS).publish()
    with database.reading() as session:
        rows = session.scalars(select(ReleaseUnit).order_by(ReleaseUnit.position)).all()
        files = {each.path: plain(each) for each in session.scalars(select(ReleaseFile))}
        session.expunge_all()
    return rows, files


def figures(row):
    """The printed counts, rates and range of a row: "" where hidden, a dash where nobody rated."""
    cell = row.cells["overall"]
    counts = ["" if cell[name] is None else f"{cell[name]:,}" for name in _COUNTS]
    gap = "" if cell["suppressed"] else "—"
    without = "" if cell["range_note"] else gap
    rates = [gap if cell[name] is None else cell[name] for name in _RATES[:4]]
    return counts, rates + [without if cell[name] is None else cell[name] for name in _RATES[4:]]


def line_of(number, row):
    """The line of table 5, cell by cell."""
    counts, rates = figures(row)
    extra = row.extras.get("overall", {})
    low, high = extra.get("position_low"), extra.get("position_high")
    remark = "无答卷" if not row.ballots else "样本不足" if row.cells["overall"]["suppressed"] else ""
    remark = remark or _NOTES.get(row.cells["overall"]["range_note"], ("", ""))[0]
    return [
        str(number),
        row.name["zh_Hans"],
        " · ".join(row.path[1:] or row.path),
        _LEVELS[row.level],
        *counts,
        "0",
        *rates,
        str(extra.get("position", "")),
        "" if low is None else str(low) if low == high else f"{low}–{high}",
        _BANDS.get(extra.get("band"), ""),
        remark,
    ]


def in_excel(content):
    """Table 5 of the workbook as Excel prints it."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))["表5 全部单位"]
    lines = []
    for cells in sheet.iter_rows(min_row=3):
        if cells[0].value is None:
            return lines
        lines.append([shown(cell) for cell in cells])
    raise AssertionError("the notes are missing")


def in_word(content):
    """Table 5 of the bulletin: the table after the heading of the fifth annex."""
    found = [
        [[cell.text for cell in row.cells] for row in each.rows]
        for each in docx.Document(io.BytesIO(content)).tables
        if [cell.text for cell in each.rows[0].cells][:2] == ["序号", "单位名称"]
    ]
    assert len(found) == 2, "tables 4 and 5"
    return found[1][1:]


def in_pdf(content):
    """The lines of table 5 in the PDF, as their words: empty cells leave no trace there."""
    text = pdf_text(content)
    annex = text[text.rindex("表5 全部单位") :].partition("题目：")[0]
    return [line.split() for line in annex.splitlines() if re.match(r" *\d+ +\S+ ", line)]


def on_pages(client, rows):
    """What the result pages say: unit code -> counts and rates, from the list that a unit stands in or its own page."""
    found = {}
    inner = {row.parent_code for row in rows}
    for row in rows:
        tree = page(client, f"{BASE}?unit={row.code}")
        hero = [words(node).replace(" %", "") for node in tree.css(".hero .keys dd")]
        big = words(tree.css_first(".hero .big")).removesuffix(" %").removesuffix("%")
        found[row.code, "own page"] = (big, hero)
        if row.code not in inner:
            continue
        ranges = {
            words(each.css_first("th")): words(each.css("td")[1]) for each in tree.css("#comparison ~ .scroll tbody tr")
        }
        for name, *cells in table(tree):
            child = next(each for each in rows if each.parent_code == row.code and each.name["zh_Hans"] == name)
            found[child.code, "list"] = (cells, ranges.get(name))
    return found


def test_every_figure_is_printed_alike_on_page_xlsx_docx_pdf_csv_and_json(client, release):
    rows, files = release
    expected = [line_of(number, row) for number, row in enumerate(rows, start=1)]
    kinds = {row.code: row.cells["overall"] for row in rows}
    # The kinds of rows that this test is about are all there.
    assert kinds["43A21"]["approval_rate"] == "6.3"
    assert (kinds["43A22"]["approval_rate"], kinds["43A23"]["approval_rate"]) == ("100.0", "0.0")
    assert kinds["43B12"]["suppressed"]
    assert kinds["43A25"]["ballots"] == 0
    assert kinds["43A1.own"]["satisfied"] == 20
    assert kinds["43B1"]["ballots"] == 1436
    assert {each["range_note"] for each in kinds.values()} == {None, "few_places", "wilson_on_count"}

    assert in_excel(files["table.xlsx"]) == expected
    assert in_word(files["bulletin.docx"]) == expected
    assert in_pdf(files["bulletin.pdf"]) == [" ".join(line).split() for line in expected]

    read = json.loads(files["table.json"])
    Draft202012Validator(json.loads(files["table.schema.json"])).validate(read)
    long_form = {(each["unit_code"], each["question"]): each for each in read["rows"]}
    texts = csv.DictReader(io.StringIO(files["table.csv"].decode("utf-8-sig"), newline=""))
    as_text = {(each["unit_code"], each["question"]): each for each in texts}
    assert long_form.keys() == as_text.keys() == {(row.code, code) for row in rows for code in row.cells}
    for row in rows:
        for code, cell in row.cells.items():
            for name in (*_COUNTS, *_RATES, "range_note"):
                assert long_form[row.code, code][name] == cell[name]
                assert as_text[row.code, code][name] == ("" if cell[name] is None else str(cell[name]))

    _compare_pages(on_pages(client, rows), rows)


def _compare_pages(shown, rows):
    listed = [row for row in rows if row.parent_code]
    assert {code for code, where in shown if where == "list"} == {row.code for row in listed}
    for row in listed:
        cells, between = shown[row.code, "list"]
        counts, rates = figures(row)
        gap = "样本不足" if row.cells["overall"]["suppressed"] else "—"
        both = [
            f"{rates[base]} ({rates[base + 2]})" if row.cells["overall"]["approval_rate"] else gap for base in (0, 1)
        ]
        assert cells == [*counts[:6], *both], row.code
        if between is not None:
            cell = row.cells["overall"]
            note = _NOTES.get(cell["range_note"], ("", ""))[1]
            assert between == ((note or "—") if cell["range_low"] is None else f"{rates[4]}–{rates[5]}{note}")
    for row in rows:
        big, keys = shown[row.code, "own page"]
        cell = row.cells["overall"]
        if cell["approval_rate"] is not None:
            assert big == cell["approval_rate"]
            assert {cell["satisfied_rate"], cell["approval_rate_all"]} <= set(keys)
        else:
            assert not re.search(r"\d", big)
        assert f"{row.ballots:,}" in keys


def readable(path, content):
    """What a file says: its words and numbers, without the outlines of letters."""
    if path.endswith("xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = (cell for sheet in book for row in sheet.iter_rows() for cell in row)
        return " ".join(f"{cell.value} {cell.comment or ''}" for cell in cells if cell.value is not None)
    if path.endswith("docx"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        parts = [archive.read(name).decode() for name in archive.namelist() if name.endswith((".xml", ".rels"))]
        return re.sub(r"<[^>]*>", " ", " ".join(re.sub(r"<w:rPr>.*?</w:rPr>", "", part) for part in parts))
    if path.endswith("pdf"):
        return pdf_text(content)
    if path.endswith("svg"):
        return html.unescape(re.sub(r"<path[^>]*>|<use[^>]*>", " ", content.decode()))
    return content.decode("utf-8-sig")


def test_what_is_hidden_is_in_no_file_and_on_no_page(client, release):
    """The counts of the hidden sibling are distinctive: nothing else in the release has one of these numbers."""
    rows, files = release
    secret = {str(each) for each in (*HIDDEN, sum(HIDDEN[:3]), sum(HIDDEN[:2]))}
    texts = {path: readable(path, content) for path, content in files.items()}
    for row in rows:
        texts[row.code] = words(page(client, f"{BASE}?unit={row.code}").body)
    for path, text in texts.items():
        said = set(re.findall(r"(?<![\w.])\d[\d,]*(?:\.\d+)?(?![\w.])", text))
        assert not secret & {each.replace(",", "") for each in said}, path
    # The search finds what is printed: the parent's counts, in every file with a table and in the drawing's words.
    shown = {path for path, text in texts.items() if re.search(r"(?<![\w.])(?:1,284|1284)(?![\w.])", text)}
    assert {"table.csv", "table.json", "table.xlsx", "bulletin.docx", "bulletin.pdf"} <= shown
    assert "1,344" in texts["figures/headline.svg"], "the county's rated ballots, in the text alternative"


#: Ratings of "overall" by answer to "visits"; five say "never", which is hidden with the next smaller.
BY_ANSWER = {"often": (30, 11, 4, 2), "rarely": (1, 0, 15, 4), "": (9, 2, 5, 3), "never": (2, 2, 1, 0)}
VISITS = {
    "code": "visits",
    "kind": "single_choice",
    "text": {"zh_Hans": "您多久去一次？", "en": "How often do you go?"},
    "options": [
        {"code": code, "text": {"zh_Hans": chinese, "en": code}}
        for code, chinese in (("often", "每月都去"), ("rarely", "一年几次"), ("never", "没去过"))
    ],
}


def test_table_6_of_a_choice_is_printed_alike_on_page_xlsx_docx_pdf_csv_and_json(client, app):
    database = app.extensions["manyi"].database
    questions = [SURVEY["questions"][0], VISITS]
    case = Case(database, SURVEY | {"slug": "choice", "questions": questions}, UNITS)
    options = ["", "often", "rarely", "never"]
    case.answer(
        "43A11",
        [
            bytes([rated, options.index(answer)])
            for answer, counts in BY_ANSWER.items()
            for rated, count in enumerate(counts, start=1)
            for _ in range(count)
        ],
    )
    case.close().publish()
    with database.reading() as session:
        files = {
            each.path: plain(each)
            for each in session.scalars(select(ReleaseFile).join(Release).where(Release.survey_id == case.id))
        }
    hidden = [""] * 10
    expected = [
        # 30 and 41 of 45, of 47; 1 of 16, of 20.
        ["每月都去", "47", "45", "30", "11", "4", "2", "0", "66.7", "91.1", "63.8", "87.2"],
        ["一年几次", "20", "16", "1", "0", "15", "4", "0", "6.3", "6.3", "5.0", "5.0"],
        ["没去过", "5", *hidden],
        ["未填", "19", *hidden],
    ]
    remarks = ["", "", "样本不足", "样本不足"]
    printed = [["总的来说，您满意吗？", *line, remark] for line, remark in zip(expected, remarks, strict=True)]

    sheet = openpyxl.load_workbook(io.BytesIO(files["table.xlsx"]))["表6 单选题与题目"]
    assert [[shown(cell) for cell in row] for row in sheet.iter_rows(min_row=3, max_row=6)] == printed
    tables = docx.Document(io.BytesIO(files["bulletin.docx"])).tables
    found = next(each for each in tables if [cell.text for cell in each.rows[0].cells][:2] == ["题目", "回答"])
    assert [[cell.text for cell in row.cells] for row in found.rows][1:] == printed
    text = pdf_text(files["bulletin.pdf"])
    annex = text[text.rindex("表6 单选题与题目") :].partition("按单选题")[0]
    endings = [" ".join(line[1:]).split() for line in printed]
    lines = [each.split() for each in annex.splitlines()]
    assert [line[-len(end) :] for line in lines for end in endings if line[-len(end) :][:1] == end[:1]] == endings

    read = json.loads(files["table.json"])
    Draft202012Validator(json.loads(files["table.schema.json"])).validate(read)
    names = ("ballots", *_COUNTS[1:], *_RATES[:4])
    rows = read["release"]["crossing"]["rows"]
    assert [["" if row[name] is None else str(row[name]) for name in names] for row in rows] == [
        line[1:] for line in expected
    ]
    texts = list(csv.DictReader(io.StringIO(files["choice.csv"].decode("utf-8-sig"), newline="")))
    assert [[row[name] for name in names] for row in texts] == [line[1:] for line in expected]
    assert [(row["choice"], row["row"], row["option"]) for row in texts] == [
        ("visits", "option", "often"),
        ("visits", "option", "rarely"),
        ("visits", "option", "never"),
        ("visits", "blank", ""),
    ]

    for language, heading, blank, few in (
        ("zh_Hans", "按回答分列", "未填", "样本不足"),
        ("en", "By answer to one question", "Left blank", "Too few ratings"),
    ):
        tree = page(client, f"/results/choice/1?lang={language}")
        assert words(tree.css_first("#answers")) == heading
        lines = [[words(cell) for cell in row.css("th, td")] for row in tree.css("#answers ~ .scroll tbody tr")][:4]
        assert [line[1:8] for line in lines] == [line[1:8] for line in expected]
        assert [line[8:] for line in lines[:2]] == [["66.7 (63.8)", "91.1 (87.2)"], ["6.3 (5.0)", "6.3 (5.0)"]]
        assert (lines[3][0], lines[3][9]) == (blank, few)
    assert page(client, "/results/choice/1?unit=43A11&lang=en").css_first("#answers") is None


@pytest.mark.parametrize(("options", "listed", "shown", "left_out"), [(3, 20, 3, 0), (14, 20, 12, 2), (3, 21, 0, 3)])
def test_a_page_has_as_many_answers_as_it_can_carry(options, listed, shown, left_out):
    row = {"question": "overall", "row": "option", **vars(count_cell(np.array([9, 5, 2, 1, 0]), 17))}
    crossing = {
        "text": {"zh_Hans": "多久去一次？"},
        "options": [{"code": f"o{number}", "text": {"zh_Hans": str(number)}} for number in range(options)],
        "ballots": 90,
        "paper": 17,
        "rows": [row | {"option": f"o{number}"} for number in range(options)],
    }
    head = {"headline_base": "rated", "crossing": crossing}
    found = answers_of(head, "overall", listed)
    assert (len(found.lines), found.left_out, found.on_screen) == (shown, left_out, "90")
    assert answers_of(head, "other", listed) is None
