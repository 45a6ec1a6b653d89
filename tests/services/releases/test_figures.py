"""The figures of a release: which there are, and what their text alternatives say."""

import re

from survey_app.services.releases import figures
from survey_app.services.releases.figure_names import FigureName
from survey_app.services.releases.figures import release_figures
from tests.results_fixtures.printed import cell, field_case, head, hidden_case, row, targets_case

HOURS = [["2026-12-01T08", 12], ["2026-12-01T09", 0], ["2026-12-01T10", 3]]


def drawn(case):
    whole, rows = case
    return {str(name): each for name, each in release_figures({"turnout_hours": HOURS, **whole}, rows)}


def test_the_field_case_has_every_figure_with_its_words():
    found = drawn(field_case())
    own = {"headline", "caterpillar", "waves", "heatmap", "turnout"}
    assert own == {name for name in found if "/" not in name}, "no class is large enough for a funnel"
    assert all(each.title.startswith("2026年常德市公共服务群众满意度测评 ") for each in found.values())
    # Units whose parts have two rates or more have figures of their own: here the townships.
    towns = {name.split("/")[1] for name in found if "/" in name}
    assert set(found) - own == {f"units/{town}/{name}" for town in towns for name in ("headline", "caterpillar")}
    for name, title in (("headline", "启明街道 各项评价"), ("caterpillar", "启明街道 合计占比和范围")):
        each = found[f"units/{min(towns)}/{name}"]
        assert each.title.endswith(f" {title}")
        assert {"先锋社区", "民主村"} <= set(re.findall("先锋社区|民主村", each.description))
        assert "白鹤村：样本不足" in each.description
        assert "鼎城区" not in each.description
    assert "启明街道 " in found[f"units/{min(towns)}/caterpillar"].description, "the line to compare with"
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
    both = {f"{name}-class{number}" for name in ("headline", "caterpillar") for number in (1, 2)}
    assert set(found) == {*both, "groups", "turnout"}
    assert "服务对象" in found["groups"].description
    assert "未加权" in found["groups"].description
    assert "Σ" not in found["groups"].description, "a group's own rate has no weights"
    assert "样本不足" in found["groups"].description
    for number, (name, other) in enumerate((("党群部门", "政府部门"), ("政府部门", "党群部门")), start=1):
        each = found[f"headline-class{number}"]
        assert each.title.endswith(f" {name} 各项评价"), name
        assert other not in each.title + each.description
        assert ("市气象局" in each.description) is (number == 2)


def test_where_all_is_hidden_only_reasons_and_turnout_are_drawn():
    whole, rows = hidden_case()
    found = {str(name): each for name, each in release_figures({"turnout_hours": [], **whole}, rows)}
    assert set(found) == {"headline", "caterpillar"}
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


def test_units_have_figures_in_whole_levels_as_long_as_they_are_not_too_many(monkeypatch):
    counties = {f"units/{code}/headline" for code in ("c1", "c2")}
    rows = [row("t", "某市", "city", "", [], {"overall": cell(900, 50, 50)}, places=8)]
    for county in ("c1", "c2"):
        rows.append(row(county, f"{county}县", "county", "t", ["某市"], {"overall": cell(450, 25, 25)}, places=4))
        for town in ("1", "2"):
            under = ["某市", f"{county}县"]
            code = county + town
            rows.append(row(code, f"{code}镇", "township", county, under, {"overall": cell(200, 10, 10)}, places=2))
            rows += [
                row(f"{code}{n}", f"{code}{n}村", "village", code, [*under, code], {"overall": cell(90 + n, 5, 5)})
                for n in (1, 2)
            ]
    for most, expected in ((6, 6), (5, 2), (1, 0)):
        monkeypatch.setattr(figures, "MOST_UNITS", most)
        found = {name for name in drawn((head(places=8), rows)) if name.endswith("/headline")}
        assert len(found) == expected, most
        assert expected == 0 or counties <= found
    assert "units" not in str(list(drawn((head(places=9), rows[4:]))))  # No common unit above.


def test_the_address_of_a_figure_says_what_it_is():
    for figure in (
        FigureName("headline"),
        FigureName("caterpillar", unit="43.A_1-b"),
        FigureName("waves", of_class=12),
        FigureName("heatmap", of_class=2, part=3),
    ):
        assert FigureName.read(figure.path("svg")) == figure
    assert FigureName("headline", of_class=2).path("pdf") == "figures/headline-class2.pdf"
    assert FigureName.read("table.csv") is FigureName.read("figures/units/43/../headline.svg") is None
