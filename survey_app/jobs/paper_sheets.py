"""The sheets on paper of a survey as one PDF."""

import io

from survey_app.jobs.work import MadeFile, Work
from survey_app.services.paper.sheets import PaperKind, print_paper

_NAMES = {PaperKind.BALLOTS: "纸质测评表", PaperKind.TOTALS: "纸质测评汇总表"}


def make_paper_sheets(work: Work) -> MadeFile:
    """Draw a sheet for every place and group, or for those under the unit in the arguments: to fill in or to count."""
    under, kind = work.arguments.get("under"), PaperKind(str(work.arguments.get("kind", PaperKind.BALLOTS)))
    chosen = None if under is None else str(under)
    out = io.BytesIO()
    with work.database.reading() as session:
        print_paper(session, work.slug, kind, out, work.progress, chosen)
    return MadeFile("-".join(filter(None, (_NAMES[kind], work.slug, chosen))) + ".pdf", out.getvalue())
