"""Keeps a running job alive, and writes its progress, from a thread of its own.

The work itself never waits for a turn to write, and a job that reports nothing for minutes is still seen to be alive.
"""

import logging
import threading
import time
from types import TracebackType

from sqlalchemy.exc import SQLAlchemyError

from survey_app.jobs.work import Stop
from survey_app.models.database import Database
from survey_app.services.jobs import Claim, JobLost, keep_alive
from survey_app.services.log_masking import MASK_CODES

#: Progress is written at most this often, in seconds.
PROGRESS_EVERY = 0.5
#: Without progress a job is renewed this often, in seconds: well within services.jobs.DEAD_AFTER.
ALIVE_EVERY = 10.0

_log = logging.getLogger(__name__)
_log.addFilter(MASK_CODES)


class WorkerStops(Exception):  # noqa: N818 - no error of the job.
    """The worker is asked to stop; the job is to wait for the next one."""


class Pulse:
    """Use it around a job's work; `claim` is the one to end the job with, once the block is left."""

    def __init__(self, database: Database, claim: Claim, stop: Stop) -> None:
        self.claim = claim
        self._database = database
        self._stop = stop
        self._progress = self._written = (0, 0)
        self._lost = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"job-{claim.id}", daemon=True)

    def __enter__(self) -> "Pulse":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def progress(self, done: int, total: int) -> None:
        """Hear how far the work is. JobLost where it was cancelled; WorkerStops where the worker is to stop."""
        self._progress = (done, total)
        if self._lost.is_set():
            raise JobLost
        if self._stop.is_set():
            raise WorkerStops

    def _beat(self) -> None:
        last = time.monotonic()
        while not self._ended.wait(PROGRESS_EVERY):
            progress = self._progress
            if progress == self._written and time.monotonic() - last < ALIVE_EVERY:
                continue
            try:
                with self._database.writing() as session:
                    renewed = keep_alive(session, self.claim, *progress)
            except JobLost:
                self._lost.set()
                return
            except SQLAlchemyError:  # The database may be back before the job counts as dead.
                _log.warning("job %d could not be renewed", self.claim.id, exc_info=True)
                continue
            self.claim, self._written, last = renewed, progress, time.monotonic()
