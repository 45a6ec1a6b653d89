"""The workbook of a release: all units by the headline question, every question in long form, and by group.

Chinese only: it is the statistical table (统计表) that goes into files. Its figures are those of the page and the CSV.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey_app.documents.workbook import Column, Sheet
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.services.tabulating import ResultRow

Cell = Mapping[str, Any]

_COUNTS = (
    ("ballots", "答卷"),
    ("rated", "作出评价"),
    ("satisfied", "满意"),
    ("basically_satisfied", "基本满意"),
    ("dissatisfied", "不满意"),
    ("dont_know", "不了解"),
    ("blank", "未填"),
)

_RATES = (
    ("satisfied_rate", "满意占比 %"),
    ("approval_rate", "满意和基本满意合计占比 %"),
    ("satisfied_rate_all", "满意占比 %（含“不了解”）"),
    ("approval_rate_all", "满意和基本满意合计占比 %（含“不了解”）"),
    ("range_low", "波动范围 下限 %"),
    ("range_high", "波动范围 上限 %"),
)

_FIGURES = (
    *(Column(header, 10, "integer") for _, header in _COUNTS),
    *(Column(header, 13, "rate") for _, header in _RATES),
    Column("备注", 16),
)

_RATED = (
    "作出评价 = 满意 + 基本满意 + 不满意，不含“不了解”和未填。满意占比 = 满意 ÷ 作出评价；"
    "满意和基本满意合计占比 =（满意 + 基本满意）÷ 作出评价。"
)
_ALL = "含“不了解”的两列以作出评价与“不了解”之和为基数。"
_RANGE = (
    "波动范围为满意和基本满意合计占比的 95% 范围：一个测评点用 Wilson 区间；其上以测评点为群，线性化方差，"
    "logit 区间，自由度为测评点数减 1。答卷由参与者自愿填写，结果只反映参与者的评价，不能推断全体居民。"
)


def release_sheets(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> Sequence[Sheet]:
    """Return the sheets of a release, from its head and its rows after suppression."""
    sheets = [_headline_sheet(head, rows), _questions_sheet(head, rows)]
    if len(head["groups"]) > 1:
        sheets.append(_groups_sheet(head, rows))
    return sheets


def _headline_sheet(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> Sheet:
    code = head["headline_question"]
    rated = [row for row in rows if code in row.cells]
    names = (
        Column("序号", 7, "integer"),
        Column("单位名称", 22),
        Column("所属（区县 · 乡镇）", 24),
        Column("类别", 12),
    )
    return Sheet(
        name="全部单位",
        title=f"{_title(head)} 全部单位",
        notes=[f"题目：{_texts(head)[code]}", *_notes(head)],
        columns=(*names, *_FIGURES),
        rows=[
            [
                number,
                _name(row),
                _within(row),
                row.unit_class,
                *_figures(row, row.cells[code], _missing(head, row, code)),
            ]
            for number, row in enumerate(rated, start=1)
        ],
    )


def _questions_sheet(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> Sheet:
    texts = _texts(head)
    names = (Column("单位代码", 15), Column("单位名称", 22), Column("所属（区县 · 乡镇）", 24), Column("题目", 40))
    return Sheet(
        name="各题",
        title=f"{_title(head)} 各题",
        notes=_notes(head),
        columns=(*names, *_FIGURES),
        rows=[
            [row.code, _name(row), _within(row), texts[code], *_figures(row, cell, _missing(head, row, code))]
            for row in rows
            for code, cell in row.cells.items()
        ],
    )


def _groups_sheet(head: Mapping[str, Any], rows: Sequence[ResultRow]) -> Sheet:
    texts = _texts(head)
    names = (
        Column("单位代码", 15),
        Column("单位名称", 22),
        Column("所属（区县 · 乡镇）", 24),
        Column("题目", 40),
        Column("票种", 16),
        Column("权重", 8),
    )
    return Sheet(
        name="票种",
        title=f"{_title(head)} 各票种",
        notes=["各票种自己的占比，未加权。", f"{_RATED}{_ALL}", _RANGE, _versions(head)],
        columns=(*names, *_FIGURES),
        rows=[
            [row.code, _name(row), _within(row), texts[code], name, weight, *_figures(row, cell, "")]
            for row in rows
            for code in row.cells
            for name, weight, cell in _by_group(head, row, code)
        ],
    )


def _by_group(head: Mapping[str, Any], row: ResultRow, code: str) -> Iterator[tuple[str, str, Cell]]:
    for group in head["groups"]:
        yield pick(group["name"], DEFAULT_LANGUAGE), f"{group['weight']:g}", row.group_cells[group["code"]][code]


def _figures(row: ResultRow, cell: Cell, missing: str) -> list[object]:
    """Return a cell's counts, rates and remark; what is hidden is empty, and nobody rated is a dash."""
    hidden = cell["rated"] is None or (cell["rated"] > 0 and cell["approval_rate"] is None)
    rates = [cell[key] if cell[key] is not None or not hidden else "" for key, _ in _RATES]
    return [*(cell[key] for key, _ in _COUNTS), *rates, _remark(row, cell, missing)]


