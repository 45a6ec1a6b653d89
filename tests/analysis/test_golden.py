"""What R and its package survey say about the same ballots: tests/analysis/golden/README.md."""

import json
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t

from analysis.comparisons import newcombe
from analysis.intervals import clopper_pearson, wilson
from analysis.multiplicity import benjamini_hochberg, holm
from analysis.population import PopulationRates
from analysis.rollup import Tree
from analysis.spread import Blocks, approval_spread
from analysis.survey_design import design_effect, effective_size, post_stratify, proportion
from analysis.waves import Wave, changes

GOLDEN = json.loads((Path(__file__).parent / "golden" / "golden.json").read_text())
ALL = {name: np.array(column) for name, column in GOLDEN["data"].items()}
NOW = {name: column[ALL["wave"] == 1] for name, column in ALL.items()}
PEOPLE = np.array(GOLDEN["people"])
PLACES = len(PEOPLE)
TREE = Tree.of([-1] + [0] * PLACES)
DESIGNS = {
    "simple": {},
    "clusters": {"clusters": NOW["place"]},
    "strata": {"strata": NOW["stratum"]},
    "weights": {"weights": NOW["weight"]},
    "all": {"clusters": NOW["place"], "strata": NOW["stratum"], "weights": NOW["weight"]},
}


def near(expected):
    """Linearised errors and closed forms: 1e-10, relative."""
    return pytest.approx(expected, rel=1e-10, abs=1e-300)


def same(got, expected):
    assert (got.estimate, got.standard_error) == near((expected["estimate"], expected["error"]))
    assert got.freedom == expected["df"]
    assert (got.low, got.high) == near((expected["low"], expected["high"]))


def per_place(data):
    """Counts (places + 1, 1, 5), the survey first."""
    counts = np.zeros((PLACES + 1, 1, 5), dtype=np.int64)
    np.add.at(counts, (data["place"], 0, np.where(data["y"] == 1, 0, 2)), 1)
    return counts


@pytest.mark.parametrize("name", DESIGNS)
def test_proportions_and_domains_of_a_design(name):
    same(proportion(NOW["y"], **DESIGNS[name]), GOLDEN["proportion"][name])
    same(proportion(NOW["y"], domain=NOW["inside"], **DESIGNS[name]), GOLDEN["domain"][name])


def test_random_samples_within_strata_of_known_size():
    people = {1: 40, 2: 90, 3: 200, 4: 1000}
    drawn = np.bincount(NOW["stratum"])
    weights = np.array([people[stratum] / drawn[stratum] for stratum in NOW["stratum"]])
    design = {"weights": weights, "strata": NOW["stratum"], "populations": people}
    same(proportion(NOW["y"], **design), GOLDEN["finite"])
    same(proportion(NOW["y"], domain=NOW["inside"], **design), GOLDEN["finite_domain"])


@pytest.mark.parametrize(("name", "trim"), [("post", (0, 100)), ("trimmed", (0.4, 1.8))])
def test_post_stratified_by_place(name, trim):
    there = {place: PEOPLE[place - 1] for place in np.unique(NOW["place"]).tolist()}
    weights = post_stratify(NOW["place"], there, trim)
    assert weights == near(np.array(GOLDEN[f"{name}_weights"]))
    same(proportion(NOW["y"], weights=weights, clusters=NOW["place"]), GOLDEN[name])
    assert design_effect(weights) == near(GOLDEN["kish"][name]["effect"])
    assert effective_size(weights) == near(GOLDEN["kish"][name]["size"])


def test_the_range_of_a_survey_over_places():
    low, high = approval_spread(Blocks(TREE, per_place(NOW)[None], [1])).limits()
    expected = GOLDEN["proportion"]["clusters"]
    assert (low[0, 0], high[0, 0]) == near((expected["low"], expected["high"]))


