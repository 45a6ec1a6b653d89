"""One survey: a draft's next steps, afterwards its turnout. No figure of satisfaction, whatever the state."""

from datetime import UTC, datetime
from typing import Any

from flask import Response, render_template, request
from markupsafe import Markup

from survey_app.domain import powers
from survey_app.domain.lifecycle import Act, SurveyState, allows
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.lifecycle import acts_of
from survey_app.services.releases.results import public_releases
from survey_app.services.scopes import Reach, reach
from survey_app.services.surveys import was_taken_back
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import About, policy, polled
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.organiser.board.board_parts import fresh_part, watched_part
from survey_app.web.organiser.board.board_view import asked, look, view
from survey_app.web.organiser.board.preparation import preparation_page
from survey_app.web.organiser.board.taken_back import taken_back_page
from survey_app.web.organiser.releases.unit_check import to_be_checked
from survey_app.web.organiser.releases.unit_sheet import has_sheet, rates_units, sheet_withdrawn
from survey_app.web.transaction import session

_ACTS = (Act.OPEN, Act.TAKE_BACK, Act.CLOSE, Act.REOPEN, Act.PUBLISH, Act.ARCHIVE, Act.RESTORE)


@organiser.get("/surveys/<slug>")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def survey(slug: str) -> str:
    """Show a draft's next steps, the turnout of the survey or of one unit, or that its launch was taken back."""
    found = survey_or_404(slug)
    if found.state == SurveyState.DRAFT:
        return preparation_page(found, _around(found))
    if was_taken_back(found):
        return taken_back_page(found, _around(found))
    seen = view(found, asked(), look(found))
    part = fresh_part(found, seen)
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
        withdrawn=sheet_withdrawn(found, seen.board.whole.unit),
        to_check=to_be_checked(found, seen.board.whole.unit),
        rates_units=rates_units(found),
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
    part = watched_part(found)
    zips = request.accept_encodings["gzip"] > 0
    response = Response(part.zipped if zips else part.plain, mimetype="text/html")
    if zips:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.set_etag(part.etag, weak=True)
    response.make_conditional(request)
    return response


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
