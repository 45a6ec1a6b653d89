"""The change since the last wave: what is compared, and why not."""

import json
import math
from fractions import Fraction

import pytest
from jsonschema import Draft202012Validator
from scipy.stats import t
from sqlalchemy import select

from analysis.comparisons import newcombe
from analysis.rates import round_points
from survey_app.models import ReleaseFile, ReleaseUnit, Unit
from survey_app.services.publishing import draft_release, publish
from tests.results_fixtures.cases import ANSWERS, SURVEY, TARGET_ANSWERS, TARGETS, UNITS, Case, answered, reviewed

BEFORE = ANSWERS | {"43B11": (10, 12, 23, 2), "43B13": (20, 10, 6, 1)}
LABELS = {
    "own": [
        {"code": code, "text": text, "rating": code}
        for code, text in (
            ("satisfied", "很满意"),
            ("basically_satisfied", "基本满意"),
            ("dissatisfied", "不满意"),
            ("dont_know", "不了解"),
        )
    ]
}
LAST = SURVEY | {
    "slug": "last",
    "places": {"units": [code for code, _, level, _ in UNITS if level == "village" and code != "43B12"]},
}
#: The same question to the same villages and one more; of the other question one label has changed.
NOW = SURVEY | {
    "slug": "now",
    "repeats": "last",
    "scales": LABELS,
    "questions": [SURVEY["questions"][0], SURVEY["questions"][1] | {"scale": "own"}],
}


def changes(draft):
    return {row.code: row.extras for row in draft.rows}


def drafted(database):
    with database.reading() as session:
        return draft_release(session, "now")


@pytest.fixture
def waves(database, drawn_nothing):
    """Give the closed last wave; the new one is closed too."""
    last = answered(database, {code: each for code, each in BEFORE.items() if code != "43B12"}, LAST)
    answered(database, ANSWERS, NOW)
    return last


def test_the_change_since_the_last_wave(waves):
    database = waves.database
    nothing = drafted(database)
    assert nothing.head["previous"] is None
    assert not any("change" in name for each in changes(nothing).values() for one in each.values() for name in one)

    waves.publish()
    with database.writing() as session:  # A village moves between the waves.
        units = {unit.code: unit for unit in session.scalars(select(Unit))}
        units["43A23"].parent_id = units["43A1"].id
    draft = drafted(database)
    assert {key: draft.head["previous"][key] for key in ("slug", "number")} == {"slug": "last", "number": 1}
    found = changes(draft)
    reasons = {code: each["overall"].get("change_reason") for code, each in found.items()}
    assert reasons["43A23"] == "moved"
    assert reasons["43B12"] == "new_unit"
    assert reasons["43A12"] == reasons["43A13"] == "too_few"
    assert reasons["43B13"] == "no_rate", "nobody answered there this time"
    assert {each["buses"]["change_reason"] for each in found.values()} == {"question_changed"}
    village = found["43B11"]["overall"]
    # 39 of 45 approve, 22 of 45 did.
    expected = [round_points(Fraction(float(each))) for each in newcombe(39, 45, 22, 45)]
    assert [village[key] for key in ("change", "change_low", "change_high")] == expected
    assert (village["change"], village["change_previous"], village["change_clear"]) == ("+37.8", "48.9", True)
    same = found["43A21"]["overall"]
    assert (same["change"], same["change_previous"], same["change_clear"]) == ("0.0", "92.0", False)
    for each in found.values():
        if "change" in each["overall"]:
            low, change, high = (float(each["overall"][key]) for key in ("change_low", "change", "change_high"))
            assert low <= change <= high

    publish(database, "now", "test")
    with database.reading() as session:
        content = dict(
            session.execute(select(ReleaseFile.path, ReleaseFile.content).where(ReleaseFile.release_id == 2)).all()
        )
    read = json.loads(content["table.json"])
    Draft202012Validator(json.loads(content["table.schema.json"])).validate(read)
    assert read["release"]["previous"]["slug"] == "last"

    waves.withdraw("wrong")
    assert drafted(database).head["previous"] is None


def test_drafts_and_internal_releases_of_the_last_wave_are_not_compared_with(waves):
    publish(waves.database, "last", "test", audience="internal")
    assert drafted(waves.database).head["previous"] is None


def test_rates_weighted_by_group_are_compared_while_the_weights_are_the_same(sqlite_database, drawn_nothing):
    before = {
        "users": {"D1": (10, 10, 18, 2), "D2": (25, 5, 8, 2), "D3": (3, 2, 1, 34)},
        "cadres": TARGET_ANSWERS["cadres"],
    }
    last = reviewed(sqlite_database, before, TARGETS | {"slug": "last"})
    reviewed(sqlite_database, definition=TARGETS | {"slug": "now", "repeats": "last"})
    last.publish()
    found = {row.code: row.extras["conduct"] for row in drafted(sqlite_database).rows if row.is_target}
    # 60 % × (32/38 − 20/38); the cadres answered as before.
    assert found["D1"]["change"] == "+18.9"
    assert float(found["D1"]["change_low"]) < 18.9 < float(found["D1"]["change_high"])
    assert found["D2"]["change"] == "0.0"
    assert found["D3"]["change_reason"] == "too_few"

    other = TARGETS["groups"][0] | {"weight": 50}, TARGETS["groups"][1] | {"weight": 50}
    reviewed(sqlite_database, definition=TARGETS | {"slug": "third", "repeats": "last", "groups": list(other)})
    with sqlite_database.reading() as session:
        rows = draft_release(session, "third").rows
    assert {row.extras["conduct"]["change_reason"] for row in rows if row.is_target} == {"rules_changed"}


