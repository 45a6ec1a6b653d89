"""Read published releases: for pages and for files. What is computed here are shares of printed counts only."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.rates import round_percent
from survey_app.domain.messages import Refused, message
from survey_app.models import Release, ReleaseFile, ReleaseUnit, Survey
from survey_app.services.releases.stored_files import ENDING, plain_beginning, plain_size
from survey_app.services.surveys import find_survey

#: Rows of one page of a long list: with long names and every comparison its first load stays far within 50 kB.
PAGE_ROWS = 30

#: The audience whose releases everybody may see.
PUBLIC = "public"


def published_releases(session: Session) -> Sequence[Release]:
    """Return the newest public release of every survey that has one, newest first."""
    newest = select(func.max(Release.id)).where(Release.audience == PUBLIC).group_by(Release.survey_id)
    return session.scalars(select(Release).where(Release.id.in_(newest)).order_by(Release.released_at.desc())).all()


def public_releases(session: Session, slug: str) -> Sequence[Release]:
    """Return the public releases of a survey, newest first: the only ones that pages of results know."""
    return [each for each in releases_of(session, slug) if each.audience == PUBLIC]


def releases_of(session: Session, slug: str) -> Sequence[Release]:
    """Return all releases of a survey, for every audience, newest first; empty where there is none."""
    return session.scalars(
        select(Release)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Survey.slug == slug)
        .order_by(Release.number.desc())
    ).all()


def release_of(session: Session, slug: str, audience: str, number: int | None = None) -> Release:
    """Return a release for an audience, the newest that is not withdrawn for None; Refused where there is none."""
    find_survey(session, slug)
    for each in releases_of(session, slug):
        if each.audience == audience and (each.withdrawn_at is None if number is None else each.number == number):
            return each
    raise Refused(message("Survey {slug} has no such release: publish it first.", slug=slug))


@dataclass(frozen=True)
class UnitPage:
    """One unit of a release, the units above it from the top, and those directly below it."""

    unit: ReleaseUnit
    line: Sequence[ReleaseUnit]
    children: Sequence[ReleaseUnit]


def unit_page(session: Session, release: Release, code: str | None = None) -> UnitPage | None:
    """Return a unit's page, the top's for None; None where the release has no such unit. For targets: `targets`."""
    unit = _top(session, release) if code is None else session.get(ReleaseUnit, (release.id, code, False))
    if unit is None:
        return None
    line = [unit]
    while line[0].parent_code:
        line.insert(0, session.get_one(ReleaseUnit, (release.id, line[0].parent_code, False)))
    return UnitPage(unit, line, _children(session, release, unit))


def _top(session: Session, release: Release) -> ReleaseUnit | None:
    """Return the lowest unit that has all places below it: the page that a reader wants first."""
    return session.scalars(
        select(ReleaseUnit)
        .where(ReleaseUnit.release_id == release.id, ReleaseUnit.places == release.head["places"])
        .where(ReleaseUnit.is_target.is_(False))
        .order_by(ReleaseUnit.position.desc())
        .limit(1)
    ).one_or_none()


def _children(session: Session, release: Release, unit: ReleaseUnit) -> Sequence[ReleaseUnit]:
    return session.scalars(
        select(ReleaseUnit)
        .where(ReleaseUnit.release_id == release.id, ReleaseUnit.parent_code == unit.code)
        .where(ReleaseUnit.is_target.is_(False))
        .order_by(ReleaseUnit.position)
    ).all()


def top_units(session: Session, release: Release) -> Sequence[ReleaseUnit]:
    """Return the units that stand under no other: several where the places lie under no common unit."""
    return session.scalars(
        select(ReleaseUnit)
        .where(ReleaseUnit.release_id == release.id, ReleaseUnit.parent_code == "", ReleaseUnit.is_target.is_(False))
        .order_by(ReleaseUnit.position)
    ).all()


def targets(session: Session, release: Release) -> Sequence[ReleaseUnit]:
    """Return the listed targets that the release rates, in the order of the questionnaire."""
    return session.scalars(
        select(ReleaseUnit)
        .where(ReleaseUnit.release_id == release.id, ReleaseUnit.is_target.is_(True))
        .order_by(ReleaseUnit.position)
    ).all()


class ReleaseReader(Protocol):
    """Whence a page reads a release: out of the database, or out of a whole release in memory."""

    @property
    def release(self) -> Release:
        """The release."""

    def unit_page(self, code: str | None = None) -> UnitPage | None:
        """Return a unit's page, the top's for None; None where the release has no such unit."""

    def top_units(self) -> Sequence[ReleaseUnit]:
        """Return the units that stand under no other."""

    def targets(self) -> Sequence[ReleaseUnit]:
        """Return the listed targets, in the order of the questionnaire."""

    def unit_names(self, codes: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the names of units of the tree, by their codes."""

    def file_sizes(self) -> Mapping[str, int]:
        """Return the size in bytes of every file, by path."""

    def file_hash(self, path: str) -> str:
        """Return the SHA-256 of a file in hex, "" where there is none at this path."""

    def drawing_shapes(self) -> Mapping[str, tuple[int, int]]:
        """Return width and height in pixels of every drawing that tells them, by path."""


