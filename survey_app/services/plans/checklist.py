"""What a plan still lacks before it can be launched, what is worth a look, and what is in order."""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.documents.fonts import missing_glyphs
from survey_app.domain.definition import BallotMode, Paper, QuotaFull, SignOffRule, SurveyDefinition
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.plan_faults import plan_faults, shown_definition
from survey_app.domain.texts import DEFAULT_LANGUAGE, Texts, pick
from survey_app.models import Survey, Unit
from survey_app.services.definition_file import load_definition
from survey_app.services.launching import canonical
from survey_app.services.plans.choosing_places import check_units_exist, chosen_units, needs_populations
from survey_app.services.scopes import Scope
from survey_app.services.units.tree import UnitTree

#: Weights are easiest to read where they make this.
_WHOLE_WEIGHT = 100

#: So many units are named where many are at fault.
_NAMED = 3


class Standing(StrEnum):
    """How one thing stands."""

    #: It keeps the survey from being launched.
    MISSING = "missing"
    LOOK = "look"
    FINE = "fine"


@dataclass(frozen=True)
class Item:
    """One line of the list; `where` is a path of the document."""

    standing: Standing
    where: str
    text: Message


@dataclass
class Checklist:
    """All lines, those that keep the survey from being launched first; and the places that are chosen."""

    items: list[Item] = field(default_factory=list)
    units: Sequence[Unit] = ()
    #: What is expected of all places together; None where nothing is.
    quota: int | None = None
    #: How many places have a population.
    counted: int = 0

    @property
    def is_ready(self) -> bool:
        """Whether the survey can be launched."""
        return not self.missing

    @property
    def missing(self) -> list[Item]:
        """What keeps the survey from being launched."""
        return [each for each in self.items if each.standing is Standing.MISSING]

    def add(self, standing: Standing, where: str, text: Message) -> None:
        """Add a line."""
        self.items.append(Item(standing, where, text))


def check_plan(
    session: Session,
    tree: UnitTree,
    given: Mapping[str, Any],
    scope: Scope,
    *,
    public_url: str,
    now: datetime,
    own: str | None = None,
) -> Checklist:
    """Hold a plan against all that its launch needs, as far as it is written; `own`: the survey launched from it."""
    found = Checklist()
    for fault in plan_faults(given):
        found.add(Standing.MISSING, str(fault.values.get("where", "")), fault)
    definition = shown_definition(given)
    _check_places(found, tree, given, definition, scope)
    _check_targets(found, tree, definition, scope)
    _check_names(found, session, definition, own)
    if found.is_ready:
        try:
            load_definition(canonical(given))
        except Refused as refusal:
            for fault in refusal.messages:
                found.add(Standing.MISSING, str(fault.values.get("where", "")), fault)
    _look_at_dates(found, definition, now)
    _look_at_groups(found, definition)
    _look_at_texts(found, definition)
    _look_at_posters(found, definition, public_url)
    order = list(Standing)
    found.items.sort(key=lambda each: order.index(each.standing))
    return found


def _check_places(
    found: Checklist, tree: UnitTree, given: Mapping[str, Any], definition: SurveyDefinition, scope: Scope
) -> None:
    rule = definition.places
    places = given.get("places") or {}
    if not (places.get("under") or places.get("units")):
        found.add(Standing.MISSING, "places", message("Choose the places where answers are collected."))
        return
    try:
        found.units = chosen_units(rule, tree)
    except Refused as refusal:
        for fault in refusal.messages:
            found.add(Standing.MISSING, "places", fault)
        return
    inside = [unit for unit in found.units if tree.is_within(unit, scope)]
    outside = len(found.units) - len(inside)
    found.units = inside  # A plan from a file may name any unit; whoever sees a part of the tree reads no other names.
    if outside:
        text = message("{count} of these places lie outside your units. Choose only places within them.", count=outside)
        found.add(Standing.MISSING, "places", text)
    codes = [unit.code for unit in found.units]
    populations = [rule.sizes[code].population if code in rule.sizes else None for code in codes]
    found.counted = sum(each is not None for each in populations)
    quotas = [quota for quota in map(definition.quota_at, codes) if quota is not None]
    found.quota = sum(quotas) if quotas else None
    found.add(Standing.FINE, "places", message("Places: {count}.", count=f"{len(codes):,}"))
    needing = needs_populations(definition)
    if needing is not None and found.counted < len(codes):
        text = message(
            "How the results are counted needs the eligible people of every place; {count} have none. Upload them.",
            count=len(codes) - found.counted,
        )
        found.add(Standing.MISSING, "places.sizes", text)
    if found.quota is None:
        text = message("No ballots are expected: the progress board will know no target.")
        found.add(Standing.LOOK, "places.quota", text)
    elif len(quotas) < len(codes):
        text = message("Places without expected ballots: {count}.", count=len(codes) - len(quotas))
        found.add(Standing.LOOK, "places.quota", text)
    _look_at_sizes(found, rule.sizes.keys() - set(codes))


def _look_at_sizes(found: Checklist, others: Iterable[str]) -> None:
    count = len(list(others))
    if count:
        text = message(
            "{count} lines of the uploaded list are of places not chosen; the launch leaves them out.", count=count
        )
        found.add(Standing.LOOK, "places.sizes", text)


def _check_targets(found: Checklist, tree: UnitTree, definition: SurveyDefinition, scope: Scope) -> None:
    without = [
        each.code
        for each in definition.questionnaire.targets
        if not each.name and tree.find_within(each.code, scope) is None
    ]
    if without:
        text = message("Targets without a name: {codes}.", codes=", ".join(without[:_NAMED]))
        found.add(Standing.MISSING, "targets", text)
    try:
        check_units_exist("scopes", [code for scope in definition.scopes for code in scope.under], tree)
    except Refused as refusal:
        found.add(Standing.MISSING, "scopes", refusal.messages[0])


