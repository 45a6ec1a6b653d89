"""Result sheets (反馈单) that were issued to units: those of the newest internal release that stands."""

from sqlalchemy.orm import Session

from survey_app.domain.release import Audience
from survey_app.models import Release, ReleaseUnit
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.results import releases_of
from survey_app.services.releases.sheet_files import one_sheet


def issued_release(session: Session, slug: str) -> Release | None:
    """Return the newest internal release that is not withdrawn; None before the first was issued."""
    made = releases_of(session, slug)
    return next((each for each in made if each.audience == Audience.INTERNAL and each.withdrawn_at is None), None)


def has_issued_sheet(session: Session, slug: str, code: str) -> bool:
    """Return whether a unit's sheet was issued."""
    release = issued_release(session, slug)
    row = None if release is None else session.get(ReleaseUnit, (release.id, code, False))
    return row is not None and row.level != OWN_LEVEL and bool(row.cells)


def issued_sheet(session: Session, slug: str, code: str) -> tuple[Release, bytes] | None:
    """Return the release and a unit's sheet as PDF; None where none was issued to it."""
    release = issued_release(session, slug)
    content = None if release is None else one_sheet(session, release, code)
    return None if release is None or content is None else (release, content)
