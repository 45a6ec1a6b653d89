"""The command that walks the audit trail."""

import pytest

from survey_app.cli import context

PASSWORD = "correct horse battery"  # noqa: S105 - of the tests.


@pytest.fixture
def trail(run):
    """Make a trail of two lines, and return what the command says of it."""
    run("migrate")
    for name in ("li", "wang"):
        run("create-account", name, "--password-stdin", stdin=PASSWORD)
    return run("check-audit")


def without_triggers(statement):
    with context.database().engine.begin() as connection:
        if context.database().is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows_update")
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows ON audit_entries")
        connection.exec_driver_sql(statement)


def test_an_empty_trail_holds(run):
    run("migrate")
    done = run("check-audit")
    assert (done.exit_code, done.stdout) == (0, f"The audit trail holds. Lines: 0\n0:{'0' * 64}\n")


def test_it_says_what_to_note(run, trail):
    assert trail.exit_code == 0
    said, noted = trail.stdout.splitlines()
    assert said == "The audit trail holds. Lines: 2"
    run("create-account", "zhao", "--password-stdin", stdin=PASSWORD)
    assert run("check-audit", "--expect", noted).exit_code == 0


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE audit_entries SET about = 'x' WHERE id = 1", "Line 1 does not hold"),
        ("DELETE FROM audit_entries WHERE id = 1", "Line 1 is missing."),
        ("DELETE FROM audit_entries WHERE id = 2", "Line 2 is missing: the trail was cut off before it."),
    ],
)
def test_it_refuses_with_the_first_line_that_does_not_hold(run, trail, statement, said):
    without_triggers(statement)
    done = run("check-audit", "--expect", trail.stdout.splitlines()[1])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("noted", ["2", "2:abc", f"x:{'0' * 64}", f"-1:{'0' * 64}"])
def test_what_was_not_noted_so_is_wrong_usage(run, trail, noted):
    assert run("check-audit", "--expect", noted).exit_code == 2
