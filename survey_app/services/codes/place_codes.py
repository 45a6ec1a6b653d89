"""The places of a survey with their poster codes and the scans that led nowhere, as organisers go through them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import EntryCode, Place, RespondentGroup, Survey, Unit
from survey_app.services.codes.hits import DeadPoster, dead_posters
from survey_app.services.progress.turnout import TurnoutBoard, turnout_board
from survey_app.services.units.tree import UnitTree, load_tree


@dataclass(frozen=True)
class GroupCode:
    """By which code a group answers at a place; voided where it has none now."""

    group: RespondentGroup
    code: str
    voided: bool


@dataclass(frozen=True)
class PlaceCodes:
    """One place."""

    unit: Unit
    #: The units above it, from the top.
    above: Sequence[Unit]
    paused: bool
    codes: Sequence[GroupCode]
    #: Scans of its codes, old ones too, that led nowhere.
    hits: int

    @property
    def is_complete(self) -> bool:
        """Whether every group that answers by poster has a code here."""
        return not any(each.voided for each in self.codes)


@dataclass(frozen=True)
class PartCodes:
    """What stands below one unit, in sum."""

    unit: Unit
    places: int
    paused: int
    without_code: int
    hits: int


@dataclass(frozen=True)
class DeadPosterAt:
    """A poster that was scanned in vain, and where it hangs."""

    poster: DeadPoster
    place: PlaceCodes


@dataclass(frozen=True)
class CodesBoard:
    """One unit: what can be gone down to, the places right here, and the posters below it that led nowhere."""

    turnout: TurnoutBoard
    parts: Sequence[PartCodes]
    places: Sequence[PlaceCodes]
    dead: Sequence[DeadPosterAt]
    #: Whether several groups answer by poster, so that a code's group must be named.
    several_groups: bool


def codes_board(session: Session, survey: Survey, unit_code: str | None) -> CodesBoard | None:
    """Return the board of a unit, None for the top; None where the survey has no place under it."""
    turnout = turnout_board(session, survey, unit_code)
    if turnout is None:
        return None
    tree = load_tree(session)
    dead = dead_posters(session, survey)
    places = _places(session, survey, tree, dead)
    below: dict[int, list[PlaceCodes]] = defaultdict(list)
    for place in places.values():
        for unit in (*place.above, place.unit):
            below[unit.id].append(place)
    whole = turnout.whole.unit
    under = below[whole.id] if whole.id else list(places.values())
    here = {whole.id, *(each.unit.id for each in turnout.parts if not each.has_children)}
    return CodesBoard(
        turnout,
        [_part(each.unit, below[each.unit.id]) for each in turnout.parts if each.has_children],
        [place for place in under if place.unit.id in here],
        _dead_at(dead, places, {place.unit.id for place in under}),
        len({each.group.id for place in places.values() for each in place.codes}) > 1,
    )


def find_places(session: Session, survey: Survey, text: str) -> Sequence[PlaceCodes]:
    """Return the places whose name holds the text, or whose unit's code it is, in the order of the tree."""
    wanted = text.strip()
    places = _places(session, survey, load_tree(session), dead_posters(session, survey)).values()
    return [each for each in places if wanted and (wanted in each.unit.name or wanted == each.unit.code)]


def place_codes(session: Session, survey: Survey, unit_code: str) -> PlaceCodes | None:
    """Return one place by its unit's code; None where it is none of this survey."""
    return next((each for each in find_places(session, survey, unit_code) if each.unit.code == unit_code), None)


def _places(session: Session, survey: Survey, tree: UnitTree, dead: Iterable[DeadPoster]) -> dict[int, PlaceCodes]:
    """Return the places by their id, in the order of the tree."""
    codes = _codes(session, survey)
    hits: dict[int, int] = defaultdict(int)
    for each in dead:
        hits[each.place_id] += each.hits
    by_unit = {place.unit_id: place for place in session.scalars(select(Place).where(Place.survey_id == survey.id))}
    found = [(unit, by_unit[unit.id]) for unit in tree.units if unit.id in by_unit]
    return {
        place.id: PlaceCodes(unit, tree.line(unit)[:-1], place.paused, codes.get(place.id, ()), hits[place.id])
        for unit, place in found
    }


def _codes(session: Session, survey: Survey) -> dict[int, list[GroupCode]]:
    """Return by place the code of each group, the active one before those that were voided."""
    rows = session.execute(
        select(EntryCode, RespondentGroup)
        .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
        .where(EntryCode.survey_id == survey.id)
        .order_by(RespondentGroup.position, EntryCode.state, EntryCode.code)
    )
    found: dict[int, dict[int, GroupCode]] = defaultdict(dict)
    for entry, group in rows:
        found[entry.place_id].setdefault(group.id, GroupCode(group, entry.code, entry.state == "voided"))
    return {place: list(groups.values()) for place, groups in found.items()}


def _part(unit: Unit, places: Sequence[PlaceCodes]) -> PartCodes:
    return PartCodes(
        unit,
        len(places),
        sum(each.paused for each in places),
        sum(not each.is_complete for each in places),
        sum(each.hits for each in places),
    )


def _dead_at(dead: Iterable[DeadPoster], places: dict[int, PlaceCodes], under: set[int]) -> list[DeadPosterAt]:
    return [DeadPosterAt(each, places[each.place_id]) for each in dead if places[each.place_id].unit.id in under]
