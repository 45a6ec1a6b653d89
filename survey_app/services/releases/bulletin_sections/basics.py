"""一、基本情况: who ran the survey, when and how, who took part, and the headline number with its base."""

from collections.abc import Iterator, Sequence

from survey_app.documents.bulletin import Section
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

_RULES = {
    "self": f"{words.SELF_SELECTED}。",
    "list": "测评票发给名单上的全部人员；未答卷的人可能与答卷的人看法不同，结果请与回收率一并阅读。",
    "random": "测评票发给随机抽取的人员；未答卷的人可能与答卷的人看法不同，结果请与回收率一并阅读。",
}


def basics(head: Head, rows: Sequence[ResultRow]) -> Section:
    """Return the first section."""
    return Section("基本情况", [_course(head), _participation(head), *_headlines(head, rows), _formula(head)])


def _course(head: Head) -> str:
    days, title = words.span(head), words.in_quotes(wording.text(head["title"]))
    reopened = [each["reason"] for each in head["acts"] if each["act"] == "reopen"]
    held = f"{days}，{wording.text(head['organiser'])}" if days else wording.text(head["organiser"])
    channels = [
        f"{wording.CHANNELS.get(each['channel'], each['channel'])} {words.number(each['ballots'])} 份"
        for each in head.get("channels", ())
    ]
    ways = f"答卷来源：{'、'.join(channels)}。" if channels else ""
    again = f"测评截止后曾重新开放，原因：{'；'.join(filter(None, reopened)).rstrip('。')}。" if any(reopened) else ""
    return f"{held}组织开展了{title}。{ways}{_RULES[head.get('selection', 'self')]}{again}"


def _participation(head: Head) -> str:
    levels = head.get("place_levels", ())
    place = f"{wording.LEVELS.get(levels[0], '')}测评点" if len(levels) == 1 else "测评点"
    said = (
        f"共设{place} {words.number(head['places'])} 个，其中 {words.number(head['places_with_ballots'])} 个有答卷；"
        f"收到答卷 {words.number(head['ballots'])} 份"
    )
    paper, slips = head.get("paper"), wording.issued_slips(head) if head.get("issued") else None
    if slips:
        said += f"，发出测评票 {words.number(slips)} 张"
        said += f"，测评票回收率 {head['response_rate']}%" if head.get("response_rate") and not paper else ""
    if paper:
        said += f"，发出纸质票 {words.number(paper['issued'])} 份，收回 {words.number(paper['returned'])} 份"
    said += f"，无效票 {words.number(head['invalid'])} 份" if head.get("invalid") else ""
    return f"{said}。"


def _headlines(head: Head, rows: Sequence[ResultRow]) -> Iterator[str]:
    question = wording.headline(head)
    asked = f"总体评价题为{words.in_quotes(wording.text(question['text']))}"
    if question["about"] == "targets":
        targets = [row for row in rows if row.is_target]
        classes = {row.unit_class for row in targets}
        apart = f"，分 {len(classes)} 类，不同类别之间不作比较" if len(classes) > 1 else ""
        yield f"{asked}，由参与者对 {len(targets)} 个评议对象逐一评价，各评议对象分别计算占比{apart}。"
        return
    tops = wording.top_rows(head, rows)
    for number, row in enumerate(tops):
        lead = f"{asked}。" if number == 0 else ""
        yield f"{lead}{'' if len(tops) == 1 else wording.name(row) + '：'}{_headline(head, row)}"


def _headline(head: Head, row: ResultRow) -> str:
    code = head["headline_question"]
    cell, extra = row.cells[code], row.extras.get(code, {})
    if cell["suppressed"]:
        return f"作出评价的答卷不足 {head['threshold']} 份，或为防止推算出少数人的评价而不显示，本次不公布票数和占比。"
    if not cell["rated"]:
        return "无人作出评价，没有占比。"
    if words.rate_of(head, cell) is None:
        return f"作出评价 {words.number(cell['rated'])} 份；部分票种样本不足，不公布加权占比。"
    said = [f"{words.sentence(head, wording.headline(head), cell)}。", f"{words.both_bases(head, cell)}。"]
    if head.get("selection", "self") != "self" and cell["range_low"] is not None:
        said.append(f"{words.APPROVAL}的 95% 区间为 {cell['range_low']}% 至 {cell['range_high']}%。")
    if cell["rated"] < words.ENOUGH:
        said.append(f"作出评价不足 {words.ENOUGH} 份，少数几份答卷就会使占比明显变动，请谨慎使用。")
    if extra.get("verdict"):
        said.append(f"按表决口径（以全体应参评人数为基数），结果为“{wording.VERDICTS[extra['verdict']]}”。")
    changed = words.change(head, extra)
    return "".join(said) + (f"{changed}。" if changed else "")


def _formula(head: Head) -> str:
    base = "以作出评价为基数" if head["headline_base"] == "rated" else "以作出评价与“不了解”之和为基数"
    weighting = "".join(wording.weighting(head))
    said = f"{wording.RATED}通报所列占比{base}，" + ("并经加权，" if weighting else "") + "按四舍五入保留一位小数。"
    hidden = (
        f"作出评价不足 {head['threshold']} 份的单位，以及为防止推算需要一并隐藏的单位，注明“样本不足”，"
        "不公布票数和占比。"
    )
    return f"{said}{weighting}{hidden}"
