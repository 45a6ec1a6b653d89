"""The figures of a release, each drawn from its head and from rows after suppression. Their words are Chinese."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from analysis.figures import (
    Absent,
    BarRow,
    Drawing,
    FigureLabels,
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
    heat_maps,
    turnout_by_hour,
)
from survey_app.documents.fonts import REGULAR_FILE
from survey_app.services.releases.figure_words import (
    APPROVAL,
    WITHOUT,
    ballots_behind,
    base,
    formula,
    headed,
    in_format,
    why,
    within,
)
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.results import printed_shares
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_BARS = FigureLabels(
    ratings=("满意", "基本满意", "不满意"),
    dont_know="不了解",
    approval="合计占比",
    base="{n} 份",
    row="{name}：作出评价 {n} 份，满意和基本满意合计占比 {approval}%；满意 {satisfied}%，"
    "基本满意 {basically_satisfied}%，不满意 {dissatisfied}%，不了解 {dont_know}%。",
    row_without=WITHOUT,
)


def _of(rows: Sequence[ResultRow], unit: ResultRow | None = None) -> str:
    """Name what the rows are: parts of a unit, or targets of a class."""
    if unit is not None:
        return f"{wording.name(unit)} "
    return f"{rows[0].unit_class} " if rows[0].is_target and rows[0].unit_class else ""


def bars(head: Head, rows: Sequence[ResultRow], code: str, unit: ResultRow | None = None) -> Drawing:
    """Draw the ratings of the headline question; `unit` is the one whose parts the rows are."""
    texts = headed(head, f"{_of(rows, unit)}各项评价")
    if len(head["groups"]) > 1:
        texts["note"] += "条形为各票种答卷合计，未加权；合计占比为加权值。"
    return diverging_bars([_bar(head, row, row.cells[code]) for row in rows], labels=_BARS, **texts)


def _bar(head: Head, row: ResultRow, cell: Mapping[str, Any]) -> BarRow:
    shares = printed_shares(cell)
    rate = cell[wording.headline_rate(head)]
    if not shares or rate is None:
        return BarRow(wording.name(row), within(row), reason=why(cell))
    return BarRow(
        wording.name(row),
        within(row),
        n=f"{cell['rated']:,}",
        ratings=(shares["satisfied"], shares["basically_satisfied"], shares["dissatisfied"]),
        approval=rate,
        dont_know=shares["dont_know"],
    )


def ranges(
    head: Head, rows: Sequence[ResultRow], code: str, whole: ResultRow | None, unit: ResultRow | None = None
) -> Drawing:
    """Draw each rate with its range, beside the rate of the whole."""
    texts = headed(head, f"{_of(rows, unit)}合计占比和范围")
    texts["note"] += wording.ranges(head)
    return caterpillar(
        [_range(head, row, row.cells[code]) for row in rows],
        reference=whole.cells.get(code, {}).get(wording.headline_rate(head)) if whole else None,
        labels=RangeLabels(
            rate="合计占比（%）",
            range="95% 范围",
            n="答卷（份）",
            reference=f"{in_format(wording.name(whole)) if whole else ''} {{rate}}%",
            tied="{n} 个单位同为 {rate}%",
            row="{name}：{n} 份，合计占比 {rate}%，范围 {low}% 至 {high}%。",
            row_without=WITHOUT,
            unnamed="图中有占比的单位 {n} 个，另有 {without} 个没有占比；全部数字见统计表。",
        ),
        **texts,
    )


def _range(head: Head, row: ResultRow, cell: Mapping[str, Any]) -> RangeRow:
    rate = cell[wording.headline_rate(head)]
    if rate is None:
        return RangeRow(wording.name(row), within(row), reason=why(cell))
    return RangeRow(
        wording.name(row),
        within(row),
        f"{ballots_behind(head, cell):,}",
        rate,
        cell["range_low"],
        cell["range_high"],
    )


def waves(head: Head, rows: Sequence[ResultRow], code: str) -> Drawing:
    """Draw the headline's rate of the last survey and of this one."""
    texts = headed(head, f"{_of(rows)}与上次比较")
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
        within(row),
        extra.get("change_previous"),
        cell[wording.headline_rate(head)],
        extra.get("change"),
        bool(extra.get("change_clear")),
        wording.NO_CHANGE.get(extra.get("change_reason") or "", ""),
    )


def by_question(head: Head, rows: Sequence[ResultRow]) -> Sequence[Drawing]:
    """Draw unit × question, where there are several questions."""
    codes = list(dict.fromkeys(each for row in rows for each in row.cells))
    if not rows or len(codes) < 2:
        return []
    texts = wording.question_texts(head)
    cells = [[_heat_cell(head, row, row.cells.get(each)) for each in codes] for row in rows]
    return _heat(head, rows, "各题", base(head), [texts[each] for each in codes], cells)


def by_group(head: Head, rows: Sequence[ResultRow], code: str) -> Sequence[Drawing]:
    """Draw unit × group by the headline question, where there are several groups."""
    rated = [row for row in rows if code in row.cells]
    if not rated or len(head["groups"]) < 2:
        return []
    columns = [wording.text(each["name"]) for each in head["groups"]]
    cells = [[_heat_cell(head, row, row.group_cells[group["code"]][code]) for group in head["groups"]] for row in rated]
    own = f"{formula(head)}各票种的占比按本票种的答卷计算，未加权。"
    return _heat(head, rated, "各票种", own, columns, cells)


def _heat(
    head: Head,
    rows: Sequence[ResultRow],
    of: str,
    on: str,
    columns: Sequence[str],
    cells: Sequence[Sequence[str | Absent]],
) -> Sequence[Drawing]:
    drawn = headed(head, of)
    drawn["note"] = f"{on}{wording.release(head)}，口径版本 {head['formula_version']}。"
    return heat_maps(
        [HeatRow(wording.name(row), within(row), tuple(each)) for row, each in zip(rows, cells, strict=True)],
        labels=HeatLabels(
            columns=tuple(columns),
            hidden=wording.TOO_FEW,
            no_rate="无人作出评价",
            not_asked=wording.NOT_ASKED,
            value=f"{APPROVAL}（%）",
            between="{low}–{high}",
            cell="{column} {value}",
            row="{name}：{cells}。",
            separator="，",
            part="（{number}/{of}）",
        ),
        **drawn,
    )


def _heat_cell(head: Head, row: ResultRow, cell: Mapping[str, Any] | None) -> str | Absent:
    if cell is None or (cell["ballots"] == 0 and row.ballots):
        return Absent.NOT_ASKED
    if cell["suppressed"] or (cell["rated"] and cell["approval_rate"] is None):
        return Absent.HIDDEN
    return cell[wording.headline_rate(head)] or Absent.NO_RATE


def turnout(head: Head) -> Drawing:
    """Draw the ballots of each hour."""
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
