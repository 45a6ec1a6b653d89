"""One survey: a draft's next steps, afterwards its turnout. No figure of satisfaction, whatever the state."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from flask import Response, current_app, render_template, request, url_for
from markupsafe import Markup

from survey_app.domain import powers
from survey_app.domain.lifecycle import Act, SurveyState, allows
from survey_app.domain.powers import Power
from survey_app.domain.texts import DEFAULT_LANGUAGE
from survey_app.models import Survey
from survey_app.services.lifecycle import acts_of
from survey_app.services.progress.dead_codes import dead_codes
from survey_app.services.progress.groups import turnout_of_groups
from survey_app.services.progress.hours import turnout_hours
from survey_app.services.progress.live import AT_LATEST, LiveTurnout
from survey_app.services.progress.notes import count_notes
from survey_app.services.releases.results import public_releases
from survey_app.services.scopes import Reach, reach
from survey_app.web.languages import language
from survey_app.web.organiser.access.check import may, visitor
from survey_app.web.organiser.access.policy import About, policy, polled
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.board.board_map import COLUMNS, map_rows
from survey_app.web.organiser.board.board_view import BoardView, asked, look, view
from survey_app.web.organiser.board.preparation import preparation_page
from survey_app.web.organiser.releases.unit_sheet import has_sheet
from survey_app.web.transaction import session

#: So many rows of a search are shown.
MOST_FOUND = 200

_ACTS = (Act.OPEN, Act.CLOSE, Act.REOPEN, Act.PUBLISH, Act.WITHDRAW)

_MADE = "manyi-board-parts"
#: So many finished parts of boards are kept, ten megabytes at most.
_MOST_MADE = 400


@dataclass(frozen=True)
class Part:
    """The part of a board that changes, finished: many who watch the same board get the same bytes."""

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


@organiser.get("/surveys/<slug>")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def survey(slug: str) -> str:
    """Show a draft's next steps, or the turnout of the survey or of one unit."""
    found = survey_or_404(slug)
    if found.state == SurveyState.DRAFT:
        return preparation_page(found, _around(found))
    seen = view(found, asked(), look(found))
    part = _made(found, seen)
    now = datetime.now(UTC)
    return render_template(
        "organiser/board.html",
        survey=found,
        seen=seen,
        board=seen.board,
        hours_left=_hours_left(found, now),
        part=Markup(part.plain.decode()),  # noqa: S704 - a template of ours has made it.
        etag=part.etag,
        has_sheet=has_sheet(found, seen.board.whole.unit),
        **_around(found),
    )


@organiser.get("/surveys/<slug>/board")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
@polled
def board_part(slug: str) -> Response:
    """Give the part of the board that changes; 304 where it is as the page knows it, 410 once the survey is not open.

    It holds no token and no entry code, so unlike a page of the console it may be compressed.
    """
    found = survey_or_404(slug)
    if found.state != SurveyState.OPEN:
        return Response(status=410)
    live = look(found, watching=True)
    made: Part | None = current_app.extensions.setdefault(_MADE, {}).get(_key(found))
    part = made if made is not None and made.live is live else _renewed(found, view(found, asked(), live), made)
    response = Response(part.plain, mimetype="text/html")
    if request.accept_encodings["gzip"] > 0:
        response.set_data(part.zipped)
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(part.etag, weak=True)
    response.make_conditional(request)
    return response


def _renewed(found: Survey, seen: BoardView, made: Part | None) -> Part:
    return (
        _made(found, seen) if made is None or not made.is_still(seen) else _keep(found, replace(made, live=seen.live))
    )


def _made(found: Survey, seen: BoardView) -> Part:
    """Make the part, and keep it for those who watch."""
    plain = _rendered(found, seen).encode()
    etag = hashlib.sha256(plain).hexdigest()[:32]
    return _keep(found, Part(seen.live, seen, plain, gzip.compress(plain, 3, mtime=0), etag))


def _keep(found: Survey, part: Part) -> Part:
    kept: dict[object, Part] = current_app.extensions.setdefault(_MADE, {})
    key = _key(found)
    while len(kept) >= _MOST_MADE and key not in kept:
        kept.pop(next(iter(kept)), None)
    kept[key] = part
    return part


def _key(found: Survey) -> object:
    """Return what a finished part depends on besides the count: whoever has the same role and scope sees the same."""
    who = visitor()
    return found.id, asked(), language(), who.role, who.scope


def _rendered(found: Survey, seen: BoardView) -> str:
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
        hours=turnout_hours(session(), found, places, seen.live.at) if is_open else None,
        dead=dead_codes(session(), found, places),
        groups=turnout_of_groups(session(), found, places),
        notes=count_notes(session(), found) if may(Power.READ_NOTES) else {},
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


def _hours_left(found: Survey, now: datetime) -> int | None:
    """Return the full hours until the planned closing; None where none is planned or it is past."""
    if found.closes_at is None or found.closes_at <= now:
        return None
    return int((found.closes_at - now).total_seconds()) // 3600


def _around(found: Survey) -> dict[str, Any]:
    """Return what stands around the board in every state: what can be done, what was done, what is published.

    What was done names places everywhere, so it is for those who see all of the survey.
    """
    state = SurveyState(found.state)
    releases = public_releases(session(), found.slug)
    sees_all = reach(session(), visitor().scope, found) is Reach.WHOLE
    may_run = sees_all and powers.may(visitor().role, Power.RUN_SURVEY)
    return {
        "acts": [act.value for act in _ACTS if allows(state, act)] if may_run else [],
        "history": acts_of(session(), found) if sees_all else [],
        "releases": releases,
        "release": releases[0] if releases and state == SurveyState.PUBLISHED else None,
    }
