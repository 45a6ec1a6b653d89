"""Which figures a release has, and what each of them sets side by side: only what its rows after suppression print."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from analysis.figures import Drawing
from survey_app.documents.paragraph_setting import drawable
from survey_app.services.releases import figure_drawings as drawings
from survey_app.services.releases.figure_funnel import chances
from survey_app.services.releases.figure_names import FigureName, class_names
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import wording
from survey_app.services.releases.tables.wording import Head

#: Units have figures level by level from the top, whole levels, as long as there are no more than this: those of a
#: city's counties, or of a county's townships, but not of a city's 188 townships, whose pages show the same in bars.
MOST_UNITS = 40


def release_figures(head: Head, rows: Sequence[ResultRow]) -> Iterator[tuple[FigureName, Drawing]]:
    """Give every figure that the release has something for, with its name."""
    classes = class_names(row.unit_class for row in rows if row.is_target)
    head, rows = _drawable(head, rows)
    code = wording.headline(head)["code"]
    shown = compared_rows(head, rows)
    for number, rated in _classes(classes, [row for row in shown if code in row.cells]):
        yield FigureName("headline", of_class=number), drawings.bars(head, rated, code)
        whole = _whole(head, rows, rated)
        yield FigureName("caterpillar", of_class=number), drawings.ranges(head, rated, code, whole)
        if head.get("previous"):
            yield FigureName("waves", of_class=number), drawings.waves(head, rated, code)
    for drawing in chances(head, rows, code):
        yield FigureName("funnel"), drawing
    for part, drawing in enumerate(drawings.by_question(head, shown), start=1):
        yield FigureName("heatmap", part=part), drawing
    for part, drawing in enumerate(drawings.by_group(head, shown, code), start=1):
        yield FigureName("groups", part=part), drawing
    if head["turnout_hours"]:
        yield FigureName("turnout"), drawings.turnout(head)
    for unit, parts in _units(head, rows, code):
        yield FigureName("headline", unit.code), drawings.bars(head, parts, code, unit)
        yield FigureName("caterpillar", unit.code), drawings.ranges(head, parts, code, unit, unit)


def compared_rows(head: Head, rows: Sequence[ResultRow]) -> Sequence[ResultRow]:
    """Return the units directly below the top, or the listed targets: what the figures compare."""
    shown, tops = wording.rated(head, rows), wording.top_rows(head, rows)
    return [row for row in shown if row not in tops] or shown


def _classes(classes: Sequence[str], rated: Sequence[ResultRow]) -> Sequence[tuple[int, Sequence[ResultRow]]]:
    """Put listed targets apart by class, since classes are not compared, each with its number.

    Areas below the top stand together, with their class in words.
    """
    if not classes or not any(row.is_target for row in rated):
        return [(0, rated)] if rated else []
    apart = [
        (number, [row for row in rated if row.unit_class == drawable(name)])
        for number, name in enumerate(classes, start=1)
    ]
    return [(number, members) for number, members in apart if members]


def _whole(head: Head, rows: Sequence[ResultRow], rated: Sequence[ResultRow]) -> ResultRow | None:
    """Return what the units are compared with: the top; None where there are several, and for targets."""
    tops = wording.top_rows(head, rows)
    return tops[0] if len(tops) == 1 and not rated[0].is_target else None


def _units(head: Head, rows: Sequence[ResultRow], code: str) -> Iterator[tuple[ResultRow, Sequence[ResultRow]]]:
    """Give the units below the top with their parts, where two or more of these have a rate."""
    below: dict[str, list[ResultRow]] = {}
    for row in rows:
        if not row.is_target and code in row.cells:
            below.setdefault(row.parent_code, []).append(row)
    tops = wording.top_rows(head, rows)
    level = [part for top in tops for part in below.get(top.code, ())] if len(tops) == 1 else tops
    room = MOST_UNITS
    while True:
        level = [unit for unit in level if unit.code in below]
        room -= len(level)
        if not level or room < 0:
            return
        for unit in level:
            parts = below[unit.code]
            if sum(part.cells[code][wording.headline_rate(head)] is not None for part in parts) > 1:
                yield unit, parts
        level = [part for unit in level for part in below[unit.code]]


def _drawable(head: Head, rows: Sequence[ResultRow]) -> tuple[Head, Sequence[ResultRow]]:
    """Put a mark for characters that the font lacks: a closed survey can be renamed no more, and must be published."""
    texts: dict[str, Any] = {"title": _texts_drawable(head["title"])}
    for part, key in (("questions", "text"), ("groups", "name")):
        texts[part] = [{**each, key: _texts_drawable(each[key])} for each in head[part]]
    drawn = [replace(row, name=_texts_drawable(row.name), path=[drawable(each) for each in row.path]) for row in rows]
    return {**head, **texts}, [replace(row, unit_class=drawable(row.unit_class)) for row in drawn]


def _texts_drawable(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: drawable(text) for language, text in texts.items()}
