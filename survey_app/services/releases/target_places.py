"""The places at which listed targets were rated in two waves, which no release prints: clusters of their changes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from analysis.clusters import Clusters
from analysis.estimates import Base
from survey_app.models import Survey
from survey_app.services.releases.result_rows import RatedRows, target_rows
from survey_app.services.tabulating import SurveyCounts, load_counts


@dataclass(frozen=True)
class TargetPlaces:
    """Both waves' places by code, and the targets of the last wave as they are tabulated from its tally."""

    now: Sequence[str]
    then: Sequence[str]
    before: RatedRows
    #: What the targets of the last wave got at each place.
    found: Clusters

    def clusters(
        self, codes: Sequence[str], questions: Sequence[str], printed: NDArray[np.int64], base: Base
    ) -> Clusters:
        """Return the places of the last wave below the targets that its release printed.

        Args:
            codes: of these targets.
            questions: codes.
            printed: their counts, shape (targets, questions, 5). Where the tally no longer says the same, all places of
                a target are taken as one.
            base: what the compared rates stand on.

        """
        asked = {each.code: number for number, each in enumerate(self.before.questions)}
        columns = [asked[code] for code in questions]
        row_of = {code: number for number, code in enumerate(codes)}
        there = np.array([row_of.get(row.code, -1) for row in self.before.rows])
        chosen = self.found.of_questions(columns, base)
        same = (self.before.table.counts[:, columns] == printed[there]).all(axis=-1)
        kept = there[chosen.units] >= 0
        old = chosen.units[kept]
        return Clusters(there[old], chosen.places[kept], chosen.counts[:, kept], chosen.hidden[kept] | ~same[old])

    def match(self, ours: Clusters, theirs: Clusters, targets: Sequence[int], size: int) -> Sequence[int]:
        """Return for each place of this wave the row of the same target and place before, -1 where there is none."""
        there = {
            (unit, self.then[place]): size + number
            for number, (unit, place) in enumerate(zip(theirs.units.tolist(), theirs.places.tolist(), strict=True))
        }
        return [
            there.get((targets[unit], self.now[place]), -1)
            for unit, place in zip(ours.units.tolist(), ours.places.tolist(), strict=True)
        ]


def target_places(session: Session, counted: SurveyCounts, last: int) -> TargetPlaces | None:
    """Read the tally of the last wave by target and place; None where either wave rates no listed targets."""
    if not any(each.about_targets for each in counted.frame.questionnaire.rating_questions):
        return None
    survey = session.get_one(Survey, last)
    before = load_counts(session, survey)
    rows = target_rows(before, survey.threshold, survey.empty_group)
    if rows is None or rows.table.clusters is None:
        return None
    codes = [[unit.code for _, unit in each.places] for each in (counted, before)]
    return TargetPlaces(codes[0], codes[1], rows, rows.table.clusters)
