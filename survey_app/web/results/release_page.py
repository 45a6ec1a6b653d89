"""What the page of a release holds, read from the release and made ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from survey_app.domain.messages import Message
from survey_app.models import Release, ReleaseUnit
from survey_app.services.releases import results as published
from survey_app.services.releases.figure_names import FigureName
from survey_app.services.releases.results import PAGE_ROWS, ReleaseReader
from survey_app.web.release_downloads import Download
from survey_app.web.results import words
from survey_app.web.results.answers import Answers, answers_of
from survey_app.web.results.bars import Figure, Row, figure, group_figures, ordered, row_of
from survey_app.web.results.comparing import Beside, Columns, beside, columns_of, extras_of
from survey_app.web.results.drawings import Drawing
from survey_app.web.results.frame import Frame, Question, frame_of
from survey_app.web.results.here import Here
from survey_app.web.results.participation import ChannelLine, channel_lines

_NOTHING = beside(None, {})


@dataclass(frozen=True)
class Section:
    """Lines under one heading: all units directly below, or the targets of one class."""

    heading: Message
    rows: Sequence[Row]
    total: int
    #: The class, whose name exists in Chinese only; "" for units below another and for targets without one.
    name: str = ""


@dataclass(frozen=True)
class Pages:
    """Where in a long list the page stands."""

    page: int
    last: int


@dataclass(frozen=True)
class AskedQuestion:
    """One question of the questionnaire with this unit's figure."""

    question: Question
    figure: Figure
    is_shown: bool
    #: The range of the share; "" where there is none.
    low: str
    high: str
    range_note: Message | None


@dataclass(frozen=True)
class GroupLine:
    """One group's own figure."""

    group: Mapping[str, Any]
    figure: Figure


@dataclass(frozen=True)
class ReleasePage:
    """A unit, a target, or the list of targets."""

    frame: Frame
    #: From the top to the unit; empty for targets and where the places have no common unit.
    line: Sequence[ReleaseUnit]
    unit: ReleaseUnit | None
    is_top: bool
    figure: Figure | None
    beside: Beside
    sentence: Message | None
    sections: Sequence[Section]
    pages: Pages
    questions: Sequence[AskedQuestion]
    groups: Sequence[GroupLine]
    #: How many targets and classes the list has; 0 elsewhere.
    targets: int = 0
    classes: int = 0
    #: The group that alone is shown.
    group: Mapping[str, Any] | None = None

    @property
    def others(self) -> Sequence[Question]:
        """The questions that the page neither shows nor lists with a figure."""
        listed = [*(each.question["code"] for each in self.questions), self.frame.question["code"]]
        return [each for each in self.frame.head["questions"] if each["code"] not in listed]

    @property
    def has_blank(self) -> bool:
        """Whether the table needs a column for blanks: a required question has none on the screen."""
        return any(row.figure.counts.get("blank") not in ("", "0", None) for row in self.rows)

    @property
    def formula(self) -> Sequence[Message]:
        """Base and formula of the rates."""
        return words.formula(self.frame.head, one_group=self.group is not None)

    @property
    def has_figures(self) -> bool:
        """Whether the figures of the whole survey belong here: they are about the first page's units and question."""
        return self.is_top and self._is_headline

    @property
    def _is_headline(self) -> bool:
        return self.group is None and self.frame.question["code"] == self.frame.head["headline_question"]

    @cached_property
    def figures(self) -> Sequence[Drawing]:
        """The figures that belong here: of the whole survey on its first page, of a unit on its own."""
        if not self._is_headline or (self.unit is not None and self.unit.is_target):
            return []
        of = "" if self.is_top or self.unit is None else self.unit.code
        return [each for each in self.frame.figures if each.name.unit == of]

    def drawings(self, *kinds: str) -> Sequence[Drawing]:
        """Return the page's figures of some kinds, class by class."""
        found = [each for each in self.figures if each.name.kind in kinds]
        return sorted(found, key=lambda each: (each.name.of_class, kinds.index(each.name.kind)))

    @property
    def has_ranges(self) -> bool:
        """Whether the table of questions needs a column for ranges."""
        return any(each.low or each.range_note for each in self.questions)

    @cached_property
    def grid(self) -> Sequence[tuple[Row, Sequence[Figure]]]:
        """The page's lines by all questions: the numbers of the heat map, where there is one."""
        if not self.drawings("heatmap"):
            return []
        base, codes = self.frame.head["headline_base"], [each["code"] for each in self.asked]
        return [
            (row, [figure(row.unit.cells.get(code), row.unit.ballots, base) for code in codes]) for row in self.rows
        ]

    @property
    def asked(self) -> Sequence[Question]:
        """The questions about what the page's lines are."""
        about = "targets" if self.targets else "place"
        return [each for each in self.frame.head["questions"] if each["about"] == about]

    @cached_property
    def answers(self) -> Answers | None:
        """The answers to a choice beside the question shown, on the survey's first page: elsewhere there are none."""
        first = self.is_top and self.group is None and self.pages.page == 1
        return answers_of(self.frame.head, self.frame.question["code"], len(self.rows)) if first else None

    @cached_property
    def channels(self) -> Sequence[ChannelLine]:
        """Each channel's figure, on the survey's first page and on a target's own; unlike units they have no others."""
        if self.unit is not None and self.unit.is_target and self.group is None:
            return channel_lines(self.frame.head, self.frame.question["code"], self.unit.code)
        first = self.is_top and self.group is None and self.pages.page == 1
        return channel_lines(self.frame.head, self.frame.question["code"]) if first else []

    @property
    def downloads(self) -> Sequence[Download]:
        """The files to take home; of the figures, those that are shown."""
        shown = {each.svg for each in self.figures} | {each.pdf for each in self.figures}
        return [
            each
            for each in self.frame.downloads
            if FigureName.read(each.formats[0].path) is None or each.formats[0].path in shown
        ]

    @property
    def has_issued(self) -> bool:
        """Whether the table needs a column for slips handed out."""
        return any(row.unit.issued is not None for row in self.rows)

    @cached_property
    def columns(self) -> Columns:
        """What the table of comparisons holds."""
        return columns_of([row.beside for row in self.rows])

    @property
    def rows(self) -> Sequence[Row]:
        """All lines of the page."""
        return [row for section in self.sections for row in section.rows]


