"""Surveys with ballots, closed and published through the services, for tests of results."""

import itertools
import json
import secrets

from sqlalchemy import select

from survey_app.domain.ballot import Channel, MarkedBallot
from survey_app.models import EntryCode, Place, RespondentGroup, Unit
from survey_app.models.database import Database
from survey_app.services.ballot_store import Submission, store
from survey_app.services.launching import launch
from survey_app.services.lifecycle import close_survey, open_survey, reopen_survey
from survey_app.services.publishing import publish
from survey_app.services.releases.withdrawing import withdraw
from survey_app.services.surveys import load_frame

#: Positions on the four-level scale, and what was not asked.
GOOD, BASIC, BAD, UNKNOWN, NOT_ASKED = 1, 2, 3, 4, 255

UNITS = (
    ("43", "常德市", "city", None),
    ("43A", "武陵区", "county", "43"),
    ("43B", "鼎城区", "county", "43"),
    ("43A1", "启明街道", "township", "43A"),
    ("43A2", "永安街道", "township", "43A"),
    ("43B1", "蒿子港镇", "township", "43B"),
    ("43A11", "先锋社区", "village", "43A1"),
    ("43A12", "马家吉社区", "village", "43A1"),
    ("43A13", "新坡社区", "village", "43A1"),
    ("43A21", "高桥社区", "village", "43A2"),
    ("43A22", "东苑社区", "village", "43A2"),
    ("43A23", "竹园社区", "village", "43A2"),
    ("43B11", "先锋村", "village", "43B1"),
    ("43B12", "民主村", "village", "43B1"),
    ("43B13", "白鹤村", "village", "43B1"),
)


def rating(code: str, chinese: str, english: str, **rest: object) -> dict:
    return {"code": code, "kind": "rating", "text": {"zh_Hans": chinese, "en": english}, "required": True, **rest}


SURVEY = {
    "slug": "services",
    "title": {"zh_Hans": "2026年公共服务满意度测评", "en": "Public service satisfaction 2026"},
    "organiser": {"zh_Hans": "常德市测评办公室", "en": "Changde Evaluation Office"},
    "contact": "0736-0000000",
    "sign_off": "optional",
    "places": {"under": "43", "level": "village"},
    "scopes": {"town": {"name_ends_with": ["社区"]}},
    "questions": [
        rating("overall", "总的来说，您满意吗？", "All in all, are you satisfied?"),
        rating("buses", "您对公交乘车满意吗？", "Are you satisfied with the buses?", asked_in="town"),
    ],
}

#: Answers to the first question by village: satisfied, basically satisfied, dissatisfied, don't know.
#: 43A12 and 43A13 are too small to be shown; nobody answered in 43B13.
ANSWERS = {
    "43A11": (30, 12, 5, 3),
    "43A12": (5, 1, 1, 2),
    "43A13": (2, 3, 2, 2),
    "43A21": (40, 6, 4, 2),
    "43A22": (21, 18, 3, 0),
    "43A23": (18, 9, 8, 4),
    "43B11": (25, 14, 6, 2),
    "43B12": (33, 7, 3, 5),
}

TARGETS = {
    "slug": "departments",
    "title": {"zh_Hans": "2026年市直单位作风评议", "en": "Review of departments 2026"},
    "organiser": "作风办",
    "sign_off": "optional",
    "places": {"units": ["43"]},
    "targets": [
        {"code": "D1", "name": "市委办公室", "class": "党群部门"},
        {"code": "D2", "name": "市总工会", "class": "党群部门"},
        {"code": "D3", "name": "市财政局", "class": "政府部门"},
    ],
    "groups": [
        {"code": "users", "name": {"zh_Hans": "服务对象", "en": "Service users"}, "weight": 60},
        {"code": "cadres", "name": {"zh_Hans": "基层干部", "en": "Cadres"}, "weight": 40},
    ],
    "questions": [rating("conduct", "您对该单位满意吗？", "Are you satisfied with this unit?", about="targets")],
}

