"""The places of a survey as tiles, a row of them for each unit of the board: the tree down to the village."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

from survey_app.domain.turnout import TurnoutStanding, standing_of_turnout
from survey_app.services.progress.turnout import TurnoutBoard, TurnoutSnapshot, UnitTurnout

#: Tiles side by side.
COLUMNS = 60


@dataclass(frozen=True)
class MapRow:
    """One unit: its places as tiles, a gap between the units that they stand under."""

    turnout: UnitTurnout
    #: The path of each standing's tiles. A stretch of like ones is one line, dashed when drawn; a tile is 1 wide.
    paths: Sequence[tuple[TurnoutStanding, str]]
    height: int
    #: How many places stand where, those that are furthest behind first.
    counts: Sequence[tuple[TurnoutStanding, int]]


def map_rows(snapshot: TurnoutSnapshot, board: TurnoutBoard) -> Sequence[MapRow]:
    """Return a row for each unit of the board that has places below it; low is what is low in the board's whole."""
    return [_row(snapshot, board, each) for each in board.parts if each.has_children]


def _row(snapshot: TurnoutSnapshot, board: TurnoutBoard, part: UnitTurnout) -> MapRow:
    whole = board.whole
    standings: list[TurnoutStanding] = []
    tiles: list[TurnoutStanding | None] = []
    above = None
    for place in snapshot.place_counts(part.unit):
        if above not in (None, place.above) and len(tiles) % COLUMNS:
            tiles.append(None)  # No gap where a line of tiles begins anyway.
        above = place.above
        standings.append(standing_of_turnout(place.ballots, place.quota, whole.ballots, whole.quota))
        tiles.append(standings[-1])
    counts = Counter(standings)
    return MapRow(
        part,
        [(each, path) for each in TurnoutStanding if (path := _path(tiles, each))],
        -(-len(tiles) // COLUMNS),
        [(each, counts[each]) for each in TurnoutStanding if counts[each]],
    )


def _path(tiles: Sequence[TurnoutStanding | None], standing: TurnoutStanding) -> str:
    lines = (tiles[start : start + COLUMNS] for start in range(0, len(tiles), COLUMNS))
    return "".join(
        f"M{start} {number}.5h{length}"
        for number, line in enumerate(lines)
        for start, length in _stretches(line, standing)
    )


def _stretches(line: Iterable[TurnoutStanding | None], standing: TurnoutStanding) -> Iterable[tuple[int, int]]:
    start = 0
    for found, like in groupby(line):
        length = len(list(like))
        if found is standing:
            yield start, length
        start += length
