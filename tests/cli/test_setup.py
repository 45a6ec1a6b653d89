import pytest
from click.testing import CliRunner
from sqlalchemy import select

from survey_app.cli import context, main
from survey_app.models import Account, Unit
from survey_app.services.accounts import check_password
from survey_app.services.migrating import newest_revision

PASSWORD = "correct horse battery"  # noqa: S105 - of the tests.


def test_migrating_says_the_revision_and_can_be_done_again(run):
    for _ in range(2):
        done = run("migrate")
        assert done.exit_code == 0
        assert done.stdout == f"The database is at revision {newest_revision()}.\n"


@pytest.mark.parametrize(
    "words", [("list",), ("open", "small"), ("tally", "small"), ("entry-codes", "small"), ("recount", "small")]
)
def test_a_database_that_was_not_migrated_is_refused_with_what_to_do(run, words):
    done = run(*words)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "The database is not set up for this version. Run: python -m survey_app migrate\n"


@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_an_account_is_made_with_a_password_from_standard_input(run, end):
    run("migrate")
    done = run("create-account", "li", "--password-stdin", stdin=f"{PASSWORD}{end}")
    assert (done.exit_code, done.stdout) == (0, "Account li is made.\n")
    with context.database().reading() as session:
        assert check_password(session, "li", PASSWORD) is not None


@pytest.mark.parametrize(
    ("stdin", "sentence"),
    [
        ("short\n", "A password has 10 to 200 characters."),
        ("", "A password has 10 to 200 characters."),
        ("满意满意满意满意".encode("gb18030"), "The password is not UTF-8 text."),
    ],
)
def test_an_account_with_an_unfit_password_is_refused(run, stdin, sentence):
    run("migrate")
    done = run("create-account", "li", "--password-stdin", stdin=stdin)
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{sentence}\n")
    with context.database().reading() as session:
        assert session.scalars(select(Account)).all() == []


def test_an_account_is_made_once(run):
    run("migrate")
    run("create-account", "li", "--password-stdin", stdin=PASSWORD)
    done = run("create-account", "li", "--password-stdin", stdin=PASSWORD)
    assert (done.exit_code, done.stderr) == (1, "There is an account li already.\n")


def test_an_account_is_made_with_a_role_and_a_scope(run):
    run("migrate")
    done = run("create-account", "wang", "--role", "officer", "--scope", "4301", "--password-stdin", stdin=PASSWORD)
    assert (done.exit_code, done.stderr[:22]) == (1, "There is no unit 4301.")
    with context.database().writing() as session:
        session.add(Unit(code="4301", name="x", level="county"))
    done = run("create-account", "wang", "--role", "officer", "--scope", "4301", "--password-stdin", stdin=PASSWORD)
    assert done.exit_code == 0
    with context.database().reading() as session:
        assert session.scalars(select(Account.role)).all() == ["officer"]


def test_who_is_locked_out_gets_a_new_password(run):
    run("migrate")
    run("create-account", "li", "--password-stdin", stdin=PASSWORD)
    with context.database().writing() as session:
        account = session.scalars(select(Account)).one()
        account.disabled_at, account.totp_secret = account.created_at, b"lost"
    done = run("reset-password", "li", "--password-stdin", "--codes-off", stdin="another long password")
    assert (done.exit_code, done.stdout) == (0, "Account li has a new password.\n")
    with context.database().reading() as session:
        account = check_password(session, "li", "another long password")
        assert (account.must_change, account.totp_secret) == (True, None)
    done = run("reset-password", "nobody", "--password-stdin", stdin="another long password")
    assert (done.exit_code, done.stderr) == (1, "There is no account nobody.\n")


@pytest.mark.parametrize(("second", "code"), [(PASSWORD, 0), ("another password", 1)])
def test_a_password_asked_for_is_asked_twice(run, settings, second, code):
    typed = iter([PASSWORD, second])
    settings.setattr("getpass.getpass", lambda prompt: next(typed))
    run("migrate")
    done = run("create-account", "li")
    assert done.exit_code == code
    assert done.stderr == ("" if code == 0 else "The two passwords differ.\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SURVEY_PORT", "http", "SURVEY_PORT is http; it must be a whole number from 0 to 65535."),
        ("SURVEY_LANGUAGE", "fr", "SURVEY_LANGUAGE is fr; it must be one of zh_Hans, en."),
        ("SURVEY_SECRET_KEY", "short", "SURVEY_SECRET_KEY is shorter than 32 characters."),
        (
            "SURVEY_DATABASE_URL",
            "nonsense",
            "SURVEY_DATABASE_URL is not the address of an SQLite or PostgreSQL database.",
        ),
        (
            "SURVEY_DATABASE_URL",
            "redis://x/",
            "SURVEY_DATABASE_URL is not the address of an SQLite or PostgreSQL database.",
        ),
        (
            "SURVEY_DATABASE_URL",
            "mysql://u:geheim@x/",
            "SURVEY_DATABASE_URL is not the address of an SQLite or PostgreSQL database.",
        ),
        (
            "SURVEY_DATABASE_URL",
            "postgresql://u:geheim@x:port/",
            "SURVEY_DATABASE_URL is not the address of an SQLite or PostgreSQL database.",
        ),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "list"])
def test_a_setting_that_cannot_be_understood_is_refused(monkeypatch, tmp_path, command, name, value, sentence):
    monkeypatch.setenv("SURVEY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SURVEY_LANGUAGE", "en")
    monkeypatch.setenv(name, value)
    context.config.cache_clear()
    done = CliRunner().invoke(main, [command])
    context.config.cache_clear()
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", f"{sentence}\n")


@pytest.mark.parametrize("command", ["migrate", "list"])
@pytest.mark.parametrize("scheme", ["postgresql", "postgresql+psycopg", "postgres"])
def test_a_postgresql_server_that_is_not_there_is_told_without_a_traceback(monkeypatch, tmp_path, command, scheme):
    monkeypatch.setenv("SURVEY_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SURVEY_LANGUAGE", "en")
    monkeypatch.setenv("SURVEY_DATABASE_URL", f"{scheme}://somebody:geheim@127.0.0.1:1/none")
    context.config.cache_clear()
    done = CliRunner().invoke(main, [command])
    context.config.cache_clear()
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("The database cannot be reached: ")
    assert done.stderr.count("\n") == 1
    assert "geheim" not in done.stderr
