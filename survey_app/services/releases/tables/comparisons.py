"""Tables 6 to 9: groups or a choice, waves, weighted beside unweighted, units for attention."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.crossing import crossed_rows
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import units, wording
from survey_app.services.releases.tables.wording import Cell, Head

#: A share of don't know from which a question is named, in percent of rated and don't know.
MUCH_UNKNOWN = 20


#: So many units that are gone since the last wave are named.
_MOST_GONE = 30


def _without(name: str, head: Head, of: str, why: str) -> PrintedTable:
    """Keep a table's number where the survey has nothing to put into it."""
    return PrintedTable(name, wording.title(head, of), [], (Column("说明", 80),), [[f"不适用：{why}"]])


def groups(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 6: respondent group × question; where there is one group, its first choice × question."""
    name, of = "表6 票种与题目", "各票种各题"
    if len(head["groups"]) < 2 and head.get("crossing"):
        return _choice(head)
    if len(head["groups"]) < 2:
        return _without(name, head, of, "只有一个票种，也没有可以公布的单选题分列。")
    targets = any(row.is_target for row in rows)
    chosen = [row for row in rows if row.is_target] if targets else wording.top_rows(head, rows)
    texts = wording.question_texts(head)
    figures = units.groups_table(head, []).columns[4:]
    return PrintedTable(
        name,
        wording.title(head, of),
        ["各票种自己的占比，未加权。", f"{wording.RATED}{wording.ALL}", wording.versions(head)],
        (Column("单位名称", 22), Column("题目", 40), *figures),
        [
            [wording.name(row), texts[code], *units.group_cells(head, row, code, group)]
            for row in chosen
            for code in row.cells
            for group in head["groups"]
        ],
    )


def _choice(head: Head) -> PrintedTable:
    crossing, texts = head["crossing"], wording.question_texts(head)
    choice = wording.text(crossing["text"])
    kinds = {"blank": "未填", "paper": "纸质票（不分列）"}
    on_paper = (
        f"纸质票按总数录入，不知道同一张票上的各项回答，不能按该题分列；各选项以不含纸质票的 {crossing['ballots']:,} 份"
        f"答卷为准，纸质票 {crossing['paper']:,} 份另列一行。"
    )
    return PrintedTable(
        "表6 单选题与题目",
        wording.title(head, f"按“{choice}”的回答分列"),
        [
            f"按单选题“{choice}”的回答分列，只列全部测评点的合计；占比未加权。",
            f"{wording.RATED}{wording.ALL}",
            *([on_paper] if crossing["paper"] else []),
            f"备注“{wording.TOO_FEW}”的，作出评价不足 {head['threshold']} 份，或为防止推算而隐藏；"
            "各题结果有隐藏的，只分列一个题目。",
            "各行的差别不说明原因：回答不同的人，其他方面也可能不同。",
            wording.versions(head),
        ],
        (Column("题目", 40), Column("回答", 20), *units.CROSSED_FIGURES),
        [
            [
                texts[row["question"]],
                kinds[row["row"]] if option is None else wording.text(option),
                *units.crossed_cells(row),
            ]
            for option, row in crossed_rows(head)
        ],
    )


def waves(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 7: this wave and the last, with the range of the change."""
    name, of, previous = "表7 与上次比较", "与上次比较", head.get("previous")
    if previous is None:
        return _without(name, head, of, "没有可比的上一次测评。")
    code = head["headline_question"]
    return PrintedTable(
        name,
        wording.title(head, of),
        [
            f"上次：{wording.text(previous['title'])} 第 {previous['number']} 版，{previous['day']}。",
            "变化为两次满意和基本满意合计占比之差，单位为百分点；两次答卷相互独立，两次都有的测评点保留协方差。下级单位有增减的，变化含其影响。",
            *_gone(previous.get("gone", ())),
            "“变化明显”已按多重比较校正（Benjamini–Hochberg，5%）；未标明的变化可能只是偶然波动。",
            wording.versions(head),
        ],
        (
            Column("单位名称", 22),
            Column("所属（区县 · 乡镇）", 24),
            Column("上次 %", 10, "rate"),
            Column("本次 %", 10, "rate"),
            Column("较上次（百分点）", 12, "rate"),
            Column("95% 下限", 10, "rate"),
            Column("95% 上限", 10, "rate"),
            Column("变化明显", 10),
            Column("备注", 24),
        ),
        [line for row in rows if code in row.cells for line in _wave(head, row, code)],
    )


def _gone(names: Sequence[str]) -> Iterator[str]:
    if names:
        named = "、".join(names[:_MOST_GONE]) + (" 等" if len(names) > _MOST_GONE else "")
        yield f"上次有、本次没有的单位（合并、撤销或未测评）{len(names)} 个：{named}。"


def _wave(head: Head, row: ResultRow, code: str) -> Iterator[list[object]]:
    extra, cell = row.extras.get(code, {}), row.cells[code]
    reason = wording.NO_CHANGE.get(extra.get("change_reason") or "", "")
    yield [
        wording.name(row),
        wording.within(row),
        extra.get("change_previous") or "",
        cell[wording.headline_rate(head)] or "",
        extra.get("change") or "",
        extra.get("change_low") or "",
        extra.get("change_high") or "",
        "是" if extra.get("change_clear") else "",
        reason,
    ]


def weighting(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 8: weighted beside unweighted, with Kish's design effect."""
    name, of, code = "表8 加权与未加权", "加权与未加权", head["headline_question"]
    chosen = [row for row in wording.rated(head, rows) if "unweighted_approval_rate" in row.extras.get(code, {})]
    if not chosen:
        return _without(name, head, of, "各占比都未加权。")
    return PrintedTable(
        name,
        wording.title(head, of),
        [
            *wording.weighting(head),
            "设计效应为 Kish 近似 n·Σw² ÷ (Σw)²，有效样本量 = n ÷ 设计效应。",
            wording.versions(head),
        ],
        (
            Column("单位名称", 22),
            Column("类别", 14),
            Column("作出评价", 12, "integer"),
            Column("满意占比 %，加权", 12, "rate"),
            Column("满意占比 %，未加权", 12, "rate"),
            Column("合计占比 %，加权", 12, "rate"),
            Column("合计占比 %，未加权", 12, "rate"),
            Column("设计效应", 10, "rate"),
            Column("有效样本量", 12, "integer"),
        ),
        [_weighting(row, code) for row in chosen],
    )


def _weighting(row: ResultRow, code: str) -> list[object]:
    cell, extra = row.cells[code], row.extras[code]
    return [
        wording.name(row),
        wording.class_of(row),
        cell["rated"],
        cell["satisfied_rate"] or "",
        extra["unweighted_satisfied_rate"] or "",
        cell["approval_rate"] or "",
        extra["unweighted_approval_rate"] or "",
        extra.get("design_effect") or "",
        extra.get("effective_n"),
    ]


def attention(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 9: units clearly below their class, clearly lower than last time, or little known."""
    code = head["headline_question"]
    lines: list[list[object]] = []
    for row in (each for each in rows if code in each.cells):
        reasons = list(attention_reasons(row.cells[code], row.extras.get(code, {})))
        if reasons:
            cell = row.cells[code]
            lines.append(
                [
                    wording.name(row),
                    wording.within(row),
                    wording.class_of(row),
                    cell["rated"],
                    cell[wording.headline_rate(head)] or "",
                    "；".join(reasons),
                ]
            )
    return PrintedTable(
        "表9 需关注单位",
        wording.title(head, "需关注单位"),
        [
            "列入条件：与同类相比偏低或明显偏低，且已按多重比较校正（Benjamini–Hochberg，全部单位一并比较，5%）；"
            "较上次明显下降；不了解的占作出评价与不了解之和的 "
            f"{MUCH_UNKNOWN}% 以上。按单位顺序，不是排名。{wording.TOO_FEW}的单位不列。",
            "" if lines else "没有符合条件的单位。",
            wording.versions(head),
        ],
        (
            Column("单位名称", 22),
            Column("所属（区县 · 乡镇）", 24),
            Column("类别", 14),
            Column("作出评价", 12, "integer"),
            Column("满意和基本满意合计占比 %", 14, "rate"),
            Column("原因", 50),
        ),
        lines,
    )


def is_below_class(extra: Mapping[str, Any]) -> bool:
    """Whether a unit is below its class by more than chance, all units having been looked through."""
    return extra.get("band") in ("worse", "much_worse") and bool(extra.get("band_clear"))


def has_dropped(extra: Mapping[str, Any]) -> bool:
    """Whether a unit is below the last wave by more than chance, all changes having been looked through."""
    return bool(extra.get("change_clear")) and Decimal(extra["change"]) < 0


def attention_reasons(cell: Cell, extra: Mapping[str, Any]) -> Iterator[str]:
    """Say why a unit deserves attention; nothing where it does not, or where its row is hidden."""
    if cell["suppressed"] or cell["approval_rate"] is None:
        return
    if is_below_class(extra):
        yield f"与同类相比{wording.BANDS[extra['band']]}"
    if has_dropped(extra):
        yield f"较上次明显下降 {extra['change'].lstrip('-−')} 个百分点"
    unknown = cell["dont_know"]
    if unknown * 100 >= MUCH_UNKNOWN * (cell["rated"] + unknown):
        yield "不了解的较多"
