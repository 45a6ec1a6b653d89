"""The funnel of a release: the units of its largest class by their ballots, with the limits of chance."""

from collections.abc import Iterator, Sequence

import numpy as np

from analysis.bands import LEVELS, Band, Funnel, funnels
from analysis.figures import Drawing, FunnelLabels, FunnelLimits, FunnelPoint, funnel
from analysis.rates import round_percent
from survey_app.services.releases.figure_words import WITHOUT, ballots_behind, headed, why
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

#: Points of a limit's line.
_LIMIT_POINTS = 80


def chances(head: Head, rows: Sequence[ResultRow], code: str) -> Iterator[Drawing]:
    """Draw the funnel of the largest class; weighted rates stand on no plain number of ballots, and have none."""
    if len(head["groups"]) > 1 or head.get("roll_up") == "population":
        return
    rated = [row for row in rows if code in row.cells and row.level != OWN_LEVEL]
    classes = [(row.level, row.unit_class) for row in rated]
    cells = [row.cells[code] for row in rated]
    approval = [0 if cell["suppressed"] else cell["satisfied"] + cell["basically_satisfied"] for cell in cells]
    base = [-1 if cell["suppressed"] else ballots_behind(head, cell) for cell in cells]
    found = funnels(approval, base, classes)
    if not found:
        return
    chosen = max(found, key=lambda each: len(found[each].units))
    members = [row for row, name in zip(rated, classes, strict=True) if name == chosen]
    texts = headed(head, f"{wording.class_of(members[0])}漏斗图")
    texts["note"] += (
        "界限为二项分布的 95% 和 99.8% 界限，已计入过度离散；单位多时约有 5% 因偶然在 95% 界限外，校正后的见表9。"
        "位次靠后不等于界限外。"
    )
    target = found[chosen]
    yield funnel(
        [_point(head, row, code) for row in members],
        target=round_percent(sum(approval[unit] for unit in target.units), sum(base[unit] for unit in target.units)),
        limits=_limits(target, [cell for cell in base if cell > 0]),
        labels=_FUNNEL,
        **texts,
    )


_FUNNEL = FunnelLabels(
    n="答卷（份）",
    rate="合计占比（%）",
    bands=("明显偏高", "偏高", "无明显差异", "偏低", "明显偏低"),
    key="{band}（{n} 个）",
    target="同类合计 {rate}%",
    limits_95="95% 界限",
    limits_998="99.8% 界限",
    row="{name}：{n} 份，合计占比 {rate}%，{band}。",
    row_without=WITHOUT,
    without="没有占比的单位 {n} 个：",
    without_one="{name}（{reason}）",
    unnamed="图中有占比的单位 {n} 个；全部数字见统计表。",
)


def _point(head: Head, row: ResultRow, code: str) -> FunnelPoint:
    cell, band = row.cells[code], row.extras.get(code, {}).get("band")
    rate = cell[wording.headline_rate(head)]
    if rate is None:
        return FunnelPoint(wording.name(row), wording.within(row), reason=why(cell))
    place = list(Band).index(Band(band)) if band else list(Band).index(Band.AS_EXPECTED)
    return FunnelPoint(wording.name(row), wording.within(row), ballots_behind(head, cell), rate, place)


def _limits(target: Funnel, rated: Sequence[int]) -> FunnelLimits:
    most = max(*rated, 20)
    sizes = np.unique(np.geomspace(min(rated), most, _LIMIT_POINTS).round().astype(np.int64))
    lines = [100 * limit for level in LEVELS for limit in target.limits(sizes, level)]
    return FunnelLimits(sizes.tolist(), *(line.tolist() for line in lines))
