"""The queue of long work: it lives in the main database, survives a restart, and any node may take from it.

A job in hand is held by its `alive_at`, which only its worker renews: every change that a worker makes names the value
that it wrote last. So a job that was cancelled, or that another worker took up because its node seemed dead, slips out
of the first worker's hands, and that one's result is not stored.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.release import Audience
from survey_app.models import Job, Survey

#: A running job that was not renewed for this long has lost its node. Nodes' clocks may differ by much less.
DEAD_AFTER = timedelta(seconds=60)

#: So many messages are kept of a job that failed; thousands of posters may fail for one reason.
MOST_MESSAGES = 50


class JobKind(StrEnum):
    """What a job does."""

    POSTERS = "posters"
    PUBLISH = "publish"
    SLIPS = "slips"
    PAPER_SHEETS = "paper_sheets"
    #: The result sheets (反馈单) of a release; of a draft only for those who may make one.
    SHEETS = "sheets"
    #: A list of units that was checked: done when it is kept, its result is the file, until it is imported.
    UNIT_UPLOAD = "unit_upload"
    UNIT_IMPORT = "unit_import"


class JobState(StrEnum):
    """Where a job stands."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


#: What holds codes is kept for one download, and no longer than this.
KEPT_FOR = timedelta(hours=24)

#: Kinds whose file is given out once.
GIVEN_ONCE = (JobKind.SLIPS,)

#: Kinds whose file is erased after KEPT_FOR.
_KEPT_BRIEFLY = (*GIVEN_ONCE, JobKind.UNIT_UPLOAD, JobKind.SHEETS)

#: Kinds whose file is printed for one launch, and is of no use without it.
_PRINTED = (JobKind.POSTERS, JobKind.SLIPS, JobKind.PAPER_SHEETS)

_UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


class JobLost(Exception):  # noqa: N818 - no error of the program: somebody cancelled it, or took it up.
    """The job is no longer in this worker's hands; what it makes would be stored by nobody."""


@dataclass(frozen=True)
class Claim:
    """A job in the hands of one worker."""

    id: int
    kind: JobKind
    #: None where it is about no survey.
    survey_id: int | None
    arguments: dict[str, Any]
    asked_by: str
    #: What this worker wrote last; see above.
    alive_at: datetime


def enqueue(session: Session, kind: JobKind, survey_id: int | None, arguments: dict[str, Any], by: str) -> Job:
    """Ask for a job; the same one that is still under way is returned instead, so that asking twice makes it once.

    Whoever asks for one about no survey sees to it that two who ask at once come one after the other.
    """
    if survey_id is not None:
        session.get_one(Survey, survey_id, with_for_update=True)  # Two who ask at once come one after the other.
    for job in session.scalars(_alike(kind, survey_id).where(Job.state.in_(_UNDER_WAY))):
        if job.arguments == arguments:
            return job
    job = Job(kind=kind, survey_id=survey_id, arguments=arguments, asked_by=by, asked_at=datetime.now(UTC))
    job.state, job.alive_at, job.result = JobState.WAITING, None, None
    session.add(job)
    session.flush()
    return job


def has_work(session: Session) -> bool:
    """Return whether there is a job to take: looking needs no turn to write, taking does."""
    return session.scalar(select(Job.id).where(_takeable(datetime.now(UTC))).limit(1)) is not None


def claim(session: Session) -> Claim | None:
    """Take the oldest job that waits, or that runs on a node that died; None where there is none.

    PostgreSQL skips rows that another worker is taking; on SQLite writers take turns.
    """
    now = datetime.now(UTC)
    job = session.scalar(select(Job).where(_takeable(now)).order_by(Job.id).limit(1).with_for_update(skip_locked=True))
    if job is None:
        return None
    job.state, job.alive_at, job.done, job.total = JobState.RUNNING, now, 0, 0
    session.flush()
    return Claim(job.id, JobKind(job.kind), job.survey_id, job.arguments, job.asked_by, now)


def keep_alive(session: Session, held: Claim, done: int, total: int) -> Claim:
    """Renew a job and write its progress; return the claim to go on with. JobLost where it is lost."""
    now = datetime.now(UTC)
    _change(session, held, alive_at=now, done=done, total=total)
    return replace(held, alive_at=now)


def finish(session: Session, held: Claim, result_name: str = "", result: bytes | None = None) -> None:
    """End a job well and store its result; JobLost where it is lost.

    The results of earlier jobs that did the same are dropped: a poster file has tens of megabytes.
    """
    _change(session, held, state=JobState.DONE, result_name=result_name, result=result)
    for job in session.scalars(_alike(held.kind, held.survey_id).where(Job.id < held.id, Job.result_name != "")):
        if job.arguments == held.arguments:
            job.result, job.result_name = None, ""


def take_file(session: Session, job: Job) -> tuple[str, bytes]:
    """Give the name and content of a file that is given out once, and erase it; Refused where that has been done."""
    session.refresh(job, ["result_name", "result"], with_for_update=True)
    if not job.result_name or job.result is None:
        raise Refused(message("This file has been downloaded, or was kept too long: it is erased."))
    name, content = job.result_name, job.result
    job.result, job.result_name = None, ""
    return name, content


def has_old_file(session: Session) -> bool:
    """Return whether there is a file to be erased: looking needs no turn to write, erasing does."""
    return session.scalar(select(Job.id).where(*_old_file()).limit(1)) is not None


