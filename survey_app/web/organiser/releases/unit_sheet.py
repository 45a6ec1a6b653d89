"""The result sheet (反馈单) of one's own unit, once it was issued internally."""

import io

from flask import abort, send_file
from werkzeug.wrappers import Response

from survey_app.domain.powers import Power
from survey_app.models import Survey, Unit
from survey_app.services.releases.issued_sheets import has_issued_sheet, issued_sheet
from survey_app.web.organiser.access.check import may
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/sheet/<unit_code>")
@policy(Power.SEE_SHEET, About.SURVEY_PART)
def sheet(slug: str, unit_code: str) -> Response:
    """Give a unit's sheet; there is none before an internal release, nor after it was withdrawn."""
    survey_or_404(slug)
    found = issued_sheet(session(), slug, unit_code)
    if found is None:
        abort(404)
    release, content = found
    name = f"{slug}-internal-{release.number}-{unit_code}.pdf"
    return send_file(io.BytesIO(content), mimetype="application/pdf", as_attachment=True, download_name=name)


def has_sheet(survey: Survey, unit: Unit) -> bool:
    """Return whether the visitor can have the unit's sheet."""
    return may(Power.SEE_SHEET) and has_issued_sheet(session(), survey.slug, unit.code)
