from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from analysis.figures import Absent, BarRow, FunnelPoint, HeatRow, RangeRow, TurnoutHour, WaveRow
from analysis.figures.look import DARK_RED, GREY, ORANGE
from analysis.figures.marks import Points, Shape, Words
from tests.analysis.figure_examples import (
    BARS,
    HEAT,
    HEAT_ROWS,
    TURNOUT,
    bars,
    every_kind,
    heat,
    ranges,
    spread,
    turnout,
    waves,
)

FIVE = replace(
    BARS,
    ratings=("非常满意", "满意", "基本满意", "不满意", "非常不满意"),
    row="{name}：{very_satisfied}/{satisfied}/{basically_satisfied}/{dissatisfied}/{very_dissatisfied}。",
)


def texts(drawing):
    return [mark.text for mark in drawing.sheet.marks if isinstance(mark, Words)]


def where(drawing, text):
    return next((mark.x, mark.y) for mark in drawing.sheet.marks if isinstance(mark, Words) and mark.text == text)


def spans(drawing, fill):
    """Return from where to where the areas of a colour reach across; the first is in the key."""
    return [
        (path[0][0], path[1][0])
        for mark in drawing.sheet.marks
        if isinstance(mark, Shape) and mark.fill == fill
        for path in mark.paths
    ][1:]


def test_bars_are_sorted_by_rate_and_those_without_one_are_last():
    assert every_kind()["bars"].description == (
        "满意 < 全部 & 其他 高桥社区（30）：100.0，100.0/0.0/0.0，不了解 0.0。 澧县（1,000）：98.0，2.0/96.0/2.0，"
        "不了解 0.0。 某乡安乡县（1,000）：97.0，95.0/2.0/3.0，不了解 47.4。 桃源县（2,000）：44.5，28.0/16.5/55.5，"
        "不了解 2.0。 津市市（50）：0.0，0.0/0.0/100.0，不了解 2.0。 贺家山原种场管理区：样本不足。 "
        "柳叶湖：没有人作出评价。"
    )


def test_five_levels_stand_on_both_sides_of_zero_to_one_scale():
    drawing = bars([BarRow("某村", "", "100", ("10.0", "20.0", "30.0", "15.0", "25.0"), "60.0", "0.0")], FIVE)
    assert "10.0/20.0/30.0/15.0/25.0" in drawing.description
    (worst_left, worst_right), (bad_left, zero), (start, basic) = (
        spans(drawing, colour)[0] for colour in (DARK_RED, ORANGE, GREY)
    )
    assert (worst_right, zero) == pytest.approx((bad_left, start))
    assert (
        (worst_right - worst_left) / 25 == pytest.approx((zero - bad_left) / 15) == pytest.approx((basic - zero) / 30)
    )


def test_ratings_must_be_those_of_the_labels():
    with pytest.raises(ValueError, match="three ratings or five"):
        bars(labels=FIVE)
    with pytest.raises(ValueError, match="not a percentage"):
        bars([BarRow("某村", "", "1", ("1.0", "2.0", "3.0"), "101.0", "0.0")])


def test_ranges_are_sorted_and_the_line_to_compare_with_is_named():
    said = every_kind()["ranges"].description
    assert said.split(" ", 5)[5] == (
        "全市 96.8% 丹洲乡乙村（1,203）：98.0，97.1–98.7。 丹洲乡甲村（35）：97.1，85.5–99.5。 "
        "丹洲乡丙村（12）：91.7，—–—。 祝丰镇西洞庭管理区祝丰镇龙泉社区居民委员会：样本不足。"
    )
    assert "全市" not in ranges(reference=None).description


def test_many_ranges_have_labels_at_their_ends_only():
    rows = [RangeRow(f"第{n}村", "", "35", f"{60 + n // 10}.{n % 10}", "50.0", "99.9") for n in range(300)]
    rows += [RangeRow("某村", "", "35", "100.0", "90.1", "100.0")] * 7 + [RangeRow("缺村", "", reason="样本不足")]
    drawing = ranges(rows)
    assert "共 307 个，另有 1 个没有。" in drawing.description
    shown = " ".join(texts(drawing))
    for label in ("7 个单位同为 100.0%", "60.0% 第0村", "60.3% 第3村"):
        assert label in shown
    assert "第4村" not in shown
    assert "第299村" not in shown
    assert len(drawing.svg()) < 80_000


