"""The ten tables, from heads and rows as publication makes them."""

import pytest

from survey_app.services.releases.cover import cover
from survey_app.services.releases.tables import long_tables, release_tables
from tests.results_fixtures.printed import cell, field_case, head, hidden_case, row, targets_case

NAMES = (
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
)

OPTION_COUNTS = [
    {
        "unit": "4307",
        "question": "overall",
        "text": {"zh_Hans": "总的来说？"},
        "ballots": 40,
        "options": [{"zh_Hans": "满意"}, {"zh_Hans": "不满意"}],
        "counts": [30, 6],
        "blank": 4,
    },
    {
        "unit": "",
        "question": "visits",
        "text": {"zh_Hans": "跑了几次？"},
        "ballots": 9,
        "options": [{"zh_Hans": "一次"}],
        "counts": None,
        "blank": None,
    },
]


def made(case, **rest):
    before, rows = case
    full = {
        "questionnaire_sha256": "00" * 32,
        "issued": None,
        "returned": before["ballots"],
        "invalid": None,
        "option_counts": OPTION_COUNTS,
    }
    whole = {**full, **before, **rest}
    tables = {each.name: each for each in release_tables(whole, rows)}
    return tables | {each.name: each for each in long_tables(whole, rows)}


def lines(table):
    return [dict(zip([each.header for each in table.columns], line, strict=True)) for line in table.rows]


@pytest.mark.parametrize("case", [field_case, targets_case, hidden_case])
def test_there_are_ten_tables_with_a_cell_for_every_column(case):
    tables = made(case())
    assert tuple(tables)[:10] == NAMES
    for table in tables.values():
        assert all(len(line) == len(table.columns) for line in table.rows)
        assert len(table.name) <= 31
        assert all(isinstance(value, int | str | None) for line in table.rows for value in line)


def test_participation_names_channels_slips_hours_and_reopenings():
    acts = [
        {"act": "open", "at": "2026-11-30T16:00:00+00:00", "reason": ""},
        {"act": "close", "at": "2026-12-02T16:00:00+00:00", "reason": ""},
        {"act": "reopen", "at": "2026-12-03T01:30:00+00:00", "reason": "漏了一处"},
        {"act": "close", "at": "2026-12-20T10:00:00+00:00", "reason": ""},
    ]
    channels = [{"channel": "poster", "ballots": 3500}, {"channel": "slip", "ballots": 140}]
    tables = made(field_case(), acts=acts, channels=channels, issued=400, returned=3640)
    found = {line["项目"]: line for line in lines(tables["表1 参与情况"])}
    assert (found["收回测评票"]["数量"], found["收回测评票"]["占比 %"]) == (140, "35.0")
    assert (found["渠道：扫测评公告"]["数量"], found["渠道：扫测评公告"]["占比 %"]) == (3500, "96.2")
    assert (found["有答卷的测评点"]["数量"], found["有答卷的测评点"]["占比 %"]) == (11, "91.7")
    assert found["重新开放"]["说明"] == "2026-12-03 09:30，原因：漏了一处"


def test_the_headline_has_both_rates_on_both_bases():
    tables = made((head(places=1), [row("v", "先锋村", "village", "", [], {"overall": cell(20, 12, 8, 10)})]))
    found = {line["指标"]: line for line in lines(tables["表2 总体结果"])}
    assert [(line["分子（份）"], line["分母（份）"], line["占比 %"]) for line in found.values()] == [
        (20, 40, "50.0"),
        (32, 40, "80.0"),
        (20, 50, "40.0"),
        (32, 50, "64.0"),
    ]
    assert [line["备注"] for line in found.values()] == ["", "主口径", "", ""]
    wide = made((head(places=1, headline_base="all"), [row("v", "村", "village", "", [], {"overall": cell(9, 2, 1)})]))
    assert [line["备注"] for line in lines(wide["表2 总体结果"])] == ["", "", "", "主口径"]


def test_every_option_has_its_share_and_hidden_ones_none():
    first, second, blank, hidden = lines(made(field_case())["表3 各题选项"])
    assert (first["单位"], first["答卷（份）"], first["占比 %"]) == ("常德市", 30, "83.3")
    assert (second["占比 %"], blank["答卷（份）"], blank["占比 %"]) == ("16.7", 4, "")
    assert (hidden["答卷（份）"], hidden["占比 %"], hidden["备注"]) == (9, "", "样本不足")


