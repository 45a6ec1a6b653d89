"""The 反馈单 of a stored release: all of a subtree as one PDF and one file each, or a single one."""

import io
from collections.abc import Callable, Sequence
from pathlib import Path

from sqlalchemy.orm import Session

from survey_app.documents.unit_sheet import UnitSheet, write_sheet, write_sheets
from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience
from survey_app.models import Release
from survey_app.services.new_folder import new_folder
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.results import release_of
from survey_app.services.releases.sheets import unit_sheets
from survey_app.services.releases.stored_rows import stored_rows

#: All sheets in one file.
TOGETHER = "sheets.pdf"


def write_sheet_files(
    session: Session,
    slug: str,
    audience: Audience,
    under: str | None,
    out: Path,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> int:
    """Write the sheets of an audience's newest release into a folder that is new or empty; return how many.

    `under` chooses a unit with all below it. Refused where there is no such release or unit; `progress` hears how many
    of the single files are written.
    """
    release = release_of(session, slug, audience)
    rows = stored_rows(session, release)
    sheets = _below(list(unit_sheets(release.head, rows)), rows, under)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with new_folder(out) as folder:
        with (folder / TOGETHER).open("wb") as file:
            write_sheets(file, sheets, release.released_at)
        for number, sheet in enumerate(sheets, start=1):
            with (folder / f"{sheet.code}.pdf").open("wb") as file:
                write_sheet(file, sheet, release.released_at)
            progress(number, len(sheets))
    return len(sheets)


def _below(sheets: Sequence[UnitSheet], rows: Sequence[ResultRow], under: str | None) -> Sequence[UnitSheet]:
    if under is None:
        return sheets
    parents = {row.code: row.parent_code for row in rows if not row.is_target}
    found = [sheet for sheet in sheets if sheet.code == under or under in _line(parents, sheet.code)]
    if not found:
        raise Refused(message("{where}: there is no unit {value} in this release.", where="--under", value=under))
    return found


def _line(parents: dict[str, str], code: str) -> Sequence[str]:
    line = []
    while code := parents.get(code, ""):
        line.append(code)
    return line


def one_sheet(session: Session, release: Release, code: str) -> bytes | None:
    """Return a single sheet as PDF, by its name as in `write_sheet_files`; None where the release has no such one."""
    for sheet in unit_sheets(release.head, stored_rows(session, release)):
        if sheet.code == code:
            out = io.BytesIO()
            write_sheet(out, sheet, release.released_at)
            return out.getvalue()
    return None