def by_people(counts, people):
    hidden = np.zeros((PLACES + 1, 1), dtype=bool)
    return PopulationRates.of(TREE, hidden, np.array([0, *people]), TREE.roll_up(counts))


def test_the_range_of_a_survey_weighted_by_people():
    counts = per_place(NOW)
    people = np.where(counts[1:, 0].sum(axis=-1) > 0, PEOPLE, 0)
    rates = by_people(counts, people)
    low, high = approval_spread(Blocks(TREE, rates.blocks[None], [1], rates.weights[0])).limits()
    expected = GOLDEN["post"]
    assert (rates.rates[1][0, 0], low[0, 0], high[0, 0]) == near(
        (expected["estimate"], expected["low"], expected["high"])
    )
    assert rates.effective[0, 0] == near(GOLDEN["kish"]["post"]["size"])


def test_a_random_sample_within_places_one_of_which_has_one_ballot():
    first = np.flatnonzero(NOW["place"] == 14)
    few = {name: np.delete(column, first[1:]) for name, column in NOW.items()}
    counts = per_place(few)
    rates = by_people(counts, np.where(counts[1:, 0].sum(axis=-1) > 0, PEOPLE, 0))
    low, high = rates.random_spread().limits()
    expected = GOLDEN["random"]
    assert (rates.rates[1][0, 0], low[0, 0], high[0, 0]) == near(
        (expected["estimate"], expected["low"], expected["high"])
    )


def test_a_score_over_groups_that_share_their_places():
    blocks = np.stack([per_place({name: c[NOW["group"] == g] for name, c in NOW.items()}) for g in (1, 2, 3)])
    low, high = approval_spread(Blocks(TREE, blocks, [40, 30, 30])).limits()
    assert (low[0, 0], high[0, 0]) == near((GOLDEN["groups"]["low"], GOLDEN["groups"]["high"]))


def test_the_change_between_two_waves_with_common_places():
    waves = [
        Wave(
            TREE,
            TREE.roll_up(per_place({name: column[ALL["wave"] == wave] for name, column in ALL.items()})),
            np.zeros((PLACES + 1, 1), dtype=bool),
        )
        for wave in (1, 0)
    ]
    got, expected = changes(*waves, np.arange(PLACES + 1)), GOLDEN["waves"]
    for array, name in ((got.difference, "difference"), (got.low, "low"), (got.high, "high"), (got.p_value, "p")):
        assert array[0, 0] == near(expected[name])
    half = t.ppf(0.975, PLACES - 1) * expected["error"]
    assert (got.high - got.low)[0, 0] == near(2 * half)


@pytest.mark.parametrize("case", GOLDEN["intervals"], ids=lambda case: f"{case['x']:g} of {case['n']:g}")
def test_intervals_of_one_proportion(case):
    assert wilson(case["x"], case["n"]) == near(tuple(case["wilson"]))
    # At 1 of a thousand million both are off by some 1e-17: the limit is 5.5716433909e-9 (Poisson).
    relative = 1e-9 if case["n"] < 1e9 else 2e-8
    assert clopper_pearson(case["x"], case["n"]) == pytest.approx(
        tuple(case["clopper_pearson"]), rel=relative, abs=1e-300
    )


@pytest.mark.parametrize("case", GOLDEN["newcombe"], ids=lambda case: "{:g}/{:g} {:g}/{:g}".format(*case["four"]))
def test_differences_of_two_proportions(case):
    # A difference of two numbers near 1 is known to their last bit, no better.
    assert newcombe(*case["four"]) == pytest.approx(tuple(case["limits"]), rel=1e-10, abs=1e-15)


def test_many_tests_at_once():
    many = GOLDEN["many"]
    for level in (0.01, 0.05, 0.1):
        assert (benjamini_hochberg(many["p"], level) == (np.array(many["hochberg"]) <= level)).all()
        assert (holm(many["p"], level) == (np.array(many["holm"]) <= level)).all()
