"""Who is to be reminded (催办): a list to print, to send, and to take home."""

from collections.abc import Sequence
from dataclasses import replace

from flask import Response, abort, render_template, request

from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.progress.reminders import Reminder, reminders
from survey_app.web.languages import say
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.board.board_export import table_file
from survey_app.web.organiser.board.board_view import Asked, BoardView, asked, look, view

_COLUMNS = (
    message("Unit above"),
    message("Code"),
    message("Place"),
    message("Line above"),
    message("Ballots"),
    message("Quota"),
)

#: The list is shown up to about so many places; the file has all.
MOST_SHOWN = 150

#: The choices of how far below the quota a place must be, in percent; 0: only those without a ballot.
BELOW = (0, 25, 50, 75, 100)


@organiser.get("/surveys/<slug>/reminders")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def reminder_list(slug: str) -> str:
    """Show the places that are behind, by the unit above them, with the text to send."""
    survey = survey_or_404(slug)
    below = _below()
    seen, found = _found(survey, below)
    return render_template(
        "organiser/reminders.html",
        survey=survey,
        board=seen.board,
        unit=seen.asked.unit,
        below=below,
        choices=BELOW if seen.board.whole.quota else (),
        reminders=_first(found),
        found=len(found),
        places=sum(len(each.places) for each in found),
        closed=survey.state != "open",
    )


@organiser.get("/surveys/<slug>/reminders.<any(csv, xlsx):kind>")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def reminder_file(slug: str, kind: str) -> Response:
    """Give the whole list as a file."""
    survey = survey_or_404(slug)
    seen, found = _found(survey, _below())
    columns = [say(each) for each in _COLUMNS]
    rows = [
        (each.unit.name, place.unit.code, place.unit.name, " ".join(each.path), place.ballots, place.quota)
        for each in found
        for place in each.places
    ]
    title = say(message("To be reminded: {unit}", unit=seen.board.whole.unit.name))
    return table_file(kind, f"{slug}-reminders", title, columns, rows)


def _below() -> int:
    value = request.args.get("below", "0")
    if value not in {str(each) for each in BELOW}:
        abort(404)
    return int(value)


def _first(found: Sequence[Reminder]) -> Sequence[Reminder]:
    """Return as many units as fit on a page, each with all its places."""
    shown, places = 0, 0
    while shown < len(found) and places < MOST_SHOWN:
        places += len(found[shown].places)
        shown += 1
    return found[:shown]


def _found(survey: Survey, below: int) -> tuple[BoardView, Sequence[Reminder]]:
    seen = view(survey, Asked(asked().unit), look(survey))
    whole = seen.board.whole.unit
    found = reminders(seen.live.snapshot, whole if whole.code else None, below)
    above = len(seen.live.snapshot.tree.line(whole)) - len(seen.board.line) if whole.code else 0
    return seen, [replace(each, path=each.path[above:]) for each in found]
