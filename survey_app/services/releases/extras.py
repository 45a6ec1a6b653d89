"""What a survey's rules add to a printed cell: score, verdict, weights, position, band, change since the last wave.

All of it is read from the table after suppression; of hidden rows nothing is said.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from analysis.bands import bands, clear_units
from analysis.contrasts import question_contrasts
from analysis.groups import EmptyGroup
from analysis.keywords import keywords
from analysis.multiplicity import benjamini_hochberg
from analysis.positions import LEAST_RATED, position_sets, positions, rank_sets, simultaneous_level, standings
from analysis.ratings import BASICALLY_SATISFIED, RATED, SATISFIED
from analysis.scores import exact_scores, mean_score, round_score, weighted_mean_score
from analysis.verdicts import verdict
from survey_app.domain.questionnaire import Question, QuestionKind
from survey_app.models import AnswerStoredApart, Survey
from survey_app.services.releases.last_wave import last_wave
from survey_app.services.releases.participation import top_row
from survey_app.services.releases.result_rows import OWN_LEVEL, RatedRows, ResultRow
from survey_app.services.tabulating import SurveyCounts

Extra = dict[str, Any]


@dataclass(frozen=True)
class Added:
    """Rows with their extras, and what belongs into the head."""

    rows: Sequence[ResultRow]
    head: dict[str, Any]


def add_extras(
    session: Session,
    survey: Survey,
    counted: SurveyCounts,
    rated: Sequence[RatedRows],
    head: Mapping[str, Any],
    left_out: Collection[str] = (),
) -> Added:
    """Return the rows of a survey with everything its rules add; `head` is the release's so far.

    `left_out` are words that its keywords are not to have.
    """
    wave = last_wave(session, counted, head)
    rows: list[ResultRow] = []
    for some in rated:
        by_row: list[dict[str, Extra]] = [{question.code: {} for question in some.questions} for _ in some.rows]
        _scores(counted, some, by_row)
        _weights(some, by_row)
        if head["verdict"]:
            _verdicts(some, by_row)
        if any(question.code == survey.headline_question for question in some.questions):
            _standings(some, by_row, survey)
        if some is rated[0]:
            _below_others(some, by_row, survey, top_row(some, len(counted.places)))
        if wave is not None:
            wave.add_changes(some, by_row)
        rows += [
            replace(row, extras={code: extra for code, extra in extras.items() if extra})
            for row, extras in zip(some.rows, by_row, strict=True)
        ]
    previous = None if wave is None else wave.head | {"gone": list(wave.gone(rows))}
    return Added(rows, {"previous": previous, "keywords": list(_keywords(session, counted, left_out))})


def _scores(counted: SurveyCounts, rated: RatedRows, extras: list[dict[str, Extra]]) -> None:
    """Add the mean score of scales with scores, weighted by group where the rates are."""
    empty: EmptyGroup = "refuse" if counted.frame.definition.empty_group == "refuse" else "renormalise"
    for column, question in enumerate(rated.questions):
        scores = exact_scores(
            [option.rating for option in question.options if option.rating],
            [option.score for option in question.options],
        )
        if scores is None:
            continue
        for number, extra in enumerate(extras):
            counts = rated.options[:, number, column, 1 : len(question.options) + 1].tolist()
            if rated.table.rates_suppressed[number, column]:
                extra[question.code]["score"] = None
                continue
            if rated.table.weights is None:
                score = mean_score([sum(each) for each in zip(*counts, strict=True)], scores)
            else:
                score = weighted_mean_score(counts, scores, rated.table.weights, empty)
            extra[question.code]["score"] = None if score is None else round_score(score)


def _weights(rated: RatedRows, extras: list[dict[str, Extra]]) -> None:
    """Add the rates of pooled counts beside weighted ones, with Kish's design effect."""
    if rated.table.weights is None and rated.table.populations is None:
        return
    for number, extra in enumerate(extras):
        for column, question in enumerate(rated.questions):
            found = rated.table.weighting(number, column)
            extra[question.code] |= {
                "unweighted_satisfied_rate": found.unweighted_satisfied_rate,
                "unweighted_approval_rate": found.unweighted_approval_rate,
                "design_effect": found.design_effect,
                "effective_n": found.effective_n,
            }


def _verdicts(rated: RatedRows, extras: list[dict[str, Extra]]) -> None:
    """Add the verdict; None where the row is hidden, and where more voted than are eligible."""
    eligible = rated.eligible.sum(axis=0)
    for number, extra in enumerate(extras):
        for column, question in enumerate(rated.questions):
            counts = rated.table.counts[number, column]
            votes = int(counts[SATISFIED]), int(counts[BASICALLY_SATISFIED])
            known = not rated.table.suppressed[number, column] and sum(votes) <= eligible[number]
            found = verdict(*votes, int(eligible[number])) if known else None
            extra[question.code]["verdict"] = None if found is None else str(found)


