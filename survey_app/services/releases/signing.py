"""The sign-off of a draft for review (送审稿): 经办, 审核, 签发, each by another person, each written down."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.definition import SignOffRule
from survey_app.domain.lifecycle import Act
from survey_app.domain.messages import Refused, message
from survey_app.domain.reading_definition import read_definition
from survey_app.domain.release import (
    Audience,
    DocumentHead,
    Signature,
    Step,
    check_signature,
    next_step,
    step_name,
    struck_words,
)
from survey_app.models import Release, SignOff, StoredQuestionnaire, Survey
from survey_app.services.lifecycle import lock_survey, record

#: By so many characters of their hash the audit trail knows the figures that somebody signed.
_MARK: Final = 12


def rule_of(session: Session, survey: Survey) -> SignOffRule:
    """Return whether the survey's releases come from a signed draft only, as its definition says."""
    return read_definition(session.get_one(StoredQuestionnaire, survey.id).definition).sign_off


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


def waiting_for(session: Session, survey: Survey) -> Step | None:
    """Return the step that the newest draft waits for; None where it is signed off, and where there is none."""
    draft = newest_draft(session, survey)
    return None if draft is None else next_step(signatures_of(session, draft))


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


def words_of(draft: Release | None) -> Sequence[str]:
    """Return the words of a draft, and those that were struck from it: what can be left out of the next."""
    if draft is None:
        return []
    return list(dict.fromkeys([*(each["word"] for each in draft.head["keywords"]), *draft.left_out]))


def left_out_of(session: Session, survey: Survey, audience: Audience, given: Sequence[str] | None) -> Sequence[str]:
    """Return the words that a release's keywords do not have: those `given` for a draft, else the newest draft's."""
    if audience is Audience.REVIEW and given is not None:
        return struck_words(given)
    draft = newest_draft(session, survey)
    return [] if draft is None else draft.left_out


def require_signed(session: Session, survey: Survey, audience: Audience) -> Release | None:
    """Return the draft behind a release, signed off, not yet released to this audience and not withdrawn from another.

    None for a draft itself, and where there is none and the survey's definition lets it be released without. Refused
    where nobody has signed it, or where it is released: a correction is another draft, signed anew.
    """
    draft = draft_behind(session, survey, audience)
    if draft is None:
        if audience is not Audience.REVIEW and rule_of(session, survey) is SignOffRule.REQUIRED:
            raise Refused(
                message(
                    "There is no draft for review yet. Make the draft and let three people sign it; then it can be "
                    "issued and published."
                )
            )
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
    if is_spent(session, draft) or session.scalars(released).first() is not None:
        raise Refused(
            message(
                "Draft for review {number} has been released already. Make a new draft for the correction, and let it "
                "be signed.",
                number=draft.number,
            )
        )
    return draft


def is_spent(session: Session, draft: Release) -> bool:
    """Return whether a release made of a draft was withdrawn: it is shown to no other audience either."""
    gone = select(Release.id).where(Release.signed_as == draft.id, Release.withdrawn_at.is_not(None))
    return session.scalars(gone).first() is not None


def require_same_figures(draft: Release, head: Mapping[str, Any]) -> None:
    """Refuse to release other figures than those that were signed; `head` is that of the release to be made."""
    if draft.head["figures_sha256"] != head["figures_sha256"]:
        raise Refused(
            message(
                "The figures differ from those of draft for review {number}, which was signed. Make a new draft, and "
                "let it be signed.",
                number=draft.number,
            )
        )


def sign(session: Session, slug: str, step: Step, post: str, name: str, by: str) -> Release:
    """Take the next step of the sign-off of the newest draft; Refused out of turn.

    Unless the survey's sign-off is optional, an account takes one step only: names are typed, accounts are logged in.
    """
    survey = lock_survey(session, slug)
    draft = newest_draft(session, survey)
    if draft is None:
        raise Refused(message("There is no draft for review to sign. Make one first."))
    apart = rule_of(session, survey) is SignOffRule.REQUIRED
    accounts = signing_accounts(session, draft).values() if apart else ()
    check_signature(signatures_of(session, draft), step, name, by, accounts)
    taken = SignOff(release_id=draft.id, step=step, post=post.strip(), name=name.strip(), by=by, at=datetime.now(UTC))
    session.add(taken)
    marks = {"step": step, "post": taken.post, "signed_by": taken.name, "draft": draft.number}
    marks["figures_sha256"] = draft.head["figures_sha256"][:_MARK]
    record(session, survey, Act.SIGN, by, about=f"{step} · {taken.post} · {taken.name}", changes=({}, marks))
    return draft
