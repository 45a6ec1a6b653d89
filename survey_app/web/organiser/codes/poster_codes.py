"""Places and their codes: which are dead or paused; replace, void, pause, resume."""

from collections.abc import Sequence
from dataclasses import replace

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import Form

from forms.console_forms import ConfirmForm, OptionalReasonForm, ReasonForm
from survey_app.domain.doors import Standing
from survey_app.domain.lifecycle import Act, SurveyState, after, allows
from survey_app.domain.messages import Message, message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.codes import upkeep as code_upkeep
from survey_app.services.codes.hits import UNKNOWN, hits_of_no_poster
from survey_app.services.codes.place_codes import GroupCode, PlaceCodes, codes_board, find_places, place_codes
from survey_app.services.scopes import covers_entry_code
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.narrowing import line_within, part_asked_for, units_within
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

#: So many places of a search, and so many dead posters, are shown.
MOST_SHOWN = 100

_ACTS = {"replace": Act.REPLACE_CODE, "void": Act.VOID_CODE, "pause": Act.PAUSE, "resume": Act.RESUME}
_FORMS: dict[Act, type[Form]] = {
    Act.REPLACE_CODE: ReasonForm,
    Act.VOID_CODE: ReasonForm,
    Act.PAUSE: OptionalReasonForm,
    Act.RESUME: ConfirmForm,
}
_DONE = {
    Act.REPLACE_CODE: message("The old code is voided. Make the new poster here, and hang it up instead."),
    Act.VOID_CODE: message("The code is voided: whoever scans it reads that it is no longer in use."),
    Act.PAUSE: message("The place is paused: its posters take no answers for now."),
    Act.RESUME: message("The place takes answers again."),
}

_IN_VAIN = {
    Standing.NOT_YET: message("before opening"),
    Standing.PAUSED: message("place paused"),
    Standing.CLOSED: message("after closing"),
    Standing.VOIDED: message("code voided"),
    Standing.SPENT: message("slip already used"),
    Standing.FULL: message("quota is full"),
    UNKNOWN: message("code not known"),
}


@organiser.get("/surveys/<slug>/codes")
@policy(Power.TEND_CODES, About.SURVEY_PART)
def codes(slug: str) -> str:
    """Show the places of one unit with their codes, and the posters that were scanned in vain."""
    survey = survey_or_404(slug)
    under = request.args.get("under")
    board = codes_board(session(), survey, part_asked_for(survey, under))
    if board is None:
        abort(404)
    board = replace(board, turnout=replace(board.turnout, line=line_within(board.turnout.line)))
    wanted = request.args.get("q", "").strip()
    places = _found(survey, wanted) if wanted else board.places
    return render_template(
        "organiser/codes.html",
        survey=survey,
        board=board,
        under=under,
        wanted=wanted,
        places=places[:MOST_SHOWN] if wanted else places,
        found=len(places),
        dead=[replace(each, place=_as_seen(each.place)) for each in board.dead[:MOST_SHOWN]],
        of_no_poster=[] if under or not visitor().scope.is_everything else sorted(hits_of_no_poster(session()).items()),
        may_change=allows(SurveyState(survey.state), Act.PAUSE),
    )


def _found(survey: Survey, wanted: str) -> Sequence[PlaceCodes]:
    seen = units_within()
    found = find_places(session(), survey, wanted)
    return [_as_seen(each) for each in found if seen is None or each.unit.id in seen]


def _as_seen(place: PlaceCodes) -> PlaceCodes:
    """Return a place without what stands above the visitor's scope."""
    return replace(place, above=line_within([*place.above, place.unit])[:-1])


@organiser.route("/surveys/<slug>/codes/<any(replace, void, pause, resume):change>", methods=["GET", "POST"])
@policy(Power.TEND_CODES, About.SURVEY_PART)
def code_act(slug: str, change: str) -> Response | str | tuple[str, int]:
    """Ask for an act on one place or code to be confirmed, and do it.

    The code travels in the form, never in the address, which a proxy may log. It is also what makes a button that is
    pressed twice do one thing.
    """
    survey = survey_or_404(slug)
    doing = _ACTS[change]
    after(SurveyState(survey.state), doing, slug)
    place = place_codes(session(), survey, request.values.get("unit", ""))
    if place is None:
        abort(404)
    place = _as_seen(place)
    code = _code(place) if doing in (Act.REPLACE_CODE, Act.VOID_CODE) else None
    form = _FORMS[doing](request.form if request.method == "POST" else None)
    if request.method == "GET" or not form.validate():
        page = render_template("organiser/code_act.html", survey=survey, act=change, place=place, code=code, form=form)
        return page if request.method == "GET" else (page, 422)
    _do(doing, survey, place, form)
    flash(say(_DONE[doing]))
    return redirect(_next(doing, survey, place), 303)


def _code(place: PlaceCodes) -> GroupCode:
    wanted = request.values.get("group", "")
    found = next((each for each in place.codes if each.group.code == wanted), None)
    if found is None:
        abort(404)
    return found


def _do(doing: Act, survey: Survey, place: PlaceCodes, form: Form) -> None:
    by, unit = visitor_name(), place.unit.code
    code = request.form.get("code", "")[:64]
    if doing in (Act.REPLACE_CODE, Act.VOID_CODE) and not covers_entry_code(session(), visitor().scope, code):
        abort(404)
    reason = str(form.data.get("reason") or "")
    match doing:
        case Act.REPLACE_CODE:
            code_upkeep.replace_code(session(), survey.slug, code, by, reason)
        case Act.VOID_CODE:
            code_upkeep.void_code(session(), survey.slug, code, by, reason)
        case Act.PAUSE:
            code_upkeep.pause_place(session(), survey.slug, unit, by, reason)
        case _:
            code_upkeep.resume_place(session(), survey.slug, unit, by)


def _next(doing: Act, survey: Survey, place: PlaceCodes) -> str:
    """Return where to go on: a new code needs a new poster."""
    if doing is Act.REPLACE_CODE:
        return url_for("organiser.posters", slug=survey.slug, under=place.unit.code)
    return url_for("organiser.codes", slug=survey.slug, under=place.above[-1].code if place.above else None)


@organiser.app_template_filter("console_in_vain")
def in_vain_word(reason: str) -> str:
    """Return why a scan led nowhere, in words."""
    return say(_IN_VAIN.get(reason, Message(reason)))
