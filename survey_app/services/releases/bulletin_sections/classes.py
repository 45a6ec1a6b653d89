"""二、分类情况: units beside units of their own class, never across classes, and questions beside questions."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from survey_app.documents.bulletin import Picture, Section
from survey_app.documents.bulletin.content import Block
from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.figure_names import FigureName, class_names
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

#: A class with more units than this has its table in the annex only.
_MOST_ROWS = 40
_MOST_NAMES = 8


def classes(head: Head, rows: Sequence[ResultRow], pictures: Mapping[FigureName, Picture]) -> Section | None:
    """Return the second section; None where there is nothing to set side by side."""
    parts = [*_areas(head, rows, pictures), *_targets(head, rows, pictures)]
    by_question, about_targets = _of_kind(pictures, "heatmap"), wording.headline(head)["about"] == "targets"
    if about_targets and by_question:
        parts.append(Section("各题", ["各评议对象各题的合计占比如下图。", *by_question]))
    by_group = _of_kind(pictures, "groups")
    if by_group:
        parts.append(Section("各票种", ["各票种的合计占比按本票种的答卷计算，未加权，如下图。", *by_group]))
    parts += _questions(head, rows, [] if about_targets else by_question)
    return Section("分类情况", parts) if parts else None


def _of_kind(pictures: Mapping[FigureName, Picture], kind: str) -> list[Picture]:
    """Return the pictures of a table that may take several, in their order."""
    return [picture for figure, picture in pictures.items() if figure.kind == kind]


def _areas(head: Head, rows: Sequence[ResultRow], pictures: Mapping[FigureName, Picture]) -> Iterator[Section]:
    code = head["headline_question"]
    tops = wording.top_rows(head, rows)
    under = {row.code for row in tops} if len(tops) == 1 else {""}
    units = [
        row
        for row in rows
        if not row.is_target and row.parent_code in under and row.level != OWN_LEVEL and code in row.cells
    ]
    if len(units) > 1:
        blocks = list(_by_class(head, units))
        # One picture shows areas of all classes: it stands before their sections, or at the end where there are none.
        picture = _of_kind(pictures, "headline")
        yield Section("各地区", [*picture, *blocks] if isinstance(blocks[0], Section) else [*blocks, *picture])


def _targets(head: Head, rows: Sequence[ResultRow], pictures: Mapping[FigureName, Picture]) -> Iterator[Section]:
    code = head["headline_question"]
    targets = [row for row in rows if row.is_target and code in row.cells]
    if targets:
        names = class_names(row.unit_class for row in rows if row.is_target)
        of_class = {
            name: pictures[figure]
            for number, name in enumerate(names or [targets[0].unit_class], start=1 if names else 0)
            for figure in (FigureName("headline", of_class=number),)
            if figure in pictures
        }
        several = len({row.unit_class for row in targets}) > 1
        yield Section("各序列" if several else "各评议对象", list(_by_class(head, targets, of_class)))


def _by_class(
    head: Head, units: Sequence[ResultRow], pictures: Mapping[str, Picture] = MappingProxyType({})
) -> Iterator[Block]:
    """Give each class its text, its table, and its picture where it has one of its own."""
    found: dict[tuple[str, str], list[ResultRow]] = {}
    for row in units:
        found.setdefault((row.level, row.unit_class), []).append(row)
    for members in found.values():
        blocks = list(_class(head, members))
        if members[0].unit_class in pictures and len(members) <= _MOST_ROWS:
            blocks.append(pictures[members[0].unit_class])
        yield from [Section(wording.class_of(members[0]), blocks)] if len(found) > 1 else blocks


def _class(head: Head, members: Sequence[ResultRow]) -> Iterator[Block]:
    code = head["headline_question"]
    shown = [row for row in members if words.is_shown(head, row, code)]
    compared = [row for row in shown if row.cells[code]["rated"] >= words.ENOUGH]
    yield "".join((_range(head, compared, len(members)), _bands(compared, code), _left_out(members, shown, compared)))
    if shown and len(members) <= _MOST_ROWS:
        yield _table(head, members, shown)
    elif shown:
        yield f"共 {len(members)} 个单位，逐个结果见附件。"


def _range(head: Head, compared: Sequence[ResultRow], members: int) -> str:
    code = head["headline_question"]
    if len(compared) < 2:
        return f"共 {members} 个单位，作出评价达到 {words.ENOUGH} 份的不足 2 个，不作比较。"
    by_rate: dict[str, list[str]] = {}
    for row in compared:
        by_rate.setdefault(words.rate_of(head, row.cells[code]) or "", []).append(wording.name(row))
    high, low = (pick(by_rate, key=words.printed) for pick in (max, min))
    said = f"作出评价达到 {words.ENOUGH} 份的 {len(compared)} 个单位中，{words.APPROVAL}"
    if high == low:
        return f"{said}均为 {high}%。"
    return f"{said}最高为 {high}%（{_tied(by_rate[high])}），最低为 {low}%（{_tied(by_rate[low])}）。"


def _tied(names: Sequence[str]) -> str:
    return words.listed(names, 3) + ("，并列" if len(names) > 1 else "")


def _bands(compared: Sequence[ResultRow], code: str) -> str:
    """Say which units clearly differ from their class, all being compared; positions alone say little."""
    found: dict[str, list[str]] = {}
    for row in compared:
        band = row.extras.get(code, {}).get("band")
        if band in wording.BANDS and row.extras[code].get("band_clear"):
            found.setdefault(band, []).append(wording.name(row))
    said = [
        f"{wording.BANDS[band]}的有{words.listed(found[band], _MOST_NAMES)}" for band in wording.BANDS if band in found
    ]
    if said:
        return f"与同类单位相比，{'；'.join(said)}；其余单位无明显差异。"
    has_bands = any(row.extras.get(code, {}).get("band") for row in compared)
    return "与同类单位相比，各单位均无明显差异，位次先后不宜作为优劣的依据。" if has_bands else ""


def _left_out(members: Sequence[ResultRow], shown: Sequence[ResultRow], compared: Sequence[ResultRow]) -> str:
    small, hidden = len(shown) - len(compared), len(members) - len(shown)
    said = []
    if small:
        said.append(f"{small} 个单位作出评价不足 {words.ENOUGH} 份，只列占比，不排位次")
    if hidden:
        said.append(f"{hidden} 个单位样本不足或没有答卷，不列占比")
    lead = "另有" if len(compared) > 1 else "其中"
    return f"{lead} {'；'.join(said)}。" if said else ""


def _table(head: Head, members: Sequence[ResultRow], shown: Sequence[ResultRow]) -> PrintedTable:
    """Set the units of one class in order of the printed rate; those without one follow in the order of the list."""
    code = head["headline_question"]
    enough = {row.code for row in shown if row.cells[code]["rated"] >= words.ENOUGH}
    ranked = sorted(
        shown, key=lambda row: (row.code not in enough, -words.printed(words.rate_of(head, row.cells[code])))
    )
    rates = ("satisfied_rate", words.rate_keys(head)[0])
    if head["headline_base"] != "rated":
        rates = ("satisfied_rate_all", rates[1])
    waves = [Column("较上次（百分点）", 11, "rate")] if head.get("previous") else []
    columns = (
        Column("位次", 7),
        Column("单位", 22),
        Column("作出评价", 10, "integer"),
        Column("满意占比 %", 10, "rate"),
        Column("合计占比 %", 10, "rate"),
        *waves,
        Column("备注", 18),
    )
    lines: list[list[object]] = []
    for row in [*ranked, *(each for each in members if each not in shown)]:
        cell, extra = row.cells[code], row.extras.get(code, {})
        visible = row in shown
        position = extra.get("position") if row.code in enough else None
        small = f"不足 {words.ENOUGH} 份" if visible and row.code not in enough else ""
        lines.append(
            [
                "" if position is None else str(position),
                wording.name(row),
                None if cell["suppressed"] else cell["rated"],
                *(cell[key] if visible else "" for key in rates),
                *([extra.get("change") or ""] if waves else ()),
                small or wording.remark(head, row, code),
            ]
        )
    of = wording.class_of(members[0])
    notes = [
        f"合计占比即{words.APPROVAL}。位次只在同类单位之间、作出评价达到 {words.ENOUGH} 份的单位中排列；"
        "占比（保留一位小数）相同的，位次并列。"
    ]
    return PrintedTable(f"各单位 {of}"[:31], f"{of}测评结果", notes, columns, lines)


def _questions(head: Head, rows: Sequence[ResultRow], pictures: Sequence[Picture]) -> Iterator[Section]:
    """Give the questions about the place, over the whole survey."""
    tops = wording.top_rows(head, rows)
    asked = [each for each in head["questions"] if each["about"] != "targets"]
    if len(tops) != 1 or len(asked) < 2:
        return
    top = tops[0]
    found = [each for each in asked if words.is_shown(head, top, each["code"])]
    others = [each for each in found if each["code"] != head["headline_question"]]
    said = _highest_and_lowest(head, top, others)
    yield Section("各项工作", [said, _question_table(head, top, asked), *pictures])


def _highest_and_lowest(head: Head, top: ResultRow, others: Sequence[Mapping[str, object]]) -> str:
    rates = {str(each["code"]): words.rate_of(head, top.cells[str(each["code"])]) or "" for each in others}
    texts = wording.question_texts(head)
    if len(rates) < 2:
        return "除总体评价外，可以公布占比的题目不足 2 道，不作比较。"
    by_rate = sorted(rates, key=lambda code: -words.printed(rates[code]))
    if rates[by_rate[0]] == rates[by_rate[-1]]:
        return f"除总体评价外，各题{words.APPROVAL}均为 {rates[by_rate[0]]}%。"
    most = min(3, len(by_rate) // 2)
    high, low = (
        "；".join(f"{words.in_quotes(texts[code])}{rates[code]}%" for code in chosen)
        for chosen in (by_rate[:most], by_rate[: -most - 1 : -1])
    )
    return (
        f"除总体评价外，{words.APPROVAL}较高的是：{high}。较低的是：{low}。"
        "各题的询问范围和选择“不了解”的多少不同，比较时请一并看作出评价的份数。"
    )


def _question_table(head: Head, top: ResultRow, asked: Sequence[Mapping[str, object]]) -> PrintedTable:
    texts = wording.question_texts(head)
    first = "" if head["headline_base"] == "rated" else "_all"
    keys = ("rated", f"satisfied_rate{first}", f"approval_rate{first}", "dont_know")
    lines: list[list[object]] = []
    for each in asked:
        code = str(each["code"])
        cell = top.cells.get(code)
        if cell is None:
            continue
        visible = words.is_shown(head, top, code)
        figures = [cell[key] if visible or not key.endswith(("rate", "all")) else "" for key in keys]
        some = "部分测评点询问" if each.get("asked_in") else ""
        lines.append([texts[code], *figures, wording.remark(head, top, code) or some])
    columns = (
        Column("题目", 44),
        Column("作出评价", 10, "integer"),
        Column("满意占比 %", 10, "rate"),
        Column("合计占比 %", 10, "rate"),
        Column("不了解", 9, "integer"),
        Column("备注", 16),
    )
    return PrintedTable("各题", "各题测评结果", [f"合计占比即{words.APPROVAL}。"], columns, lines)
