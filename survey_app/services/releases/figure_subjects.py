"""Of which unit or class each figure of a release is, in words."""

from collections.abc import Iterable, Mapping

from survey_app.domain.texts import DEFAULT_LANGUAGE
from survey_app.services.releases.figure_names import FigureName, class_names
from survey_app.services.releases.results import ReleaseReader


def figure_subjects(source: ReleaseReader, paths: Iterable[str]) -> dict[FigureName, Mapping[str, str]]:
    """Return the figures among some files, each with the name of its unit or class; empty where it is of the whole."""
    figures = [figure for path in sorted(paths) for figure in [FigureName.read(path)] if figure is not None]
    codes = {figure.unit for figure in figures if figure.unit}
    units = source.unit_names(codes) if codes else {}
    numbered = any(figure.of_class for figure in figures)
    classes = class_names(target.unit_class for target in source.targets()) if numbered else []
    names = dict(enumerate(classes, start=1))
    return {
        figure: units.get(figure.unit, {})
        if figure.unit
        else {DEFAULT_LANGUAGE: names[figure.of_class]}
        if figure.of_class in names
        else {}
        for figure in figures
    }
