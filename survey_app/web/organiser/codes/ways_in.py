"""Addresses that lead to the questionnaire without a code: to look at it, or to fill it in for somebody."""

from collections.abc import Sequence

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forms.console_forms import DeviceForm
from survey_app.documents.qr_symbol import QUIET_ZONE, ErrorLevel, dark_rectangles, matrix_of, version_for
from survey_app.domain.ballot import Channel
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.powers import Power
from survey_app.domain.texts import pick
from survey_app.services.ways_in import Way, open_device, preview_ways, ways_of_unit
from survey_app.web.languages import language
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404, units_within
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.parts import parts
from survey_app.web.tickets import Ticket, Use, write_ticket
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/preview")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def preview(slug: str) -> Response | str:
    """Lead to the preview; where questionnaires differ by place or group, let one be chosen."""
    survey = survey_or_404(slug)
    ways = [(way, _address(way, Use.PREVIEW)) for way in preview_ways(session(), survey, units_within())]
    if len(ways) == 1:
        return redirect(ways[0][1], 303)
    return render_template("organiser/preview.html", survey=survey, ways=ways)


@organiser.route("/surveys/<slug>/by-hand", methods=["GET", "POST"])
@policy(Power.OPEN_DEVICES, About.SURVEY_PART)
def by_hand(slug: str) -> str | tuple[str, int]:
    """Choose a place, and open a device for assisted or telephone entry there."""
    survey = survey_or_404(slug)
    under = request.args.get("under")
    board = board_or_404(survey, under)
    ways = ways_of_unit(session(), survey, under) if under else []
    form = DeviceForm(request.form if request.method == "POST" else None, groups=_groups(ways))
    opened = None
    if request.method == "POST" and ways and form.validate():
        way = next(each for each in ways if str(each.group_id) == form.group.data)
        use = Use(form.channel.data)
        open_device(session(), slug, way, Channel(use), visitor_name())
        opened = parts().config.public_url + _address(way, use)
    page = render_template(
        "organiser/by_hand.html",
        survey=survey,
        board=board,
        under=under,
        ways=ways,
        form=form,
        opened=opened,
        symbol=_symbol(opened) if opened else None,
        quiet=QUIET_ZONE,
        can_open=survey.state == SurveyState.OPEN,
    )
    return (page, 422) if form.errors else page


def _symbol(address: str) -> tuple[int, str]:
    """Return the QR code of an address that nobody would type: its side in modules, its dark parts as an SVG path."""
    matrix = matrix_of(address, version_for([address], ErrorLevel.M), ErrorLevel.M)
    dark = (f"M{x} {y}h{width}v{height}h-{width}z" for x, y, width, height in dark_rectangles(matrix))
    return len(matrix), "".join(dark)


def _groups(ways: Sequence[Way]) -> list[tuple[str, str]]:
    return [(str(way.group_id), pick(way.group_name, language())) for way in ways]


def _address(way: Way, use: Use) -> str:
    endpoint = "public.preview" if use is Use.PREVIEW else "public.by_hand"
    return url_for(endpoint, ticket=write_ticket(Ticket(use, way.place_id, way.group_id)), size=None)
