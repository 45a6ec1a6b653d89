"""The figures of a release as its page shows them, with their words."""

from collections.abc import Mapping
from dataclasses import dataclass

from survey_app.domain.messages import Message, message
from survey_app.web.release_downloads import FIGURES, size


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


#: What each picture shows, by the name of the figure.
_ALTS = {
    "headline": message(
        "Stacked bars of the ratings, dissatisfied to the left, with “don't know” beside them; its numbers are in "
        "the table above."
    ),
    "waves": message(
        "For each unit two dots, the share of the last survey and of this one; its numbers are in the table."
    ),
    "caterpillar": message("For each unit a dot with its range, sorted by share; its numbers are in the table."),
    "funnel": message(
        "Each unit as a dot by its rated ballots and its share, with the limits within which chance alone would "
        "leave 95 and 99.8 percent of them; its numbers are in the statistical table."
    ),
    "heatmap": message(
        "A grid of units and questions, darker where the share is higher and hatched where it is hidden; its "
        "numbers are in the statistical table."
    ),
    "turnout": message("Columns of the ballots that came in each hour; its numbers are in the table."),
}


def figures(sizes: Mapping[str, int], shapes: Mapping[str, tuple[int, int]]) -> Mapping[str, Drawing]:
    """Return the figures that a release has, by name; `shapes` are the widths and heights of drawings, by path."""
    return {
        name: Drawing(title, _ALTS[name], svg, pdf if pdf in sizes else "", size(sizes[svg]), *shapes.get(svg, (0, 0)))
        for name, title in FIGURES.items()
        for svg, pdf in ((f"figures/{name}.svg", f"figures/{name}.pdf"),)
        if svg in sizes
    }
