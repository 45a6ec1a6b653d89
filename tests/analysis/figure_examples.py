"""One small example of every kind of figure, in Chinese, and a long one; drawn once for all tests."""

from datetime import date, datetime
from functools import cache
from pathlib import Path

from analysis.figures import (
    Absent,
    BarRow,
    FigureLabels,
    FunnelLabels,
    FunnelLimits,
    FunnelPoint,
    HeatLabels,
    HeatRow,
    RangeLabels,
    RangeRow,
    TurnoutHour,
    TurnoutLabels,
    WaveLabels,
    WaveRow,
    caterpillar,
    diverging_bars,
    dumbbell,
    funnel,
    heat_maps,
    turnout_by_hour,
)

FONT = Path(__file__).parents[2] / "survey_app/static/fonts/NotoSansSC-Regular.ttf"
LONG = "西洞庭管理区祝丰镇龙泉社区居民委员会"

BARS = FigureLabels(
    ratings=("满意", "基本满意", "不满意"),
    dont_know="不了解",
    approval="合计占比",
    base="{n} 份",
    row="{name}（{n}）：{approval}，{satisfied}/{basically_satisfied}/{dissatisfied}，不了解 {dont_know}。",
    row_without="{name}：{reason}。",
)
BAR_ROWS = (
    BarRow("桃源县", "", "2,000", ("28.0", "16.5", "55.5"), "44.5", "2.0"),
    BarRow("安乡县", "某乡", "1,000", ("95.0", "2.0", "3.0"), "97.0", "47.4"),
    BarRow("贺家山原种场管理区", "", reason="样本不足"),
    BarRow("澧县", "", "1,000", ("2.0", "96.0", "2.0"), "98.0", "0.0"),
    BarRow("柳叶湖", "", reason="没有人作出评价"),
    BarRow("津市市", "", "50", ("0.0", "0.0", "100.0"), "0.0", "2.0"),
    BarRow("高桥社区", "", "30", ("100.0", "0.0", "0.0"), "100.0", "0.0"),
)
RANGES = RangeLabels(
    rate="合计占比",
    range="波动范围",
    n="作出评价",
    reference="全市 {rate}%",
    tied="{n} 个单位同为 {rate}%",
    row="{name}（{n}）：{rate}，{low}–{high}。",
    row_without="{name}：{reason}。",
    unnamed="共 {n} 个，另有 {without} 个没有。",
)
RANGE_ROWS = (
    RangeRow("甲村", "丹洲乡", "35", "97.1", "85.5", "99.5"),
    RangeRow(LONG, "祝丰镇", reason="样本不足"),
    RangeRow("乙村", "丹洲乡", "1,203", "98.0", "97.1", "98.7"),
    RangeRow("丙村", "丹洲乡", "12", "91.7"),
)
FUNNEL = FunnelLabels(
    n="作出评价（份）",
    rate="合计占比",
    bands=("明显偏高", "偏高", "无明显差异", "偏低", "明显偏低"),
    key="{band}（{n} 个）",
    target="全市 {rate}%",
    limits_95="95% 界限",
    limits_998="99.8% 界限",
    row="{name}：{n} 份，{rate}，{band}。",
    row_without="{name}：{reason}。",
    without="没有合计占比的 {n} 个：",
    without_one="{name}（{reason}）",
    unnamed="共 {n} 个，见表。",
)
LIMITS = FunnelLimits((10, 100, 1000), (81, 91, 94), (100, 99, 96), (74, 88, 93), (100, 100, 97))
FUNNEL_POINTS = (
    FunnelPoint("甲村", "丹洲乡", 35, "97.1"),
    FunnelPoint("乙村", "丹洲乡", 400, "80.5", band=4),
    FunnelPoint("丙村", "丹洲乡", reason="样本不足"),
    FunnelPoint("丁村", "丹洲乡", 900, "99.5", band=0),
    FunnelPoint("戊村", "丹洲乡", 20, "75.0", band=3),
)
WAVES = WaveLabels(
    before="2025 年",
    now="2026 年",
    change="较上次（百分点）",
    clear="变化明显",
    unclear="变化不明显",
    row="{name}：{before}→{now}，{change}，{clear}。",
    row_without="{name}：{before}→{now}，{reason}。",
)
WAVE_ROWS = (
    WaveRow("甲村", "丹洲乡", "97.1", "95.9", "-1.2", clear=True),
    WaveRow("乙村", "", None, "99.0", reason="本次新增"),
    WaveRow("丙村", "", "90.0", "96.0", "+6.0", clear=True),
    WaveRow(LONG, "", "90.0", "90.4", "+0.4"),
    WaveRow("戊村", "", None, None, reason="题目已改变，不可比较，原因见说明"),
)
HEAT = HeatLabels(
    columns=("总体评价", "城乡特困家庭大病医疗救助", "城区公交乘车"),
    hidden="样本不足",
    no_rate="无人评价",
    not_asked="未询问",
    value="合计占比（%）",
    between="{low}–{high}",
    cell="{column} {value}",
    row="{name}：{cells}。",
    separator="，",
    part="（{number}/{of}）",
)
HEAT_ROWS = (
    HeatRow("甲村", "丹洲乡", ("97.1", Absent.HIDDEN, Absent.NOT_ASKED)),
    HeatRow("乙村", "", ("80.0", "91.3", Absent.NO_RATE)),
)
TURNOUT = TurnoutLabels(
    ballots="每小时答卷数",
    total="共 {n} 份",
    peak="最多：{day} {hour} 时，{n} 份",
    night="夜间",
    days={date(2026, 12, day): f"12月{day}日" for day in range(1, 9)},
    day="{day}：{n} 份（{hours}）。",
    hour="{hour} 时 {n}",
    separator="，",
)
HOURS = (
    TurnoutHour(datetime(2026, 12, 2, 9), 7),  # noqa: DTZ001 - the survey's local time
    TurnoutHour(datetime(2026, 12, 1, 8), 1200),  # noqa: DTZ001 - as above
    TurnoutHour(datetime(2026, 12, 1, 23), 0),  # noqa: DTZ001 - as above
)
WORDS = {"title": "各区县", "note": "满意 < 全部 & 其他", "font": FONT}


def bars(rows=BAR_ROWS, labels=BARS, **words):
    return diverging_bars(rows, labels=labels, **WORDS | words)


def ranges(rows=RANGE_ROWS, reference="96.8", labels=RANGES, **words):
    return caterpillar(rows, reference=reference, labels=labels, **WORDS | words)


def spread(points=FUNNEL_POINTS, labels=FUNNEL, **words):
    return funnel(points, target="95.0", limits=LIMITS, labels=labels, **WORDS | words)


def waves(rows=WAVE_ROWS, labels=WAVES, **words):
    return dumbbell(rows, labels=labels, **WORDS | words)


def heat(rows=HEAT_ROWS, labels=HEAT, **words):
    return heat_maps(rows, labels=labels, **WORDS | words)


def turnout(hours=HOURS, labels=TURNOUT, **words):
    return turnout_by_hour(hours, labels=labels, **WORDS | words)


@cache
def every_kind():
    """Return one drawing of every kind, by name."""
    return {
        "bars": bars(),
        "ranges": ranges(),
        "funnel": spread(),
        "waves": waves(),
        "heat": heat()[0],
        "turnout": turnout(),
    }
