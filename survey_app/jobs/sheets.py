"""The result sheets of a release as one PDF, or as a zip with a file each."""

import io

from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience
from survey_app.jobs.work import MadeFile, Work
from survey_app.models import Release
from survey_app.services.releases.results import release_of
from survey_app.services.releases.sheet_files import pack_sheets

_NAMES = {Audience.REVIEW: "送审稿反馈单", Audience.INTERNAL: "反馈单"}


def make_sheets(work: Work) -> MadeFile:
    """Draw the sheets of the release in the arguments, all or those under a unit; kept only where it still stands."""
    audience, number = Audience(str(work.arguments["audience"])), int(str(work.arguments["number"]))
    under, apart = work.arguments.get("under"), bool(work.arguments.get("apart"))
    chosen = None if under is None else str(under)
    out = io.BytesIO()
    with work.database.reading() as session:
        release = _standing(session, work.slug, audience, number)
        pack_sheets(session, release, chosen, out, apart=apart, progress=work.progress)

    def settle(session: Session) -> None:
        _standing(session, work.slug, audience, number)

    name = "-".join(filter(None, (_NAMES[audience], work.slug, str(number), chosen)))
    return MadeFile(f"{name}.{'zip' if apart else 'pdf'}", out.getvalue(), settle)


def _standing(session: Session, slug: str, audience: Audience, number: int) -> Release:
    """Return the release; Refused where it was withdrawn."""
    release = release_of(session, slug, audience, number)
    if release.withdrawn_at is not None:
        raise Refused(message("Release {number} is withdrawn already.", number=number))
    return release
