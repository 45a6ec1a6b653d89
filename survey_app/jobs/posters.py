"""The posters of a survey as one PDF."""

import io

from survey_app.jobs.work import MadeFile, Work
from survey_app.services.entry_codes import print_posters


def make_posters(work: Work) -> MadeFile:
    """Draw the posters of all places, or of those under the unit in the arguments."""
    under = work.arguments.get("under")
    out = io.BytesIO()
    with work.database.reading() as session:
        print_posters(
            session,
            work.slug,
            work.config.public_url,
            out,
            work.progress,
            under=None if under is None else str(under),
        )
    parts = ["测评公告", work.slug, *([] if under is None else [str(under)])]
    return MadeFile("-".join(parts) + ".pdf", out.getvalue())
