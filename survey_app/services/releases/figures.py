"""The figures of a release, drawn from its head and its rows after suppression. Their words are Chinese."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import numpy as np

from analysis.bands import LEVELS, Band, Funnel, funnels
from analysis.figures import (
    Absent,
    BarRow,
    Drawing,
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
from analysis.rates import round_percent
from survey_app.documents.fonts import REGULAR_FILE
from survey_app.documents.paragraph_setting import drawable
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow
from survey_app.services.releases.results import printed_shares
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_APPROVAL = "满意和基本满意合计占比"
_WITHOUT = "{name}：{reason}。"

_BARS = FigureLabels(
    ratings=("满意", "基本满意", "不满意"),
    dont_know="不了解",
    approval="合计占比",
    base="{n} 份",
    row="{name}：作出评价 {n} 份，满意和基本满意合计占比 {approval}%；满意 {satisfied}%，"
    "基本满意 {basically_satisfied}%，不满意 {dissatisfied}%，不了解 {dont_know}%。",
    row_without=_WITHOUT,
)

#: Points of a limit's line.
_LIMIT_POINTS = 80


def release_figures(head: Head, rows: Sequence[ResultRow]) -> Iterator[tuple[str, Drawing]]:
    """Give the name and the drawing of every figure that the release has something for."""
    head, rows = _drawable(head, rows)
    code = wording.headline(head)["code"]
    shown = compared_rows(head, rows)
    for number, rated in enumerate(_classes([row for row in shown if code in row.cells]), start=1):
        # Classes are not compared, so each has its figures.
        mark = "" if number == 1 else f"-{number}"
        yield f"headline{mark}", headline_figure(head, rated, code)
        yield f"caterpillar{mark}", _caterpillar(head, rows, rated, code)
        if head.get("previous"):
            yield f"waves{mark}", _dumbbell(head, rated, code)
    yield from _funnel(head, rows, code)
    yield from _heat(head, shown, code)
    if head["turnout_hours"]:
        yield "turnout", _turnout(head)


def _classes(rows: Sequence[ResultRow]) -> Sequence[Sequence[ResultRow]]:
    """Put listed targets apart by class; areas below the top stand together, with their class in words."""
    if not any(row.is_target for row in rows):
        return [rows] if rows else []
    names = dict.fromkeys(row.unit_class for row in rows)
    return [[row for row in rows if row.unit_class == name] for name in names]


def _drawable(head: Head, rows: Sequence[ResultRow]) -> tuple[Head, Sequence[ResultRow]]:
    """Put a mark for characters that the font lacks: a closed survey can be renamed no more, and must be published."""
    texts: dict[str, Any] = {"title": _texts_drawable(head["title"])}
    for part, key in (("questions", "text"), ("groups", "name")):
        texts[part] = [{**each, key: _texts_drawable(each[key])} for each in head[part]]
    drawn = [replace(row, name=_texts_drawable(row.name), path=[drawable(each) for each in row.path]) for row in rows]
    return {**head, **texts}, [replace(row, unit_class=drawable(row.unit_class)) for row in drawn]


def _texts_drawable(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: drawable(text) for language, text in texts.items()}


def compared_rows(head: Head, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """Return the units directly below the top, or the listed targets: what the figures compare."""
    shown, tops = wording.rated(head, rows), wording.top_rows(head, rows)
    return [row for row in shown if row not in tops] or shown


def _texts(head: Head, of: str) -> dict[str, Any]:
    """Return what every figure is headed with."""
    question = wording.text(wording.headline(head)["text"])
    return {
        "title": f"{wording.text(head['title'])} {of}",
        "note": f"{question} {_base(head)}{wording.release(head)}，口径版本 {head['formula_version']}。",
        "font": REGULAR_FILE,
    }


def _base(head: Head) -> str:
    over = "作出评价与“不了解”之和" if head["headline_base"] == "all" else "作出评价"
    said = f"{_APPROVAL} =（满意 + 基本满意）÷ {over}；作出评价不含“不了解”和未填。"
    return said + "".join(wording.weighting(head))


def _over(head: Head, cell: Mapping[str, Any]) -> int:
    """Return the ballots that the headline's rate stands on."""
    return int(cell["rated"] + (cell["dont_know"] if head["headline_base"] == "all" else 0))


def _of_class(rows: Sequence[ResultRow]) -> str:
    return f"{rows[0].unit_class} " if rows[0].is_target and rows[0].unit_class else ""


def _within(row: ResultRow) -> str:
    return row.unit_class if row.is_target else ""


def _why(cell: Mapping[str, Any]) -> str:
    if cell["suppressed"]:
        return wording.TOO_FEW
    return "部分票种样本不足" if cell["rated"] else "无人作出评价"


