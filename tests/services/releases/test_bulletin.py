import gettext
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from survey_app.documents.bulletin import write_bulletin_pdf, write_docx
from survey_app.documents.bulletin.content import Heading, Picture, flattened
from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.workbook_cover import Cover
from survey_app.services.releases.bulletin import bulletin, is_shown
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.cover import cover
from survey_app.services.releases.figure_names import FigureName
from tests.results_fixtures.printed import cell, field_case, head, hidden_case, row, targets_case

TRANSLATIONS = Path(__file__).parents[3] / "survey_app/translations"
TABLE = PrintedTable("表5 全部单位", "2026年测评 第 1 版 全部单位", [], (Column("单位", 10),), [["武陵区"]])
RATES = (Column("合计占比 %", 10, "rate"),)


def texts(made) -> str:
    """Every paragraph, heading and table of a bulletin, a line each."""
    said = []
    for block in flattened(made.sections):
        if isinstance(block, PrintedTable):
            said += [
                block.title,
                *(" | ".join(str(value) for value in line if value is not None) for line in block.rows),
            ]
        else:
            said.append(block.text if isinstance(block, Heading) else block)
    return "\n".join(said)


def never_claimed(said: str) -> None:
    for phrase in ("居民的", "满意率", "名居民", "%的居民", "%的群众"):
        assert phrase not in said


@pytest.fixture(scope="module")
def field():
    made_head, rows = field_case()
    return texts(bulletin(made_head, rows, [TABLE]))


def test_the_field_case_says_who_when_how_and_the_headline_with_both_bases(field):
    for text in (
        "2026年12月1日至2026年12月20日，常德市测评工作领导小组办公室组织开展了",
        "答卷来源：扫测评公告 3,500 份、上门协助填答 140 份。",
        "共设村（社区）测评点 12 个，其中 11 个有答卷",
        "在作出评价的 3,600 份答卷中，3,280 份选择“满意”或“基本满意”。",
        "满意和基本满意合计占比为 91.1%，满意占比为 60.7%；把“不了解”计入基数，两项分别为 90.1% 和 60.1%。",
        "结果只反映参与者的评价，不能推断全体居民",
        "与上次相比，满意和基本满意合计占比上升 1.2 个百分点。",
    ):
        assert text in field
    assert "95% 区间" not in field
    never_claimed(field)


def test_the_field_case_ranks_counties_with_ties_and_names_problems(field):
    assert "满意和基本满意合计占比最高为 93.2%（安乡县、汉寿县，并列），最低为 88.0%（鼎城区）。" in field
    assert "与同类单位相比，偏低的有鼎城区；其余单位无明显差异。" in field
    listed = [line for line in field.splitlines() if "| 900 |" in line]
    assert [line.split(" | ")[:2] for line in listed] == [
        ["1", "安乡县"],
        ["1", "汉寿县"],
        ["3", "武陵区"],
        ["4", "鼎城区"],
    ]
    assert "与同类相比偏低的单位（按名单顺序，不是排名）：鼎城区。" in field
    assert "较上次明显下降的单位（按名单顺序，不是排名）：鼎城区。" in field
    assert "选择“不了解”较多的题目是：“群众到机关办事”" in field
    # The next lowest question is not clearly below the others, nor is 武陵区 below its class: neither is named.
    assert "明显低于其他题目的是：“群众到机关办事”76.1%（作出评价 3,595 份）。" in field
    assert "多重比较" not in field
    assert "“路灯”（132 份）、“公交”（88 份）" in field
    assert "有 1 个测评点没有答卷" in field
    assert "白鹤村" not in field  # Its row is hidden.
    assert "于　月　日前将整改回执报送常德市测评工作领导小组办公室。" in field


@pytest.mark.parametrize(("base", "msgid"), [
    ("rated", "Among {base} ballots that rated, {approved} chose {options}."),
    ("all", "Among {base} ballots that rated or did not know, {approved} chose {options}."),
])  # fmt: skip
def test_the_headline_is_worded_as_on_the_result_page(base, msgid):
    made_head = head(headline_base=base)
    counts = cell(3000, 500, 100, 400)
    page = gettext.translation("messages", TRANSLATIONS, ["zh_Hans"]).gettext(msgid)
    number = {"rated": "3,600", "all": "4,000"}[base]
    said = page.format(base=number, approved="3,500", options="“满意”或“基本满意”")
    assert words.sentence(made_head, made_head["questions"][0], counts) + "。" == said
    assert words.both_bases(made_head, counts).startswith(
        f"满意和基本满意合计占比为 {counts['approval_rate' if base == 'rated' else 'approval_rate_all']}%"
    )


