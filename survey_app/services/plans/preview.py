"""The door to a plan's questionnaire: what a resident would meet, of a survey that is not there yet."""

import hashlib
from collections.abc import Sequence
from types import MappingProxyType

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from survey_app.domain.ballot import Channel
from survey_app.domain.definition import SurveyDefinition
from survey_app.domain.doors import CodeState, Door
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.plan_document import Given
from survey_app.domain.plan_faults import shown_definition
from survey_app.domain.questionnaire import Questionnaire, Target
from survey_app.domain.typed_plan import with_typed
from survey_app.models import RespondentGroup, SurveyPlan, Unit
from survey_app.services.launching import canonical
from survey_app.services.scopes import Scope, within
from survey_app.services.surveys import Frame

_NOTHING: Given = MappingProxyType({})

#: The name of a place where none is chosen yet.
_SOME_PLACE = "示例社区"


def plan_door(
    session: Session, plan_id: int, scopes: Sequence[str], group: int, typed: Given = _NOTHING
) -> Door | None:
    """Return the door to a plan's questionnaire, at a place of these scopes, for the group at this position.

    `typed` is the part that is being typed and not saved. A plan has no survey: the door carries minus its id instead.
    None where the plan or the group is gone.
    """
    plan = session.get(SurveyPlan, plan_id)
    if plan is None:
        return None
    given = with_typed(plan.given, typed)
    definition = shown_definition(given)
    if not 0 <= group < len(definition.groups):
        return None
    unit_name, unit_path = _place(session, plan, definition)
    return Door(
        code="",
        code_state=CodeState.VALID,
        channel=Channel.ASSISTED,
        survey_id=-plan.id,
        survey_slug="",
        questionnaire_sha256=hashlib.sha256(canonical(given)).hexdigest(),
        title=definition.title,
        organiser=definition.organiser,
        contact=definition.contact,
        time_zone=definition.time_zone,
        state=SurveyState.DRAFT,
        opens_at=definition.opens,
        closes_at=definition.closes,
        place_id=0,
        place_paused=False,
        unit_name=unit_name,
        unit_path=unit_path,
        scopes=tuple(scopes),
        group_id=group,
        group_name=definition.groups[group].name,
        group_count=len(definition.groups),
    )


def load_plan_frame(session: Session, plan_id: int, typed: Given = _NOTHING) -> Frame:
    """Return what would be fixed of a plan if it were launched as it is; groups are known by their position."""
    plan = session.get_one(SurveyPlan, plan_id)
    definition = shown_definition(with_typed(plan.given, typed))
    targets = definition.questionnaire.targets
    known = _units(plan).where(Unit.code.in_([each.code for each in targets]))
    units = {unit.code: unit.name for unit in session.scalars(known)}
    named = tuple(
        Target(each.code, each.name or {"zh_Hans": units.get(each.code, each.code)}, each.unit_class)
        for each in targets
    )
    groups = [
        RespondentGroup(id=position, position=position, code=each.code, name=dict(each.name), weight=each.weight)
        for position, each in enumerate(definition.groups)
    ]
    rated = {
        position: frozenset(each.targets) for position, each in enumerate(definition.groups) if each.targets is not None
    }
    return Frame(-plan_id, definition, Questionnaire(definition.questionnaire.questions, named), groups, rated)


def _units(plan: SurveyPlan) -> Select[Unit]:
    """Return the units that the plan's maker sees: a plan must not give away the names of others."""
    return select(Unit).where(within(Scope(plan.scope_id), Unit.id)).order_by(Unit.code)


def _place(session: Session, plan: SurveyPlan, definition: SurveyDefinition) -> tuple[str, tuple[str, ...]]:
    """Return the name of the first place, and those above it; of no real one where none is chosen."""
    rule = definition.places
    chosen = _units(plan)
    first = (*rule.units, *rule.under)[0]
    top = session.scalar(select(Unit.id).where(Unit.code == first))
    if rule.units or not rule.level or top is None:
        chosen = chosen.where(Unit.code == first)
    else:
        chosen = chosen.where(Unit.level == rule.level, within(Scope(top), Unit.id))
    unit = session.scalars(chosen.limit(1)).first()
    if unit is None:
        return _SOME_PLACE, ()
    path: list[str] = []
    above = session.get(Unit, unit.parent_id) if unit.parent_id is not None else None
    while above is not None:
        path.insert(0, above.name)
        above = session.get(Unit, above.parent_id) if above.parent_id is not None else None
    return unit.name, tuple(path)