@dataclass(frozen=True)
class StoredRelease:
    """A release read out of the database, a few rows for each question."""

    session: Session
    release: Release

    def unit_page(self, code: str | None = None) -> UnitPage | None:
        """See `ReleaseReader`."""
        return unit_page(self.session, self.release, code)

    def top_units(self) -> Sequence[ReleaseUnit]:
        """See `ReleaseReader`."""
        return top_units(self.session, self.release)

    def targets(self) -> Sequence[ReleaseUnit]:
        """See `ReleaseReader`."""
        return targets(self.session, self.release)

    def unit_names(self, codes: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """See `ReleaseReader`."""
        rows = self.session.execute(
            select(ReleaseUnit.code, ReleaseUnit.name).where(
                ReleaseUnit.release_id == self.release.id, ReleaseUnit.is_target.is_(False), ReleaseUnit.code.in_(codes)
            )
        )
        return {code: name for code, name in rows}  # noqa: C416 - rows are no pairs to the type checker.

    def file_sizes(self) -> Mapping[str, int]:
        """See `ReleaseReader`."""
        return file_sizes(self.session, self.release)

    def file_hash(self, path: str) -> str:
        """See `ReleaseReader`."""
        return file_hash(self.session, self.release, path)

    def drawing_shapes(self) -> Mapping[str, tuple[int, int]]:
        """See `ReleaseReader`."""
        return drawing_shapes(self.session, self.release)


@dataclass(frozen=True)
class Found:
    """One page of a search."""

    units: Sequence[ReleaseUnit]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


def search_units(session: Session, release: Release, text: str, page: int = 1) -> Found:
    """Find units by a part of their name or by their code; page from 1."""
    wanted = text.strip()
    where = (
        ReleaseUnit.release_id == release.id,
        ReleaseUnit.search_name.contains(wanted, autoescape=True) | (ReleaseUnit.code == wanted),
    )
    total = session.scalar(select(func.count()).select_from(ReleaseUnit).where(*where)) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE_ROWS)))
    units = session.scalars(
        select(ReleaseUnit).where(*where).order_by(ReleaseUnit.position).offset((page - 1) * PAGE_ROWS).limit(PAGE_ROWS)
    ).all()
    return Found(units, total, page)


def printed_shares(cell: Mapping[str, Any]) -> dict[str, str]:
    """Return each rating's share of the rated ballots as printed, from a printed cell; empty where it has no counts.

    "dont_know" is its share of rated and don't know together, the base of the rates over all.
    """
    if not cell["rated"]:
        return {}
    shares = {
        name: round_percent(cell[name], cell["rated"]) for name in ("satisfied", "basically_satisfied", "dissatisfied")
    }
    return shares | {"dont_know": round_percent(cell["dont_know"], cell["rated"] + cell["dont_know"])}


def release_file(session: Session, release: Release, path: str) -> ReleaseFile | None:
    """Return one of a release's files, None where it has none at this path."""
    return session.get(ReleaseFile, (release.id, path))


def file_sizes(session: Session, release: Release) -> dict[str, int]:
    """Return the size in bytes of every file of a release, by path."""
    content, size = ReleaseFile.content, func.length(ReleaseFile.content)
    rows = session.execute(
        select(
            ReleaseFile.path, size, func.substr(content, 1, ENDING), func.substr(content, size - ENDING + 1, ENDING)
        ).where(ReleaseFile.release_id == release.id)
    )
    return {path: plain_size(path, int(size), bytes(begins), bytes(ends)) for path, size, begins, ends in rows}


def file_hash(session: Session, release: Release, path: str) -> str:
    """Return the SHA-256 of one of a release's files, in hex; "" where it has none at this path."""
    found = select(ReleaseFile.sha256).where(ReleaseFile.release_id == release.id, ReleaseFile.path == path)
    return session.scalar(found) or ""


#: An SVG says within so many bytes how large it is.
_HEAD_OF_DRAWING = 1_000


def drawing_shapes(session: Session, release: Release) -> dict[str, tuple[int, int]]:
    """Return width and height in pixels of every drawing of a release that tells them, by path."""
    rows = session.execute(
        select(ReleaseFile.path, func.substr(ReleaseFile.content, 1, _HEAD_OF_DRAWING)).where(
            ReleaseFile.release_id == release.id, ReleaseFile.path.like("figures/%.svg")
        )
    )
    shape = rb'viewBox="0 0 ([0-9.]+) ([0-9.]+)"'
    found = ((path, re.search(shape, plain_beginning(path, bytes(head)))) for path, head in rows)
    return {path: (round(float(said[1])), round(float(said[2]))) for path, said in found if said}
