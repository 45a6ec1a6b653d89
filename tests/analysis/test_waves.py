import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from analysis.asked_questions import AskedOption, AskedQuestion, question_changes
from analysis.comparisons import newcombe
from analysis.population import PopulationRates
from analysis.ratings import Rating
from analysis.rollup import Tree
from analysis.tables import tabulate
from analysis.waves import Wave, changes

NOBODY = [0] * 5


def wave_of(parents, rows, hidden=(), populations=None):
    """One question; hidden rows hold -1, as a table has them."""
    tree = Tree.of(parents)
    counts = tree.roll_up(np.array(rows, dtype=np.int64)[:, None])
    dark = np.zeros((len(rows), 1), dtype=bool)
    dark[list(hidden)] = True
    people = None if populations is None else np.array(populations)
    return Wave(tree, np.where(dark[..., None], -1, counts), dark, people)


def column(change):
    return [array[:, 0] for array in (change.difference, change.low, change.high, change.p_value)]


def test_a_place_against_itself_is_newcombes():
    difference, low, high, p = column(
        changes(wave_of([-1], [[40, 16, 14, 3, 1]]), wave_of([-1], [[30, 18, 32, 9, 9]]), [0])
    )
    assert (difference[0], low[0], high[0]) == pytest.approx(newcombe(56, 70, 48, 80), abs=1e-12)
    assert p[0] == pytest.approx(0.00804508136819656, rel=1e-10)  # prop.test(c(56, 48), c(70, 80), correct = FALSE)


def test_places_that_move_together_leave_little_doubt_and_places_apart_much():
    parents = [-1, 0, 0, 0, 0]
    before = [NOBODY, [10, 0, 30, 0, 0], [20, 0, 20, 0, 0], [30, 0, 10, 0, 0], [36, 0, 4, 0, 0]]
    after = [NOBODY, *([row[0] + 2 + (row[0] == 20), 0, row[2] - 2 - (row[0] == 20), 0, 0] for row in before[1:])]
    waves = wave_of(parents, after), wave_of(parents, before)
    together = column(changes(*waves, [0, 1, 2, 3, 4]))
    apart = column(changes(*waves, [0, -1, -1, -1, -1]))
    assert together[0][0] == apart[0][0] == pytest.approx(9 / 160)
    assert together[1][0] > 0.03
    assert together[3][0] < 0.01
    assert apart[1][0] < -0.1
    assert apart[3][0] > 0.5
    # A new or moved unit has no change of its own.
    assert np.isnan([array[1:] for array in apart]).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 6), st.integers(0, 2**32), st.booleans())
def test_the_interval_is_that_of_places_taken_one_by_one(places, seed, weighted):
    random = np.random.default_rng(seed)
    rows = [
        np.vstack([[NOBODY], np.array([1, 0, 1, 0, 0]) + random.integers(0, 9, size=(places, 5))]) for _ in range(2)
    ]
    people = [0, *random.integers(300, 600, size=places)] if weighted else None
    parents = [-1] + [0] * places
    order = np.array([0, *(1 + random.permutation(places))])  # The register of the wave before was sorted otherwise.
    after = wave_of(parents, rows[0], populations=people)
    before = wave_of(parents, rows[1][order], populations=None if people is None else np.array(people)[order])
    got = column(changes(after, before, np.argsort(order)))
    z, rates = np.zeros(places), []
    for sign, own in ((1, rows[0]), (-1, rows[1])):
        s, n = own[1:, :2].sum(axis=1) * 1.0, own[1:, :3].sum(axis=1) * 1.0
        if weighted:
            mean = sum(people) / n.sum()
            w = np.clip(np.array(people[1:]) / n, mean / 5, mean * 5)
            s, n = s * w, n * w
        rates.append(s.sum() / n.sum())
        z += sign * (s - rates[-1] * n) / n.sum()
    error = np.sqrt(places / (places - 1) * (z**2).sum())
    difference, half = rates[0] - rates[1], t.ppf(0.975, places - 1) * error
    assert got[0][0] == pytest.approx(difference, abs=1e-12)
    if error < 1e-9:  # Places that changed alike have a test of their own.
        return
    assert (got[1][0], got[2][0]) == pytest.approx((max(difference - half, -1), min(difference + half, 1)), abs=1e-10)
    assert got[3][0] == pytest.approx(2 * t.sf(abs(difference) / error, places - 1), abs=1e-10)


def test_a_unit_that_moved_is_counted_where_it_stands_and_compared_nowhere():
    #                city  A  B  A1 A2 B1 B2
    before = wave_of([-1, 0, 0, 1, 1, 2, 2], [NOBODY] * 3 + [[30, 0, 10, 0, 0]] * 3 + [[20, 0, 20, 0, 0]])
    after = wave_of([-1, 0, 0, 1, 2, 2, 2], [NOBODY] * 3 + [[32, 0, 8, 0, 0]] * 3 + [[24, 0, 16, 0, 0]])
    difference, low, high, _ = column(changes(after, before, [0, 1, 2, 3, -1, 5, 6]))
    assert difference[[0, 1, 2]] == pytest.approx([5 / 80, 0.05, 88 / 120 - 50 / 80])
    assert np.isnan(difference[4])
    # A then had two places, now one: over the union of places nothing is paired away.
    assert (low[:3] < difference[:3]).all()
    assert (difference[:3] < high[:3]).all()


