"""The verdict of a body of members on a target (表决口径), as people's congresses take it."""

from analysis.ratings import Rating


def verdict(satisfied: int, basically_satisfied: int, eligible: int) -> Rating | None:
    """Return the verdict: its base is everybody who may vote, whether they did or not.

    More than half of all eligible members satisfied is 满意; else more than half satisfied or basically satisfied is
    基本满意; else 不满意. Exactly half is not more than half. Who did not vote, did not know or left a blank
    thus counts against. Source: decisions of local people's congresses and their standing committees need more than
    half of all members (以全体代表、全体组成人员的过半数通过, 地方各级人民代表大会和地方各级人民政府组织法).

    Args:
        satisfied: votes 满意.
        basically_satisfied: votes 基本满意.
        eligible: all members who may vote.

    Returns:
        SATISFIED, BASICALLY_SATISFIED or DISSATISFIED; None where nobody is eligible.

    Raises:
        ValueError: a negative number, or more votes than members.

    """
    if min(satisfied, basically_satisfied, eligible) < 0 or satisfied + basically_satisfied > eligible:
        raise ValueError(f"{satisfied} and {basically_satisfied} votes of {eligible} members cannot be")
    if eligible == 0:
        return None
    if 2 * satisfied > eligible:
        return Rating.SATISFIED
    if 2 * (satisfied + basically_satisfied) > eligible:
        return Rating.BASICALLY_SATISFIED
    return Rating.DISSATISFIED