def test_areas_are_the_top_and_what_stands_below_it_and_the_annex_everything():
    tables = made(field_case())
    assert [line["单位名称"] for line in lines(tables["表4 分地区"])] == [
        "常德市",
        "武陵区",
        "鼎城区",
        "安乡县",
        "汉寿县",
    ]
    annex = lines(tables["表5 全部单位"])
    assert [line["序号"] for line in annex] == list(range(1, 22))
    wuling = annex[1]
    assert (wuling["位次"], wuling["位次范围"], wuling["较上次（百分点）"]) == (3, "1–3", "+1.2")
    assert annex[6]["与同类相比"] == "偏低"
    assert all(line["无效票"] == 0 for line in annex)
    village = next(line for line in annex if line["单位名称"] == "白鹤村")
    assert village["备注"] == "样本不足"
    assert {village[name] for name in ("作出评价", "满意占比 %", "位次", "满意")} <= {None, ""}
    assert "位次" not in lines(tables["附表1 各单位各题"])[0]
    assert len(tables["附表1 各单位各题"].rows) == 21 * 6


def test_waves_weights_and_attention():
    tables = made(field_case())
    waves = {line["单位名称"]: line for line in lines(tables["表7 与上次比较"])}
    assert (waves["鼎城区"]["较上次（百分点）"], waves["鼎城区"]["变化明显"]) == ("-0.4", "是")
    assert "2025年测评 第 1 版，2025-12-28" in tables["表7 与上次比较"].notes[0]
    assert [(line["单位名称"], line["原因"]) for line in lines(tables["表9 需关注单位"])] == [
        ("鼎城区", "与同类相比偏低；较上次明显下降 0.4 个百分点")
    ]
    assert tables["表8 加权与未加权"].rows == [["不适用：各占比都未加权。"]]

    extra = {
        "unweighted_satisfied_rate": "40.0",
        "unweighted_approval_rate": None,
        "design_effect": "1.32",
        "effective_n": 91,
    }
    cells = {"overall": cell(20, 12, 8, 12) | {"range_note": "wilson_on_count"}}
    silent = {"places": 2, "people": 1240, "units": [{"code": "a", "name": "静村", "people": 1200}] * 2}
    weighted = made(
        (
            head(places=1, roll_up="population", handed_on=silent),
            [row("v", "先锋村", "village", "", [], cells, extras={"overall": extra})],
        )
    )
    (line,) = lines(weighted["表8 加权与未加权"])
    assert (line["满意占比 %，加权"], line["满意占比 %，未加权"], line["设计效应"], line["有效样本量"]) == (
        "50.0",
        "40.0",
        "1.32",
        91,
    )
    assert line["合计占比 %，未加权"] == ""
    assert "本次这样计入的有 2 个测评点、1,240 人，见表10。" in weighted["表5 全部单位"].notes
    told = dict(weighted["表10 方法与说明"].rows)["人数计入其他测评点"]
    assert told.startswith("2 个测评点无人作出评价，其应参评的 1,240 人按人数比例")
    assert told.endswith("：静村（1,200 人）、静村（1,200 人）")
    assert [each["备注"] for each in lines(weighted["表5 全部单位"])] == ["Wilson 法"]
    nobody = made((head(places=1, roll_up="population", handed_on=silent | {"places": 0}), []))
    assert ["人数计入其他测评点", "没有：有应参评人数的测评点都有人作出评价"] in nobody["表10 方法与说明"].rows
    # 12 of 52 do not know.
    assert [line["原因"] for line in lines(weighted["表9 需关注单位"])] == ["不了解的较多"]
    assert "占比经加权，不等于分子 ÷ 分母" in lines(weighted["表2 总体结果"])[0]["备注"]