def test_places_that_say_nothing_about_their_spread_are_compared_by_counts():
    parents = [-1, 0, 0]
    alike = [NOBODY, [30, 0, 10, 0, 0], [60, 0, 20, 0, 0]]
    better = [NOBODY, [32, 0, 8, 0, 0], [64, 0, 16, 0, 0]]
    got = column(changes(wave_of(parents, better), wave_of(parents, alike), [0, 1, 2]))
    assert [array[0] for array in got[:3]] == pytest.approx(newcombe(96, 120, 90, 120), abs=1e-12)
    everybody = [NOBODY, [30, 0, 0, 0, 0], [60, 0, 0, 0, 0]]
    got = column(changes(wave_of(parents, everybody), wave_of(parents, everybody), [0, 1, 2]))
    assert (got[0][0], got[3][0]) == (0, 1)
    assert (got[1][0], got[2][0]) == pytest.approx(newcombe(90, 90, 90, 90)[1:], abs=1e-12)


def test_only_what_is_published_in_both_waves_enters():
    parents = [-1, 0, 0, 0, 0]
    one = [NOBODY, [4, 0, 4, 0, 0], [0, 6, 3, 3, 3], [30, 9, 9, 9, 9], [40, 9, 9, 9, 9]]
    other = [NOBODY, [1, 2, 5, 0, 0], [3, 4, 2, 3, 3], *one[3:]]
    before = wave_of(parents, [NOBODY, *[[25, 9, 9, 2, 2]] * 3, [25, 9, 19, 2, 2]])
    tables = [tabulate(parents, ["q"], np.array(rows)[None, :, None]) for rows in (one, other)]
    waves = [Wave(table.tree, table.counts, table.suppressed) for table in tables]
    got = [column(changes(wave, before, np.arange(5))) for wave in waves]
    assert np.array_equal(got[0], got[1], equal_nan=True)
    assert np.isnan(got[0][0][[1, 2]]).all()
    assert not np.isnan(got[0][0][[0, 3, 4]]).any()
    # The hidden places are one block in both waves: what they are of each other before does not matter.
    shifted = wave_of(parents, [NOBODY, [30, 9, 4, 2, 2], [20, 9, 14, 2, 2], [25, 9, 9, 2, 2], [25, 9, 19, 2, 2]])
    again = column(changes(waves[0], shifted, np.arange(5)))
    assert [array[0] for array in again] == pytest.approx([array[0] for array in got[0]], abs=1e-12)
    # And the other way round: places that are hidden before and not now.
    turned = column(changes(before, waves[0], np.arange(5)))
    assert (-turned[0][0], -turned[2][0], -turned[1][0], turned[3][0]) == pytest.approx(
        [array[0] for array in got[0]], abs=1e-12
    )


def test_a_unit_without_rate_in_one_wave_has_no_change():
    rated, silent = [[30, 0, 10, 0, 0]], [[0, 0, 0, 30, 2]]
    for pair in ((rated, silent), (silent, rated), (silent, silent)):
        assert np.isnan(column(changes(*(wave_of([-1], rows) for rows in pair), [0]))).all()
    assert np.isnan(column(changes(wave_of([-1], rated), wave_of([], np.zeros((0, 5))), [-1]))).all()
    assert wave_of([-1], silent).exact_rate(0, 0) is wave_of([-1], silent, populations=[90]).exact_rate(0, 0) is None


def test_a_change_of_weighted_rates_is_that_of_what_is_printed():
    rows = [NOBODY, [30, 0, 10, 0, 0], [10, 0, 30, 0, 0]]
    after, before = (wave_of([-1, 0, 0], rows, populations=people) for people in ([0, 3000, 1000], [0, 1000, 1000]))
    assert column(changes(after, before, [0, 1, 2]))[0] == pytest.approx([0.125, 0, 0], abs=1e-12)
    assert PopulationRates.of(after.tree, after.hidden, after.populations, after.counts).rates[1][0, 0] == 0.625