def test_rates_weighted_by_population_are_compared_with_each_waves_people(sqlite_database, drawn_nothing):
    villages = ["43A21", "43A22"]
    answers = {"43A21": (20, 16, 4, 0), "43A22": (30, 10, 40, 0)}

    def wave(slug, people, **rest):
        sizes = {code: {"population": size} for code, size in zip(villages, people, strict=True)}
        rules = {"slug": slug, "roll_up": "population", "places": {"units": villages, "sizes": sizes}}
        return answered(sqlite_database, answers, SURVEY | rules | rest)

    wave("last", (400, 600)).publish()
    wave("now", (600, 400), repeats="last")
    found = changes(drafted(sqlite_database))
    # 66 % then, 74 % now, though nobody answered otherwise: the people moved.
    assert (found["43"]["overall"]["change_previous"], found["43"]["overall"]["change"]) == ("66.0", "+8.0")
    assert found["43A21"]["overall"]["change"] == "0.0"
    assert drafted(sqlite_database).head["handed_on"] == {"places": 0, "people": 0, "units": []}
    villages.append("43A23")
    wave("silent", (600, 400, 250))
    with sqlite_database.reading() as session:
        told = draft_release(session, "silent").head["handed_on"]
    assert (told["places"], told["people"]) == (1, 250)
    assert [(each["code"], each["people"]) for each in told["units"]] == [("43A23", 250)]


@pytest.mark.parametrize("roll_up", ["counts", "population"])
def test_a_change_of_a_target_has_its_places_as_clusters_as_its_range_has(sqlite_database, drawn_nothing, roll_up):
    villages = ["43A21", "43A22", "43A23", "43B11", "43B12"]
    people = {code: {"population": 100 * number} for number, code in enumerate(villages, 1)}  # They weigh no target.
    rules = TARGETS | {"places": {"units": villages, "sizes": people}, "targets": TARGETS["targets"][:1]}
    rules["roll_up"] = roll_up
    rules = {key: value for key, value in rules.items() if key != "groups"}

    def wave(slug, approving, **rest):
        case = Case(sqlite_database, rules | {"slug": slug} | rest)
        for place, good in zip(villages, approving, strict=False):
            case.answer(place, [bytes([1])] * good + [bytes([3])] * (40 - good))
        return case.close()

    wave("last", (36, 30, 20, 10)).publish()
    wave("now", (38, 32, 22, 12, 20), repeats="last")
    (row,) = [row for row in drafted(sqlite_database).rows if row.is_target]
    # Range: five places of 40, p = 124/200; the linearised variance is 5/4 of the sum of ((s - 40p)/200)^2.
    p = 124 / 200
    z = [(good - 40 * p) / 200 for good in (38, 32, 22, 12, 20)]
    half = t.ppf(0.975, 4) * math.sqrt(5 / 4 * sum(each**2 for each in z)) / (p * (1 - p))
    low, high = (100 / (1 + math.exp(-math.log(p / (1 - p)) + sign * half)) for sign in (1, -1))
    cell = row.cells["conduct"]
    assert (cell["range_low"], cell["range_high"]) == (f"{low:.1f}", f"{high:.1f}")
    # Change: the four places of both waves keep their covariance, the fifth is in one of them alone.
    q = 96 / 160
    before = [(good - 40 * q) / 160 for good in (36, 30, 20, 10)] + [0]
    error = math.sqrt(5 / 4 * sum((one - other) ** 2 for one, other in zip(z, before, strict=True)))
    low, high = ((p - q + sign * t.ppf(0.975, 4) * error) * 100 for sign in (-1, 1))
    extra = row.extras["conduct"]
    assert (extra["change"], extra["change_low"], extra["change_high"]) == ("+2.0", f"{low:+.1f}", f"{high:+.1f}")
    with sqlite_database.writing() as session:  # A tally that no longer says what was printed says nothing of places.
        release = session.scalars(select(ReleaseUnit).where(ReleaseUnit.is_target)).one()
        release.cells = {"conduct": release.cells["conduct"] | {"satisfied": 90, "dissatisfied": 70}}
    (row,) = [row for row in drafted(sqlite_database).rows if row.is_target]
    # The old places are one, and so are these four beside the fifth: 104 of 160 and 20 of 40, off by 4.8 of 200 each.
    half = t.ppf(0.975, 1) * math.sqrt(2 * 2 * (4.8 / 200) ** 2)
    extra = row.extras["conduct"]
    # 5.75 points exactly, a little less in binary fractions.
    assert (extra["change"], extra["change_low"]) == ("+5.8", f"{100 * (p - 90 / 160 - half):+.1f}")
