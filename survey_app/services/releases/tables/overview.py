"""Tables 1 to 3: participation and quality, the headline, each question by option."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from analysis.rates import round_percent
from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head


def participation(head: Head) -> PrintedTable:
    """Table 1: how many were asked and answered, by which channel, and when."""
    return PrintedTable(
        name="表1 参与情况",
        title=wording.title(head, "参与情况和数据质量"),
        notes=[
            "回收率 = 收回 ÷ 发出；有效率 = 有效票 ÷ 收回。测评公告上的测评码供多人使用，没有发出数，不计回收率。",
            "开放测评码不能证明一人一票；同一设备重复提交的照收。",
            *(["纸质票由工作人员清点后录入，收回数含无效票。"] if head.get("paper") else []),
            wording.versions(head),
        ],
        columns=(Column("项目", 26), Column("数量", 14, "integer"), Column("占比 %", 12, "rate"), Column("说明", 60)),
        rows=[list(each) for each in _participation(head)],
    )


def _participation(head: Head) -> Iterator[tuple[object, ...]]:
    returned, paper = head["returned"], head.get("paper")
    issued = wording.issued_slips(head)
    by_slip = sum(each["ballots"] for each in head["channels"] if each["channel"] == "slip")
    if issued is not None:
        yield "发出测评票", issued, "", "已印制、未作废的一次性测评票"
        share = round_percent(by_slip, issued) if issued >= by_slip else ""
        yield "收回测评票", by_slip, share, "回收率"
    if paper:
        share = round_percent(paper["returned"], paper["issued"]) if paper["issued"] else ""
        yield "发出纸质票", paper["issued"], "", "由工作人员发放的纸质测评表"
        yield "收回纸质票", paper["returned"], share, "回收率，含无效票"
    yield "收回答卷", returned, "", "全部渠道，含无效票" if paper else "全部渠道"
    valid = returned - (head["invalid"] or 0)
    yield "有效票", valid, round_percent(valid, returned) if returned else None, "有效率"
    checked = "扫码、电话和协助填答的，提交时已检查，没有无效票"
    yield "无效票", head["invalid"] or 0, "", f"均为纸质票；{checked}" if head["invalid"] else checked
    for each in head["channels"]:
        share = round_percent(each["ballots"], valid)
        of = "占有效票" if paper else "占收回答卷"
        yield f"渠道：{wording.CHANNELS[each['channel']]}", each["ballots"], share, of
    places, covered = head["places"], head["places_with_ballots"]
    yield "测评点", places, "", ""
    yield "有答卷的测评点", covered, round_percent(covered, places), "覆盖率；没有答卷的测评点照列，不剔除"
    yield from _expected(head)
    yield "标记待查的答卷", None, "", "未设标记规则：不收集设备和网络地址，无从标记"
    yield from _times(head)
    yield from _days(head)


def _expected(head: Head) -> Iterator[tuple[object, ...]]:
    """Give the people who may take part, and how far the quotas were filled: overall, and by places that reached."""
    if head.get("eligible"):
        missing = head["places"] - head["eligible_places"]
        yield "应参评人数", head["eligible"], "", f"另有 {missing:,} 个测评点未登记人数" if missing else ""
    names = {each["code"]: wording.text(each["name"]) for each in head["groups"]}
    for each in head.get("quotas", ()):
        of = f"：{names[each['group']]}" if len(names) > 1 else ""
        yield f"目标份数{of}", each["expected"], "", f"{each['places']:,} 个测评点设有目标"
        share = round_percent(each["ballots"], each["expected"])
        yield f"目标完成{of}", each["ballots"], share, "有目标的测评点的有效票 ÷ 目标份数"
        reached = round_percent(each["places_reached"], each["places"])
        yield f"达到目标的测评点{of}", each["places_reached"], reached, "占设有目标的测评点"


def _times(head: Head) -> Iterator[tuple[object, ...]]:
    named = {"open": "开始测评", "close": "截止测评", "reopen": "重新开放"}
    for each in head["acts"]:
        said = wording.moment(head, each["at"]) + (f"，原因：{each['reason']}" if each["reason"] else "")
        yield named[each["act"]], None, "", said


#: A line for each of so many days; longer surveys have a line for each week.
_MOST_DAYS = 31


def _days(head: Head) -> Iterator[tuple[object, ...]]:
    """Give the ballots of each day or week in the survey's time zone. Paper is entered after closing: it has no day."""
    days: dict[str, int] = {}
    for hour, ballots in head.get("turnout_hours", ()):
        days[hour[:10]] = days.get(hour[:10], 0) + ballots
    names, counts = list(days), list(days.values())
    step = 1 if len(days) <= _MOST_DAYS else 7
    of = "扫码、电话和协助填答的有效票" if head.get("paper") else ""
    for at in range(0, len(days), step):
        some = names[at : at + step]
        yield " 至 ".join(dict.fromkeys((some[0], some[-1]))), sum(counts[at : at + step]), "", of


