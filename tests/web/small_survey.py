"""A small case for tests of pages: two places, one survey with every kind of question, one about targets."""

import copy
import json
from datetime import UTC, datetime

from sqlalchemy import select, update

from survey_app.models import Ballot, EntryCode, Place, RespondentGroup, Survey, Unit
from survey_app.services.launching import launch
from survey_app.services.lifecycle import close_survey, open_survey
from survey_app.web.parts import Parts

TOWN, VILLAGE = "马家吉社区", "民主村"

_UNITS = (
    ("430700", "常德市", "city", None),
    ("430702", "武陵区", "county", "430700"),
    ("430702001", "启明街道", "township", "430702"),
    ("430702001001", TOWN, "village", "430702001"),
    ("430703", "鼎城区", "county", "430700"),
    ("430703101", "蒿子港镇", "township", "430703"),
    ("430703101001", VILLAGE, "village", "430703101"),
)


def _rating(code, chinese, english, **rest):
    return {"code": code, "kind": "rating", "text": {"zh_Hans": chinese, "en": english}, **rest}


#: Every kind of question, one for towns only, one that depends on another.
EVERY_KIND = {
    "slug": "every-kind",
    "title": {"zh_Hans": "2026 年公共服务满意度测评", "en": "Public service satisfaction 2026"},
    "organiser": {"zh_Hans": "常德市测评办公室", "en": "Changde Evaluation Office"},
    "contact": "0736-0000000",
    "opens": "2026-01-01",
    "closes": "2099-12-20",
    "results_on": "2099-12-28",
    "sign_off": "optional",
    "places": {"under": "430700", "level": "village"},
    "scopes": {"town": {"name_ends_with": ["社区"]}},
    "questions": [
        _rating(
            "overall",
            "总的来说，您对本村（社区）的公共服务满意吗？",
            "All in all, are you satisfied with the public services of your village (community)?",
            required=True,
        ),
        _rating(
            "buses",
            "您对城区公交乘车满意吗？",
            "Are you satisfied with the town buses?",
            required=True,
            asked_in="town",
            hint={"zh_Hans": "线路、班次、候车、票价", "en": "Routes, frequency, stops, fares"},
        ),
        {
            "code": "reason",
            "kind": "multiple_choice",
            "text": {"zh_Hans": "公交哪些方面需要改进？", "en": "What about the buses should be better?"},
            "required": True,
            "options": [
                {"code": "routes", "text": {"zh_Hans": "线路", "en": "Routes"}},
                {"code": "fares", "text": {"zh_Hans": "票价", "en": "Fares"}},
                {"code": "stops", "text": {"zh_Hans": "候车亭", "en": "Shelters"}},
            ],
            "show_if": {"question": "buses", "options": ["basically_satisfied", "dissatisfied"]},
        },
        {
            "code": "visits",
            "kind": "single_choice",
            "text": {"zh_Hans": "您多久去一次村（社区）办事？", "en": "How often do you go to the village office?"},
            "options": [
                {"code": "often", "text": {"zh_Hans": "每月都去", "en": "Every month"}},
                {"code": "rarely", "text": {"zh_Hans": "一年几次", "en": "A few times a year"}},
            ],
        },
        {
            "code": "household",
            "kind": "number",
            "text": {"zh_Hans": "您家常住几口人？", "en": "How many people live in your household?"},
            "least": 1,
            "most": 30,
        },
        {
            "code": "one_thing",
            "kind": "open_text",
            "text": {"zh_Hans": "您最希望改进的一件事", "en": "The one thing you would most like to see improved"},
        },
    ],
}

#: One list of targets, rated by two groups.
TARGETS = {
    "slug": "targets",
    "title": {"zh_Hans": "2026 年市直单位作风评议", "en": "Review of the city's departments 2026"},
    "organiser": {"zh_Hans": "常德市作风建设办公室", "en": "Changde Office for Work Style"},
    "contact": "0736-0000000",
    "places": {"units": ["430700"]},
    "questions": [
        _rating(
            "conduct", "您对下列单位的作风满意吗？", "How satisfied are you with each?", about="targets", required=True
        )
    ],
    "targets": [
        {"code": "D001", "name": {"zh_Hans": "市委办公室", "en": "Party office"}, "class": "党群部门"},
        {"code": "D002", "name": {"zh_Hans": "市总工会", "en": "Trade unions"}, "class": "党群部门"},
        {"code": "D003", "name": {"zh_Hans": "市人力资源和社会保障局", "en": "Labour"}, "class": "政府部门"},
        {"code": "D004", "name": {"zh_Hans": "市公安局", "en": "Police"}, "class": "政府部门"},
    ],
    "groups": [
        {"code": "users", "name": {"zh_Hans": "服务对象", "en": "Service users"}, "weight": 60},
        {
            "code": "cadres",
            "name": {"zh_Hans": "基层干部", "en": "Grass-roots cadres"},
            "weight": 40,
            "targets": ["D001"],
        },
    ],
}

#: Answers that the page of EVERY_KIND takes, in a town and in a village.
FULL = {"overall": "satisfied", "buses": "satisfied"}
FULL_IN_VILLAGE = {"overall": "satisfied"}


class SmallSurvey:
    """A launched survey, and what a test does to it behind the pages' back."""

    def __init__(self, parts: Parts, definition: dict) -> None:
        self.database = parts.database
        self.slug = definition["slug"]
        with self.database.writing() as session:
            _add_units(session)
            self.id = launch(session, json.dumps(definition).encode(), "test").id

    def code(self, place: str, group: str | None = None) -> str:
        with self.database.reading() as session:
            found = (
                select(EntryCode.code)
                .join(Place, Place.id == EntryCode.place_id)
                .join(Unit, Unit.id == Place.unit_id)
                .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
                .where(EntryCode.survey_id == self.id, Unit.name == place)
                .order_by(RespondentGroup.position)
            )
            return session.scalars(found.where(RespondentGroup.code == group) if group else found).first()

    def open(self) -> "SmallSurvey":
        with self.database.writing() as session:
            open_survey(session, self.slug, "test")
        return self

    def close(self) -> None:
        with self.database.writing() as session:
            close_survey(session, self.slug, "test")

    def pause(self) -> None:
        self._change(update(Place).where(Place.survey_id == self.id).values(paused=True))

    def void(self, code: str) -> None:
        self._change(update(EntryCode).where(EntryCode.code == code).values(state="voided"))

    def plan_closing(self, when: datetime) -> None:
        self._change(update(Survey).where(Survey.id == self.id).values(closes_at=when.astimezone(UTC)))

    def ballots(self) -> list[bytes]:
        with self.database.reading() as session:
            return [bytes(each) for each in session.scalars(select(Ballot.answers).where(Ballot.survey_id == self.id))]

    def _change(self, statement) -> None:
        with self.database.writing() as session:
            session.execute(statement)


def other(definition: dict, **changes) -> dict:
    """Return a definition with some parts changed."""
    return copy.deepcopy(definition) | changes


def _add_units(session) -> None:
    if session.scalar(select(Unit.id)) is not None:
        return
    ids = {}
    for code, name, level, parent in _UNITS:
        unit = Unit(code=code, name=name, level=level, parent_id=ids.get(parent))
        session.add(unit)
        session.flush()
        ids[code] = unit.id
