"""The audit trail: one line for every change, chained, so that a line that was changed or taken out shows.

Each line carries an HMAC-SHA256 over the line before and itself. Its key comes from the installation's secret, which is
not in the database: whoever has only the database cannot write a chain that holds.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session


def audit(
    session: Session,
    by: str,
    what: str,
    about: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write a change down, in the transaction that makes it. Never a password, a code, an answer or a count of them.

    `what` is a dotted name, such as "unit.move" or "survey.open"; `about` names the thing as people know it: an
    account's name, a unit's code, a survey's slug. `before` and `after` hold what changed, and only that.
    """
