"""One-time codes: on with a first code, each used once, sealed in the database."""

import pyotp
import pytest

from survey_app.domain.messages import Refused
from survey_app.models import Account
from survey_app.models.database import Database
from survey_app.services import one_time_codes
from survey_app.services.accounts import create_account

NOW = 1_800_000_000


@pytest.fixture
def clock(monkeypatch):
    at = [NOW]
    monkeypatch.setattr(one_time_codes.time, "time", lambda: at[0])
    return at


@pytest.fixture
def secret():
    return one_time_codes.new_secret()


@pytest.fixture
def li(sqlite_database, secret, clock):
    with sqlite_database.writing() as session:
        account = create_account(session, "li", "a long password")
        one_time_codes.switch_on(session, account, secret, pyotp.TOTP(secret).at(NOW))
        return account.id


def used(database, account, code):
    with database.writing() as session:
        return one_time_codes.use_code(session, account, code)


def test_the_address_names_the_account_and_the_program(secret):
    address = one_time_codes.address_of(secret, "li")
    assert address.startswith("otpauth://totp/Manyi")
    assert f"secret={secret}" in address


@pytest.mark.parametrize("code", ["000000", "", "\uff11\uff12\uff13\uff14\uff15\uff16", "x" * 20])
def test_they_are_switched_on_only_with_a_code_that_is_right(sqlite_database, clock, code):
    with sqlite_database.writing() as session:
        account = create_account(session, "li", "a long password")
        with pytest.raises(Refused, match="This code is wrong"):
            one_time_codes.switch_on(session, account, "A" * 32, code)
        assert account.totp_secret is None


def test_no_code_counts_twice_and_the_first_has_been_used(sqlite_database, li, secret, clock):
    totp = pyotp.TOTP(secret)
    assert not used(sqlite_database, li, totp.at(NOW))
    clock[0] += 30
    assert used(sqlite_database, li, totp.at(NOW + 30))
    assert not used(sqlite_database, li, totp.at(NOW + 30))
    assert not used(sqlite_database, li, totp.at(NOW))
    assert used(sqlite_database, li, totp.at(NOW + 60))


@pytest.mark.parametrize(("seconds", "right"), [(-60, False), (30, True), (60, False)])
def test_a_phones_clock_may_be_wrong_by_a_step(sqlite_database, li, secret, clock, seconds, right):
    clock[0] += 300
    assert used(sqlite_database, li, pyotp.TOTP(secret).at(clock[0] + seconds)) is right


def test_the_secret_is_sealed_under_the_installations(sqlite_database, li, secret, clock, tmp_path):
    with sqlite_database.reading() as session:
        stored = session.get(Account, li).totp_secret
    assert secret.encode() not in stored
    other = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path, secret_key=b"another secret of the tests")
    clock[0] += 30
    assert not used(other, li, pyotp.TOTP(secret).at(clock[0]))
    other.dispose()
    assert used(sqlite_database, li, pyotp.TOTP(secret).at(clock[0]))


def test_a_seal_moved_to_another_account_opens_nothing(sqlite_database, li, secret, clock):
    with sqlite_database.writing() as session:
        wang = create_account(session, "wang", "a long password")
        wang.totp_secret = session.get(Account, li).totp_secret
    assert not used(sqlite_database, wang.id, pyotp.TOTP(secret).at(NOW))


def test_who_has_none_has_no_code_that_is_right(sqlite_database, li, secret, clock):
    with sqlite_database.writing() as session:
        account = session.get(Account, li)
        one_time_codes.switch_off(session, account, "admin")
        one_time_codes.switch_off(session, account, "admin")
    clock[0] += 30
    assert not used(sqlite_database, li, pyotp.TOTP(secret).at(clock[0]))
    assert not used(sqlite_database, 999, "123456")
