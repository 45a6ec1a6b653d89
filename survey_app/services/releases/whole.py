"""A whole release in memory, for whoever reads all of it: no query for each page."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.models import Release, ReleaseFile, ReleaseUnit
from survey_app.services.releases import results as published
from survey_app.services.releases.results import UnitPage
from survey_app.services.releases.stored_files import plain


@dataclass(frozen=True)
class WholeRelease:
    """One release with all its units. Reads like `ReleaseReader`."""

    release: Release
    #: All releases for its audience, newest first: the correction log.
    releases: Sequence[Release]
    #: In the order of the tree, then the listed targets.
    units: Sequence[ReleaseUnit]
    #: Path -> size in bytes, and path -> SHA-256 in hex.
    sizes: Mapping[str, int]
    hashes: Mapping[str, str]
    #: Path of a drawing -> its width and height in pixels.
    shapes: Mapping[str, tuple[int, int]]

    @cached_property
    def _by_code(self) -> Mapping[str, ReleaseUnit]:
        return {unit.code: unit for unit in self.units if not unit.is_target}

    @cached_property
    def children(self) -> Mapping[str, Sequence[ReleaseUnit]]:
        """Code -> the units directly below; "" -> the units that stand under no other."""
        found: dict[str, list[ReleaseUnit]] = {}
        for unit in self._by_code.values():
            found.setdefault(unit.parent_code, []).append(unit)
        return found

    def unit_page(self, code: str | None = None) -> UnitPage | None:
        """Return a unit's page, the top's for None; None where the release has no such unit."""
        unit = self._top if code is None else self._by_code.get(code)
        if unit is None:
            return None
        return UnitPage(unit, self._line(unit), self.children.get(unit.code, ()))

    @cached_property
    def _top(self) -> ReleaseUnit | None:
        places = self.release.head["places"]
        return next((unit for unit in reversed(self.units) if not unit.is_target and unit.places == places), None)

    def _line(self, unit: ReleaseUnit) -> Sequence[ReleaseUnit]:
        line = [unit]
        while line[0].parent_code:
            line.insert(0, self._by_code[line[0].parent_code])
        return line

    def top_units(self) -> Sequence[ReleaseUnit]:
        """Return the units that stand under no other."""
        return self.children.get("", ())

    def targets(self) -> Sequence[ReleaseUnit]:
        """Return the listed targets, in the order of the questionnaire."""
        return [unit for unit in self.units if unit.is_target]

    def unit_names(self, codes: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Return the names of units of the tree, by their codes."""
        return {code: self._by_code[code].name for code in codes if code in self._by_code}

    def file_sizes(self) -> Mapping[str, int]:
        """Return the size in bytes of every file, by path."""
        return self.sizes

    def file_hash(self, path: str) -> str:
        """Return the SHA-256 of a file in hex, "" where there is none at this path."""
        return self.hashes.get(path, "")

    def drawing_shapes(self) -> Mapping[str, tuple[int, int]]:
        """Return width and height in pixels of every drawing that tells them, by path."""
        return self.shapes


def load_release(
    session: Session, slug: str, number: int | None = None, audience: str = published.PUBLIC
) -> WholeRelease:
    """Return a release for an audience with all its units, the newest for None. Refused where there is none."""
    release = published.release_of(session, slug, audience, number)
    releases = [each for each in published.releases_of(session, slug) if each.audience == audience]
    units = session.scalars(
        select(ReleaseUnit).where(ReleaseUnit.release_id == release.id).order_by(ReleaseUnit.position)
    ).all()
    hashes = session.execute(select(ReleaseFile.path, ReleaseFile.sha256).where(ReleaseFile.release_id == release.id))
    return WholeRelease(
        release,
        releases,
        units,
        published.file_sizes(session, release),
        {path: sha256 for path, sha256 in hashes},  # noqa: C416 - rows are no pairs to the type checker.
        published.drawing_shapes(session, release),
    )


def files_of(session: Session, release: Release) -> Iterator[tuple[str, bytes]]:
    """Give path and content of every file of a release, one at a time."""
    for path in sorted(published.file_sizes(session, release)):
        found = published.release_file(session, release, path)
        if found is not None:
            yield path, plain(found)
            session.expunge(found)
