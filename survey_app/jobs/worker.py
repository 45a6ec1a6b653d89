"""The worker: takes one job after another, and opens and closes surveys when their planned time has come."""

import logging
from collections.abc import Callable, Sequence

from sqlalchemy.exc import SQLAlchemyError

from survey_app.config import Config
from survey_app.domain.messages import Message, Refused, message
from survey_app.jobs.kept_files import erase_kept_files
from survey_app.jobs.paper_sheets import make_paper_sheets
from survey_app.jobs.planned_times import close_due_surveys, open_due_surveys
from survey_app.jobs.posters import make_posters
from survey_app.jobs.pulse import Pulse, WorkerStops
from survey_app.jobs.releasing import make_release
from survey_app.jobs.sheets import make_sheets
from survey_app.jobs.slips import make_slip_sheets
from survey_app.jobs.unit_import import import_checked_list
from survey_app.jobs.work import MadeFile, Stop, Work
from survey_app.models import Survey
from survey_app.models.database import Database
from survey_app.services.jobs import Claim, JobKind, JobLost, claim, fail, finish, give_back, has_work
from survey_app.services.log_masking import MASK_CODES

#: How long the worker rests when there is nothing to do, in seconds.
PAUSE = 1.0

_log = logging.getLogger(__name__)
_log.addFilter(MASK_CODES)

_KINDS: dict[JobKind, Callable[[Work], MadeFile | None]] = {
    JobKind.POSTERS: make_posters,
    JobKind.PUBLISH: make_release,
    JobKind.SLIPS: make_slip_sheets,
    JobKind.PAPER_SHEETS: make_paper_sheets,
    JobKind.SHEETS: make_sheets,
    JobKind.UNIT_IMPORT: import_checked_list,
}


def run_worker(config: Config, stop: Stop) -> None:
    """Work until `stop` is set, in a process or thread of its own; several may run, on one node or on many.

    The job in hand when `stop` is set waits again, unless it ends first.
    """
    database = Database(config.database_url, config.data_dir, pool_size=2, secret_key=config.secret_key)
    try:
        while not stop.is_set():
            if not work_once(config, database, stop):
                stop.wait(PAUSE)
    finally:
        database.dispose()


def work_once(config: Config, database: Database, stop: Stop) -> bool:
    """Open, close, erase what is due, and do one job; return whether there was one. What goes wrong is tried again."""
    try:
        open_due_surveys(database)
        close_due_surveys(database)
        erase_kept_files(database)
        held = _take(database)
        if held is not None:
            _do(config, database, held, stop)
    except JobLost:
        _log.info("a job was cancelled, or taken up by another worker")
        return True
    except SQLAlchemyError:
        _log.exception("the worker could not reach the database, or it answered with an error")
        return False
    return held is not None


def _take(database: Database) -> Claim | None:
    with database.reading() as session:
        if not has_work(session):
            return None
    with database.writing() as session:
        return claim(session)


def _do(config: Config, database: Database, held: Claim, stop: Stop) -> None:
    """Do a job and store how it ended; whatever it raises, the worker goes on."""
    pulse = Pulse(database, held, stop)
    trouble: Sequence[Message] | None = None
    made: MadeFile | None = None
    try:
        with pulse:
            made = _KINDS[held.kind](_work(config, database, held, pulse))
    except JobLost:
        raise
    except WorkerStops:
        with database.writing() as session:
            give_back(session, pulse.claim)
        return
    except Refused as refusal:
        trouble = refusal.messages
    except Exception as error:  # A job's fault must not end the worker.
        _log.exception("job %d (%s) failed", held.id, held.kind)
        trouble = [
            message("It broke off ({error}). Try again; the server's log says more.", error=type(error).__name__)
        ]
    _end(database, pulse.claim, made, trouble)


def _work(config: Config, database: Database, held: Claim, pulse: Pulse) -> Work:
    with database.reading() as session:
        slug = "" if held.survey_id is None else session.get_one(Survey, held.survey_id).slug
    return Work(config, database, slug, held.arguments, held.asked_by, pulse.progress)


def _end(database: Database, held: Claim, made: MadeFile | None, trouble: Sequence[Message] | None) -> None:
    try:
        with database.writing() as session:
            if trouble is not None:
                fail(session, held, *trouble)
            elif made is None:
                finish(session, held)
            else:
                if made.settle is not None:
                    made.settle(session)
                finish(session, held, made.name, made.content)
    except Refused as refusal:  # Something has changed since the job began.
        with database.writing() as session:
            fail(session, held, *refusal.messages)
