"""Turnout by respondent group, where there are several. Only ballots are read, never how they answer."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.models import Quota, RespondentGroup, Survey, Tally


@dataclass(frozen=True)
class GroupTurnout:
    """The ballots of one group."""

    group: RespondentGroup
    ballots: int
    #: Sum of its quotas; None where no place has one for it.
    quota: int | None


def turnout_of_groups(
    session: Session, survey: Survey, places: Collection[int] | None = None
) -> Sequence[GroupTurnout]:
    """Return the turnout of each group at these places, None: at all; empty where there is one group only."""
    groups = session.scalars(
        select(RespondentGroup).where(RespondentGroup.survey_id == survey.id).order_by(RespondentGroup.position)
    ).all()
    if len(groups) < 2:
        return ()
    ids = [each.id for each in groups]
    # The places of a unit are chosen here: a list of thousands is more than a query should carry.
    cast = session.execute(
        select(Tally.place_id, Tally.group_id, func.sum(Tally.ballots))
        .where(Tally.survey_id == survey.id)
        .group_by(Tally.place_id, Tally.group_id)
    )
    planned = session.execute(select(Quota.place_id, Quota.group_id, Quota.ballots).where(Quota.group_id.in_(ids)))
    ballots = dict.fromkeys(ids, 0)
    for place, group, count in cast:
        if places is None or place in places:
            ballots[group] += int(count)
    quotas: dict[int, int] = {}
    for place, group, count in planned:
        if places is None or place in places:
            quotas[group] = quotas.get(group, 0) + count
    return [GroupTurnout(each, ballots[each.id], quotas.get(each.id)) for each in groups]
