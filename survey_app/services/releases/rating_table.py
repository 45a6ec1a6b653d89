"""The table of ratings: from histograms of options to what `analysis` tabulates, by the rules of a definition."""

from collections.abc import Mapping, Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analysis.groups import EmptyGroup
from analysis.histogram import by_rating
from analysis.tables import tabulate
from analysis.unit_table import UnitTable
from survey_app.domain.definition import RollUp, Selection
from survey_app.domain.questionnaire import Question
from survey_app.services.surveys import Frame

_SELECTIONS: Mapping[Selection, Literal["self", "list", "random"]] = {
    Selection.SELF: "self",
    Selection.LIST: "list",
    Selection.RANDOM: "random",
}


def tabulate_ratings(
    parents: Sequence[int],
    questions: Sequence[Question],
    options: NDArray[np.int64],
    frame: Frame,
    threshold: int,
    empty_group: str,
    people: NDArray[np.int64] | None,
    everybody: NDArray[np.bool_],
    at_places: NDArray[np.int64] | None = None,
) -> UnitTable:
    """Make the table by the rules that the definition declares; options are each row's own, (groups, rows, …).

    Of rows that are summed over places, `at_places` has the same by place, (groups, places, rows, …).
    """
    rules = frame.definition
    weighted = rules.roll_up is RollUp.POPULATION or rules.selection is Selection.RANDOM
    empty: EmptyGroup = "refuse" if empty_group == "refuse" else "renormalise"
    return tabulate(
        parents,
        [question.code for question in questions],
        _ratings(options, questions),
        weights=_weights(frame),
        threshold=threshold,
        required=[question.required for question in questions],
        empty_group=empty,
        populations=people if weighted else None,
        # Populations are of places: of targets a random sample is taken with its places as clusters, as a list is.
        selection="list" if people is None else _SELECTIONS[rules.selection],
        census=everybody,
        finer=_finer(questions, options),
        base="all" if rules.headline_base == "all" else "rated",
        by_place=None if at_places is None else _ratings(at_places, questions),
    )


def _ratings(options: NDArray[np.int64], questions: Sequence[Question]) -> NDArray[np.int64]:
    """Histograms (..., questions, options of the widest) to rating counts (..., questions, 5)."""
    found = np.zeros((*options.shape[:-1], 5), np.int64)
    for column, question in enumerate(questions):
        found[..., column, :] = rating_counts(options[..., column, :], question)
    return found


def _finer(questions: Sequence[Question], options: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Return the option counts of questions whose mean score says more than the ratings do; None where none does."""
    telling = [
        each.options[0].score is not None and len({option.rating for option in each.options}) < len(each.options)
        for each in questions
    ]
    return options[..., 1:-1] * np.array(telling)[:, None] if any(telling) else None


def _weights(frame: Frame) -> list[float] | None:
    return [group.weight for group in frame.groups] if len(frame.groups) > 1 else None


def rating_counts(options: NDArray[np.int64], question: Question) -> NDArray[np.int64]:
    """Histograms (..., blank + options of the widest question + not asked) to rating counts (..., 5)."""
    width = len(question.options)
    shaped = np.concatenate([options[..., : width + 1], options[..., -1:]], axis=-1)
    return by_rating(shaped, [option.rating for option in question.options if option.rating is not None])
