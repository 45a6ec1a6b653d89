"""Questions against one another, over the same places and mostly the same people."""

import numpy as np
from numpy.typing import NDArray

from analysis.estimates import Bases, Floats, ratio, shares, weighted
from analysis.rollup import Tree
from analysis.unit_table import UnitTable

#: A sum of squares this small is rounding error: at every place the questions differ alike.
_ROUNDING = 1e-30


def question_contrasts(table: UnitTable, unit: int, questions: NDArray[np.intp]) -> tuple[Floats, Floats]:
    """Compare the approval rate of each question with the mean of the rates of the others.

    The contrast is d = p_q - Σ p_r ÷ (k - 1) over the other k - 1 questions; rates are not pooled. The same people
    answer all questions, and nobody may pair them; but they answer at the same place, so that places as clusters hold
    what the answers share: with zᵢq what place i adds to the linearised rate of question q (analysis.spread), z of the
    contrast is zᵢq - Σ zᵢr ÷ (k - 1), its variance m ÷ (m - 1) · Σ z² over the m places with rated ballots, and the
    test has m - 1 degrees of freedom (svycontrast over svymean of R's survey; Binder 1983). Where places say nothing,
    questions are taken as independent, with the effective numbers of ballots: who approves of one thing mostly approves
    of others, so that this errs on the safe side.

    Args:
        table: of units, not of listed targets.
        unit: the row that is compared.
        questions: indices of two or more questions with a rate in that row.

    Returns:
        (contrast, two-sided p-value), one per question.

    """
    from scipy.special import ndtr, stdtr  # noqa: PLC0415 - importing analysis must not load scipy

    tree, counts, weights, per_ballot = table.blocks
    inside = np.flatnonzero(_inside(tree, unit))
    base = Bases.of(counts[:, inside[:, None], questions])
    each = 1.0 if per_ballot is None else per_ballot[inside[:, None], questions]
    s, n = base.approval * each, base.rated * each
    rated = n.sum(axis=1)
    scores = ratio(s.sum(axis=1), rated)
    share = shares(rated > 0, np.asarray(weights, dtype=np.float64))
    factor = np.where(rated > 0, share / np.maximum(rated, 1e-300), 0)[:, None]
    z = (factor * (s - np.nan_to_num(scores)[:, None] * n)).sum(axis=0)
    rate = weighted(scores, np.asarray(weights, dtype=np.float64))
    effect = _against_the_others(rate)
    places = int((n.sum(axis=(0, 2)) > 0).sum())
    square = (_against_the_others(z) ** 2).sum(axis=0)
    clustered = (square > _ROUNDING) & (places > 1)
    alone = rate * (1 - rate) / table.effective[unit, questions]
    independent = alone + (alone.sum() - alone) / (len(rate) - 1) ** 2
    variance = np.where(clustered, square * places / max(places - 1, 1), independent)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.where(effect == 0, 0, np.abs(effect) / np.sqrt(variance))
    p_value = 2 * np.where(clustered, stdtr(max(places - 1, 1), -distance), ndtr(-distance))
    return effect, p_value


def _inside(tree: Tree, unit: int) -> NDArray[np.bool_]:
    """Say which units stand at or below one."""
    found = np.zeros(len(tree.parents), np.bool_)
    found[unit] = True
    for level in reversed(tree.levels):
        found[level.members] |= found[tree.parents[level.members]]
    return found


def _against_the_others(values: Floats) -> Floats:
    """Subtract from each of the last axis the mean of the others."""
    count = values.shape[-1]
    difference: Floats = (values - values.mean(axis=-1, keepdims=True)) * (count / (count - 1))
    return difference
