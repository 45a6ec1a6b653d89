"""The first page: surveys and plans of the visitor's scope, or the five steps that lead to the first survey."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template

from survey_app.domain import powers
from survey_app.domain.definition import BallotMode
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.plan_document import questions_of
from survey_app.domain.plan_faults import plan_faults
from survey_app.domain.powers import Power
from survey_app.models import Survey, SurveyPlan
from survey_app.services.jobs import JobKind, JobState, jobs_of
from survey_app.services.plans.saving import list_plans
from survey_app.services.plans.templates import can_load_example
from survey_app.services.surveys import ballot_modes
from survey_app.services.surveys_in_scope import SurveyLine, survey_lines
from survey_app.services.units.browsing import count_units
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.policy import policy
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session

_PRINTED = (JobKind.POSTERS, JobKind.SLIPS)


@dataclass(frozen=True)
class Start:
    """How far the way to the first survey has been gone."""

    units: int
    plan: SurveyPlan | None
    #: Whether the plan's questionnaire could be asked as it is.
    is_written: bool
    draft: Survey | None
    by_slip: bool
    printed: bool

    @property
    def next(self) -> int:
        """Which of the five steps is to be done next, from 0."""
        done = (self.units > 0, self.is_written or self.draft is not None, self.draft is not None, self.printed)
        return next((step for step, each in enumerate(done) if not each), len(done))


@organiser.get("/")
@policy(Power.SEE_SURVEY)
def overview() -> str:
    """List the surveys, newest first, and the plans in preparation; at the beginning, the way there."""
    who = visitor()
    lines = survey_lines(session(), who.scope, with_rated=powers.may(who.role, Power.SEE_SHEET))
    plans = list_plans(session(), who.scope) if powers.may(who.role, Power.PLAN) else []
    return render_template(
        "organiser/overview.html",
        lines=lines,
        plans=[(plan, len(questions_of(plan.given))) for plan in plans],
        start=_start([line for line in lines if not line.targets], plans),
        can_load_example=who.scope.is_everything and can_load_example(session()),
    )


def _start(lines: Sequence[SurveyLine], plans: Sequence[SurveyPlan]) -> Start | None:
    """Return the steps as long as no survey has been opened; None for those who launch none."""
    who = visitor()
    begun = any(line.survey.closed_at or line.survey.state == SurveyState.OPEN for line in lines)
    if begun or not powers.may(who.role, Power.PLAN):
        return None
    plan = plans[0] if plans else None
    draft = next((line.survey for line in lines if line.survey.state == SurveyState.DRAFT), None)
    printed = draft is not None and any(
        job.state == JobState.DONE for kind in _PRINTED for job in jobs_of(session(), draft.id, kind)
    )
    return Start(
        count_units(session(), who.scope),
        plan,
        plan is not None and not plan_faults(plan.given),
        draft,
        draft is not None and BallotMode.POSTER not in ballot_modes(session(), draft),
        printed,
    )