def erase_old_files(session: Session) -> None:
    """Erase the files that are kept for a day only: slips, unit sheets, and lists that nobody imported."""
    session.execute(update(Job).where(*_old_file()).values(result=None, result_name=""))


def _old_file() -> tuple[ColumnElement[bool], ...]:
    # A job that has ended was last renewed a moment before.
    return Job.kind.in_(_KEPT_BRIEFLY), Job.result_name != "", Job.alive_at < datetime.now(UTC) - KEPT_FOR


def erase_sheets(session: Session, survey_id: int, audience: str, number: int) -> None:
    """Erase the files of sheets of a release: it was withdrawn."""
    for job in session.scalars(_alike(JobKind.SHEETS, survey_id).where(Job.result_name != "")):
        if (job.arguments["audience"], job.arguments["number"]) == (audience, number):
            job.result, job.result_name = None, ""


def drop_printed(session: Session, survey_id: int) -> None:
    """Stop what is being printed for a survey, and erase what was: its codes lead nowhere any more.

    Who stops comes before who erases: a job that ends at this moment is stored first, and then erased.
    """
    printed = (Job.survey_id == survey_id, Job.kind.in_(_PRINTED))
    session.execute(update(Job).where(*printed, Job.state.in_(_UNDER_WAY)).values(state=JobState.CANCELLED))
    session.execute(update(Job).where(*printed).values(result=None, result_name=""))


def fail(session: Session, held: Claim, *messages: Message) -> None:
    """End a job badly, with what to tell people; JobLost where it is lost."""
    said = list(messages[:MOST_MESSAGES])
    if len(messages) > MOST_MESSAGES:
        said.append(message("And {count} more.", count=len(messages) - MOST_MESSAGES))
    _change(session, held, state=JobState.FAILED, trouble=json.dumps([_stored(each) for each in said]))


def give_back(session: Session, held: Claim) -> None:
    """Let a job wait again, since this worker stops; JobLost where it is lost."""
    _change(session, held, state=JobState.WAITING, alive_at=None)


def cancel(session: Session, job: Job) -> None:
    """Cancel a job that waits or runs; Refused where it has ended, or where stopping would leave something half-done.

    A running job hears of it when it next writes its progress.
    """
    session.refresh(job, with_for_update=True)
    if job.state not in _UNDER_WAY:
        raise Refused(message("This job has already ended."))
    if job.kind == JobKind.PUBLISH and job.state == JobState.RUNNING and not _is_dead(job):
        raise Refused(message("A release that is being made cannot be stopped. Withdraw it once it is there."))
    job.state = JobState.CANCELLED


def can_cancel(job: Job) -> bool:
    """Return whether `cancel` would do it."""
    if job.kind == JobKind.PUBLISH and job.state == JobState.RUNNING:
        return _is_dead(job)
    return job.state in _UNDER_WAY


def is_under_way(job: Job) -> bool:
    """Return whether a job has not ended yet."""
    return job.state in _UNDER_WAY


def is_of_draft(job: Job) -> bool:
    """Return whether a job makes something of a draft for review: it is for those who may make the draft."""
    return job.arguments.get("audience") == Audience.REVIEW


def find_job(session: Session, job_id: int) -> Job | None:
    """Return a job, None where there is none of this number."""
    return session.get(Job, job_id) if job_id < 2**63 else None


def jobs_of(session: Session, survey_id: int, kind: JobKind | None = None) -> Sequence[Job]:
    """Return the jobs of a survey, newest first, without their results."""
    chosen = select(Job).where(Job.survey_id == survey_id).order_by(Job.id.desc())
    return session.scalars(chosen if kind is None else chosen.where(Job.kind == kind)).all()


def trouble_of(job: Job) -> Sequence[Message]:
    """Return why a job failed."""
    return [_read(each) for each in json.loads(job.trouble)] if job.trouble else []


def _takeable(now: datetime) -> ColumnElement[bool]:
    dead = and_(Job.state == JobState.RUNNING, Job.alive_at < now - DEAD_AFTER)
    return or_(Job.state == JobState.WAITING, dead)


def _is_dead(job: Job) -> bool:
    return job.alive_at is not None and job.alive_at < datetime.now(UTC) - DEAD_AFTER


def _alike(kind: JobKind, survey_id: int | None) -> Select[Job]:
    return select(Job).where(Job.kind == kind, Job.survey_id == survey_id)


def _change(session: Session, held: Claim, **values: object) -> None:
    mine = (Job.id == held.id, Job.state == JobState.RUNNING, Job.alive_at == held.alive_at)
    changed = cast(CursorResult[Any], session.execute(update(Job).where(*mine).values(**values)))
    if changed.rowcount != 1:
        raise JobLost


def _stored(said: Message) -> dict[str, Any]:
    """Return a message as JSON: numbers stay numbers, messages within it stay messages, all else is its text."""
    values = {
        name: _stored(value) if isinstance(value, Message) else value if isinstance(value, int) else str(value)
        for name, value in said.values.items()
    }
    return {"text": said.text, "values": values}


def _read(stored: dict[str, Any]) -> Message:
    values = {name: _read(value) if isinstance(value, dict) else value for name, value in stored["values"].items()}
    return Message(stored["text"], values)
