from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.cells import RangeNote
from analysis.intervals import wilson
from analysis.population import Weighting
from analysis.rates import round_percent
from analysis.tables import tabulate

NOBODY = [0] * 5


def table_of(rows, parents, populations, **options):
    """Rows are own counts of one question in one group."""
    return tabulate(
        parents, ["q"], np.array(rows, dtype=np.int64)[None, :, None], populations=np.array(populations), **options
    )


def percent(rate):
    return round_percent(rate, 1)


def test_a_place_counts_as_its_people_do_and_who_did_not_answer_counts_to_the_siblings():
    #          city   town A  town B  A1                 A2                 A3: nobody  B1
    rows = [NOBODY, NOBODY, NOBODY, [20, 10, 10, 10, 0], [10, 10, 20, 0, 5], NOBODY, [60, 12, 8, 20, 0]]
    table = table_of(rows, [-1, 0, 0, 1, 1, 1, 2], [0, 0, 0, 1000, 200, 300, 700])
    # A3's 300 people go to A1 and A2 in proportion, 250 and 50; B is not touched.
    town_a = (1250 * Fraction(30, 40) + 250 * Fraction(20, 40)) / 1500
    city = (1250 * Fraction(30, 40) + 250 * Fraction(20, 40) + 700 * Fraction(72, 80)) / 2200
    assert table.cell(1, 0).approval_rate == percent(town_a)
    assert table.cell(0, 0).approval_rate == percent(city)
    assert table.cell(0, 0).satisfied_rate == percent(
        (1250 * Fraction(20, 40) + 250 * Fraction(10, 40) + 700 * Fraction(60, 80)) / 2200
    )
    # Over rated and don't know every place still counts as its people.
    assert table.cell(0, 0).approval_rate_all == percent(
        (1250 * Fraction(30, 50) + 250 * Fraction(20, 40) + 700 * Fraction(72, 100)) / 2200
    )
    assert (table.cell(3, 0).approval_rate, table.cell(5, 0).approval_rate) == ("75.0", None)
    assert (table.cell(0, 0).rated, table.cell(0, 0).satisfied) == (160, 90)
    # One place has Wilson's range, whatever it weighs.
    assert (table.cell(6, 0).range_low, table.cell(6, 0).range_high) == tuple(
        f"{100 * limit:.1f}" for limit in wilson(72, 80)
    )


def test_weighting_stands_beside_the_unweighted_rates():
    table = table_of([NOBODY, [30, 0, 10, 0, 0], [10, 0, 30, 0, 0], NOBODY], [-1, 0, 0, 0], [0, 3000, 1000, 0])
    # Weights 75 and 25 for forty ballots each: 80 · (75² + 25²) · 40 ÷ 4000².
    assert table.weighting(0, 0) == Weighting("50.0", "50.0", "1.25", 64)
    assert table.cell(0, 0).approval_rate == "62.5"
    assert table.weighting(1, 0) == Weighting("75.0", "75.0", "1.00", 40)
    assert table.weighting(3, 0) == Weighting(None, None, None, None)


def test_a_ballot_weighs_no_more_than_five_and_no_less_than_a_fifth_of_the_mean():
    rows = [NOBODY, [10, 0, 10, 0, 0], [60, 0, 20, 0, 0], [50, 0, 50, 0, 0]]
    table = table_of(rows, [-1, 0, 0, 0], [0, 10000, 2000, 50])
    mean = Fraction(12050, 200)
    weights = [5 * mean, Fraction(2000, 80), mean / 5]
    ballots = [20, 80, 100]
    rates = [Fraction(1, 2), Fraction(3, 4), Fraction(1, 2)]
    parts = [weight * number for weight, number in zip(weights, ballots, strict=True)]
    expected = sum(part * rate for part, rate in zip(parts, rates, strict=True)) / sum(parts)
    assert table.cell(0, 0).approval_rate == percent(expected)
    assert table.rates.approval[0, 0] == pytest.approx(float(expected), abs=1e-15)


@pytest.mark.parametrize("approving", [3, 5, 7, 9, 11, 13])
def test_a_tie_is_rounded_up_whatever_binary_fractions_make_of_it(approving):
    # 0.35 · a/20 + 0.65 · 7/10: thousandths and a half.
    rows = [NOBODY, [approving, 0, 20 - approving, 0, 0], [21, 0, 9, 0, 0]]
    table = table_of(rows, [-1, 0, 0], [0, 350, 650])
    exact = (350 * Fraction(approving, 20) + 650 * Fraction(7, 10)) / 1000
    assert exact * 2000 % 2 == 1
    assert table.cell(0, 0).approval_rate == percent(exact)


