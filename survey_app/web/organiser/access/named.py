"""What a request names: units, a place, a job, a plan, a survey; and whether they lie within a visitor's scope."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import abort, request
from sqlalchemy.orm import Session

from survey_app.domain.powers import Power
from survey_app.models import Job, Survey, SurveyPlan
from survey_app.services.jobs import JobKind, find_job, is_of_draft
from survey_app.services.plans.saving import find_plan
from survey_app.services.scopes import EVERYTHING, Scope, covers_code, covers_place, job_within, plan_within
from survey_app.web.organiser.access.survey_or_404 import survey_in

#: Parameters that hold the code of a unit, wherever they stand: in the path, the query or the form.
UNIT_NAMES = ("unit", "under", "unit_code")

#: Who may see a job of a kind, stop it and fetch what it made: who may ask for one.
_POWERS_OF_JOBS = {
    JobKind.POSTERS: Power.PRINT_POSTERS,
    JobKind.SLIPS: Power.PRINT_SLIPS,
    JobKind.PUBLISH: Power.RELEASE,
    JobKind.PAPER_SHEETS: Power.ENTER_PAPER,
    JobKind.SHEETS: Power.SEE_SHEET,
    JobKind.UNIT_UPLOAD: Power.CHANGE_UNITS,
    JobKind.UNIT_IMPORT: Power.CHANGE_UNITS,
}


@dataclass(frozen=True)
class Named:
    """The things that a request names."""

    units: Sequence[str]
    places: Sequence[int]
    #: None: there is none of this number.
    jobs: Sequence[Job | None]
    plans: Sequence[SurveyPlan | None]
    surveys: Sequence[Survey]

    @property
    def powers(self) -> frozenset[Power]:
        """What one needs for these things, whatever the page: a job is for those who may ask for it."""
        return frozenset(power_of_job(job) for job in self.jobs if job is not None)


def power_of_job(job: Job) -> Power:
    """Return which power a job is for; a kind that is not known here is for those who run surveys."""
    if is_of_draft(job):
        return Power.RELEASE
    return _POWERS_OF_JOBS.get(JobKind(job.kind), Power.RUN_SURVEY)


def things(database: Session) -> Named:
    """Read what the request names; a survey that there is not is 404."""
    return Named(
        [code for name in UNIT_NAMES for value in _values(name) if (code := value.strip())],
        [_number(value) for value in _values("place_id")],
        [find_job(database, _number(value)) for value in _values("job_id")],
        [find_plan(database, _number(value), EVERYTHING) for value in _values("plan_id")],
        [survey_in(database, value) for value in _values("slug")],
    )


def is_within(database: Session, scope: Scope, all_of: Named) -> bool:
    """Return whether units, places, jobs and plans lie within the scope; how much of a survey must, its policy says."""
    return (
        all(covers_code(database, scope, code) for code in all_of.units)
        and all(covers_place(database, scope, place) for place in all_of.places)
        and all(job is not None and job_within(database, scope, job) for job in all_of.jobs)
        and all(plan is not None and plan_within(database, scope, plan) for plan in all_of.plans)
    )


def _values(name: str) -> Iterator[str]:
    """Give every value of a parameter: a second one must not slip past the check."""
    path = request.view_args or {}
    if name in path:
        yield str(path[name])
    yield from request.args.getlist(name)
    yield from request.form.getlist(name)


def _number(value: str) -> int:
    if not value.isascii() or not value.isdigit() or len(value) > 18:
        abort(404)
    return int(value)
