"""Launch a survey from its definition file; look at the questionnaire; replace it while the survey is a draft."""

from pathlib import Path

from flask import flash, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from survey_app.domain.lifecycle import Act, SurveyState, after, allows
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.launching import change_definition, launch
from survey_app.services.plans.saving import definition_of, follow_survey
from survey_app.services.scopes import Reach, reach
from survey_app.services.surveys import load_frame
from survey_app.services.units.browsing import count_units
from survey_app.web.languages import say
from survey_app.web.organiser import uploads
from survey_app.web.organiser.access.check import visitor, visitor_name
from survey_app.web.organiser.access.policy import About, policy
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_EXAMPLE = Path(__file__).parents[4] / "docs" / "examples" / "four-level.json"

_NO_FILE = message("Choose a file first.")


@organiser.route("/surveys/new", methods=["GET", "POST"])
@policy(Power.PLAN)
def new_survey() -> Response | str | tuple[str, int]:
    """Launch a survey from a definition file, with every fault of it listed."""
    if request.method == "GET":
        return render_template(
            "organiser/new_survey.html", unit_count=count_units(session(), visitor().scope), faults=[]
        )
    sent = uploads.sent_file()
    try:
        if sent is None:
            raise Refused(_NO_FILE)
        survey = launch(session(), sent[0], visitor_name(), visitor().scope)
        _require_within_scope(survey)
    except Refused as refusal:
        filename = sent[1] if sent else ""
        page = render_template("organiser/new_survey.html", unit_count=1, faults=refusal.messages, filename=filename)
        return page, 422
    flash(say(message("The survey is launched as a draft. Nobody can answer before it is opened.")))
    return redirect(url_for("organiser.survey", slug=survey.slug), 303)


def _require_within_scope(survey: Survey) -> None:
    """Refuse a survey that has places outside the visitor's scope; what was written of it is rolled back."""
    if reach(session(), visitor().scope, survey) is not Reach.WHOLE:
        raise Refused(message("The survey has places outside your units. Choose only places within them."))


@organiser.get("/surveys/example.json")
@policy(Power.PLAN)
def example_definition() -> Response:
    """Give a definition to start from."""
    return send_file(_EXAMPLE, mimetype="application/json", as_attachment=True, download_name="four-level.json")


@organiser.route("/surveys/<slug>/definition", methods=["GET", "POST"])
@policy(Power.PLAN, About.SURVEY_WHOLE)
def definition(slug: str) -> Response | str | tuple[str, int]:
    """Show the questionnaire; a draft's is replaced by another definition file."""
    survey = survey_or_404(slug)
    if request.method == "GET":
        return _page(slug, [])
    after(SurveyState(survey.state), Act.CHANGE, slug)  # Said before anything about the file.
    sent = uploads.sent_file()
    try:
        if sent is None:
            raise Refused(_NO_FILE)
        change_definition(session(), slug, sent[0], visitor_name())
        _require_within_scope(survey)
        follow_survey(session(), survey, visitor_name())
    except Refused as refusal:
        return _page(slug, list(refusal.messages), sent[1] if sent else ""), 422
    flash(say(message("The definition was replaced. Codes and posters stay as they are.")))
    return redirect(url_for("organiser.definition", slug=slug), 303)


def _page(slug: str, faults: list[Message], filename: str = "") -> str:
    survey = survey_or_404(slug)
    return render_template(
        "organiser/definition.html",
        survey=survey,
        frame=load_frame(session(), survey.id),
        given=definition_of(session(), survey),
        can_change=allows(SurveyState(survey.state), Act.CHANGE),
        faults=faults,
        filename=filename,
    )
