"""Freeze the tables of a closed survey as a numbered release for an audience, with its files. Pages only read these.

The tables are made while nothing is locked: that somebody has seen a figure is noted first, so nobody can reopen the
survey and its counts stand still. The short transaction at the end looks whether somebody else released meanwhile.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import Act, SurveyState, after, require_reason
from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience, DocumentHead
from survey_app.models import Release, ReleaseFile, Survey
from survey_app.models.database import Database
from survey_app.services.lifecycle import lock_survey, record
from survey_app.services.paper.counts import check_all_paper_counted, paper_stamp
from survey_app.services.releases import extras, signing
from survey_app.services.releases.earlier import check_disclosure
from survey_app.services.releases.files import FILE_STEPS, MadeFile, make_files
from survey_app.services.releases.fingerprint import figures_hash
from survey_app.services.releases.head import release_head
from survey_app.services.releases.result_rows import ResultRow, rated_rows
from survey_app.services.releases.stored_files import kept
from survey_app.services.releases.stored_rows import store_rows
from survey_app.services.surveys import find_survey
from survey_app.services.tabulating import load_counts, mark_figures_seen

_ACTS = {Audience.REVIEW: Act.REVIEW, Audience.INTERNAL: Act.ISSUE, Audience.PUBLIC: Act.PUBLISH}


@dataclass(frozen=True)
class Draft:
    """A release before it is stored."""

    head: dict[str, Any]
    rows: Sequence[ResultRow]
    #: The draft for review that it is released from, by id.
    reviewed: int | None = None
    #: Words that were struck from its keywords.
    left_out: Sequence[str] = ()


#: Making a release tells its progress in so many steps: noted, tabulated, each file, stored.
STEPS = FILE_STEPS + 3


def _silent(done: int) -> None:
    """Report nothing."""


def publish(
    database: Database,
    slug: str,
    by: str,
    reason: str | None = None,
    progress: Callable[[int], None] = _silent,
    audience: Audience = Audience.PUBLIC,
    document: DocumentHead | None = None,
    left_out: Sequence[str] | None = None,
) -> Release:
    """Make a release of a closed survey for an audience; Refused from a wrong state.

    A public or internal release after the first needs a reason. It comes from the newest draft for review, which must
    be signed off, and has its document number, signatures and keywords; without a draft only where the survey's
    definition says so. `left_out` are words that a draft's keywords are not to have, as in the draft before for None.
    `progress` hears how many of STEPS are done.
    """
    with database.writing() as session:
        check_publishing(session, slug, reason, audience)
        mark_figures_seen(session, slug)  # From here on nobody reopens it, so its counts stand still.
    progress(1)
    with database.reading() as session:
        draft = draft_release(session, slug, audience, document, left_out)
        survey = find_survey(session, slug)
        number = next_number(session, survey, audience)
        paper = paper_stamp(session, survey)
        check_disclosure(session, survey, draft.head, draft.rows)
    progress(2)
    released_at = datetime.now(UTC)
    head = draft.head | {"number": number, "released_at": released_at.isoformat(timespec="seconds")}
    files = make_files(head, draft.rows, released_at, lambda done: progress(2 + done))
    with database.writing() as session:
        survey = lock_survey(session, slug)
        if next_number(session, survey, audience) != number:
            raise Refused(message("Somebody else has just published this survey. Look at that release first."))
        if paper_stamp(session, survey) != paper:
            raise Refused(message("Paper totals were changed meanwhile. Make the release again."))
        reviewed = signing.require_signed(session, survey, audience)
        if (None if reviewed is None else reviewed.id) != draft.reviewed:
            raise Refused(message("Another draft for review was made meanwhile. Look at it first."))
        if reviewed is not None:
            signing.require_same_figures(reviewed, head)
        release = _release(session, survey, head, files, released_at, by, reason or "", draft)
        record(session, survey, _ACTS[audience], by, reason or "", changes=({}, _marks(release)))
        store_rows(session, release, draft.rows)
    progress(STEPS)
    return release


def check_ready(session: Session, survey: Survey, audience: Audience) -> None:
    """Refuse a release that is certain to be refused whatever the reason given for it: a page need not offer it."""
    after(SurveyState(survey.state), _ACTS[audience], survey.slug)
    check_all_paper_counted(session, survey)
    signing.require_signed(session, survey, audience)


def check_publishing(session: Session, slug: str, reason: str | None, audience: Audience = Audience.PUBLIC) -> None:
    """Refuse what `publish` would refuse, at once and without work."""
    survey = find_survey(session, slug)
    check_ready(session, survey, audience)
    if audience is not Audience.REVIEW and next_number(session, survey, audience) > 1:
        require_reason(reason)


def draft_release(
    session: Session,
    slug: str,
    audience: Audience = Audience.PUBLIC,
    document: DocumentHead | None = None,
    left_out: Sequence[str] | None = None,
) -> Draft:
    """Make the tables of a closed survey and what stands around them."""
    survey = find_survey(session, slug)
    counted = load_counts(session, survey)
    rated = rated_rows(counted, survey.threshold, survey.empty_group)
    reviewed = signing.draft_behind(session, survey, audience)
    head = release_head(
        session,
        survey,
        counted,
        rated,
        audience=audience,
        document=document or signing.document_of(reviewed),
        signatures=signing.signatures_of(session, reviewed),
    )
    struck = signing.left_out_of(session, survey, audience, left_out)
    added = extras.add_extras(session, survey, counted, rated, head, struck)
    head |= added.head
    signed = {"figures_sha256": figures_hash(head, added.rows)}
    return Draft(head | signed, added.rows, None if reviewed is None else reviewed.id, struck)


def next_number(session: Session, survey: Survey, audience: Audience) -> int:
    """Return the number of an audience's next release, from 1."""
    newest = session.scalar(
        select(func.max(Release.number)).where(Release.survey_id == survey.id, Release.audience == audience)
    )
    return (newest or 0) + 1


def _release(
    session: Session,
    survey: Survey,
    head: dict[str, Any],
    files: Sequence[MadeFile],
    released_at: datetime,
    by: str,
    reason: str,
    draft: Draft,
) -> Release:
    release = Release(
        survey_id=survey.id,
        audience=head["audience"],
        number=head["number"],
        released_at=released_at,
        released_by=by,
        reason=reason,
        signed_as=draft.reviewed,
        left_out=list(draft.left_out),
        sha256=content_hash({each.path: each.sha256 for each in files}),
        head=head,
        withdrawn_at=None,
        withdrawn_reason="",
    )
    session.add(release)
    session.flush()
    session.add_all(
        ReleaseFile(
            release_id=release.id,
            path=each.path,
            media_type=each.media_type,
            sha256=each.sha256,
            content=kept(each.path, each.content),
        )
        for each in files
    )
    return release


def _marks(release: Release) -> dict[str, Any]:
    """Return by what the audit trail knows a release."""
    struck = {"left_out": len(release.left_out)} if release.left_out else {}
    return {"release": release.number, "sha256": release.sha256} | struck


def content_hash(hashes: dict[str, str]) -> str:
    """Return the hash of a release: SHA-256 over the lines `sha256  path` of its files, sorted by path."""
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(hashes.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
