"""The chain of the audit trail: whole, changed, with a line taken out, cut off; many at once."""

import threading
from contextlib import contextmanager, suppress
from datetime import date

import pytest
from sqlalchemy import select, text

from survey_app.domain.lifecycle import Act
from survey_app.models import AuditEntry, SurveyAct
from survey_app.models.database import Database
from survey_app.services import lifecycle
from survey_app.services.audit_trail import Chain, Expected, Fault, audit, check_chain
from survey_app.services.codes import upkeep as code_upkeep
from tests.services.polling import launch_poll


def write(database, *names):
    for name in names:
        with database.writing() as session:
            audit(session, "lin", "unit.edit", name, {"name": "旧", "closed_on": date(2026, 5, 1)}, {"name": name})


def check(database, expected=None):
    with database.reading() as session:
        return check_chain(session, expected)


@contextmanager
def without_triggers(database):
    """Change the table as somebody would who owns the database."""
    with database.engine.begin() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows_update")
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows_delete")
        else:
            connection.exec_driver_sql("DROP TRIGGER audit_only_grows ON audit_entries")
        yield connection


def test_lines_are_numbered_without_gaps_and_the_chain_holds(database):
    write(database, "甲", "乙")
    with suppress(ZeroDivisionError), database.writing() as session:
        audit(session, "lin", "unit.edit", "never")
        raise ZeroDivisionError
    with database.writing() as session:
        audit(session, "lin", "survey.open", "s", after={"act": Act.OPEN, "share": 0.1, "none": None})
        audit(session, "lin", "survey.close", "s")
    with database.reading() as session:
        lines = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(each.id, each.about) for each in lines] == [(1, "甲"), (2, "乙"), (3, "s"), (4, "s")]
    assert lines[0].before == {"name": "旧", "closed_on": "2026-05-01"}
    assert (lines[2].before, lines[2].after) == (None, {"act": "open", "share": 0.1, "none": None})
    assert check(database) == Chain(4, lines[3].mac.hex())


@pytest.mark.parametrize(
    ("statement", "held", "fault"),
    [
        ("UPDATE audit_entries SET \"by\" = 'wang' WHERE id = 2", 1, Fault.CHANGED),
        ('UPDATE audit_entries SET after = \'{"name": "x"}\' WHERE id = 3', 2, Fault.CHANGED),
        ("UPDATE audit_entries SET mac = (SELECT mac FROM audit_entries WHERE id = 1) WHERE id = 3", 2, Fault.CHANGED),
        ("DELETE FROM audit_entries WHERE id = 2", 1, Fault.MISSING),
        ("DELETE FROM audit_entries WHERE id = 1", 0, Fault.MISSING),
    ],
)
def test_what_was_changed_or_taken_out_shows(database, statement, held, fault):
    write(database, "甲", "乙", "丙")
    with without_triggers(database) as connection:
        connection.execute(text(statement.replace(":", r"\:")))
    found = check(database)
    assert (found.lines, found.fault) == (held, fault)


def test_lines_that_change_places_show(sqlite_database):
    write(sqlite_database, "甲", "乙", "丙")
    with without_triggers(sqlite_database) as connection:
        for old, new in ((1, 9), (2, 1), (9, 2)):
            connection.execute(text("UPDATE audit_entries SET id = :new WHERE id = :old"), {"new": new, "old": old})
    assert check(sqlite_database).fault is Fault.CHANGED


def test_an_end_that_was_cut_off_shows_to_who_noted_it(sqlite_database):
    write(sqlite_database, "甲", "乙", "丙")
    noted = check(sqlite_database)
    write(sqlite_database, "丁")
    assert check(sqlite_database, Expected(noted.lines, noted.hash)).fault is None
    with without_triggers(sqlite_database) as connection:
        connection.execute(text("DELETE FROM audit_entries WHERE id > 2"))
    assert check(sqlite_database).fault is None
    assert check(sqlite_database, Expected(noted.lines, noted.hash)) == Chain(
        2, check(sqlite_database).hash, Fault.CUT_OFF
    )
    write(sqlite_database, "戊", "己")
    assert check(sqlite_database, Expected(noted.lines, noted.hash)).fault is Fault.CHANGED


def test_the_database_itself_refuses_to_change_a_line(database):
    write(database, "甲")
    for statement in ("UPDATE audit_entries SET about = 'x'", "DELETE FROM audit_entries"):
        with pytest.raises(Exception, match="can only grow"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)


def test_another_secret_writes_no_chain_that_holds(sqlite_database, tmp_path):
    write(sqlite_database, "甲")
    other = Database(
        f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path, secret_key=b"another secret, of thirty-two bytes"
    )
    write(other, "乙")
    other.dispose()
    assert check(sqlite_database).fault is Fault.CHANGED


def test_without_a_secret_nothing_is_committed(sqlite_database, tmp_path):
    bare = Database(f"sqlite:///{tmp_path / 'test.sqlite3'}", tmp_path)
    with pytest.raises(RuntimeError, match="without the installation's secret"):
        write(bare, "甲")
    bare.dispose()
    assert check(sqlite_database).lines == 0


def test_a_line_whose_savepoint_stands_is_written_with_the_whole(sqlite_database):
    with sqlite_database.writing() as session:
        with session.begin_nested():
            audit(session, "lin", "unit.edit", "甲")
        assert session.scalar(select(AuditEntry.id)) is None
    assert check(sqlite_database).lines == 1


def test_many_at_once_make_one_chain(database):
    start = threading.Barrier(8)

    def work(number):
        start.wait()
        for turn in range(5):
            write(database, f"{number}-{turn}")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    found = check(database)
    assert (found.lines, found.fault) == (40, None)


def test_what_is_done_to_a_survey_stands_in_its_record_and_in_the_trail(sqlite_database):
    poll = launch_poll(sqlite_database)
    with sqlite_database.writing() as session:
        code_upkeep.pause_place(session, "poll", "A11", "lin", "装修")
        lifecycle.close_survey(session, "poll", "lin")
    with sqlite_database.reading() as session:
        acts = session.execute(select(SurveyAct.act, SurveyAct.by).where(SurveyAct.survey_id == poll.survey_id)).all()
        wanted = AuditEntry.what.like("survey.%")
        lines = session.scalars(select(AuditEntry).where(wanted).order_by(AuditEntry.id)).all()
    assert [(f"survey.{act}", by) for act, by in acts] == [(each.what, each.by) for each in lines]
    assert [each.what for each in lines] == ["survey.launch", "survey.open", "survey.pause", "survey.close"]
    assert (lines[1].before, lines[1].after) == ({"state": "draft"}, {"state": "open"})
    assert (lines[2].about, lines[2].after) == ("poll · A11 河边村", {"reason": "装修"})
