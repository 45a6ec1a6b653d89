"""The worker: what becomes of a job, and what it closes by itself."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError

from survey_app.config import read_config
from survey_app.domain.doors import GRACE
from survey_app.domain.messages import Refused
from survey_app.domain.release import Step
from survey_app.jobs import planned_times, pulse, worker
from survey_app.jobs.planned_times import close_due_surveys
from survey_app.jobs.work import MadeFile
from survey_app.jobs.worker import run_worker, work_once
from survey_app.models import Survey, SurveyAct
from survey_app.services import jobs, publishing
from survey_app.services.jobs import JobKind, JobState
from survey_app.services.releases import signing
from survey_app.services.releases.files import MadeFile as ReleasedFile
from survey_app.services.releases.results import releases_of
from tests.web.small_survey import EVERY_KIND, SmallSurvey


class Parts:
    def __init__(self, database):
        self.database = database


@pytest.fixture
def config(database, tmp_path):
    url = database.engine.url.render_as_string(hide_password=False)
    return read_config({"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_DATABASE_URL": url})


@pytest.fixture
def survey(database):
    return SmallSurvey(Parts(database), EVERY_KIND)


@pytest.fixture
def stop():
    return threading.Event()


def ask(survey, kind=JobKind.POSTERS, **arguments):
    with survey.database.writing() as session:
        return jobs.enqueue(session, kind, survey.id, arguments, "lin").id


def seen(survey, number):
    with survey.database.reading() as session:
        job = jobs.find_job(session, number)
        job.result  # noqa: B018 - loaded while the session is there.
        return job


def do(monkeypatch, kind, work):
    monkeypatch.setitem(worker._KINDS, kind, work)


def test_posters_become_a_file(config, survey, stop):
    number = ask(survey)
    assert work_once(config, survey.database, stop)
    done = seen(survey, number)
    assert done.state == JobState.DONE
    assert done.result_name == "测评公告-every-kind.pdf"
    assert done.result.startswith(b"%PDF-")
    assert not work_once(config, survey.database, stop)


def test_posters_of_a_part_are_called_by_it(config, survey, stop):
    number = ask(survey, under="430702")
    work_once(config, survey.database, stop)
    assert seen(survey, number).result_name == "测评公告-every-kind-430702.pdf"


def test_a_refusal_is_kept_as_messages(config, survey, stop):
    number = ask(survey, under="999")
    work_once(config, survey.database, stop)
    failed = seen(survey, number)
    assert failed.state == JobState.FAILED
    assert [str(each) for each in jobs.trouble_of(failed)] == ["There is no place under 999 in this survey."]


def test_a_refusal_without_messages_is_no_success(config, survey, stop, monkeypatch):
    def refuse(work):
        raise Refused

    do(monkeypatch, JobKind.POSTERS, refuse)
    number = ask(survey)
    work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.FAILED


def test_a_fault_tells_people_its_type_and_the_log_the_rest(config, survey, stop, monkeypatch, caplog):
    def break_off(work):
        raise ZeroDivisionError("a secret path")

    do(monkeypatch, JobKind.POSTERS, break_off)
    number = ask(survey)
    with caplog.at_level(logging.ERROR):
        assert work_once(config, survey.database, stop)
    failed = seen(survey, number)
    assert failed.state == JobState.FAILED
    assert "ZeroDivisionError" in str(jobs.trouble_of(failed)[0])
    assert "secret" not in failed.trouble
    assert "Traceback" not in failed.trouble
    assert "a secret path" in caplog.text


def test_progress_is_seen_while_the_job_runs(config, survey, stop, monkeypatch):
    monkeypatch.setattr(pulse, "PROGRESS_EVERY", 0.01)
    shown = []

    def work(given):
        for done in (3, 7):
            given.progress(done, 10)
            wait_until(lambda done=done: seen(survey, number).done == done)
            shown.append((seen(survey, number).done, seen(survey, number).total))
        return MadeFile("x.pdf", b"x")

    do(monkeypatch, JobKind.POSTERS, work)
    number = ask(survey)
    work_once(config, survey.database, stop)
    assert shown == [(3, 10), (7, 10)]
    assert seen(survey, number).state == JobState.DONE


def test_a_job_that_reports_nothing_is_kept_alive(config, survey, stop, monkeypatch):
    monkeypatch.setattr(pulse, "PROGRESS_EVERY", 0.01)
    monkeypatch.setattr(pulse, "ALIVE_EVERY", 0.05)

    def work(given):
        first = seen(survey, number).alive_at
        wait_until(lambda: seen(survey, number).alive_at > first)

    do(monkeypatch, JobKind.PUBLISH, work)
    number = ask(survey, JobKind.PUBLISH)
    work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.DONE


def test_progress_is_not_written_more_than_twice_a_second(config, survey, stop, monkeypatch):
    written = []
    keep_alive = pulse.keep_alive
    monkeypatch.setattr(pulse, "keep_alive", lambda *given: written.append(given[2:]) or keep_alive(*given))

    def work(given):
        until = time.monotonic() + 1.2
        done = 0
        while time.monotonic() < until:
            done += 1
            given.progress(done, 10**9)
        return MadeFile("x.pdf", b"x")

    do(monkeypatch, JobKind.POSTERS, work)
    ask(survey)
    work_once(config, survey.database, stop)
    assert 1 <= len(written) <= 3


def test_a_cancelled_job_ends_soon_and_keeps_nothing(config, survey, stop, monkeypatch):
    monkeypatch.setattr(pulse, "PROGRESS_EVERY", 0.01)
    rounds = []

    def work(given):
        with survey.database.writing() as session:
            jobs.cancel(session, jobs.find_job(session, number))
        until = time.monotonic() + 20
        while time.monotonic() < until:
            rounds.append(1)
            given.progress(len(rounds), 10**9)
            time.sleep(0.005)
        return MadeFile("x.pdf", b"x")

    do(monkeypatch, JobKind.POSTERS, work)
    number = ask(survey)
    assert work_once(config, survey.database, stop)
    assert len(rounds) < 3000
    assert (seen(survey, number).state, seen(survey, number).result) == (JobState.CANCELLED, None)


def test_a_job_cancelled_at_its_very_end_is_not_done(config, survey, stop, monkeypatch):
    def work(given):
        with survey.database.writing() as session:
            jobs.cancel(session, jobs.find_job(session, number))
        return MadeFile("x.pdf", b"x")

    do(monkeypatch, JobKind.POSTERS, work)
    number = ask(survey)
    assert work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.CANCELLED


def test_a_stopping_worker_gives_the_job_back(config, survey, stop, monkeypatch):
    def work(given):
        stop.set()
        given.progress(1, 2)

    do(monkeypatch, JobKind.POSTERS, work)
    number = ask(survey)
    work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.WAITING


def test_a_database_away_for_a_moment_does_not_end_the_pulse(config, survey, stop, monkeypatch, caplog):
    monkeypatch.setattr(pulse, "PROGRESS_EVERY", 0.01)
    away = [True]
    keep_alive = pulse.keep_alive

    def once_away(*given):
        if away:
            away.pop()
            raise OperationalError("away", None, Exception())
        return keep_alive(*given)

    monkeypatch.setattr(pulse, "keep_alive", once_away)

    def work(given):
        given.progress(5, 10)
        wait_until(lambda: seen(survey, number).done == 5)

    do(monkeypatch, JobKind.POSTERS, work)
    number = ask(survey)
    work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.DONE
    assert "could not be renewed" in caplog.text


def test_a_database_away_does_not_end_the_worker(config, survey, stop, monkeypatch, caplog):
    def away(database):
        raise OperationalError("away", None, Exception())

    monkeypatch.setattr(worker, "close_due_surveys", away)
    ask(survey)
    assert not work_once(config, survey.database, stop)
    assert "could not reach the database" in caplog.text


def test_looking_for_work_writes_nothing(config, survey, stop):
    writing = []
    if survey.database.is_sqlite:
        event.listen(survey.database.engine, "begin", lambda c: writing.append(c.get_execution_options()))
    work_once(config, survey.database, stop)
    assert not any("manyi_writing" in options for options in writing)


def test_publishing_makes_the_release(config, survey, stop):
    survey.open().close()
    number = ask(survey, JobKind.PUBLISH, number=1, reason=None)
    work_once(config, survey.database, stop)
    assert seen(survey, number).state == JobState.DONE, seen(survey, number).trouble
    assert numbers(survey) == [1]


def test_a_release_that_is_there_is_not_made_twice(config, survey, stop):
    """The node died between the release and the note that the job is done; whoever takes it up must see that."""
    survey.open().close()
    ask(survey, JobKind.PUBLISH, number=1, reason="corrected")
    work_once(config, survey.database, stop)
    again = ask(survey, JobKind.PUBLISH, number=1, reason="corrected")
    work_once(config, survey.database, stop)
    assert seen(survey, again).state == JobState.DONE
    assert numbers(survey) == [1]


def test_a_second_release_carries_its_reason(config, survey, stop):
    survey.open().close()
    ask(survey, JobKind.PUBLISH, number=1, reason=None)
    ask(survey, JobKind.PUBLISH, number=2, reason="a name was wrong")
    for _ in range(2):
        work_once(config, survey.database, stop)
    with survey.database.reading() as session:
        newest = releases_of(session, survey.slug)[0]
        assert (newest.number, newest.reason, newest.released_by) == (2, "a name was wrong", "lin")


def test_releases_are_made_for_their_audience_with_the_head_of_their_document(config, survey, stop, monkeypatch):
    table = ReleasedFile("table.csv", "text/csv", b"1")
    monkeypatch.setattr(publishing, "make_files", lambda head, rows, released_at, progress: [table])
    survey.open().close()
    document = {"number": "常测办12号", "main": "各区县", "copies": ""}
    for arguments in (
        {"audience": "review", "number": 1, "document": document},
        {"audience": "review", "number": 1, "document": document},  # The node died after the first.
        {"audience": "internal", "number": 1},
    ):
        asked = ask(survey, JobKind.PUBLISH, reason=None, **arguments)
        work_once(config, survey.database, stop)
    assert "Draft for review 1 is not signed off" in str(jobs.trouble_of(seen(survey, asked))[0])
    with survey.database.reading() as session:
        only = releases_of(session, survey.slug)
        assert [(each.audience, each.number, each.released_by) for each in only] == [("review", 1, "lin")]
        assert only[0].head["document"] == document
    for step, name in zip(Step, "甲乙丙", strict=True):
        with survey.database.writing() as session:
            signing.sign(session, survey.slug, step, "", name, "lin")
    for arguments in ({"audience": "internal", "number": 1}, {"number": 1}):
        asked = ask(survey, JobKind.PUBLISH, reason=None, **arguments)
        work_once(config, survey.database, stop)
        assert seen(survey, asked).state == JobState.DONE, seen(survey, asked).trouble
    with survey.database.reading() as session:
        found = releases_of(session, survey.slug)
        assert sorted((each.audience, each.number) for each in found) == [
            ("internal", 1),
            ("public", 1),
            ("review", 1),
        ]
        assert {each.head["document"]["number"] for each in found} == {"常测办12号"}


def test_publishing_from_a_wrong_state_fails_with_the_reason(config, survey, stop):
    number = ask(survey, JobKind.PUBLISH, number=1, reason=None)
    work_once(config, survey.database, stop)
    assert "Close it first" in str(jobs.trouble_of(seen(survey, number))[0])
    assert numbers(survey) == []


def test_a_survey_is_closed_when_its_planned_time_and_the_grace_are_past(config, survey, stop):
    survey.open().plan_closing(datetime.now(UTC) - GRACE - timedelta(seconds=1))
    assert not work_once(config, survey.database, stop)
    assert state(survey) == "closed"
    with survey.database.reading() as session:
        act = session.scalars(select(SurveyAct).order_by(SurveyAct.id.desc())).first()
        assert (act.act, act.by) == ("close", "planned")


def test_a_survey_is_opened_when_its_planned_time_has_come(config, survey, stop):
    work_once(config, survey.database, stop)
    assert state(survey) == "draft", "its planned opening was past when it was launched"
    opens = datetime.now(UTC) - timedelta(seconds=1)
    with survey.database.writing() as session:
        session.execute(update(Survey).values(opens_at=opens))
        session.execute(update(SurveyAct).values(at=opens - timedelta(days=1)))
    work_once(config, survey.database, stop)
    assert state(survey) == "open"
    with survey.database.reading() as session:
        act = session.scalars(select(SurveyAct).order_by(SurveyAct.id.desc())).first()
        assert (act.act, act.by) == ("open", "planned")


def test_a_survey_stays_open_within_the_grace(survey):
    survey.open().plan_closing(datetime.now(UTC) - GRACE + timedelta(seconds=5))
    close_due_surveys(survey.database)
    assert state(survey) == "open"


def test_a_draft_is_neither_opened_nor_closed_by_the_plan(survey):
    survey.plan_closing(datetime.now(UTC) - timedelta(days=1))
    close_due_surveys(survey.database)
    assert state(survey) == "draft"


def test_a_survey_without_a_plan_stays_open(database):
    definition = {key: value for key, value in EVERY_KIND.items() if key != "closes"}
    survey = SmallSurvey(Parts(database), definition).open()
    close_due_surveys(database)
    assert state(survey) == "open"


def test_somebody_who_closes_at_the_same_moment_is_no_trouble(survey, monkeypatch):
    survey.open()
    survey.close()
    monkeypatch.setattr(planned_times, "_due", lambda session: [survey.slug])
    close_due_surveys(survey.database)
    assert state(survey) == "closed"


def test_the_worker_runs_until_it_is_stopped(config, survey, stop):
    number = ask(survey)
    thread = threading.Thread(target=run_worker, args=(config, stop))
    thread.start()
    try:
        wait_until(lambda: seen(survey, number).state == JobState.DONE)
    finally:
        stop.set()
        thread.join(timeout=20)
    assert not thread.is_alive()


def test_two_workers_do_every_job_once(config, survey, stop, monkeypatch):
    done = []

    def work(given):
        done.append(given.arguments["under"])
        return MadeFile("x.pdf", b"x")

    do(monkeypatch, JobKind.POSTERS, work)
    asked = [ask(survey, under=str(number)) for number in range(10)]
    threads = [threading.Thread(target=run_worker, args=(config, stop)) for _ in range(2)]
    for each in threads:
        each.start()
    try:
        wait_until(lambda: all(seen(survey, number).state == JobState.DONE for number in asked))
    finally:
        stop.set()
        for each in threads:
            each.join(timeout=20)
    assert sorted(done) == sorted(map(str, range(10)))


def numbers(survey):
    with survey.database.reading() as session:
        return [each.number for each in releases_of(session, survey.slug)]


def state(survey):
    with survey.database.reading() as session:
        return session.get_one(Survey, survey.id).state


def wait_until(holds, seconds=20):
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, "it did not come to pass"
        time.sleep(0.01)
