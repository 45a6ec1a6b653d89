"""What a plan can begin with: the questionnaires of the shipped examples, an empty one, or all of an example."""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.messages import Message, Refused, message
from survey_app.models import Survey, SurveyPlan, Unit
from survey_app.services.plans.saving import create_plan
from survey_app.services.scopes import EVERYTHING
from survey_app.services.units.importing import import_units

_EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"

#: What belongs to one office and one time, and is chosen at the launch.
_OF_THE_EXAMPLE = (
    *("$schema", "title", "organiser", "contact", "places", "slug"),
    *("opens", "closes", "results_on", "sign_off"),
)


@dataclass(frozen=True)
class Template:
    """A questionnaire to begin with."""

    name: Message
    description: Message
    #: The title of a plan made from it, where none is typed.
    title: str
    #: The example whose questions it takes; empty: none.
    file: str = ""


TEMPLATES: Mapping[str, Template] = {
    "four-level": Template(
        message("Service evaluation, four levels"),
        message("Satisfied, basically satisfied, dissatisfied, don't know; asked in every village and community."),
        "公共服务满意度测评",
        "four-level.json",
    ),
    "five-level": Template(
        message("Service evaluation, five levels"),
        message("From very satisfied to very dissatisfied, with choices, a number and an open question."),
        "政务服务满意度测评",
        "five-level.json",
    ),
    "groups": Template(
        message("Departments rated by groups"),
        message("A list of departments, rated by service users, representatives and cadres with weights of their own."),
        "部门作风测评",
        "groups.json",
    ),
    "rectification": Template(
        message("Rectification, judged item by item"),
        message("A list of problems: whether each was put right, and whether it came back."),
        "整改事项群众评议",
        "rectification.json",
    ),
    "empty": Template(
        message("Empty"),
        message("Begin with nothing and add the questions one by one."),
        "满意度测评",
    ),
}


def begin_with(code: str, title: str = "", organiser: str = "") -> dict[str, Any]:
    """Return the document of a new plan; KeyError where there is no such template."""
    template = TEMPLATES[code]
    given = _example(template.file) if template.file else {"questions": []}
    begun: dict[str, Any] = {"title": {"zh_Hans": title or f"{datetime.now(UTC).year}年{template.title}"}}
    if organiser:
        begun["organiser"] = {"zh_Hans": organiser}
    return begun | {key: deepcopy(value) for key, value in given.items() if key not in _OF_THE_EXAMPLE}


def can_load_example(session: Session) -> bool:
    """Return whether nothing is there yet that the example could get in the way of."""
    return not any(session.scalar(select(table.id).limit(1)) for table in (Unit, Survey, SurveyPlan))


def load_example(session: Session, by: str) -> SurveyPlan:
    """Import a small list of units and make a plan over them; Refused where there is anything already."""
    if not can_load_example(session):
        raise Refused(message("The example is only for an empty installation: there are units or surveys already."))
    import_units(session, (_EXAMPLES / "units-example.csv").read_bytes(), "units-example.csv", by)
    given = _example("four-level.json")
    return create_plan(session, {key: value for key, value in given.items() if key != "$schema"}, by, EVERYTHING)


def known_organiser(plans: Mapping[str, Any]) -> str:
    """Return who holds the surveys of a plan, in the default language."""
    found = plans.get("organiser") or ""
    return found if isinstance(found, str) else str(found.get("zh_Hans", ""))


def _example(file: str) -> dict[str, Any]:
    return dict(json.loads((_EXAMPLES / file).read_text(encoding="utf-8")))