def test_the_funnel_names_what_lies_outside_and_lists_what_has_no_rate():
    drawing = every_kind()["funnel"]
    assert drawing.description == (
        "满意 < 全部 & 其他 全市 95.0% 丹洲乡丁村：900 份，99.5，明显偏高。 丹洲乡甲村：35 份，97.1，无明显差异。 "
        "丹洲乡乙村：400 份，80.5，明显偏低。 丹洲乡戊村：20 份，75.0，偏低。 丹洲乡丙村：样本不足。"
    )
    shown = texts(drawing)
    assert {"丹洲乡乙村 80.5%", "丹洲乡丁村 99.5%", "偏低（1 个）", "偏高（0 个）"} <= set(shown)
    assert "丹洲乡戊村 75.0%" in shown, "where there is room, units a little outside have their names too"
    assert "丹洲乡甲村 97.1%" not in shown
    assert shown[-1] == "没有合计占比的 1 个： 丹洲乡丙村（样本不足）"
    shapes = {(mark.symbol, mark.fill) for mark in drawing.sheet.marks if isinstance(mark, Points)}
    assert len(shapes) == 5


def test_thousands_of_points_are_drawn_and_few_are_said():
    points = [FunnelPoint(f"第{n}村", "", 20 + n % 300, f"{88 + n % 12}.{n % 10}") for n in range(2273)]
    points[7:9] = [FunnelPoint("低村", "", 300, "70.0", band=4)] * 2
    points += [FunnelPoint(f"缺{n}村", "某镇", reason="样本不足") for n in range(90)]
    drawing = spread(points)
    assert "共 2,273 个，见表。" in drawing.description
    assert "低村：300 份，70.0，明显偏低。" in drawing.description
    assert "第1村：" not in drawing.description
    assert "缺89村：样本不足。" in drawing.description
    assert texts(drawing)[-1] == "没有合计占比的 90 个： 样本不足（90 个）"
    assert len(drawing.svg()) < 200_000
    assert drawing.sheet.height < 800
    many = spread([*points, *(FunnelPoint(f"空{n}村", "某镇", reason="无答卷") for n in range(150))])
    assert many.description.endswith("没有合计占比的 240 个： 无答卷（150 个） 样本不足（90 个）")


def test_a_funnel_of_one_unit_has_an_axis():
    for logarithmic in (True, False):
        drawing = spread([FunnelPoint("甲村", "", 35, "97.1")], logarithmic=logarithmic)
        assert {"30", "40"} <= set(texts(drawing)) or {"0", "35"} & set(texts(drawing))
    assert spread([FunnelPoint("甲村", "", reason="样本不足")]).description.endswith("甲村：样本不足。")


def test_waves_print_the_change_with_a_real_minus_sign():
    drawing = every_kind()["waves"]
    assert drawing.description == (
        "满意 < 全部 & 其他 丙村：90.0→96.0，+6.0，变化明显。 丹洲乡甲村：97.1→95.9，−1.2，变化明显。 "
        "西洞庭管理区祝丰镇龙泉社区居民委员会：90.0→90.4，+0.4，变化不明显。 乙村：—→99.0，本次新增。 "
        "戊村：—→—，题目已改变，不可比较，原因见说明。"
    )
    assert {"+6.0", "−1.2", "+0.4"} <= set(texts(drawing))
    assert waves([WaveRow("甲村", "", None, None, reason="样本不足")]).description.endswith("样本不足。")


def test_a_heat_map_says_why_a_cell_is_empty():
    drawing = every_kind()["heat"]
    assert drawing.description == (
        "满意 < 全部 & 其他 合计占比（%） "
        "丹洲乡甲村：总体评价 97.1，城乡特困家庭大病医疗救助 样本不足，城区公交乘车 未询问。 "
        "乙村：总体评价 80.0，城乡特困家庭大病医疗救助 91.3，城区公交乘车 无人评价。"
    )
    assert texts(drawing).count("—") == 2
    hidden = heat([HeatRow("甲村", "", (Absent.HIDDEN,) * 3)])[0]
    assert "样本不足" in texts(hidden)
    assert "未询问" not in texts(hidden)


def test_a_large_heat_map_becomes_even_pictures_with_the_same_colours():
    rows = [HeatRow(f"第{n}村", "", (f"{50 + n}.0",) * 13) for n in range(45)]
    drawings = heat(rows, replace(HEAT, columns=tuple(f"question {n} nevertheless" for n in range(13))))
    assert [drawing.title for drawing in drawings] == [f"各区县（{n}/4）" for n in (1, 2, 3, 4)]
    assert "第21村" in drawings[0].description
    assert "第22村" not in drawings[0].description
    assert "question 5 nevertheless 50.0" in drawings[0].description
    assert "question 6 nevertheless" in drawings[1].description
    keys = [[text for text in texts(drawing) if "–" in text] for drawing in drawings]
    assert keys[0] == keys[3] != []
    with pytest.raises(ValueError, match="a cell for each column"):
        heat([*HEAT_ROWS, HeatRow("甲村", "", ("1.0",))])


