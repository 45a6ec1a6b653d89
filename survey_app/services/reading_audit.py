"""Read the audit trail: newest first, a page at a time, of what is looked for."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from survey_app.models import AuditEntry

#: Lines of one page.
PAGE_ROWS = 50


@dataclass(frozen=True)
class AuditPage:
    """Some lines, newest first, and how many fit in all."""

    entries: Sequence[AuditEntry]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // PAGE_ROWS))


def read_audit(session: Session, by: str = "", what: str = "", about: str = "", page: int = 1) -> AuditPage:
    """Return one page of the lines by somebody whose name, of a kind whose name, about what holds the texts."""
    fits = [
        column.contains(text, autoescape=True)
        for column, text in ((AuditEntry.by, by), (AuditEntry.what, what), (AuditEntry.about, about))
        if text and text.isprintable()
    ]
    return _page(session, fits, page)


def kinds(session: Session) -> Sequence[str]:
    """Return the kinds of change that stand in the trail, to choose from."""
    return session.scalars(select(AuditEntry.what).distinct().order_by(AuditEntry.what)).all()


def _page(session: Session, fits: Sequence[ColumnElement[bool]], page: int) -> AuditPage:
    total = session.scalar(select(func.count()).select_from(AuditEntry).where(*fits)) or 0
    wanted = select(AuditEntry).where(*fits).order_by(AuditEntry.id.desc())
    last = max(1, -(-total // PAGE_ROWS))
    shown = min(max(1, page), last)
    return AuditPage(session.scalars(wanted.offset((shown - 1) * PAGE_ROWS).limit(PAGE_ROWS)).all(), total, shown)
