"""Nobody finds out by trying how a ballot was answered.

A page sent again is told whether its answers are those that are stored. Who knows the token of somebody else's page
could try one set of answers after another; so after a few that differ every reply is the same.
"""

from collections import OrderedDict
from threading import Lock

from survey_app.domain.doors import Standing
from survey_app.services.verdicts import BallotKey, Outcome, Verdict

#: So many other answers may come under one key; a resident who presses again, or corrects, needs one or two.
MOST_TRIES = 3
#: Keys remembered, in each process. Only a page that this server issued gets here.
MOST_KEYS = 10_000


class ReplayGuard:
    """Counts the tries under each key, in memory: nothing about them is stored."""

    def __init__(self) -> None:
        self._tries: OrderedDict[BallotKey, int] = OrderedDict()
        self._lock = Lock()

    def judge(self, key: BallotKey, verdict: Verdict) -> Verdict:
        """Return what the sender may hear of a verdict."""
        differs = verdict.outcome is Outcome.CONFLICTING or verdict == Verdict(Outcome.REFUSED, Standing.CLOSED)
        with self._lock:
            tries = self._tries.get(key, 0)
            if differs:
                self._tries[key] = tries + 1
                self._tries.move_to_end(key)
                while len(self._tries) > MOST_KEYS:
                    self._tries.popitem(last=False)
        if tries < MOST_TRIES or verdict.outcome is Outcome.STORED:
            return verdict
        return verdict if differs else Verdict(Outcome.CONFLICTING)