def test_turnout_has_total_peak_and_every_hour_with_ballots():
    assert every_kind()["turnout"].description == (
        "满意 < 全部 & 其他 共 1,207 份 最多：12月1日 8 时，1,200 份 12月1日：1,200 份（8 时 1,200）。 "
        "12月2日：7 份（9 时 7）。"
    )
    assert {"夜间", "12月1日", "12月2日", "18:00"} <= set(texts(every_kind()["turnout"]))


def test_turnout_over_a_week_names_days_and_a_day_without_a_name_is_an_error():
    hours = [TurnoutHour(datetime(2026, 12, day, 9), 3) for day in (1, 8)]  # noqa: DTZ001 - local time
    drawing = turnout(hours)
    assert {"12月1日", "12月8日"} <= set(texts(drawing))
    assert "18:00" not in texts(drawing)
    with pytest.raises(ValueError, match="no label for the day 2026-12-09"):
        turnout([*hours, TurnoutHour(datetime(2026, 12, 9, 9), 3)])  # noqa: DTZ001 - local time
    assert "共 0 份" in turnout([TurnoutHour(datetime(2026, 12, 1, 9), 0)]).description  # noqa: DTZ001 - local time


def test_many_named_ranges_are_drawn_low_with_their_axis_at_both_ends():
    rows = [RangeRow(f"第{n}村", "", "35", f"{60 + n // 10}.{n % 10}", "50.0", "99.9") for n in range(150)]
    drawing = ranges(rows, reference=None)
    assert texts(drawing).count("60%") == 2
    assert drawing.sheet.height < 150 * 20 + 200


def test_many_ranges_without_a_line_or_without_any_rate_are_drawn():
    rows = [RangeRow(f"第{n}村", "", "35", f"{60 + n // 10}.{n % 10}") for n in range(201)]
    assert "共 201 个，另有 0 个没有。" in ranges(rows, reference=None).description
    # Two units share the fourth place from the top: there is no room to name both.
    tied = [*rows, RangeRow("同村", "", "35", "79.7")]
    assert "2 个单位同为 79.7%" in texts(ranges(tied))
    assert "共 0 个，另有 201 个没有。" in ranges([replace(row, rate=None) for row in rows]).description
    assert "100.0% 甲村" in texts(
        ranges([RangeRow("甲村", "", "9", "100.0"), *(replace(row, rate=None) for row in rows)])
    )


def test_a_long_name_beside_many_ranges_is_wrapped():
    rows = [RangeRow(f"第{n}村", "", "35", f"{60 + n // 10}.{n % 10}") for n in range(201)]
    drawing = ranges([replace(rows[0], name="西洞庭管理区" * 4), *rows[1:]])
    assert any(
        text.startswith("60.0% 西洞庭管理区") and not text.endswith("西洞庭管理区" * 4) for text in texts(drawing)
    )


def test_crowded_points_have_fewer_labels_and_none_covers_a_point():
    crowd = [FunnelPoint(f"第{n}村", "丹洲乡", 300 + n % 7, f"80.{n % 10}", band=4) for n in range(60)]
    drawing = spread(crowd)
    named = [text for text in texts(drawing) if text.startswith("丹洲乡第")]
    assert 0 < len(named) < 12


def test_two_months_have_no_shaded_nights():
    days = {date(2026, 12, 1) + timedelta(days=n): f"第{n}日" for n in range(60)}
    hours = [TurnoutHour(datetime(2026, 12, 1, 9) + timedelta(days=n), 3 + n) for n in range(60)]  # noqa: DTZ001
    drawing = turnout(hours, replace(TURNOUT, days=days))
    assert "夜间" not in texts(drawing)
    assert {"第0日", "第7日"} <= set(texts(drawing))
    assert "第59日：62 份（9 时 62）。" in drawing.description


def test_nothing_is_drawn_where_there_is_no_rate():
    """Hatching is don't know, and a band over the axis would be a range."""
    alone = BarRow("甲村", "", reason="样本不足"), RangeRow("甲村", "", reason="样本不足")
    for draw, row in zip((bars, ranges), alone, strict=True):
        with_row, twice = (draw([row] * times).sheet.marks for times in (1, 2))
        added = len(twice) - len(with_row)
        # Its name, its reason and the line above it: an area more would be seen as a figure.
        assert added == 3
        assert sum(isinstance(mark, Words) for mark in twice) - sum(isinstance(mark, Words) for mark in with_row) == 2


def test_long_keys_take_several_lines_and_an_empty_note_none():
    short, long = (
        bars(note="", title=" 各区县"),
        bars(labels=replace(BARS, ratings=("满意" * 15, "基本满意" * 8, "不满意"))),
    )
    assert where(short, "不满意")[1] < where(long, "不满意")[1]
    assert where(long, "满意" * 15)[1] > where(long, "不满意")[1]
    assert short.description.startswith("高桥社区")
