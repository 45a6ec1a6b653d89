"""The 反馈单 of a stored release: all of a subtree as one PDF, as a file each, or a single one."""

import io
import re
import zipfile
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from survey_app.documents.unit_sheet import UnitSheet, write_sheet, write_sheets
from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience
from survey_app.models import Release, ReleaseUnit, Survey, Unit
from survey_app.services.new_folder import new_folder
from survey_app.services.releases.results import release_of, releases_of
from survey_app.services.releases.sheets import has_sheet, unit_sheets
from survey_app.services.releases.stored_rows import stored_rows
from survey_app.services.scopes import Scope, within
from survey_app.services.surveys_in_scope import targets_within

#: Each file of a zip carries its fonts, some 80 kB, and the zip is in memory until it is stored.
MOST_APART = 3_000

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

    `under` chooses a unit with all below it. Refused where there is no such release or unit, and where the newest was
    withdrawn: what it superseded is given out no more. `progress` hears how many of the single files are written.
    """
    release = _standing(session, slug, audience)
    sheets = _sheets(session, release, under)
    out.absolute().parent.mkdir(parents=True, exist_ok=True)
    with new_folder(out) as folder:
        with (folder / TOGETHER).open("wb") as file:
            write_sheets(file, sheets, release.released_at)
        for number, sheet in enumerate(sheets, start=1):
            with (folder / f"{sheet.code}.pdf").open("wb") as file:
                write_sheet(file, sheet, release.released_at)
            progress(number, len(sheets))
    return len(sheets)


def _standing(session: Session, slug: str, audience: Audience) -> Release:
    release = release_of(session, slug, audience)
    newest = next(each for each in releases_of(session, slug) if each.audience == audience)
    if newest is not release:
        raise Refused(message("Release {number} is withdrawn already.", number=newest.number))
    return release


def pack_sheets(
    session: Session,
    release: Release,
    under: str | None,
    out: BinaryIO,
    *,
    apart: bool = False,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> None:
    """Write the sheets of a release, or those of a unit with all below it, into one PDF, or `apart` into a zip.

    Refused where the release has no sheet there, or more than go into a zip; `progress` hears how many are drawn.
    """
    sheets = _sheets(session, release, under)
    if apart:
        if len(sheets) > MOST_APART:
            raise Refused(
                message(
                    "These are {count} sheets; a zip has at most {most}. Choose one county, or one PDF of all.",
                    count=len(sheets),
                    most=MOST_APART,
                )
            )
        with zipfile.ZipFile(out, "w") as packed:  # A PDF is compressed as it is.
            for number, sheet in enumerate(sheets, start=1):
                file = io.BytesIO()
                write_sheet(file, sheet, release.released_at)
                packed.writestr(zipfile.ZipInfo(_file_name(sheet), _UNDATED), file.getvalue())
                progress(number, len(sheets))
    else:
        write_sheets(out, sheets, release.released_at, lambda done: progress(done, len(sheets)))


def sheets_below(session: Session, release: Release, code: str) -> Collection[tuple[str, bool]]:
    """Return which rows of a release with a sheet are a unit or lie below it, by code and whether it is a target.

    Where something lies the tree says, as for whoever asks for a single sheet. A listed target may stand anywhere: it
    is there only where it is a unit there, whatever places were asked about it.
    """
    unit_id = session.scalar(select(Unit.id).where(Unit.code == code)) if code.isprintable() else None
    if unit_id is None:
        return frozenset()
    scope = Scope(unit_id)
    targets = {each.code for each in targets_within(session, scope, session.get_one(Survey, release.survey_id))}
    units = select(Unit.code).where(within(scope, Unit.id))
    found = select(ReleaseUnit).where(
        ReleaseUnit.release_id == release.id, or_(ReleaseUnit.is_target, ReleaseUnit.code.in_(units))
    )
    return frozenset(
        (row.code, row.is_target)
        for row in session.scalars(found)
        if has_sheet(row) and (not row.is_target or row.code in targets)
    )


#: The same sheets give the same zip.
_UNDATED = (1980, 1, 1, 0, 0, 0)


def _file_name(sheet: UnitSheet) -> str:
    """Return a name that tells the clerk whose sheet it is, without what some system takes for a folder or refuses."""
    return re.sub(r'[\x00-\x1f\\/:*?"<>|]', "_", f"{sheet.code} {sheet.unit}"[:100].rstrip(" .")) + ".pdf"


def _sheets(session: Session, release: Release, under: str | None) -> Sequence[UnitSheet]:
    chosen = None if under is None else sheets_below(session, release, under)
    if chosen is not None and not chosen:
        raise Refused(message("{where}: there is no unit {value} in this release.", where="--under", value=under))
    return list(unit_sheets(release.head, stored_rows(session, release), chosen))


def one_sheet(session: Session, release: Release, code: str) -> bytes | None:
    """Return a single sheet as PDF, by its name as in `write_sheet_files`; None where the release has no such one."""
    for sheet in unit_sheets(release.head, stored_rows(session, release)):
        if sheet.code == code:
            out = io.BytesIO()
            write_sheet(out, sheet, release.released_at)
            return out.getvalue()
    return None
