"""A release as a folder of static files, which any server can serve: its pages, its files, and the hash of each."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from survey_app.services.new_folder import new_folder
from survey_app.services.releases.whole import WholeRelease, files_of, load_release

#: The list of hashes, in the format of sha256sum.
SUMS = "SHA256SUMS"


class Pages(Protocol):
    """The pages of a release with what they need to look right: how many, and each with its path below the folder."""

    def __len__(self) -> int:
        """Return how many there are."""

    def __iter__(self) -> Iterator[tuple[str, bytes]]:
        """Give path and content of each."""


#: Makes the pages of a release. It comes from above: services know no templates.
PageMaker = Callable[[WholeRelease], Pages]


@dataclass(frozen=True)
class Exported:
    """What was written."""

    number: int
    files: int
    size: int


def _silent(done: int, total: int) -> None:
    """Report nothing."""


def export_release(
    session: Session,
    slug: str,
    number: int | None,
    audience: str,
    out: Path,
    make_pages: PageMaker,
    progress: Callable[[int, int], None] = _silent,
) -> Exported:
    """Write a release for an audience (the newest for None) as a folder; Refused where it is not empty.

    The folder appears at once and whole, or not at all. The same release gives the same bytes. `progress` hears how
    many of how many files are written.
    """
    with new_folder(out) as folder:
        whole = load_release(session, slug, number, audience)
        pages = make_pages(whole)
        total = len(pages) + len(whole.sizes)
        sums, size = [], 0
        for path, content in _contents(session, whole, pages):
            _write(folder / path, content)
            sums.append(f"{hashlib.sha256(content).hexdigest()}  {path}\n")
            size += len(content)
            progress(len(sums), total)
        _write(folder / SUMS, "".join(_by_path(sums)).encode())
    return Exported(whole.release.number, len(sums), size)


def _contents(session: Session, whole: WholeRelease, pages: Pages) -> Iterator[tuple[str, bytes]]:
    yield from files_of(session, whole.release)
    yield from pages


def _by_path(sums: Sequence[str]) -> Sequence[str]:
    return sorted(sums, key=lambda line: line.partition("  ")[2])


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
