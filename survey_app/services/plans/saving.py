"""Plans: surveys before their launch (筹备中), written bit by bit, kept with the survey launched from them."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from survey_app.domain.document_changes import changes_between
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused, message
from survey_app.domain.plan_faults import plan_faults
from survey_app.domain.texts import as_texts, pick
from survey_app.models import StoredQuestionnaire, Survey, SurveyPlan
from survey_app.services.audit_trail import audit
from survey_app.services.launching import canonical, change_definition
from survey_app.services.scopes import Scope, plan_within

Given = Mapping[str, Any]

#: The largest row number of either database: a longer one from an address names nothing.
_LAST_ID = 2**63 - 1

#: What belongs to one survey and not to a copy of it.
_OWN = ("slug", "opens", "closes", "results_on", "repeats")


class SavedMeanwhile(Refused):
    """Somebody else saved the plan since it was read: what was typed must be shown again, beside the newer plan."""


def create_plan(session: Session, given: Given, by: str, scope: Scope) -> SurveyPlan:
    """Keep a new plan, which accounts see whose scope contains that of its maker."""
    now = datetime.now(UTC)
    plan = SurveyPlan(
        given=deepcopy(dict(given)),
        version=1,
        scope_id=scope.unit_id,
        made_by=by,
        made_at=now,
        changed_by=by,
        changed_at=now,
    )
    session.add(plan)
    session.flush()
    audit(session, by, "plan.create", _name(plan), after={"plan": plan.id} | changes_between({}, given)[1])
    return plan


def find_plan(session: Session, plan_id: int, scope: Scope) -> SurveyPlan | None:
    """Return the plan with this id; None where there is none, or where the scope does not contain it."""
    plan = session.get(SurveyPlan, plan_id) if 0 < plan_id <= _LAST_ID else None
    return plan if plan is not None and plan_within(session, scope, plan) else None


def list_plans(session: Session, scope: Scope) -> Sequence[SurveyPlan]:
    """Return the plans that are not launched yet and lie within the scope, the newest change first."""
    plans = session.scalars(
        select(SurveyPlan).where(SurveyPlan.survey_id.is_(None)).order_by(SurveyPlan.changed_at.desc(), SurveyPlan.id)
    )
    return [plan for plan in plans if plan_within(session, scope, plan)]


def plan_of_survey(session: Session, survey: Survey) -> SurveyPlan | None:
    """Return the plan that a survey was launched from; None where it came from a file."""
    return session.scalar(select(SurveyPlan).where(SurveyPlan.survey_id == survey.id))


def survey_of_plan(session: Session, plan: SurveyPlan) -> Survey | None:
    """Return the survey that was launched from a plan, None before."""
    return None if plan.survey_id is None else session.get(Survey, plan.survey_id)


def check_version(plan: SurveyPlan, version: int) -> None:
    """Refuse to build on an older version than the plan's newest, and say who made that."""
    if plan.version != version:
        raise SavedMeanwhile(
            message(
                "{who} saved this plan at {when}, after you had opened it. What you typed stands below and is not "
                "saved yet: compare it with the newer plan, then save again.",
                who=plan.changed_by,
                when=_clock(plan),
            )
        )


def definition_of(session: Session, survey: Survey) -> Given:
    """Return what a survey was launched with, as its document."""
    return session.get_one(StoredQuestionnaire, survey.id).definition


def save_plan(session: Session, plan: SurveyPlan, given: Given, version: int, by: str) -> SurveyPlan:
    """Replace what is written of a plan; SavedMeanwhile where `version` is no longer the newest.

    After the launch the survey's questionnaire changes with it, so it must be whole: Refused with every fault, and once
    the survey has opened in any case.
    """
    check_version(plan, version)
    survey = survey_of_plan(session, plan)
    before = plan.given
    if survey is not None:  # First, since it refuses before it writes anything.
        if survey.state == SurveyState.DRAFT and (faults := plan_faults(given)):
            raise Refused(*faults)  # In the words of the page; the definition's own are those of its schema.
        change_definition(session, survey.slug, canonical(given), by)
    now = datetime.now(UTC)
    # The database compares: of two who save at the same moment one comes second, and is told.
    done = session.execute(
        update(SurveyPlan)
        .where(SurveyPlan.id == plan.id, SurveyPlan.version == version)
        .values(given=deepcopy(dict(given)), version=version + 1, changed_by=by, changed_at=now)
        .execution_options(synchronize_session=False)
        .returning(SurveyPlan.id)
    ).one_or_none()
    session.refresh(plan)
    if done is None:
        check_version(plan, version)
    if survey is None and before != given:  # After the launch the change of the survey tells it.
        audit(session, by, "plan.save", _name(plan), *changes_between(before, given))
    return plan


def delete_plan(session: Session, plan: SurveyPlan, by: str) -> None:
    """Take a plan away; Refused once a survey was launched from it."""
    if plan.survey_id is not None:
        raise Refused(message("A survey was launched from this plan, so it stays with the survey."))
    audit(session, by, "plan.delete", _name(plan), before={"plan": plan.id} | changes_between(plan.given, {})[0])
    session.execute(delete(SurveyPlan).where(SurveyPlan.id == plan.id))


def copy_plan(session: Session, plan: SurveyPlan, by: str, scope: Scope) -> SurveyPlan:
    """Make a new plan with the same questionnaire and the same rules, but without short name and dates."""
    return create_plan(session, _without_own(plan.given), by, scope)


def copy_survey(session: Session, survey: Survey, by: str, scope: Scope) -> SurveyPlan:
    """Make a new plan out of what a survey was launched with."""
    return create_plan(session, _without_own(definition_of(session, survey)), by, scope)


def adopt_survey(session: Session, survey: Survey, by: str, scope: Scope) -> SurveyPlan:
    """Return the plan of a draft, made from its definition where it was launched from a file."""
    plan = plan_of_survey(session, survey)
    if plan is not None:
        return plan
    if SurveyState(survey.state) is not SurveyState.DRAFT:
        raise Refused(
            message("The questionnaire was frozen when the survey opened. A change after that is a new survey.")
        )
    plan = create_plan(session, definition_of(session, survey), by, scope)
    plan.survey_id = survey.id
    session.flush()
    return plan


def follow_survey(session: Session, survey: Survey, by: str) -> None:
    """Bring the plan of a draft up to what its definition file says now, where it has a plan."""
    plan = plan_of_survey(session, survey)
    if plan is not None:
        plan.given = deepcopy(dict(definition_of(session, survey)))
        plan.version += 1
        plan.changed_by, plan.changed_at = by, datetime.now(UTC)


def _without_own(given: Given) -> Given:
    return {key: value for key, value in given.items() if key not in _OWN}


def _name(plan: SurveyPlan) -> str:
    return pick(as_texts(plan.given.get("title") or {}), "zh_Hans") or str(plan.id)


def _clock(plan: SurveyPlan) -> str:
    try:
        zone = ZoneInfo(plan.given.get("time_zone", "Asia/Shanghai"))
    except (ValueError, OSError, LookupError):
        zone = ZoneInfo("Asia/Shanghai")
    return f"{plan.changed_at.astimezone(zone):%H:%M}"
