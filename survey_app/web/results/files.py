"""The files of a release as its page offers them: downloads with names and sizes, figures with their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_app.domain.messages import Message, message
from survey_app.web.results.words import size

_BULLETIN = message("Bulletin")
_TABLE = message("Table")

#: What each file is called, in the order of the page. Others follow by their path.
_NAMES = {
    "bulletin.docx": (_BULLETIN, "Word"),
    "bulletin.pdf": (_BULLETIN, "PDF"),
    "table.xlsx": (message("Statistical table"), "Excel"),
    "table.csv": (_TABLE, "CSV"),
    "table.json": (message("Table with its head"), "JSON"),
    "table.schema.json": (message("What the fields mean"), "JSON Schema"),
}


@dataclass(frozen=True)
class Kind:
    """One form of a download, for example Word."""

    path: str
    name: str
    size: str


@dataclass(frozen=True)
class Download:
    """Something to take home, in one form or several."""

    name: Message
    kinds: Sequence[Kind]


@dataclass(frozen=True)
class Drawing:
    """One figure: a drawing to see, and where there is one a PDF to print."""

    title: Message
    #: What the picture shows, for those who do not see it; the numbers stand in the table that it names.
    alt: Message
    svg: str
    pdf: str
    size: str
    #: In pixels; 0 where the drawing does not say.
    width: int
    height: int


_FIGURES = {
    "headline": (
        message("Ratings with “don't know”"),
        message(
            "Stacked bars of the ratings, dissatisfied to the left, with “don't know” beside them; its numbers are in "
            "the table above."
        ),
    ),
    "waves": (
        message("Change since the last survey"),
        message("For each unit two dots, the share of the last survey and of this one; its numbers are in the table."),
    ),
    "caterpillar": (
        message("Shares with their ranges"),
        message("For each unit a dot with its range, sorted by share; its numbers are in the table."),
    ),
    "funnel": (
        message("Shares by number of ballots"),
        message(
            "Each unit as a dot by its rated ballots and its share, with the limits within which chance alone would "
            "leave 95 and 99.8 percent of them; its numbers are in the statistical table."
        ),
    ),
    "heatmap": (
        message("All units by all questions"),
        message(
            "A grid of units and questions, darker where the share is higher and hatched where it is hidden; its "
            "numbers are in the statistical table."
        ),
    ),
    "turnout": (
        message("Ballots by hour"),
        message("Columns of the ballots that came in each hour; its numbers are in the table."),
    ),
}


def figures(sizes: Mapping[str, int], shapes: Mapping[str, tuple[int, int]]) -> Mapping[str, Drawing]:
    """Return the figures that a release has, by name; `shapes` are the widths and heights of drawings, by path."""
    return {
        name: Drawing(title, alt, svg, pdf if pdf in sizes else "", size(sizes[svg]), *shapes.get(svg, (0, 0)))
        for name, (title, alt) in _FIGURES.items()
        for svg, pdf in ((f"figures/{name}.svg", f"figures/{name}.pdf"),)
        if svg in sizes
    }


def downloads(sizes: Mapping[str, int]) -> Sequence[Download]:
    """Return all files of a release: those that people ask for first, then figures, then what else there is."""
    named = [(path, *said) for path, said in _NAMES.items()]
    named += [
        (f"figures/{name}.{ending}", message("Figure: {title}", title=title), ending.upper())
        for name, (title, _) in _FIGURES.items()
        for ending in ("svg", "pdf")
    ]
    known = {path for path, *_ in named}
    named += [
        (path, Message("{path}", {"path": path}), path.rpartition(".")[2].upper())
        for path in sorted(sizes)
        if path not in known
    ]
    found: dict[str, Download] = {}
    for path, name, kind in named:
        if path in sizes:
            before = found[str(name)].kinds if str(name) in found else ()
            found[str(name)] = Download(name, [*before, Kind(path, kind, size(sizes[path]))])
    return list(found.values())
