"""The lists of all units of a release, for a folder of files, which cannot search: the browser finds a name in them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_app.models import ReleaseUnit
from survey_app.services.releases.whole import WholeRelease

#: So many names stand on one page and within 50 kB.
MOST_NAMES = 480


@dataclass(frozen=True)
class Entry:
    """One name of a list: how deep it stands (0 for the first), and its own list where this one does not hold it."""

    unit: ReleaseUnit
    depth: int
    list_path: str = ""
    #: Whether no names stand below it here.
    leaf: bool = True


@dataclass(frozen=True)
class Block:
    """A unit or a class of targets, and the names that follow it."""

    entry: Entry | None
    heading: str
    leaves: list[Entry]


@dataclass(frozen=True)
class ListPage:
    """One list: of the whole tree, or of what lies below one unit."""

    path: str
    #: The unit whose names these are; None for all.
    unit: ReleaseUnit | None
    entries: Sequence[Entry]
    page: int = 1
    last: int = 1

    @property
    def blocks(self) -> Sequence[Block]:
        """The entries as they are printed: a heading, then the names without any below them in one line."""
        found: list[Block] = []
        for entry in self.entries:
            heading = entry.unit.unit_class if entry.unit.is_target else ""
            if not entry.leaf:
                found.append(Block(entry, "", []))
            elif not found or (found[-1].heading != heading and entry.unit.is_target):
                found.append(Block(None, heading, [entry]))
            else:
                found[-1].leaves.append(entry)
        return found

    def numbered(self, page: int) -> str:
        """Return the path of another page of the same list."""
        return _numbered(self.path.partition("~")[0].removesuffix(".html"), page)


def _numbered(stem: str, page: int) -> str:
    return f"{stem}~{page}.html" if page > 1 else f"{stem}.html"


def list_pages(whole: WholeRelease) -> Sequence[ListPage]:
    """Return the lists: all of the tree where it fits, else one more for each branch; then the targets."""
    return list(_lists(whole, None, "units"))


def _lists(whole: WholeRelease, unit: ReleaseUnit | None, stem: str) -> Iterator[ListPage]:
    begin = whole.children.get(unit.code if unit else "", ())
    deep = _depth_that_fits(whole, begin)
    entries = list(_entries(whole, begin, deep, 0))
    if unit is None:
        entries += [Entry(target, 0) for target in whole.targets()]
    last = max(1, -(-len(entries) // MOST_NAMES))
    for page in range(1, last + 1):
        some = entries[(page - 1) * MOST_NAMES : page * MOST_NAMES]
        yield ListPage(_numbered(stem, page), unit, some, page, last)
    for entry in entries:
        if entry.list_path:
            yield from _lists(whole, entry.unit, entry.list_path.removesuffix(".html"))


def _depth_that_fits(whole: WholeRelease, begin: Sequence[ReleaseUnit]) -> int:
    """Return how many levels fit on one page, at least one."""
    level, names, depth = list(begin), 0, 0
    while level and (names + len(level) <= MOST_NAMES or depth == 0):
        names, depth = names + len(level), depth + 1
        level = [child for unit in level for child in whole.children.get(unit.code, ())]
    return depth


def _entries(
    whole: WholeRelease, units: Sequence[ReleaseUnit], deep: int, depth: int, is_listed: bool = False
) -> Iterator[Entry]:
    """Give the names of so many levels. A branch that goes deeper has a list of its own, as far up as it fits one."""
    for unit in units:
        below = whole.children.get(unit.code, ())
        is_last = depth + 1 == deep
        starts = not is_listed and _goes_deeper(whole, unit, deep - depth) and (is_last or _fits(whole, unit))
        yield Entry(unit, depth, f"lists/{unit.code}.html" if starts else "", not below or (is_last and not starts))
        if not is_last:
            yield from _entries(whole, below, deep, depth + 1, is_listed or starts)


def _goes_deeper(whole: WholeRelease, unit: ReleaseUnit, levels: int) -> bool:
    below = whole.children.get(unit.code, ())
    return bool(below) and (levels <= 1 or any(_goes_deeper(whole, each, levels - 1) for each in below))


def _fits(whole: WholeRelease, unit: ReleaseUnit) -> bool:
    level, names = whole.children.get(unit.code, ()), 0
    while level and names <= MOST_NAMES:
        names += len(level)
        level = [child for each in level for child in whole.children.get(each.code, ())]
    return names <= MOST_NAMES
