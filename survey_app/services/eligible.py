"""How many people may take part: the base of the verdict (表决口径)."""

import numpy as np
from numpy.typing import NDArray

from survey_app.services.tabulating import SurveyCounts


def eligible_for_units(
    counted: SurveyCounts, people: NDArray[np.int64], places: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return how many people each group has under each unit, shape (groups, units); 0 where nobody knows.

    Of several groups only the whole is declared: it is known for units that have every place below them.
    """
    declared = [group.eligible or 0 for group in counted.frame.definition.groups]
    if len(declared) == 1:
        return people[None]
    return np.where(places == len(counted.places), np.array(declared, np.int64)[:, None], 0)


def eligible_for_targets(counted: SurveyCounts) -> NDArray[np.int64]:
    """Return how many people each group has that rates a target, shape (groups, targets)."""
    frame, targets = counted.frame, counted.frame.questionnaire.targets
    declared = {each.code: each.eligible for each in frame.definition.groups}
    everybody = sum(place.population or 0 for place, _ in counted.places)
    found = np.zeros((len(frame.groups), len(targets)), np.int64)
    for position, group in enumerate(frame.groups):
        rated = frame.group_targets.get(group.id)
        people = declared.get(group.code) or (everybody if len(frame.groups) == 1 else 0)
        found[position] = [people if rated is None or target.code in rated else 0 for target in targets]
    return found