def test_targets_stand_within_their_class_weighted_and_small_ones_without_position():
    said = texts(bulletin(*targets_case(), []))
    assert "对 5 个评议对象逐一评价，各评议对象分别计算占比，分 2 类，不同类别之间不作比较。" in said
    assert "1.党群部门" in said
    assert "2.政府部门" in said
    assert "发出测评票 100 张，测评票回收率 80.0%" in said
    assert "请与回收率一并阅读" in said
    assert "最高为 86.8%（市委办公室），最低为 80.0%（市总工会）" in said
    assert "作出评价达到 30 份的不足 2 个，不作比较。其中 1 个单位作出评价不足 30 份" in said
    assert " | 市档案馆 | 20 | 50.0 | 75.0 | 不足 30 份" in said
    assert " | 市气象局 |  |  | 样本不足" in said
    never_claimed(said)


def test_where_all_is_hidden_no_figure_is_said():
    said = texts(bulletin(*hidden_case(), []))
    assert "本次不公布票数和占比。" in said
    assert "因样本不足，本次不作问题分析。" in said
    assert "共 3 个单位，作出评价达到 30 份的不足 2 个，不作比较。其中 3 个单位样本不足或没有答卷，不列占比。" in said
    assert "最高" not in said
    never_claimed(said)


def test_nobody_small_samples_weights_verdicts_and_reopening_are_said():
    acts = [
        {"act": "open", "at": "2026-12-01T00:00:00+00:00", "reason": ""},
        {"act": "reopen", "at": "2026-12-05T00:00:00+00:00", "reason": "停电。"},
    ]
    for counts, text in (
        (cell(0, 0, 0, 5), "无人作出评价，没有占比。"),
        (cell(10, 5, 5), "作出评价不足 30 份，少数几份答卷就会使占比明显变动"),
        (cell(50, 5, 5), "按表决口径（以全体应参评人数为基数），结果为“基本满意”。"),
        (cell(50, 5, 5) | {"range_low": "80.1", "range_high": "97.2"}, "95% 区间为 80.1% 至 97.2%"),
        (cell(50, 5, 5) | {"approval_rate": None}, "部分票种样本不足，不公布加权占比"),
    ):
        extras = {"overall": {"verdict": "basically_satisfied", "change": "0.0"}}
        rows = [row("v", "先锋村", "village", "", [], {"overall": counts}, extras=extras)]
        made = head(selection="random", roll_up="population", acts=acts, previous={"slug": "a"}, places=1)
        said = texts(bulletin(made, rows, []))
        assert text in said
        assert "测评截止后曾重新开放，原因：停电。" in said
        assert "各地区" not in said
    assert words.change(made, {"change": "-1.0", "change_clear": False}) == (
        "与上次相比，满意和基本满意合计占比下降 1.0 个百分点，变化不明显"
    )
    assert words.change(made, {"change": "0.0"}).endswith("持平")
    assert words.listed(["甲", "乙", "丙"], 2) == "甲、乙等 3 个单位"


def test_places_under_several_tops_are_each_said_and_long_classes_stand_in_the_annex():
    many = [row(f"v{n}", f"第{n}村", "village", "", [], {"overall": cell(30, 5, n % 7)}) for n in range(45)]
    said = texts(bulletin(head(places=45, places_with_ballots=45), many, []))
    assert "第7村：在作出评价的 35 份答卷中" in said
    assert "共 45 个单位，逐个结果见附件。" in said
    same = [row(f"v{n}", f"第{n}村", "village", "", [], {"overall": cell(30, 5, 5)}) for n in range(2)]
    assert "2 个单位中，满意和基本满意合计占比均为 87.5%。" in texts(bulletin(head(places=2), same, []))
    alike = [replace(each, extras={"overall": {"band": "as_expected"}}) for each in same]
    said = texts(bulletin(head(places=2), alike, []))
    assert "位次先后不宜作为优劣的依据" in said
    assert "没有明显突出的问题。按多重比较校正后，没有单位明显低于同类；占比的高低先后可能只是偶然波动。" in said
    low = {"overall": {"band": "worse", "band_clear": False, "change": "-3.0", "change_clear": False}}
    made_head, rows = field_case()
    calm = [replace(each, extras={"overall": low["overall"], "low": {"below_others": False}}) for each in rows]
    said = texts(bulletin(made_head, calm, []))
    assert "没有单位明显低于同类，没有单位较上次明显下降，没有题目明显低于其他题目；" in said
    assert "较低的单位" not in said
    assert "评价较低的工作" not in said