def headline_figure(head: Head, rows: Sequence[ResultRow], code: str) -> Drawing:
    """Draw the ratings of the headline question."""
    texts = _texts(head, f"{_of_class(rows)}各项评价")
    if len(head["groups"]) > 1:
        texts["note"] += "条形为各票种答卷合计，未加权；合计占比为加权值。"
    return diverging_bars([_bar(head, row, row.cells[code]) for row in rows], labels=_BARS, **texts)


def _bar(head: Head, row: ResultRow, cell: Mapping[str, Any]) -> BarRow:
    shares = printed_shares(cell)
    rate = cell[wording.headline_rate(head)]
    if not shares or rate is None:
        return BarRow(wording.name(row), _within(row), reason=_why(cell))
    return BarRow(
        wording.name(row),
        _within(row),
        n=f"{cell['rated']:,}",
        ratings=(shares["satisfied"], shares["basically_satisfied"], shares["dissatisfied"]),
        approval=rate,
        dont_know=shares["dont_know"],
    )


def _caterpillar(head: Head, rows: Sequence[ResultRow], rated: Sequence[ResultRow], code: str) -> Drawing:
    tops = wording.top_rows(head, rows)
    whole = (
        tops[0].cells.get(code, {}).get(wording.headline_rate(head))
        if len(tops) == 1 and not rated[0].is_target
        else None
    )
    texts = _texts(head, f"{_of_class(rated)}合计占比和范围")
    texts["note"] += wording.ranges(head)
    return caterpillar(
        [_range(head, row, row.cells[code]) for row in rated],
        reference=whole,
        labels=RangeLabels(
            rate="合计占比（%）",
            range="95% 范围",
            n="答卷（份）",
            reference=f"{wording.name(tops[0]) if tops else ''} {{rate}}%",
            tied="{n} 个单位同为 {rate}%",
            row="{name}：{n} 份，合计占比 {rate}%，范围 {low}% 至 {high}%。",
            row_without=_WITHOUT,
            unnamed="图中有占比的单位 {n} 个，另有 {without} 个没有占比；全部数字见统计表。",
        ),
        **texts,
    )


def _range(head: Head, row: ResultRow, cell: Mapping[str, Any]) -> RangeRow:
    rate = cell[wording.headline_rate(head)]
    if rate is None:
        return RangeRow(wording.name(row), _within(row), reason=_why(cell))
    return RangeRow(
        wording.name(row),
        _within(row),
        f"{_over(head, cell):,}",
        rate,
        cell["range_low"],
        cell["range_high"],
    )


def _dumbbell(head: Head, rows: Sequence[ResultRow], code: str) -> Drawing:
    texts = _texts(head, f"{_of_class(rows)}与上次比较")
    texts["note"] += "粗线为变化明显（已按多重比较校正），细线的变化可能只是偶然波动。"
    return dumbbell(
        [_wave(head, row, row.cells[code], row.extras.get(code, {})) for row in rows],
        labels=WaveLabels(
            before="上次",
            now="本次",
            change="变化（百分点）",
            clear="变化明显",
            unclear="变化不明显",
            row="{name}：上次 {before}%，本次 {now}%，变化 {change} 个百分点，{clear}。",
            row_without="{name}：上次 {before}，本次 {now}，{reason}。",
        ),
        **texts,
    )


def _wave(head: Head, row: ResultRow, cell: Mapping[str, Any], extra: Mapping[str, Any]) -> WaveRow:
    return WaveRow(
        wording.name(row),
        _within(row),
        extra.get("change_previous"),
        cell[wording.headline_rate(head)],
        extra.get("change"),
        bool(extra.get("change_clear")),
        wording.NO_CHANGE.get(extra.get("change_reason") or "", ""),
    )


def _funnel(head: Head, rows: Sequence[ResultRow], code: str) -> Iterator[tuple[str, Drawing]]:
    """Draw the largest class; weighted rates stand on no plain number of ballots, so they have no funnel."""
    if len(head["groups"]) > 1 or head.get("roll_up") == "population":
        return
    rated = [row for row in rows if code in row.cells and row.level != OWN_LEVEL]
    classes = [(row.level, row.unit_class) for row in rated]
    cells = [row.cells[code] for row in rated]
    approval = [0 if cell["suppressed"] else cell["satisfied"] + cell["basically_satisfied"] for cell in cells]
    base = [-1 if cell["suppressed"] else _over(head, cell) for cell in cells]
    found = funnels(approval, base, classes)
    if not found:
        return
    chosen = max(found, key=lambda each: len(found[each].units))
    members = [row for row, name in zip(rated, classes, strict=True) if name == chosen]
    texts = _texts(head, f"{wording.class_of(members[0])}漏斗图")
    texts["note"] += (
        "界限为二项分布的 95% 和 99.8% 界限，已计入过度离散；界限外的单位与同类的差别大于偶然波动。"
        "位次靠后不等于界限外。"
    )
    target = found[chosen]
    yield (
        "funnel",
        funnel(
            [_point(head, row, code) for row in members],
            target=round_percent(
                sum(approval[unit] for unit in target.units), sum(base[unit] for unit in target.units)
            ),
            limits=_limits(target, [cell for cell in base if cell > 0]),
            labels=_FUNNEL,
            **texts,
        ),
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
    row_without=_WITHOUT,
    without="没有占比的单位 {n} 个：",
    without_one="{name}（{reason}）",
    unnamed="图中有占比的单位 {n} 个；全部数字见统计表。",
)


