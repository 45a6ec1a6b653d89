"""What the releases of a survey before a new one gave away, whoever they were for and also where withdrawn."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.disclosure import Disclosure, Fault, Published, Shown, Standing, discloses
from analysis.ratings import CELLS
from survey_app.domain.messages import Message, Refused, message
from survey_app.models import Release, ReleaseUnit, Survey
from survey_app.services.releases.crossing import crossed_rows

#: What of a release's head splits rows a second way.
_SPLITS = ("channel_cells", "channel_targets", "crossing")

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
    def level(self) -> str: ...

    @property
    def unit_class(self) -> str: ...

    @property
    def cells(self) -> dict[str, Any]: ...

    @property
    def group_cells(self) -> dict[str, Any]: ...


def check_disclosure(session: Session, survey: Survey, head: Mapping[str, Any], rows: Sequence[_Row]) -> None:
    """Refuse a release that would say something about hidden rows beside the releases before it."""
    found = discloses(list(_earlier(session, survey)), _published(head, rows))
    if found:
        raise Refused(*_told(found))


def _earlier(session: Session, survey: Survey) -> Iterator[Published]:
    """Give what each release published; those that published the same are one."""
    seen: set[bytes] = set()
    made = session.execute(select(Release.id, Release.head).where(Release.survey_id == survey.id)).all()
    for release_id, head in made:
        rows = session.execute(
            select(
                ReleaseUnit.code,
                ReleaseUnit.is_target,
                ReleaseUnit.parent_code,
                ReleaseUnit.level,
                ReleaseUnit.unit_class,
                ReleaseUnit.cells,
                ReleaseUnit.group_cells,
            )
            .where(ReleaseUnit.release_id == release_id)
            .order_by(ReleaseUnit.position)
        ).all()
        said = [list(row) for row in rows], *(head.get(name) for name in _SPLITS)
        mark = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).digest()
        if mark not in seen:
            seen.add(mark)
            yield _published(head, rows)


def _published(head: Mapping[str, Any], rows: Iterable[_Row]) -> Published:
    standings: dict[str, Standing] = {}
    counts: dict[Shown, tuple[int, ...]] = {}
    for row in rows:
        name = f"{row.code}*" if row.is_target else row.code  # A target may have the code of a unit.
        standings[name] = Standing(row.parent_code, row.level, row.unit_class)
        for part, cells in (("", row.cells), *row.group_cells.items()):
            counts |= {Shown(part, name, question): _counts(cell) for question, cell in cells.items()}
    # No code of a group or an option has a blank in it.
    for channel, cell in head.get("channel_cells", {}).items():
        counts[Shown(f"channel {channel}", "", head["headline_question"])] = _counts(cell)
    for cell in head.get("channel_targets", ()):
        part = f"channel {cell['channel']}"
        counts[Shown(part, f"{cell['target']}*", head["headline_question"])] = _counts(cell)
    # All crossed questions are one table: what one of them tells of the answers may be held against another.
    for _, cell in crossed_rows(head):
        part = f"{cell['question']} {cell['row']} {cell['option']}"
        counts[Shown(part, "", head["crossing"]["question"])] = _counts(cell)
    return Published(standings, counts)


def _counts(cell: Mapping[str, Any]) -> tuple[int, ...]:
    return (cell["ballots"], *(() if cell["suppressed"] else (cell[each] for each in CELLS)))


def _told(found: Sequence[Disclosure]) -> Iterator[Message]:
    by_fault: dict[Fault, list[str]] = {}
    for each in found:
        unit = each.unit.removesuffix("*")
        by_fault.setdefault(each.fault, []).append(" ".join(filter(None, (unit, each.question))))
    for fault, units in by_fault.items():
        yield _message(fault, ", ".join(list(dict.fromkeys(units))[:_NAMED]))


def _message(fault: Fault, units: str) -> Message:
    if fault is Fault.MOVED:
        return message(
            "Units have moved since the last release: {units}. One table could be subtracted from the other; "
            "import the list of units as it was, then publish.",
            units=units,
        )
    if fault is Fault.RECLASSED:
        return message(
            "Units have another level or class than in an earlier release: {units}. They would be compared with others "
            "than they were; give them back the level and class that they had, then publish.",
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
