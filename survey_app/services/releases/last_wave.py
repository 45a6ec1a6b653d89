"""The change since the last wave (期次), from what both waves published."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.asked_questions import AskedOption, AskedQuestion, question_changes
from analysis.estimates import over_all
from analysis.multiplicity import benjamini_hochberg, holm
from analysis.rates import round_points
from analysis.ratings import CELLS, Rating
from analysis.rollup import Tree
from analysis.waves import Changes, Wave, changes, with_places
from survey_app.domain.release import Audience
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.models import Place, Release, ReleaseUnit, Survey, Unit
from survey_app.services.releases.result_rows import OWN_ENDING, RatedRows, ResultRow
from survey_app.services.releases.tables.wording import headline_rate
from survey_app.services.releases.target_places import TargetPlaces, target_places
from survey_app.services.tabulating import SurveyCounts

Extra = dict[str, Any]


@dataclass(frozen=True)
class LastWave:
    """The newest public release of the survey that this one repeats, and which questions are the same."""

    head: dict[str, Any]
    rows: Sequence[ReleaseUnit]
    #: Codes of the questions that were asked word for word then.
    same: frozenset[str]
    #: Why no rate is compared, where the rules of counting differ; "" where they do not.
    incomparable: str
    #: Unit code -> its own people, of this wave and of that one; empty where rates come from counts.
    people: Mapping[str, int]
    people_before: Mapping[str, int]
    #: Group code -> weight, the same in both waves.
    groups: Mapping[str, float]
    #: Key of the headline's rate in a printed cell: on its base the waves are compared.
    rate: str
    #: Where listed targets were rated in both waves; None where none are rated now, or none were then.
    places: TargetPlaces | None

    def add_changes(self, rated: RatedRows, extras: Sequence[dict[str, Extra]]) -> None:
        """Add the change of every rating question to the extras of its rows."""
        then = [row for row in self.rows if row.is_target == any(each.is_target for each in rated.rows)]
        at = {row.code: number for number, row in enumerate(then)}
        moved = {row.code for row in rated.rows if row.code in at and then[at[row.code]].parent_code != row.parent_code}
        chosen = [number for number, each in enumerate(rated.questions) if each.code in self.same]
        codes = [rated.questions[number].code for number in chosen]
        match = [-1 if row.code in moved else at.get(row.code, -1) for row in rated.rows]
        found, clear = None, None
        if codes and then and not self.incomparable:
            found = self._changes(rated, chosen, then, match)
            clear = _clear(found, _tops(rated))
        for number, row in enumerate(rated.rows):
            for question in rated.questions:
                reason = self.incomparable or self._reason(row.code, question.code, at, moved)
                if found is not None and clear is not None and question.code in self.same:
                    compared = _change(found, clear, (number, codes.index(question.code)))
                    before = then[match[number]].cells.get(question.code) if match[number] >= 0 else None
                    if compared is not None and before is not None:
                        extras[number][question.code] |= compared | {"change_previous": before[self.rate]}
                        continue
                    reason = reason or _without(row.cells[question.code], before)
                extras[number][question.code]["change_reason"] = reason

    def _changes(
        self, rated: RatedRows, chosen: Sequence[int], then: Sequence[ReleaseUnit], match: Sequence[int]
    ) -> Changes:
        codes = [rated.questions[number].code for number in chosen]
        now, before, places = self._now(rated, chosen), self._before(then, codes), self.places
        if rated.table.clusters is None or places is None:
            return changes(now, before, match)
        ours = rated.table.clusters.of_questions(chosen, rated.table.base)
        printed = _published([row.cells for row in then], codes)[0]
        theirs = places.clusters([row.code for row in then], codes, printed, rated.table.base)
        paired = [*match, *places.match(ours, theirs, match, len(then))]
        found = changes(with_places(now, ours), with_places(before, theirs), paired)
        return Changes(*(each[: len(match)] for each in vars(found).values()))

    def gone(self, rows: Sequence[ResultRow]) -> Sequence[str]:
        """Return the names of what was rated then and is not now: it was merged, closed or left out, nobody guesses."""
        here = {(row.is_target, row.code) for row in rows}
        return [pick(each.name, DEFAULT_LANGUAGE) for each in self.rows if (each.is_target, each.code) not in here]

    def _reason(self, code: str, question: str, at: Mapping[str, int], moved: set[str]) -> str:
        if question not in self.same:
            return "question_changed"
        if code in moved:
            return "moved"
        return "" if code in at else "new_unit"

    def _now(self, rated: RatedRows, chosen: Sequence[int]) -> Wave:
        table = rated.table
        people = self._people(self.people, rated.rows)
        if table.weights is None:
            return Wave(table.tree, table.compared[:, chosen], table.suppressed[:, chosen], people)
        hidden = (table.rates_suppressed | np.isnan(table.rates.approval))[:, chosen]
        weights = [float(weight) for weight in table.weights]
        return Wave(table.tree, table.compared[:, chosen], hidden, None, table.compared_groups[:, :, chosen], weights)

    def _before(self, then: Sequence[ReleaseUnit], codes: Sequence[str]) -> Wave:
        at = {row.code: number for number, row in enumerate(then)}
        tree = Tree.of([at.get(row.parent_code, -1) for row in then])
        counts, hidden = self._published([row.cells for row in then], codes)
        if len(self.groups) < 2:
            return Wave(tree, counts, hidden, self._people(self.people_before, then))
        by_group = [self._published([row.group_cells[code] for row in then], codes)[0] for code in self.groups]
        no_rate = [[(row.cells.get(code) or {}).get("approval_rate") is None for code in codes] for row in then]
        weights = list(self.groups.values())
        return Wave(tree, counts, hidden | np.array(no_rate, np.bool_), None, np.stack(by_group), weights)

    def _published(
        self, cells: Sequence[Mapping[str, Any]], codes: Sequence[str]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        counts, hidden = _published(cells, codes)
        return (over_all(counts) if self.rate == "approval_rate_all" else counts), hidden

    @staticmethod
    def _people(
        people: Mapping[str, int], rows: Sequence[ResultRow] | Sequence[ReleaseUnit]
    ) -> NDArray[np.int64] | None:
        """Return each row's own people: an inner place's stand in the row of its own ballots. They weigh no target."""
        if not people or any(row.is_target for row in rows):
            return None
        codes = [row.code for row in rows]
        own = {code.removesuffix(OWN_ENDING) for code in codes if code.endswith(OWN_ENDING)}
        return np.array([0 if code in own else people.get(code.removesuffix(OWN_ENDING), 0) for code in codes])


def _clear(found: Changes, tops: Sequence[int]) -> NDArray[np.bool_]:
    """Say which changes are more than chance: of all units by false discovery, of the headline's few by Holm."""
    clear = benjamini_hochberg(found.p_value)
    if tops:
        clear[tops] = holm(found.p_value[tops])
    return clear


