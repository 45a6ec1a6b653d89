"""三、突出问题 and 四、整改要求: what deserves attention, and a text for a clerk to complete."""

from collections.abc import Iterator, Mapping, Sequence

from survey_app.documents.bulletin import Section
from survey_app.services.releases.bulletin_sections import words
from survey_app.services.releases.result_rows import OWN_LEVEL, ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.comparisons import (
    MUCH_UNKNOWN,
    attention_reasons,
    has_dropped,
    is_below_class,
)
from survey_app.services.releases.tables.wording import Head

_MOST_UNITS = 15
_MOST_QUESTIONS = 3
_MOST_WORDS = 10


def problems(head: Head, rows: Sequence[ResultRow]) -> Section:
    """Return the third section; it names no unit whose row is hidden."""
    low = [*_questions(head, rows), *_units(head, rows), *_nothing(head, rows)]
    found = [*low, *_unknown(head, rows), *_words(head), *_coverage(head)]
    if not found:
        shown = any(words.is_shown(head, row, head["headline_question"]) for row in rows)
        found = ["可比的单位和题目不足，未作比较；未见较为集中的问题。" if shown else "因样本不足，本次不作问题分析。"]
    return Section("突出问题", found)


def _questions(head: Head, rows: Sequence[ResultRow]) -> Iterator[str]:
    """Name the questions that are clearly below the others; the lowest of several is always some question."""
    texts = wording.question_texts(head)
    for top, below in _compared_questions(head, rows):
        rates = {code: words.rate_of(head, top.cells[code]) or "" for code, clear in below.items() if clear}
        lowest = sorted(rates, key=lambda code: words.printed(rates[code]))[:_MOST_QUESTIONS]
        if not lowest:
            continue
        said = "；".join(
            f"{words.in_quotes(texts[code])}{rates[code]}%（作出评价 {words.number(top.cells[code]['rated'])} 份）"
            for code in lowest
        )
        yield f"评价较低的工作。{words.APPROVAL}明显低于其他题目的是：{said}。"


def _compared_questions(head: Head, rows: Sequence[ResultRow]) -> Iterator[tuple[ResultRow, Mapping[str, bool]]]:
    """Give the row of the whole survey with its compared questions, and which are clearly below the others."""
    tops = wording.top_rows(head, rows)
    if len(tops) == 1:
        marks = {code: tops[0].extras.get(code, {}).get("below_others") for code in tops[0].cells}
        below = {code: bool(mark) for code, mark in marks.items() if mark is not None}
        if below:
            yield tops[0], below


def _nothing(head: Head, rows: Sequence[ResultRow]) -> Iterator[str]:
    """Say plainly what was compared without anything standing out: somebody is always the lowest."""
    code = head["headline_question"]
    extras = [each.extras.get(code, {}) for each in rows]
    compared = {
        "没有单位明显低于同类": [is_below_class(each) for each in extras if "band" in each],
        "没有单位较上次明显下降": [has_dropped(each) for each in extras if "change" in each],
        "没有题目明显低于其他题目": [low for _, below in _compared_questions(head, rows) for low in below.values()],
    }
    none = [said for said, low in compared.items() if low and not any(low)]
    if none:
        lead = "" if any(map(any, compared.values())) else "没有明显突出的问题。"
        yield f"{lead}按多重比较校正后，{'，'.join(none)}；占比的高低先后可能只是偶然波动。"


def _units(head: Head, rows: Sequence[ResultRow]) -> Iterator[str]:
    code = head["headline_question"]
    found: dict[str, list[str]] = {}
    for row in rows:
        if code in row.cells and row.level != OWN_LEVEL and words.is_shown(head, row, code):
            for reason in attention_reasons(row.cells[code], row.extras.get(code, {})):
                kind = "较上次明显下降" if reason.startswith("较上次") else reason
                found.setdefault(kind, []).append(words.named(row))
    for reason, names in found.items():
        yield f"{reason}的单位（按名单顺序，不是排名）：{words.listed(names, _MOST_UNITS)}。"


def _unknown(head: Head, rows: Sequence[ResultRow]) -> Iterator[str]:
    tops = wording.top_rows(head, rows)
    texts = wording.question_texts(head)
    for row in tops if len(tops) == 1 else ():
        heavy = [
            f"{words.in_quotes(texts[code])}（{words.number(cell['dont_know'])} 份）"
            for code, cell in row.cells.items()
            if words.is_shown(head, row, code)
            and cell["dont_know"] * 100 >= MUCH_UNKNOWN * (cell["rated"] + cell["dont_know"])
        ]
        if heavy:
            yield f"知晓程度不高的工作。选择“不了解”较多的题目是：{'；'.join(heavy)}。"


def _words(head: Head) -> Iterator[str]:
    keywords = head.get("keywords", ())[:_MOST_WORDS]
    if keywords:
        said = "、".join(f"“{each['word']}”（{words.number(each['count'])} 份）" for each in keywords)
        yield f"文字意见较集中的内容。文字意见中提到较多的词是：{said}。"


def _coverage(head: Head) -> Iterator[str]:
    without = head["places"] - head["places_with_ballots"]
    if without:
        yield f"参与不够均衡。有 {words.number(without)} 个测评点没有答卷，其情况本次无法反映。"


def requirements(head: Head) -> Section:
    """Return the fourth section: neutral sentences, with the days left open where a clerk will write them in."""
    due = "按规定时限" if head.get("audience") == "public" else "于　月　日前"
    organiser = wording.text(head["organiser"])
    caution = words.SELF_SELECTED if head.get("selection", "self") == "self" else "结果须与回收率一并阅读"
    return Section(
        "整改要求",
        [
            "认领问题。各单位要对照本通报和反馈单，逐项分析原因，提出整改措施，明确责任人和完成时限，"
            f"{due}将整改回执报送{organiser}。",
            f"落实整改。能够马上解决的，要立行立改；需要一定时间的，要制定计划、分步推进，{due}报送整改情况；"
            "暂时不能解决的，要向群众说明情况。",
            "回访群众。整改情况要以适当方式向群众公开，听取群众意见；下一次测评将对照本次结果查看变化。",
            f"正确使用结果。{caution}；样本较小的单位不排位次，不同类别的单位之间不作比较。"
            "任何单位和个人不得诱导、代替群众填写，不得打听群众如何评价。",
        ],
    )