#: Answers by group: for each target satisfied, basically satisfied, dissatisfied, don't know, 40 ballots in all.
TARGET_ANSWERS = {
    "users": {"D1": (20, 12, 6, 2), "D2": (25, 5, 8, 2), "D3": (10, 10, 18, 2)},
    "cadres": {"D1": (28, 6, 4, 2), "D2": (14, 16, 7, 3), "D3": (20, 11, 5, 4)},
}


class Case:
    """One survey in a database."""

    def __init__(self, database: Database, definition: dict, units: tuple = UNITS) -> None:
        self.database = database
        self.slug = definition["slug"]
        with database.writing() as session:
            add_units(session, units)
            self.id = launch(session, json.dumps(definition).encode(), "test").id
        with database.writing() as session:
            open_survey(session, self.slug, "test")

    def answer(
        self, place: str, ballots: list[bytes], group: str | None = None, channel: Channel = Channel.POSTER
    ) -> None:
        """Store ballots at a place through the ballot store."""
        with self.database.writing() as session:
            frame = load_frame(session, self.id)
            code = session.scalars(
                select(EntryCode)
                .join(Place, Place.id == EntryCode.place_id)
                .join(Unit, Unit.id == Place.unit_id)
                .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
                .where(EntryCode.survey_id == self.id, Unit.code == place)
                .where(RespondentGroup.code == group if group else RespondentGroup.position == 0)
            ).one()
            sent = [
                Submission(
                    code.code,
                    self.id,
                    code.place_id,
                    code.group_id,
                    channel,
                    secrets.token_bytes(16),
                    MarkedBallot(each),
                    frame.tally_shape[1],
                )
                for each in ballots
            ]
            assert all(each.outcome == "stored" for each in store(session, sent, b"key"))

    def close(self) -> "Case":
        with self.database.writing() as session:
            close_survey(session, self.slug, "test")
        return self

    def reopen(self, reason: str) -> None:
        with self.database.writing() as session:
            reopen_survey(session, self.slug, "test", reason)

    def publish(self, reason: str | None = None) -> "Case":
        publish(self.database, self.slug, "test", reason)
        return self

    def withdraw(self, reason: str) -> None:
        with self.database.writing() as session:
            withdraw(session, self.slug, "test", reason)


def add_units(session, units: tuple) -> None:
    ids = {unit.code: unit.id for unit in session.scalars(select(Unit))}
    for code, name, level, parent in units:
        if code not in ids:
            unit = Unit(code=code, name=name, level=level, parent_id=ids.get(parent))
            session.add(unit)
            session.flush()
            ids[code] = unit.id


def ballots(counts: tuple[int, ...], asked_second: bool = True) -> list[bytes]:
    """Ballots of the survey: the first question by `counts`, the second the other way round, where it is asked."""
    first = list(itertools.chain.from_iterable([option] * n for option, n in enumerate(counts, start=1)))
    second = first[::-1] if asked_second else [NOT_ASKED] * len(first)
    return [bytes(pair) for pair in zip(first, second, strict=True)]


def answered(database: Database, answers: dict | None = None, definition: dict = SURVEY, units: tuple = UNITS) -> Case:
    """Return the survey about places, answered and closed."""
    case = Case(database, definition, units)
    towns = {code for code, name, _, _ in units if name.endswith("社区")}
    for place, counts in (ANSWERS if answers is None else answers).items():
        case.answer(place, ballots(counts, place in towns))
    return case.close()


def reviewed(database: Database, answers: dict | None = None, definition: dict = TARGETS) -> Case:
    """Return the survey about targets with two groups, answered and closed."""
    case = Case(database, definition)
    for group, by_target in (TARGET_ANSWERS if answers is None else answers).items():
        columns = [
            list(itertools.chain.from_iterable([option] * n for option, n in enumerate(counts, start=1)))
            for counts in by_target.values()
        ]
        case.answer("43", [bytes(row) for row in zip(*columns, strict=True)], group)
    return case.close()
