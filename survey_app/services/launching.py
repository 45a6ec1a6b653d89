"""Launch a survey from its definition: a draft with its questionnaire, groups, targets, slots, places and codes."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from survey_app.domain.definition import BallotMode, PlaceSize, SurveyDefinition, scopes_of
from survey_app.domain.document_changes import changes_between
from survey_app.domain.entry_codes import make_entry_code
from survey_app.domain.lifecycle import Act, SurveyState, after
from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import Questionnaire
from survey_app.models import (
    BallotSlot,
    EntryCode,
    GroupTarget,
    Place,
    Quota,
    RespondentGroup,
    StoredQuestionnaire,
    Survey,
    SurveyTarget,
    Unit,
)
from survey_app.services.definition_file import load_definition
from survey_app.services.lifecycle import lock_survey, record
from survey_app.services.plans.choosing_places import check_populations, check_sizes, check_units_exist, chosen_units
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.survey_acts import write_act
from survey_app.services.units.tree import UnitTree, load_tree


def canonical(definition: Mapping[str, Any]) -> bytes:
    """Return the one spelling of a definition over which its hash is taken."""
    return json.dumps(definition, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def launch(session: Session, content: bytes, by: str, scope: Scope = EVERYTHING) -> Survey:
    """Make a draft survey from a definition file's bytes; Refused, with nothing written, where it does not fit.

    A target outside the scope of who launches is no unit: its name is not read from the tree.
    """
    given, definition = load_definition(content)
    tree = load_tree(session)
    _check_repeated(session, definition)
    survey = _survey(session, definition)
    session.add(survey)
    session.flush()
    stored = StoredQuestionnaire(
        survey_id=survey.id, definition=given, frozen_at=None, sha256=hashlib.sha256(canonical(given)).hexdigest()
    )
    session.add(stored)
    groups = _add_groups(session, survey, definition)
    _add_targets(session, survey, definition, groups, tree, scope)
    places = _add_places(session, survey, definition, tree)
    _add_quotas(session, definition, places, groups, tree)
    _add_codes(session, survey, places, groups)
    write_act(session, survey, "launch", by, changes=({}, {"places": len(places), "sha256": stored.sha256}))
    return survey


def _check_repeated(session: Session, definition: SurveyDefinition) -> None:
    if definition.repeats is not None and not session.scalar(
        select(Survey.id).where(Survey.slug == definition.repeats)
    ):
        raise Refused(
            message(
                "{where}: there is no survey {value}. `list` shows the surveys there are.",
                where="repeats",
                value=definition.repeats,
            )
        )


def change_definition(session: Session, slug: str, content: bytes, by: str) -> Survey:
    """Replace a draft's definition; Refused once the survey has opened, since then its questionnaire is frozen.

    An approval is of what was approved, so this needs a new one. Places, scopes, groups and targets stay, so that
    printed codes lead where they led.
    """
    survey = lock_survey(session, slug)  # An opening waits, or has been: nothing changes behind it.
    after(SurveyState(survey.state), Act.CHANGE, slug)
    given, definition = load_definition(content)
    if definition.slug not in (None, slug):
        raise Refused(
            message(
                "{where}: this survey is called {slug}, and its addresses carry that name; launch a new survey.",
                where="slug",
                slug=slug,
            )
        )
    stored = session.get_one(StoredQuestionnaire, survey.id)
    for part in ("places", "scopes", "groups", "targets", "ballot_mode"):
        if given.get(part) != stored.definition.get(part):
            raise Refused(
                message(
                    "{where}: places, scopes, groups and targets stay as they were launched; launch a new survey.",
                    where=part,
                )
            )
    if survey.needs_approval and not definition.second_person:
        raise Refused(
            message(
                "{where}: the survey was launched to be approved by a second person, and that stays.",
                where="second_person",
            )
        )
    _check_repeated(session, definition)
    places = session.execute(
        select(Unit.code, Place.population).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey.id)
    )
    check_populations(definition, {row.code: row.population for row in places})
    changes = changes_between(stored.definition, given)
    stored.definition, stored.sha256 = given, hashlib.sha256(canonical(given)).hexdigest()
    for name, value in _settings(definition).items():
        setattr(survey, name, value)
    session.execute(delete(BallotSlot).where(BallotSlot.survey_id == survey.id))
    targets = session.scalars(select(SurveyTarget).where(SurveyTarget.survey_id == survey.id)).all()
    _add_slots(session, survey, definition, {each.code: each.id for each in targets})
    record(session, survey, Act.CHANGE, by, changes=changes)
    return survey


def _settings(definition: SurveyDefinition) -> dict[str, Any]:
    return {
        "title": dict(definition.title),
        "organiser": dict(definition.organiser),
        "contact": definition.contact,
        "time_zone": definition.time_zone,
        "opens_at": definition.opens,
        "closes_at": definition.closes,
        "results_on": definition.results_on,
        "headline_question": definition.headline_question,
        "headline_base": definition.headline_base,
        "empty_group": definition.empty_group,
        "threshold": definition.threshold,
        "quota_full": definition.quota_full,
        "paper": definition.paper,
        "needs_approval": definition.second_person,
    }


def _survey(session: Session, definition: SurveyDefinition) -> Survey:
    taken = set(session.scalars(select(Survey.slug)))
    slug = definition.slug
    if slug is None:
        year = (definition.opens or datetime.now(UTC)).year
        slug = next(name for number in range(1, len(taken) + 2) if (name := f"{year}-{number}") not in taken)
    elif slug in taken:
        raise Refused(
            message("{where}: there is a survey {value} already; choose another slug.", where="slug", value=slug)
        )
    return Survey(slug=slug, **_settings(definition))


def _add_groups(session: Session, survey: Survey, definition: SurveyDefinition) -> Sequence[RespondentGroup]:
    groups = [
        RespondentGroup(
            survey_id=survey.id,
            position=position,
            code=each.code,
            name=dict(each.name),
            weight=each.weight,
            ballot_mode=each.ballot_mode,
        )
        for position, each in enumerate(definition.groups)
    ]
    session.add_all(groups)
    session.flush()
    return groups


def _add_targets(
    session: Session,
    survey: Survey,
    definition: SurveyDefinition,
    groups: Sequence[RespondentGroup],
    tree: UnitTree,
    scope: Scope,
) -> None:
    ids: dict[str, int] = {}
    for position, each in enumerate(definition.questionnaire.targets):
        unit = tree.find_within(each.code, scope)
        if not each.name and unit is None:
            raise Refused(
                message(
                    "{where}: there is no unit {value}; import it, or give the target a name.",
                    where=f"targets[{position}]",
                    value=each.code,
                )
            )
        target = SurveyTarget(
            survey_id=survey.id,
            position=position,
            code=each.code,
            name=dict(each.name) or {"zh_Hans": unit.name if unit else ""},
            unit_class=each.unit_class or (unit.unit_class if unit else ""),
            unit_id=unit.id if unit else None,
        )
        session.add(target)
        session.flush()
        ids[each.code] = target.id
    for group, declared in zip(groups, definition.groups, strict=True):
        session.add_all(GroupTarget(group_id=group.id, target_id=ids[code]) for code in declared.targets or ())
    _add_slots(session, survey, definition, ids)


def _add_slots(session: Session, survey: Survey, definition: SurveyDefinition, targets: Mapping[str, int]) -> None:
    questionnaire: Questionnaire = definition.questionnaire
    session.add_all(
        BallotSlot(
            survey_id=survey.id,
            position=position,
            question=slot.question.code,
            target_id=None if slot.target is None else targets[slot.target.code],
        )
        for position, slot in enumerate(questionnaire.slots())
    )
    session.flush()


def _add_places(session: Session, survey: Survey, definition: SurveyDefinition, tree: UnitTree) -> Sequence[Place]:
    rule = definition.places
    units = chosen_units(rule, tree)
    check_units_exist("scopes", [code for scope in definition.scopes for code in scope.under], tree)
    check_sizes(rule, units)
    places = []
    for unit in units:
        size = rule.sizes.get(unit.code, PlaceSize())
        scopes = scopes_of(definition.scopes, unit.name, unit.unit_class, [each.code for each in tree.line(unit)])
        places.append(
            Place(
                survey_id=survey.id,
                unit_id=unit.id,
                population=size.population,
                quota=definition.quota_at(unit.code),
                paused=False,
                scopes=scopes,
            )
        )
    check_populations(definition, {unit.code: place.population for unit, place in zip(units, places, strict=True)})
    session.add_all(places)
    session.flush()
    return places


def _add_quotas(
    session: Session,
    definition: SurveyDefinition,
    places: Sequence[Place],
    groups: Sequence[RespondentGroup],
    tree: UnitTree,
) -> None:
    """Write down how many ballots each group is to give at each place, where that is said."""
    ids = {each.code: each.id for each in groups}
    rows = [
        {"place_id": place.id, "group_id": ids[group], "ballots": ballots}
        for place in places
        for group, ballots in definition.quotas_at(tree.by_id[place.unit_id].code).items()
    ]
    if rows:
        session.execute(insert(Quota), rows)


def _add_codes(session: Session, survey: Survey, places: Sequence[Place], groups: Sequence[RespondentGroup]) -> None:
    """Give every place its poster code for each group that answers by poster.

    A code is never used twice, not by another survey either.
    """
    taken = set(session.scalars(select(EntryCode.code)))
    rows = []
    for place in places:
        for group in groups:
            if group.ballot_mode != BallotMode.POSTER:
                continue
            code = make_entry_code(secrets.randbelow)
            while code in taken:
                code = make_entry_code(secrets.randbelow)
            taken.add(code)
            rows.append(
                {"code": code, "survey_id": survey.id, "place_id": place.id, "group_id": group.id, "state": "active"}
            )
    if rows:
        session.execute(insert(EntryCode), rows)
