"""What a page shows of a survey to somebody who sees a part of the tree only."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from flask import abort

from survey_app.domain import powers
from survey_app.models import Job, Survey, Unit
from survey_app.services.progress.turnout import TurnoutBoard, turnout_board
from survey_app.services.scopes import Reach, job_within, reach, top_unit, unit_ids
from survey_app.web.organiser.access.check import visitor
from survey_app.web.organiser.access.named import power_of_job
from survey_app.web.organiser.blueprint import organiser
from survey_app.web.transaction import session


def part_asked_for(survey: Survey, code: str | None) -> str | None:
    """Return the code of the unit to show: the one asked for, else the scope's own; None for the whole survey."""
    if code is not None:
        return code
    if reach(session(), visitor().scope, survey) is Reach.WHOLE:
        return None
    top = top_unit(session(), visitor().scope)
    return top.code if top else None


def board_or_404(survey: Survey, code: str | None) -> TurnoutBoard:
    """Return the turnout of the unit asked for, by default of all that the visitor sees; 404 where it has no place."""
    board = turnout_board(session(), survey, part_asked_for(survey, code))
    if board is None:
        abort(404)
    return replace(board, line=line_within(board.line))


def line_within(line: Sequence[Unit]) -> Sequence[Unit]:
    """Return a line from the top down to a unit without what stands above the visitor's scope."""
    own = visitor().scope.unit_id
    ids = [unit.id for unit in line]
    return line[ids.index(own) :] if own in ids else line


@organiser.app_template_global("sees_whole")
def sees_whole(survey: Survey) -> bool:
    """Return whether all places of the survey lie within the visitor's scope."""
    return reach(session(), visitor().scope, survey) is Reach.WHOLE


def units_within() -> frozenset[int] | None:
    """Return the ids of the units that the visitor sees; None: all."""
    return unit_ids(session(), visitor().scope)


def jobs_within(jobs: Iterable[Job]) -> Sequence[Job]:
    """Return the jobs that the visitor may see."""
    who = visitor()
    return [job for job in jobs if powers.may(who.role, power_of_job(job)) and job_within(session(), who.scope, job)]