def headline(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 2: the headline question over the whole survey, both rates on both bases; of targets, by class."""
    question = wording.headline(head)
    if question["about"] == "targets":
        return _classes(head, [row for row in rows if row.is_target])
    code = question["code"]
    return PrintedTable(
        name="表2 总体结果",
        title=wording.title(head, "总体结果"),
        notes=[f"题目：{wording.text(question['text'])}", *wording.notes(head)],
        columns=(
            Column("单位或渠道", 22),
            Column("指标", 34),
            Column("分子（份）", 13, "integer"),
            Column("分母（份）", 13, "integer"),
            Column("占比 %", 12, "rate"),
            Column("备注", 30),
        ),
        rows=[
            *(each for row in wording.top_rows(head, rows) for each in _headline_rows(head, row, code)),
            *_channel_rows(head),
        ],
    )


def _channel_rows(head: Head) -> Iterator[list[object]]:
    """Give the channels apart, where there are several; the rows above merge them."""
    for channel, cell in head.get("channel_cells", {}).items():
        remark = wording.TOO_FEW if cell["suppressed"] else "未加权" if wording.is_weighted(head) else ""
        yield from _rates(head, wording.CHANNELS[channel], cell, [remark])


def _headline_rows(head: Head, row: ResultRow, code: str) -> Iterator[list[object]]:
    weighted = "占比经加权，不等于分子 ÷ 分母" if wording.is_weighted(head) else ""
    yield from _rates(head, wording.name(row), row.cells[code], [wording.remark(head, row, code), weighted])


def _rates(head: Head, name: str, cell: wording.Cell, remarks: Sequence[str]) -> Iterator[list[object]]:
    """Give the four rates of a cell, a line each, and say which of them is the main one."""
    for key, rate, good, wide in (
        ("satisfied_rate", "满意占比", ("satisfied",), False),
        ("approval_rate", "满意和基本满意合计占比", ("satisfied", "basically_satisfied"), False),
        ("satisfied_rate_all", "满意占比（含“不了解”）", ("satisfied",), True),
        ("approval_rate_all", "满意和基本满意合计占比（含“不了解”）", ("satisfied", "basically_satisfied"), True),
    ):
        counts: list[object] = ["", ""]
        if not cell["suppressed"]:
            counts = [sum(cell[each] for each in good), cell["rated"] + (cell["dont_know"] if wide else 0)]
        said = [*remarks[:1], "主口径" if key == wording.headline_rate(head) else "", *remarks[1:]]
        hidden = cell["suppressed"] or (cell["rated"] > 0 and cell[key] is None)
        yield [name, rate, *counts, "" if hidden else cell[key], "；".join(filter(None, said))]


def _classes(head: Head, targets: Sequence[ResultRow]) -> PrintedTable:
    code = head["headline_question"]
    classes = list(dict.fromkeys(wording.class_of(row) for row in targets))
    lines: list[list[object]] = []
    for each in classes:
        members = [row for row in targets if wording.class_of(row) == each]
        shown = [row for row in members if row.cells[code]["approval_rate"] is not None]
        rates = sorted(((float(row.cells[code]["approval_rate"]), row) for row in shown), key=lambda pair: -pair[0])
        ends = [rates[0][1], rates[-1][1]] if rates else []
        lines.append(
            [
                each,
                len(members),
                len(shown),
                *([row.cells[code]["approval_rate"] for row in ends] or ["", ""]),
            ]
        )
    return PrintedTable(
        name="表2 总体结果",
        title=wording.title(head, "各类别评议对象"),
        notes=[
            f"题目：{wording.text(wording.headline(head)['text'])}",
            "各评议对象各有占比，不合并为一个数；不同类别之间不比较。",
            *wording.notes(head),
        ],
        columns=(
            Column("类别", 24),
            Column("评议对象（个）", 12, "integer"),
            Column("有占比的（个）", 12, "integer"),
            Column("最高合计占比 %", 14, "rate"),
            Column("最低合计占比 %", 14, "rate"),
        ),
        rows=lines,
    )


def options(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Table 3: every option of every question over the whole survey."""
    names = {row.code: wording.name(row) for row in rows}
    return PrintedTable(
        name="表3 各题选项",
        title=wording.title(head, "各题各选项"),
        notes=[
            "评价题的占比以作出评价与“不了解”之和为基数；单选题以答了该题的答卷为基数，"
            "多选题以问到该题的答卷为基数，可选多项，各项之和可超过 100%。视前一题回答而问的题目不列。",
            "关于评议对象的题目见表4和附表。",
            wording.versions(head),
        ],
        columns=(
            Column("单位", 22),
            Column("题目", 44),
            Column("选项", 20),
            Column("答卷（份）", 12, "integer"),
            Column("占比 %", 12, "rate"),
            Column("备注", 16),
        ),
        rows=[line for each in head["option_counts"] for line in _option_rows(each, names.get(each["unit"], ""))],
    )


def _option_rows(each: Mapping[str, Any], unit: str) -> Iterator[list[object]]:
    asked = wording.text(each["text"])
    if each["counts"] is None:
        yield [unit, asked, "", each["ballots"], "", wording.TOO_FEW]
        return
    base = each.get("base") or sum(each["counts"])
    for label, count in zip(each["options"], each["counts"], strict=True):
        yield [unit, asked, wording.text(label), count, round_percent(count, base) if base else None, ""]
    if each["blank"] is not None:
        yield [unit, asked, "未填", each["blank"], "", ""]
