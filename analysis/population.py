"""Rates of a unit table in which every place counts as its people do.

A place counts as many as its eligible people, not as its ballots (post-stratification by place; Holt and Smith 1979,
JRSS A 142, 33-46). The people of places where nobody rated are counted to their siblings, in proportion to their
people; where no sibling was rated either, to the siblings of their parent, and so on (nested post-stratification:
cells without ballots are merged into the next larger one). A ballot that rated then weighs people ÷ ballots, cut to
1/5 and 5 times the mean over all ballots of the table (Potter 1990), and a rate is Σ w·s ÷ Σ w·n. The rates over rated
and don't know do the same over their own base, so that without cutting each is the mean of the places' rates by people.

As everywhere, only what is published enters: what hidden places add to a visible unit is one block of ballots with one
weight, and its people are the sum of theirs. So no rate says more about a hidden place than counts do.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analysis.estimates import Bases, Counts, Floats, lines, ratio, remainders
from analysis.rates import round_percent
from analysis.rollup import Tree
from analysis.spread import Spread
from analysis.survey_design import WIDEST

Bools = NDArray[np.bool_]

#: Sums of weights as binary fractions are right to far more digits than this, in units of the last printed digit.
_DOUBT: Final = 1e-6


@dataclass(frozen=True)
class Weighting:
    """What weights did to one unit × question; None where hidden, or where nobody rated.

    Attributes:
        unweighted_satisfied_rate, unweighted_approval_rate: printed, of the pooled counts.
        design_effect: Kish's, printed with two decimals.
        effective_n: rated ballots ÷ design effect, a whole number.

    """

    unweighted_satisfied_rate: str | None
    unweighted_approval_rate: str | None
    design_effect: str | None
    effective_n: int | None


@dataclass(frozen=True)
class PopulationRates:
    """The four rates of a published table, weighted by people.

    Attributes:
        tree: who stands under whom.
        hidden: bool, shape (units, questions).
        people: each unit's own eligible people, shape (units,).
        blocks: what each visible unit adds, from :func:`analysis.estimates.remainders`, shape (units, questions, 5).

    """

    tree: Tree
    hidden: Bools
    people: Counts
    blocks: Counts

    @classmethod
    def of(cls, tree: Tree, hidden: Bools, people: Counts, counts: Counts) -> "PopulationRates":
        """Take a published table: counts (units, questions, 5), of which hidden rows are not read."""
        return cls(tree, hidden, people, remainders(tree, counts, hidden))

    @cached_property
    def bases(self) -> Bases:
        """What each block adds to the rates."""
        return Bases.of(self.blocks)

    @cached_property
    def block_people(self) -> Counts:
        """People of each block, shape (units, questions): a visible unit's less those of the visible units below it."""
        everyone = self.tree.roll_up(np.broadcast_to(self.people[:, None, None], (*self.hidden.shape, 1)))
        return remainders(self.tree, everyone, self.hidden)[..., 0]

    @cached_property
    def weights(self) -> tuple[Floats, Floats]:
        """What a ballot of each block weighs, over the rated base and over the base "all"; (units, questions)."""
        return self._weights(self.bases.rated), self._weights(self.bases.all)

    @cached_property
    def rates(self) -> tuple[Floats, Floats, Floats, Floats]:
        """The four rates in the order of :class:`analysis.estimates.Rates`, nan where nobody rated."""
        weights = (self.weights[0], self.weights[0], self.weights[1], self.weights[1])
        roll_up = self.tree.roll_up
        first, second, third, fourth = (
            ratio(roll_up(part * weight), roll_up(base * weight))
            for (part, base), weight in zip(self.bases.ratios(), weights, strict=True)
        )
        return first, second, third, fourth

    @cached_property
    def _answering(self) -> Counts:
        """How many blocks with rated ballots stand at or below each unit."""
        return self.tree.roll_up((self.bases.rated > 0).astype(np.int64))

    @cached_property
    def _sums(self) -> tuple[tuple[Counts, Counts], ...]:
        """Counts below each unit, as numerator and denominator of the four rates."""
        return tuple((self.tree.roll_up(part), self.tree.roll_up(base)) for part, base in self.bases.ratios())

    def printed(self, unit: int, question: int) -> list[str | None]:
        """Print the four rates of a visible unit; the digits are those of the exact ratio."""
        at = unit, question
        if not self._answering[at]:
            return [None] * 4
        return [self._print(index, at) for index in range(4)]

    def _print(self, index: int, at: tuple[int, int]) -> str:
        plain = self._plain(index, at)
        if plain is not None:
            return round_percent(plain, 1)
        value = 1000 * self.rates[index][at] + 0.5
        low, high = (min(max(floor(value + doubt), 1), 999) for doubt in (-_DOUBT, _DOUBT))
        return round_percent(low, 1000) if low == high else round_percent(self._added_up(index, at), 1)

    def exact(self, index: int, at: tuple[int, int]) -> Fraction | None:
        """Return one of the four rates of a visible unit without rounding; None where nobody rated."""
        if not self._answering[at]:
            return None
        plain = self._plain(index, at)
        return self._added_up(index, at) if plain is None else plain

    def _plain(self, index: int, at: tuple[int, int]) -> Fraction | None:
        """Return a rate that no weight changes: of one place, or of nobody or everybody; None for any other."""
        part, base = (int(each[at]) for each in self._sums[index])
        return Fraction(part, base) if part in (0, base) or self._answering[at] == 1 else None

    @cached_property
    def effective(self) -> Floats:
        """Kish's effective number of rated ballots, (Σw)² ÷ Σw² (Kish 1965), shape (units, questions); nan for none."""
        n, w = self.bases.rated, self.weights[0]
        return ratio(self.tree.roll_up(w * n) ** 2, self.tree.roll_up(w**2 * n))

    def random_spread(self) -> Spread:
        """Return the spread of every approval rate where ballots were drawn at random within places.

        Places are strata and ballots are units, drawn without replacement from the people of a place: the variance is
        Σ (1 - bᵢ ÷ Nᵢ) · nᵢ ÷ (nᵢ - 1) · Σ wᵢ² (y - pᵢ)² ÷ (Σ w n)² over places with nᵢ rated of bᵢ ballots (Cochran
        1977, 5.10), given how many rated; logit interval, degrees of freedom ballots - places. Of a place with one
        rated ballot nothing is known about its spread: it is taken around the rate of the unit (lonely.psu = "adjust"
        of R's survey). Where all people of all places answered the rate is exact.
        """
        s, n, w = self.bases.approval, self.bases.rated, self.weights[0]
        rate, roll_up = self.rates[1], self.tree.roll_up
        left = np.where(n > 0, self.block_people - self.blocks.sum(axis=-1), 0)
        with np.errstate(invalid="ignore", divide="ignore"):
            left_out = np.where(n > 0, left / self.block_people, 0)
            square = np.where(n > 1, left_out * w**2 * s * (n - s) / (n - 1), 0)
        total = roll_up(square)
        alone = np.where(n == 1, np.sqrt(left_out) * w, 0)
        for places, above in lines(self.tree):
            np.add.at(total, above, (alone[places] * (s[places] - np.nan_to_num(rate[above]))) ** 2)
        ballots = roll_up(n)
        with np.errstate(invalid="ignore", divide="ignore"):
            variance = total / roll_up(w * n) ** 2
        freedom = (ballots - self._answering).astype(np.float64)
        return Spread(rate, variance, freedom, ballots, np.zeros_like(ballots), (roll_up(left) == 0) & (ballots > 0))

    def _weights(self, ballots: NDArray[Any], question: int | None = None) -> NDArray[Any]:
        """Spread people over ballots: floats for all questions, or exact Fractions for one, shape (units, 1)."""
        chosen = slice(None) if question is None else slice(question, question + 1)
        has = self.bases.rated[:, chosen] > 0
        people, number = self.block_people[:, chosen], ballots[:, chosen]
        everyone = self.tree.roll_up(self.people)[:, None]
        if question is not None:
            people, number, everyone = _fractions(people), _fractions(number), _fractions(everyone)
        mass = _spread(self.tree, self.hidden[:, chosen], has, people, everyone)
        weight = mass / np.where(has, number, 1)
        mean = mass.sum(axis=0) / np.maximum(np.where(has, number, 0).sum(axis=0), 1)
        return np.where(has, np.minimum(np.maximum(weight, mean / WIDEST), mean * WIDEST), 0)

    @cached_property
    def _exact_weights(self) -> dict[tuple[bool, int], NDArray[Any]]:
        """Weights as Fractions, by base and question, once they were needed: they take a walk over the whole tree."""
        return {}

    def _added_up(self, index: int, at: tuple[int, int]) -> Fraction:
        """Add one rate up without rounding; needed only where binary fractions cannot tell a digit from the next."""
        unit, question = at
        below = np.concatenate([units[above == unit] for units, above in lines(self.tree)])
        part, base = self.bases.ratios()[index]
        known = index < 2, question
        if known not in self._exact_weights:
            ballots = self.bases.rated if index < 2 else self.bases.all
            self._exact_weights[known] = self._weights(ballots, question)[:, 0]
        weight = self._exact_weights[known][below]
        numerator, denominator = ((weight * counts[below, question].astype(object)).sum() for counts in (part, base))
        return Fraction(numerator / denominator)


