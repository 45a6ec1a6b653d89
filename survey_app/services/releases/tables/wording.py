"""The words of the statistical tables. They are Chinese only: the tables (统计表) go into files of the office."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow

Head = Mapping[str, Any]
Cell = Mapping[str, Any]

TOO_FEW = "样本不足"
NOT_ASKED = "未在此询问"

LEVELS = {
    "city": "市",
    "county": "区县（市）",
    "township": "乡镇（街道）",
    "village": "村（社区）",
    "organisation": "单位",
    "project": "项目",
    "target": "评议对象",
    OWN_LEVEL: "本级",
}

CHANNELS = {
    "poster": "扫测评公告",
    "slip": "扫测评票",
    "assisted": "上门协助填答",
    "telephone": "电话访问",
    "paper": "纸质票",
}

BANDS = {
    "much_better": "明显偏高",
    "better": "偏高",
    "as_expected": "无明显差异",
    "worse": "偏低",
    "much_worse": "明显偏低",
}

VERDICTS = {"satisfied": "满意", "basically_satisfied": "基本满意", "dissatisfied": "不满意"}

NO_CHANGE = {
    "question_changed": "题目有改动，不比较",
    "moved": "隶属有变动，不比较",
    "new_unit": "上次未测评",
    "too_few": TOO_FEW,
    "no_rate": "无人作出评价",
    "rules_changed": "加权方法或票种有改动，不比较",
}

RANGE_NOTES = {"wilson_on_count": "Wilson 法", "few_places": "测评点过少"}

RATED = (
    "作出评价 = 满意 + 基本满意 + 不满意，不含“不了解”和未填。满意占比 = 满意 ÷ 作出评价；"
    "满意和基本满意合计占比 =（满意 + 基本满意）÷ 作出评价。"
)
ALL = "含“不了解”的两列以作出评价与“不了解”之和为基数。"


def text(texts: Mapping[str, str]) -> str:
    """Return a text in the language of the tables."""
    return pick(texts, DEFAULT_LANGUAGE)


def title(head: Head, of: str) -> str:
    """Head a table: survey, release, what it holds, and on what base."""
    return f"{text(head['title'])} {release(head)} {of}（{basis(head)}）"


def release(head: Head) -> str:
    """Name a release: 第 1 版, 送审稿第 2 稿, 内部通报第 1 版."""
    named = {"review": "送审稿第 {} 稿", "internal": "内部通报第 {} 版"}
    return named.get(head.get("audience", "public"), "第 {} 版").format(head["number"])


def issued_slips(head: Head) -> int | None:
    """Return how many slips were handed out; None where the survey had none. What was issued counts sheets too."""
    paper = head.get("paper") or {"issued": 0}
    issued: int | None = head["issued"]
    return None if issued is None else issued - int(paper["issued"]) or None


def headline_rate(head: Head) -> str:
    """Return the key of the headline's rate in a printed cell."""
    return "approval_rate_all" if head["headline_base"] == "all" else "approval_rate"


def basis(head: Head) -> str:
    """Say base and formula in a few words, for the head of a table."""
    base = "作出评价与“不了解”之和" if head["headline_base"] == "all" else "作出评价"
    return f"主口径：（满意 + 基本满意）÷ {base}，口径版本 {head['formula_version']}"


def question_texts(head: Head) -> dict[str, str]:
    """Return each question as it was asked, by its code."""
    return {each["code"]: text(each["text"]) for each in head["questions"]}


def headline(head: Head) -> Mapping[str, Any]:
    """Return the headline question."""
    found: Mapping[str, Any] = next(each for each in head["questions"] if each["code"] == head["headline_question"])
    return found


def name(row: ResultRow) -> str:
    """Return a unit's name."""
    return text(row.name)


def within(row: ResultRow) -> str:
    """Return the names between the top and the unit; of a unit directly below the top, the top's."""
    return " · ".join(row.path[1:] or row.path)


def class_of(row: ResultRow) -> str:
    """Name the class within which a unit is compared."""
    return row.unit_class or LEVELS.get(row.level, "")


def moment(head: Head, written: str) -> str:
    """Print a moment in the survey's time zone."""
    return datetime.fromisoformat(written).astimezone(ZoneInfo(head["time_zone"])).strftime("%Y-%m-%d %H:%M")


def remark(head: Head, row: ResultRow, code: str) -> str:
    """Say why a cell is empty, or which groups its weighted rate leaves out (缺组)."""
    cell = row.cells[code]
    if cell["suppressed"]:
        return TOO_FEW
    if cell["ballots"] == 0:
        return NOT_ASKED if row.ballots else "无答卷"
    if cell["rated"] and cell["approval_rate"] is None:
        return _missing(head, row, code) or "部分票种样本不足"
    return _missing(head, row, code)


