"""Sheets on paper from a survey's questionnaire: to be filled in by residents, and to count them on."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.documents.paper_sheet import PaperSheet, PlacedSheet, write_paper_sheets
from survey_app.documents.paper_sheet_blocks import Boxes, Choice, Grid, Label, PaperBlock, Row, Signatures, Written
from survey_app.domain.definition import Paper
from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import AnswerSheet, Item, Question, QuestionKind
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.domain.units import Level
from survey_app.models import Place, RespondentGroup, Survey, Unit
from survey_app.services.surveys import Frame, find_survey, load_frame, refuse_taken_back
from survey_app.services.units.tree import load_tree

#: More lines than options side by side would be too narrow to write into.
_MOST_SIDE_BY_SIDE = 6
_WRITTEN_LINES = 3

_ONE = "本表不署名，请按自己的真实看法填写：每行只选一项，在选中的 ○ 上打“√”。"
_SEVERAL = "题后是 □ 的，可选多项。"
_INVALID = "同一行选了多项的，该行按未填计；整张未填或无法辨认的，为无效票。"
_ONE_ENGLISH = "Anonymous. Tick one ○ in every line."
_SEVERAL_ENGLISH = "Where there are □, tick as many as apply."
_COUNT = (
    "测评截止后清点，每个测评点、每个票种填一张。整张未填或无法辨认的，为无效票。",
    "发出 ≥ 收回；收回 = 有效票 + 无效票；每行各选项与未填相加 = 有效票。同一行选了多项的，计入未填。",
)
_COUNT_SEVERAL = "可多选的题不合计，每项不超过有效票。"
_COUNT_SOME = "只由一部分人填写的题，合计等于应填写的份数。"
_TWICE = "清点后由两人分别录入，互不查看。"


class PaperKind(StrEnum):
    """What is printed."""

    BALLOTS = "ballots"
    TOTALS = "totals"


@dataclass(frozen=True)
class _Where:
    """A group at a place, and the units above it."""

    place: Place
    line: Sequence[Unit]
    group: RespondentGroup


def print_paper(
    session: Session,
    slug: str,
    kind: PaperKind,
    out: BinaryIO,
    progress: Callable[[int, int], None],
    under: str | None = None,
) -> int:
    """Write one sheet for every place and group, of all places or those under one unit, as one PDF; return how many.

    They are masters, to be copied as often as each place needs. `progress` hears (done, all). Refused: the survey has
    no paper, there is no such place, or a text cannot be printed.
    """
    survey = find_survey(session, slug)
    refuse_taken_back(survey)
    if survey.paper == Paper.NONE:
        raise Refused(message("Survey {slug} is answered without paper.", slug=slug))
    frame = load_frame(session, survey.id)
    several = len(frame.groups) > 1
    contents: dict[tuple[tuple[str, ...], int], PaperSheet] = {}
    placed = []
    for each in _wanted(session, survey, frame, under):
        key = (tuple(each.place.scopes), each.group.id)
        if key not in contents:
            asked = frame.questionnaire.sheet(each.place.scopes, frame.group_targets.get(each.group.id))
            contents[key] = _content(survey, kind, asked)
        above = tuple(unit.name for unit in each.line[:-1] if unit.level != Level.CITY)
        group = pick(each.group.name, DEFAULT_LANGUAGE) if several else ""
        placed.append(PlacedSheet(contents[key], above, each.line[-1].name, group))
    if not placed:
        raise Refused(message("There is no place under {value} in this survey.", value=under or slug))
    write_paper_sheets(out, placed, lambda done: progress(done, len(placed)))
    return len(placed)


def _wanted(session: Session, survey: Survey, frame: Frame, under: str | None) -> Iterator[_Where]:
    """Give every place in the order of the tree, each with its groups."""
    tree = load_tree(session)
    places = {each.unit_id: each for each in session.scalars(select(Place).where(Place.survey_id == survey.id))}
    for unit in tree.units:
        line = tree.line(unit)
        if unit.id in places and (under is None or under in {each.code for each in line}):
            for group in frame.groups:
                yield _Where(places[unit.id], line, group)


def _content(survey: Survey, kind: PaperKind, sheet: AnswerSheet) -> PaperSheet:
    english = survey.title.get("en", "")
    counting = kind is PaperKind.TOTALS
    blocks: list[PaperBlock] = list(_blocks(sheet, counting=counting))
    if counting:
        blocks = [Boxes(("发出", "收回", "有效票", "无效票")), *blocks, Signatures(("清点人：", "复核人：", "日期："))]
    return PaperSheet(
        "纸质测评汇总表" if counting else "纸质测评表",
        pick(survey.title, DEFAULT_LANGUAGE),
        english,
        pick(survey.organiser, DEFAULT_LANGUAGE),
        survey.contact,
        tuple(filter(None, _count_rules(survey, sheet) if counting else _rules(sheet, english))),
        tuple(blocks),
    )


def _rules(sheet: AnswerSheet, english: str) -> Sequence[str]:
    """Say how a sheet is filled in."""
    several = any(item.question.kind is QuestionKind.MULTIPLE for item in sheet.items)
    translated = f"{_ONE_ENGLISH} {_SEVERAL_ENGLISH if several else ''}".strip()
    return (_ONE + (_SEVERAL if several else ""), _INVALID, translated if english else "")


def _count_rules(survey: Survey, sheet: AnswerSheet) -> Sequence[str]:
    """Say what must add up."""
    several = any(item.question.kind is QuestionKind.MULTIPLE for item in sheet.items)
    some = any(item.question.show_if is not None for item in sheet.items)
    rest = (_COUNT_SEVERAL if several else "") + (_COUNT_SOME if some else "")
    return (*_COUNT, rest, _TWICE if survey.paper == Paper.DOUBLE else "")


def _blocks(sheet: AnswerSheet, *, counting: bool) -> Iterator[PaperBlock]:
    """Give the questions: those about targets as a table each, neighbours of one scale as one, others singly."""
    for _, some in groupby(sheet.items, key=_like):
        items = list(some)
        question = items[0].question
        if question.about_targets:
            yield _targets(sheet, items, counting)
        elif question.kind is QuestionKind.RATING and (counting or question.show_if is None):
            yield _grid(sheet, items, counting)
        elif question.options:
            yield from (_counted_choice(sheet, each) if counting else _choice(sheet, each) for each in items)
        elif not counting:
            lines = 0 if question.kind is QuestionKind.NUMBER else _WRITTEN_LINES
            yield from (Written(_asked(sheet, each), _note(sheet, each), lines) for each in items)


def _like(item: Item) -> object:
    """Return what is the same for questions that stand in one table."""
    question = item.question
    if question.kind is not QuestionKind.RATING or question.about_targets:
        return question.code
    if question.show_if is not None:
        return question.code
    return tuple(tuple(sorted(option.text.items())) for option in question.options)


def _label(texts: Texts, before: str = "", after: str = "") -> Label:
    english = texts.get("en", "")
    return Label(f"{before}{pick(texts, DEFAULT_LANGUAGE)}{after}", english)


def _asked(sheet: AnswerSheet, item: Item, *, numbered: bool = True) -> Label:
    question = item.question
    hint = pick(question.hint, DEFAULT_LANGUAGE) if question.hint else ""
    several = "（可选多项）" if question.kind is QuestionKind.MULTIPLE else ""
    before = f"{sheet.number_of(item)}. " if numbered else ""
    return _label(question.text, before, f"{several}（{hint}）" if hint else several)


def _note(sheet: AnswerSheet, item: Item) -> str:
    condition = item.question.show_if
    if condition is None:
        return ""
    other = next(each for each in sheet.items if each.question.code == condition.question)
    texts: Mapping[str, Texts] = {option.code: option.text for option in other.question.options}
    chosen = "或".join(f"“{pick(texts[code], DEFAULT_LANGUAGE)}”" for code in condition.options)
    return f"（第 {sheet.number_of(other)} 题选{chosen}的填写）"


def _columns(question: Question, counting: bool) -> tuple[Label, ...]:
    options = tuple(_label(option.text) for option in question.options)
    if not counting:
        return options
    plain = tuple(Label(each.text) for each in options)
    return plain if question.kind is QuestionKind.MULTIPLE else (*plain, Label("未填"), Label("合计"))


def _targets(sheet: AnswerSheet, items: Sequence[Item], counting: bool) -> Grid:
    """Return one question about targets: a line a target, classes headed where there are several."""
    classes = {item.target.unit_class for item in items if item.target}
    rows: list[Row] = []
    before = ""
    for number, item in enumerate(items, start=1):
        target = item.target
        if target is None:
            continue
        if len(classes) > 1 and target.unit_class != before:
            before = target.unit_class
            rows.append(Row("", Label(before or "其他")))
        rows.append(Row(str(number), Label(pick(target.name, DEFAULT_LANGUAGE)) if counting else _label(target.name)))
    subject = Label("评议对象", "" if counting or not _is_english(items) else "Rated")
    return Grid(_asked(sheet, items[0]), subject, _columns(items[0].question, counting), tuple(rows), _mark(counting))


def _is_english(items: Sequence[Item]) -> bool:
    return "en" in items[0].question.text


def _grid(sheet: AnswerSheet, items: Sequence[Item], counting: bool) -> Grid:
    """Return neighbouring questions about the place, of one scale: a line each."""
    rows = []
    for item in items:
        asked, note = _asked(sheet, item, numbered=False), _note(sheet, item) if counting else ""
        rows.append(Row(sheet.number_of(item), Label(asked.text + note, "" if counting else asked.english)))
    columns = _columns(items[0].question, counting)
    return Grid(Label(""), Label("评价内容"), columns, tuple(rows), _mark(counting))


def _mark(counting: bool) -> str:
    return "" if counting else "circle"


def _choice(sheet: AnswerSheet, item: Item) -> Choice:
    mark = "square" if item.question.kind is QuestionKind.MULTIPLE else "circle"
    return Choice(
        _asked(sheet, item), _note(sheet, item), tuple(_label(option.text) for option in item.question.options), mark
    )


def _counted_choice(sheet: AnswerSheet, item: Item) -> Grid:
    """Return the boxes for one choice: its options side by side, or where they are many below one another."""
    columns = _columns(item.question, counting=True)
    asked, note = _asked(sheet, item, numbered=False).text, _note(sheet, item)
    if len(item.question.options) <= _MOST_SIDE_BY_SIDE:
        rows = (Row(sheet.number_of(item), Label(asked + note)),)
        return Grid(Label(""), Label("题目"), columns, rows, "")
    lines = tuple(Row(str(number), each) for number, each in enumerate(columns, start=1))
    return Grid(Label(f"{sheet.number_of(item)}. {asked}{note}"), Label("选项"), (Label("份数"),), lines, "")
