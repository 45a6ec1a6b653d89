"""The columns of a table of units, and tables 4 and 5: the areas below the top, and every unit."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_COUNTS = (
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
    ("range_low", "{range} 下限 %"),
    ("range_high", "{range} 上限 %"),
)


class FigureColumns:
    """The columns after a unit's name: participation, counts, rates, and what the survey's rules add."""

    def __init__(self, head: Head, rows: Sequence[ResultRow], *, standing: bool) -> None:
        """Choose the columns; `standing` adds position, band and change, which only the headline question has."""
        self.head = head
        self.issued = any(row.issued is not None for row in rows)
        self.scored = any("score" in each for row in rows for each in row.extras.values())
        self.judged = bool(head.get("verdict"))
        self.standing = standing
        self.waves = standing and head.get("previous") is not None
        self.columns = tuple(self._columns())

    def _columns(self) -> Iterator[Column]:
        if self.issued:
            yield Column("发出", 9, "integer")
            yield Column("收回", 9, "integer")
        yield Column("有效票", 10, "integer")
        for _, header in _COUNTS:
            yield Column(header, 10, "integer")
        yield Column("无效票", 8, "integer")
        named = "波动范围" if self.head.get("selection", "self") == "self" else "95% 区间"
        for _, header in _RATES:
            yield Column(header.format(range=named), 13, "rate")
        if self.scored:
            yield Column("平均得分", 10, "rate")
        if self.judged:
            yield Column("表决口径", 10)
        if self.standing:
            yield Column("位次", 7, "integer")
            yield Column("位次范围", 10)
            yield Column("与同类相比", 12)
        if self.waves:
            yield Column("较上次（百分点）", 11, "rate")
        yield Column("备注", 16)

    def cells(self, row: ResultRow, code: str) -> list[object]:
        """Return a row's cells for one question; what is hidden is empty, and nobody rated is a dash."""
        cell, extra = row.cells[code], row.extras.get(code, {})
        invalid = row.invalid or 0
        found: list[object] = [row.issued, cell["ballots"] + invalid] if self.issued else []
        found += [cell["ballots"], *(cell[key] for key, _ in _COUNTS), invalid, *rates(cell)]
        hidden = cell["suppressed"]
        if self.scored:
            found.append("" if hidden else extra.get("score"))
        if self.judged:
            found.append(wording.VERDICTS.get(extra.get("verdict") or "", ""))
        if self.standing:
            found += [extra.get("position"), _position_set(extra), wording.BANDS.get(extra.get("band") or "", "")]
        if self.waves:
            found.append(extra.get("change") or "")
        found.append(self._remark(row, code, extra))
        return found

    def _remark(self, row: ResultRow, code: str, extra: Mapping[str, Any]) -> str:
        said = wording.remark(self.head, row, code)
        if not said and self.waves:
            said = wording.NO_CHANGE.get(extra.get("change_reason") or "", "")
        return "；".join(filter(None, (said, wording.range_remark(row.cells[code]))))


def rates(cell: wording.Cell) -> list[object]:
    """Return the printed rates and the range of a cell; empty where hidden, a dash where nobody rated."""
    hidden = cell["rated"] is None or (cell["rated"] > 0 and cell["approval_rate"] is None)
    found: list[object] = [cell[key] if cell[key] is not None or not hidden else "" for key, _ in _RATES[:4]]
    # A rate without a range: everybody of a list answered, or places are too few.
    without = "" if hidden or cell["approval_rate"] is not None else None
    return found + [cell[key] if cell[key] is not None else without for key, _ in _RATES[4:]]


def _position_set(extra: Mapping[str, Any]) -> str:
    low, high = extra.get("position_low"), extra.get("position_high")
    if low is None or high is None:
        return ""
    return f"{low}" if low == high else f"{low}–{high}"


_PLACE = (
    Column("序号", 7, "integer"),
    Column("单位名称", 22),
    Column("所属（区县 · 乡镇）", 24),
    Column("类别", 12),
)


