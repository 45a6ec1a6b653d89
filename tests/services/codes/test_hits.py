import threading
import time
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from survey_app.domain.entry_codes import check_digit
from survey_app.models import CodeHit, EntryCode
from survey_app.models.database import Database
from survey_app.services.codes import hits as code_hits
from survey_app.services.codes.hits import MOST_UNKNOWN, UNKNOWN, HitCounter, dead_posters, hits_of_no_poster
from survey_app.services.surveys import find_survey
from tests import cast


@pytest.fixture
def counter(database):
    """Give a counter that writes only when told."""
    made = HitCounter(database, flush_after=3600)
    yield made
    made._hits.clear()
    made.flush()


def rows(database):
    """Return (code, reason) -> hits."""
    with database.reading() as session:
        return {(each.code, each.reason): each.hits for each in session.scalars(select(CodeHit))}


def poster_code(number):
    digits = str(1_000_000 + number)
    return digits + check_digit(digits)


def test_nothing_is_written_before_it_is_time(database, counter):
    counter.count("12345674", "voided")
    assert rows(database) == {}


def test_hits_of_a_code_a_reason_and_a_day_are_added_up(database, counter):
    for reason in ("voided", "voided", "closed"):
        counter.count("12345674", reason)
    counter.flush()
    counter.count("12345674", "voided")
    counter.flush()
    counter.flush()
    assert rows(database) == {("12345674", "voided"): 3, ("12345674", "closed"): 1}
    with database.reading() as session:
        assert set(session.scalars(select(CodeHit.day))) == {datetime.now(UTC).date()}


def test_two_processes_add_to_one_row(database):
    counters = [HitCounter(database, flush_after=3600) for _ in range(2)]
    for each in counters:
        each.count("12345674", "paused")
        each.flush()
    assert rows(database) == {("12345674", "paused"): 2}


def test_a_slip_is_never_written_down(database, counter):
    for reason in ("spent", "voided", UNKNOWN):
        counter.count("1234567890123452", reason)
    counter.flush()
    assert rows(database) == {("", "spent"): 1, ("", "voided"): 1, ("", UNKNOWN): 1}


def test_of_unknown_codes_a_few_are_told_apart_the_others_are_only_counted(database, counter):
    for number in range(MOST_UNKNOWN + 5):
        counter.count(poster_code(number), UNKNOWN)
    counter.count(poster_code(0), UNKNOWN)
    counter.flush()
    found = rows(database)
    assert len(found) == MOST_UNKNOWN + 1
    assert found["", UNKNOWN] == 5
    assert found[poster_code(0), UNKNOWN] == 2


def test_few_unknown_codes_stand_in_the_database_however_often_it_is_written(database, counter, monkeypatch):
    monkeypatch.setattr(code_hits, "MOST_UNKNOWN", 3)
    for number in (1, 2, 3, 4, 5, 1):
        counter.count(poster_code(number), UNKNOWN)
        counter.flush()
    assert rows(database) == {
        (poster_code(1), UNKNOWN): 2,
        (poster_code(2), UNKNOWN): 1,
        (poster_code(3), UNKNOWN): 1,
        ("", UNKNOWN): 2,
    }


def test_it_is_written_by_itself(sqlite_database):
    HitCounter(sqlite_database, flush_after=0.01).count("12345674", "closed")
    for _ in range(500):
        if rows(sqlite_database):
            break
        time.sleep(0.01)
    assert rows(sqlite_database) == {("12345674", "closed"): 1}


def test_many_threads_lose_nothing(sqlite_database):
    counter = HitCounter(sqlite_database, flush_after=0.001)

    def scan():
        for _ in range(200):
            counter.count("12345674", "closed")

    threads = [threading.Thread(target=scan) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    counter.flush()
    for _ in range(500):  # A writing that had begun by itself may still be under way.
        if rows(sqlite_database).get(("12345674", "closed")) == 1600:
            break
        time.sleep(0.01)
    assert rows(sqlite_database) == {("12345674", "closed"): 1600}


def test_while_the_database_is_away_hits_are_kept(database, counter, tmp_path):
    away = Database(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path)
    counter._database = away
    counter.count("12345674", "voided")
    counter.flush()
    away.dispose()
    counter._database = database
    counter.count("12345674", "voided")
    counter.flush()
    assert rows(database) == {("12345674", "voided"): 2}


def test_dead_posters_are_those_of_the_survey_with_place_and_last_day(database):
    with database.writing() as session:
        cast.add_units(session)
        for slug in ("small", "other"):
            cast.launched(session, cast.definition(slug=slug))
        survey = find_survey(session, "small")
        mine = session.scalars(select(EntryCode).where(EntryCode.survey_id == survey.id).order_by(EntryCode.code))
        first, second, *_ = mine
        foreign = session.scalar(select(EntryCode.code).where(EntryCode.survey_id != survey.id))
        for code, reason, day, hits in (
            (first.code, "voided", 1, 3),
            (first.code, "voided", 4, 2),
            (first.code, "closed", 2, 1),
            (second.code, "paused", 3, 9),
            (foreign, "voided", 3, 100),
            ("12345674", UNKNOWN, 3, 4),
            ("", UNKNOWN, 3, 40),
            ("", "spent", 3, 7),
        ):
            session.add(CodeHit(code=code, reason=reason, day=date(2026, 5, day), hits=hits))
    with database.reading() as session:
        found = [
            (each.code, each.place_id, each.group.code, each.reason, each.hits, each.last_day.day)
            for each in dead_posters(session, find_survey(session, "small"))
        ]
        assert found == [
            (second.code, second.place_id, "residents", "paused", 9, 3),
            (first.code, first.place_id, "residents", "voided", 5, 4),
            (first.code, first.place_id, "residents", "closed", 1, 2),
        ]
        assert hits_of_no_poster(session) == {UNKNOWN: 44, "spent": 7}
