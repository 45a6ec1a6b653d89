"""The page on which a plan's questionnaire is edited: the questions as on the phone, one thing open at a time."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import abort, g, render_template, request

from forms.plan_forms import (
    ScaleForm,
    ScopeForm,
    form_of_head,
    form_of_names,
    form_of_scale,
    form_of_targets,
    is_language,
)
from forms.question_forms import form_of_question, new_question
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.plan_document import (
    Document,
    deciding_questions,
    find_question,
    languages_of,
    options_of,
    question_numbers,
    questions_of,
    scale_of,
)
from survey_app.domain.plan_faults import plan_faults
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.rating_scale import BUILT_IN
from survey_app.models import Survey, SurveyPlan
from survey_app.services.plans.saving import find_plan, survey_of_plan
from survey_app.services.surveys_in_scope import classes_within
from survey_app.web.languages import say
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.plans.plan_words import KIND_NAMES, plan_text, scope_words
from survey_app.web.tickets import PlanTicket, write_plan_ticket
from survey_app.web.transaction import session

_QUESTION = re.compile(r"questions\[(\d+)\]")

#: The part of the page at which a fault is said, by the beginning of its path; others are the launch page's.
_PARTS = {
    "title": "head",
    "organiser": "head",
    "questions": "questions",
    "headline": "questions",
    "scopes": "scopes",
    "scales": "scales",
    "scale": "scales",
    "targets": "targets",
}

_PART_NAMES = {
    "head": message("Head of the page"),
    "questions": message("Questions"),
    "scopes": message("Kinds of place"),
    "scales": message("Rating scales"),
    "targets": message("Targets"),
}


@dataclass
class Faults:
    """What a plan lacks, where it is shown."""

    of_question: dict[str, list[Message]] = field(default_factory=dict)
    of_part: dict[str, list[Message]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many there are."""
        return sum(len(said) for found in (self.of_question, self.of_part) for said in found.values())


def plan_or_404(plan_id: int) -> SurveyPlan:
    """Return the plan with this id, where the visitor sees it."""
    plan = find_plan(session(), plan_id, visitor().scope)
    if plan is None:
        abort(404)
    return plan


def is_frozen(survey: Survey | None) -> bool:
    """Return whether a plan's survey has opened, so that nothing of the questionnaire changes any more."""
    return survey is not None and SurveyState(survey.state) is not SurveyState.DRAFT


def faults_of(given: Mapping[str, Any]) -> Faults:
    """Return what a plan lacks, each at its question or part, with names in place of paths."""
    found = Faults()
    questions = questions_of(given)
    for each in plan_faults(given):
        where = str(each.values.get("where", ""))
        question = _QUESTION.match(where)
        if question:
            found.of_question.setdefault(questions[int(question[1])]["code"], []).append(named(given, each))
        elif part := _PARTS.get(re.split(r"[.\[]", where)[0]):
            found.of_part.setdefault(part, []).append(named(given, each))
    return found


def _renamed(said: Message, where: Message) -> Message:
    return Message(said.text, said.values | {"where": where})


def named(given: Mapping[str, Any], said: Message) -> Message:
    """Return what is said of a plan with the name of its question or part in place of a path."""
    where = str(said.values.get("where", ""))
    question, questions = _QUESTION.match(where), questions_of(given)
    if question and int(question[1]) < len(questions):
        number = question_numbers(given)[questions[int(question[1])]["code"]]
        return _renamed(said, message("Question {number}", number=number))
    part = _PARTS.get(re.split(r"[.\[]", where)[0])
    return _renamed(said, _PART_NAMES[part]) if part else said


def plan_languages(given: Mapping[str, Any]) -> Sequence[str]:
    """Return the languages to write in: those of the plan, and one that is being added."""
    also = request.args.get("also", "")
    found = languages_of(given)
    return [*found, also] if is_language(also) and also not in found else found


