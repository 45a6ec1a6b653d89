"""The result sheets (反馈单) of a release, one a unit or listed target, from its head and its suppressed rows."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.documents.unit_sheet import Bar, Headline, UnitSheet
from survey_app.models import ReleaseUnit
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Cell, Head

_LISTED = 3


def unit_sheets(
    head: Head, rows: Sequence[ResultRow], chosen: Collection[tuple[str, bool]] | None = None
) -> Iterator[UnitSheet]:
    """Give a sheet for each row of the release, in its order; a unit's own ballots (本级) have none of their own.

    `chosen`: of these rows only, by their codes and whether they are targets.
    """
    by_code = {row.code: row for row in rows if not row.is_target}
    tops = wording.top_rows(head, rows)
    top = tops[0] if len(tops) == 1 else None
    for row in rows:
        if has_sheet(row) and (chosen is None or (row.code, row.is_target) in chosen):
            # A listed target may have the code of a unit that has a sheet too.
            taken = row.is_target and row.code in by_code and by_code[row.code].cells
            name = target_sheet(row.code) if taken else row.code
            yield _sheet(head, row, name, by_code.get(row.parent_code), None if row.is_target else top)


def has_sheet(row: ResultRow | ReleaseUnit) -> bool:
    """Return whether a row of a release has a sheet."""
    return row.level != OWN_LEVEL and bool(row.cells)


def target_sheet(code: str) -> str:
    """Return the name of a target's sheet where the unit of that code has one of its own."""
    return f"target-{code}"


