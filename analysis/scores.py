"""Mean scores of scales whose options carry a score (满意 100, 基本满意 70, 不满意 30), exact until printed."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from analysis.groups import EmptyGroup, Weight, weighted_mean
from analysis.rates import NO_RATE
from analysis.ratings import Rating

#: The options of a scale in order, each with its score; None for "don't know", which is no opinion.
Scores = tuple[Fraction | None, ...]


def exact_scores(ratings: Sequence[Rating], scores: Sequence[Weight | None]) -> Scores | None:
    """Turn the declared scores of a scale into exact fractions; floats are read as they are printed (0.1 is 1/10).

    Args:
        ratings: the rating of each option.
        scores: the score of each option, None where it has none. A score of "don't know" is not read.

    Returns:
        One per option, None for "don't know"; or None where the scale carries no scores.

    Raises:
        ValueError: lengths differ, a score is not finite, or only some opinions have one.

    """
    opinions = [score for rating, score in zip(ratings, scores, strict=True) if rating is not Rating.DONT_KNOW]
    if all(score is None for score in opinions):
        return None
    if any(score is None for score in opinions):
        raise ValueError(f"either every opinion of a scale has a score or none has: {list(scores)}")
    try:
        return tuple(
            None if rating is Rating.DONT_KNOW else Fraction(str(score))
            for rating, score in zip(ratings, scores, strict=True)
        )
    except ValueError as error:
        raise ValueError(f"scores are finite numbers, not {list(scores)}") from error


def mean_score(counts: Sequence[int], scores: Scores) -> Fraction | None:
    """Return Σ score · ballots ÷ rated; "don't know", blank and not asked stand in neither sum.

    Args:
        counts: ballots of each option, in the order of the scale.
        scores: as from :func:`exact_scores`.

    Returns:
        The mean, or None where nobody rated.

    Raises:
        ValueError: lengths differ, or a count is negative.

    """
    if any(count < 0 for count in counts):
        raise ValueError(f"counts are not negative: {list(counts)}")
    pairs = [(int(count), score) for count, score in zip(counts, scores, strict=True) if score is not None]
    rated = sum(count for count, _ in pairs)
    return sum((count * score for count, score in pairs), start=Fraction(0)) / rated if rated else None


def weighted_mean_score(
    counts: Sequence[Sequence[int]],
    scores: Scores,
    weights: Sequence[Fraction],
    empty_group: EmptyGroup = "renormalise",
) -> Fraction | None:
    """Return Σ wᵍ·Sᵍ ÷ Σ wᵍ with Sᵍ each group's mean score; empty groups as in :func:`analysis.groups.weighted_mean`.

    Args:
        counts: ballots of each option, one row per group.
        scores: as from :func:`exact_scores`.
        weights: one per group, as from :func:`analysis.groups.exact_weights`.
        empty_group: what a group without rated ballots does, "renormalise" or "refuse".

    Returns:
        The weighted score, or None where there is none.

    Raises:
        ValueError: lengths differ, or a count is negative.

    """
    return weighted_mean([mean_score(row, scores) for row in counts], weights, empty_group)


#: Scores are printed with so many decimals.
PLACES: Final = 1


def round_score(score: Fraction | None, places: int = PLACES) -> str:
    """Print a score: decimal, half up (away from zero), from the exact fraction; "—" where there is none.

    A score is a number and no percentage: 99.96 is printed as 100.0, and it may lie above 100 or below 0.

    Raises:
        ValueError: ``places`` is negative.

    """
    if places < 0:
        raise ValueError(f"a score cannot have {places} decimals")
    if score is None:
        return NO_RATE
    unit = 10**places
    part = abs(score)
    digits = (2 * part.numerator * unit + part.denominator) // (2 * part.denominator)
    sign = "-" if score < 0 and digits else ""
    return f"{sign}{digits // unit}.{digits % unit:0{places}d}" if places else f"{sign}{digits}"
