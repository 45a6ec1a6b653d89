"""Weighted scores over respondent groups (票种)."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Literal

#: What an empty group does, declared before a survey opens: the other weights are scaled up to the whole
#: (with a note 缺组), or no score is given.
EmptyGroup = Literal["renormalise", "refuse"]

Weight = int | float | Decimal | Fraction


def exact_weights(weights: Sequence[Weight]) -> tuple[Fraction, ...]:
    """Turn declared weights into exact fractions; floats are read as they are printed (0.4 is 2/5).

    Raises:
        ValueError: a weight is negative or not finite, or all are 0.

    """
    try:
        exact = tuple(Fraction(str(weight)) for weight in weights)
    except ValueError as error:
        raise ValueError(f"weights are finite numbers, not {list(weights)}") from error
    if any(weight < 0 for weight in exact) or not any(exact):
        raise ValueError(f"weights are not negative and not all 0: {list(weights)}")
    return exact


def weighted_score(
    successes: Sequence[int],
    rated: Sequence[int],
    weights: Sequence[Fraction],
    empty_group: EmptyGroup = "renormalise",
) -> Fraction | None:
    """Return Σ wᵍ·Sᵍ ÷ Σ wᵍ over the groups with rated ballots, exactly.

    Args:
        successes: for example satisfied ballots, one number per group.
        rated: the base, one number per group.
        weights: one per group, as from :func:`exact_weights`; they need not add up to 1.
        empty_group: "renormalise" leaves groups without rated ballots out of both sums; "refuse" gives no score
            where a group that carries weight is empty.

    Returns:
        A proportion between 0 and 1, or None where there is no score.

    Raises:
        ValueError: the three have different lengths.

    """
    scores = [Fraction(x, n) if n > 0 else None for x, n in zip(successes, rated, strict=True)]
    return weighted_mean(scores, weights, empty_group)


def weighted_mean(
    scores: Sequence[Fraction | None], weights: Sequence[Fraction], empty_group: EmptyGroup = "renormalise"
) -> Fraction | None:
    """Return Σ wᵍ·Sᵍ ÷ Σ wᵍ over the groups that have a score, exactly; arguments as in :func:`weighted_score`.

    Raises:
        ValueError: the lengths differ.

    """
    present = [
        (score, weight) for score, weight in zip(scores, weights, strict=True) if score is not None and weight > 0
    ]
    if not present or (empty_group == "refuse" and len(present) < sum(weight > 0 for weight in weights)):
        return None
    total = sum((weight for _, weight in present), start=Fraction(0))
    return sum((score * weight for score, weight in present), start=Fraction(0)) / total
