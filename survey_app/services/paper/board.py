"""Where the paper of every place and group stands: who has entered it, and what is missing. No counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.definition import Paper
from survey_app.domain.paper import PaperState
from survey_app.models import PaperEntry, PaperTotals, Place, RespondentGroup, Survey, Unit
from survey_app.services.scopes import Scope
from survey_app.services.units.tree import UnitTree, load_tree


@dataclass(frozen=True)
class PaperRow:
    """One place and group."""

    place_id: int
    group: RespondentGroup
    unit: Unit
    above: Sequence[Unit]
    state: PaperState
    entered_by: Sequence[str]


@dataclass(frozen=True)
class PaperBoard:
    """The rows that were asked for, and how many there are of each state under the same unit."""

    rows: Sequence[PaperRow]
    states: Mapping[PaperState, int]
    #: From the top down to the unit that was asked for; empty where all were.
    line: Sequence[Unit]
    #: The units directly below it that have places, with how many rows are not counted yet.
    parts: Sequence[tuple[Unit, int]]
    several_groups: bool


def paper_board(
    session: Session,
    survey: Survey,
    scope: Scope,
    *,
    under: str | None = None,
    state: PaperState | None = None,
    wanted: str = "",
) -> PaperBoard | None:
    """Return the paper under a unit, or all of a scope; `state` and a place's name or code choose rows.

    None where there is no such unit, or no place under it.
    """
    tree = load_tree(session)
    top = tree.by_code.get(under) if under else None if scope.unit_id is None else tree.by_id[scope.unit_id]
    if under and (top is None or not tree.is_within(top, scope)):
        return None
    rows = _rows(session, survey, tree, tree.units if top is None else list(tree.below(top)))
    if not rows:
        return None
    text = wanted.strip()
    chosen = [
        row
        for row in rows
        if (state is None or row.state is state) and (not text or text in row.unit.name or text == row.unit.code)
    ]
    groups = {row.group.id for row in rows}
    states = Counter(row.state for row in rows)
    return PaperBoard(
        chosen,
        {each: states[each] for each in PaperState},
        [] if top is None else tree.line(top),
        _parts(tree, top, rows),
        len(groups) > 1,
    )


def _rows(session: Session, survey: Survey, tree: UnitTree, units: Sequence[Unit]) -> list[PaperRow]:
    places = {each.unit_id: each for each in session.scalars(select(Place).where(Place.survey_id == survey.id))}
    groups = session.scalars(
        select(RespondentGroup).where(RespondentGroup.survey_id == survey.id).order_by(RespondentGroup.position)
    ).all()
    entered: dict[tuple[int, int], list[str]] = {}
    columns = (PaperEntry.place_id, PaperEntry.group_id, PaperEntry.by)
    for place_id, group_id, by in session.execute(
        select(*columns).where(PaperEntry.survey_id == survey.id).order_by(PaperEntry.number)
    ):
        entered.setdefault((place_id, group_id), []).append(by)
    counted = select(PaperTotals.place_id, PaperTotals.group_id).where(PaperTotals.survey_id == survey.id)
    done = {(row[0], row[1]) for row in session.execute(counted)}
    return [
        PaperRow(
            place.id,
            group,
            unit,
            tree.line(unit)[:-1],
            _state(survey, entered.get((place.id, group.id), ()), is_counted=(place.id, group.id) in done),
            entered.get((place.id, group.id), ()),
        )
        for unit in units
        if (place := places.get(unit.id)) is not None
        for group in groups
    ]


def _state(survey: Survey, entered_by: Sequence[str], *, is_counted: bool) -> PaperState:
    if not entered_by or is_counted:
        return PaperState.COUNTED if is_counted else PaperState.NOTHING
    both = len(entered_by) > 1 and survey.paper == Paper.DOUBLE
    return PaperState.DIFFER if both else PaperState.WAITING


def _parts(tree: UnitTree, top: Unit | None, rows: Sequence[PaperRow]) -> Sequence[tuple[Unit, int]]:
    """Return the units below the top, or below the lowest unit that has all places."""
    missing: Counter[int] = Counter()
    seen: set[int] = set()
    for row in rows:
        for unit in (*row.above, row.unit):
            seen.add(unit.id)
            missing[unit.id] += row.state is not PaperState.COUNTED
    at = None if top is None else top.id
    below = [each for each in tree.children.get(at, ()) if each.id in seen]
    while top is None and len(below) == 1 and tree.children.get(below[0].id):
        inner = [each for each in tree.children.get(below[0].id, ()) if each.id in seen]
        if not inner:
            break
        below = inner
    return [(each, missing[each.id]) for each in below]
