"""The queue: on both databases, with two workers at once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from survey_app.domain.messages import Refused, message
from survey_app.models import Job, Survey
from survey_app.services import jobs
from survey_app.services.jobs import JobKind, JobLost, JobState


@pytest.fixture
def survey_id(database):
    return add_survey(database)


def add_survey(database, slug="one"):
    with database.writing() as session:
        survey = Survey(
            slug=slug,
            title={"zh_Hans": "测评"},
            organiser={"zh_Hans": "办公室"},
            contact="",
            time_zone="Asia/Shanghai",
            headline_question="overall",
            headline_base="rated",
            empty_group="renormalise",
            threshold=10,
        )
        session.add(survey)
        session.flush()
        return survey.id


def ask(database, survey_id, kind=JobKind.POSTERS, **arguments):
    with database.writing() as session:
        return jobs.enqueue(session, kind, survey_id, arguments, "lin").id


def take(database):
    with database.writing() as session:
        return jobs.claim(session)


def seen(database, job_id):
    with database.reading() as session:
        job = jobs.find_job(session, job_id)
        job.result  # noqa: B018 - loaded while the session is there.
        return job


def grow_old(database, job_id, seconds=61):
    with database.writing() as session:
        old = datetime.now(UTC) - timedelta(seconds=seconds)
        session.execute(update(Job).where(Job.id == job_id).values(alive_at=old))


def test_a_job_waits_runs_and_is_done(database, survey_id):
    number = ask(database, survey_id, under="430702")
    assert seen(database, number).state == JobState.WAITING
    held = take(database)
    assert (held.id, held.kind, held.survey_id, held.asked_by) == (number, JobKind.POSTERS, survey_id, "lin")
    assert held.arguments == {"under": "430702"}
    with database.writing() as session:
        held = jobs.keep_alive(session, held, 3, 10)
    assert (seen(database, number).done, seen(database, number).total) == (3, 10)
    with database.writing() as session:
        jobs.finish(session, held, "a.pdf", b"pdf")
    done = seen(database, number)
    assert (done.state, done.result_name, done.result) == (JobState.DONE, "a.pdf", b"pdf")
    assert take(database) is None


def test_the_oldest_job_is_taken_first(database, survey_id):
    first, second = ask(database, survey_id, under="1"), ask(database, survey_id, under="2")
    assert [take(database).id, take(database).id, take(database)] == [first, second, None]


def test_looking_for_work_takes_nothing(database, survey_id):
    with database.reading() as session:
        assert not jobs.has_work(session)
    ask(database, survey_id)
    with database.reading() as session:
        assert jobs.has_work(session)
        assert jobs.has_work(session)
    take(database)
    with database.reading() as session:
        assert not jobs.has_work(session)


def test_asking_twice_makes_one_job_until_it_has_ended(database, survey_id):
    first = ask(database, survey_id)
    assert ask(database, survey_id) == first
    assert ask(database, survey_id, under="430702") != first
    held = take(database)
    assert ask(database, survey_id) == first
    with database.writing() as session:
        jobs.finish(session, held)
    assert ask(database, survey_id) != first


def test_jobs_of_different_surveys_and_kinds_are_different(database, survey_id):
    other = add_survey(database, "two")
    assert len({ask(database, survey_id), ask(database, other), ask(database, survey_id, JobKind.PUBLISH)}) == 3


def test_two_workers_never_take_the_same_job(database, survey_id):
    asked = {ask(database, survey_id, under=str(number)) for number in range(24)}
    taken, start = [], threading.Barrier(4)

    def work():
        start.wait()
        while held := take(database):
            taken.append(held.id)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    assert sorted(taken) == sorted(asked)


def test_a_worker_waits_for_nobody_who_holds_another_job(database, survey_id):
    if database.is_sqlite:
        pytest.skip("SQLite's writers take turns")
    first, second = ask(database, survey_id, under="1"), ask(database, survey_id, under="2")
    with database.writing() as session:
        assert jobs.claim(session).id == first
        assert take(database).id == second  # While the first one's transaction is still open.


def test_a_dead_workers_job_is_taken_up_and_it_cannot_end_it_any_more(database, survey_id):
    number = ask(database, survey_id)
    dead = take(database)
    grow_old(database, number, seconds=59)
    assert take(database) is None
    grow_old(database, number)
    alive = take(database)
    assert alive.id == number
    for change in (
        lambda session: jobs.keep_alive(session, dead, 1, 2),
        lambda session: jobs.finish(session, dead, "a.pdf", b"stale"),
        lambda session: jobs.fail(session, dead, message("no")),
        lambda session: jobs.give_back(session, dead),
    ):
        with pytest.raises(JobLost), database.writing() as session:
            change(session)
    with database.writing() as session:
        jobs.finish(session, alive, "a.pdf", b"fresh")
    assert seen(database, number).result == b"fresh"


def test_a_renewed_job_is_not_taken_up(database, survey_id):
    number = ask(database, survey_id)
    held = take(database)
    with database.writing() as session:
        jobs.keep_alive(session, held, 0, 0)
    assert take(database) is None
    assert seen(database, number).state == JobState.RUNNING


def test_a_job_given_back_waits_and_begins_again(database, survey_id):
    number = ask(database, survey_id)
    held = take(database)
    with database.writing() as session:
        held = jobs.keep_alive(session, held, 7, 9)
        jobs.give_back(session, held)
    assert seen(database, number).state == JobState.WAITING
    assert take(database).id == number
    assert seen(database, number).done == 0


@pytest.mark.parametrize("running", [False, True])
def test_a_cancelled_job_is_lost_to_its_worker(database, survey_id, running):
    number = ask(database, survey_id)
    held = take(database) if running else None
    with database.writing() as session:
        job = jobs.find_job(session, number)
        assert jobs.can_cancel(job)
        assert jobs.is_under_way(job)
        jobs.cancel(session, job)
    assert seen(database, number).state == JobState.CANCELLED
    assert not jobs.can_cancel(seen(database, number))
    assert not jobs.is_under_way(seen(database, number))
    assert take(database) is None
    if held:
        with pytest.raises(JobLost), database.writing() as session:
            jobs.finish(session, held, "a.pdf", b"pdf")
        assert seen(database, number).result is None


def test_a_job_that_has_ended_cannot_be_cancelled(database, survey_id):
    number = ask(database, survey_id)
    with database.writing() as session:
        jobs.finish(session, jobs.claim(session))
    with pytest.raises(Refused, match="already ended"), database.writing() as session:
        jobs.cancel(session, jobs.find_job(session, number))
    assert seen(database, number).state == JobState.DONE


def test_a_release_can_be_cancelled_only_while_nobody_makes_it(database, survey_id):
    number = ask(database, survey_id, JobKind.PUBLISH, number=1)
    assert jobs.can_cancel(seen(database, number))
    take(database)
    assert not jobs.can_cancel(seen(database, number))
    with pytest.raises(Refused, match="cannot be stopped"), database.writing() as session:
        jobs.cancel(session, jobs.find_job(session, number))
    grow_old(database, number)
    assert jobs.can_cancel(seen(database, number))
    with database.writing() as session:
        jobs.cancel(session, jobs.find_job(session, number))
    assert seen(database, number).state == JobState.CANCELLED


def test_why_a_job_failed_can_be_said_in_any_language(database, survey_id):
    number = ask(database, survey_id)
    said = message("Survey {slug} is now {state}: {count}", slug="one", state=message("draft"), count=3, path=None)
    with database.writing() as session:
        jobs.fail(session, jobs.claim(session), said)
    failed = seen(database, number)
    assert failed.state == JobState.FAILED
    (read,) = jobs.trouble_of(failed)
    assert read.say() == "Survey one is now draft: 3"
    assert read.say({"draft": "草稿", said.text: "{slug}：{state} {count}"}.get) == "one：草稿 3"
    assert read.values["count"] == 3
    assert read.values["path"] == "None"


def test_thousands_of_reasons_are_cut_short(database, survey_id):
    number = ask(database, survey_id)
    with database.writing() as session:
        jobs.fail(session, jobs.claim(session), *(message("{n}", n=n) for n in range(2_000)))
    said = [str(each) for each in jobs.trouble_of(seen(database, number))]
    assert said == [*(str(n) for n in range(50)), "And 1950 more."]


def test_a_job_without_trouble_has_none(database, survey_id):
    assert jobs.trouble_of(seen(database, ask(database, survey_id))) == []


def test_only_the_newest_of_equal_results_is_kept(database, survey_id):
    def make(name, **arguments):
        number = ask(database, survey_id, **arguments)
        with database.writing() as session:
            jobs.finish(session, jobs.claim(session), name, name.encode())
        return number

    first, part, second = make("1"), make("2", under="430702"), make("3")
    assert (seen(database, first).result_name, seen(database, first).result) == ("", None)
    assert seen(database, part).result == b"2"
    assert seen(database, second).result == b"3"


def test_jobs_are_listed_by_survey_newest_first(database, survey_id):
    first = ask(database, survey_id)
    second = ask(database, survey_id, JobKind.PUBLISH)
    ask(database, add_survey(database, "two"))
    with database.reading() as session:
        assert [job.id for job in jobs.jobs_of(session, survey_id)] == [second, first]
        assert [job.id for job in jobs.jobs_of(session, survey_id, JobKind.POSTERS)] == [first]


def test_there_is_no_job_of_an_unknown_number(database):
    with database.reading() as session:
        assert jobs.find_job(session, 1) is None
        assert jobs.find_job(session, 10**30) is None
