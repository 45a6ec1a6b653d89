"""The count that many watch: new where something changed, and never more often than it must be."""

import threading
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from survey_app.models import Survey, Unit, UnitChange
from survey_app.services.progress import live as live_turnout
from survey_app.services.progress.live import AT_LATEST, LOOK_EVERY, TurnoutWatch
from tests import cast
from tests.services.progress.test_turnout import FIRST, SECOND, THIRD, came


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def watch(clock):
    return TurnoutWatch(clock)


@pytest.fixture
def survey(sqlite_database):
    with sqlite_database.writing() as session:
        cast.add_units(session)
        return cast.launched(session)


def ballots(database, watch, survey, watching=False):
    with database.reading() as session:
        return watch.look(session, session.get_one(Survey, survey.id), watching).snapshot.board().whole.ballots


def add(database, survey, code, count, hours_ago=0):
    hours = (
        int(datetime.now(UTC).timestamp()) // 3600
        - hours_ago
        - int(datetime(2026, 5, 1, 12, tzinfo=UTC).timestamp()) // 3600
    )
    with database.writing() as session:
        came(session, survey, (code, hours, count))


def test_who_opens_the_board_sees_every_ballot(sqlite_database, watch, survey):
    assert ballots(sqlite_database, watch, survey) == 0
    add(sqlite_database, survey, FIRST, 3)
    assert ballots(sqlite_database, watch, survey) == 3
    add(sqlite_database, survey, SECOND, 4, hours_ago=1)
    assert ballots(sqlite_database, watch, survey) == 7


def test_who_watches_is_told_after_some_seconds(sqlite_database, watch, clock, survey):
    assert ballots(sqlite_database, watch, survey, watching=True) == 0
    add(sqlite_database, survey, FIRST, 3)
    clock.now += LOOK_EVERY - 1
    assert ballots(sqlite_database, watch, survey, watching=True) == 0
    clock.now += 2
    assert ballots(sqlite_database, watch, survey, watching=True) == 3


def test_nothing_is_counted_while_nothing_changes(sqlite_database, watch, clock, survey, monkeypatch):
    ballots(sqlite_database, watch, survey)
    counted = []
    real = live_turnout.take_turnout
    monkeypatch.setattr(live_turnout, "take_turnout", lambda *given: counted.append(1) or real(*given))
    for _ in range(3):
        clock.now += LOOK_EVERY + 1
        assert ballots(sqlite_database, watch, survey, watching=True) == 0
    assert counted == []
    clock.now += AT_LATEST
    ballots(sqlite_database, watch, survey, watching=True)
    assert counted == [1]


def test_counting_takes_a_small_part_of_the_time(sqlite_database, watch, clock, survey):
    ballots(sqlite_database, watch, survey)
    watch._kept[survey.id].seconds = 1.5
    add(sqlite_database, survey, FIRST, 3)
    clock.now += 20
    assert ballots(sqlite_database, watch, survey, watching=True) == 0
    clock.now += LOOK_EVERY + 1
    assert ballots(sqlite_database, watch, survey, watching=True) == 3


def test_nobody_who_watches_waits_for_another_count(sqlite_database, watch, clock, survey):
    ballots(sqlite_database, watch, survey)
    add(sqlite_database, survey, FIRST, 3)
    clock.now += LOOK_EVERY + 1
    with watch._counting:
        assert ballots(sqlite_database, watch, survey, watching=True) == 0


def test_who_waited_for_a_count_takes_it(sqlite_database, watch, survey, monkeypatch):
    counted = []
    real, begun, go_on = live_turnout.take_turnout, threading.Event(), threading.Event()

    def slow(*given):
        counted.append(1)
        begun.set()
        assert go_on.wait(10)
        return real(*given)

    monkeypatch.setattr(live_turnout, "take_turnout", slow)
    threads = [threading.Thread(target=ballots, args=(sqlite_database, watch, survey)) for _ in range(3)]
    for each in threads:
        each.start()
    assert begun.wait(10)
    go_on.set()
    for each in threads:
        each.join()
    assert counted == [1]


def test_a_change_of_state_is_seen_at_once(sqlite_database, watch, survey):
    with sqlite_database.reading() as session:
        before = watch.look(session, session.get_one(Survey, survey.id), watching=True)
    with sqlite_database.writing() as session:
        session.execute(update(Survey).values(state="open"))
    with sqlite_database.reading() as session:
        assert watch.look(session, session.get_one(Survey, survey.id), watching=True) is not before


def test_the_tree_is_read_again_only_after_a_change(sqlite_database, watch, survey):
    ballots(sqlite_database, watch, survey)
    tree = watch._kept[survey.id].snapshot.tree
    add(sqlite_database, survey, FIRST, 1)
    ballots(sqlite_database, watch, survey)
    assert watch._kept[survey.id].snapshot.tree is tree
    with sqlite_database.writing() as session:
        session.scalars(select(Unit).where(Unit.code == THIRD)).one().name = "沿江社区"
        session.add(UnitChange(unit_code=THIRD, at=datetime.now(UTC), by="lin", what="edit", before={}, after={}))
    ballots(sqlite_database, watch, survey)
    assert watch._kept[survey.id].snapshot.find("沿江社区")


def test_few_surveys_are_kept(sqlite_database, watch, clock, survey, monkeypatch):
    monkeypatch.setattr(live_turnout, "_MOST", 1)
    ballots(sqlite_database, watch, survey)
    with sqlite_database.writing() as session:
        other = cast.launched(session, cast.definition(slug="other"))
    clock.now += 1
    ballots(sqlite_database, watch, other)
    assert list(watch._kept) == [other.id]


def test_the_last_full_hour_is_counted_by_unit(sqlite_database, watch, survey):
    add(sqlite_database, survey, FIRST, 3, hours_ago=1)
    add(sqlite_database, survey, SECOND, 5)
    with sqlite_database.reading() as session:
        found = watch.look(session, session.get_one(Survey, survey.id)).snapshot
    assert found.board().whole.last_hour == 3
    assert [each.last_hour for each in found.board(cast.QIMING).parts] == [3, 0]
    assert [each.unit.code for each in found.places_below(found.tree.by_code[cast.QIMING])] == [FIRST, SECOND]
    assert all(each.place_id for each in found.places_below(None))
    assert [each.unit.code for each in found.find("社区", found.tree.by_code[cast.DINGCHENG])] == [THIRD]