def _standings(rated: RatedRows, extras: list[dict[str, Extra]], survey: Survey) -> None:
    """Add position, set of positions and band of the headline question."""
    column = [question.code for question in rated.questions].index(survey.headline_question)
    table, wide = rated.table, rated.table.base == "all"
    key = "approval_rate_all" if wide else "approval_rate"
    printed = [row.cells[survey.headline_question][key] for row in rated.rows]
    hidden = table.rates_suppressed[:, column] | np.array([row.level == OWN_LEVEL for row in rated.rows], bool)
    counts = table.compared if table.weights is None else table.compared_groups
    base = np.where(hidden, -1, table.compared[:, column, RATED].sum(axis=-1))
    group_base = np.where(hidden, -1, counts[..., column, RATED].sum(axis=-1))
    approval = np.where(hidden, 0, counts[..., column, [SATISFIED, BASICALLY_SATISFIED]].sum(axis=-1))
    classes = [(row.level, row.unit_class) for row in rated.rows]
    sets = list(position_sets(approval, group_base, classes, weights=table.weights))
    _design_sets(rated, column, classes, sets)
    for extra, standing in zip(extras, standings(positions(printed, base, classes), sets, classes), strict=True):
        if standing is not None and standing.of > 1:
            extra[survey.headline_question] |= {
                "position": standing.position,
                "position_low": standing.low,
                "position_high": standing.high,
                "position_of": standing.of,
            }
    effective = np.nan_to_num(table.effective[:, column])
    trials = np.where(hidden, -1, np.floor(effective).astype(np.int64))
    rate = np.nan_to_num((table.rates.approval_all if wide else table.rates.approval)[:, column])
    successes = np.maximum(rate * trials, 0)
    found = zip(bands(successes, trials, classes), clear_units(successes, trials, classes).tolist(), strict=True)
    for extra, (band, clear) in zip(extras, found, strict=True):
        if band is not None:
            extra[survey.headline_question] |= {"band": str(band), "band_clear": clear}


def _design_sets(
    rated: RatedRows,
    column: int,
    classes: Sequence[tuple[str, str]],
    sets: list[tuple[int, int] | None],
) -> None:
    """Replace the sets of classes in which ballots are no independent draws, by ranges of the design.

    Ballots above places and of listed targets are clustered, those of a random sample are drawn without replacement,
    and where everybody answered nothing is left to chance.
    """
    table, above = rated.table, {row.parent_code for row in rated.rows}
    designed = np.array([row.is_target or row.code in above for row in rated.rows], np.bool_)
    designed |= table.spread.exact[:, column] | (table.selection == "random")
    for name in {classes[number] for number in np.flatnonzero(designed).tolist() if sets[number] is not None}:
        members = [number for number, found in enumerate(sets) if found is not None and classes[number] == name]
        low, high = table.ranges(simultaneous_level(0.95, len(members)))
        low, high = low[members, column], high[members, column]
        if not np.isnan(low).any():
            for number, found in zip(members, rank_sets(low, high), strict=True):
                sets[number] = found


def _below_others(rated: RatedRows, extras: list[dict[str, Extra]], survey: Survey, top: int | None) -> None:
    """Mark, in the row of the whole survey, the questions that are clearly below the others beside the headline."""
    if top is None:
        return
    table = rated.table
    enough = np.nan_to_num(table.effective[top]) >= LEAST_RATED
    chosen = [
        number
        for number, question in enumerate(rated.questions)
        if enough[number] and question.code != survey.headline_question
    ]
    if len(chosen) > 1:
        effect, p_value = question_contrasts(table, top, np.array(chosen))
        clear = benjamini_hochberg(p_value) & (effect < 0)
        for number, below in zip(chosen, clear.tolist(), strict=True):
            extras[top][rated.questions[number].code]["below_others"] = below


def _keywords(session: Session, counted: SurveyCounts, left_out: Collection[str]) -> Iterator[dict[str, Any]]:
    """Give the words that many answers to the open questions contain."""
    for question in counted.frame.questionnaire.questions:
        if question.kind is QuestionKind.TEXT:
            texts = _texts(session, counted, question)
            for each in keywords(texts, least=counted.frame.definition.threshold, leave_out=left_out):
                yield {"question": question.code, "word": each.word, "count": each.count}


def _texts(session: Session, counted: SurveyCounts, question: Question) -> Sequence[str]:
    return session.scalars(
        select(AnswerStoredApart.value).where(
            AnswerStoredApart.survey_id == counted.frame.survey_id, AnswerStoredApart.question == question.code
        )
    ).all()
