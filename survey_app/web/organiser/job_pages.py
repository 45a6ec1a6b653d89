"""A job's progress, its result, and its end."""

import io

from flask import abort, flash, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response

from survey_app.domain.messages import message
from survey_app.domain.powers import Power
from survey_app.models import Job, Survey
from survey_app.services import jobs
from survey_app.services.audit_trail import audit
from survey_app.services.jobs import JobKind
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor_name
from survey_app.web.organiser.access.narrowing import jobs_within
from survey_app.web.organiser.access.policy import About, policy, polled
from survey_app.web.organiser.access.survey_or_404 import survey_or_404
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


@organiser.get("/surveys/<slug>/jobs")
@policy(Power.SEE_SURVEY, About.SURVEY_PART)
def survey_jobs(slug: str) -> str:
    """List the jobs of a survey, newest first."""
    survey = survey_or_404(slug)
    found = jobs_within(jobs.jobs_of(session(), survey.id))
    return render_template("organiser/jobs.html", survey=survey, jobs=found)


@organiser.get("/jobs/<int:job_id>")
@policy(Power.SEE_SURVEY)
@polled
def job(job_id: int) -> str:
    """Show how far a job is; the page loads itself again until it has ended."""
    found = job_or_404(job_id)
    survey = session().get_one(Survey, found.survey_id)
    return render_template("organiser/job.html", survey=survey, **progress_of(found))


def page_of(found: Job) -> str:
    """Return the address at which a job is followed: posters are, where they are asked for."""
    if found.kind != JobKind.POSTERS:
        return url_for("organiser.job", job_id=found.id)
    survey = session().get_one(Survey, found.survey_id)
    return url_for("organiser.posters", slug=survey.slug, under=found.arguments.get("under"), job=found.id)


def progress_of(found: Job) -> dict[str, object]:
    """Return what `job_panel.html` shows of a job."""
    return {
        "job": found,
        "under_way": jobs.is_under_way(found),
        "can_cancel": jobs.can_cancel(found),
        "trouble": jobs.trouble_of(found),
        "given_once": found.kind in jobs.GIVEN_ONCE,
    }


@organiser.post("/jobs/<int:job_id>/cancel")
@policy(Power.SEE_SURVEY)
def cancel_job(job_id: int) -> Response:
    """Stop a job that waits or runs."""
    found = job_or_404(job_id)
    jobs.cancel(session(), found)
    audit(session(), visitor_name(), "job.cancel", f"{found.kind} {found.id}")
    flash(say(message("The job is cancelled.")))
    return redirect(page_of(found), 303)


@organiser.get("/jobs/<int:job_id>/result")
@policy(Power.SEE_SURVEY)
def job_result(job_id: int) -> Response:
    """Give the file that a job has made; one that is given out once is not to be had by an address alone."""
    found = job_or_404(job_id)
    if found.kind in jobs.GIVEN_ONCE or not found.result_name or found.result is None:
        abort(404)
    return send_file(io.BytesIO(found.result), as_attachment=True, download_name=found.result_name)


def job_or_404(job_id: int) -> Job:
    """Return the job with this number; there is no page where there is none."""
    found = jobs.find_job(session(), job_id)
    if found is None or found.kind in (JobKind.UNIT_UPLOAD, JobKind.UNIT_IMPORT):  # These have pages of their own.
        abort(404)
    return found
