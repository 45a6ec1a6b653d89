"""A draft's page: what is done and what is next, until the survey opens."""

from collections.abc import Mapping
from datetime import UTC, datetime

from flask import render_template

from survey_app.models import Survey
from survey_app.services.jobs import JobKind, JobState, jobs_of
from survey_app.services.opening import find_approval, opens_by_itself, what_hinders
from survey_app.services.plans.saving import plan_of_survey
from survey_app.services.surveys import load_frame
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.narrowing import board_or_404
from survey_app.web.transaction import session


def preparation_page(survey: Survey, around: Mapping[str, object]) -> str:
    """Return the page; `around` is what stands around it in every state: acts, record, releases."""
    now = datetime.now(UTC)
    posters = jobs_of(session(), survey.id, JobKind.POSTERS)
    return render_template(
        "organiser/draft.html",
        survey=survey,
        board=board_or_404(survey, None),
        frame=load_frame(session(), survey.id),
        posters_made=any(job.state == JobState.DONE for job in posters),
        plan=plan_of_survey(session(), survey),
        approval=find_approval(session(), survey),
        me=visitor_name(),
        by_itself=opens_by_itself(session(), survey),
        is_past=survey.opens_at is not None and survey.opens_at <= now,
        hindrances=what_hinders(session(), survey, now),
        **around,
    )
