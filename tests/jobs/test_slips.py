"""Slips as a job: codes and file come into being together, and the file goes away again."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from survey_app.config import read_config
from survey_app.domain.entry_codes import slip_mark
from survey_app.domain.messages import Refused
from survey_app.jobs import slips, worker
from survey_app.jobs.kept_files import erase_kept_files
from survey_app.jobs.worker import work_once
from survey_app.models import Job, Slip, SlipBatch, Survey, SurveyAct
from survey_app.services import jobs
from survey_app.services.jobs import DEAD_AFTER, KEPT_FOR, JobKind, JobState
from survey_app.services.lifecycle import close_survey
from tests.services.polling import DEFINITION, launch_poll

GROUPS = [{"code": "users", "name": "服务对象", "weight": 50}, {"code": "cadres", "name": "基层干部", "weight": 50}]


@pytest.fixture
def config(database, tmp_path):
    url = database.engine.url.render_as_string(hide_password=False)
    return read_config({"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_DATABASE_URL": url})


@pytest.fixture
def poll(database):
    return launch_poll(database, DEFINITION | {"ballot_mode": "slip", "groups": GROUPS})


@pytest.fixture
def stop():
    return threading.Event()


def ask(poll, **arguments):
    with poll.database.writing() as session:
        return jobs.enqueue(session, JobKind.SLIPS, poll.survey_id, {"copies": 2} | arguments, "lin").id


def seen(poll, number):
    with poll.database.reading() as session:
        job = jobs.find_job(session, number)
        job.result  # noqa: B018 - loaded while the session is there.
        return job


def issued(poll):
    with poll.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Slip))


def change(poll, number, **values):
    with poll.database.writing() as session:
        session.execute(update(Job).where(Job.id == number).values(**values))


def test_slips_are_issued_with_their_file(config, poll, stop):
    number = ask(poll, under="A1", group="users")
    assert work_once(config, poll.database, stop)
    done = seen(poll, number)
    assert (done.state, done.result_name) == (JobState.DONE, "测评票-poll-A1-users.pdf")
    assert done.result.startswith(b"%PDF-")
    with poll.database.reading() as session:
        assert set(session.scalars(select(SlipBatch.printed_by))) == {"lin"}
        act = session.scalars(select(SurveyAct).order_by(SurveyAct.id.desc())).first()
        assert (act.act, act.by, act.about) == ("print_slips", "lin", "A1 users × 4")
    assert issued(poll) == 4


def test_the_slips_are_those_of_the_key_that_serves(config, poll, stop, monkeypatch):
    made = []
    real = slips.make_slips
    monkeypatch.setattr(slips, "make_slips", lambda *given: made.append(real(*given)) or made[-1])
    ask(poll, under="A11", group="users")
    work_once(config, poll.database, stop)
    with poll.database.reading() as session:
        marks = {bytes(each) for each in session.scalars(select(Slip.mark))}
    assert marks == {slip_mark(row[2], config.secret_key) for row in made[0].rows()}


def test_a_refused_job_issues_nothing(config, poll, stop):
    for arguments, sentence in (({"under": "X"}, "There is no place under X"), ({"copies": None}, "have no quota")):
        number = ask(poll, **arguments)
        work_once(config, poll.database, stop)
        failed = seen(poll, number)
        assert failed.state == JobState.FAILED
        assert sentence in str(jobs.trouble_of(failed)[0])
    assert issued(poll) == 0


def during(monkeypatch, act):
    """Let something happen while the file is drawn."""
    real = slips.make_slips

    def make(*given):
        made = real(*given)
        act()
        return made

    monkeypatch.setattr(slips, "make_slips", make)


def test_a_cancelled_job_issues_nothing(config, poll, stop, monkeypatch):
    number = ask(poll)
    during(monkeypatch, lambda: change(poll, number, state="cancelled"))
    work_once(config, poll.database, stop)
    assert (seen(poll, number).state, seen(poll, number).result) == (JobState.CANCELLED, None)
    assert issued(poll) == 0


def test_a_worker_that_another_has_replaced_issues_nothing(config, poll, stop, monkeypatch):
    """It was taken for dead, and comes back with codes of its own: only the other's are slips."""
    number = ask(poll)
    made = []

    def other_worker():
        if not made:
            made.append(1)
            change(poll, number, alive_at=datetime.now(UTC) - DEAD_AFTER - timedelta(seconds=1))
            assert work_once(config, poll.database, stop)

    during(monkeypatch, other_worker)
    assert work_once(config, poll.database, stop)
    done = seen(poll, number)
    assert done.state == JobState.DONE
    assert issued(poll) == 16


