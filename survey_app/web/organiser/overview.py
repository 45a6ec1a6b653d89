"""The first page: all surveys, or how to come to the first one."""

from flask import render_template

from survey_app.services.importing_units import known_units
from survey_app.services.surveys import list_surveys
from survey_app.services.turnout import ballots_of_surveys, places_of_surveys
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/")
def overview() -> str:
    """List the surveys, newest first."""
    surveys = list_surveys(session())
    return render_template(
        "organiser/overview.html",
        surveys=surveys,
        ballots=ballots_of_surveys(session()),
        places=places_of_surveys(session()),
        unit_count=0 if surveys else len(known_units(session())),
    )
