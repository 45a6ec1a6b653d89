"""Publish: freeze the tables of a closed survey as a numbered release, with its files. Pages only ever read these.

The tables are made while nothing is locked: that somebody has seen a figure is noted first, so nobody can reopen the
survey and its counts stand still. The short transaction at the end looks whether somebody else published meanwhile.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from analysis.rates import FORMULA_VERSION
from survey_app.domain.lifecycle import Act, SurveyState, after, require_reason
from survey_app.domain.messages import Refused, message
from survey_app.models import Release, ReleaseFile, ReleaseUnit, StoredQuestionnaire, Survey, SurveyAct
from survey_app.models.database import Database
from survey_app.services.lifecycle import lock_survey, record
from survey_app.services.release_files import MadeFile, make_files
from survey_app.services.surveys import find_survey
from survey_app.services.tabulating import ResultRow, SurveyCounts, load_counts, mark_figures_seen, result_rows

SOFTWARE = "Manyi 0.1.0"


@dataclass(frozen=True)
class Draft:
    """A release before it is stored."""

    head: dict[str, Any]
    rows: Sequence[ResultRow]


#: Publishing tells its progress in so many steps.
STEPS = 4


def _silent(done: int) -> None:
    """Report nothing."""


def publish(
    database: Database, slug: str, by: str, reason: str | None = None, progress: Callable[[int], None] = _silent
) -> Release:
    """Publish a closed survey; a release after the first needs a reason. Refused from a wrong state.

    `progress` hears how many of STEPS are done.
    """
    with database.writing() as session:
        check_publishing(session, slug, reason)
        mark_figures_seen(session, slug)  # From here on nobody reopens it, so its counts stand still.
    progress(1)
    with database.reading() as session:
        draft = draft_release(session, slug)
        survey = find_survey(session, slug)
        number = _next_number(session, survey)
        _check_tree(session, survey, draft.rows)
    progress(2)
    released_at = datetime.now(UTC)
    head = draft.head | {"number": number, "released_at": released_at.isoformat(timespec="seconds")}
    files = make_files(head, draft.rows, released_at)
    progress(3)
    with database.writing() as session:
        survey = lock_survey(session, slug)
        if _next_number(session, survey) != number:
            raise Refused(message("Somebody else has just published this survey. Look at that release first."))
        record(session, survey, Act.PUBLISH, by, reason or "")
        release = _store(session, survey, head, draft.rows, files, released_at, by, reason or "")
    progress(4)
    return release


def check_publishing(session: Session, slug: str, reason: str | None) -> None:
    """Refuse what `publish` would refuse, at once and without work."""
    survey = find_survey(session, slug)
    after(SurveyState(survey.state), Act.PUBLISH, slug)
    if _next_number(session, survey) > 1:
        require_reason(reason)


def draft_release(session: Session, slug: str) -> Draft:
    """Make the tables of a closed survey and what stands around them."""
    survey = find_survey(session, slug)
    counted = load_counts(session, survey)
    rows = result_rows(counted, survey.threshold, survey.empty_group)
    return Draft(_head(session, survey, counted), rows)


def _check_tree(session: Session, survey: Survey, rows: Sequence[ResultRow]) -> None:
    """Refuse a release whose units stand elsewhere than in the one before.

    The difference of two releases would otherwise be the unit that moved, hidden or not.
    """
    before = session.execute(
        select(ReleaseUnit.code, ReleaseUnit.parent_code)
        .join(Release, Release.id == ReleaseUnit.release_id)
        .where(Release.survey_id == survey.id, ReleaseUnit.is_target.is_(False))
        .where(Release.number == _next_number(session, survey) - 1)
    ).all()
    then = {each.code: each.parent_code for each in before}
    now = {row.code: row.parent_code for row in rows if not row.is_target}
    moved = sorted(code for code in then.keys() | now.keys() if then.get(code) != now.get(code))
    if then and moved:
        raise Refused(
            message(
                "Units have moved since the last release: {units}. One table could be subtracted from the other; "
                "import the list of units as it was, then publish.",
                units=", ".join(moved[:10]),
            )
        )


def _next_number(session: Session, survey: Survey) -> int:
    newest = session.scalar(select(func.max(Release.number)).where(Release.survey_id == survey.id))
    return (newest or 0) + 1


def _head(session: Session, survey: Survey, counted: SurveyCounts) -> dict[str, Any]:
    """Return what stands around the tables. It is published: no hash of the counts before suppression may stand here.

    Where few counts are hidden, such a hash would let anyone try the possible ones until it fits.
    """
    frame = counted.frame
    acts = session.scalars(select(SurveyAct).where(SurveyAct.survey_id == survey.id).order_by(SurveyAct.id)).all()
    return {
        "slug": survey.slug,
        "title": survey.title,
        "organiser": survey.organiser,
        "contact": survey.contact,
        "time_zone": survey.time_zone,
        "headline_question": survey.headline_question,
        "headline_base": survey.headline_base,
        "empty_group": survey.empty_group,
        "threshold": survey.threshold,
        "formula_version": FORMULA_VERSION,
        "software": SOFTWARE,
        "questionnaire_sha256": session.get_one(StoredQuestionnaire, survey.id).sha256,
        "ballots": int(counted.ballots.sum()),
        "places": len(counted.places),
        "places_with_ballots": int((counted.ballots > 0).sum()),
        "place_levels": sorted({unit.level for _, unit in counted.places}),
        "acts": [
            {"act": each.act, "at": each.at.isoformat(timespec="seconds"), "reason": each.reason}
            for each in acts
            if each.act in (Act.OPEN, Act.CLOSE, Act.REOPEN)
        ],
        "groups": [{"code": each.code, "name": each.name, "weight": each.weight} for each in frame.groups],
        "questions": [
            {
                "code": each.code,
                "text": dict(each.text),
                "about": each.about,
                "asked_in": each.asked_in,
                "options": [
                    {"code": option.code, "text": dict(option.text), "rating": str(option.rating)}
                    for option in each.options
                ],
            }
            for each in frame.questionnaire.rating_questions
        ],
    }


def _store(
    session: Session,
    survey: Survey,
    head: dict[str, Any],
    rows: Sequence[ResultRow],
    files: Sequence[MadeFile],
    released_at: datetime,
    by: str,
    reason: str,
) -> Release:
    release = Release(
        survey_id=survey.id,
        number=head["number"],
        released_at=released_at,
        released_by=by,
        reason=reason,
        head=head,
        withdrawn_at=None,
        withdrawn_reason="",
    )
    session.add(release)
    session.flush()
    session.execute(
        insert(ReleaseUnit),
        [
            {
                "release_id": release.id,
                "code": row.code,
                "is_target": row.is_target,
                "position": position,
                "parent_code": row.parent_code,
                "level": row.level,
                "unit_class": row.unit_class,
                "path": list(row.path),
                "name": dict(row.name),
                "search_name": " ".join(row.name.values()),
                "places": row.places,
                "places_with_ballots": row.places_with_ballots,
                "ballots": row.ballots,
                "cells": row.cells,
                "group_cells": row.group_cells,
            }
            for position, row in enumerate(rows)
        ],
    )
    session.add_all(
        ReleaseFile(
            release_id=release.id,
            path=each.path,
            media_type=each.media_type,
            sha256=hashlib.sha256(each.content).hexdigest(),
            content=each.content,
        )
        for each in files
    )
    return release


def withdraw(session: Session, slug: str, by: str, reason: str | None) -> Release:
    """Withdraw the newest release: it stays at its address under a banner, and the survey is closed again."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.WITHDRAW, slug)
    reason = require_reason(reason)
    release = session.scalars(
        select(Release).where(Release.survey_id == survey.id).order_by(Release.number.desc()).limit(1)
    ).one()
    release.withdrawn_at = datetime.now(UTC)
    release.withdrawn_reason = reason
    record(session, survey, Act.WITHDRAW, by, reason)
    return release
