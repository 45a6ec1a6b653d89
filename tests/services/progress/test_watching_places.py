"""What stands beside the turnout on the board: groups, dead codes, notes, and who is to be reminded."""

from datetime import date

import pytest
from sqlalchemy import select

from survey_app.domain.ballot import Channel
from survey_app.models import AuditEntry, CodeHit, EntryCode, InspectionNote, Place, Quota, RespondentGroup, Tally, Unit
from survey_app.services.progress import notes as inspection_notes
from survey_app.services.progress.beside import read_beside
from survey_app.services.progress.dead_codes import DeadCodes, dead_codes
from survey_app.services.progress.groups import count_groups
from survey_app.services.progress.reminders import reminders
from survey_app.services.progress.turnout import take_turnout
from survey_app.services.scopes import EVERYTHING, Scope
from tests import cast
from tests.services.progress.test_turnout import FIRST, FOURTH, SECOND, THIRD, came


@pytest.fixture
def survey(sqlite_database):
    with sqlite_database.writing() as session:
        cast.add_units(session)
        return cast.launched(session)


def place_of(session, survey, code):
    return session.scalars(
        select(Place).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey.id, Unit.code == code)
    ).one()


def scope(session, code):
    return Scope(session.scalars(select(Unit.id).where(Unit.code == code)).one())


def write(database, survey, code, text, by="wang"):
    with database.writing() as session:
        return inspection_notes.write_note(session, survey, place_of(session, survey, code), by, text).id


def test_a_note_is_read_from_above_and_not_from_beside(sqlite_database, survey):
    write(sqlite_database, survey, FIRST, "公告被遮住了")
    write(sqlite_database, survey, THIRD, "已更换")
    with sqlite_database.reading() as session:

        def seen(scope):
            return [each.note.text for each in inspection_notes.notes_within(session, survey, scope)]

        assert seen(EVERYTHING) == ["已更换", "公告被遮住了"]
        assert seen(scope(session, cast.CITY)) == ["已更换", "公告被遮住了"]
        assert seen(scope(session, cast.WULING)) == ["公告被遮住了"]
        assert seen(scope(session, FIRST)) == ["公告被遮住了"]
        assert seen(scope(session, SECOND)) == []
        first = place_of(session, survey, FIRST)
        assert [each.text for each in inspection_notes.notes_of_place(session, first)] == ["公告被遮住了"]
        assert inspection_notes.count_notes(session, survey) == {
            first.id: 1,
            place_of(session, survey, THIRD).id: 1,
        }


def test_a_note_that_is_sent_twice_is_one(sqlite_database, survey):
    first = write(sqlite_database, survey, FIRST, "公告被遮住了")
    assert write(sqlite_database, survey, FIRST, "公告被遮住了") == first
    assert write(sqlite_database, survey, FIRST, "公告被遮住了", by="li") != first
    assert write(sqlite_database, survey, SECOND, "公告被遮住了") != first


def test_the_audit_trail_learns_of_a_note_but_not_what_it_says(sqlite_database, survey):
    write(sqlite_database, survey, FIRST, "公告被遮住了")
    with sqlite_database.reading() as session:
        entry = session.scalars(select(AuditEntry).where(AuditEntry.what == "note.write")).one()
    assert (entry.by, entry.about, entry.after) == ("wang", f"small/{FIRST}", {"characters": 6})


def test_a_place_is_found_in_its_own_survey_only(sqlite_database, survey):
    with sqlite_database.writing() as session:
        other = cast.launched(session, cast.definition(slug="other"))
        place = place_of(session, survey, FIRST)
        assert inspection_notes.find_place(session, survey, place.id)[1].code == FIRST
        assert inspection_notes.find_place(session, other, place.id) is None
        assert inspection_notes.find_place(session, survey, 10**6) is None
        assert inspection_notes.find_place(session, survey, 2**70) is None
        assert session.scalars(select(InspectionNote)).all() == []


def test_who_is_reminded_stands_under_the_unit_above(sqlite_database, survey):
    with sqlite_database.writing() as session:
        came(session, survey, (FIRST, 0, 35), (SECOND, 0, 10), (THIRD, 0, 30))
    with sqlite_database.reading() as session:
        snapshot = take_turnout(session, survey)

    def told(under, below):
        unit = snapshot.tree.by_code[under] if under else None
        return [
            (each.unit.code, [place.unit.code for place in each.places], each.of)
            for each in reminders(snapshot, unit, below)
        ]

    rest = [code for code in cast.VILLAGES if code.startswith(cast.ZHONGHEKOU)]
    assert told(None, 0) == [(cast.HAOZIGANG, [FOURTH], 2), (cast.ZHONGHEKOU, rest, 2)]
    assert told(cast.WULING, 0) == []
    assert told(cast.WULING, 50) == [(cast.QIMING, [SECOND], 2)]
    assert told(None, 100)[1] == (cast.HAOZIGANG, [THIRD, FOURTH], 2)
    assert told(FOURTH, 0) == [(FOURTH, [FOURTH], 1)]  # Who sees one place is told of it, not of its township.
    assert reminders(snapshot, snapshot.tree.by_code[cast.DINGCHENG], 0)[0].path == ["常德市", "鼎城区"]


def test_scans_of_void_codes_are_counted_with_their_places(sqlite_database, survey):
    with sqlite_database.writing() as session:
        codes = {}
        for code in (FIRST, THIRD):
            place = place_of(session, survey, code)
            entry = session.scalars(select(EntryCode).where(EntryCode.place_id == place.id)).one()
            codes[code] = place.id
            for reason, hits in (("voided", 5), ("not_yet", 3)):
                session.add(CodeHit(code=entry.code, reason=reason, day=date(2026, 5, 1), hits=hits))
    with sqlite_database.reading() as session:
        dead = read_beside(session, survey).dead
        assert dead_codes(dead) == DeadCodes(10, 2)
        assert dead_codes(dead, {codes[FIRST]}) == DeadCodes(5, 1)
        assert dead_codes(dead, set()) == DeadCodes(0, 0)


def test_turnout_by_group_is_counted_where_there_are_several(sqlite_database, survey):
    with sqlite_database.writing() as session:
        assert count_groups(session, survey).at() == []
        grouped = cast.launched(session, cast.with_groups())
        place = session.scalars(select(Place).where(Place.survey_id == grouped.id)).one()
        groups = session.scalars(select(RespondentGroup).where(RespondentGroup.survey_id == grouped.id)).all()
        for channel, ballots in ((Channel.POSTER, 4), (Channel.ASSISTED, 2)):
            key = {"survey_id": grouped.id, "place_id": place.id, "group_id": groups[1].id}
            session.add(Tally(**key, channel=list(Channel).index(channel), ballots=ballots, counts=b""))
        for group in groups:
            for quota in session.scalars(select(Quota).where(Quota.group_id == group.id)):
                session.delete(quota)
        session.flush()
        session.add(Quota(place_id=place.id, group_id=groups[1].id, ballots=20))
        session.flush()
        found = count_groups(session, grouped)
        assert [(each.group.code, each.ballots, each.quota) for each in found.at()] == [
            ("users", 0, None),
            ("delegates", 6, 20),
            ("cadres", 0, None),
        ]
        assert [each.ballots for each in found.at({place.id})] == [0, 6, 0]
        assert [each.ballots for each in found.at({place.id + 1})] == [0, 0, 0]
