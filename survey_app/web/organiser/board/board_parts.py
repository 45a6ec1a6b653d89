"""The part of a board that changes, finished: many who watch the same board get the same bytes.

What is the same is what depends on the same survey, address, language, role and scope: nobody's part is another's.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar
from urllib.parse import urlencode

from flask import current_app, render_template, url_for

from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.powers import Power
from survey_app.domain.texts import DEFAULT_LANGUAGE
from survey_app.models import Survey
from survey_app.services.progress.beside import Beside, read_beside
from survey_app.services.progress.dead_codes import dead_codes
from survey_app.services.progress.hours import turnout_hours
from survey_app.services.progress.live import AT_LATEST, LiveTurnout
from survey_app.web.languages import language
from survey_app.web.organiser.access.check import may, visitor
from survey_app.web.organiser.board.board_map import COLUMNS, map_rows
from survey_app.web.organiser.board.board_view import BoardView, asked, look, view
from survey_app.web.transaction import session

K = TypeVar("K")
V = TypeVar("V")

#: So many rows of a search are shown.
MOST_FOUND = 200

_KEPT = "manyi-board-parts"
#: So many finished parts of boards are kept, ten megabytes at most.
_MOST_MADE = 400
#: What is beside the turnout is kept for so many surveys.
_MOST_BESIDE = 16


@dataclass(frozen=True)
class Part:
    """The part of a board that changes."""

    live: LiveTurnout
    seen: BoardView
    plain: bytes
    zipped: bytes
    etag: str

    def is_still(self, seen: BoardView) -> bool:
        """Return whether a newer count makes no other part: ballots came elsewhere, and it is not old."""
        before = self.seen
        is_fresh = seen.live.counted - before.live.counted < AT_LATEST and seen.live.hour == before.live.hour
        return is_fresh and (seen.board, seen.rows) == (before.board, before.rows)


@dataclass
class _Kept:
    """What this process has made."""

    parts: dict[object, Part] = field(default_factory=dict)
    #: What is being made at this moment.
    making: set[object] = field(default_factory=set)
    #: By survey, with the count that it belongs to.
    beside: dict[int, tuple[LiveTurnout, Beside]] = field(default_factory=dict)


def fresh_part(found: Survey, seen: BoardView) -> Part:
    """Make the part of who opens the board: all that has been written until now stands in it."""
    return _make(found, seen, _read_beside(found, seen.live))


def watched_part(found: Survey) -> Part:
    """Return the part of who watches; only the first to ask after a count makes it."""
    live, key, kept = look(found, watching=True), _key(found), _kept()
    made = kept.parts.get(key)
    if made is not None and (made.live is live or key in kept.making):
        return made
    kept.making.add(key)
    try:
        seen = view(found, asked(), live)
        if made is not None and made.is_still(seen):
            return _keep(key, replace(made, live=live))
        counted, beside = kept.beside.get(found.id, (None, None))
        return _make(found, seen, beside if beside and counted is live else _read_beside(found, live))
    finally:
        kept.making.discard(key)


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault(_KEPT, _Kept())
    return found


def _key(found: Survey) -> object:
    """Return what a finished part depends on besides the count: whoever has the same role and scope sees the same."""
    who = visitor()
    return found.id, asked(), language(), who.role, who.scope


def _read_beside(found: Survey, live: LiveTurnout) -> Beside:
    beside = read_beside(session(), found)
    _hold(_kept().beside, found.id, (live, beside), _MOST_BESIDE)
    return beside


def _make(found: Survey, seen: BoardView, beside: Beside) -> Part:
    plain = _rendered(found, seen, beside).encode()
    etag = hashlib.sha256(plain).hexdigest()[:32]
    return _keep(_key(found), Part(seen.live, seen, plain, gzip.compress(plain, 3, mtime=0), etag))


def _keep(key: object, part: Part) -> Part:
    _hold(_kept().parts, key, part, _MOST_MADE)
    return part


def _hold(kept: dict[K, V], key: K, value: V, most: int) -> None:
    """Keep a value as the newest, and of all no more than so many."""
    kept.pop(key, None)
    kept[key] = value
    for oldest in list(kept)[:-most]:
        kept.pop(oldest, None)


def _rendered(found: Survey, seen: BoardView, beside: Beside) -> str:
    is_open = found.state == SurveyState.OPEN
    snapshot, board, unit = seen.live.snapshot, seen.board, seen.unit
    rows = seen.rows[:MOST_FOUND] if seen.asked.wanted else seen.rows
    places = None if unit is None else {each.id for each in snapshot.place_counts(unit)}
    return render_template(
        "organiser/board_part.html",
        survey=found,
        to=_Addresses(found.slug),
        seen=seen,
        asked=seen.asked,
        board=board,
        rows=rows,
        hours=turnout_hours(session(), found, unit.id if unit else None, seen.live.at) if is_open else None,
        dead=dead_codes(beside.dead, places),
        groups=beside.groups.at(places),
        notes=beside.notes if may(Power.READ_NOTES) else {},
        map=[] if seen.asked.wanted else map_rows(snapshot, board),
        map_columns=COLUMNS,
    )


class _Addresses:
    """Addresses of a board's links: dozens on each, so what they share is asked for once."""

    def __init__(self, slug: str) -> None:
        self._base = url_for("organiser.survey", slug=slug, lang=None)
        self._more = {} if language() == DEFAULT_LANGUAGE else {"lang": language()}

    def board(self, values: Mapping[str, str]) -> str:
        """Return the address of a board."""
        query = urlencode({**values, **self._more})
        return f"{self._base}?{query}" if query else self._base

    def notes(self, place_id: int) -> str:
        """Return the address of a place's notes."""
        return f"{self._base}/places/{place_id}/notes{'?' if self._more else ''}{urlencode(self._more)}"
