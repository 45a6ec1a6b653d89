"""What an address asks of the progress board, and what is then seen: only what lies within the visitor's scope."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import abort, current_app, request

from survey_app.domain.turnout import (
    BoardFilter,
    BoardOrder,
    TurnoutCount,
    TurnoutStanding,
    arranged,
    passes,
    standing_of_turnout,
)
from survey_app.models import Survey, Unit
from survey_app.services.progress.live import LiveTurnout, TurnoutWatch
from survey_app.services.progress.turnout import TurnoutBoard, UnitTurnout
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.narrowing import line_within, part_asked_for
from survey_app.web.transaction import session

_WATCH = "manyi-turnout"


@dataclass(frozen=True)
class Asked:
    """What an address asks for."""

    #: The code of a unit; None: all that the visitor sees.
    unit: str | None
    wanted: str = ""
    show: BoardFilter = BoardFilter.ALL
    order: BoardOrder = BoardOrder.UNIT
    descending: bool = False

    def values(self, **changes: Any) -> dict[str, str]:  # noqa: ANN401 - fields of different kinds.
        """Return it as the parameters of an address, with some of it changed; what is usual is left out."""
        it = replace(self, **changes)
        sort = ("-" if it.descending else "") + it.order
        usual = {"show": BoardFilter.ALL, "sort": BoardOrder.UNIT}
        given = {"unit": it.unit or "", "q": it.wanted, "show": it.show.value, "sort": sort}
        return {name: value for name, value in given.items() if value and value != usual.get(name)}

    def sorted_by(self, order: str) -> dict[str, str]:
        """Return the parameters for sorting by a column: numbers begin with the most, and once more turns it round."""
        wanted = BoardOrder(order)
        first = wanted not in (BoardOrder.UNIT, BoardOrder.STATE)
        return self.values(order=wanted, descending=not self.descending if wanted is self.order else first)

    def filtered(self, show: str) -> dict[str, str]:
        """Return the parameters for another filter."""
        return self.values(show=BoardFilter(show))


@dataclass(frozen=True)
class Row:
    """One unit of the board."""

    turnout: UnitTurnout
    count: TurnoutCount

    @property
    def standing(self) -> TurnoutStanding:
        """Where it stands."""
        return self.count.standing

    @property
    def zero_places(self) -> int:
        """How many of its places have no ballot."""
        return self.count.zero_places


@dataclass(frozen=True)
class BoardView:
    """What is seen."""

    live: LiveTurnout
    asked: Asked
    board: TurnoutBoard
    rows: Sequence[Row]
    #: How many rows each filter would show.
    counts: dict[str, int]

    @property
    def place_standing(self) -> TurnoutStanding:
        """Where the unit itself stands; nothing but its own quota is held against it."""
        whole = self.board.whole
        return standing_of_turnout(whole.ballots, whole.quota, whole.ballots, whole.quota)

    @property
    def unit(self) -> Unit | None:
        """The unit that is shown; None where it has all places, so that nothing need be chosen."""
        top = self.live.snapshot.board()
        whole = self.board.whole
        return None if top is None or whole.places == top.whole.places else whole.unit


def asked() -> Asked:
    """Read the address; what it does not know is as if it were not there."""
    sort = request.args.get("sort", "")
    return Asked(
        request.args.get("unit", "").strip() or None,
        request.args.get("q", "").strip()[:100],
        _known(BoardFilter, request.args.get("show", ""), BoardFilter.ALL),
        _known(BoardOrder, sort.removeprefix("-"), BoardOrder.UNIT),
        sort.startswith("-"),
    )


def _known(kind: Any, value: str, usual: Any) -> Any:  # noqa: ANN401 - an enum and one of its members.
    return kind(value) if value in set(kind) else usual


def look(survey: Survey, watching: bool = False) -> LiveTurnout:
    """Return a survey's turnout, from this process's counts; who only watches may get one that is some seconds old."""
    watch: TurnoutWatch = current_app.extensions.setdefault(_WATCH, TurnoutWatch())
    return watch.look(session(), survey, watching)


def view(survey: Survey, wanted: Asked, live: LiveTurnout) -> BoardView:
    """Return what is seen of a survey; 404 where the unit has no place in it."""
    board = live.snapshot.board(part_asked_for(survey, wanted.unit))
    own = visitor().scope.unit_id
    if board is None or (
        own is not None and own not in live.snapshot.tree.by_id
    ):  # The counts may be older than the unit.
        abort(404)
    board = replace(board, line=line_within(board.line))
    tree = live.snapshot.tree
    above = 0 if own is None else len(tree.line(tree.by_id[own])) - 1
    parts = (
        live.snapshot.find(wanted.wanted, None if own is None else tree.by_id[own]) if wanted.wanted else board.parts
    )
    rows = [Row(replace(each, path=each.path[above:]), _count(at, each, board.whole)) for at, each in enumerate(parts)]
    shown = [row for row in rows if passes(row.count, wanted.show)]
    order = arranged([row.count for row in shown], wanted.order, wanted.descending)
    counts = {each.value: sum(passes(row.count, each) for row in rows) for each in BoardFilter}
    return BoardView(live, wanted, board, [shown[index] for index in order], counts)


def _count(position: int, of: UnitTurnout, whole: UnitTurnout) -> TurnoutCount:
    newest = int(of.newest_hour.timestamp()) // 3600 if of.newest_hour else None
    return TurnoutCount(
        position,
        of.places,
        of.places_with_ballots,
        of.ballots,
        of.last_hour,
        of.quota,
        newest,
        standing_of_turnout(of.ballots, of.quota, whole.ballots, whole.quota),
    )
