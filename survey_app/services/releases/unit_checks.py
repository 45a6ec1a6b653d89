"""The check by the units (单位核对): each sees its own sheet of the newest draft, and confirms it or objects.

It begins when the office opens the draft to the units, and ends when the draft is released, or another one is made:
that one is opened, and answered, anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import Act, SurveyState, after, allows
from survey_app.domain.messages import Refused, message
from survey_app.domain.powers import Role
from survey_app.domain.release import UnitVerdict
from survey_app.models import Account, Release, ReleaseUnit, Survey, Unit, UnitAnswer, UnitCheck
from survey_app.services.audit_trail import audit
from survey_app.services.lifecycle import lock_survey, record
from survey_app.services.releases.issued_sheets import sheet_row, targets_with_sheets
from survey_app.services.releases.result_rows import OWN_LEVEL
from survey_app.services.releases.signing import newest_draft


def ask_units(session: Session, slug: str, number: int, by: str) -> Release:
    """Open the newest draft, which must be of this number, to the units."""
    survey = lock_survey(session, slug)
    draft = newest_draft(session, survey)
    if draft is None or draft.number != number:
        raise Refused(message("Draft for review {number} is not the newest one. Look at that first.", number=number))
    if session.get(UnitCheck, draft.id) is not None or _is_released(session, draft):
        raise Refused(message("Draft for review {number} was shown to the units already.", number=number))
    about, marks = f"review {number}", {"release": number, "sha256": draft.sha256}
    record(session, survey, Act.ASK_UNITS, by, about=about, changes=({}, marks))
    session.add(UnitCheck(release_id=draft.id, opened_at=datetime.now(UTC), opened_by=by))
    return draft


def checked_draft(session: Session, survey: Survey) -> Release | None:
    """Return the draft that units look at and answer to now; None where none is open to them."""
    draft = newest_draft(session, survey)
    if draft is None or session.get(UnitCheck, draft.id) is None or _is_released(session, draft):
        return None
    return draft if allows(SurveyState(survey.state), Act.ASK_UNITS) else None


def _is_released(session: Session, draft: Release) -> bool:
    return session.scalar(select(Release.id).where(Release.signed_as == draft.id).limit(1)) is not None


@dataclass(frozen=True)
class OwnSheet:
    """What a unit looks at: its row of the draft, and what was answered for it."""

    draft: Release
    row: ReleaseUnit
    answer: UnitAnswer | None


def own_sheet(session: Session, survey: Survey, code: str, *, as_target: bool = False) -> OwnSheet | None:
    """Return a unit's sheet of the draft that is open to the units; None where it has none."""
    draft = checked_draft(session, survey)
    row = None if draft is None else sheet_row(session, draft, code, as_target=as_target)
    if draft is None or row is None:
        return None
    return OwnSheet(draft, row, session.get(UnitAnswer, (draft.id, row.code, row.is_target)))


def targets_to_check(session: Session, survey: Survey) -> Sequence[str]:
    """Return the codes of the listed targets that have a sheet of the draft that is open to the units."""
    draft = checked_draft(session, survey)
    return [] if draft is None else targets_with_sheets(session, draft)


def answer(
    session: Session, survey: Survey, seen: OwnSheet, number: int, verdict: UnitVerdict, text: str, by: str
) -> None:
    """Write a unit's answer to its sheet of draft `number` down; a later one takes the place of an earlier.

    Refused where that draft is no longer open to the units.
    """
    survey = lock_survey(session, survey.slug)  # Nobody makes another draft or a release meanwhile.
    after(SurveyState(survey.state), Act.ASK_UNITS, survey.slug)
    draft = checked_draft(session, survey)
    if draft is None or draft.id != seen.draft.id or draft.number != number:
        raise Refused(message("Another draft was made meanwhile. Look at your sheet of that one, then answer."))
    given = session.get(UnitAnswer, (draft.id, seen.row.code, seen.row.is_target))
    before = {} if given is None else {"answer": given.answer, "characters": len(given.text)}
    if given is None:
        given = UnitAnswer(release_id=draft.id, code=seen.row.code, is_target=seen.row.is_target)
        session.add(given)
    given.answer, given.text = verdict, text if verdict is UnitVerdict.OBJECTED else ""
    given.by, given.at = by, datetime.now(UTC)
    told = {"answer": given.answer, "characters": len(given.text)}
    audit(session, by, "sheet.answer", f"{survey.slug} · review {number} · {seen.row.code}", before or None, told)


@dataclass(frozen=True)
class Answered:
    """One unit with its answer; None where it has an account of its own and has not answered."""

    row: ReleaseUnit
    given: UnitAnswer | None


@dataclass(frozen=True)
class CheckStanding:
    """How far the check of a draft is."""

    opened: UnitCheck
    #: Those that object first, then those that have not answered, then those that confirmed.
    units: Sequence[Answered]

    def of(self, verdict: UnitVerdict | None) -> Sequence[Answered]:
        """Return the units with this answer; None: those without."""
        return [each for each in self.units if (each.given.answer if each.given else None) == verdict]

    @property
    def objections(self) -> Sequence[Answered]:
        """The units that object."""
        return self.of(UnitVerdict.OBJECTED)

    @property
    def confirmed(self) -> int:
        """How many units have confirmed their sheet."""
        return len(self.of(UnitVerdict.CONFIRMED))

    @property
    def silent(self) -> int:
        """How many units with an account of their own have not answered."""
        return len(self.of(None))


_ORDER: Mapping[str | None, int] = {UnitVerdict.OBJECTED: 0, None: 1, UnitVerdict.CONFIRMED: 2}


def standing(session: Session, draft: Release) -> CheckStanding | None:
    """Return how far the check of a draft is; None where it was not opened to the units.

    Who has no account of its own is not missed: whoever has one above it may answer for it.
    """
    opened = session.get(UnitCheck, draft.id)
    if opened is None:
        return None
    given = {
        (each.code, each.is_target): each
        for each in session.scalars(select(UnitAnswer).where(UnitAnswer.release_id == draft.id))
    }
    officers = select(Unit.code).join(Account, Account.scope_id == Unit.id)
    officers = officers.where(Account.role == Role.OFFICER, Account.disabled_at.is_(None))
    answered = select(UnitAnswer.code).where(UnitAnswer.release_id == draft.id)
    rows = session.scalars(
        select(ReleaseUnit)
        .where(ReleaseUnit.release_id == draft.id, ReleaseUnit.level != OWN_LEVEL)
        .where(ReleaseUnit.code.in_(officers) | ReleaseUnit.code.in_(answered))
        .order_by(ReleaseUnit.position)
    )
    units = [Answered(row, given.get((row.code, row.is_target))) for row in rows if row.cells]
    return CheckStanding(opened, sorted(units, key=lambda each: _ORDER[each.given.answer if each.given else None]))
