"""What stands around the tables of a release. It is published.

No hash of the counts before suppression may stand here: where few counts are hidden, such a hash would let anyone try
the possible ones until it fits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.cells import count_cell
from analysis.rates import FORMULA_VERSION, round_percent
from analysis.suppression import suppress_split
from survey_app.domain.ballot import Channel
from survey_app.domain.lifecycle import Act
from survey_app.domain.questionnaire import Question, QuestionKind
from survey_app.domain.release import Audience, DocumentHead, Signature
from survey_app.models import AnswerStoredApart, StoredQuestionnaire, Survey, SurveyAct, Turnout
from survey_app.services.paper.counts import paper_ticks, whole_paper
from survey_app.services.releases.result_rows import RatedRows, rating_counts
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
        "approval": dict(rules.approval),
        "threshold": survey.threshold,
        "formula_version": FORMULA_VERSION,
        "software": SOFTWARE,
        "questionnaire_sha256": session.get_one(StoredQuestionnaire, survey.id).sha256,
        "ballots": int(counted.ballots.sum()),
        "places": len(counted.places),
        "places_with_ballots": int((counted.ballots > 0).sum()),
        "place_levels": sorted({unit.level for _, unit in counted.places}),
        **_participation(counted, rated[0]),
        "turnout_hours": _turnout_hours(session, survey),
        "acts": _acts(session, survey),
        "groups": [{"code": each.code, "name": each.name, "weight": each.weight} for each in frame.groups],
        "questions": [_question(each) for each in frame.questionnaire.rating_questions],
        "option_counts": list(_option_counts(session, counted, rated)),
        "channel_cells": _channel_cells(survey, counted, rated[0]),
        "previous": None,
        "keywords": [],
        "document": asdict(document),
        "sign_off": [asdict(each) | {"step": str(each.step), "on": each.on.isoformat()} for each in signatures],
    }


def _participation(counted: SurveyCounts, units: RatedRows) -> dict[str, Any]:
    """Return what was issued, by slip and on paper, and what came back; how paper did also by itself."""
    paper = whole_paper(counted.paper, counted.tree)
    handed_out = [row.issued for row in units.rows if not row.parent_code and row.issued is not None]
    issued = sum(handed_out) if handed_out else None
    came = sum(int(counted.channel_ballots[list(Channel).index(each)]) for each in (Channel.SLIP, Channel.PAPER))
    return {
        "channels": [
            {"channel": str(channel), "ballots": int(ballots)}
            for channel, ballots in zip(Channel, counted.channel_ballots, strict=True)
            if ballots
        ],
        "issued": issued,
        "returned": int(counted.ballots.sum()) + (paper.invalid if paper else 0),
        "invalid": paper.invalid if paper else None,
        "paper": asdict(paper) if paper else None,
        "response_rate": round_percent(came, issued) if issued and issued >= came else None,
    }


def _channel_cells(survey: Survey, counted: SurveyCounts, units: RatedRows) -> dict[str, Any]:
    """Return the headline's printed cell of each channel over the whole survey, where there are several channels.

    Channels are told apart for the survey only: by unit and channel at once they would say too much.
    """
    codes = [each.code for each in units.questions]
    came = np.flatnonzero(counted.channel_ballots)
    top = _top(units, counted.ballots.size)
    # Beside the rows of groups a second way to split the survey could be subtracted from the first.
    if survey.headline_question not in codes or len(came) < 2 or top is None or len(counted.frame.groups) > 1:
        return {}
    column = codes.index(survey.headline_question)
    question = units.questions[column]
    slot = next(
        number for number, each in enumerate(counted.frame.questionnaire.slots()) if each.question.code == question.code
    )
    parts = rating_counts(counted.channel_counts[came][:, :, slot].sum(axis=1), question)[:, None]
    hidden = suppress_split(parts, units.table.suppressed[top, [column]], survey.threshold)
    channels = list(Channel)
    return {
        str(channels[channel]): asdict(
            count_cell(None if hidden[number, 0] else parts[number, 0], int(parts[number].sum()))
        )
        for number, channel in enumerate(came.tolist())
    }


def _top(units: RatedRows, places: int) -> int | None:
    """Return the row of the lowest unit that has every place below it; None where there is none."""
    found = [number for number, row in enumerate(units.rows) if row.places == places]
    return found[-1] if found else None


def _turnout_hours(session: Session, survey: Survey) -> list[list[Any]]:
    """Return ballots by hour in the survey's time zone, every hour from the first ballot to the last."""
    rows = session.execute(
        select(Turnout.hour, func.sum(Turnout.ballots)).where(Turnout.survey_id == survey.id).group_by(Turnout.hour)
    )
    found = {hour: int(ballots) for hour, ballots in rows}
    zone = ZoneInfo(survey.time_zone)
    hours = range(min(found), max(found) + 1) if found else range(0)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        [(start + timedelta(hours=hour)).astimezone(zone).strftime("%Y-%m-%dT%H"), found.get(hour, 0)] for hour in hours
    ]


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
    top = _top(units, counted.ballots.size)
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
    answered = int(counts[1:-1].sum())
    alike = answered == int(counts[1:-1].max(initial=0)) and answered < 2 * threshold
    hidden = answered < threshold or alike
    return _options("", question, int(counts[:-1].sum()), None if hidden else counts)


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
