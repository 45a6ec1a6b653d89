"""A real kill -9 of a worker in the middle of a job: either the old state or the new, and the job is done once."""

import json
import multiprocessing
import os
import re
import signal
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, func, select, update

from survey_app.config import read_config
from survey_app.jobs import worker
from survey_app.jobs.pulse import Pulse
from survey_app.models import Job, Release, ReleaseUnit, Survey, Unit, UnitChange, UnitImport
from survey_app.models.database import Database
from survey_app.services.jobs import DEAD_AFTER, JobKind, JobState, enqueue
from survey_app.services.releases import files as release_files
from survey_app.services.scopes import EVERYTHING
from survey_app.services.surveys import find_survey
from survey_app.services.units.importing import import_units
from survey_app.services.units.uploads import check_upload, find_upload, keep_upload, start_import
from tests import cast
from tests.conftest import SECRET_KEY
from tests.results_fixtures.cases import answered

_fork = multiprocessing.get_context("fork")


@pytest.fixture
def config(database, tmp_path):
    url = database.engine.url.render_as_string(hide_password=False)
    secret = SECRET_KEY.decode()
    return read_config({"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_DATABASE_URL": url, "SURVEY_SECRET_KEY": secret})


def kill_me(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def kill_before(database, statement):
    """Die before the first statement that begins so."""

    def look(connection, cursor, text, *_):
        if re.match(statement, text):
            kill_me()

    event.listen(database.engine, "before_cursor_execute", look)


def work_and_die(config, prepare):
    # A database of its own: the connections of the process that it was forked from are not its to use.
    database = Database(config.database_url, config.data_dir, pool_size=2, secret_key=config.secret_key)
    prepare(database)
    worker.work_once(config, database, threading.Event())


def killed(config, prepare):
    """Let a worker of its own take the job, and see that it was killed over it."""
    process = _fork.Process(target=work_and_die, args=(config, prepare))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def take_up(config, database):
    """Let another worker find the job whose node has died."""
    with database.writing() as session:
        assert session.scalar(select(Job.id).where(Job.state == JobState.RUNNING)) is not None
        long_ago = datetime.now(UTC) - DEAD_AFTER - timedelta(seconds=1)
        session.execute(update(Job).where(Job.state == JobState.RUNNING).values(alive_at=long_ago))
    while worker.work_once(config, database, threading.Event()):
        pass


def ask_for_import(database):
    rows = (*cast.UNITS[3:], (cast.WULING, "武陵新区", "county", cast.CITY))
    with database.writing() as session:
        import_units(session, cast.units_csv(cast.UNITS[:3]), "first.csv")
        number = keep_upload(session, cast.units_csv(rows), "second.csv", "lin")
        upload = find_upload(session, number, "lin")
        start_import(session, upload, check_upload(session, upload, EVERYTHING).mark, EVERYTHING)


def state(database):
    with database.reading() as session:
        units = sorted(map(tuple, session.execute(select(Unit.__table__)).all()))
        counts = [session.scalar(select(func.count()).select_from(each)) for each in (UnitImport, UnitChange)]
        return units, counts


def last_job(database, kind):
    with database.reading() as session:
        job = session.scalar(select(Job).where(Job.kind == kind).order_by(Job.id.desc()))
        return job.state, job.result


@pytest.mark.parametrize("statement", ["INSERT INTO unit_changes", r"UPDATE jobs SET state=\S+ result_name"])
def test_an_import_whose_worker_is_killed_leaves_the_old_units_and_is_then_done_once(database, config, statement):
    ask_for_import(database)
    before = state(database)
    killed(config, lambda found: kill_before(found, statement))
    assert state(database) == before
    take_up(config, database)
    assert last_job(database, JobKind.UNIT_IMPORT)[0] == JobState.DONE
    assert json.loads(last_job(database, JobKind.UNIT_IMPORT)[1]) == {"added": 9, "updated": 1, "unchanged": 0}
    units, (imports, changes) = state(database)
    assert len(units) == len(cast.UNITS)
    assert (imports, changes) == (2, 3 + 10)
    assert last_job(database, JobKind.UNIT_UPLOAD)[1] is None


def test_an_import_whose_worker_is_killed_just_after_it_is_there_already(database, config):
    ask_for_import(database)
    done = worker._end

    def end_and_die(*given):
        done(*given)
        kill_me()

    def prepare(_):
        worker._end = end_and_die

    killed(config, prepare)
    units, counts = state(database)
    assert (len(units), counts) == (len(cast.UNITS), [2, 13])
    assert last_job(database, JobKind.UNIT_IMPORT)[0] == JobState.DONE
    assert not worker.work_once(config, database, threading.Event())


def test_posters_whose_worker_is_killed_are_made_by_the_next(database, config):
    with database.writing() as session:
        cast.add_units(session)
        enqueue(session, JobKind.POSTERS, cast.launched(session).id, {}, "lin")

    def prepare(_):
        Pulse.progress = kill_me

    killed(config, prepare)
    assert last_job(database, JobKind.POSTERS) == (JobState.RUNNING, None)
    take_up(config, database)
    made, content = last_job(database, JobKind.POSTERS)
    assert made == JobState.DONE
    assert content.startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("statement", "there_before"), [("INSERT INTO release_units", 0), (r"UPDATE jobs SET state=\S+ result_name", 1)]
)
def test_a_publication_whose_worker_is_killed_is_there_whole_or_not_at_all(
    sqlite_database, tmp_path, monkeypatch, statement, there_before
):
    for part in ("_xlsx", "_document"):
        monkeypatch.setattr(release_files, part, lambda *_: b"x")
    monkeypatch.setattr(release_files, "_pictures", lambda *_: ())
    case = answered(sqlite_database)
    with sqlite_database.writing() as session:
        survey = find_survey(session, case.slug)
        enqueue(session, JobKind.PUBLISH, survey.id, {"number": 1, "reason": None}, "lin")
    config = read_config(
        {
            "SURVEY_DATA_DIR": str(tmp_path),
            "SURVEY_DATABASE_URL": str(sqlite_database.engine.url),
            "SURVEY_SECRET_KEY": SECRET_KEY.decode(),
        }
    )

    def published():
        with sqlite_database.reading() as session:
            units = session.scalar(select(func.count()).select_from(ReleaseUnit))
            state = session.scalars(select(Survey.state)).one()
            return session.scalar(select(func.count()).select_from(Release)), units > 0, state

    killed(config, lambda found: kill_before(found, statement))
    assert published() == (there_before, bool(there_before), "published" if there_before else "closed")
    take_up(config, sqlite_database)
    assert published() == (1, True, "published")
    assert last_job(sqlite_database, JobKind.PUBLISH)[0] == JobState.DONE
