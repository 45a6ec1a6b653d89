"""Paper in the tables: what was issued, came back and counted, summed up the tree, and the ticks of choices."""

from collections.abc import Mapping
from dataclasses import astuple, dataclass

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from survey_app.domain.ballot import Channel
from survey_app.domain.messages import Refused, message
from survey_app.models import PaperEntry, PaperTotals, Place, Survey, Unit
from survey_app.services.counting import PlaceCount, TallyKey
from survey_app.services.paper.packing import tally_of, ticks_of
from survey_app.services.surveys import Frame
from survey_app.services.units.tree import UnitTree

#: The channel as a tally stores it.
PAPER = list(Channel).index(Channel.PAPER)

#: So many places are named in a refusal.
_NAMED = 10


@dataclass(frozen=True)
class PaperSum:
    """The paper of one unit's places."""

    issued: int = 0
    returned: int = 0
    valid: int = 0
    invalid: int = 0

    def __add__(self, other: "PaperSum") -> "PaperSum":
        return PaperSum(*(one + more for one, more in zip(astuple(self), astuple(other), strict=True)))


def count_paper(session: Session, survey: Survey, tree: UnitTree) -> Mapping[int, PaperSum]:
    """Return what was counted under every unit that has paper, by the unit's id; empty where none was counted."""
    columns = (PaperTotals.issued, PaperTotals.returned, PaperTotals.valid, PaperTotals.invalid)
    rows = session.execute(
        select(Place.unit_id, *(func.sum(column) for column in columns))
        .join(Place, Place.id == PaperTotals.place_id)
        .where(PaperTotals.survey_id == survey.id)
        .group_by(Place.unit_id)
    )
    sums: dict[int, PaperSum] = {}
    for unit_id, *numbers in rows:
        own = PaperSum(*map(int, numbers))
        for unit in tree.line(tree.by_id[unit_id]):
            sums[unit.id] = sums.get(unit.id, PaperSum()) + own
    return sums


def whole_paper(sums: Mapping[int, PaperSum], tree: UnitTree) -> PaperSum | None:
    """Return what was counted in all; None where there is no paper."""
    tops = [sums[unit.id] for unit in tree.children.get(None, ()) if unit.id in sums]
    return sum(tops, PaperSum()) if tops else None


def paper_ticks(session: Session, frame: Frame) -> Mapping[str, tuple[int, ...]]:
    """Return the ticks on all paper that is counted: multiple choice -> ticks of each option."""
    sums: dict[str, tuple[int, ...]] = {}
    for entry, _ in _counted(session, frame.survey_id, 1):
        for name, ticks in ticks_of(frame, entry).items():
            before = sums.get(name, (0,) * len(ticks))
            sums[name] = tuple(one + more for one, more in zip(before, ticks, strict=True))
    return sums


def recount_paper(session: Session, frame: Frame) -> Mapping[TallyKey, PlaceCount]:
    """Return what the tally must hold of paper, from the entries; Refused where they are not what was counted."""
    found: dict[TallyKey, PlaceCount] = {}
    for number in (1, 2):
        for entry, totals in _counted(session, frame.survey_id, number):
            key = TallyKey(frame.survey_id, entry.place_id, entry.group_id, PAPER)
            numbers = [(each.issued, each.returned, each.valid, each.invalid) for each in (entry, totals)]
            counted = PlaceCount(key, entry.valid, tally_of(frame, entry))
            first = found.setdefault(key, counted)
            if numbers[0] != numbers[1] or not (first.counts == counted.counts).all():
                raise Refused(
                    message("The paper totals of place {place} differ from what was entered.", place=entry.place_id)
                )
    lost = session.scalar(select(func.count()).where(PaperTotals.survey_id == frame.survey_id))
    if lost != len(found):
        raise Refused(message("Paper totals are counted for which no entry is stored."))
    return found


def _counted(session: Session, survey_id: int, number: int) -> list[tuple[PaperEntry, PaperTotals]]:
    same = and_(PaperTotals.place_id == PaperEntry.place_id, PaperTotals.group_id == PaperEntry.group_id)
    rows = session.execute(
        select(PaperEntry, PaperTotals)
        .join(PaperTotals, same)
        .where(PaperEntry.survey_id == survey_id, PaperEntry.number == number)
    )
    return [(row[0], row[1]) for row in rows]


def check_all_paper_counted(session: Session, survey: Survey) -> None:
    """Refuse a release while paper was entered that is not counted: nobody would notice that it is missing."""
    rows = session.scalars(
        select(Unit.name)
        .join(Place, Place.unit_id == Unit.id)
        .join(PaperEntry, PaperEntry.place_id == Place.id)
        .outerjoin(
            PaperTotals,
            and_(PaperTotals.place_id == PaperEntry.place_id, PaperTotals.group_id == PaperEntry.group_id),
        )
        .where(PaperEntry.survey_id == survey.id, PaperTotals.place_id.is_(None))
        .distinct()
    ).all()
    if rows:
        raise Refused(
            message(
                "Paper totals are entered but not counted at {count} places: {units}. Have them entered a second time, "
                "mend what differs, or discard them.",
                count=len(rows),
                units=", ".join(sorted(rows)[:_NAMED]),
            )
        )


def paper_stamp(session: Session, survey: Survey) -> frozenset[tuple[object, ...]]:
    """Return what changes with every change of the counted paper."""
    rows = session.execute(
        select(PaperTotals.place_id, PaperTotals.group_id, PaperTotals.at).where(PaperTotals.survey_id == survey.id)
    )
    return frozenset(tuple(row) for row in rows)
