"""The part of a board that changes, finished: many who watch the same board get the same bytes.

What is the same is what depends on the same survey, address, language, role and scope: nobody's part is another's.
"""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

#: So many rows of a search are shown.
MOST_FOUND = 200

_KEPT = "manyi-board-parts"
#: So many bytes of finished parts are kept, compressed, the newest ones: of 2,462 units each has two or three thousand,
#: and almost as much again goes into where it is kept.
_MOST_MADE = 4_000_000
#: So many of those with a search: whoever types makes ever new ones, and they drive no board out.
_MOST_SEARCHED = 500_000
#: What is beside the turnout is kept for so many surveys.
_MOST_BESIDE = 16


@dataclass(frozen=True)
class Part:
    """The part of a board that changes: bytes and what tells whether they still hold, nothing of the count itself.

    A count knows all places of the survey; a part that held on to it would be a hundred times as large as its bytes.
    """

    #: When the newest count that makes no other part was made, by this process's clock.
    count: float
    #: The same of the count that it was made from, and the hour of that.
    counted: float
    hour: int
    #: Digest of the numbers in it.
    told: bytes
    zipped: bytes
    etag: str

    @property
    def plain(self) -> bytes:
        """The bytes themselves. They are kept compressed only, as nearly every browser takes them."""
        return gzip.decompress(self.zipped)

    def is_still(self, seen: BoardView) -> bool:
        """Return whether a newer count makes no other part: ballots came elsewhere, and it is not old."""
        is_fresh = seen.live.counted - self.counted < AT_LATEST and seen.live.hour == self.hour
        return is_fresh and self.told == _told(seen)


@dataclass
class _Kept:
    """What this process has made."""

    parts: dict[object, Part] = field(default_factory=dict)
    #: Those with a search.
    searched: dict[object, Part] = field(default_factory=dict)
    #: What is being made at this moment.
    making: set[object] = field(default_factory=set)
    #: By survey, with the count that it belongs to.
    beside: dict[int, tuple[float, Beside]] = field(default_factory=dict)


def fresh_part(found: Survey, seen: BoardView) -> Part:
    """Make the part of who opens the board: all that has been written until now stands in it."""
    return _make(found, seen, _read_beside(found, seen.live))


def watched_part(found: Survey) -> Part:
    """Return the part of who watches; only the first to ask after a count makes it."""
    live, key, kept = look(found, watching=True), _key(found), _kept()
    made = _shelf().get(key)
    if made is not None and (made.count == live.counted or key in kept.making):
        return made
    kept.making.add(key)
    try:
        seen = view(found, asked(), live)
        if made is not None and made.is_still(seen):
            return _keep(key, replace(made, count=live.counted))
        counted, beside = kept.beside.get(found.id, (None, None))
        return _make(found, seen, beside if beside and counted == live.counted else _read_beside(found, live))
    finally:
        kept.making.discard(key)


def _kept() -> _Kept:
    found: _Kept = current_app.extensions.setdefault(_KEPT, _Kept())
    return found


def _shelf() -> dict[object, Part]:
    """Return where the part that is asked for is kept."""
    return _kept().searched if asked().wanted else _kept().parts


def _key(found: Survey) -> object:
    """Return what a finished part depends on besides the count: whoever has the same role and scope sees the same."""
    who = visitor()
    return found.id, asked(), language(), who.role, who.scope


def _read_beside(found: Survey, live: LiveTurnout) -> Beside:
    beside, kept = read_beside(session(), found), _kept().beside
    kept.pop(found.id, None)
    kept[found.id] = live.counted, beside
    for oldest in list(kept)[:-_MOST_BESIDE]:
        kept.pop(oldest, None)
    return beside


def _make(found: Survey, seen: BoardView, beside: Beside) -> Part:
    plain, live = _rendered(found, seen, beside).encode(), seen.live
    etag = hashlib.sha256(plain).hexdigest()[:32]
    zipped = gzip.compress(plain, 3, mtime=0)
    return _keep(_key(found), Part(live.counted, live.counted, live.hour, _told(seen), zipped, etag))


def _keep(key: object, part: Part) -> Part:
    """Keep a part as the newest, and the older ones that have room beside it."""
    shelf, room = _shelf(), _MOST_SEARCHED if asked().wanted else _MOST_MADE
    shelf.pop(key, None)
    shelf[key] = part
    for each, kept in reversed(list(shelf.items())):
        room -= len(kept.zipped)
        if room < 0:
            shelf.pop(each, None)
    return part


def _told(seen: BoardView) -> bytes:
    """Digest what of a count stands in a part; units have no other names as long as the tree is the same."""
    turnouts = (seen.board.whole, *seen.board.parts, *(row.turnout for row in seen.rows))
    told = [vars(each) | {"unit": each.unit.code} for each in turnouts]
    return hashlib.sha256(repr((seen.live.tree_read, seen.counts, told)).encode()).digest()


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
