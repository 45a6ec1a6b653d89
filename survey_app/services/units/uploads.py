"""A list of units between its check and its import: kept as a job that is done, whose result is the file.

So any node shows the preview and imports what was seen; it is erased once imported, discarded, or a day old.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from survey_app.documents.fonts import missing_glyphs
from survey_app.documents.sheet_reader import Sheet, ignored_columns, read_sheet, unit_rows
from survey_app.domain.messages import Refused, message
from survey_app.domain.units import KnownUnit, PlannedUnit, UnitPlan, check_units, differences
from survey_app.models import Job, Unit
from survey_app.services.jobs import JobKind, JobState, enqueue, is_under_way
from survey_app.services.scopes import Scope
from survey_app.services.units.history import file_name
from survey_app.services.units.holding import held_units
from survey_app.services.units.importing import known_units, mark_of
from survey_app.services.units.patch import patch_of


@dataclass(frozen=True)
class Upload:
    """A file that was sent, and by whom."""

    id: int
    filename: str
    content: bytes
    by: str


@dataclass(frozen=True)
class CheckedList:
    """What the import of a list would do, and what its author may want to look at first."""

    plan: UnitPlan
    #: The updated units as they stand.
    before: Mapping[str, KnownUnit]
    #: Agreeing to this list means agreeing to this mark.
    mark: str
    #: Headings that name no column of a unit.
    ignored: Sequence[str]
    #: Units whose name has characters that the fonts of posters and tables cannot draw, and these characters.
    unprintable: Sequence[tuple[PlannedUnit, str]]
    #: Units to be added that have the name and the place of a closed one.
    like_closed: Sequence[PlannedUnit]

    def changes_of(self, unit: PlannedUnit) -> Sequence[str]:
        """Return the columns in which an updated unit would change."""
        return differences(self.before[unit.code], unit)


def keep_upload(session: Session, content: bytes, filename: str, by: str) -> int:
    """Keep a file until it is imported; return its number. What the same person sent before is erased."""
    _erase_earlier(session, by)
    now = datetime.now(UTC)
    job = Job(kind=JobKind.UNIT_UPLOAD, survey_id=None, arguments={}, asked_by=by, asked_at=now, alive_at=now)
    job.state, job.result_name, job.result = JobState.DONE, file_name(filename), content
    session.add(job)
    session.flush()
    return job.id


def find_upload(session: Session, upload_id: int, by: str) -> Upload | None:
    """Return a file that somebody sent; None where there is none, where it is erased, or where another sent it."""
    upload = _upload(session, upload_id)
    return upload if upload is not None and upload.by == by else None


def held_upload(session: Session, upload_id: int) -> Upload:
    """Return a file that is to be imported; Refused where it is erased."""
    upload = _upload(session, upload_id)
    if upload is None:
        raise Refused(
            message("The list is no longer kept: it was imported or discarded, or is a day old. Send it again.")
        )
    return upload


def check_upload(session: Session, upload: Upload, scope: Scope) -> CheckedList:
    """Check a list against the units as they stand; Refused with every bad row."""
    sheet = read_upload(upload)
    known = known_units(session)
    plan = check_units(unit_rows(sheet), known, patch_of(session, scope), held_units(session, known))
    written = [*plan.added, *plan.updated]
    closed = {(each.name, each.parent_code) for each in known.values() if each.closed}
    return CheckedList(
        plan,
        {each.code: known[each.code] for each in plan.updated},
        mark_of(plan, known),
        ignored_columns(sheet),
        [(each, _told(lacking)) for each in written if (lacking := missing_glyphs(each.name))],
        [each for each in plan.added if (each.name, each.parent_code) in closed],
    )


def _told(characters: str) -> str:
    # Whoever lacks a font that has them sees empty boxes, so their numbers stand beside them.
    return " ".join(f"{each} (U+{ord(each):04X})" for each in characters)


def read_upload(upload: Upload) -> Sheet:
    """Return the rows of a file as they were read; Refused where it is no list."""
    return read_sheet(upload.content, upload.filename)


def start_import(session: Session, upload: Upload, seen: str, scope: Scope) -> Job:
    """Ask for the import of a list whose mark was seen; asking twice makes it once."""
    session.get_one(Job, upload.id, with_for_update=True)
    arguments: dict[str, object] = {"upload": upload.id, "seen": seen, "scope": scope.unit_id}
    if scope.unit_id is not None:
        arguments["unit"] = session.get_one(Unit, scope.unit_id).code  # Who may see the job is told by it.
    return enqueue(session, JobKind.UNIT_IMPORT, None, arguments, upload.by)


def erase_upload(session: Session, upload_id: int) -> None:
    """Forget the content of a file."""
    session.execute(update(Job).where(Job.id == upload_id).values(result=None, result_name=""))


def _upload(session: Session, upload_id: int) -> Upload | None:
    job = session.get(Job, upload_id) if upload_id < 2**63 else None
    if job is None or job.kind != JobKind.UNIT_UPLOAD or job.result is None:
        return None
    return Upload(job.id, job.result_name, job.result, job.asked_by)


def _erase_earlier(session: Session, by: str) -> None:
    imports = session.scalars(select(Job).where(Job.kind == JobKind.UNIT_IMPORT, Job.asked_by == by))
    wanted = [int(job.arguments["upload"]) for job in imports if is_under_way(job)]
    session.execute(
        update(Job)
        .where(Job.kind == JobKind.UNIT_UPLOAD, Job.asked_by == by, Job.result_name != "", Job.id.not_in(wanted))
        .values(result=None, result_name="")
    )
