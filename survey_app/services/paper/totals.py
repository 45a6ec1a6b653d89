"""Paper totals (纸质票): entered after closing, by one person or by two of whom neither sees what the other wrote.

An entry counts once it stands alone where one is enough, or once two by different people agree; until then nothing of
it is in any table. Everybody sees their own entry and nobody else's: what leaves this file is `PaperDesk`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.definition import Paper
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, Refused, message
from survey_app.domain.paper import HEAD, PaperCount, PaperLine, PaperState, differing, paper_faults, paper_lines
from survey_app.models import PaperEntry, PaperTotals, Place, Release, RespondentGroup, Survey, Tally, Unit
from survey_app.services.audit_trail import audit
from survey_app.services.lifecycle import lock_survey
from survey_app.services.paper.counts import PAPER
from survey_app.services.paper.packing import pack, tally_of, unpack
from survey_app.services.surveys import Frame, load_frame
from survey_app.services.tabulating import mark_figures_seen


@dataclass(frozen=True)
class PaperDesk:
    """The paper of one place and group, as one person may see it."""

    place: Place
    unit: Unit
    #: The unit above the place.
    above: Unit | None
    group: RespondentGroup
    several_groups: bool
    lines: Sequence[PaperLine]
    state: PaperState
    #: Who has entered it, first and second.
    entered_by: Sequence[str]
    #: What this person entered.
    own: PaperCount | None
    #: The numbers and lines of it that the other entry has otherwise.
    differs: Sequence[str]
    #: Why this person can enter nothing here; None where they can.
    shut: Message | None

    @property
    def is_second(self) -> bool:
        """Whether what this person enters is the second entry."""
        return self.own is None and self.state is PaperState.WAITING


def find_desk(session: Session, survey: Survey, place_id: int, group_id: int, by: str) -> PaperDesk | None:
    """Return the paper of one place and group as `by` may see it; None where the survey has none such."""
    found = _find(session, survey, place_id, group_id)
    if found is None:
        return None
    frame, place, unit, group, lines = found
    entries = _entries(session, place_id, group_id)
    state = _state(survey, entries)
    own = next((each for each in entries if each.by == by), None)
    mine = None if own is None else unpack(frame, lines, own)
    differs: Sequence[str] = ()
    if mine is not None and state is PaperState.DIFFER:
        other = next(each for each in entries if each is not own)
        differs = differing(lines, mine, unpack(frame, lines, other))
    return PaperDesk(
        place,
        unit,
        None if unit.parent_id is None else session.get_one(Unit, unit.parent_id),
        group,
        len(frame.groups) > 1,
        lines,
        state,
        [each.by for each in entries],
        mine,
        differs,
        why_shut(session, survey) or _why_not(survey, entries, by),
    )


def why_shut(session: Session, survey: Survey) -> Message | None:
    """Return why no paper of a survey can be entered or changed now; None where it can."""
    if survey.state in (SurveyState.DRAFT, SurveyState.OPEN):
        return message("Paper totals are entered once the survey is closed.")
    if session.scalar(select(Release.id).where(Release.survey_id == survey.id).limit(1)) is not None:
        return message(
            "A release was made from these counts, drafts for review included: paper totals stand as they are."
        )
    return None


def enter_paper(
    session: Session, slug: str, place_id: int, group_id: int, count: PaperCount, by: str, reason: str = ""
) -> PaperState:
    """Store what `by` has counted, or correct it, and count it where nothing is missing; return where it stands.

    Seeing one's own entry is seeing a figure: from now on the survey cannot be reopened. A correction of what is
    already counted needs a reason. Refused: the survey is not closed, a release was made, it does not add up, somebody
    else's entry stands in the way.
    """
    survey = lock_survey(session, slug)
    found = _find(session, survey, place_id, group_id)
    if found is None:
        raise Refused(message("Survey {slug} has no paper of this place and group.", slug=slug))
    frame, place, unit, group, lines = found
    entries = _entries(session, place_id, group_id)
    shut = why_shut(session, survey) or _why_not(survey, entries, by)
    if shut is not None:
        raise Refused(shut)
    faults = paper_faults(lines, count)
    if faults:
        raise Refused(*faults.values())
    before = _state(survey, entries)
    own = next((each for each in entries if each.by == by), None)
    if own is not None and before is PaperState.COUNTED and not reason.strip():
        raise Refused(message("This entry is counted. Correcting it needs a reason, which is recorded."))
    mark_figures_seen(session, slug)
    entry = own or PaperEntry(survey_id=survey.id, place_id=place.id, group_id=group.id, number=len(entries) + 1, by=by)
    entry.at = datetime.now(UTC)
    for name in HEAD:
        setattr(entry, name, getattr(count, name))
    entry.counts = pack(frame, lines, count)
    session.add(entry)
    entries = entries if own is not None else [*entries, entry]
    state = _settle(session, survey, frame, entries)
    written = {"entry": entry.number, "state": str(state)} | ({"reason": reason.strip()} if reason.strip() else {})
    what = "paper.enter" if own is None else "paper.correct"
    audit(session, by, what, _about(survey, unit, group), before={"state": str(before)}, after=written)
    return state


def discard_paper(session: Session, slug: str, place_id: int, group_id: int, by: str, reason: str) -> None:
    """Throw away all that was entered of a place and group, so that it can be entered anew.

    Refused: there is nothing to discard, no reason is given, or a release was made.
    """
    survey = lock_survey(session, slug)
    found = _find(session, survey, place_id, group_id)
    entries = _entries(session, place_id, group_id)
    shut = why_shut(session, survey)
    if shut is not None:
        raise Refused(shut)
    if found is None or not entries:
        raise Refused(message("Nothing has been entered here."))
    if not reason.strip():
        raise Refused(message("Discarding needs a reason, which is recorded."))
    _, _, unit, group, _ = found
    before = _state(survey, entries)
    _uncount(session, survey, place_id, group_id)
    entered = [each.by for each in entries]
    for each in entries:
        session.delete(each)
    session.flush()
    audit(
        session,
        by,
        "paper.discard",
        _about(survey, unit, group),
        before={"state": str(before), "entered_by": entered},
        after={"state": str(PaperState.NOTHING), "reason": reason.strip()},
    )


def _find(
    session: Session, survey: Survey, place_id: int, group_id: int
) -> tuple[Frame, Place, Unit, RespondentGroup, Sequence[PaperLine]] | None:
    if survey.paper == Paper.NONE or max(place_id, group_id) >= 2**63:
        return None
    place, group = session.get(Place, place_id), session.get(RespondentGroup, group_id)
    if place is None or group is None or place.survey_id != survey.id or group.survey_id != survey.id:
        return None
    frame = load_frame(session, survey.id)
    sheet = frame.questionnaire.sheet(place.scopes, frame.group_targets.get(group.id))
    return frame, place, session.get_one(Unit, place.unit_id), group, paper_lines(sheet)


def _entries(session: Session, place_id: int, group_id: int) -> list[PaperEntry]:
    chosen = select(PaperEntry).where(PaperEntry.place_id == place_id, PaperEntry.group_id == group_id)
    return list(session.scalars(chosen.order_by(PaperEntry.number)))


def _state(survey: Survey, entries: Sequence[PaperEntry]) -> PaperState:
    if not entries:
        return PaperState.NOTHING
    if survey.paper != Paper.DOUBLE:
        return PaperState.COUNTED
    if len(entries) == 1:
        return PaperState.WAITING
    return PaperState.COUNTED if _content(entries[0]) == _content(entries[1]) else PaperState.DIFFER


def _content(entry: PaperEntry) -> tuple[object, ...]:
    return (*(getattr(entry, name) for name in HEAD), bytes(entry.counts))


def _why_not(survey: Survey, entries: Sequence[PaperEntry], by: str) -> Message | None:
    """Return why this person can enter nothing here, whatever the time."""
    if any(each.by == by for each in entries):
        return None
    if len(entries) == (2 if survey.paper == Paper.DOUBLE else 1):
        return message(
            "This was entered by {names}. Only who entered it can correct it; else discard it, and enter it anew.",
            names=" / ".join(each.by for each in entries),
        )
    return None


def _settle(session: Session, survey: Survey, frame: Frame, entries: Sequence[PaperEntry]) -> PaperState:
    """Take what was counted of these entries out of the tally, and count them if nothing is missing."""
    first = entries[0]
    _uncount(session, survey, first.place_id, first.group_id)
    state = _state(survey, entries)
    if state is PaperState.COUNTED:
        where = {"survey_id": survey.id, "place_id": first.place_id, "group_id": first.group_id}
        numbers = {name: getattr(first, name) for name in HEAD}
        session.add(PaperTotals(**where, **numbers, at=datetime.now(UTC)))
        counts = tally_of(frame, first).astype("<u4").tobytes()
        session.add(Tally(**where, channel=PAPER, ballots=first.valid, counts=counts))
    session.flush()
    return state


def _uncount(session: Session, survey: Survey, place_id: int, group_id: int) -> None:
    for row in (
        session.get(PaperTotals, (place_id, group_id)),
        session.get(Tally, (survey.id, place_id, group_id, PAPER)),
    ):
        if row is not None:
            session.delete(row)
    session.flush()


def _about(survey: Survey, unit: Unit, group: RespondentGroup) -> str:
    return f"{survey.slug} {unit.code} {group.code}"
