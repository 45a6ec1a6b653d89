"""The files of a release as pages offer them: by the names that people use for them, with their sizes."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey_app.domain.messages import Message, message
from survey_app.services.releases.figure_names import FigureName


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

    @property
    def is_of_unit(self) -> bool:
        """Whether it is a figure of one unit's parts: there may be many of these."""
        figure = FigureName.read(self.formats[0].path)
        return figure is not None and bool(figure.unit)


_BULLETIN = message("Bulletin")

#: What each file is called, in the order of the page. What is not named here follows by its path.
_NAMES = {
    "bulletin.docx": (_BULLETIN, "Word"),
    "bulletin.pdf": (_BULLETIN, "PDF"),
    "table.xlsx": (message("Statistical table"), "Excel"),
    "table.csv": (message("Table"), "CSV"),
    "choice.csv": (message("Table by answer to a question"), "CSV"),
    "table.json": (message("Table with its head"), "JSON"),
    "table.schema.json": (message("What the fields mean"), "JSON Schema"),
}

#: What each figure is called, by its kind.
FIGURES = {
    "headline": message("Ratings with “don't know”"),
    "waves": message("Change since the last survey"),
    "caterpillar": message("Shares with their ranges"),
    "funnel": message("Shares by number of ballots"),
    "heatmap": message("All units by all questions"),
    "groups": message("All units by group"),
    "turnout": message("Ballots by hour"),
}


def downloads(
    sizes: Mapping[str, int], figures: Mapping[FigureName, str], left_out: Collection[str] = ()
) -> Sequence[Download]:
    """Return the files of a release, given the size in bytes of each by its path, and its figures with their subjects.

    Those that people ask for first, then figures, then what else there is.
    """
    named = {**_NAMES, **_figure_names(figures)}
    others = sorted(sizes.keys() - named.keys())
    named |= {path: (Message("{path}", {"path": path}), path.rpartition(".")[2].upper()) for path in others}
    found: dict[tuple[str, str], Download] = {}
    for path, (name, kind) in named.items():
        if path in sizes and path not in left_out:
            # Two units of one name have figures of one name.
            key = path.rpartition(".")[0], str(name)
            before = found[key].formats if key in found else ()
            found[key] = Download(name, [*before, Format(path, kind, size(sizes[path]))])
    return list(found.values())


def _figure_names(figures: Mapping[FigureName, str]) -> dict[str, tuple[Message, str]]:
    return {
        figure.path(ending): (message("Figure: {title}", title=figure_title(figure, figures[figure])), ending.upper())
        for figure in in_order(figures)
        for ending in ("svg", "pdf")
    }


def in_order(figures: Iterable[FigureName]) -> Sequence[FigureName]:
    """Return the figures that have a name: of the whole survey first, then unit by unit."""
    kinds = list(FIGURES)
    known = [each for each in figures if each.kind in FIGURES]
    return sorted(known, key=lambda each: (each.unit, kinds.index(each.kind), each.of_class, each.part))


def figure_title(figure: FigureName, of: str = "") -> Message:
    """Say what a figure shows, and of which unit or class."""
    title = FIGURES[figure.kind]
    if figure.part > 1:
        title = message("{title}, part {part}", title=title, part=figure.part)
    return message("{title} · {of}", title=title, of=of) if of else title


def size(given: int) -> str:
    """Print the size of a file."""
    return f"{max(1, round(given / 1000)):,} kB" if given < 1_000_000 else f"{given / 1_000_000:.1f} MB"
