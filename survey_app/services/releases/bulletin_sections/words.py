"""Turns of phrase that bulletin and unit sheets share. All of them speak of ballots, never of people."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Cell, Head

#: From so many rated ballots a unit or a question is compared with others.
ENOUGH = 30
APPROVAL, SATISFIED = "满意和基本满意合计占比", "满意占比"
SELF_SELECTED = "答卷由参与者自愿填写，结果只反映参与者的评价，不能推断全体居民"

_INNER = str.maketrans("“”", "‘’")


def rate_keys(head: Head) -> tuple[str, str]:
    """Return the keys of the headline rate and of the same rate over the other base."""
    keys = ("approval_rate", "approval_rate_all")
    return keys if head["headline_base"] == "rated" else keys[::-1]


def rate_of(head: Head, cell: Cell) -> str | None:
    """Return a cell's headline rate as it is printed."""
    printed: str | None = cell[rate_keys(head)[0]]
    return printed


def is_weighted(head: Head) -> bool:
    """Whether the rates are scores weighted by group."""
    return len(head["groups"]) > 1


def number(value: int) -> str:
    """Print a count with thousands."""
    return f"{value:,}"


def in_quotes(text: str) -> str:
    """Quote a text; the quotes inside it become single ones."""
    return f"“{text.translate(_INNER)}”"


def either(texts: Sequence[str]) -> str:
    """Say one option or another: “满意”或“基本满意”."""
    quoted = [in_quotes(text) for text in texts]
    return "或".join(("、".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)


def sentence(head: Head, question: Mapping[str, Any], cell: Cell) -> str:
    """Say the headline number as the result page does (web/results/words.sentence)."""
    if is_weighted(head):
        weights = "、".join(f"{wording.text(each['name'])} {each['weight']:g}" for each in head["groups"])
        return f"各票种分别计算占比，再按权重合成：{weights}。作出评价 {number(cell['rated'])} 份"
    chosen = [
        wording.text(option["text"])
        for option in question["options"]
        if option["rating"] in ("satisfied", "basically_satisfied")
    ]
    approved = number(cell["satisfied"] + cell["basically_satisfied"])
    if head["headline_base"] == "all":
        base = number(cell["rated"] + cell["dont_know"])
        return f"在作出评价或选择“不了解”的 {base} 份答卷中，{approved} 份选择{either(chosen)}"
    return f"在作出评价的 {number(cell['rated'])} 份答卷中，{approved} 份选择{either(chosen)}"


def both_bases(head: Head, cell: Cell) -> str:
    """Say both rates over the headline base, then over the other one."""
    first, other = ("", "_all") if head["headline_base"] == "rated" else ("_all", "")
    beside = "把“不了解”计入基数" if other else "不计“不了解”"
    weighted = "加权" if is_weighted(head) or head.get("roll_up") == "population" else ""
    return (
        f"{weighted}{APPROVAL}为 {cell['approval_rate' + first]}%，{weighted}{SATISFIED}为 "
        f"{cell['satisfied_rate' + first]}%；{beside}，两项分别为 {cell['approval_rate' + other]}% 和 "
        f"{cell['satisfied_rate' + other]}%"
    )


def change(head: Head, extra: Mapping[str, Any]) -> str:
    """Say the change against the last wave, in percentage points; nothing where there is none to print."""
    printed = extra.get("change")
    if not head.get("previous") or printed is None:
        return ""
    size = printed.lstrip("+-−")
    if not float(size):
        return f"与上次相比，{APPROVAL}持平"
    moved = "上升" if printed.startswith("+") else "下降"
    return f"与上次相比，{APPROVAL}{moved} {size} 个百分点" + ("" if extra.get("change_clear") else "，变化不明显")


def day(head: Head, written: str) -> str:
    """Print the day of a moment, in the time zone of the survey: 2026年12月28日."""
    moment = datetime.fromisoformat(written).astimezone(ZoneInfo(head["time_zone"]))
    return f"{moment.year}年{moment.month}月{moment.day}日"


def named(row: ResultRow) -> str:
    """Name a unit with the one above it, because names repeat."""
    if row.is_target or len(row.path) < 2:
        return wording.name(row)
    return f"{wording.name(row)}（{row.path[-1]}）"


def listed(names: Iterable[str], most: int) -> str:
    """List names, the first ones where there are more than `most`: 甲、乙等 12 个单位."""
    given = list(names)
    if len(given) <= most:
        return "、".join(given)
    return f"{'、'.join(given[:most])}等 {len(given)} 个单位"


def is_shown(head: Head, row: ResultRow, code: str) -> bool:
    """Whether a unit has a rate of this question to print."""
    cell = row.cells.get(code)
    return cell is not None and not cell["suppressed"] and rate_of(head, cell) is not None


def printed(number: str | None) -> float:
    """Return a printed rate for sorting, so that no order shows more than the digits do."""
    return float(number or 0)


def span(head: Head) -> str:
    """Say on which days answers were taken; "" where the survey was never closed."""
    opened = [each["at"] for each in head["acts"] if each["act"] == "open"]
    closed = [each["at"] for each in head["acts"] if each["act"] == "close"]
    if not opened or not closed:
        return ""
    return "至".join(dict.fromkeys((day(head, opened[0]), day(head, closed[-1]))))