def reference(parents, people, table, question=0):
    """Weighted rates of all visible units from nothing but what is published, in fractions, written anew."""
    hidden, counts = table.suppressed[:, question], table.counts[:, question]
    units = range(len(parents))

    def up(unit):
        above = parents[unit]
        while above >= 0 and hidden[above]:
            above = parents[above]
        return above

    visible = [unit for unit in units if not hidden[unit]]
    children = {unit: [child for child in visible if up(child) == unit] for unit in [-1, *visible]}
    everyone = [sum(people[v] for v in units if unit in ancestry(parents, v)) for unit in units]
    block = {v: counts[v] - sum(counts[child] for child in children[v]) for v in visible}
    block_people = {v: everyone[v] - sum(everyone[child] for child in children[v]) for v in visible}
    mass = dict.fromkeys(visible, Fraction(0))

    def give(unit, share):
        parts = [(everyone[child], child) for child in children[unit] if counts[child][:3].sum()]
        own = block_people[unit] if block[unit][:3].sum() else 0
        whole = own + sum(number for number, _ in parts)
        if own:
            mass[unit] = share * own / whole
        for number, child in parts:
            give(child, share * number / whole)

    for root in children[-1]:
        if counts[root][:3].sum():
            give(root, Fraction(everyone[root]))
    rates = {}
    for index, (top, bottom) in enumerate(((1, 3), (2, 3), (1, 4), (2, 4))):
        n = {v: int(block[v][:bottom].sum()) for v in visible if block[v][:3].sum()}
        mean = sum(mass.values()) / max(sum(n.values()), 1)
        weight = {v: min(max(mass[v] / n[v], mean / 5), mean * 5) for v in n}
        for unit in visible:
            below = [v for v in n if unit in ancestry(parents, v)]
            if below:
                rates[unit, index] = sum(weight[v] * int(block[v][:top].sum()) for v in below) / sum(
                    weight[v] * n[v] for v in below
                )
    return rates


def ancestry(parents, unit):
    line = []
    while unit >= 0:
        line.append(unit)
        unit = parents[unit]
    return line


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 12), st.integers(0, 2**32))
def test_every_rate_follows_from_what_is_published(units, seed):
    random = np.random.default_rng(seed)
    parents = [-1, *(int(random.integers(-1 if seed % 5 == 0 else 0, unit)) for unit in range(1, units))]
    ballots = random.choice([0, 0, 4, 9, 20, 60, 400], size=units)
    people = random.choice([30, 500, 2000, 9999], size=units) * ((ballots > 0) | (random.random(units) < 0.7))
    own = random.multinomial(ballots, random.dirichlet([4, 3, 2, 1, 1]))
    table = table_of(own, parents, people)
    expected = reference(parents, people.tolist(), table)
    for unit in range(units):
        cell = table.cell(unit, 0)
        printed = (cell.satisfied_rate, cell.approval_rate, cell.satisfied_rate_all, cell.approval_rate_all)
        assert printed == tuple(
            percent(expected[unit, index]) if (unit, index) in expected else None for index in range(4)
        )
        assert np.isnan(table.rates.approval[unit, 0]) == (cell.approval_rate is None)
        assert (cell.range_low is None) == (cell.approval_rate is None or cell.range_note == RangeNote.FEW_PLACES)


def test_two_surveys_that_are_published_alike_are_printed_alike():
    """Of two hidden siblings with unlike people no rate and no range says which of them approves."""
    parents, people = [-1, 0, 0, 0, 0], [0, 9000, 100, 400, 500]
    one = np.array([NOBODY, [4, 0, 4, 0, 0], [0, 6, 3, 3, 3], [30, 9, 9, 9, 9], [40, 9, 9, 9, 9]])
    other = one.copy()
    other[1], other[2] = [1, 2, 5, 0, 0], [3, 4, 2, 3, 3]
    tables = [table_of(own, parents, people) for own in (one, other)]
    assert tables[0].suppressed[:, 0].tolist() == [False, True, True, False, False]
    assert tables[0].cell(0, 0) == tables[1].cell(0, 0)
    assert tables[0].weighting(0, 0) == tables[1].weighting(0, 0)
    assert tables[0].weighting(1, 0) == Weighting(None, None, None, None)
    assert tables[0].cell(1, 0).approval_rate is None
    assert np.isnan(tables[0].rates.approval[1, 0])


