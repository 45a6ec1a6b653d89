"""Sessions of the console: begun, renewed, run out, ended."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from survey_app.models import ConsoleSession
from survey_app.services import console_sessions
from survey_app.services.accounts import create_account

SECOND = timedelta(seconds=1)


class Clock:
    def __init__(self):
        self.at = datetime.now(UTC)

    def now(self, zone):
        return self.at.astimezone(zone)


@pytest.fixture
def clock(monkeypatch):
    made = Clock()
    monkeypatch.setattr(console_sessions, "datetime", made)
    return made


@pytest.fixture
def li(database):
    with database.writing() as session:
        return create_account(session, "li", "a long password").id


def begun(database, account, device="Chrome"):
    with database.writing() as session:
        return console_sessions.begin(session, account, device)


def found(database, token):
    with database.reading() as session:
        return console_sessions.find(session, token)


def test_a_token_finds_its_account_and_is_not_stored(database, li):
    token = begun(database, li)
    assert found(database, token).account.id == li
    assert found(database, token + "x") is None
    assert found(database, "\ud800") is None
    with database.reading() as session:
        assert token.encode() not in session.scalars(select(ConsoleSession)).one().mark


def test_it_runs_out_without_anybodys_doing(database, li, clock):
    token = begun(database, li)
    assert not found(database, token).is_due
    clock.at += console_sessions.RENEW_EVERY
    assert found(database, token).is_due
    with database.writing() as session:
        console_sessions.renew(session, found(database, token).mark)
    clock.at += console_sessions.IDLE
    assert found(database, token) is not None
    clock.at += SECOND
    assert found(database, token) is None


def test_it_runs_out_at_last_however_busy(database, li, clock):
    token = begun(database, li)
    mark = found(database, token).mark
    for _ in range(16):
        clock.at += timedelta(minutes=30)
        with database.writing() as session:
            console_sessions.renew(session, mark)
    assert found(database, token) is not None
    clock.at += SECOND
    assert found(database, token) is None


def test_what_has_run_out_is_forgotten_at_the_next_login(database, li, clock):
    for _ in range(3):
        begun(database, li)
    clock.at += console_sessions.IDLE + SECOND
    with database.reading() as session:
        assert console_sessions.sessions_of(session, li) == []
    begun(database, li)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ConsoleSession)) == 1


def test_one_or_all_others_are_ended_and_nobody_elses(database, li):
    with database.writing() as session:
        wang = create_account(session, "wang", "a long password").id
    here, there, elsewhere = (begun(database, li) for _ in range(3))
    other = begun(database, wang)
    name = console_sessions.name_of(found(database, there).mark)
    with database.writing() as session:
        assert not console_sessions.end(session, wang, name)
        assert console_sessions.end(session, li, name)
    assert [found(database, each) is not None for each in (here, there, elsewhere, other)] == [True, False, True, True]
    with database.writing() as session:
        assert console_sessions.end_all(session, li, found(database, here).mark) == 1
    assert [found(database, each) is not None for each in (here, elsewhere, other)] == [True, False, True]
