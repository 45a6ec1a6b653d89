"""Turnout: ballots by place, the only thing that anyone sees before a survey is closed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.unit_tree import UnitTree, load_tree


@dataclass(frozen=True)
class UnitTurnout:
    """The turnout of one unit's subtree."""

    unit: Unit
    #: Names above the unit, from the top.
    path: Sequence[str]
    places: int
    places_with_ballots: int
    ballots: int
    #: Sum of the quotas of its places; None where no place has one.
    quota: int | None
    #: When its newest ballot came, to the hour, UTC; None where there is none.
    newest_hour: datetime | None
    has_children: bool


@dataclass(frozen=True)
class _Sum:
    places: int = 0
    with_ballots: int = 0
    ballots: int = 0
    quota: int | None = None
    newest: int = 0

    def __add__(self, other: "_Sum") -> "_Sum":
        quotas = [each for each in (self.quota, other.quota) if each is not None]
        return _Sum(
            self.places + other.places,
            self.with_ballots + other.with_ballots,
            self.ballots + other.ballots,
            sum(quotas) if quotas else None,
            max(self.newest, other.newest),
        )


@dataclass(frozen=True)
class TurnoutBoard:
    """One unit's turnout and that of the units directly below it that have places."""

    #: Where the places stand under several tops, its unit is none of the tree: it has no code, and the survey's title.
    whole: UnitTurnout
    line: Sequence[Unit]
    parts: Sequence[UnitTurnout]


def turnout_board(session: Session, survey: Survey, unit_code: str | None = None) -> TurnoutBoard | None:
    """Return the board of a unit; None for the top: the lowest unit that has all places. None where it has none."""
    tree = load_tree(session)
    sums = _sums(session, survey, tree)
    if not sums:
        return None
    tops = [each for each in tree.children.get(None, ()) if each.id in sums]
    if unit_code is None and len(tops) > 1:
        return _board_of_tops(survey, tree, sums, tops)
    if unit_code is None:
        unit = _lowest_whole(tops[0], tree, sums)
    elif unit_code in tree.by_code:
        unit = tree.by_code[unit_code]
    else:
        return None
    if unit.id not in sums:
        return None
    parts = [_turnout(tree, sums, each) for each in tree.children.get(unit.id, ()) if each.id in sums]
    return TurnoutBoard(_turnout(tree, sums, unit), tree.line(unit), parts)


def find_turnout(session: Session, survey: Survey, text: str) -> Sequence[UnitTurnout]:
    """Return the turnout of the units with places whose name holds the text, or whose code it is, in tree order."""
    wanted = text.strip()
    tree = load_tree(session)
    sums = _sums(session, survey, tree)
    return [
        _turnout(tree, sums, unit)
        for unit in tree.units
        if unit.id in sums and wanted and (wanted in unit.name or wanted == unit.code)
    ]


def _sums(session: Session, survey: Survey, tree: UnitTree) -> dict[int, _Sum]:
    rows = session.execute(
        select(Place.unit_id, Place.quota, func.coalesce(func.sum(Turnout.ballots), 0), func.max(Turnout.hour))
        .outerjoin(Turnout, Turnout.place_id == Place.id)
        .where(Place.survey_id == survey.id)
        .group_by(Place.id, Place.unit_id, Place.quota)
    )
    sums: dict[int, _Sum] = {}
    for unit_id, quota, ballots, newest in rows:
        own = _Sum(1, int(ballots > 0), int(ballots), quota, newest or 0)
        for each in tree.line(tree.by_id[unit_id]):
            sums[each.id] = sums.get(each.id, _Sum()) + own
    return sums


def _board_of_tops(survey: Survey, tree: UnitTree, sums: dict[int, _Sum], tops: Sequence[Unit]) -> TurnoutBoard:
    everything = Unit(code="", name=pick(survey.title, DEFAULT_LANGUAGE), level="")
    total = sum((sums[each.id] for each in tops), _Sum())
    return TurnoutBoard(
        _seen(everything, (), total, has_children=True), (), [_turnout(tree, sums, top) for top in tops]
    )


def _lowest_whole(top: Unit, tree: UnitTree, sums: dict[int, _Sum]) -> Unit:
    unit = top
    while True:
        below = [each for each in tree.children.get(unit.id, ()) if each.id in sums]
        if len(below) != 1 or sums[below[0].id].places != sums[unit.id].places:
            return unit
        unit = below[0]


def _turnout(tree: UnitTree, sums: dict[int, _Sum], unit: Unit) -> UnitTurnout:
    path = [each.name for each in tree.line(unit)[:-1]]
    has_children = any(each.id in sums for each in tree.children.get(unit.id, ()))
    return _seen(unit, path, sums[unit.id], has_children)


def _seen(unit: Unit, path: Sequence[str], found: _Sum, has_children: bool) -> UnitTurnout:
    return UnitTurnout(
        unit,
        path,
        found.places,
        found.with_ballots,
        found.ballots,
        found.quota,
        datetime.fromtimestamp(found.newest * 3600, UTC) if found.newest else None,
        has_children,
    )


def ballots_of_surveys(session: Session) -> dict[int, int]:
    """Return the turnout of every survey, by its id."""
    rows = session.execute(select(Turnout.survey_id, func.sum(Turnout.ballots)).group_by(Turnout.survey_id))
    return {survey: int(ballots) for survey, ballots in rows}


def places_of_surveys(session: Session) -> dict[int, int]:
    """Return how many places every survey has, by its id."""
    rows = session.execute(select(Place.survey_id, func.count()).group_by(Place.survey_id))
    return {survey: int(places) for survey, places in rows}