def _remark(row: ResultRow, cell: Cell, missing: str) -> str:
    if cell["suppressed"]:
        return "样本不足"
    if cell["ballots"] == 0:
        return "未在此询问" if row.ballots else "无答卷"
    if cell["rated"] and cell["approval_rate"] is None:
        return missing or "部分票种样本不足"
    return missing


def _missing(head: Mapping[str, Any], row: ResultRow, code: str) -> str:
    """Name the groups in which nobody rated (缺组), where the rates are weighted and the groups are shown."""
    if not row.cells[code]["rated"]:
        return ""
    empty = [
        pick(group["name"], DEFAULT_LANGUAGE)
        for group in head["groups"]
        if row.group_cells and row.group_cells[group["code"]][code]["rated"] == 0
    ]
    return f"缺组：{'、'.join(empty)}" if empty else ""


def _name(row: ResultRow) -> str:
    return pick(row.name, DEFAULT_LANGUAGE)


def _within(row: ResultRow) -> str:
    """Return the names between the top and the unit; of a unit directly below the top, the top's."""
    return " · ".join(row.path[1:] or row.path)


def _title(head: Mapping[str, Any]) -> str:
    return f"{pick(head['title'], DEFAULT_LANGUAGE)} 第 {head['number']} 版"


def _texts(head: Mapping[str, Any]) -> dict[str, str]:
    return {each["code"]: pick(each["text"], DEFAULT_LANGUAGE) for each in head["questions"]}


def _notes(head: Mapping[str, Any]) -> list[str]:
    """Return base and formula (口径) as they stand under the table."""
    base = "以作出评价为基数" if head["headline_base"] == "rated" else "以作出评价与“不了解”之和为基数"
    hidden = (
        f"作出评价不足 {head['threshold']} 份，或为防止推算而隐藏的，备注“样本不足”，不显示票数和占比；答卷数照列。"
        "“—”表示无人作出评价。"
    )
    return [f"口径：{_RATED}{_ALL}公布的主口径{base}。", *_weights(head), _RANGE, hidden, _versions(head)]


def _weights(head: Mapping[str, Any]) -> list[str]:
    if len(head["groups"]) < 2:
        return []
    named = "、".join(f"{pick(each['name'], DEFAULT_LANGUAGE)} {each['weight']:g}" for each in head["groups"])
    empty = "不计算加权得分" if head["empty_group"] == "refuse" else "按其余票种重新归一，并在备注注明缺组"
    return [f"各占比按票种加权：Σ（权重 × 各票种占比）÷ Σ 权重。权重：{named}。某票种无人作出评价时，{empty}。"]


def _versions(head: Mapping[str, Any]) -> str:
    organiser = pick(head["organiser"], DEFAULT_LANGUAGE)
    return f"组织者：{organiser}。口径版本 {head['formula_version']}；{head['software']}。"
