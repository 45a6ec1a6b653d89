"""The figures of a release: which there are, and what their text alternatives say."""

from survey_app.services.releases.figures import release_figures
from tests.results_fixtures.printed import cell, field_case, head, hidden_case, row, targets_case

HOURS = [["2026-12-01T08", 12], ["2026-12-01T09", 0], ["2026-12-01T10", 3]]


def drawn(case):
    whole, rows = case
    return dict(release_figures({"turnout_hours": HOURS, **whole}, rows))


def test_the_field_case_has_every_figure_with_its_words():
    found = drawn(field_case())
    assert set(found) == {"headline", "caterpillar", "waves", "heatmap", "turnout"}, (
        "no class is large enough for a funnel"
    )
    assert all(each.title.startswith("2026年常德市公共服务群众满意度测评 ") for each in found.values())
    for county in ("武陵区", "鼎城区", "安乡县", "汉寿县"):
        for name in ("headline", "caterpillar", "waves", "heatmap"):
            assert county in found[name].description, name
    assert "鼎城区：上次 89.0%，本次 88.0%，变化 −0.4 个百分点，变化明显" in found["waves"].description
    assert "城区公交乘车" in found["heatmap"].description
    assert "12月1日共 15 份" in found["turnout"].description
    assert found["turnout"].svg().startswith(b"<svg")


def test_targets_of_weighted_groups_are_drawn_by_group_and_have_no_funnel():
    found = drawn(targets_case())
    # Classes are not compared: each has its own figures.
    assert set(found) == {"headline", "headline-2", "caterpillar", "caterpillar-2", "heatmap", "turnout"}
    assert "服务对象" in found["heatmap"].description
    assert "样本不足" in found["heatmap"].description
    assert sum("市气象局" in found[name].description for name in ("headline", "headline-2")) == 1


def test_where_all_is_hidden_only_reasons_and_turnout_are_drawn():
    whole, rows = hidden_case()
    found = dict(release_figures({"turnout_hours": [], **whole}, rows))
    assert "turnout" not in found
    for each in found.values():
        assert "3 份" not in each.description
        assert "样本不足" in each.description


def test_a_question_that_was_not_asked_is_told_from_one_that_nobody_rated():
    questions = {"overall": "总的来说？", "buses": "公交？"}
    nothing = cell(0, 0, 0)
    rows = [
        row("t", "东镇", "township", "", [], {"overall": cell(40, 20, 5, 9), "buses": cell(20, 10, 5)}, places=2),
        row("a", "甲村", "village", "t", ["东镇"], {"overall": cell(40, 20, 5), "buses": nothing}),
        row("b", "乙村", "village", "t", ["东镇"], {"overall": cell(0, 0, 0, 9), "buses": cell(20, 10, 5)}),
    ]
    found = drawn((head(questions=questions, places=2, roll_up="population"), rows))
    assert "甲村：总的来说？ 92.3，公交？ 未在此询问" in found["heatmap"].description
    assert "乙村：总的来说？ 无人作出评价，公交？ 85.7" in found["heatmap"].description
    assert "funnel" not in found, "rates weighted by population stand on no plain number of ballots"
    assert "应参评人数加权" in found["headline"].description


def test_a_large_class_has_a_funnel_with_the_bands_of_its_units():
    villages = [
        row(f"v{number}", f"第{number}村", "village", "t", ["东镇"], {"overall": cell(180 + number % 3, 10, 10)})
        for number in range(28)
    ]
    low = row(
        "low", "低村", "village", "t", ["东镇"], {"overall": cell(60, 20, 120)}, extras={"overall": {"band": "worse"}}
    )
    few = row("few", "小村", "village", "t", ["东镇"], {"overall": cell(3, 2, 1, hidden=True)})
    top = row("t", "东镇", "township", "", [], {"overall": cell(5000, 400, 400)}, places=30)
    found = drawn((head(places=30), [top, *villages, low, few]))
    said = found["funnel"].description
    assert "低村：200 份，合计占比 40.0%，偏低" in said
    assert "小村" in said
    assert "第1村：201 份，合计占比 95.0%，无明显差异" in said
