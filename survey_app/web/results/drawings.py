"""The figures of a release as its page shows them, with their words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_app.domain.messages import Message, message
from survey_app.domain.texts import pick
from survey_app.services.releases.figure_names import FigureName
from survey_app.web.release_downloads import figure_title, in_order, size


@dataclass(frozen=True)
class Drawing:
    """One figure: a drawing to see, and where there is one a PDF to print."""

    name: FigureName
    #: What it shows.
    title: Message
    #: The unit or the class that it is of; empty where it is of the whole survey.
    of: Mapping[str, str]
    #: Both in one.
    label: Message
    #: What the picture shows, for those who do not see it; the numbers stand in the table that it names.
    alt: Message
    svg: str
    pdf: str
    size: str
    #: In pixels; 0 where the drawing does not say.
    width: int
    height: int


#: What each picture shows, by the kind of figure.
_ALTS = {
    "headline": message(
        "Stacked bars of the ratings, dissatisfied to the left, with “don't know” beside them; its numbers are in "
        "the statistical table."
    ),
    "waves": message(
        "For each unit two dots, the share of the last survey and of this one; its numbers are in the table of the "
        "comparison."
    ),
    "caterpillar": message(
        "For each unit a dot with its range, sorted by share; its numbers are in the table of the comparison."
    ),
    "funnel": message(
        "Each unit as a dot by its rated ballots and its share, with the limits within which chance alone would "
        "leave 95 and 99.8 percent of them; its numbers are in the table of all units, whose files stand below it."
    ),
    "heatmap": message(
        "A grid of units and questions, darker where the share is higher and hatched where it is hidden; its "
        "numbers are in the table of units and questions below it."
    ),
    "groups": message(
        "A grid of units and groups, darker where the share is higher and hatched where it is hidden; its numbers "
        "are in the statistical table."
    ),
    "turnout": message("Columns of the ballots that came in each hour; its numbers are in the table below it."),
}


def figures(
    sizes: Mapping[str, int],
    shapes: Mapping[str, tuple[int, int]],
    subjects: Mapping[FigureName, Mapping[str, str]],
    language: str,
) -> Sequence[Drawing]:
    """Return the figures that a release has; `shapes` are the widths and heights of drawings, by path."""
    found = []
    for name in in_order(subjects):
        svg, pdf = name.path("svg"), name.path("pdf")
        if svg in sizes:
            of, alt = pick(subjects[name], language), _ALTS[name.kind]
            found.append(
                Drawing(
                    name,
                    figure_title(name),
                    subjects[name],
                    figure_title(name, of),
                    message("{of}: {text}", of=of, text=alt) if of else alt,
                    svg,
                    pdf if pdf in sizes else "",
                    size(sizes[svg]),
                    *shapes.get(svg, (0, 0)),
                )
            )
    return found