def areas_table(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 4: the top and the units directly below it, or every listed target."""
    code = head["headline_question"]
    named = "评议对象" if wording.headline(head)["about"] == "targets" else "各地区"
    chosen = wording.rated(head, rows)
    return _units("表4 分地区", named, head, [row for row in chosen if code in row.cells])


def annex(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 5: every unit."""
    return _units("表5 全部单位", "全部单位", head, [row for row in rows if head["headline_question"] in row.cells])


def _units(tab: str, of: str, head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    code = head["headline_question"]
    figures = FigureColumns(head, rows, standing=True)
    return PrintedTable(
        name=tab,
        title=wording.title(head, of),
        notes=[f"题目：{wording.question_texts(head)[code]}", *wording.notes(head), *_standing_notes(head)],
        columns=(*_PLACE, *figures.columns),
        rows=[
            [
                number,
                wording.name(row),
                wording.within(row),
                row.unit_class or wording.LEVELS[row.level],
                *figures.cells(row, code),
            ]
            for number, row in enumerate(rows, start=1)
        ],
    )


def _standing_notes(head: Head) -> list[str]:
    said = [
        "位次只在同一类别、作出评价 30 份以上的单位之间排列，打印出的占比相同的并列；位次范围是考虑偶然波动后，"
        "在 95% 水平上同时成立的可能位次。“与同类相比”按同类总体占比的 95% 和 99.8% 界限分五档，已计入过度离散，"
        "未作多重比较校正：即使各单位并无差别，也约有 5% 的单位因偶然列入偏高或偏低，校正后的见表9。"
    ]
    if head.get("verdict"):
        said.append(
            "表决口径以全体应参评人数为基数：满意超过半数为满意，否则满意和基本满意超过半数为基本满意，否则为不满意。"
        )
        if head.get("selection", "self") == "self":
            said.append("开放测评码不能证明一人一票，没有参加的也计入基数，表决口径的结果仅供参考。")
    if head.get("previous"):
        said.append("较上次为满意和基本满意合计占比之差，单位为百分点。")
    return said


def long_table(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Every unit by every question."""
    texts = wording.question_texts(head)
    figures = FigureColumns(head, rows, standing=False)
    names = (Column("单位代码", 15), Column("单位名称", 22), Column("所属（区县 · 乡镇）", 24), Column("题目", 40))
    return PrintedTable(
        name="附表1 各单位各题",
        title=wording.title(head, "各单位各题"),
        notes=wording.notes(head),
        columns=(*names, *figures.columns),
        rows=[
            [row.code, wording.name(row), wording.within(row), texts[code], *figures.cells(row, code)]
            for row in rows
            for code in row.cells
        ],
    )


def groups_table(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Every unit by question and respondent group."""
    texts = wording.question_texts(head)
    names = (
        Column("单位代码", 15),
        Column("单位名称", 22),
        Column("所属（区县 · 乡镇）", 24),
        Column("题目", 40),
        Column("票种", 16),
        Column("权重", 8),
    )
    figures = (
        Column("有效票", 10, "integer"),
        *(Column(header, 10, "integer") for _, header in _COUNTS),
        *(Column(header.format(range="波动范围"), 13, "rate") for _, header in _RATES),
        Column("备注", 12),
    )
    return PrintedTable(
        name="附表2 各票种",
        title=wording.title(head, "各单位各票种"),
        notes=["各票种自己的占比，未加权。", f"{wording.RATED}{wording.ALL}", wording.versions(head)],
        columns=(*names, *figures),
        rows=[
            [row.code, wording.name(row), wording.within(row), texts[code], *group_cells(head, row, code, group)]
            for row in rows
            for code in row.cells
            for group in head["groups"]
        ],
    )


#: The columns after the name of an answer to a choice: counts and rates, no range.
CROSSED_FIGURES = (
    Column("有效票", 10, "integer"),
    *(Column(header, 10, "integer") for _, header in _COUNTS),
    *(Column(header, 13, "rate") for _, header in _RATES[:4]),
    Column("备注", 12),
)


def crossed_cells(cell: wording.Cell) -> list[object]:
    """Return counts and rates of one answer; what is hidden is empty, and nobody rated is a dash."""
    hidden = cell["suppressed"]
    shown = ["" if hidden else cell[key] for key, _ in _RATES[:4]]
    return [cell["ballots"], *(cell[key] for key, _ in _COUNTS), *shown, wording.TOO_FEW if hidden else ""]


def group_cells(head: Head, row: ResultRow, code: str, group: Mapping[str, Any]) -> list[object]:
    """Return one group's name, weight, counts and rates at one unit and question."""
    cell = row.group_cells[group["code"]][code]
    return [
        wording.text(group["name"]),
        f"{group['weight']:g}",
        cell["ballots"],
        *(cell[key] for key, _ in _COUNTS),
        *rates(cell),
        wording.TOO_FEW if cell["suppressed"] else wording.range_remark(cell),
    ]