def range_remark(cell: Cell) -> str:
    """Say what a reader of a cell's range has to know; releases of older versions say nothing."""
    return RANGE_NOTES.get(cell.get("range_note") or "", "")


def _missing(head: Head, row: ResultRow, code: str) -> str:
    if not row.cells[code]["rated"]:
        return ""
    empty = [
        text(group["name"])
        for group in head["groups"]
        if row.group_cells and row.group_cells[group["code"]][code]["rated"] == 0
    ]
    return f"缺组：{'、'.join(empty)}" if empty else ""


def notes(head: Head) -> list[str]:
    """Return base and formula (口径) as they stand under a table of units."""
    base = "以作出评价为基数" if head["headline_base"] == "rated" else "以作出评价与“不了解”之和为基数"
    hidden = (
        f"作出评价不足 {head['threshold']} 份，或为防止推算而隐藏的，备注“{TOO_FEW}”，不显示票数和占比；答卷数照列。"
        "“—”表示无人作出评价。"
    )
    return [
        f"口径：{RATED}{ALL}公布的主口径{base}。",
        *weighting(head),
        ranges(head),
        hidden,
        versions(head),
    ]


def is_weighted(head: Head) -> bool:
    """Say whether rates are weighted, by group or by population."""
    return len(head["groups"]) > 1 or head.get("roll_up") == "population"


def weighting(head: Head) -> Iterator[str]:
    """Say how rates are weighted, where they are."""
    if len(head["groups"]) > 1:
        named = "、".join(f"{text(each['name'])} {each['weight']:g}" for each in head["groups"])
        empty = "不计算加权得分" if head["empty_group"] == "refuse" else "按其余票种重新归一，并在备注注明缺组"
        yield f"各占比按票种加权：Σ（权重 × 各票种占比）÷ Σ 权重。权重：{named}。某票种无人作出评价时，{empty}。"
    if head.get("roll_up") == "population":
        yield (
            "测评点以上各占比按测评点应参评人数加权，权重限制在平均权重的 0.2 至 5 倍；隐藏的测评点合并为一层计算，"
            "无人作出评价的测评点，其人数计入同一上级的其他测评点。"
        )
        silent = head.get("handed_on")
        if silent and silent["places"]:
            yield f"本次这样计入的有 {silent['places']:,} 个测评点、{silent['people']:,} 人，见表10。"


def ranges(head: Head) -> str:
    """Say what the two columns of the range are, and what they are not."""
    selection = head.get("selection", "self")
    if selection == "random":
        targets = "评议对象以测评点为群估计；" if any(each["about"] == "targets" for each in head["questions"]) else ""
        return (
            "区间为满意和基本满意合计占比的 95% 置信区间：各测评点内随机抽取，按层估计，含有限总体校正；"
            f"{targets}占比为 0 或 100% 的按票数用 Wilson 区间，备注“Wilson 法”；"
            "未答卷的人可能与答卷的人不同，请与回收率一并阅读。"
        )
    alone = "以票种为层、答卷为单元，线性化方差，logit 区间" if len(head["groups"]) > 1 else "用 Wilson 区间"
    method = (
        f"一个测评点{alone}；其上（评议对象亦同）以测评点为群，线性化方差，logit 区间，自由度为测评点数减 1，"
        "隐藏的测评点合并为一个；有两三个测评点的不列区间，备注“测评点过少”；占比为 0 或 100%、"
        "各测评点完全一致或合并为一个的，按票数用 Wilson 区间，备注“Wilson 法”"
    )
    if selection == "list":
        return (
            f"区间为满意和基本满意合计占比的 95% 区间：{method}。测评票发给名单上的全部人员，请与回收率一并阅读；"
            "全部收回的，没有抽样误差，不列区间。"
        )
    return (
        f"波动范围为满意和基本满意合计占比的 95% 范围：{method}。答卷由参与者自愿填写，"
        "结果只反映参与者的评价，不能推断全体居民。"
    )


def versions(head: Head) -> str:
    """Name the organiser and the versions."""
    return f"组织者：{text(head['organiser'])}。口径版本 {head['formula_version']}；{head['software']}。"


def top_rows(head: Head, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """Return the lowest unit that has every place below it; several where the places lie under no common unit."""
    units = [row for row in rows if not row.is_target]
    top = next((row for row in reversed(units) if row.places == head["places"]), None)
    return [top] if top is not None else [row for row in units if not row.parent_code]


def areas(head: Head, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """Return the top and the units directly below it."""
    tops = top_rows(head, rows)
    if len(tops) != 1:
        return tops
    return [*tops, *(row for row in rows if not row.is_target and row.parent_code == tops[0].code)]


def rated(head: Head, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """Return what the headline rates at first sight: the listed targets, or the top and the units below it."""
    if headline(head)["about"] == "targets":
        return [row for row in rows if row.is_target]
    return areas(head, rows)
