"""From a plan to a draft survey: what stands in the boxes at first, and the launch itself."""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from survey_app.domain.definition import PlaceRule
from survey_app.domain.lifecycle import Act, SurveyState, after
from survey_app.domain.messages import Refused, message
from survey_app.domain.plan_faults import shown_definition
from survey_app.domain.units import Level
from survey_app.models import EntryCode, Slip, SlipBatch, Survey, SurveyAct, SurveyPlan
from survey_app.services.audit_trail import audit
from survey_app.services.jobs import drop_printed
from survey_app.services.launching import canonical, launch
from survey_app.services.lifecycle import lock_survey, record
from survey_app.services.plans.choosing_places import chosen_units
from survey_app.services.plans.saving import adopt_survey, find_plan, follow_survey, save_plan
from survey_app.services.scopes import Reach, Scope, reach
from survey_app.services.units.tree import UnitTree, load_tree

#: What most surveys have: ballots expected at each place, days that it is open, days until its results are public.
_QUOTA = 35
_OPEN_DAYS = 28
_RESULTS_AFTER = 14


def with_defaults(given: Mapping[str, Any], tree: UnitTree, scope: Scope, today: date) -> dict[str, Any]:
    """Return a plan with what most surveys have in every box of the launch, where nobody has been there yet.

    A closing day, unlike a number of days, can stand on the posters.
    """
    begun = deepcopy(dict(given))
    if "places" in begun:
        return begun
    begun["places"] = _usual_places(begun, tree, scope)
    if "closes" not in begun:
        closes = today + timedelta(days=begun.pop("open_days", _OPEN_DAYS))
        begun["closes"] = closes.isoformat()
        begun.setdefault("results_on", (closes + timedelta(days=_RESULTS_AFTER)).isoformat())
    if not begun.get("organiser"):
        tops = _tops(tree, scope)
        begun |= {"organiser": {"zh_Hans": tree.by_code[tops[0]].name}} if len(tops) == 1 else {}
    return begun


def _tops(tree: UnitTree, scope: Scope) -> list[str]:
    if scope.unit_id is not None:
        return [tree.by_id[scope.unit_id].code]
    return [unit.code for unit in tree.children.get(None, ()) if unit.closed_on is None]


def _usual_places(given: Mapping[str, Any], tree: UnitTree, scope: Scope) -> dict[str, Any]:
    """Return the level that has most units; where targets are rated, the top, where everybody comes together."""
    tops = _tops(tree, scope)
    if not tops:
        return {}
    if given.get("targets"):
        return {"units": tops[:1]}
    levels = Counter(unit.level for unit in tree.below_scope(scope) if unit.closed_on is None)
    most = max(levels, key=lambda level: (levels[level], list(Level).index(Level(level))))
    return {"under": tops[0] if len(tops) == 1 else tops, "level": most, "quota": _QUOTA}


def launch_plan(
    session: Session, plan: SurveyPlan, given: Mapping[str, Any], version: int, by: str, scope: Scope
) -> Survey:
    """Save the plan and make a draft survey of it; Refused, with nothing written, where something is missing."""
    if plan.survey_id is not None:
        raise Refused(message("This plan has been launched already."))
    whole = _without_others(load_tree(session), given)
    if is_bound_to_approval(session, plan):
        whole["second_person"] = True
    save_plan(session, plan, whole, version, by)
    survey = launch(session, canonical(whole), by, scope)
    session.flush()
    if reach(session, scope, survey) is not Reach.WHOLE:
        raise Refused(message("The survey has places outside your units. Choose only places within them."))
    plan.survey_id = survey.id
    audit(session, by, "plan.launch", survey.slug, after={"plan": plan.id, "survey": survey.slug})
    return survey


def take_back(session: Session, slug: str, by: str, scope: Scope) -> SurveyPlan:
    """Take a launch back before the survey opens, and return its plan, which can be changed and launched again.

    The survey stays, archived: its codes may be printed already, and no other survey may ever have them. What was
    printed is no longer given out.
    """
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.TAKE_BACK, slug)
    plan = adopt_survey(session, survey, by, scope)
    follow_survey(session, survey, by)
    plan.given = {key: value for key, value in plan.given.items() if key != "slug"}  # That name is taken for good.
    plan.survey_id = None
    session.execute(update(EntryCode).where(EntryCode.survey_id == survey.id).values(state="voided"))
    batches = select(SlipBatch.id).where(SlipBatch.survey_id == survey.id)
    session.execute(update(Slip).where(Slip.batch_id.in_(batches)).values(state="voided"))
    drop_printed(session, survey.id)
    record(session, survey, Act.TAKE_BACK, by, about=str(plan.id))
    return plan


def plan_that_came_back(session: Session, act: SurveyAct, scope: Scope) -> SurveyPlan | None:
    """Return the plan that taking a launch back has led to; None where it is deleted, or not for this scope."""
    plan = find_plan(session, int(act.about), scope)
    # A database may give the number of a deleted plan to another.
    return plan if plan is not None and plan.made_at <= act.at else None


def is_bound_to_approval(session: Session, plan: SurveyPlan) -> bool:
    """Return whether a survey launched from the plan needed a second person's approval when it was taken back.

    That stays: else one person alone could take the launch back, and launch it again without.
    """
    came_back = (
        SurveyAct.act == Act.TAKE_BACK,
        SurveyAct.about == str(plan.id),
        SurveyAct.at >= plan.made_at,
        SurveyAct.survey_id == Survey.id,
        Survey.needs_approval,
    )
    return bool(session.scalar(select(exists().where(*came_back))))


def _without_others(tree: UnitTree, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document without populations and quotas of places that are not chosen."""
    whole = deepcopy(dict(given))
    sizes = (whole.get("places") or {}).get("sizes")
    if sizes:
        rule: PlaceRule = shown_definition(given).places
        codes = {unit.code for unit in chosen_units(rule, tree)}
        whole["places"]["sizes"] = {code: size for code, size in sizes.items() if code in codes}
    return whole
