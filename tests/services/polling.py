"""A small open survey, and ballots cast into it through the store, for the tests of counting and tabulating."""

import json
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from survey_app.domain.ballot import Channel, mark
from survey_app.models import EntryCode, Place, RespondentGroup, Unit
from survey_app.services.ballot_store import Submission, store
from survey_app.services.launching import launch
from survey_app.services.lifecycle import open_survey
from survey_app.services.surveys import load_frame
from survey_app.services.units.importing import import_units

UNITS = """code,name,level,parent_code
C,常德市,city,
A,甲县,county,C
B,乙县,county,C
A1,东镇,township,A
B1,西镇,township,B
A11,河边村,village,A1
A12,桥头社区,village,A1
B11,河边村,village,B1
B12,山口村,village,B1
"""

QUESTIONS = [
    {"code": "overall", "kind": "rating", "text": "总的来说满意吗？", "required": True},
    {"code": "buses", "kind": "rating", "text": "对公交满意吗？", "asked_in": "town"},
    {
        "code": "visits",
        "kind": "single_choice",
        "text": "跑了几次？",
        "options": [{"code": "one", "text": "一次"}, {"code": "more", "text": "多次"}],
    },
    {"code": "wish", "kind": "open_text", "text": "最希望改进的一件事"},
]

DEFINITION = {
    "slug": "poll",
    "title": "满意度测评",
    "organiser": "测评办",
    "sign_off": "optional",
    "places": {"under": "C", "level": "village"},
    "scopes": {"town": {"name_ends_with": ["社区"]}},
    "questions": QUESTIONS,
}


@dataclass
class Poll:
    """An open survey; `cast` stores ballots in one transaction and returns the verdicts."""

    database: object
    survey_id: int
    frame: object
    places: dict
    groups: dict

    def submission(self, place, group=None, nonce=None, channel=Channel.POSTER, **answers):
        group = group or next(iter(self.groups))
        record, code = self.places[place, group]
        sheet = self.frame.questionnaire.sheet(record.scopes, self.frame.group_targets.get(self.groups[group]))
        marked, wrong = mark(sheet, {name.replace("__", ":"): value for name, value in answers.items()})
        assert wrong == {}
        return Submission(
            code=code,
            survey_id=self.survey_id,
            place_id=record.id,
            group_id=self.groups[group],
            channel=channel,
            nonce=nonce or secrets.token_bytes(16),
            marked=marked,
            tally_width=self.frame.tally_shape[1],
        )

    def cast(self, *submissions, key=b"k" * 32):
        with self.database.writing() as session:
            return store(session, submissions, key)

    def many(self, place, count, **answers):
        return self.cast(*(self.submission(place, **answers) for _ in range(count)))


def launch_poll(database, definition=DEFINITION, units=UNITS, opened=True):
    with database.writing() as session:
        import_units(session, units.encode(), "units.csv")
    with database.writing() as session:
        survey = launch(session, json.dumps(definition).encode(), "test")
    if opened:
        with database.writing() as session:
            open_survey(session, survey.slug, "test")
    with database.reading() as session:
        rows = session.execute(
            select(Place, Unit.code, RespondentGroup.code, EntryCode.code)
            .join(Unit, Unit.id == Place.unit_id)
            .join(EntryCode, EntryCode.place_id == Place.id)
            .join(RespondentGroup, RespondentGroup.id == EntryCode.group_id)
            .where(Place.survey_id == survey.id)
        ).all()
        frame = load_frame(session, survey.id)
        session.expunge_all()
    places = {(unit, group): (place, code) for place, unit, group, code in rows}
    return Poll(database, survey.id, frame, places, {each.code: each.id for each in frame.groups})