def test_weighted_groups_are_compared_by_their_scores():
    before = np.array([[NOBODY, [30, 0, 10, 0, 0], [20, 0, 20, 0, 0]], [NOBODY, [9, 0, 1, 0, 0], [8, 0, 12, 0, 0]]])[
        :, :, None
    ]
    after = before + np.array([2, 0, -2, 0, 0]) * (before.sum(axis=-1, keepdims=True) == 40)
    tree, hidden = Tree.of([-1, 0, 0]), np.zeros((3, 1), dtype=bool)
    waves = []
    for own in (after, before):
        groups = np.stack([tree.roll_up(group) for group in own])
        waves.append(Wave(tree, groups.sum(axis=0), hidden, group_counts=groups, weights=(60, 40)))
    difference, low, high, _ = column(changes(*waves, np.arange(3)))
    # The first group's rate rose by 4/80 everywhere, the other's did not: all places changed alike.
    assert difference == pytest.approx([0.6 * 0.05] * 3, abs=1e-12)
    size = 1 / (0.6**2 / 40 + 0.4**2 / 10)
    score = 0.6 * 0.75 + 0.4 * 0.9
    assert (low[1], high[1]) == pytest.approx(newcombe((score + 0.03) * size, size, score * size, size)[1:], abs=1e-12)
    apart = column(changes(waves[0], waves[1], [0, -1, -1]))
    p = [50 / 80, 17 / 30]
    n = [80, 30]
    z = [
        sum(w / n[g] * (before[g, place, 0, 0] - p[g] * before[g, place, 0, :3].sum()) for g, w in ((0, 0.6), (1, 0.4)))
        for place in (1, 2)
    ]
    error = np.sqrt(4 / 3 * 2 * (np.array(z) ** 2).sum())
    assert apart[2][0] - apart[0][0] == pytest.approx(min(t.ppf(0.975, 3) * error, 1 - apart[0][0]), abs=1e-12)


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(("ballots", "more", "tenths"), [(2000, 1, 1), (16, 1, 63), (80, 23, 288), (2000, 115, 58)])
def test_a_change_of_exactly_half_a_tenth_is_rounded_away_from_zero(ballots, more, tenths, sign):
    for few in range(0, ballots - more, max(1, ballots // 40)):  # Binary fractions err now this way, now that.
        after, before = ([[good, 0, ballots - good, 0, 0]] for good in (few + more, few)[::sign])
        assert changes(wave_of([-1], after), wave_of([-1], before), [0]).tenths == sign * tenths


@pytest.mark.parametrize("sign", [1, -1])
def test_half_a_tenth_of_weighted_rates_is_rounded_away_from_zero_too(sign):
    """The rates of one of two places, or groups, that weigh 575 and 425 change by 10 points: 5.75 points in all."""
    for few in range(36):
        pair = [
            np.array([NOBODY, [good, 0, 40 - good, 0, 0], [few, 0, 40 - few, 0, 0]]) for good in (few + 4, few)[::sign]
        ]
        by_people = changes(*(wave_of([-1, 0, 0], rows, populations=[0, 575, 425]) for rows in pair), [0, 1, 2])
        assert by_people.tenths[:, 0].tolist() == [sign * 58, sign * 100, 0]
        groups = [rows[1:, None, None] for rows in pair]
        one_place = (
            Wave(Tree.of([-1]), rows.sum(axis=0), np.zeros((1, 1), bool), None, rows, (0.575, 0.425)) for rows in groups
        )
        assert changes(*one_place, [0]).tenths == sign * 58


@pytest.mark.parametrize(
    ("match", "message"), [([0, 0], "same unit"), ([0], "index"), ([0, 2], "index"), ([-2, 0], "index")]
)
def test_a_match_that_does_not_fit_is_refused(match, message):
    wave = wave_of([-1, 0], [NOBODY, [9, 9, 9, 9, 9]])
    with pytest.raises(ValueError, match=message):
        changes(wave, wave, match)
    other = Wave(wave.tree, wave.counts.repeat(2, axis=1), wave.hidden.repeat(2, axis=1))
    with pytest.raises(ValueError, match="same questions"):
        changes(wave, other, [0, 1])


OPTIONS = [
    AskedOption("1", Rating.SATISFIED, "满意"),
    AskedOption("2", Rating.BASICALLY_SATISFIED, "基本满意"),
    AskedOption("3", Rating.DISSATISFIED, "不满意"),
]
ASKED = AskedQuestion("overall", "总的来说，您满意吗？", OPTIONS)


@pytest.mark.parametrize(
    ("other", "changed"),
    [
        (AskedQuestion("overall", "总的来说，您满意吗？", OPTIONS[::-1]), ()),
        (AskedQuestion("q1", "总的来说，您满意吗？", OPTIONS), ("code",)),
        (AskedQuestion("overall", "您满意吗？", OPTIONS), ("wording",)),
        (AskedQuestion("overall", ASKED.wording, OPTIONS[:2]), ("options",)),
        (AskedQuestion("overall", ASKED.wording, [*OPTIONS, OPTIONS[0]]), ("options",)),
        # The label changed: matched by label "满意" would be one and the same.
        (
            AskedQuestion("overall", ASKED.wording, [AskedOption("1", Rating.SATISFIED, "非常满意"), *OPTIONS[1:]]),
            ("label",),
        ),
        (
            AskedQuestion(
                "overall",
                ASKED.wording,
                [
                    AskedOption("1", Rating.BASICALLY_SATISFIED, "基本满意"),
                    AskedOption("2", Rating.SATISFIED, "满意"),
                    OPTIONS[2],
                ],
            ),
            ("rating", "label"),
        ),
    ],
)
def test_a_question_is_comparable_only_where_nothing_about_it_changed(other, changed):
    assert question_changes(ASKED, other) == question_changes(other, ASKED) == changed
