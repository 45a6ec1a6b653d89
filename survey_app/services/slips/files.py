"""Files of slips that wait to be downloaded: one whose slips a later printing has voided must not be handed out."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Job
from survey_app.services.jobs import JobKind
from survey_app.services.slips.issuing import MadeSlips
from survey_app.services.surveys import find_survey


def erase_replaced_files(session: Session, made: MadeSlips) -> None:
    """Erase the waiting files that hold slips of a place and group for which `made` has new ones."""
    survey = find_survey(session, made.order.slug)
    waiting = select(Job).where(Job.kind == JobKind.SLIPS, Job.survey_id == survey.id, Job.result_name != "")
    for job in session.scalars(waiting):
        under, group = job.arguments.get("under"), job.arguments.get("group")
        if any((not under or under in each.line) and (not group or group == each.group) for each in made.stacks):
            job.result, job.result_name = None, ""
