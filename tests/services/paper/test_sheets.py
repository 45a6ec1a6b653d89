"""Sheets on paper, read back from the PDF: what a resident reads, what a clerk fills in."""

import io
import json
import subprocess
from pathlib import Path

import pytest

from survey_app.config import read_config
from survey_app.domain.messages import Refused
from survey_app.jobs.paper_sheets import make_paper_sheets
from survey_app.jobs.work import Work
from survey_app.services.paper.sheets import PaperKind, print_paper
from survey_app.services.units.importing import import_units
from tests import cast

DEPARTMENTS = [
    {"code": f"D{number:03}", "name": f"市直第{number}局", "class": "党群部门" if number < 10 else "政府部门"}
    for number in range(1, 40)
]


@pytest.fixture(scope="module")
def stage(shared_database):
    """Give a database with the small survey and one of 39 targets and three groups, both with paper."""
    with shared_database.writing() as session:
        import_units(session, cast.units_csv(), "units.csv")
    with shared_database.writing() as session:
        for given, mode in (
            (cast.definition(), "single"),
            (cast.with_groups(targets=DEPARTMENTS, groups=_groups()), "double"),
            (cast.definition(slug="screen"), "none"),
        ):
            cast.launched(session, given).paper = mode
    return shared_database


def _groups():
    groups = cast.with_groups()["groups"]
    return [*groups[:2], groups[2] | {"targets": ["D001", "D010"]}]


def printed(stage, slug, kind=PaperKind.BALLOTS, under=None):
    """Return the file and how far it said to be."""
    out, told = io.BytesIO(), []
    with stage.reading() as session:
        count = print_paper(session, slug, kind, out, lambda done, total: told.append((done, total)), under)
    assert told == [(done, count) for done in range(1, count + 1)]
    return out.getvalue()


def run(*command, pdf):
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout


def pages(pdf):
    """Return the words of each page."""
    read = run("pdftotext", "-layout", "-", "-", pdf=pdf)
    return [" ".join(page.split()) for page in read.decode().split("\f")[:-1]]


def test_a_sheet_for_every_place_in_the_order_of_the_tree(stage):
    found = pages(printed(stage, "small"))
    assert len(found) == 6
    for page, (code, name) in zip(found, cast.VILLAGES.items(), strict=True):
        assert name in page
        assert ("城区公交" in page) == (code in cast.TOWN)
    assert "测评点：鼎城区 蒿子港镇 新建村" in found[3]
    assert "测评点：鼎城区 中河口镇 新建村" in found[4]


def test_every_kind_of_question_stands_on_the_sheet(stage):
    page = pages(printed(stage, "small", under=cast.QIMING))[0]
    for said in (
        "2026年公共服务满意度测评",
        "Public service survey 2026",
        "组织者：常德市测评办公室",
        "联系电话：0736-0000000",
        "第 1 页，共 1 页",
        "Anonymous. Tick one",
        "满意",
        "Don't know",
        "All in all",
        "3. 办事去了几次？",
        "3-1. 为什么多跑？（可选多项）",
        "（第 3 题选“多次”的填写）",
        "4. 年龄",
        "5. 最希望改进的一件事",
    ):
        assert said in page, said


def test_targets_of_each_group_in_classes_with_the_head_on_every_page(stage):
    found = pages(printed(stage, "grouped"))
    # Two groups rate 39, on two pages each; the cadres rate two, on one.
    assert len(found) == 5
    first, second = found[:2]
    assert "票种：服务对象" in first
    assert "票种：服务对象" in second
    assert "第 1 页，共 2 页" in first
    assert "第 2 页，共 2 页" in second
    assert "基本满意" in first
    assert "基本满意" in second
    listed = first + second
    assert all(each["name"] in listed for each in DEPARTMENTS)
    assert listed.index("党群部门") < listed.index("市直第1局") < listed.index("政府部门") < listed.index("市直第10局")
    assert "市直第10局" in found[4]
    assert "市直第2局" not in found[4]


def test_the_form_for_totals_has_boxes_and_sums(stage):
    page = pages(printed(stage, "small", PaperKind.TOTALS, cast.QIMING))[0]
    for said in ("汇总表", "发出", "收回", "有效票", "无效票", "未填", "合计", "一次", "材料", "清点人", "复核人"):
        assert said in page, said
    assert "年龄" not in page
    assert "互不查看" not in page
    assert "两人分别录入" in pages(printed(stage, "grouped", PaperKind.TOTALS))[0]


def test_what_is_the_same_is_in_the_file_once(stage):
    one = printed(stage, "small", under="430703101201")
    two = printed(stage, "small", under=cast.ZHONGHEKOU)
    assert len(two) - len(one) < 2500


def test_no_paper_no_sheet(stage):
    with pytest.raises(Refused, match="answered without paper"):
        printed(stage, "screen")
    with pytest.raises(Refused, match="no place under 9"):
        printed(stage, "small", under="9")


def test_the_job_names_its_file(stage, tmp_path):
    config = read_config({"SURVEY_DATA_DIR": str(tmp_path)})
    told = []
    work = Work(
        config, stage, "small", {"kind": "totals", "under": cast.QIMING}, "lin", lambda *step: told.append(step)
    )
    made = make_paper_sheets(work)
    assert made.name == f"纸质测评汇总表-small-{cast.QIMING}.pdf"
    assert told[-1] == (2, 2)
    every = make_paper_sheets(Work(config, stage, "grouped", {}, "lin", lambda *step: None))
    assert every.name == "纸质测评表-grouped.pdf"


def test_it_is_drawn_and_not_only_written(stage, tmp_path):
    pdf = printed(stage, "grouped")
    made = run("pdftoppm", "-r", "30", "-gray", "-f", "1", "-l", "1", "-", pdf=pdf)
    header, pixels = made[:15], made[15:]
    assert header.startswith(b"P5")
    dark = sum(pixel < 128 for pixel in pixels) / len(pixels)
    assert 0.01 < dark < 0.3


def test_many_options_are_counted_below_one_another(stage):
    options = [{"code": f"o{number}", "text": f"第{number}种"} for number in range(8)]
    question = {"code": "kinds", "kind": "multiple_choice", "text": "哪些？", "options": options}
    given = cast.definition(slug="many", questions=[cast.definition()["questions"][0], question])
    with stage.writing() as session:
        cast.launched(session, given).paper = "single"
    page = pages(printed(stage, "many", PaperKind.TOTALS, cast.QIMING))[0]
    assert "2. 哪些？（可选多项）" in page
    assert "8 第7种" in page
    assert "份数" in page


def test_the_second_case_of_the_field_is_printed(stage):
    example = json.loads((Path(__file__).parents[3] / "docs/examples/groups-paper.json").read_bytes())
    with stage.writing() as session:
        survey = cast.launched(session, example)
        assert survey.paper == "double"
        slug = survey.slug
    found = pages(printed(stage, slug))
    assert len(found) == 3 * 2
    assert ["基层干部" in page for page in found] == [False] * 4 + [True] * 2