def _point(head: Head, row: ResultRow, code: str) -> FunnelPoint:
    cell, band = row.cells[code], row.extras.get(code, {}).get("band")
    rate = cell[wording.headline_rate(head)]
    if rate is None:
        return FunnelPoint(wording.name(row), wording.within(row), reason=_why(cell))
    place = list(Band).index(Band(band)) if band else list(Band).index(Band.AS_EXPECTED)
    return FunnelPoint(wording.name(row), wording.within(row), _over(head, cell), rate, place)


def _limits(target: Funnel, rated: Sequence[int]) -> FunnelLimits:
    most = max(*rated, 20)
    sizes = np.unique(np.geomspace(min(rated), most, _LIMIT_POINTS).round().astype(np.int64))
    lines = [100 * limit for level in LEVELS for limit in target.limits(sizes, level)]
    return FunnelLimits(sizes.tolist(), *(line.tolist() for line in lines))


def _heat(head: Head, rows: Sequence[ResultRow], code: str) -> Iterator[tuple[str, Drawing]]:
    """Draw unit × question, or where groups rate one question target × group."""
    several = len(head["groups"]) > 1
    codes = list(dict.fromkeys(each for row in rows for each in row.cells))
    by_group = several and len(codes) == 1
    if not rows or (len(codes) < 2 and not by_group):
        return
    texts = wording.question_texts(head)
    columns = [wording.text(each["name"]) for each in head["groups"]] if by_group else [texts[each] for each in codes]
    cells = [
        tuple(_heat_cell(head, row, row.group_cells[group["code"]][code]) for group in head["groups"])
        if by_group
        else tuple(_heat_cell(head, row, row.cells.get(each)) for each in codes)
        for row in rows
    ]
    headed = _texts(head, "各票种" if by_group else "各题")
    headed["note"] = f"{_base(head)}{wording.release(head)}，口径版本 {head['formula_version']}。"
    drawings = heat_maps(
        [HeatRow(wording.name(row), _within(row), each) for row, each in zip(rows, cells, strict=True)],
        labels=HeatLabels(
            columns=tuple(columns),
            hidden=wording.TOO_FEW,
            no_rate="无人作出评价",
            not_asked=wording.NOT_ASKED,
            value=f"{_APPROVAL}（%）",
            between="{low}–{high}",
            cell="{column} {value}",
            row="{name}：{cells}。",
            separator="，",
            part="（{number}/{of}）",
        ),
        **headed,
    )
    for number, drawing in enumerate(drawings, start=1):
        yield "heatmap" if number == 1 else f"heatmap-{number}", drawing


def _heat_cell(head: Head, row: ResultRow, cell: Mapping[str, Any] | None) -> str | Absent:
    if cell is None or (cell["ballots"] == 0 and row.ballots):
        return Absent.NOT_ASKED
    if cell["suppressed"] or (cell["rated"] and cell["approval_rate"] is None):
        return Absent.HIDDEN
    return cell[wording.headline_rate(head)] or Absent.NO_RATE


def _turnout(head: Head) -> Drawing:
    hours = [TurnoutHour(datetime.strptime(at, "%Y-%m-%dT%H"), ballots) for at, ballots in head["turnout_hours"]]  # noqa: DTZ007 - local time of the survey, as the figure wants it.
    days = {each.hour.date(): _day(each.hour.date()) for each in hours}
    return turnout_by_hour(
        hours,
        labels=TurnoutLabels(
            ballots="每小时答卷（份）",
            total="共 {n} 份",
            peak="最多：{day} {hour} 时，{n} 份",
            night="夜间",
            days=days,
            day="{day}共 {n} 份：{hours}。",
            hour="{hour} 时 {n} 份",
            separator="，",
        ),
        title=f"{wording.text(head['title'])} 参与数量",
        note=f"按提交时间（{head['time_zone']}）每小时合计，不分答案。{wording.release(head)}。",
        font=REGULAR_FILE,
    )


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