def _check_names(found: Checklist, session: Session, definition: SurveyDefinition, own: str | None) -> None:
    """Say where the short name is taken, or the survey to be repeated is not there."""
    known = set(session.scalars(select(Survey.slug).where(Survey.slug.in_([definition.slug, definition.repeats]))))
    if definition.slug in known - {own}:
        text = message("There is a survey {value} already; choose another short name.", value=definition.slug)
        found.add(Standing.MISSING, "slug", text)
    if definition.repeats is not None and definition.repeats not in known:
        text = message("There is no survey {value} that it could repeat.", value=definition.repeats)
        found.add(Standing.MISSING, "repeats", text)


def _look_at_dates(found: Checklist, definition: SurveyDefinition, now: datetime) -> None:
    if definition.closes is not None and definition.closes <= now:
        found.add(Standing.MISSING, "closes", message("The planned closing is past. Choose a later one."))
    elif definition.closes is None and definition.open_days is None:
        text = message("No closing is planned: posters announce no last day, and somebody must close it by hand.")
        found.add(Standing.LOOK, "closes", text)
    else:
        found.add(Standing.FINE, "closes", message("The closing is planned."))
    if definition.opens is not None and definition.opens <= now:
        text = message("The planned opening is past, so it opens nothing: a person opens the survey.")
        found.add(Standing.LOOK, "opens", text)
    closes, results = definition.closes, definition.results_on
    if closes is not None and results is not None and results < closes.date():
        found.add(Standing.LOOK, "results_on", message("The results are announced for a day before the closing."))


def _look_at_groups(found: Checklist, definition: SurveyDefinition) -> None:
    if len(definition.groups) > 1:
        weight = sum(each.weight for each in definition.groups)
        if weight != _WHOLE_WEIGHT:
            text = message(
                "The weights of the groups make {sum}, not 100. They count in proportion.", sum=f"{weight:g}"
            )
            found.add(Standing.LOOK, "groups", text)
        else:
            found.add(Standing.FINE, "groups", message("Groups: {count}.", count=len(definition.groups)))
    if definition.quota_full is QuotaFull.STOP:
        text = message("Where the expected ballots have come in, nobody else can answer.")
        found.add(Standing.LOOK, "quota_full", text)
    if definition.paper is not Paper.NONE:
        found.add(Standing.FINE, "paper", message("Ballots on paper are counted in."))
    if definition.second_person:
        found.add(Standing.FINE, "second_person", message("Somebody else must approve it before it opens."))
    if definition.sign_off is SignOffRule.OPTIONAL:
        text = message("Results can be published without a draft that three people have signed.")
        found.add(Standing.LOOK, "sign_off", text)


def _look_at_texts(found: Checklist, definition: SurveyDefinition) -> None:
    if not definition.contact:
        text = message("No telephone for questions and complaints: people have nobody to ask.")
        found.add(Standing.LOOK, "contact", text)
    questions = definition.questionnaire.questions
    if not any(each.standing is Standing.MISSING and each.where.startswith("questions") for each in found.items):
        found.add(Standing.FINE, "questions", message("Questions: {count}.", count=len(questions)))
    for question in questions:
        if len({frozenset(option.text.items()) for option in question.options}) < len(question.options):
            text = message("Two options of “{question}” read the same.", question=pick(question.text, DEFAULT_LANGUAGE))
            found.add(Standing.LOOK, "questions", text)
    texts: list[Texts] = [definition.title, *(each.text for each in questions)]
    without = sum("en" not in each for each in texts)
    if without:
        text = message("Texts without English: {count}. The English page shows them in Chinese.", count=without)
        found.add(Standing.LOOK, "title.en", text)


def _look_at_posters(found: Checklist, definition: SurveyDefinition, public_url: str) -> None:
    """Say what would be wrong with paper that leads to the survey."""
    printed = "".join([*definition.title.values(), *definition.organiser.values(), definition.contact])
    drawn = {unit: lacking for unit in found.units if (lacking := missing_glyphs(unit.name))}
    lacking = missing_glyphs(printed)
    if lacking:
        text = message("The font of the posters cannot draw {characters}.", characters=lacking)
        found.add(Standing.LOOK, "title", text)
    if drawn:
        text = message(
            "The font of the posters cannot draw the names of {units}. Rename them.", units=_named(list(drawn))
        )
        found.add(Standing.LOOK, "places", text)
    if definition.paper is not Paper.NONE and (lacking := missing_glyphs(_on_sheets(definition))):
        text = message("The font of the sheets cannot draw {characters}.", characters=lacking)
        found.add(Standing.LOOK, "questions", text)
    host = urlsplit(public_url).hostname or ""
    if _is_here(host):
        ways = {each.ballot_mode for each in definition.groups}
        what = message("Posters") if BallotMode.POSTER in ways else message("Slips")
        text = message(
            "{what} would lead to {address}, which no telephone reaches. Set SURVEY_PUBLIC_URL before printing.",
            what=what,
            address=public_url,
        )
        found.add(Standing.LOOK, "", text)


def _on_sheets(definition: SurveyDefinition) -> str:
    """Return what sheets print of the questionnaire; names of units are looked at with the units."""
    texts: list[Texts] = [each.name for each in definition.groups]
    texts += [each.name for each in definition.questionnaire.targets]
    for question in definition.questionnaire.questions:
        texts += [question.text, question.hint, *(option.text for option in question.options)]
    return "".join(text for each in texts for text in each.values())


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _named(units: Sequence[Unit]) -> str:
    more = " …" if len(units) > _NAMED else ""
    return ", ".join(f"{unit.name} ({unit.code})" for unit in units[:_NAMED]) + more