def _sheet(head: Head, row: ResultRow, name: str, parent: ResultRow | None, top: ResultRow | None) -> UnitSheet:
    code = head["headline_question"] if head["headline_question"] in row.cells else next(iter(row.cells))
    shown = words.is_shown(head, row, code)
    ranked = _ranked(head, row) if shown else []
    half = min(_LISTED, len(ranked) // 2)
    return UnitSheet(
        code=name,
        survey=wording.text(head["title"]),
        release_line=f"{wording.release(head)} · {words.day(head, head['released_at'])}",
        organiser=wording.text(head["organiser"]),
        unit=wording.name(row),
        within=" · ".join(filter(None, (*row.path, row.unit_class))),
        turnout=_turnout(head, row, code),
        headline=_headline(head, row, code) if shown else None,
        hidden="" if shown else _hidden(head, row, code),
        bars=list(_bars(head, row, parent, top, code)) if shown else [],
        questions=_questions(head, row) if shown else None,
        strongest=ranked[:half],
        weakest=ranked[::-1][:half],
        notes=list(_notes(head, row, code, shown)),
        watermark="送审稿" if head.get("audience") == "review" else "",
    )


def _turnout(head: Head, row: ResultRow, code: str) -> list[tuple[str, str]]:
    cell = row.cells[code]
    facts = [("收到答卷", f"{words.number(row.ballots)} 份")]
    if row.issued:
        named = "发出测评票" if row.invalid is None else "发出（含纸质票）"
        facts.append((named, f"{words.number(row.issued)} 张"))
    if row.places > 1 and not row.is_target:
        facts.append(("有答卷的测评点", f"{row.places_with_ballots} / {row.places} 个"))
    if not cell["suppressed"]:
        facts += [
            (label, f"{words.number(cell[key])} 份") for label, key in (("作出评价", "rated"), ("不了解", "dont_know"))
        ]
    return facts


def _headline(head: Head, row: ResultRow, code: str) -> Headline:
    cell, extra = row.cells[code], row.extras.get(code, {})
    first, other = ("", "_all") if head["headline_base"] == "rated" else ("_all", "")
    beside = "计入“不了解”" if other else "不计“不了解”"
    facts = [
        (words.SATISFIED, f"{cell['satisfied_rate' + first]}%"),
        (f"{beside}的两项占比", f"合计 {cell['approval_rate' + other]}%，满意 {cell['satisfied_rate' + other]}%"),
    ]
    if extra.get("position") is not None or cell["rated"] < words.ENOUGH:
        facts.append(("同类中的位次", _position(row, cell, extra)))
    if extra.get("band") in wording.BANDS:
        chance = extra["band"] != "as_expected" and not extra.get("band_clear")
        facts.append(("与同类相比", wording.BANDS[extra["band"]] + ("（可能只是偶然波动）" if chance else "")))
    if head.get("selection", "self") != "self" and cell["range_low"] is not None:
        facts.insert(2, ("合计占比 95% 区间", f"{cell['range_low']}% 至 {cell['range_high']}%"))
    if extra.get("score"):
        facts.insert(2, ("平均得分", str(extra["score"])))
    if extra.get("verdict"):
        facts.append(("表决口径结果", wording.VERDICTS[extra["verdict"]]))
    if head.get("previous"):
        facts.append(("与上次相比", _change(head, extra)))
    weighted = "（按票种加权）" if words.is_weighted(head) else ""
    return Headline(
        question=wording.question_texts(head)[code],
        rate_name=f"{words.APPROVAL}{weighted}",
        rate=words.rate_of(head, cell) or "",
        base=f"{words.sentence(head, _question(head, code), cell)}。",
        facts=facts,
    )


def _question(head: Head, code: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = next(each for each in head["questions"] if each["code"] == code)
    return found


def _position(row: ResultRow, cell: Cell, extra: Mapping[str, Any]) -> str:
    """Say the position with its set, within the class alone."""
    if extra.get("position") is None:
        return f"作出评价不足 {words.ENOUGH} 份，不排位次"
    said = f"第 {extra['position']} 位，{wording.class_of(row)} {extra.get('position_of', '')} 个单位中"
    low, high = extra.get("position_low"), extra.get("position_high")
    return f"{said}（可能的范围：第 {low} 至 {high} 位）" if low is not None and low != high else said


def _change(head: Head, extra: Mapping[str, Any]) -> str:
    if extra.get("change") is None:
        return wording.NO_CHANGE.get(extra.get("change_reason", ""), "没有可比的上次结果")
    printed = str(extra["change"]).replace("-", "−")
    before = f"（上次 {extra['change_previous']}%）" if extra.get("change_previous") else ""
    return f"{printed} 个百分点{before}" + ("" if extra.get("change_clear") else "，变化不明显")


def _bars(head: Head, row: ResultRow, parent: ResultRow | None, top: ResultRow | None, code: str) -> Iterator[Bar]:
    """Give the unit itself, then the one above it, then the whole survey."""
    seen = set()
    for label, each in (("本单位", row), ("上一级", parent), ("全部", top)):
        if each is None or each.code in seen or code not in each.cells:
            continue
        seen.add(each.code)
        cell, shown = each.cells[code], words.is_shown(head, each, code)
        yield Bar(
            name=label if each is row else wording.name(each),
            base=f"{words.number(cell['rated'])} 份" if shown else "",
            rate=words.rate_of(head, cell) if shown else None,
            reason="" if shown else wording.remark(head, each, code) or "无人作出评价",
        )


def _questions(head: Head, row: ResultRow) -> PrintedTable:
    first = "" if head["headline_base"] == "rated" else "_all"
    waves = bool(head.get("previous"))
    keys = ("rated", "satisfied", "basically_satisfied", "dissatisfied", "dont_know")
    rates = (f"satisfied_rate{first}", f"approval_rate{first}")
    lines: list[list[object]] = []
    for name, code, cell, remark in _lines(head, row):
        shown = not cell["suppressed"] and words.rate_of(head, cell) is not None
        own = row.cells[code] is cell
        change = [row.extras.get(code, {}).get("change") or "" if own else ""] if waves else []
        lines.append(
            [name, *(cell[key] for key in keys), *(cell[key] if shown else "" for key in rates), *change, remark]
        )
    columns = (
        Column("题目", 40),
        Column("作出评价", 8, "integer"),
        Column("满意", 7, "integer"),
        Column("基本满意", 7, "integer"),
        Column("不满意", 7, "integer"),
        Column("不了解", 7, "integer"),
        Column("满意占比 %", 8, "rate"),
        Column("合计占比 %", 8, "rate"),
        *([Column("较上次（百分点）", 8, "rate")] if waves else []),
        Column("备注", 12),
    )
    return PrintedTable("各题", "各题结果", ["合计占比 =（满意 + 基本满意）÷ 基数"], columns, lines)


def _lines(head: Head, row: ResultRow) -> Iterator[tuple[str, str, Cell, str]]:
    """Give each question with its cell, and below the headline question each group's own share, unweighted."""
    texts = wording.question_texts(head)
    for code, cell in row.cells.items():
        yield texts[code], code, cell, wording.remark(head, row, code)
        if code != head["headline_question"] or not row.group_cells:
            continue
        for group in head["groups"]:
            own = row.group_cells[group["code"]][code]
            named = f"其中 {wording.text(group['name'])}（权重 {group['weight']:g}，未加权）"
            yield named, code, own, wording.TOO_FEW if own["suppressed"] else ""


def _ranked(head: Head, row: ResultRow) -> list[tuple[str, str]]:
    """Return the questions with a rate from enough ballots, highest first, the headline left out."""
    texts = wording.question_texts(head)
    found = [
        (texts[code], words.rate_of(head, cell) or "")
        for code, cell in row.cells.items()
        if code != head["headline_question"] and words.is_shown(head, row, code) and cell["rated"] >= words.ENOUGH
    ]
    if len({rate for _, rate in found}) < 2:
        return []
    return [(text, f"{rate}%") for text, rate in sorted(found, key=lambda each: -words.printed(each[1]))]


def _hidden(head: Head, row: ResultRow, code: str) -> str:
    cell = row.cells[code]
    if not row.ballots:
        return "本单位没有收到答卷，没有可以反馈的评价。"
    if cell["suppressed"]:
        return (
            f"样本不足：作出评价的答卷不足 {head['threshold']} 份，或为防止推算出少数人的评价，不显示票数和占比。"
            + ("收到的答卷已计入上级单位的合计。" if row.parent_code else "")
        )
    if cell["rated"]:
        return f"{wording.remark(head, row, code) or '样本不足'}，不计算加权占比。"
    return "收到的答卷中无人作出评价，没有占比。"


def _notes(head: Head, row: ResultRow, code: str, shown: bool) -> Iterator[str]:
    base = "作出评价" if head["headline_base"] == "rated" else "作出评价与“不了解”之和"
    yield f"口径：{wording.RATED}本单占比以{base}为基数，四舍五入保留一位小数。"
    yield from wording.weighting(head)
    rated = row.cells[code]["rated"]
    if shown and rated is not None and rated < words.ENOUGH:
        yield f"作出评价不足 {words.ENOUGH} 份，少数几份答卷就会使占比明显变动，不排位次。"
    if shown and row.extras.get(code, {}).get("position") is not None:
        yield "位次只在同类单位之间排列，占比（保留一位小数）相同的并列；位次相近的单位，差异往往不明显。"
    if head.get("selection", "self") == "self":
        yield f"{words.SELF_SELECTED}。"
    else:
        yield "未答卷的人可能与答卷的人看法不同，结果请与回收率一并阅读。"
    yield f"口径版本 {head['formula_version']}；{head['software']}。"
