from datetime import UTC, datetime

import pytest
from argon2 import extract_parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import func, select

from survey_app.domain.messages import Refused
from survey_app.domain.powers import Role
from survey_app.models import Account, AuditEntry, Unit
from survey_app.services.accounts import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    change_password,
    check_password,
    create_account,
    disable,
    enable,
    find_account,
    has_accounts,
    list_accounts,
    reset_password,
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


def test_the_program_hashes_as_hard_as_rfc_9106_says(strong_hasher):
    assert extract_parameters(strong_hasher.hash(PASSWORD)) == RFC_9106_LOW_MEMORY


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
        ("WANG", PASSWORD, "There is an account wang already."),
        ("\uff57ang", PASSWORD, "There is an account wang already."),
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


def made(database, name, role=Role.ADMIN, scope=""):
    with database.writing() as session:
        return create_account(session, name, PASSWORD, role, scope, "admin").id


@pytest.fixture
def county(database):
    with database.writing() as session:
        session.add(Unit(code="4301", name="武陵区", level="county"))


def test_an_account_has_a_role_and_a_unit(database, county):
    with database.reading() as session:
        before = list_accounts(session)
    made(database, "wang", Role.OFFICER, " 4301 ")
    made(database, "admin")
    with database.reading() as session:
        assert before == []
        assert [(account.name, account.role, unit and unit.name) for account, unit in list_accounts(session)] == [
            ("admin", "admin", None),
            ("wang", "officer", "武陵区"),
        ]
        assert session.scalars(select(AuditEntry).order_by(AuditEntry.id)).first().after == {
            "role": "officer",
            "scope": "4301",
        }


@pytest.mark.parametrize(
    ("role", "scope", "said"),
    [
        (Role.ADMIN, "4301", "sees all units"),
        (Role.OFFICER, "4302", "There is no unit 4302"),
        (Role.OFFICER, "43\x00", "no unit"),
    ],
)
def test_a_scope_that_does_not_fit_is_refused(database, county, role, scope, said):
    with pytest.raises(Refused, match=said):
        made(database, "wang", role, scope)


def test_who_is_disabled_has_no_right_password_until_enabled_again(database, li):
    made(database, "admin")
    with database.writing() as session:
        disable(session, find_account(session, li), "admin")
        disable(session, find_account(session, li), "admin")
        assert check_password(session, "li", PASSWORD) is None
        enable(session, find_account(session, li), "admin")
        enable(session, find_account(session, li), "admin")
        assert check_password(session, "li", PASSWORD) is not None
    with database.reading() as session:
        what = session.scalars(select(AuditEntry.what).order_by(AuditEntry.id)).all()
    assert what[2:] == ["account.disable", "account.enable"]


def test_one_administrator_is_always_left(database, li):
    made(database, "wang", Role.ORGANISER)
    other = made(database, "admin")
    with database.writing() as session:
        disable(session, find_account(session, li), "admin")
    with pytest.raises(Refused, match="last platform administrator"), database.writing() as session:
        disable(session, find_account(session, other), "li")
    with database.reading() as session:
        assert find_account(session, other).disabled_at is None


def test_a_password_is_changed_by_its_owner_or_reset_by_another(database, li):
    with database.writing() as session:
        account = find_account(session, li)
        with pytest.raises(Refused, match="This is the password you have now"):
            change_password(session, account, PASSWORD)
        with pytest.raises(Refused, match="10 to 200"):
            change_password(session, account, "short")
        given = reset_password(session, account, "admin")
        assert account.must_change
        assert check_password(session, "li", given) is account
        change_password(session, account, "another long password")
        assert not account.must_change
        assert check_password(session, "li", given) is None
        assert reset_password(session, account, "admin", "chosen by admin") == "chosen by admin"
        with pytest.raises(Refused, match="10 to 200"):
            reset_password(session, account, "admin", "short")
    with database.reading() as session:
        said = repr([(each.before, each.after) for each in session.scalars(select(AuditEntry))])
    assert given not in said


def test_no_account_has_a_number_beyond_all_numbers(database):
    with database.reading() as session:
        assert find_account(session, 2**70) is None