def _fractions(whole: NDArray[np.int64]) -> NDArray[Any]:
    """Turn whole numbers into exact fractions, so that numpy's operators stay exact."""
    return np.array([Fraction(number) for number in whole.ravel().tolist()], dtype=object).reshape(whole.shape)


def _spread(tree: Tree, hidden: Bools, answered: Bools, people: NDArray[Any], everyone: NDArray[Any]) -> NDArray[Any]:
    """Hand the people of blocks without rated ballots to their siblings; return what each block then stands for.

    Args:
        tree: who stands under whom.
        hidden: shape (units, questions).
        answered: which blocks have rated ballots, same shape.
        people: people of each block, same shape; floats, whole numbers or Fractions.
        everyone: people of each unit's subtree, shape (units, 1).

    Returns:
        People of each block, 0 where nobody rated, same shape.

    """
    zero = people * 0
    known = np.where(answered, people, zero)
    reached = answered.copy()
    for level in tree.levels:
        handed = np.where(hidden, known, np.where(reached, everyone, zero))
        known[level.parents] += np.add.reduceat(handed[level.members], level.firsts, axis=0)
        reached[level.parents] |= np.logical_or.reduceat(reached[level.members], level.firsts, axis=0)
    # A visible unit has `everyone` to share among those of its parts that are reached, `known` among them.
    factor = np.where(hidden, zero + 1, everyone / np.where(known == 0, zero + 1, known))
    for level in reversed(tree.levels):
        factor[level.members] = factor[level.members] * factor[tree.parents[level.members]]
    return np.where(answered, people * factor, zero)


def check_people(populations: ArrayLike, own: NDArray[np.int64], *, drawn: bool) -> Counts:
    """Return people as whole numbers, shape (units,); ValueError where they do not go with own counts.

    Args:
        populations: each unit's own eligible people.
        own: own ballots, shape (groups, units, questions, 5).
        drawn: each ballot is one of these people, drawn at random.

    """
    people = np.array(populations)
    whole = np.issubdtype(people.dtype, np.integer) or not people.size
    if people.shape != own.shape[1:2] or not whole or (people < 0).any():
        raise ValueError(f"populations are one whole number per unit, 0 or more, not {people.dtype} {people.shape}")
    ballots = own.sum(axis=(0, 3)).max(axis=1, initial=0)
    nobody = np.flatnonzero((ballots > 0) & (people == 0)).tolist()
    if nobody:
        raise ValueError(f"units with ballots and no people: {nobody}; give their population, or weigh by counts")
    crowded = np.flatnonzero(ballots > people).tolist()
    if drawn and crowded:
        raise ValueError(f"units with more ballots than people, which no random sample has: {crowded}")
    return people.astype(np.int64)
