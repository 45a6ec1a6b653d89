"""How much room is left under the quotas of a survey that takes no more answers where one is reached.

Nothing here is asked where answers are still taken after that: the resident's page is loaded too often for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from survey_app.models import Quota, Tally

#: Place and group.
Stack = tuple[int, int]


def is_full(session: Session, place_id: int, group_id: int) -> bool:
    """Return whether the quota of a place and group is reached; the ballot's own transaction has the last word."""
    quota = session.get(Quota, (place_id, group_id))
    return quota is not None and _stored(session, [(place_id, group_id)]).get((place_id, group_id), 0) >= quota.ballots


@dataclass
class Room:
    """How many more ballots are taken, by place and group; what has no quota is absent."""

    left: dict[Stack, int]

    def take(self, stack: Stack) -> bool:
        """Take one ballot's room; return whether there was any."""
        if self.left.get(stack, 1) <= 0:
            return False
        if stack in self.left:
            self.left[stack] -= 1
        return True


def hold_room(session: Session, stacks: Iterable[Stack]) -> Room:
    """Return what room there is, the quotas' rows held until the transaction ends, so that nobody else takes it too.

    In the order of their keys, so that no two writers wait in a ring. What is stored is counted only once they are
    held: a writer that waited counts what the other has stored.
    """
    wanted = sorted(set(stacks))
    if not wanted:
        return Room({})
    quotas = session.execute(
        select(Quota.place_id, Quota.group_id, Quota.ballots)
        .where(tuple_(Quota.place_id, Quota.group_id).in_(wanted))
        .order_by(Quota.place_id, Quota.group_id)
        .with_for_update()
    ).all()
    held = {(place, group): ballots for place, group, ballots in quotas}
    stored = _stored(session, list(held))
    return Room({stack: ballots - stored.get(stack, 0) for stack, ballots in held.items()})


def _stored(session: Session, stacks: list[Stack]) -> dict[Stack, int]:
    rows = session.execute(
        select(Tally.place_id, Tally.group_id, func.sum(Tally.ballots))
        .where(tuple_(Tally.place_id, Tally.group_id).in_(stacks))
        .group_by(Tally.place_id, Tally.group_id)
    )
    return {(place, group): int(ballots) for place, group, ballots in rows}
