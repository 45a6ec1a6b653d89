"""The slips of a survey as one PDF, issued by the transaction that stores it."""

import io

from sqlalchemy.orm import Session

from survey_app.jobs.work import MadeFile, Work
from survey_app.services.slips.files import erase_replaced_files
from survey_app.services.slips.issuing import MadeSlips, issue_slips, make_slips
from survey_app.services.slips.planning import SlipOrder


def make_slip_sheets(work: Work) -> MadeFile:
    """Make codes and draw them; they become slips only with the job's end, in `settle`."""
    order = _order(work)
    secret_key = work.config.secret_key
    with work.database.reading() as session:
        made = make_slips(session, order, work.config.public_url, secret_key)
    out = io.BytesIO()
    made.write_pdf(out, work.progress)

    def settle(session: Session) -> None:
        issue_slips(session, made, work.asked_by, secret_key)
        erase_replaced_files(session, made)

    return MadeFile(_name(made), out.getvalue(), settle)


def _order(work: Work) -> SlipOrder:
    under, group, copies, reason = (work.arguments.get(name) for name in ("under", "group", "copies", "reason"))
    return SlipOrder(
        slug=work.slug,
        under=None if under is None else str(under),
        group=None if group is None else str(group),
        copies=None if copies is None else int(str(copies)),
        reason=str(reason or ""),
    )


def _name(made: MadeSlips) -> str:
    return "-".join(filter(None, ("测评票", made.order.slug, made.order.under, made.order.group))) + ".pdf"