@dataclass(frozen=True)
class SearchPage:
    """One page of a search."""

    frame: Frame
    rows: Sequence[Row]
    total: int
    pages: Pages


def search_page(session: Session, releases: Sequence[Release], shown: Release, here: Here) -> SearchPage | None:
    """Find units and targets by a part of their name; None where the address names an unknown question."""
    frame = frame_of(published.StoredRelease(session, shown), releases, here)
    if frame is None:
        return None
    found = published.search_units(session, shown, here.q, here.page)
    rows = [row_of(unit, frame.question["code"], frame.head) for unit in found.units]
    return SearchPage(frame, rows, found.total, Pages(found.page, found.pages))


def release_page(source: ReleaseReader, releases: Sequence[Release], here: Here) -> ReleasePage | None:
    """Return the page; None where the release has no such unit, target, group or question."""
    frame = frame_of(source, releases, here)
    return None if frame is None else page_in(frame, source, here)


def page_in(frame: Frame, source: ReleaseReader, here: Here) -> ReleasePage | None:
    """Return the page within a frame that is made already."""
    if here.target:
        target = next((each for each in source.targets() if each.code == here.target), None)
        return None if target is None else _about_one(frame, here, target, [], [])
    group = None
    if here.group:
        group = next((each for each in frame.head["groups"] if each["code"] == here.group), None)
        if group is None or here.unit or not frame.is_weighted:
            return None
    if frame.question["about"] == "targets" and not here.unit:
        return _target_list(frame, here, source.targets(), group)
    found = source.unit_page(here.unit or None)
    if found is not None and not found.unit.cells:  # No question is about a place: its page is the list of targets.
        return _target_list(frame, here, source.targets(), group)
    if found is not None:
        return _about_one(frame, here, found.unit, found.line, found.children, group)
    if here.unit:
        return None
    return _about_none(frame, here, source.top_units(), group)


