"""The result sheet (反馈单) of one's own unit, once it was issued internally: as a place, or as what a survey rates."""

import io

from flask import abort, render_template, request, send_file
from werkzeug.wrappers import Response

from survey_app.domain.powers import Power
from survey_app.models import Release, Survey, Unit
from survey_app.services.releases.issued_sheets import (
    has_issued_sheet,
    issued_sheet,
    issued_targets,
    withdrawn_release,
    withdrawn_sheet,
)
from survey_app.services.releases.unit_checks import targets_to_check
from survey_app.services.scopes import touches
from survey_app.services.surveys_in_scope import targets_within
from survey_app.web.organiser.access.check import may, visitor
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/sheet/<unit_code>")
@policy(Power.SEE_SHEET, About.SURVEY_RATED)
def sheet(slug: str, unit_code: str) -> Response | tuple[str, int]:
    """Give a unit's sheet; there is none before an internal release, and once it was withdrawn, when and why."""
    survey = survey_or_404(slug)
    found = issued_sheet(session(), slug, unit_code, as_target=request.args.get("as") == "target")
    if found is None:
        return _withdrawn_or_404(survey, unit_code)
    release, content = found
    name = f"{slug}-internal-{release.number}-{unit_code}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


@organiser.get("/surveys/<slug>/sheets")
@policy(Power.SEE_SHEET, About.SURVEY_RATED)
def target_sheets(slug: str) -> str:
    """List the visitor's units that the survey rates as listed targets, with their sheets once these were issued."""
    survey = survey_or_404(slug)
    rated = targets_within(session(), visitor().scope, survey)
    if not rated:
        abort(404)
    return render_template(
        "organiser/target_sheets.html",
        survey=survey,
        rated=rated,
        issued=frozenset(issued_targets(session(), slug)),
        withdrawn=withdrawn_release(session(), slug),
        to_check=frozenset(targets_to_check(session(), survey)),
        has_places=touches(session(), visitor().scope, survey),
    )


def _withdrawn_or_404(survey: Survey, unit_code: str) -> tuple[str, int]:
    """Say in the place of a sheet that was withdrawn when and why."""
    release = withdrawn_sheet(session(), survey.slug, unit_code)
    if release is None:
        abort(404)
    has_places = touches(session(), visitor().scope, survey)
    page = render_template("organiser/sheet_gone.html", survey=survey, release=release, has_places=has_places)
    return page, 410


def sheet_withdrawn(survey: Survey, unit: Unit) -> Release | None:
    """Return the release whose sheet for the unit was withdrawn, for those who could have it."""
    return withdrawn_sheet(session(), survey.slug, unit.code) if may(Power.SEE_SHEET) else None


def has_sheet(survey: Survey, unit: Unit) -> bool:
    """Return whether the visitor can have the unit's sheet."""
    return may(Power.SEE_SHEET) and has_issued_sheet(session(), survey.slug, unit.code)


def rates_units(survey: Survey) -> bool:
    """Return whether the visitor can have sheets of units that the survey rates as listed targets."""
    return may(Power.SEE_SHEET) and bool(targets_within(session(), visitor().scope, survey))