def test_scores_verdicts_issued_slips_and_reasons_have_their_columns():
    reasons = ("question_changed", "moved", "new_unit", "rules_changed")
    rows = [
        row(
            f"v{number}",
            f"村{number}",
            "village",
            "",
            [],
            {"overall": cell(20, 12, 8)},
            issued=50 + number,
            extras={"overall": {"score": "87.5", "verdict": "basically_satisfied", "change_reason": reason}},
        )
        for number, reason in enumerate(reasons)
    ]
    previous = {"slug": "l", "title": {"zh_Hans": "上次"}, "number": 1, "day": "2025-12-28"}
    tables = made((head(places=4, verdict=True, previous=previous, issued=206), rows))
    annex = lines(tables["表5 全部单位"])
    assert [(line["发出"], line["收回"], line["平均得分"], line["表决口径"]) for line in annex] == [
        (50 + number, 40, "87.5", "基本满意") for number in range(4)
    ]
    assert len({line["备注"] for line in annex}) == 4
    assert annex[1]["备注"] == "隶属有变动，不比较"
    assert all(line["较上次（百分点）"] == "" for line in annex)


def test_targets_stand_within_their_classes_with_every_groups_own_share():
    tables = made(targets_case())
    classes = lines(tables["表2 总体结果"])
    assert [(line["类别"], line["评议对象（个）"], line["有占比的（个）"]) for line in classes] == [
        ("党群部门", 2, 2),
        ("政府部门", 3, 2),
    ]
    assert (classes[0]["最高合计占比 %"], classes[0]["最低合计占比 %"]) == ("86.8", "80.0")
    assert [line["单位名称"] for line in lines(tables["表4 分地区"])][-1] == "市气象局"
    groups = lines(tables["表6 票种与题目"])
    assert len(groups) == 5 * 2
    assert (groups[0]["票种"], groups[0]["权重"]) == ("服务对象", "60")
    assert groups[-1]["备注"] == "样本不足"
    assert {groups[-1][name] for name in ("作出评价", "满意")} == {None}
    assert len(tables["附表2 各票种"].rows) == 5 * 2


@pytest.mark.parametrize(
    ("selection", "said", "never"),
    [
        ("self", "不能推断全体居民", "95% 置信区间"),
        ("list", "没有抽样误差", "波动范围为"),
        ("random", "有限总体校正", "波动范围为"),
    ],
)
def test_the_notes_claim_what_the_selection_allows(selection, said, never):
    tables = made(field_case(), selection=selection)
    notes = "".join(tables["表5 全部单位"].notes)
    assert said in notes
    assert never not in notes
    name = "波动范围 下限 %" if selection == "self" else "95% 区间 下限 %"
    assert name in [each.header for each in tables["表5 全部单位"].columns]


@pytest.mark.parametrize(
    ("case", "said", "never"),
    [
        (field_case, "一个测评点用 Wilson 区间；", "为层"),
        (targets_case, "一个测评点以票种为层、答卷为单元，线性化方差，logit 区间；", "一个测评点用"),
    ],
)
def test_how_one_place_has_its_range_follows_the_groups(case, said, never):
    head, rows = case()
    notes = "".join(made((head, rows))["表5 全部单位"].notes)
    for text in (notes, "".join(cover(head | {"number": 1}).formulas)):
        assert said in text
        assert never not in text


def test_method_and_disclosure_say_who_what_and_how():
    approval = {"table_number": "测评1表", "approval_number": "常统制12号", "valid_until": "2027年12月"}
    signed = [{"step": "checked", "post": "主任", "name": "乙某", "on": "2026-12-28"}]
    tables = made(
        field_case(), approval=approval, sign_off=signed, roll_up="population", questionnaire_sha256="ab" * 32
    )
    said = {line["项目"]: line["内容"] for line in lines(tables["表10 方法与说明"])}
    assert (said["表号"], said["批准文号"], said["有效期至"]) == tuple(approval.values())
    assert said["审核"] == "主任　乙某　2026-12-28"
    assert said["题目 buses"] == "城区公交乘车（满意 / 基本满意 / 不满意 / 不了解）"
    assert "应参评人数加权" in said["加权"]
    assert said["问卷指纹"] == f"SHA-256 {'ab' * 32}"
    assert "2026-12-01 00:00 至 2026-12-20 18:00" in said["起止时间"]
    assert "不足 10 份" in said["隐藏规则"]
