"""The one page of a survey whose launch was taken back."""

from collections.abc import Mapping

from flask import render_template

from survey_app.domain import powers
from survey_app.domain.lifecycle import Act
from survey_app.domain.powers import Power
from survey_app.models import Survey
from survey_app.services.lifecycle import acts_of
from survey_app.services.plans.launching import plan_that_came_back
from survey_app.web.organiser.access.check import visitor
from survey_app.web.transaction import session


def taken_back_page(survey: Survey, around: Mapping[str, object]) -> str:
    """Return the page: when, by whom, what becomes of what was printed, and where the plan is."""
    who = visitor()
    taken_back = next(act for act in acts_of(session(), survey) if act.act == Act.TAKE_BACK)
    may_plan = powers.may(who.role, Power.PLAN)
    return render_template(
        "organiser/taken_back.html",
        survey=survey,
        taken_back=taken_back,
        may_plan=may_plan,
        plan=plan_that_came_back(session(), taken_back, who.scope) if may_plan else None,
        **around,
    )
