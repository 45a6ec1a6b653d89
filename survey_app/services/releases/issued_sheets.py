"""Result sheets (反馈单) that were issued to units: those of the newest internal release, unless it was withdrawn."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.release import Audience
from survey_app.models import Release, ReleaseUnit
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.results import releases_of
from survey_app.services.releases.sheet_files import one_sheet
from survey_app.services.releases.sheets import target_sheet


def issued_release(session: Session, slug: str) -> Release | None:
    """Return the newest internal release; None before the first was issued, and where the newest was withdrawn.

    What that one superseded is given out no more.
    """
    newest = _newest(session, slug)
    return newest if newest is not None and newest.withdrawn_at is None else None


def withdrawn_release(session: Session, slug: str) -> Release | None:
    """Return the internal release whose sheets were withdrawn, until new ones are issued; None where there is none."""
    newest = _newest(session, slug)
    return newest if newest is not None and newest.withdrawn_at is not None else None


def withdrawn_sheet(session: Session, slug: str, code: str) -> Release | None:
    """Return the release whose sheet for a unit or listed target was withdrawn, until a new one is issued."""
    release = withdrawn_release(session, slug)
    if release is None:
        return None
    rated = select(ReleaseUnit).where(ReleaseUnit.release_id == release.id, ReleaseUnit.code == code)
    return release if any(row.cells for row in session.scalars(rated)) else None


def _newest(session: Session, slug: str) -> Release | None:
    return next((each for each in releases_of(session, slug) if each.audience == Audience.INTERNAL), None)


def has_issued_sheet(session: Session, slug: str, code: str) -> bool:
    """Return whether the sheet of a unit of the tree was issued."""
    release = issued_release(session, slug)
    return release is not None and _place_row(session, release, code) is not None


def issued_targets(session: Session, slug: str) -> Sequence[str]:
    """Return the codes of the listed targets to which a sheet was issued."""
    release = issued_release(session, slug)
    return [] if release is None else targets_with_sheets(session, release)


def targets_with_sheets(session: Session, release: Release) -> Sequence[str]:
    """Return the codes of the listed targets that have a sheet in a release."""
    rated = select(ReleaseUnit).where(ReleaseUnit.release_id == release.id, ReleaseUnit.is_target)
    return [row.code for row in session.scalars(rated.order_by(ReleaseUnit.position)) if row.cells]


def issued_sheet(session: Session, slug: str, code: str, *, as_target: bool = False) -> tuple[Release, bytes] | None:
    """Return the release and a unit's sheet as PDF; None where none was issued to it.

    `as_target` asks for that of the listed target, where the unit has one as a place too.
    """
    release = issued_release(session, slug)
    row = None if release is None else sheet_row(session, release, code, as_target=as_target)
    content = None if release is None or row is None else sheet_of(session, release, row)
    return None if release is None or content is None else (release, content)


def sheet_row(session: Session, release: Release, code: str, *, as_target: bool = False) -> ReleaseUnit | None:
    """Return the row that a unit's sheet in a release is about, as a place or as a target; None where it has none."""
    place, target = _place_row(session, release, code), session.get(ReleaseUnit, (release.id, code, True))
    rated = target if target is not None and target.cells else None
    return (rated or place) if as_target else (place or rated)


def sheet_of(session: Session, release: Release, row: ReleaseUnit) -> bytes | None:
    """Return the sheet of a row of a release as PDF."""
    both = row.is_target and _place_row(session, release, row.code) is not None
    return one_sheet(session, release, target_sheet(row.code) if both else row.code)


def _place_row(session: Session, release: Release, code: str) -> ReleaseUnit | None:
    row = session.get(ReleaseUnit, (release.id, code, False))
    return row if row is not None and row.level != OWN_LEVEL and row.cells else None
