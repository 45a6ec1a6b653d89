"""The sign-off of a draft for review (送审稿): 经办, 审核, 签发, each by another person, each written down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import Act
from survey_app.domain.messages import Refused, message
from survey_app.domain.release import Audience, DocumentHead, Signature, Step, check_signature, next_step, step_name
from survey_app.models import Release, ReleaseFile, SignOff, Survey
from survey_app.services.lifecycle import lock_survey, record

#: The file that has every figure and nothing of the audience: what is released must equal what was signed.
SIGNED_FILE = "table.csv"


def newest_draft(session: Session, survey: Survey) -> Release | None:
    """Return the newest draft for review; None where there is none."""
    return session.scalars(
        select(Release)
        .where(Release.survey_id == survey.id, Release.audience == Audience.REVIEW)
        .order_by(Release.number.desc())
        .limit(1)
    ).one_or_none()


def draft_behind(session: Session, survey: Survey, audience: Audience) -> Release | None:
    """Return the draft that a release for an audience comes from: the newest, and none for a draft itself."""
    return None if audience is Audience.REVIEW else newest_draft(session, survey)


def signatures_of(session: Session, draft: Release | None) -> Sequence[Signature]:
    """Return the steps taken, in order."""
    if draft is None:
        return []
    zone = ZoneInfo(draft.head["time_zone"])
    taken = {
        each.step: Signature(Step(each.step), each.post, each.name, each.at.astimezone(zone).date())
        for each in session.scalars(select(SignOff).where(SignOff.release_id == draft.id))
    }
    return [taken[step] for step in Step if step in taken]


def signing_accounts(session: Session, draft: Release | None) -> Mapping[Step, str]:
    """Return by which account each step was taken.

    Names are typed; that one account stands behind several of them is to be seen.
    """
    if draft is None:
        return {}
    return {Step(each.step): each.by for each in session.scalars(select(SignOff).where(SignOff.release_id == draft.id))}


def document_of(draft: Release | None) -> DocumentHead:
    """Return 文号, 主送 and 抄送 as they stood on the draft; empty where there is none."""
    return DocumentHead(**draft.head["document"]) if draft is not None else DocumentHead()


def require_signed(session: Session, survey: Survey, audience: Audience) -> Release | None:
    """Return the draft behind a release, signed off and not yet released to this audience; None where there is none.

    Refused where nobody has signed it, or where it is released: a correction is another draft, signed anew.
    """
    draft = draft_behind(session, survey, audience)
    if draft is None:
        return None
    waiting = next_step(signatures_of(session, draft))
    if waiting is not None:
        raise Refused(
            message(
                "Draft for review {number} is not signed off. The next step is: {step}.",
                number=draft.number,
                step=step_name(waiting),
            )
        )
    released = select(Release.id).where(Release.signed_as == draft.id, Release.audience == audience)
    if session.scalars(released).first() is not None:
        raise Refused(
            message(
                "Draft for review {number} has been released already. Make a new draft for the correction, and let it "
                "be signed.",
                number=draft.number,
            )
        )
    return draft


def require_same_table(session: Session, draft: Release, hashes: Mapping[str, str]) -> None:
    """Refuse to release another table than the one that was signed; `hashes` by the path of the file."""
    signed = session.get(ReleaseFile, (draft.id, SIGNED_FILE))
    if signed is None or signed.sha256 != hashes[SIGNED_FILE]:
        raise Refused(
            message(
                "The table differs from that of draft for review {number}, which was signed. Make a new draft, and let "
                "it be signed.",
                number=draft.number,
            )
        )


def sign(session: Session, slug: str, step: Step, post: str, name: str, by: str) -> Release:
    """Take the next step of the sign-off of the newest draft; Refused out of turn."""
    survey = lock_survey(session, slug)
    draft = newest_draft(session, survey)
    if draft is None:
        raise Refused(message("There is no draft for review to sign. Make one first."))
    check_signature(signatures_of(session, draft), step, name)
    record(session, survey, Act.SIGN, by, about=f"{step} · {post.strip()} · {name.strip()}")
    session.add(
        SignOff(release_id=draft.id, step=step, post=post.strip(), name=name.strip(), by=by, at=datetime.now(UTC))
    )
    return draft
