"""The posters of a survey as one PDF."""

import io

from survey_app.jobs.work import MadeFile, Work
from survey_app.services.codes.entry_codes import print_posters


def make_posters(work: Work) -> MadeFile:
    """Draw the posters of all places, or of those under the unit in the arguments, on the paper named there."""
    under, paper = (work.arguments.get(name) for name in ("under", "paper"))
    out = io.BytesIO()
    with work.database.reading() as session:
        print_posters(
            session,
            work.slug,
            work.config.public_url,
            out,
            work.progress,
            under=None if under is None else str(under),
            paper=str(paper or "A4"),
        )
    parts = ["测评公告", work.slug, *(str(each) for each in (under, paper) if each is not None)]
    return MadeFile("-".join(parts) + ".pdf", out.getvalue())
