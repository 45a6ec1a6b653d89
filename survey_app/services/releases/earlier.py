"""What the releases of a survey before a new one gave away, whoever they were for and also where withdrawn."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import Disclosure, Fault, Published, Shown, discloses
from analysis.ratings import CELLS
from survey_app.domain.messages import Message, Refused, message
from survey_app.models import Release, ReleaseUnit, Survey

#: So many offending rows are named.
_NAMED = 10


class _Row(Protocol):
    """What a stored row and one about to be stored have in common."""

    @property
    def code(self) -> str: ...

    @property
    def is_target(self) -> bool: ...

    @property
    def parent_code(self) -> str: ...

    @property
    def cells(self) -> dict[str, Any]: ...

    @property
    def group_cells(self) -> dict[str, Any]: ...


def check_disclosure(session: Session, survey: Survey, rows: Sequence[_Row]) -> None:
    """Refuse a release that would say something about hidden rows beside the releases before it."""
    found = discloses(list(_earlier(session, survey)), _published(rows))
    if found:
        raise Refused(*_told(found))


def _earlier(session: Session, survey: Survey) -> Iterator[Published]:
    """Give what each release published; those that published the same are one."""
    seen: set[bytes] = set()
    for release_id in session.scalars(select(Release.id).where(Release.survey_id == survey.id)).all():
        rows = session.execute(
            select(
                ReleaseUnit.code,
                ReleaseUnit.is_target,
                ReleaseUnit.parent_code,
                ReleaseUnit.cells,
                ReleaseUnit.group_cells,
            )
            .where(ReleaseUnit.release_id == release_id)
            .order_by(ReleaseUnit.position)
        ).all()
        mark = hashlib.sha256(json.dumps([list(row) for row in rows], sort_keys=True).encode()).digest()
        if mark not in seen:
            seen.add(mark)
            yield _published(rows)


def _published(rows: Iterable[_Row]) -> Published:
    parents: dict[str, str] = {}
    counts: dict[Shown, tuple[int, ...]] = {}
    for row in rows:
        name = f"{row.code}*" if row.is_target else row.code  # A target may have the code of a unit.
        parents[name] = row.parent_code
        for part, cells in (("", row.cells), *row.group_cells.items()):
            for question, cell in cells.items():
                shown = () if cell["suppressed"] else tuple(cell[each] for each in CELLS)
                counts[Shown(part, name, question)] = (cell["ballots"], *shown)
    return Published(parents, counts)


def _told(found: Sequence[Disclosure]) -> Iterator[Message]:
    by_fault: dict[Fault, list[str]] = {}
    for each in found:
        unit = each.unit.removesuffix("*")
        by_fault.setdefault(each.fault, []).append(f"{unit} {each.question}" if each.question else unit)
    for fault, units in by_fault.items():
        yield _message(fault, ", ".join(list(dict.fromkeys(units))[:_NAMED]))


def _message(fault: Fault, units: str) -> Message:
    if fault is Fault.MOVED:
        return message(
            "Units have moved since the last release: {units}. One table could be subtracted from the other; "
            "import the list of units as it was, then publish.",
            units=units,
        )
    if fault is Fault.CHANGED:
        return message(
            "These counts differ from an earlier release: {units}. Somebody could subtract one from the other; count "
            "the ballots again (recount) and find out why.",
            units=units,
        )
    return message(
        "Beside an earlier release this one would let hidden counts be worked out: {units}. Publish with the version "
        "of the software that made the earlier release.",
        units=units,
    )
