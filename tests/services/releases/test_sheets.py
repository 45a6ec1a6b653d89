import io
from dataclasses import replace
from datetime import UTC, datetime

from survey_app.documents.unit_sheet import write_sheets
from survey_app.services.releases.sheets import unit_sheets
from tests.results_fixtures.printed import cell, field_case, head, hidden_case, row, targets_case


def by_unit(case):
    return {each.code: each for each in unit_sheets(*case)}


def test_a_county_reads_its_rate_its_position_and_its_questions():
    sheets = by_unit(field_case())
    sheet = sheets["430703"]
    assert (sheet.unit, sheet.within, sheet.watermark) == ("鼎城区", "常德市", "")
    assert sheet.release_line == "内部通报第 1 版 · 2026年12月28日"
    assert sheet.headline.rate == "88.0"
    assert sheet.headline.base == "在作出评价的 900 份答卷中，792 份选择“满意”或“基本满意”。"
    facts = dict(sheet.headline.facts)
    assert facts["计入“不了解”的两项占比"] == "合计 87.8%，满意 58.5%"
    assert facts["同类中的位次"] == "第 4 位，区县（市） 4 个单位中（可能的范围：第 1 至 3 位）"
    assert facts["与同类相比"] == "偏低"
    assert facts["与上次相比"] == "−0.4 个百分点（上次 89.0%）"
    assert [(bar.name, bar.rate) for bar in sheet.bars] == [("本单位", "88.0"), ("常德市", "91.1")]
    assert [line[0] for line in sheet.questions.rows][:2] == [
        "总的来说，您对本村（社区）的公共服务满意吗？",
        "城区低保对象低保金补差",
    ]
    assert sheet.questions.rows[0][1:8] == [900, 528, 264, 108, 2, "58.7", "88.0"]
    assert [rate for _, rate in sheet.strongest] == sorted((rate for _, rate in sheet.strongest), reverse=True)
    assert sheet.weakest[0][0] == "群众到机关办事"
    assert len(sheet.strongest) == len(sheet.weakest) == 2
    assert any("不能推断全体居民" in note for note in sheet.notes)


def test_a_small_village_has_no_position_and_a_hidden_one_only_its_turnout():
    sheets = by_unit(field_case(audience="review"))
    small, hidden = sheets["43070211"], sheets["43070212"]
    assert dict(small.headline.facts)["同类中的位次"] == "作出评价不足 30 份，不排位次"
    assert small.strongest == []
    assert any("少数几份答卷" in note for note in small.notes)
    assert small.within == "常德市 · 武陵区 · 启明街道"
    assert [bar.name for bar in small.bars] == ["本单位", "启明街道", "常德市"]
    assert hidden.headline is None
    assert hidden.questions is None
    assert hidden.bars == hidden.strongest == hidden.weakest == []
    assert hidden.turnout == [("收到答卷", "5 份")]
    assert "样本不足" in hidden.hidden
    assert "已计入上级单位" in hidden.hidden
    assert hidden.watermark == "送审稿"


def test_targets_have_their_class_and_each_groups_share():
    sheets = by_unit(targets_case())
    assert list(sheets) == ["D1", "D2", "D3", "D4", "D5"]
    sheet = sheets["D1"]
    assert sheet.within == "党群部门"
    assert sheet.headline.rate_name == "满意和基本满意合计占比（按票种加权）"
    assert "服务对象 60、基层干部 40" in sheet.headline.base
    assert [line[0] for line in sheet.questions.rows] == [
        "您对该单位满意吗？",
        "其中 服务对象（权重 60，未加权）",
        "其中 基层干部（权重 40，未加权）",
    ]
    assert [bar.name for bar in sheet.bars] == ["本单位"]
    assert sheets["D5"].headline is None
    assert "回收率" in " ".join(sheet.notes)


def test_the_other_base_ranges_verdicts_and_first_waves_are_printed():
    counts = cell(20, 5, 5, 10) | {"range_low": "60.0", "range_high": "90.0"}
    extras = {"overall": {"score": "87.5", "verdict": "satisfied", "change_reason": "moved"}}
    rows = [row("v", "先锋村", "village", "", [], {"overall": counts}, extras=extras, issued=50)]
    made = head(headline_base="all", selection="list", previous={"slug": "a"}, places=1)
    (sheet,) = unit_sheets(made, rows)
    facts = dict(sheet.headline.facts)
    assert sheet.headline.rate == "62.5"
    assert facts["不计“不了解”的两项占比"] == "合计 83.3%，满意 66.7%"
    assert facts["合计占比 95% 区间"] == "60.0% 至 90.0%"
    assert (facts["平均得分"], facts["表决口径结果"]) == ("87.5", "满意")
    assert facts["与上次相比"] == "隶属有变动，不比较"
    assert ("发出测评票", "50 张") in sheet.turnout


def test_why_there_is_no_figure_is_said():
    rows = {
        "没有收到答卷": cell(0, 0, 0),
        "无人作出评价": cell(0, 0, 0, 12),
        "不计算加权占比": cell(20, 5, 5) | {"approval_rate": None},
    }
    for reason, counts in rows.items():
        (sheet,) = unit_sheets(head(places=1), [row("v", "先锋村", "village", "", [], {"overall": counts})])
        assert sheet.headline is None
        assert reason in sheet.hidden


def test_hidden_sheets_and_own_rows_are_written():
    made_head, rows = hidden_case()
    own = replace(rows[0], code="t.own", level="own")
    sheets = list(unit_sheets(made_head, [*rows, own]))
    assert [sheet.code for sheet in sheets] == ["t", "v1", "v2", "v3"]
    assert "已计入上级单位" not in sheets[0].hidden
    out = io.BytesIO()
    write_sheets(out, sheets, datetime(2026, 12, 28, tzinfo=UTC))
    assert out.getvalue().startswith(b"%PDF")