def test_a_worker_that_dies_issues_nothing_and_the_next_one_does(config, poll, stop, monkeypatch):
    number = ask(poll)

    def die():
        raise SystemExit

    with monkeypatch.context() as patch:
        during(patch, die)
        with pytest.raises(SystemExit):
            work_once(config, poll.database, stop)
    assert issued(poll) == 0
    change(poll, number, alive_at=datetime.now(UTC) - DEAD_AFTER - timedelta(seconds=1))
    assert work_once(config, poll.database, stop)
    assert (seen(poll, number).state, issued(poll)) == (JobState.DONE, 16)


def test_a_file_that_cannot_be_stored_leaves_no_slips(config, poll, stop, monkeypatch):
    number = ask(poll)

    def fail(*given):
        assert given[0].scalar(select(func.count()).select_from(Slip)) == 16  # Issued in this transaction.
        raise Refused

    monkeypatch.setattr(worker, "finish", fail)
    work_once(config, poll.database, stop)
    assert seen(poll, number).state == JobState.FAILED
    assert issued(poll) == 0


def test_a_survey_that_is_closed_meanwhile_fails_the_job_with_the_reason(config, poll, stop, monkeypatch):
    number = ask(poll)

    def close():
        with poll.database.writing() as session:
            close_survey(session, "poll", "test")

    during(monkeypatch, close)
    work_once(config, poll.database, stop)
    failed = seen(poll, number)
    assert failed.state == JobState.FAILED
    assert "Slips are printed for a draft or an open survey." in str(jobs.trouble_of(failed)[0])
    assert issued(poll) == 0


def test_the_file_is_given_once(config, poll, stop):
    number = ask(poll)
    work_once(config, poll.database, stop)
    with poll.database.writing() as session:
        name, content = jobs.take_file(session, jobs.find_job(session, number))
    assert (name, content[:5]) == ("测评票-poll.pdf", b"%PDF-")
    assert (seen(poll, number).result, seen(poll, number).result_name) == (None, "")
    with poll.database.writing() as session, pytest.raises(Refused, match="it is erased"):
        jobs.take_file(session, jobs.find_job(session, number))


def test_of_two_who_fetch_at_once_one_gets_it(config, poll, stop):
    number = ask(poll)
    work_once(config, poll.database, stop)
    got = []
    start = threading.Barrier(8)

    def fetch():
        start.wait()
        try:
            with poll.database.writing() as session:
                jobs.take_file(session, jobs.find_job(session, number))
        except Refused:
            got.append(False)
        else:
            got.append(True)

    threads = [threading.Thread(target=fetch) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(got) == [False] * 7 + [True]


def test_a_file_that_nobody_fetches_is_erased_after_a_day(config, poll, stop):
    number = ask(poll)
    work_once(config, poll.database, stop)
    change(poll, number, alive_at=datetime.now(UTC) - KEPT_FOR + timedelta(minutes=1))
    assert not work_once(config, poll.database, stop)
    assert seen(poll, number).result is not None
    change(poll, number, alive_at=datetime.now(UTC) - KEPT_FOR - timedelta(minutes=1))
    assert not work_once(config, poll.database, stop)
    assert (seen(poll, number).result, seen(poll, number).result_name) == (None, "")
    assert issued(poll) == 16


def test_other_files_are_kept(config, poll, stop):
    with poll.database.writing() as session:
        job = jobs.enqueue(session, JobKind.POSTERS, poll.survey_id, {}, "lin")
        job.state, job.result, job.result_name = JobState.DONE, b"%PDF-", "posters.pdf"
        job.alive_at = datetime.now(UTC) - KEPT_FOR * 2
    erase_kept_files(poll.database)
    assert seen(poll, job.id).result == b"%PDF-"


@pytest.mark.parametrize(
    ("again", "erased"),
    [
        ({}, True),
        ({"under": "A11"}, True),
        ({"under": "A"}, True),
        ({"under": "B"}, False),
        ({"under": "A1", "group": "cadres"}, False),
        ({"group": "users"}, True),
    ],
)
def test_a_waiting_file_whose_slips_are_void_is_erased(config, poll, stop, again, erased):
    first = ask(poll, under="A1", group="users")
    work_once(config, poll.database, stop)
    ask(poll, reason="wet", **again)
    work_once(config, poll.database, stop)
    assert (seen(poll, first).result is None) is erased
    with poll.database.reading() as session:
        assert session.scalars(select(Survey.state)).one() == "open"


def test_what_is_erased_is_overwritten_in_the_file(config, poll, stop, tmp_path):
    """SQLite leaves deleted content in free pages unless it is told not to."""
    if not poll.database.is_sqlite:
        return  # PostgreSQL keeps dead rows until VACUUM, as docs/trust.md says.
    number = ask(poll)
    mark = b"code 1234 5678 9012 3456" * 1000
    change(poll, number, result=mark, result_name="x.pdf", state="done")
    with poll.database.writing() as session:
        jobs.take_file(session, jobs.find_job(session, number))
    with poll.database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert all(mark[:24] not in path.read_bytes() for path in tmp_path.glob("test.sqlite3*"))
