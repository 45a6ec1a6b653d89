import csv
import io
import json
import xml.etree.ElementTree as ET
from datetime import UTC, datetime

import openpyxl
import pytest
from jsonschema import Draft202012Validator

from survey_app.services.publishing import draft_release
from survey_app.services.releases import files as release_files
from survey_app.services.releases.files import make_files
from survey_app.services.releases.fingerprint import figures_hash
from survey_app.services.releases.result_rows import CELL_COLUMNS, TABLE_COLUMNS, result_rows, table_rows
from survey_app.services.surveys import find_survey
from survey_app.services.tabulating import load_counts
from tests.results_fixtures.cases import ANSWERS, SURVEY, TARGET_ANSWERS, TARGETS, UNITS, answered, reviewed

RELEASED = datetime(2026, 12, 28, tzinfo=UTC)
MARKED = "{http://www.w3.org/2000/svg}"


def drafted(case):
    with case.database.reading() as session:
        draft = draft_release(session, case.slug)
    return draft.head | {"number": 1, "released_at": RELEASED.isoformat()}, draft.rows


def files(case):
    head, rows = drafted(case)
    return {each.path: each for each in make_files(head, rows, RELEASED)}


@pytest.fixture(scope="module", autouse=True)
def _without_pictures():
    """Leave the pictures out of the bulletin: they take longer than all else, and the figures stand in files too."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(release_files, "_pictures", lambda drawings: ())
        yield


@pytest.fixture(scope="module")
def case(shared_database):
    return answered(shared_database)


@pytest.fixture(scope="module")
def made(case):
    """Give the files of the survey about places."""
    return files(case)


def read_csv(content: bytes):
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def read_sheet(content: bytes, name: str):
    """The table of a sheet by header, without its title and the notes under it."""
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    lines = list(sheet.iter_rows(min_row=2, values_only=True))
    end = next((number for number, line in enumerate(lines) if not any(line)), len(lines))
    return [dict(zip(lines[0], line, strict=True)) for line in lines[1:end]]


def notes(content: bytes, name: str) -> str:
    sheet = openpyxl.load_workbook(io.BytesIO(content))[name]
    return "\n".join(str(row[0]) for row in sheet.iter_rows(values_only=True) if row[0])


_OFFICE = "application/vnd.openxmlformats-officedocument"

#: The tabs of the workbook of a survey with one group.
SHEETS = (
    "封面",
    "表1 参与情况",
    "表2 总体结果",
    "表3 各题选项",
    "表4 分地区",
    "表5 全部单位",
    "表6 票种与题目",
    "表7 与上次比较",
    "表8 加权与未加权",
    "表9 需关注单位",
    "表10 方法与说明",
    "附表1 各单位各题",
)


#: Of the units whose parts have two rates or more.
UNIT_FIGURES = [f"units/{code}/{name}" for code in ("43A", "43A2", "43B1") for name in ("headline", "caterpillar")]


def test_every_file_has_its_address_and_type(made):
    assert {path: each.media_type.partition(";")[0] for path, each in made.items()} == {
        "table.csv": "text/csv",
        "table.json": "application/json",
        "table.schema.json": "application/schema+json",
        "table.xlsx": f"{_OFFICE}.spreadsheetml.sheet",
        "bulletin.docx": f"{_OFFICE}.wordprocessingml.document",
        "bulletin.pdf": "application/pdf",
    } | {
        f"figures/{name}.{kind}": media_type
        for name in ("headline", "caterpillar", "heatmap", "turnout", *UNIT_FIGURES)
        for kind, media_type in (("svg", "image/svg+xml"), ("pdf", "application/pdf"))
    }
    assert openpyxl.load_workbook(io.BytesIO(made["table.xlsx"].content)).sheetnames == list(SHEETS)


def test_csv_and_json_are_the_table_of_the_analysis(case, made):
    with case.database.reading() as session:
        survey = find_survey(session, case.slug)
        table = list(table_rows(result_rows(load_counts(session, survey), survey.threshold, survey.empty_group)))
    assert len(table) == len(UNITS) * 2
    read = json.loads(made["table.json"].content)
    assert read["rows"] == table
    assert read["release"]["slug"] == "services"
    assert read["release"]["number"] == 1
    as_text = [{key: _csv_text(value) for key, value in row.items()} for row in table]
    assert read_csv(made["table.csv"].content) == as_text
    assert tuple(read_csv(made["table.csv"].content)[0]) == TABLE_COLUMNS


def _csv_text(value):
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_csv_opens_in_excel_as_chinese_with_windows_lines(made):
    content = made["table.csv"].content
    assert content.startswith(b"\xef\xbb\xbfunit_code,name,level,question,ballots")
    assert content.count(b"\r\n") == content.count(b"\n") == len(UNITS) * 2 + 1


_XLSX_NAMES = {
    "ballots": "有效票",
    "rated": "作出评价",
    "satisfied": "满意",
    "basically_satisfied": "基本满意",
    "dissatisfied": "不满意",
    "dont_know": "不了解",
    "blank": "未填",
    "satisfied_rate": "满意占比 %",
    "approval_rate": "满意和基本满意合计占比 %",
    "satisfied_rate_all": "满意占比 %（含“不了解”）",
    "approval_rate_all": "满意和基本满意合计占比 %（含“不了解”）",
    "range_low": "波动范围 下限 %",
    "range_high": "波动范围 上限 %",
}


def _same(printed, cell, ballots):
    if printed is None:
        return cell in (None, "—") if not ballots else cell is None
    return cell == (float(printed) if isinstance(printed, str) else printed)


def test_the_workbook_has_the_same_figures(made):
    table = json.loads(made["table.json"].content)["rows"]
    long_form = read_sheet(made["table.xlsx"].content, "附表1 各单位各题")
    assert [line["单位代码"] for line in long_form] == [row["unit_code"] for row in table]
    for row, line in zip(table, long_form, strict=True):
        for column, header in _XLSX_NAMES.items():
            assert _same(row[column], line[header], row["ballots"]), (row, line, column)
        assert (line["备注"] == "样本不足") is row["suppressed"]
    first = read_sheet(made["table.xlsx"].content, "表5 全部单位")
    headline = [row for row in table if row["question"] == "overall"]
    assert [line["序号"] for line in first] == list(range(1, len(UNITS) + 1))
    for row, line in zip(headline, first, strict=True):
        assert all(_same(row[column], line[header], row["ballots"]) for column, header in _XLSX_NAMES.items())
    assert first[7]["单位名称"] == "高桥社区"
    assert first[7]["所属（区县 · 乡镇）"] == "武陵区 · 永安街道"
    assert [line["备注"] for line in first if line["单位名称"] == "白鹤村"] == ["无答卷"]
    assert [line["备注"] for line in long_form if line["单位名称"] == "民主村"] == [None, "未在此询问"]


def test_the_workbook_names_base_formula_and_version(made):
    content = made["table.xlsx"].content
    for name in ("表5 全部单位", "附表1 各单位各题"):
        said = notes(content, name)
        assert "满意和基本满意合计占比 =（满意 + 基本满意）÷ 作出评价" in said
        assert "公布的主口径以作出评价为基数" in said
        assert "口径版本 2.1" in said
        assert "不能推断全体居民" in said


def test_the_headline_base_is_named(sqlite_database):
    case = answered(sqlite_database, definition=SURVEY | {"headline": {"question": "overall", "base": "all"}})
    assert "公布的主口径以作出评价与“不了解”之和为基数" in notes(files(case)["table.xlsx"].content, "表5 全部单位")


def test_the_same_rows_give_the_same_bytes(case, made):
    assert files(case) == made


def test_hidden_figures_are_empty_everywhere(made):
    hidden = [row for row in json.loads(made["table.json"].content)["rows"] if row["suppressed"]]
    assert {row["unit_code"] for row in hidden} >= {"43A12", "43A13"}
    kept = {"ballots", "suppressed"}
    for row in hidden:
        assert all(row[column] is None for column in CELL_COLUMNS if column not in kept)
        assert row["ballots"] == sum(ANSWERS[row["unit_code"]])
    for row in read_csv(made["table.csv"].content):
        if row["suppressed"] == "true":
            assert {row[column] for column in CELL_COLUMNS if column not in kept} == {""}


def test_no_file_depends_on_what_is_hidden(sqlite_database, tmp_path):
    """Two hidden villages change their answers with each other: nothing published may tell the two worlds apart."""
    swapped = ANSWERS | {"43A12": ANSWERS["43A13"], "43A13": ANSWERS["43A12"]}
    head, rows = drafted(answered(sqlite_database))
    other_head, others = drafted(answered(sqlite_database, swapped, SURVEY | {"slug": "swapped"}))
    # The questionnaires differ in the slug; nothing else in the head may tell, a hash of the figures least of all.
    telling = ("slug", "questionnaire_sha256", "acts", "figures_sha256")
    said, other_said = ({key: each[key] for key in head if key not in telling} for each in (head, other_head))
    assert said == other_said
    assert figures_hash(said, rows) == figures_hash(other_said, others)
    made, other = ({each.path: each.content for each in make_files(head, some, RELEASED)} for some in (rows, others))
    assert made == other


def test_the_figure_shows_the_units_below_the_top(made):
    root = ET.fromstring(made["figures/headline.svg"].content)  # noqa: S314 - our own.
    said = root.find(f"{MARKED}desc").text
    assert root.find(f"{MARKED}title").text == f"{SURVEY['title']['zh_Hans']} 各项评价"
    assert "鼎城区：作出评价 88 份，满意和基本满意合计占比 89.8%" in said
    assert "武陵区" in said
    assert "启明街道" not in said
    assert "÷ 作出评价" in said


def test_a_survey_of_one_place_draws_that_place(sqlite_database):
    definition = SURVEY | {"places": {"units": ["43A21"]}}
    made = files(answered(sqlite_database, {"43A21": ANSWERS["43A21"]}, definition))
    assert "高桥社区：作出评价 50 份" in made["figures/headline.svg"].content.decode()


def test_places_without_a_common_unit_are_drawn_from_their_roots(sqlite_database):
    units = (*UNITS, ("99", "市直机关", "organisation", None))
    definition = SURVEY | {"places": {"units": ["43A21", "99"]}}
    made = files(answered(sqlite_database, {"43A21": ANSWERS["43A21"], "99": (20, 6, 3, 1)}, definition, units))
    said = made["figures/headline.svg"].content.decode()
    assert "常德市：作出评价 50 份" in said
    assert "市直机关：作出评价 29 份" in said


def test_targets_and_groups_have_their_sheets(sqlite_database):
    case = reviewed(sqlite_database)
    made = files(case)
    Draft202012Validator(json.loads(made["table.schema.json"].content)).validate(json.loads(made["table.json"].content))
    first = read_sheet(made["table.xlsx"].content, "表5 全部单位")
    assert [(line["单位名称"], line["类别"]) for line in first] == [
        (each["name"], each["class"]) for each in TARGETS["targets"]
    ]
    groups = read_sheet(made["table.xlsx"].content, "附表2 各票种")
    assert [(line["单位代码"], line["票种"], line["权重"]) for line in groups][:2] == [
        ("D1", "服务对象", "60"),
        ("D1", "基层干部", "40"),
    ]
    assert [groups[0][name] for name in ("满意", "基本满意", "不满意", "不了解")] == list(TARGET_ANSWERS["users"]["D1"])
    # 60 % of 32/38 and 40 % of 34/38, not 66/76.
    assert first[0]["满意和基本满意合计占比 %"] == 86.3
    assert first[0]["满意"] == 48
    assert "权重：服务对象 60、基层干部 40" in notes(made["table.xlsx"].content, "表5 全部单位")
    drawn = {
        name: made[name].content.decode() for name in ("figures/headline-class1.svg", "figures/headline-class2.svg")
    }
    assert all("未加权" in said for said in drawn.values())
    assert ["市财政局" in said for said in drawn.values()] == [False, True]


@pytest.mark.parametrize(("rule", "remark"), [("renormalise", "缺组：基层干部"), ("refuse", "缺组：基层干部")])
def test_an_empty_group_is_named(sqlite_database, rule, remark):
    answers = {"users": TARGET_ANSWERS["users"]}
    case = reviewed(sqlite_database, answers, TARGETS | {"empty_group": rule})
    line = read_sheet(files(case)["table.xlsx"].content, "表5 全部单位")[0]
    assert line["备注"] == remark
    assert (line["满意和基本满意合计占比 %"] is None) is (rule == "refuse")


#: What a spreadsheet, a page, a formula setter or a format string would take for its own.
HOSTILE = {
    "43A11": '=HYPERLINK("http://x")',
    "43A": "<b>区</b>",
    "43B11": "@SUM(1)村",
    "43B": "$\\alpha^{$区",
    "43A21": "{0} %s社区",
}


def test_hostile_names_stay_text(sqlite_database):
    units = tuple((code, HOSTILE.get(code, old), level, up) for code, old, level, up in UNITS)
    hostile = files(answered(sqlite_database, units=units))
    names = {row["unit_code"]: row["name"] for row in read_csv(hostile["table.csv"].content)}
    neutral = {code: "'" + name if name[0] in "=@" else name for code, name in HOSTILE.items()}
    assert neutral.items() <= names.items()
    read = {row["unit_code"]: row["name"] for row in json.loads(hostile["table.json"].content)["rows"]}
    assert HOSTILE.items() <= read.items()
    sheet = openpyxl.load_workbook(io.BytesIO(hostile["table.xlsx"].content))["附表1 各单位各题"]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row} <= {"s", "n"}
    assert set(neutral.values()) <= {row[1] for row in sheet.iter_rows(values_only=True)}
    root = ET.fromstring(hostile["figures/headline.svg"].content)  # noqa: S314 - our own.
    assert HOSTILE["43A"] in root.find(f"{MARKED}desc").text
    assert HOSTILE["43B"] in root.find(f"{MARKED}desc").text
