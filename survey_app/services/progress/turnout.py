"""Turnout: ballots by place, the only thing that anyone sees before a survey is closed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.units.tree import UnitTree, load_tree


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
    #: Ballots of the last full hour.
    last_hour: int = 0
    #: The unit's own place; None where answers are collected only below it.
    place_id: int | None = None


@dataclass(slots=True)
class _Sum:
    places: int = 0
    with_ballots: int = 0
    ballots: int = 0
    quota: int | None = None
    newest: int = 0
    last_hour: int = 0
    place_id: int | None = None

    def add(self, other: "_Sum") -> None:
        """Take another one's numbers in."""
        self.places += other.places
        self.with_ballots += other.with_ballots
        self.ballots += other.ballots
        if other.quota is not None:
            self.quota = (self.quota or 0) + other.quota
        self.newest = max(self.newest, other.newest)
        self.last_hour += other.last_hour


@dataclass(frozen=True)
class TurnoutBoard:
    """One unit's turnout and that of the units directly below it that have places."""

    #: Where the places stand under several tops, its unit is none of the tree: it has no code, and the survey's title.
    whole: UnitTurnout
    line: Sequence[Unit]
    parts: Sequence[UnitTurnout]


class PlaceCount(NamedTuple):
    """One place with places below it counted in, as little as a drawing of thousands needs."""

    id: int
    #: The unit above it, by id.
    above: int | None
    ballots: int
    quota: int | None


@dataclass(frozen=True)
class TurnoutSnapshot:
    """The turnout of a whole survey at one moment: boards, searches and lists of it read nothing more."""

    title: str
    tree: UnitTree
    #: By unit, for those with places.
    sums: dict[int, _Sum] = field(repr=False)
    #: The places in tree order; those of a unit's subtree follow one another.
    places: Sequence[PlaceCount] = field(repr=False)
    #: Where a unit's places begin among them.
    begins: dict[int, int] = field(repr=False)

    def board(self, unit_code: str | None = None) -> TurnoutBoard | None:
        """Return a unit's board; None for the top: the lowest unit that has all places. None where it has none."""
        if not self.sums:
            return None
        tops = self._with_places(None)
        if unit_code is None and len(tops) > 1:
            return self._board_of_tops(tops)
        unit = self._lowest_whole(tops[0]) if unit_code is None else self.tree.by_code.get(unit_code)
        if unit is None or unit.id not in self.sums:
            return None
        parts = [self._turnout(each) for each in self._with_places(unit.id)]
        return TurnoutBoard(self._turnout(unit), self.tree.line(unit), parts)

    def find(self, text: str, under: Unit | None = None) -> Sequence[UnitTurnout]:
        """Return the units with places whose name holds the text, or whose code it is, in tree order."""
        wanted = text.strip()
        return [
            self._turnout(unit)
            for unit in (self.tree.units if under is None else self.tree.below(under))
            if unit.id in self.sums and wanted and (wanted in unit.name or wanted == unit.code)
        ]

    def places_below(self, unit: Unit | None) -> Sequence[UnitTurnout]:
        """Return the places at or below a unit, each by itself, in tree order; None: all."""
        below = self.tree.units if unit is None else self.tree.below(unit)
        return [
            self._turnout(each) for each in below if each.id in self.sums and self.sums[each.id].place_id is not None
        ]

    def place_counts(self, unit: Unit) -> Sequence[PlaceCount]:
        """Return the places at or below a unit, in tree order."""
        begin = self.begins[unit.id]
        return self.places[begin : begin + self.sums[unit.id].places]

    def _with_places(self, unit_id: int | None) -> Sequence[Unit]:
        return [each for each in self.tree.children.get(unit_id, ()) if each.id in self.sums]

    def _board_of_tops(self, tops: Sequence[Unit]) -> TurnoutBoard:
        everything = Unit(code="", name=self.title, level="")
        total = _Sum()
        for each in tops:
            total.add(self.sums[each.id])
        return TurnoutBoard(_seen(everything, (), total, has_children=True), (), [self._turnout(top) for top in tops])

    def _lowest_whole(self, top: Unit) -> Unit:
        unit = top
        while True:
            below = self._with_places(unit.id)
            if len(below) != 1 or self.sums[below[0].id].places != self.sums[unit.id].places:
                return unit
            unit = below[0]

    def _turnout(self, unit: Unit) -> UnitTurnout:
        path = [each.name for each in self.tree.line(unit)[:-1]]
        return _seen(unit, path, self.sums[unit.id], has_children=bool(self._with_places(unit.id)))


def take_turnout(
    session: Session, survey: Survey, now: datetime | None = None, tree: UnitTree | None = None
) -> TurnoutSnapshot:
    """Count the turnout of a survey; the hour before that of `now` is its last full one. A tree at hand is used."""
    hour = int((now or datetime.now(UTC)).timestamp()) // 3600
    tree = tree or load_tree(session)
    last_hour = case((Turnout.hour == hour - 1, Turnout.ballots), else_=0)
    rows = session.execute(
        select(
            Place.id,
            Place.unit_id,
            Place.quota,
            func.coalesce(func.sum(Turnout.ballots), 0),
            func.max(Turnout.hour),
            func.coalesce(func.sum(last_hour), 0),
        )
        .outerjoin(Turnout, Turnout.place_id == Place.id)
        .where(Place.survey_id == survey.id)
        .group_by(Place.id, Place.unit_id, Place.quota)
    )
    sums = {
        unit_id: _Sum(1, int(ballots > 0), int(ballots), quota, newest or 0, int(latest), place_id)
        for place_id, unit_id, quota, ballots, newest, latest in rows
    }
    for unit in reversed(tree.units):  # Children before parents.
        if unit.id in sums and unit.parent_id is not None:
            sums.setdefault(unit.parent_id, _Sum()).add(sums[unit.id])
    places: list[PlaceCount] = []
    begins: dict[int, int] = {}
    for unit in tree.units:
        found = sums.get(unit.id)
        if found is not None:
            begins[unit.id] = len(places)
            if found.place_id is not None:
                places.append(PlaceCount(found.place_id, unit.parent_id, found.ballots, found.quota))
    return TurnoutSnapshot(pick(survey.title, DEFAULT_LANGUAGE), tree, sums, places, begins)


def turnout_board(session: Session, survey: Survey, unit_code: str | None = None) -> TurnoutBoard | None:
    """Return the board of a unit; None for the top: the lowest unit that has all places. None where it has none."""
    return take_turnout(session, survey).board(unit_code)


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
        found.last_hour,
        found.place_id,
    )


def ballots_of_surveys(session: Session) -> dict[int, int]:
    """Return the turnout of every survey, by its id."""
    rows = session.execute(select(Turnout.survey_id, func.sum(Turnout.ballots)).group_by(Turnout.survey_id))
    return {survey: int(ballots) for survey, ballots in rows}
