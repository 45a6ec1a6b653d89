"""One survey: a draft's next steps, afterwards its turnout. No figure of satisfaction, whatever the state."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from flask import abort, render_template, request

from survey_app.domain.lifecycle import Act, SurveyState, allows
from survey_app.domain.turnout import TurnoutStanding, standing_of_turnout
from survey_app.models import Survey, Unit
from survey_app.services.jobs import JobKind, JobState, jobs_of
from survey_app.services.lifecycle import acts_of
from survey_app.services.results import public_releases
from survey_app.services.surveys import load_frame
from survey_app.services.turnout import TurnoutBoard, UnitTurnout, find_turnout, turnout_board
from survey_app.services.turnout_hours import turnout_hours
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.survey_or_404 import survey_or_404
from survey_app.web.transaction import session

#: So many rows of a search are shown.
MOST_FOUND = 200

_ACTS = (Act.OPEN, Act.CLOSE, Act.REOPEN, Act.PUBLISH, Act.WITHDRAW)


@dataclass(frozen=True)
class Row:
    """One unit of the board."""

    turnout: UnitTurnout
    standing: TurnoutStanding

    @property
    def zero_places(self) -> int:
        """How many of its places have no ballot."""
        return self.turnout.places - self.turnout.places_with_ballots


#: The filters of the board: the name in the address, and what it lets through.
_FILTERS: dict[str, Callable[[Row], bool]] = {
    "all": lambda row: True,
    "reached": lambda row: row.standing is TurnoutStanding.REACHED,
    "low": lambda row: row.standing is TurnoutStanding.LOW,
    "zero": lambda row: row.zero_places > 0,
}


@organiser.get("/surveys/<slug>")
def survey(slug: str) -> str:
    """Show a draft's next steps, or the turnout of the survey or of one unit."""
    found = survey_or_404(slug)
    if found.state == SurveyState.DRAFT:
        return _draft(found)
    board = turnout_board(session(), found, request.args.get("unit"))
    if board is None:
        abort(404)
    wanted = request.args.get("q", "").strip()
    rows = _rows(find_turnout(session(), found, wanted) if wanted else board.parts, board)
    chosen = request.args.get("show", "all")
    keep = _FILTERS.get(chosen, _FILTERS["all"])
    shown = [row for row in rows if keep(row)]
    now = datetime.now(UTC)
    is_open = found.state == SurveyState.OPEN
    return render_template(
        "organiser/board.html",
        survey=found,
        board=board,
        rows=shown[:MOST_FOUND] if wanted else shown,
        found=len(shown),
        counts={name: sum(map(passes, rows)) for name, passes in _FILTERS.items()},
        chosen=chosen if chosen in _FILTERS else "all",
        wanted=wanted,
        hours=turnout_hours(session(), found, _unit_of(board), now) if is_open else None,
        hours_left=_hours_left(found, now),
        **_around(found),
    )


def _rows(parts: Sequence[UnitTurnout], board: TurnoutBoard) -> list[Row]:
    whole = board.whole
    return [Row(each, standing_of_turnout(each.ballots, each.quota, whole.ballots, whole.quota)) for each in parts]


def _unit_of(board: TurnoutBoard) -> Unit | None:
    """Return the unit that was asked for; at the top no list of places is needed."""
    return board.line[-1] if request.args.get("unit") else None


def _hours_left(found: Survey, now: datetime) -> int | None:
    """Return the full hours until the planned closing; None where none is planned or it is past."""
    if found.closes_at is None or found.closes_at <= now:
        return None
    return int((found.closes_at - now).total_seconds()) // 3600


def _draft(found: Survey) -> str:
    posters = jobs_of(session(), found.id, JobKind.POSTERS)
    return render_template(
        "organiser/draft.html",
        survey=found,
        board=turnout_board(session(), found),
        frame=load_frame(session(), found.id),
        posters_made=any(job.state == JobState.DONE for job in posters),
        **_around(found),
    )


def _around(found: Survey) -> dict[str, object]:
    """Return what stands around the board in every state: what can be done, what was done, what is published."""
    state = SurveyState(found.state)
    releases = public_releases(session(), found.slug)
    return {
        "acts": [act.value for act in _ACTS if allows(state, act)],
        "history": acts_of(session(), found),
        "releases": releases,
        "release": releases[0] if releases and state == SurveyState.PUBLISHED else None,
    }
