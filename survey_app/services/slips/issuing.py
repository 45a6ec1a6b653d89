"""Slips (测评票): make their codes, and issue them, which voids what is unspent of those printed before.

Printing has two halves. Making the codes and the file only reads, and takes as long as it takes. Issuing writes, and is
quick: it stores what is kept of the codes in the transaction that also stores the file, or after the file is on disk.
So there is never a code without its file, and a printing that breaks off has changed nothing.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, insert, select, update
from sqlalchemy.orm import Session

from survey_app.documents.slips import SlipStack, SlipTexts, write_slips
from survey_app.domain.entry_codes import make_slip_code, slip_mark
from survey_app.domain.messages import Refused, message
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.domain.units import Level
from survey_app.models import RespondentGroup, Slip, SlipBatch
from survey_app.services.codes.entry_codes import closing_day
from survey_app.services.lifecycle import lock_survey
from survey_app.services.slips.planning import SlipOrder, batches_of, check_state, plan_slips
from survey_app.services.survey_acts import write_act
from survey_app.services.surveys import find_survey

#: The act in the record of a survey.
ACT = "print_slips"

#: So many marks or batches are named in one statement.
_AT_A_TIME = 500


@dataclass(frozen=True)
class MadeStack:
    """The codes made for one group at one place, nothing of them stored yet."""

    place_id: int
    group_id: int
    #: Codes of the place's unit and those above it, from the top.
    line: tuple[str, ...]
    group: str
    #: From 1; how often slips of this group were printed for this place, this time counted.
    number: int
    printed: SlipStack


@dataclass(frozen=True)
class MadeSlips:
    """A printing that is ready to be written to a file and to be issued."""

    order: SlipOrder
    texts: SlipTexts
    stacks: Sequence[MadeStack]
    day: date

    @property
    def count(self) -> int:
        """How many slips there are."""
        return sum(len(each.printed.codes) for each in self.stacks)

    def write_pdf(self, out: BinaryIO, progress: Callable[[int, int], None]) -> None:
        """Write the sheets to cut; `progress` hears (done, all)."""
        write_slips(out, self.texts, [each.printed for each in self.stacks], lambda done: progress(done, self.count))

    def rows(self) -> Iterator[tuple[str, str, str, str]]:
        """Give unit code, group code, code and address of each slip, for those who print by their own means."""
        return (
            (stack.line[-1], stack.group, code, self.texts.url + code)
            for stack in self.stacks
            for code in stack.printed.codes
        )


def make_slips(session: Session, order: SlipOrder, public_url: str, secret_key: bytes) -> MadeSlips:
    """Make the codes of a printing; nothing is written. Refused as in `plan_slips`."""
    survey = find_survey(session, order.slug)
    planned = plan_slips(session, order, survey)
    codes = _fresh_codes(session, sum(each.count for each in planned), secret_key)
    in_survey = select(func.count()).select_from(RespondentGroup).where(RespondentGroup.survey_id == survey.id)
    several = session.scalars(in_survey).one() > 1
    day = datetime.now(ZoneInfo(survey.time_zone)).date()
    organiser = pick(survey.organiser, DEFAULT_LANGUAGE)
    texts = SlipTexts(
        title=pick(survey.title, DEFAULT_LANGUAGE),
        organiser=organiser,
        closes=closing_day(survey.closes_at, survey.time_zone),
        url=f"{public_url}/s/",
        host=public_url.partition("://")[2],
        printed_on=f"{day.year}年{day.month}月{day.day}日",
    )
    stacks = [
        MadeStack(
            place_id=each.place.id,
            group_id=each.group.id,
            line=tuple(unit.code for unit in each.line),
            group=each.group.code,
            number=each.number,
            printed=SlipStack(
                unit_name=each.line[-1].name,
                path=tuple(unit.name for unit in each.line[:-1] if unit.level != Level.CITY),
                issuer=each.line[-2].name if len(each.line) > 1 else organiser,
                group=pick(each.group.name, DEFAULT_LANGUAGE) if several else "",
                number=each.number,
                codes=[next(codes) for _ in range(each.count)],
            ),
        )
        for each in planned
    ]
    return MadeSlips(order, texts, stacks, day)


def issue_slips(session: Session, made: MadeSlips, by: str, secret_key: bytes) -> None:
    """Store what is kept of the codes, void what is unspent of earlier printings, and write the act down.

    Refused where meanwhile the survey was closed, or somebody else printed for one of the places.
    """
    survey = lock_survey(session, made.order.slug)  # Ballots wait, so that no slip is spent while it is voided.
    check_state(survey)
    earlier = batches_of(session, survey)
    if any(each.number != len(earlier.get((each.place_id, each.group_id), ())) + 1 for each in made.stacks):
        raise Refused(message("Somebody else has printed slips for these places meanwhile. Look, and print again."))
    _void(session, [batch for each in made.stacks for batch in earlier.get((each.place_id, each.group_id), ())])
    batches = [
        SlipBatch(
            survey_id=survey.id,
            place_id=each.place_id,
            group_id=each.group_id,
            number=each.number,
            printed=len(each.printed.codes),
            voided=0,
            printed_on=made.day,
            printed_by=by,
            reason=made.order.reason,
        )
        for each in made.stacks
    ]
    session.add_all(batches)
    session.flush()
    rows = [
        (slip_mark(code, secret_key), batch.id)
        for batch, each in zip(batches, made.stacks, strict=True)
        for code in each.printed.codes
    ]
    # Sorted, since the order in which a table was filled would tell which slips lay beside one another.
    kept = [{"mark": mark, "batch_id": batch, "state": "issued"} for mark, batch in sorted(rows)]
    session.connection().execute(insert(cast(Table, Slip.__table__)), kept)
    about = " ".join(filter(None, (made.order.under, made.order.group, f"× {made.count}")))
    write_act(session, survey, ACT, by, made.order.reason, about)


def _void(session: Session, batches: Sequence[SlipBatch]) -> None:
    """Void what is unspent, and write down at each batch how many that were."""
    by_id = {each.id: each for each in batches}
    ids = list(by_id)
    for start in range(0, len(ids), _AT_A_TIME):
        unspent = (Slip.batch_id.in_(ids[start : start + _AT_A_TIME]), Slip.state == "issued")
        for batch in session.scalars(update(Slip).where(*unspent).values(state="voided").returning(Slip.batch_id)):
            by_id[batch].voided += 1


def _fresh_codes(session: Session, count: int, secret_key: bytes) -> Iterator[str]:
    """Make codes that never were: neither in this printing nor among those stored."""
    made: dict[bytes, str] = {}
    while len(made) < count:
        more: dict[bytes, str] = {}
        for _ in range(min(_AT_A_TIME, count - len(made))):
            code = make_slip_code(secrets.randbelow)
            more[slip_mark(code, secret_key)] = code
        known = session.scalars(select(Slip.mark).where(Slip.mark.in_(more)))
        for mark in map(bytes, known):
            del more[mark]
        made |= more
    return iter(made.values())
