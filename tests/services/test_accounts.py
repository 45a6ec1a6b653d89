from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from survey_app.domain.messages import Refused
from survey_app.models import Account
from survey_app.services.accounts import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    check_password,
    create_account,
    find_account,
    has_accounts,
)

PASSWORD = "满意 correct horse"  # noqa: S105 - of the tests.


@pytest.fixture
def li(database):
    with database.writing() as session:
        return create_account(session, " li ", PASSWORD).id


def test_an_account_is_made_with_a_hash_and_never_the_password(database, li):
    with database.reading() as session:
        account = find_account(session, li)
        assert account.name == "li"
        assert account.password_hash.startswith("$argon2id$")
        assert PASSWORD not in account.password_hash
        assert abs((datetime.now(UTC) - account.created_at).total_seconds()) < 60


def test_there_are_accounts_once_the_first_is_made(database):
    with database.writing() as session:
        assert not has_accounts(session)
        create_account(session, "li", PASSWORD)
        assert has_accounts(session)


def test_no_account_has_an_unknown_number(database, li):
    with database.reading() as session:
        assert find_account(session, li + 1) is None


@pytest.mark.parametrize("name", ["li", " li", "li\n"])
def test_the_right_password_opens_the_account(database, li, name):
    with database.reading() as session:
        assert check_password(session, name, PASSWORD).id == li


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("li", PASSWORD.upper()),
        ("li", PASSWORD[:-1]),
        ("li", f"{PASSWORD} "),
        ("li", ""),
        ("li", "x" * 100_000),
        ("LI", PASSWORD),
        ("wang", PASSWORD),
        ("wang", "nobody has this password"),
        ("", ""),
        ("li\0", PASSWORD),
        ("li", "\0"),
        ("\ud800", "\ud800"),
    ],
)
def test_anything_else_does_not_and_never_raises(database, li, name, password):
    with database.reading() as session:
        assert check_password(session, name, password) is None


def test_the_longest_password_counts_to_its_last_character(database):
    longest = "x" * LONGEST_PASSWORD
    with database.writing() as session:
        create_account(session, "li", longest)
        assert check_password(session, "li", longest) is not None
        assert check_password(session, "li", f"{longest}y") is None


def test_a_hash_that_was_spoilt_opens_nothing(database, li):
    with database.writing() as session:
        find_account(session, li).password_hash = "spoilt"  # noqa: S105 - it is none.
    with database.reading() as session:
        assert check_password(session, "li", PASSWORD) is None


@pytest.mark.parametrize(
    ("name", "password", "sentence"),
    [
        ("", PASSWORD, "An account's name has 1 to 64 visible characters."),
        (" ", PASSWORD, "An account's name has 1 to 64 visible characters."),
        ("a\nb", PASSWORD, "An account's name has 1 to 64 visible characters."),
        ("a\0", PASSWORD, "An account's name has 1 to 64 visible characters."),
        ("\ud800", PASSWORD, "An account's name has 1 to 64 visible characters."),
        ("a" * (LONGEST_NAME + 1), PASSWORD, "An account's name has 1 to 64 visible characters."),
        ("li", "x" * (SHORTEST_PASSWORD - 1), "A password has 10 to 200 characters."),
        ("li", "x" * (LONGEST_PASSWORD + 1), "A password has 10 to 200 characters."),
        ("li", "", "A password has 10 to 200 characters."),
        ("wang", PASSWORD, "There is an account wang already."),
        (" wang ", PASSWORD, "There is an account wang already."),
    ],
)
def test_an_unfit_account_is_refused_and_nothing_written(database, name, password, sentence):
    with database.writing() as session:
        create_account(session, "wang", PASSWORD)
    with pytest.raises(Refused) as refused, database.writing() as session:
        create_account(session, name, password)
    assert str(refused.value) == sentence
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 1


def test_a_password_that_is_no_text_in_utf_8_is_a_password_all_the_same(database):
    with database.writing() as session:
        create_account(session, "li", "\udcd6" * 10)
        assert check_password(session, "li", "\udcd6" * 10) is not None
        assert check_password(session, "li", "\udcd7" * 10) is None


@pytest.mark.parametrize("name", ["a", "李 明", "a" * LONGEST_NAME])
def test_names_may_be_chinese_and_hold_spaces(database, name):
    with database.writing() as session:
        assert create_account(session, name, "x" * SHORTEST_PASSWORD).name == name