def questionnaire_page(
    plan: SurveyPlan, opened: str = "", form: object = None, refused: Sequence[Message] = (), focus: str = ""
) -> str:
    """Return the page with one thing open: a question by its code, "new-…" of a kind, or a part.

    `form` is what was typed there; without it the form shows what the plan has. `focus` is the id that gets the focus.
    """
    survey = survey_of_plan(session(), plan)
    given, languages = plan.given, plan_languages(plan.given)
    if form is None and opened:
        form = _form(given, opened, languages)
        opened = opened if form is not None else ""
    codes = [each["code"] for each in questions_of(given)]
    previews = _previews(plan)
    g.csp = {**g.get("csp", {}), "frame-src": "'self'"}
    return render_template(
        "organiser/plan_questionnaire.html",
        plan=plan,
        given=given,
        survey=survey,
        frozen=is_frozen(survey),
        languages=languages,
        also=request.args.get("also"),
        numbers=question_numbers(given),
        options={each["code"]: options_of(given, each) for each in questions_of(given)},
        faults=faults_of(given),
        kinds=KIND_NAMES,
        grouped=_is_grouped(given) or "grouped" in request.args or opened in ("targets", "names"),
        opened=opened,
        form=form,
        refused=refused,
        focus=focus,
        deciding=[
            (each, options_of(given, each)) for each in deciding_questions(given, opened if opened in codes else None)
        ],
        scales=list({**BUILT_IN, **(given.get("scales") or {})}),
        anchor=_anchor(opened, codes),
        classes=classes_within(session(), visitor().scope) if opened == "targets" else (),
        previews=previews,
        shown=request.args.get("shown", opened),
        survey_plan=plan,
    )


def _form(given: Mapping[str, Any], opened: str, languages: Sequence[str]) -> object | None:
    """Return the form of what is open, as the plan has it; None where there is no such thing."""
    kind, _, name = opened.partition("-")
    if opened in {each["code"] for each in questions_of(given)}:
        return form_of_question(find_question(given, opened), languages)
    if kind == "new" and name in set(QuestionKind):
        return new_question(QuestionKind(name), languages)
    if kind == "scale" and (options := scale_of(given, name)):
        return form_of_scale(name, options)
    match opened:
        case "head":
            return form_of_head(given)
        case "scopes":
            return ScopeForm()
        case "targets":
            return form_of_targets(given.get("targets") or ())
        case "names":
            return form_of_names(given.get("targets") or ())
        case "scales" | "import":
            return ScaleForm("", (), {}, {})
    return None


def _anchor(opened: str, codes: Sequence[str]) -> str:
    """Return the id of what is open."""
    if opened in codes:
        return f"q-{opened}"
    part = opened.partition("-")[0]
    return {"scale": "scales", "names": "targets"}.get(part, part)


def _is_grouped(given: Mapping[str, Any]) -> bool:
    """Return whether 分组测评 is on: there are groups or targets, or a question is about targets."""
    about = any(each.get("about") == "targets" for each in questions_of(given))
    return about or bool(given.get("targets")) or len(given.get("groups") or ()) > 1


def _previews(plan: SurveyPlan) -> list[tuple[str, str]]:
    """Return the ways to look at the questionnaire, each with its ticket: everything, a kind of place, a group."""
    scopes: Document = plan.given.get("scopes") or {}
    groups = plan.given.get("groups") or ()
    ways: list[tuple[str, PlanTicket]] = [(say(message("Everything")), PlanTicket(plan.id, tuple(scopes), 0))]
    for code, rules in scopes.items():
        if "except" not in rules:
            inside = (code, *(name for name, each in scopes.items() if each.get("except") not in (None, code)))
            ways.append((scope_words(plan.given, code), PlanTicket(plan.id, inside, 0)))
    if scopes:
        outside = tuple(name for name, each in scopes.items() if "except" in each)
        ways.append((say(message("Other places")), PlanTicket(plan.id, outside, 0)))
    if len(groups) > 1:
        named = [(plan_text(each["name"]), PlanTicket(plan.id, tuple(scopes), at)) for at, each in enumerate(groups)]
        ways = [*named, *ways[1:]]
    return [(said, write_plan_ticket(ticket)) for said, ticket in ways]
