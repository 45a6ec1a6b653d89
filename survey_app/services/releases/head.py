"""What stands around the tables of a release. It is published.

No hash of the counts before suppression may stand here: where few counts are hidden, such a hash would let anyone try
the possible ones until it fits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.crossing import few_chose
from analysis.rates import FORMULA_VERSION
from survey_app.domain.lifecycle import Act
from survey_app.domain.questionnaire import Question, QuestionKind
from survey_app.domain.release import Audience, DocumentHead, Signature
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.models import AnswerStoredApart, StoredQuestionnaire, Survey, SurveyAct
from survey_app.services.paper.counts import paper_ticks
from survey_app.services.releases.crossing import crossed_choice
from survey_app.services.releases.participation import participation, top_row
from survey_app.services.releases.result_rows import RatedRows
from survey_app.services.tabulating import SurveyCounts

SOFTWARE = "Manyi 0.1.0"


def release_head(
    session: Session,
    survey: Survey,
    counted: SurveyCounts,
    rated: Sequence[RatedRows],
    *,
    audience: Audience,
    document: DocumentHead,
    signatures: Sequence[Signature],
) -> dict[str, Any]:
    """Return the head of a release, without its number and day."""
    frame, rules = counted.frame, counted.frame.definition
    return {
        "slug": survey.slug,
        "title": survey.title,
        "organiser": survey.organiser,
        "contact": survey.contact,
        "time_zone": survey.time_zone,
        "audience": str(audience),
        "headline_question": survey.headline_question,
        "headline_base": survey.headline_base,
        "empty_group": survey.empty_group,
        "roll_up": str(rules.roll_up),
        "selection": str(rules.selection),
        "verdict": rules.verdict,
        "handed_on": _handed_on(rated[0], survey.headline_question),
        "approval": dict(rules.approval),
        "threshold": survey.threshold,
        "formula_version": FORMULA_VERSION,
        "software": SOFTWARE,
        "questionnaire_sha256": session.get_one(StoredQuestionnaire, survey.id).sha256,
        "ballots": int(counted.ballots.sum()),
        "places": len(counted.places),
        "places_with_ballots": int((counted.ballots > 0).sum()),
        "place_levels": sorted({unit.level for _, unit in counted.places}),
        **participation(session, survey, counted, rated),
        "acts": _acts(session, survey),
        "groups": [{"code": each.code, "name": each.name, "weight": each.weight} for each in frame.groups],
        "questions": [_question(each) for each in frame.questionnaire.rating_questions],
        "option_counts": list(_option_counts(session, counted, rated)),
        "crossing": crossed_choice(session, survey, counted, rated[0], top_row(rated[0], counted.ballots.size)),
        "previous": None,
        "keywords": [],
        "document": asdict(document),
        "sign_off": [asdict(each) | {"step": str(each.step), "on": each.on.isoformat()} for each in signatures],
    }


def _handed_on(units: RatedRows, headline: str) -> dict[str, Any] | None:
    """Say whose people count to their siblings because nobody rated; None where rates are not weighted by people."""
    silent = units.table.handed_on
    codes = [each.code for each in units.questions]
    if silent is None or headline not in codes:
        return None
    people = silent[:, codes.index(headline)].tolist()
    found = [
        {"code": row.code, "name": pick(row.name, DEFAULT_LANGUAGE), "people": each}
        for row, each in zip(units.rows, people, strict=True)
        if each
    ]
    return {"places": len(found), "people": sum(people), "units": found}


def _acts(session: Session, survey: Survey) -> list[dict[str, str]]:
    acts = session.scalars(select(SurveyAct).where(SurveyAct.survey_id == survey.id).order_by(SurveyAct.id)).all()
    return [
        {"act": each.act, "at": each.at.isoformat(timespec="seconds"), "reason": each.reason}
        for each in acts
        if each.act in (Act.OPEN, Act.CLOSE, Act.REOPEN)
    ]


def _question(each: Question) -> dict[str, Any]:
    return {
        "code": each.code,
        "text": dict(each.text),
        "about": each.about,
        "asked_in": each.asked_in,
        "options": [
            {
                "code": option.code,
                "text": dict(option.text),
                "rating": str(option.rating),
                **({} if option.score is None else {"score": option.score}),
            }
            for option in each.options
        ],
    }


def _option_counts(session: Session, counted: SurveyCounts, rated: Sequence[RatedRows]) -> Iterator[dict[str, Any]]:
    """Give the counts of every option over the whole survey: of rating questions by top unit, of choices in all."""
    units = rated[0]
    top = top_row(units, counted.ballots.size)
    roots = [number for number, row in enumerate(units.rows) if not row.parent_code]
    for at in roots if top is None else [top]:
        row = units.rows[at]
        for column, question in enumerate(units.questions):
            shown = None if units.table.suppressed[at, column] else units.options[:, at, column].sum(axis=0)
            yield _options(row.code, question, int(units.table.ballots[at, column]), shown)
    everywhere = counted.counts.sum(axis=(0, 1))
    # Of a question that depends on an answer, those who were asked would say how many gave a hidden one.
    free = [each for each in counted.frame.questionnaire.questions if each.show_if is None]
    slots = {slot.question.code: number for number, slot in enumerate(counted.frame.questionnaire.slots())}
    for question in free:
        if question.kind is QuestionKind.SINGLE:
            yield _choice(question, everywhere[slots[question.code]], counted.frame.definition.threshold)
        elif question.kind is QuestionKind.MULTIPLE:
            yield _ticked(question, _chosen(session, counted, question), counted)


def _options(unit: str, question: Question, ballots: int, counts: Any) -> dict[str, Any]:  # noqa: ANN401 - an array or None.
    width = len(question.options)
    return {
        "unit": unit,
        "question": question.code,
        "text": dict(question.text),
        "ballots": ballots,
        "options": [dict(each.text) for each in question.options],
        "counts": None if counts is None else [int(each) for each in counts[1 : width + 1]],
        "blank": None if counts is None else int(counts[0]),
    }


def _choice(question: Question, counts: Any, threshold: int) -> dict[str, Any]:  # noqa: ANN401 - an array of counts.
    """Return a choice over the whole survey; hidden whole where few answered it, or all of a few alike."""
    shown = None if few_chose(counts[1:-1], threshold) else counts
    return _options("", question, int(counts[:-1].sum()), shown)


def _ticked(question: Question, ticks: Sequence[int], counted: SurveyCounts) -> dict[str, Any]:
    """Return a multiple choice over the whole survey: ticks of each option, and the ballots that were asked.

    Nothing links the ticks of one person, so how many answered is known from below only: the most ticks of an option.
    """
    asked = sum(
        int(ballots)
        for (place, _), ballots in zip(counted.places, counted.ballots, strict=True)
        if question.asked_in is None or question.asked_in in place.scopes
    )
    shown = max(ticks, default=0) >= counted.frame.definition.threshold
    return {
        "unit": "",
        "question": question.code,
        "text": dict(question.text),
        "ballots": asked,
        "options": [dict(each.text) for each in question.options],
        "counts": list(ticks) if shown else None,
        "blank": None,
        "base": asked,
    }


def _chosen(session: Session, counted: SurveyCounts, question: Question) -> Sequence[int]:
    """Count the ticks of each option of a multiple choice."""
    rows = session.execute(
        select(AnswerStoredApart.value, func.count())
        .where(AnswerStoredApart.survey_id == counted.frame.survey_id, AnswerStoredApart.question == question.code)
        .group_by(AnswerStoredApart.value)
    )
    found = {row[0]: int(row[1]) for row in rows}
    on_paper = paper_ticks(session, counted.frame).get(question.code) or (0,) * len(question.options)
    return [found.get(each.code, 0) + more for each, more in zip(question.options, on_paper, strict=True)]
