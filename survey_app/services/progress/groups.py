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


@dataclass(frozen=True)
class GroupCounts:
    """What is counted of a survey's groups: group, place and ballots."""

    groups: Sequence[RespondentGroup]
    cast: Sequence[tuple[int, int, int]]
    planned: Sequence[tuple[int, int, int]]

    def at(self, places: Collection[int] | None = None) -> Sequence[GroupTurnout]:
        """Return the turnout of each group at these places, None: at all; empty where there is one group only."""
        ballots, quotas = (self._sums(rows, places) for rows in (self.cast, self.planned))
        return [GroupTurnout(each, ballots.get(each.id, 0), quotas.get(each.id)) for each in self.groups]

    @staticmethod
    def _sums(rows: Sequence[tuple[int, int, int]], places: Collection[int] | None) -> dict[int, int]:
        sums: dict[int, int] = {}
        for group, place, count in rows:
            if places is None or place in places:
                sums[group] = sums.get(group, 0) + count
        return sums


def count_groups(session: Session, survey: Survey) -> GroupCounts:
    """Count the ballots of a survey's groups by place; nothing where there is one group only."""
    groups = session.scalars(
        select(RespondentGroup).where(RespondentGroup.survey_id == survey.id).order_by(RespondentGroup.position)
    ).all()
    if len(groups) < 2:
        return GroupCounts((), (), ())
    cast = session.execute(
        select(Tally.group_id, Tally.place_id, func.sum(Tally.ballots))
        .where(Tally.survey_id == survey.id)
        .group_by(Tally.group_id, Tally.place_id)
    )
    planned = session.execute(
        select(Quota.group_id, Quota.place_id, Quota.ballots).where(Quota.group_id.in_([each.id for each in groups]))
    )
    by_place = ([(group, place, int(count)) for group, place, count in rows] for rows in (cast, planned))
    return GroupCounts(groups, *by_place)