def _about_one(
    frame: Frame,
    here: Here,
    unit: ReleaseUnit,
    line: Sequence[ReleaseUnit],
    children: Sequence[ReleaseUnit],
    group: Question | None = None,
) -> ReleasePage:
    code = frame.question["code"]
    row = row_of(unit, code, frame.head, here.group)
    sections, pages = _list(children, frame, here)
    return ReleasePage(
        frame,
        line,
        unit,
        not unit.is_target
        and unit.places == frame.head["places"]
        and all(each.places < unit.places for each in children),
        row.figure,
        row.beside,
        _sentence(frame, unit, row.figure, here),
        sections,
        pages,
        [] if group else _asked(frame, unit),
        [] if group else _by_group(frame, unit),
        group=group,
    )


def _sentence(frame: Frame, unit: ReleaseUnit, shown: Figure, here: Here) -> Message | None:
    if shown.rate is None:
        return None
    head, code = frame.head, frame.question["code"]
    if here.group:
        return words.sentence(head, frame.question, unit.group_cells[here.group][code], here.lang)
    weighted_by = words.weighting(head, extras_of(unit, code))
    return words.sentence(head, frame.question, unit.cells[code], here.lang, weighted_by)


def _about_none(frame: Frame, here: Here, units: Sequence[ReleaseUnit], group: Question | None) -> ReleasePage:
    """Return the first page of a survey whose places lie under no common unit."""
    sections, pages = _list(units, frame, here)
    return ReleasePage(frame, [], None, True, None, _NOTHING, None, sections, pages, [], [], group=group)


def _target_list(frame: Frame, here: Here, targets: Sequence[ReleaseUnit], group: Question | None) -> ReleasePage:
    """Return the list of targets: sorted within each class, since classes are not compared."""
    lines: list[Row] = []
    in_classes = sorted(targets, key=lambda each: [one.unit_class for one in targets].index(each.unit_class))
    for _, some in groupby(in_classes, lambda each: each.unit_class):
        lines.extend(
            ordered([row_of(each, frame.question["code"], frame.head, here.group) for each in some], here.sort)
        )
    page, pages = _cut(lines, here.page)
    sections = [
        Section(
            words.BELOW_MIXED,
            list(some),
            sum(each.unit_class == name for each in targets),
            name,
        )
        for name, some in groupby(page, lambda row: row.unit.unit_class)
    ]
    classes = len({each.unit_class for each in targets})
    return ReleasePage(
        frame,
        [],
        None,
        True,
        None,
        _NOTHING,
        None,
        sections,
        pages,
        [],
        [],
        targets=len(targets),
        classes=classes,
        group=group,
    )


def _list(units: Sequence[ReleaseUnit], frame: Frame, here: Here) -> tuple[Sequence[Section], Pages]:
    rows = ordered([row_of(unit, frame.question["code"], frame.head, here.group) for unit in units], here.sort)
    page, pages = _cut(rows, here.page)
    heading = words.below({unit.level for unit in units})
    return ([Section(heading, page, len(rows))] if page else []), pages


def _cut(rows: Sequence[Row], page: int) -> tuple[Sequence[Row], Pages]:
    last = max(1, -(-len(rows) // PAGE_ROWS))
    page = min(page, last)
    return rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS], Pages(page, last)


def _asked(frame: Frame, unit: ReleaseUnit) -> Sequence[AskedQuestion]:
    """Return the unit's figures of all questions that rate it."""
    about = "targets" if unit.is_target else "place"
    asked = [each for each in frame.head["questions"] if each["about"] == about]
    if not unit.ballots:
        return []
    found = []
    for each in asked:
        cell = unit.cells.get(each["code"])
        shown, at = figure(cell, unit.ballots, frame.head["headline_base"]), beside(cell, {})
        found.append(AskedQuestion(each, shown, each["code"] == frame.question["code"], at.low, at.high, at.range_note))
    return found


def _by_group(frame: Frame, unit: ReleaseUnit) -> Sequence[GroupLine]:
    if frame.question["code"] not in unit.cells:
        return []
    figures = group_figures(unit, frame.question["code"], frame.head)
    return [GroupLine(*pair) for pair in zip(frame.head["groups"], figures, strict=False)]
