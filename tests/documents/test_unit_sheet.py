import dataclasses
import io
import shutil
import subprocess
from datetime import UTC, datetime

import pytest

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.unit_sheet import Bar, Headline, UnitSheet, write_sheet, write_sheets

CREATED = datetime(2026, 12, 28, tzinfo=UTC)
QUESTIONS = PrintedTable(
    "各题",
    "各题结果",
    ["合计占比"],
    (Column("题目", 40), Column("作出评价", 8, "integer"), Column("合计占比 %", 8, "rate"), Column("备注", 12)),
    [["总的来说，您满意吗？", 1234, "90.1", ""], ["城区公交乘车", None, "", "样本不足"]],
)
SHEET = UnitSheet(
    code="1",
    survey="2026年公共服务测评",
    release_line="内部通报第 1 版",
    organiser="测评办公室",
    unit="先锋社区",
    within="武陵区 · 启明街道",
    turnout=[("收到答卷", "1,300 份"), ("作出评价", "1,234 份")],
    headline=Headline(
        "您满意吗？", "满意和基本满意合计占比", "90.1", "在作出评价的答卷中", [("同类中的位次", "第 3 位")]
    ),
    hidden="",
    bars=[Bar("本单位", "1,234 份", "90.1"), Bar("启明街道", "", None, "样本不足"), Bar("常德市", "9 份", "91.1")],
    questions=QUESTIONS,
    strongest=[("总的来说", "90.1%")],
    weakest=[("城区公交", "70.2%")],
    notes=["口径：作出评价 = 满意 + 基本满意 + 不满意。", "结果只反映参与者的评价，不能推断全体居民。"],
)
HIDDEN = dataclasses.replace(
    SHEET, code="2", unit="白鹤村", headline=None, hidden="样本不足：不显示票数和占比。", bars=[], questions=None,
    turnout=[("收到答卷", "5 份")], strongest=[], weakest=[], watermark="送审稿",
)  # fmt: skip


def written(*sheets):
    out = io.BytesIO()
    heard = []
    write_sheets(out, sheets, CREATED, heard.append)
    assert heard == list(range(1, len(sheets) + 1))
    return out.getvalue()


def pages(content):
    tool = shutil.which("pdftotext")
    if tool is None:
        pytest.skip("pdftotext is not installed")
    read = subprocess.run([tool, "-layout", "-", "-"], input=content, capture_output=True, check=True).stdout
    return [page.replace(" ", "") for page in read.decode().split("\f")][:-1]


def test_each_unit_has_one_page_with_its_figures():
    shown, hidden = pages(written(SHEET, HIDDEN))
    for text in (
        "先锋社区",
        "测评结果反馈单",
        "武陵区·启明街道",
        "1,300份",
        "第3位",
        "整改回执",
        "责任人",
        "签字（盖章）",
    ):
        assert text in shown
    assert "总的来说，您满意吗？1,23490.1" in shown
    assert "组织单位：测评办公室" in shown
    for text in ("白鹤村", "5份", "样本不足：不显示票数和占比。"):
        assert text in hidden
    for text in ("整改回执", "90.1", "对照"):
        assert text not in hidden


def test_a_file_of_its_own_is_the_same_page_and_the_same_bytes():
    out = io.BytesIO()
    write_sheet(out, SHEET, CREATED)
    assert out.getvalue() == written(SHEET)
    assert pages(out.getvalue()) == pages(written(SHEET, HIDDEN))[:1]


def test_the_outline_names_the_units_below_where_they_lie():
    content = written(SHEET, HIDDEN, dataclasses.replace(SHEET, within=""))
    assert content.count(b"/Parent") >= 4 + 3  # Four entries of the outline, three pages.


def test_many_and_long_questions_stay_on_the_page():
    several = dataclasses.replace(QUESTIONS, rows=[[f"第{n}题" * 8, n, "90.1", ""] for n in range(24)])
    endless = dataclasses.replace(QUESTIONS, rows=[[f"第{n}题", n, "90.1", ""] for n in range(400)])
    named = "很长的单位名称" * 8
    many, none, long = pages(
        written(
            dataclasses.replace(SHEET, questions=several),
            dataclasses.replace(SHEET, questions=endless),
            dataclasses.replace(SHEET, unit=named, survey="测评" * 60, within="街道" * 50, hidden=""),
        )
    )
    assert "第23题" in many
    assert "题目较多，各题结果见统计表。" in none
    assert named in long


def test_no_sheets_is_an_error():
    with pytest.raises(ValueError, match="no sheets"):
        written()
