"""The files of a release as pages offer them: by the names that people use for them, with their sizes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from survey_app.domain.messages import Message, message


@dataclass(frozen=True)
class Format:
    """One format of a document, for example Word."""

    path: str
    name: str
    size: str


@dataclass(frozen=True)
class Download:
    """Something to take home, in one format or several."""

    name: Message
    formats: Sequence[Format]


_BULLETIN = message("Bulletin")

#: What each file is called, in the order of the page. What is not named here follows by its path.
_NAMES = {
    "bulletin.docx": (_BULLETIN, "Word"),
    "bulletin.pdf": (_BULLETIN, "PDF"),
    "table.xlsx": (message("Statistical table"), "Excel"),
    "table.csv": (message("Table"), "CSV"),
    "table.json": (message("Table with its head"), "JSON"),
    "table.schema.json": (message("What the fields mean"), "JSON Schema"),
}

#: What each figure is called, by its name in the release.
FIGURES = {
    "headline": message("Ratings with “don't know”"),
    "waves": message("Change since the last survey"),
    "caterpillar": message("Shares with their ranges"),
    "funnel": message("Shares by number of ballots"),
    "heatmap": message("All units by all questions"),
    "turnout": message("Ballots by hour"),
}


def downloads(sizes: Mapping[str, int], left_out: Collection[str] = ()) -> Sequence[Download]:
    """Return the files of a release, given the size in bytes of each by its path.

    Those that people ask for first, then figures, then what else there is.
    """
    named = {**_NAMES, **_figure_names()}
    others = sorted(sizes.keys() - named.keys())
    named |= {path: (Message("{path}", {"path": path}), path.rpartition(".")[2].upper()) for path in others}
    found: dict[str, Download] = {}
    for path, (name, kind) in named.items():
        if path in sizes and path not in left_out:
            before = found[str(name)].formats if str(name) in found else ()
            found[str(name)] = Download(name, [*before, Format(path, kind, size(sizes[path]))])
    return list(found.values())


def _figure_names() -> dict[str, tuple[Message, str]]:
    return {
        f"figures/{name}.{ending}": (message("Figure: {title}", title=title), ending.upper())
        for name, title in FIGURES.items()
        for ending in ("svg", "pdf")
    }


def size(given: int) -> str:
    """Print the size of a file."""
    return f"{max(1, round(given / 1000)):,} kB" if given < 1_000_000 else f"{given / 1_000_000:.1f} MB"
