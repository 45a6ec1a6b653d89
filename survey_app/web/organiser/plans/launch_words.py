"""What the launch page offers to choose from, and which box each line of its checklist is about."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from forms.console_forms import blame
from forms.launch_boxes import Choices
from forms.launch_form import LaunchForm
from survey_app.domain.messages import Message, message
from survey_app.domain.plan_document import questions_of
from survey_app.domain.questionnaire import QuestionKind
from survey_app.domain.texts import as_texts, pick
from survey_app.domain.units import Level
from survey_app.domain.units.level import LEVEL_NAMES
from survey_app.models import SurveyPlan
from survey_app.services.plans.checklist import Item
from survey_app.services.scopes import Scope
from survey_app.services.surveys_in_scope import classes_within, survey_lines
from survey_app.services.units.tree import UnitTree
from survey_app.web.languages import language

#: More areas than these are written by their codes.
_MOST_AREAS = 60

#: The box of a path of the document; what has none is written with the questionnaire.
_BOXES = {
    "title": "title_zh",
    "title.en": "title_en",
    "organiser": "organiser_zh",
    "contact": "contact",
    "places": "areas",
    "places.quota": "quota",
    "places.sizes": "file",
    "groups": "grouped",
    "opens": "opens_day",
    "closes": "closes_day",
    "headline.question": "headline_question",
    "headline.base": "headline_base",
    **dict.fromkeys(
        ("results_on", "open_days", "time_zone", "ballot_mode", "threshold", "roll_up", "selection", "verdict"), ""
    ),
    "slug": "short_name",
    **dict.fromkeys(("repeats", "paper", "quota_full", "second_person", "sign_off", "empty_group"), ""),
}

_QUESTIONNAIRE = message("Questionnaire")

#: Boxes of the page that the form does not hold.
_NAMES = {"file": message("List with eligible people and expected ballots")}


def offered(session: Session, tree: UnitTree, given: Mapping[str, Any], scope: Scope) -> dict[str, Choices]:
    """Return the options of the form's fields."""
    levels = _counts(tree, scope)
    return {
        "areas": _areas(tree, scope),
        "level": [
            ("", message("all levels")),
            *((level.value, _counted(LEVEL_NAMES[level], levels[level])) for level in Level if level in levels),
        ],
        "classes": [(name, _counted(name, count)) for name, count in classes_within(session, scope)],
        "targets": [(each["code"], _target(tree, scope, each)) for each in given.get("targets") or ()],
        "headline_question": [
            ("", message("the first rating question")),
            *((each["code"], _words(each.get("text"))) for each in questions_of(given) if _is_rating(each)),
        ],
        "repeats": [
            ("", message("none")),
            *((line.survey.slug, _words(line.survey.title)) for line in survey_lines(session, scope)),
        ],
    }


def _areas(tree: UnitTree, scope: Scope) -> Choices:
    """Return the tops and what stands right below them, where these are not too many to be shown."""
    if scope.unit_id is None:
        tops = [unit for unit in tree.children.get(None, ()) if unit.closed_on is None]
    else:
        tops = [tree.by_id[scope.unit_id]]
    below = [unit for top in tops for unit in tree.children.get(top.id, ()) if unit.closed_on is None]
    shown = [*tops, *(below if len(below) <= _MOST_AREAS else ())]
    return [(unit.code, unit.name) for unit in shown[: 2 * _MOST_AREAS]]


def _counts(tree: UnitTree, scope: Scope) -> dict[Level, int]:
    found: dict[Level, int] = {}
    for unit in tree.below_scope(scope):
        if unit.closed_on is None:
            found[Level(unit.level)] = found.get(Level(unit.level), 0) + 1
    return found


def _counted(name: Message | str, count: int) -> Message:
    return message("{name} ({count})", name=name, count=f"{count:,}")


def _target(tree: UnitTree, scope: Scope, target: Mapping[str, Any]) -> str:
    unit = tree.find_within(target["code"], scope)
    return _words(target.get("name")) or (unit.name if unit else target["code"])


def _is_rating(question: Mapping[str, Any]) -> bool:
    return bool(question["kind"] == QuestionKind.RATING)


def _words(text: Any) -> str:  # noqa: ANN401 - as JSON holds it.
    return pick(as_texts(text or {}), language())


def box_of(where: str, form: LaunchForm) -> str | None:
    """Return the id of the box that a path of the document is about; None where it is not on the launch page."""
    parts = re.split(r"[.\[]", where)
    for path in (".".join(parts[:2]), parts[0]):
        if path in _BOXES:
            box = _BOXES[path] or path
            # Only the way of choosing places that is taken is shown.
            return "units" if box == "areas" and "choose" in form and form.choose.data == "units" else box
    return None


def address_of(item: Item, plan: SurveyPlan, form: LaunchForm) -> str:
    """Return where what an item is about can be mended; empty where that is nowhere in the console."""
    box = box_of(item.where, form)
    if box is not None:
        return f"#{box}"
    return url_for("organiser.plan_questionnaire", plan_id=plan.id) if item.where else ""


def renamed(item: Item, form: LaunchForm) -> Message:
    """Return what an item says, with the box's label in place of a path of the document."""
    if "where" not in item.text.values:
        return item.text
    box = box_of(item.where, form)
    name = form[box].label.text if box is not None and box in form else _NAMES.get(box or "", _QUESTIONNAIRE)
    return Message(item.text.text, item.text.values | {"where": name})


def blame_boxes(form: LaunchForm, items: Sequence[Item]) -> list[Message]:
    """Say each item at its box; return those that have none on the page."""
    others = []
    for item in items:
        box = box_of(item.where, form)
        if box is not None and box in form:
            said: Any = form[box].errors  # WTForms' stubs know strings only.
            blame(form[box], *said, renamed(item, form))
        else:
            others.append(renamed(item, form))
    return others