def under(made_head, rows, *figures):
    """Return the pictures of a bulletin, each with the heading that it stands under."""
    pictures = {figure: Picture(b"", str(figure)) for figure in figures}
    found, heading = [], ""
    for block in flattened(bulletin(made_head, rows, [], pictures).sections):
        heading = block.text if isinstance(block, Heading) else heading
        if isinstance(block, Picture):
            found.append((heading, block.description))
    return found


def test_each_class_has_its_own_picture_in_its_own_section():
    classes = [FigureName("headline", of_class=number) for number in (2, 1)]
    assert under(*targets_case(), *classes, FigureName("groups")) == [
        ("1.党群部门", "headline-class1"),
        ("2.政府部门", "headline-class2"),
        ("（二）各票种", "groups"),
    ]
    questions = [FigureName("heatmap"), FigureName("heatmap", part=2)]
    made_head, rows = field_case()
    assert under(made_head, rows, FigureName("headline"), *questions) == [
        ("（一）各地区", "headline"),
        ("（二）各项工作", "heatmap"),
        ("（二）各项工作", "heatmap-part2"),
    ]
    # Areas of several classes are in one picture: before the classes, not under the last of them.
    mixed = [replace(each, unit_class="市辖区" if each.code.endswith("02") else each.unit_class) for each in rows]
    assert under(made_head, mixed, FigureName("headline")) == [("（一）各地区", "headline")]
    one_class = [replace(each, unit_class="部门") for each in targets_case()[1]]
    asked = under(targets_case()[0], one_class, FigureName("headline"), FigureName("heatmap"))
    assert asked == [("（一）各评议对象", "headline"), ("（二）各题", "heatmap")]
    assert is_shown(classes[0])
    assert not is_shown(FigureName("headline", unit="430702"))


def test_head_and_close_follow_the_release():
    document = {"number": "常测办12号", "main": "各区县", "copies": "市委办公室"}
    signed = [
        {"step": "prepared", "post": "科长", "name": "张三", "on": "2026-12-27"},
        {"step": "approved", "post": "主任", "name": "王五", "on": "2026-12-28"},
    ]
    made = bulletin(*field_case(document=document, sign_off=signed), [replace(TABLE, columns=RATES)])
    assert made.title == "关于2026年常德市公共服务群众满意度测评情况的通报"
    assert (made.issuer, made.document_number) == ("常德市测评工作领导小组办公室", "常测办12号")
    assert (made.main_recipients, made.copies_to, made.date) == ("各区县", "市委办公室", "2026年12月28日")
    assert made.signatures == [("经办", "科长 张三"), ("签发", "主任 王五")]
    rates = replace(TABLE, name="表2 总体结果", columns=RATES)
    annexes = bulletin(*field_case(), [TABLE, rates]).annexes
    assert [(each.title, each.basis) for each in annexes] == [
        ("表5 全部单位", ""),
        ("表2 总体结果", "主口径：（满意 + 基本满意）÷ 作出评价，口径版本 1"),
    ], "the list of annexes is names only; base and formula follow under the title"
    assert made.watermark == ""
    draft = bulletin(*field_case(audience="review"), [])
    assert (draft.watermark, draft.date, draft.issuer) == ("送审稿", "2026年　月　日", "")
    for write in (write_docx, write_bulletin_pdf):
        out = io.BytesIO()
        write(out, made, datetime(2026, 12, 28, tzinfo=UTC))
        assert len(out.getvalue()) > 10_000


def test_the_cover_names_the_release_its_formulas_and_versions():
    made_head, _ = field_case(audience="review")
    made = cover(made_head | {"approval": {"table_number": "常统A1"}, "questionnaire_sha256": "ab12"})
    assert isinstance(made, Cover)
    assert made.watermark == "送审稿"
    facts = dict(made.facts)
    assert facts["测评时间"] == "2026年12月1日至2026年12月20日"
    assert facts["版次"].startswith("送审稿第 1 稿")
    assert (facts["表号"], facts["问卷校验值（SHA-256）"]) == ("常统A1", "ab12")
    assert any("公布的主口径以作出评价为基数" in each for each in made.formulas)
    weighted = cover(targets_case()[0])
    assert any("服务对象 60、基层干部 40" in each for each in weighted.formulas)
    assert weighted.watermark == ""
