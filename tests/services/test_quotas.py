"""A survey that stops where a quota is full takes exactly as many ballots, whoever else sends at the same moment."""

import dataclasses
import threading

import pytest
from sqlalchemy import event, func, select

from survey_app.domain.doors import Standing
from survey_app.models import Ballot, Place, Quota, RespondentGroup, Unit
from survey_app.services.answering import find_door, find_door_by_hand
from survey_app.services.auditing import audit_tally
from survey_app.services.ballot_store import BallotStore
from survey_app.services.verdicts import Outcome, Verdict
from tests.services.polling import DEFINITION, launch_poll

FULL = Verdict(Outcome.REFUSED, Standing.FULL)
GROUPS = [
    {"code": "residents", "name": "群众", "weight": 60, "quota": 2},
    {"code": "cadres", "name": "干部", "weight": 40, "quota": 3},
]


def launch_stopping(database, **changes):
    return launch_poll(database, DEFINITION | {"quota_full": "stop", "groups": GROUPS} | changes)


def count(database):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Ballot))


def test_quotas_are_written_for_each_place_and_group(database):
    sizes = {"A12": {"population": 90, "quotas": {"residents": 7}}}
    launch_stopping(database, places={"under": ["A", "B1"], "level": "village", "sizes": sizes})
    with database.reading() as session:
        rows = session.execute(
            select(Unit.code, RespondentGroup.code, Quota.ballots)
            .join(Place, Place.id == Quota.place_id)
            .join(Unit, Unit.id == Place.unit_id)
            .join(RespondentGroup, RespondentGroup.id == Quota.group_id)
        ).all()
        places = session.execute(select(Unit.code, Place.quota).join(Unit, Unit.id == Place.unit_id)).all()
    expected = {
        (unit, group): quota
        for unit in ("A11", "A12", "B11", "B12")
        for group, quota in (("residents", 2), ("cadres", 3))
    }
    assert {(unit, group): ballots for unit, group, ballots in rows} == expected | {("A12", "residents"): 7}
    assert dict(map(tuple, places)) == {"A11": 5, "A12": 10, "B11": 5, "B12": 5}


def test_the_ballot_that_reaches_the_quota_is_the_last_of_its_place_and_group(database):
    poll = launch_stopping(database)
    third = poll.submission("A11", overall="satisfied")
    first = poll.submission("A11", overall="satisfied")
    assert poll.cast(first, poll.submission("A11", overall="satisfied"), third) == [
        Verdict(Outcome.STORED),
        Verdict(Outcome.STORED),
        FULL,
    ]
    assert poll.cast(third) == [FULL]
    # Another place and another group have room; and what is stored stays so when its page is sent again.
    assert poll.cast(poll.submission("A11", "cadres", overall="satisfied")) == [Verdict(Outcome.STORED)]
    assert poll.cast(poll.submission("B11", overall="satisfied")) == [Verdict(Outcome.STORED)]
    assert poll.cast(first, third) == [Verdict(Outcome.REPEATED), FULL]
    other = dataclasses.replace(poll.submission("A11", overall="dissatisfied"), nonce=first.nonce)
    assert poll.cast(other) == [Verdict(Outcome.CONFLICTING)]
    assert count(database) == 4


def test_a_page_sent_again_takes_no_second_room(database):
    poll = launch_stopping(database)
    once = poll.submission("A11", overall="satisfied")
    assert poll.cast(once) == [Verdict(Outcome.STORED)]
    second = poll.submission("A11", overall="satisfied")
    assert poll.cast(once, once, second, second) == [
        Verdict(Outcome.REPEATED),
        Verdict(Outcome.REPEATED),
        Verdict(Outcome.STORED),
        Verdict(Outcome.REPEATED),
    ]


def test_twenty_at_once_through_two_processes_worth_of_writers_are_never_more_than_the_quota(database):
    poll = launch_stopping(database, groups=[{"code": "residents", "name": "群众", "weight": 1, "quota": 7}])
    stores = [BallotStore(poll.database, b"s" * 32) for _ in range(4)]
    ballots = [poll.submission("A11", overall="satisfied") for _ in range(20)]
    verdicts = []
    start = threading.Barrier(20)

    def send(number):
        start.wait()
        verdicts.append(stores[number % 4].submit(ballots[number]))

    threads = [threading.Thread(target=send, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert verdicts.count(Verdict(Outcome.STORED)) == 7
    assert verdicts.count(FULL) == 13
    assert count(database) == 7
    with database.reading() as session:
        assert audit_tally(session, "poll") == 7


def door_of(database, poll, **by):
    with database.reading() as session:
        if by:
            place, _ = poll.places["A11", by["group"]]
            return find_door_by_hand(session, place.id, poll.groups[by["group"]], by["channel"])
        return find_door(session, poll.places["A11", "residents"][1], b"k" * 32)


def test_a_code_leads_to_no_questionnaire_once_its_quota_is_full(database):
    poll = launch_stopping(database)
    assert not door_of(database, poll).full
    poll.many("A11", 2, overall="satisfied")
    assert door_of(database, poll).full
    assert not door_of(database, poll, group="cadres", channel="assisted").full


@pytest.mark.parametrize("quota_full", ["continue", "stop"])
def test_where_answers_go_on_nothing_is_asked_of_the_database_for_it(sqlite_database, quota_full):
    poll = launch_stopping(sqlite_database, quota_full=quota_full)
    ballots = [poll.submission("A11", overall="satisfied") for _ in range(3)]
    statements = []

    def remember(connection, cursor, statement, *rest):
        statements.append(statement)

    event.listen(sqlite_database.engine, "before_cursor_execute", remember)
    verdicts = poll.cast(*ballots)
    door = door_of(sqlite_database, poll)
    event.remove(sqlite_database.engine, "before_cursor_execute", remember)
    about_quotas = [each for each in statements if "quotas" in each]
    stops = quota_full == "stop"
    assert (verdicts[2] == FULL, door.full, bool(about_quotas)) == (stops, stops, stops)