def _change(found: Changes, clear: NDArray[np.bool_], at: tuple[int, int]) -> Extra | None:
    if np.isnan(found.difference[at]):
        return None
    difference = round_points(Fraction(int(found.tenths[at]), 1000))
    low, high = (round_points(Fraction(float(each[at]))) for each in (found.low, found.high))
    return {"change": difference, "change_low": low, "change_high": high, "change_clear": bool(clear[at])}


def _published(cells: Sequence[Mapping[str, Any]], codes: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return counts (rows, questions, 5) out of printed cells, 0 where hidden, and what is hidden."""
    counts = np.zeros((len(cells), len(codes), len(CELLS)), np.int64)
    hidden = np.zeros((len(cells), len(codes)), np.bool_)
    for number, each in enumerate(cells):
        for column, code in enumerate(codes):
            cell = each.get(code)
            hidden[number, column] = cell is not None and cell["suppressed"]
            if cell is not None and not cell["suppressed"]:
                counts[number, column] = [cell[name] for name in CELLS]
    return counts, hidden


def _tops(rated: RatedRows) -> list[int]:
    """Return the rows of the headline's few contrasts: the units that stand under no other."""
    return [number for number, row in enumerate(rated.rows) if not row.parent_code and not row.is_target]


def _without(now: Mapping[str, Any], before: Mapping[str, Any] | None) -> str:
    """Say why two published cells make no change."""
    if before is None:
        return "new_unit"
    few = [each["suppressed"] or (each["rated"] and each["approval_rate"] is None) for each in (now, before)]
    return "too_few" if any(few) else "no_rate"


def last_wave(session: Session, counted: SurveyCounts, head: Mapping[str, Any]) -> LastWave | None:
    """Return what the survey that this one repeats last published; None where it repeats none or that has nothing."""
    slug = counted.frame.definition.repeats
    release = session.scalars(
        select(Release)
        .join(Survey, Survey.id == Release.survey_id)
        .where(Survey.slug == slug, Release.audience == Audience.PUBLIC, Release.withdrawn_at.is_(None))
        .order_by(Release.number.desc())
        .limit(1)
    ).one_or_none()
    if slug is None or release is None:
        return None
    rows = session.scalars(
        select(ReleaseUnit).where(ReleaseUnit.release_id == release.id).order_by(ReleaseUnit.position)
    ).all()
    asked = {each["code"]: _asked(each) for each in release.head["questions"]}
    now = {each["code"]: _asked(each) for each in head["questions"]}
    by_people = head["roll_up"] == "population"
    return LastWave(
        {
            "slug": slug,
            "title": release.head["title"],
            "number": release.number,
            "day": release.released_at.astimezone(ZoneInfo(release.head["time_zone"])).date().isoformat(),
        },
        rows,
        frozenset(code for code in now.keys() & asked.keys() if not question_changes(now[code], asked[code])),
        _incomparable(head, release.head),
        {unit.code: place.population or 0 for place, unit in counted.places} if by_people else {},
        _people_then(session, release.survey_id) if by_people else {},
        {each["code"]: each["weight"] for each in head["groups"]},
        headline_rate(head),
        target_places(session, counted, release.survey_id),
    )


def _incomparable(now: Mapping[str, Any], before: Mapping[str, Any]) -> str:
    rules = [
        (head.get("roll_up", "counts"), head["empty_group"], {each["code"]: each["weight"] for each in head["groups"]})
        for head in (now, before)
    ]
    return "" if rules[0] == rules[1] else "rules_changed"


def _people_then(session: Session, survey_id: int) -> dict[str, int]:
    rows = session.execute(
        select(Unit.code, Place.population).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey_id)
    )
    return {row.code: row.population or 0 for row in rows}


def _asked(question: Mapping[str, Any]) -> AskedQuestion:
    return AskedQuestion(
        question["code"],
        pick(question["text"], DEFAULT_LANGUAGE),
        [
            AskedOption(each["code"], Rating(each["rating"]), pick(each["text"], DEFAULT_LANGUAGE))
            for each in question["options"]
        ],
    )