def test_a_random_sample_has_an_interval_until_everybody_answered():
    rows = [NOBODY, [30, 0, 10, 0, 0], [20, 0, 20, 0, 0]]
    ranges = []
    for people in ([0, 40, 40], [0, 60, 60], [0, 10**6, 10**6]):
        cell = table_of(rows, [-1, 0, 0], people, selection="random").cell(0, 0)
        assert cell.approval_rate == "62.5"
        ranges.append((cell.range_low, cell.range_high))
    assert ranges[0] == (None, None)
    assert float(ranges[2][0]) < float(ranges[1][0]) < 62.5 < float(ranges[1][1]) < float(ranges[2][1])
    # Everybody approves: Wilson on the count.
    cell = table_of([[40, 0, 0, 5, 0]], [-1], [60], selection="random").cell(0, 0)
    assert (cell.range_low, cell.range_high) == (f"{100 * wilson(40, 40)[0]:.1f}", "100.0")
    assert cell.range_note == RangeNote.WILSON
    # At other levels the sampling is the same, and where everybody answered the rate is all there is.
    drawn = table_of([*rows, [9, 0, 1, 0, 0]], [-1, 0, 0, 0], [0, 60, 40, 10], selection="random")
    low, high = drawn.ranges(0.95)
    np.testing.assert_allclose((low[:2], high[:2]), (drawn.rates.low[:2], drawn.rates.high[:2]), rtol=1e-12)
    wide = drawn.ranges(0.999)
    assert wide[0][1, 0] < low[1, 0] < 0.75 < high[1, 0] < wide[1][1, 0]
    assert (low[2, 0], high[3, 0], drawn.cell(3, 0).range_low) == (0.5, 0.9, None)


def test_where_everybody_on_a_list_answered_there_is_no_interval():
    rows = [NOBODY, [30, 0, 10, 0, 0], [20, 0, 20, 0, 0]]
    counts = np.array(rows)[None, :, None]
    table = tabulate([-1, 0, 0], ["q"], counts, selection="list", census=[False, True, False])
    plain = tabulate([-1, 0, 0], ["q"], counts)
    assert (table.cell(1, 0).range_low, table.group_cell(0, 1, 0).range_high) == (None, None)
    assert table.cell(1, 0).approval_rate == "75.0"
    assert [limit[1, 0] for limit in table.ranges(0.99)] == [0.75, 0.75]
    assert [table.cell(unit, 0) for unit in (0, 2)] == [plain.cell(unit, 0) for unit in (0, 2)]


def test_weighted_groups_have_a_design_effect_too():
    groups = np.array([[60, 0, 0, 3, 0], [10, 0, 10, 3, 0], [0, 0, 0, 0, 0]])[:, None, None]
    table = tabulate([-1], ["q"], groups, weights=[50, 30, 20])
    # 80 ballots; 0.625²/60 + 0.375²/20.
    assert table.weighting(0, 0) == Weighting("87.5", "87.5", "1.08", 74)
    assert tabulate([-1], ["q"], groups, weights=[50, 30, 20], empty_group="refuse").weighting(0, 0) == Weighting(
        "87.5", "87.5", None, None
    )
    assert tabulate([-1], ["q"], groups).weighting(0, 0) == Weighting("87.5", "87.5", "1.00", 80)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"populations": [5]}, "one whole number per unit"),
        ({"populations": [50, -1]}, "one whole number per unit"),
        ({"populations": [0.5, 9.5]}, "one whole number per unit"),
        ({"populations": [50, 0]}, r"ballots and no people: \[1\]"),
        ({"populations": [50, 5], "selection": "random"}, r"more ballots than people.*\[1\]"),
        ({"selection": "random"}, "needs the populations"),
        ({"populations": [50, 50], "weights": [1, 2]}, "not by both"),
        ({"census": [True]}, "one mark per unit"),
    ],
)
def test_populations_that_do_not_fit_are_refused(options, message):
    counts = np.array([NOBODY, [5, 5, 5, 5, 0]])[None, :, None].repeat(len(options.get("weights", [1])), axis=0)
    with pytest.raises(ValueError, match=message):
        tabulate([-1, 0], ["q"], counts, **options)


def test_pooled_groups_go_with_populations_and_a_survey_without_units_is_empty():
    counts = np.array([[NOBODY, [20, 0, 5, 0, 0], [10, 0, 15, 0, 0]]] * 2)[:, :, None]
    table = tabulate([-1, 0, 0], ["q"], counts, populations=[0, 900, 100])
    assert (table.cell(0, 0).approval_rate, table.group_cell(1, 0, 0).approval_rate) == ("76.0", "60.0")
    empty = tabulate([], ["q"], np.zeros((1, 0, 1, 5), dtype=int), populations=[])
    assert empty.rates.approval.shape == (0, 1)


def test_people_of_places_where_nobody_rated_are_told():
    rows = [NOBODY, [30, 0, 10, 0, 0], NOBODY, [4, 0, 4, 0, 0], [0, 6, 3, 3, 3], [30, 9, 9, 9, 9]]
    table = table_of(rows, [-1, 0, 0, 0, 0, 0], [0, 400, 250, 90, 80, 70])
    assert table.suppressed[:, 0].tolist() == [False, False, False, True, True, False]
    assert table.handed_on[:, 0].tolist() == [0, 0, 250, 0, 0, 0]
    assert tabulate([-1], ["q"], np.ones((1, 1, 1, 5), np.int64)).handed_on is None
