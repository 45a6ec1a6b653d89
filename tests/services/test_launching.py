import hashlib
import json
import random
import threading
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from survey_app.domain.messages import Refused
from survey_app.models import (
    BallotSlot,
    Base,
    EntryCode,
    GroupTarget,
    Place,
    RespondentGroup,
    StoredQuestionnaire,
    Survey,
    SurveyAct,
    SurveyTarget,
    Unit,
)
from survey_app.services import launching
from survey_app.services.launching import canonical, change_definition, launch
from survey_app.services.lifecycle import open_survey
from survey_app.services.surveys import load_frame
from survey_app.services.units.importing import import_units
from tests import cast

EXAMPLES = Path(__file__).parents[2] / "docs/examples"


@pytest.fixture
def stage(database):
    """Give a database with the small tree of units."""
    with database.writing() as session:
        cast.add_units(session)
    return database


def sizes_of_tables(database):
    with database.reading() as session:
        return {
            table.name: session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
        }


def launch_refused(database, given):
    """Launch what must be refused, and see that nothing at all was written; return what was said."""
    before = sizes_of_tables(database)
    with pytest.raises(Refused) as refused, database.writing() as session:
        launch(session, given if isinstance(given, bytes) else cast.as_bytes(given), "tests")
    assert sizes_of_tables(database) == before
    return str(refused.value)


def places_of(session, survey):
    rows = session.execute(
        select(Unit.code, Place).join(Place, Place.unit_id == Unit.id).where(Place.survey_id == survey.id)
    )
    return {row[0]: row[1] for row in rows}


def slots_of(session, survey):
    rows = session.execute(
        select(BallotSlot.position, BallotSlot.question, SurveyTarget.code)
        .outerjoin(SurveyTarget, SurveyTarget.id == BallotSlot.target_id)
        .where(BallotSlot.survey_id == survey.id)
        .order_by(BallotSlot.position)
    )
    return [tuple(row) for row in rows]


def test_a_launched_survey_is_a_draft_with_all_its_settings(stage):
    given = cast.definition(
        opens="2026-05-01", closes="2026-05-31", results_on="2026-06-15", threshold=20, headline={"base": "all"}
    )
    with stage.writing() as session:
        cast.launched(session, given)
    with stage.reading() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.slug, survey.state, survey.time_zone) == ("small", "draft", "Asia/Shanghai")
        assert survey.title == given["title"]
        assert survey.organiser == {"zh_Hans": "常德市测评办公室"}
        assert survey.contact == "0736-0000000"
        assert survey.opens_at == datetime(2026, 4, 30, 16, tzinfo=UTC)
        assert survey.closes_at == datetime(2026, 5, 31, 16, tzinfo=UTC)
        assert survey.results_on == date(2026, 6, 15)
        assert (survey.closed_at, survey.figures_seen_at) == (None, None)
        assert (survey.headline_question, survey.headline_base) == ("overall", "all")
        assert (survey.threshold, survey.empty_group) == (20, "renormalise")


def test_the_launch_is_written_down_with_who_did_it(stage):
    with stage.writing() as session:
        cast.launched(session)
    with stage.reading() as session:
        act = session.scalars(select(SurveyAct)).one()
        assert (act.act, act.by, act.reason) == ("launch", "tests", "")
        assert abs((datetime.now(UTC) - act.at).total_seconds()) < 60


def test_the_definition_is_stored_with_the_hash_of_its_one_spelling(stage):
    given = cast.definition()
    with stage.writing() as session:
        cast.launched(session)
    with stage.reading() as session:
        stored = session.scalars(select(StoredQuestionnaire)).one()
        assert stored.definition == given
        assert stored.frozen_at is None
        assert stored.sha256 == hashlib.sha256(canonical(given)).hexdigest()


def test_the_hash_does_not_hang_on_spaces_or_the_order_of_keys():
    given = cast.definition()
    turned = json.loads(json.dumps(dict(reversed(given.items())), indent=3))
    assert canonical(turned) == canonical(given)
    assert canonical({"b": "村", "a": 1}) == '{"a":1,"b":"村"}'.encode()


def test_every_unit_of_the_level_is_a_place_in_its_scope(stage):
    with stage.writing() as session:
        survey = cast.launched(session)
        places = places_of(session, survey)
        assert set(places) == set(cast.VILLAGES)
        assert {code for code, place in places.items() if place.scopes == ["town"]} == set(cast.TOWN)
        assert {code for code, place in places.items() if place.scopes == ["rural"]} == set(cast.RURAL)
        assert {(place.quota, place.population, place.paused) for place in places.values()} == {(35, None, False)}


@pytest.mark.parametrize(
    ("rule", "codes"),
    [
        ({"under": cast.DINGCHENG, "level": "village"}, set(list(cast.VILLAGES)[2:])),
        ({"under": cast.QIMING}, {cast.QIMING, *list(cast.VILLAGES)[:2]}),
        ({"under": cast.CITY, "level": "township"}, set(cast.TOWNSHIPS)),
        ({"under": cast.CITY, "level": "city"}, {cast.CITY}),
        ({"units": [cast.CITY, cast.RURAL[0]]}, {cast.CITY, cast.RURAL[0]}),
    ],
)
def test_places_are_a_subtree_a_level_or_a_list(stage, rule, codes):
    with stage.writing() as session:
        assert set(places_of(session, cast.launched(session, cast.definition(places=rule)))) == codes


def test_places_may_be_those_of_a_class(stage):
    with stage.writing() as session:
        row = (cast.RURAL[0], "新建村", "village", cast.RURAL[0][:9], "试点")
        import_units(session, cast.units_csv((row,), "code name level parent_code class"), "u.csv")
        survey = cast.launched(session, cast.definition(places={"under": cast.CITY, "class": "试点"}))
        assert set(places_of(session, survey)) == {cast.RURAL[0]}


def test_scopes_by_class_and_by_a_unit_above(stage):
    scopes = {"near": {"under": [cast.WULING, cast.HAOZIGANG]}, "far": {"except": "near"}, "none": {"classes": ["x"]}}
    questions = cast.definition()["questions"][:1]
    with stage.writing() as session:
        survey = cast.launched(session, cast.definition(scopes=scopes, questions=questions))
        found = {code: place.scopes for code, place in places_of(session, survey).items()}
    assert found == {
        code: ["near"] if code.startswith(("430702", cast.HAOZIGANG)) else ["far"] for code in cast.VILLAGES
    }


def test_single_places_have_sizes_of_their_own(stage):
    first, second, *_ = cast.VILLAGES
    sizes = {first: {"population": 3100, "quota": 60}, second: {"population": 900}}
    with stage.writing() as session:
        rule = {"under": cast.CITY, "level": "village", "quota": 35, "sizes": sizes}
        places = places_of(session, cast.launched(session, cast.definition(places=rule)))
        assert [(places[code].population, places[code].quota) for code in (first, second)] == [(3100, 60), (900, 35)]
        assert places[cast.RURAL[0]].population is None


def test_without_a_quota_a_place_has_none(stage):
    with stage.writing() as session:
        places = places_of(session, cast.launched(session, cast.definition(places={"units": [cast.CITY]})))
        assert places[cast.CITY].quota is None


def test_whole_numbers_may_be_written_with_a_point(stage):
    content = (
        cast.as_bytes(cast.definition(threshold=20, open_days=3)).replace(b"35", b"35.0").replace(b"20,", b"20.0,")
    )
    with stage.writing() as session:
        survey = launch(session, content.replace(b'"open_days": 3', b'"open_days": 3.0'), "tests")
        assert {place.quota for place in places_of(session, survey).values()} == {35}
    with stage.writing() as session:
        assert open_survey(session, "small", "tests").closes_at is not None


def test_slots_are_the_questions_that_fill_a_byte(stage):
    with stage.writing() as session:
        survey = cast.launched(session)
        assert slots_of(session, survey) == [(0, "overall", None), (1, "buses", None), (2, "visits", None)]


def test_one_group_where_none_is_declared(stage):
    with stage.writing() as session:
        cast.launched(session)
        group = session.scalars(select(RespondentGroup)).one()
        assert (group.code, group.name["zh_Hans"], group.weight, group.position) == ("residents", "群众", 100, 0)
        assert group.ballot_mode == "poster"


def test_groups_and_targets(stage):
    with stage.writing() as session:
        survey = cast.launched(session, cast.with_groups())
        groups = session.scalars(select(RespondentGroup).order_by(RespondentGroup.position)).all()
        assert [(each.code, each.weight) for each in groups] == [("users", 40), ("delegates", 30), ("cadres", 30)]
        targets = session.scalars(select(SurveyTarget).order_by(SurveyTarget.position)).all()
        wuling = session.scalars(select(Unit).where(Unit.code == cast.WULING)).one()
        assert [(each.code, each.name["zh_Hans"], each.unit_class, each.unit_id) for each in targets] == [
            ("D001", "市委办公室", "党群部门", None),
            (cast.WULING, "武陵区", "", wuling.id),
            ("D003", "市民政局", "", None),
        ]
        links = session.scalars(select(GroupTarget)).all()
        assert {(each.group_id, each.target_id) for each in links} == {
            (groups[2].id, targets[0].id),
            (groups[2].id, targets[1].id),
        }
        assert slots_of(session, survey) == [(0, "work", "D001"), (1, "work", cast.WULING), (2, "work", "D003")]


def test_a_target_takes_the_class_of_its_unit_unless_it_says_another(stage):
    with stage.writing() as session:
        rows = (
            (cast.WULING, "武陵区", "county", cast.CITY, "区县"),
            (cast.DINGCHENG, "鼎城区", "county", cast.CITY, "区县"),
        )
        import_units(session, cast.units_csv(rows, "code name level parent_code class"), "u.csv")
        listed = [{"code": cast.WULING}, {"code": cast.DINGCHENG, "class": "郊区", "name": "鼎城"}]
        groups = [{"code": "g", "name": "g", "weight": 1}]
        cast.launched(session, cast.with_groups(targets=listed, groups=groups))
        targets = session.scalars(select(SurveyTarget).order_by(SurveyTarget.position)).all()
        assert [(each.unit_class, each.name["zh_Hans"]) for each in targets] == [("区县", "武陵区"), ("郊区", "鼎城")]


def test_every_place_and_group_has_a_poster_code(stage):
    with stage.writing() as session:
        survey = cast.launched(session, cast.with_groups(places={"under": cast.CITY, "level": "village"}))
        codes = session.scalars(select(EntryCode)).all()
        assert len({each.code for each in codes}) == len(codes) == len(cast.VILLAGES) * 3
        assert len({(each.place_id, each.group_id) for each in codes}) == len(codes)
        assert {(each.survey_id, each.state) for each in codes} == {(survey.id, "active")}


def test_a_code_is_never_given_twice_not_even_after_it_was_voided(stage, monkeypatch):
    def from_the_start():
        monkeypatch.setattr(launching.secrets, "randbelow", random.Random(7).randrange)

    from_the_start()
    with stage.writing() as session:
        cast.launched(session)
        for each in session.scalars(select(EntryCode)):
            each.state = "voided"
    from_the_start()  # The same random numbers come again.
    with stage.writing() as session:
        cast.launched(session, cast.definition(slug="again"))
    with stage.reading() as session:
        codes = session.scalars(select(EntryCode.code)).all()
        assert len(set(codes)) == len(codes) == 2 * len(cast.VILLAGES)


def test_a_code_that_comes_twice_in_one_launch_is_drawn_again(stage, monkeypatch):
    drawn = iter([5, 5, 5, 6, 7, 8, 9, 10])
    monkeypatch.setattr(launching.secrets, "randbelow", lambda below: next(drawn))
    with stage.writing() as session:
        cast.launched(session)
        assert sorted(session.scalars(select(EntryCode.code)))[0][:-1] == "1000005"


def test_a_slug_is_made_of_the_year_where_none_is_given(stage):
    year = datetime.now(UTC).year
    slugs = []
    for opens in ("2031-05-01", "2031-05-02", None):
        with stage.writing() as session:
            slugs.append(cast.launched(session, cast.definition(slug=None, opens=opens)).slug)
    assert slugs == ["2031-1", "2031-2", f"{year}-1"]


def test_a_made_slug_steps_over_one_that_was_given(stage):
    for slug, wanted in (("2031-1", "2031-1"), ("2031-3", "2031-3"), (None, "2031-2"), (None, "2031-4")):
        with stage.writing() as session:
            assert cast.launched(session, cast.definition(slug=slug, opens="2031-05-01")).slug == wanted


def test_a_slug_that_is_taken_is_refused(stage):
    with stage.writing() as session:
        cast.launched(session)
    assert launch_refused(stage, cast.definition()) == "slug: there is a survey small already; choose another slug."


REFUSED = {
    "no unit above": (
        cast.definition(places={"under": "999"}),
        "places: there is no unit 999; import the list of units first.",
    ),
    "no such place": (
        cast.definition(places={"units": [cast.CITY, "999"]}),
        "places: there is no unit 999; import the list of units first.",
    ),
    "no unit above a scope": (
        cast.definition(scopes={"town": {"under": ["998"]}}),
        "scopes: there is no unit 998; import the list of units first.",
    ),
    "no place at all": (
        cast.definition(places={"under": cast.CITY, "level": "project"}),
        f"places: no unit under {cast.CITY} is of this level and class.",
    ),
    "no place of the class": (
        cast.definition(places={"under": cast.CITY, "class": "x"}),
        f"places: no unit under {cast.CITY} is of this level and class.",
    ),
    "a size of no place": (
        cast.definition(places={"under": cast.WULING, "sizes": {cast.RURAL[0]: {"quota": 3}}}),
        f"places.sizes: {cast.RURAL[0]} is not one of the places.",
    ),
    "a target without a name": (
        cast.with_groups(targets=[{"code": "D001", "name": "a"}, {"code": cast.WULING}, {"code": "D003"}]),
        "targets[2]: there is no unit D003; import it, or give the target a name.",
    ),
    "no people for a roll-up by population": (
        cast.definition(
            roll_up="population", places={"units": list(cast.TOWN[:2]), "sizes": {cast.TOWN[0]: {"population": 9}}}
        ),
        "roll_up: this needs the eligible population of every place; 1 have none, for example "
        f"{cast.TOWN[1]}. Give it in places.sizes.",
    ),
    "no people for a random sample": (
        cast.definition(selection="random", ballot_mode="slip", places={"units": list(cast.TOWN[:2])}),
        "selection: this needs the eligible population of every place; 2 have none, for example "
        f"{cast.TOWN[0]}, {cast.TOWN[1]}. Give it in places.sizes.",
    ),
    "no people for a verdict": (
        cast.definition(verdict=True, places={"units": [cast.CITY]}),
        f"verdict: this needs the eligible population of every place; 1 have none, for example {cast.CITY}. "
        "Give it in places.sizes.",
    ),
    "a repetition of nothing": (
        cast.definition(repeats="last-year"),
        "repeats: there is no survey last-year. `list` shows the surveys there are.",
    ),
    "a fault of meaning": (cast.definition(time_zone="Mars"), "time_zone: there is no time zone Mars."),
    "a fault of shape": (cast.definition(threshold=1), "threshold: 1 is less than the minimum of 5"),
    "no json": (b"{", "Line 1, column 2: this is not JSON (Expecting property name enclosed in double quotes)."),
}


@pytest.mark.parametrize(("given", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_fit_is_refused_and_nothing_is_half_written(stage, given, sentence):
    assert launch_refused(stage, given) == sentence


def test_rules_of_counting_are_launched_with_what_they_need_and_a_change_is_checked_again(stage):
    people = {code: {"population": 40} for code in cast.TOWN[:2]}
    groups = [{"code": code, "name": code, "weight": 1, "eligible": 9} for code in ("users", "cadres")]
    with stage.writing() as session:
        launch(session, cast.as_bytes(cast.definition(slug="last-year")), "tests")
        # Of several groups the verdict needs no people of places: the groups say how many they are.
        launch(session, cast.as_bytes(cast.with_groups(slug="groups", groups=groups, verdict=True)), "tests")
    places = {"units": list(cast.TOWN[:2]), "sizes": people}
    given = cast.definition(repeats="last-year", roll_up="population", verdict=True, places=places)
    with stage.writing() as session:
        survey = launch(session, cast.as_bytes(given), "tests")
        rules = load_frame(session, survey.id).definition
        assert (rules.repeats, str(rules.roll_up), rules.verdict) == ("last-year", "population", True)
    with stage.writing() as session, pytest.raises(Refused, match="repeats: there is no survey moon"):
        change_definition(session, "small", cast.as_bytes(given | {"repeats": "moon"}), "tests")
    with stage.writing() as session, pytest.raises(Refused, match="verdict: this needs the eligible population"):
        change_definition(session, "last-year", cast.as_bytes(cast.definition(slug="last-year", verdict=True)), "tests")


@pytest.mark.parametrize(
    ("example", "places", "groups", "targets", "slots", "quota"),
    [
        ("four-level", 2273, 1, 0, 11, 35),
        ("five-level", 178, 1, 0, 5, 50),
        ("groups", 1, 3, 39, 39, None),
    ],
)
def test_the_examples_at_their_real_size(database, example, places, groups, targets, slots, quota):
    with database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units-changde.csv")
    with database.writing() as session:
        survey = launch(session, (EXAMPLES / f"{example}.json").read_bytes(), "tests")
        assert len(session.scalars(select(Place)).all()) == places
        assert len(session.scalars(select(RespondentGroup)).all()) == groups
        assert len(session.scalars(select(SurveyTarget)).all()) == targets
        assert len(slots_of(session, survey)) == slots
        assert len(set(session.scalars(select(EntryCode.code)))) == places * groups
        assert set(session.scalars(select(Place.quota))) == {quota}


def test_the_field_case_asks_of_buses_in_towns_only(sqlite_database):
    with sqlite_database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units-changde.csv")
        survey = launch(session, (EXAMPLES / "four-level.json").read_bytes(), "tests")
        frame = load_frame(session, survey.id)
        rows = session.execute(select(Unit.name, Place.scopes).join(Unit, Unit.id == Place.unit_id)).all()
    towns = [name for name, scopes in rows if scopes == ["town"]]
    assert len(rows) == 2273
    assert 400 < len(towns) < 1200
    assert all(scopes == ["rural"] for name, scopes in rows if name.endswith(("村", "村委会")))
    asked = {scope: {item.name for item in frame.questionnaire.sheet([scope]).items} for scope in ("town", "rural")}
    assert "town_buses" in asked["town"] - asked["rural"]
    assert "overall" in asked["town"] & asked["rural"]


def test_a_draft_takes_another_definition_and_keeps_its_codes(stage):
    changed = cast.definition(
        title="改过的标题",
        contact="12345",
        threshold=30,
        closes="2031-01-01",
        questions=[*cast.definition()["questions"][2:], *cast.definition()["questions"][:1]],
    )
    with stage.writing() as session:
        cast.launched(session)
    with stage.reading() as session:
        codes = set(session.scalars(select(EntryCode.code)))
    with stage.writing() as session:
        survey = change_definition(session, "small", cast.as_bytes(changed), "tests")
    with stage.reading() as session:
        survey = session.get_one(Survey, survey.id)
        assert (survey.title, survey.contact, survey.threshold) == ({"zh_Hans": "改过的标题"}, "12345", 30)
        assert survey.closes_at == datetime(2031, 1, 1, 16, tzinfo=UTC)
        stored = session.get_one(StoredQuestionnaire, survey.id)
        assert stored.definition == changed
        assert stored.sha256 == hashlib.sha256(canonical(changed)).hexdigest()
        assert slots_of(session, survey) == [(0, "visits", None), (1, "overall", None)]
        assert set(session.scalars(select(EntryCode.code))) == codes


def test_a_draft_about_targets_takes_other_questions_about_them(stage):
    more = {"code": "tone", "kind": "rating", "about": "targets", "text": "态度"}
    changed = cast.with_groups(questions=[more, *cast.with_groups()["questions"]])
    with stage.writing() as session:
        survey = cast.launched(session, cast.with_groups())
    with stage.writing() as session:
        change_definition(session, "grouped", cast.as_bytes(changed), "tests")
        assert slots_of(session, survey) == [
            (place * 3 + number, question, code)
            for place, question in enumerate(("tone", "work"))
            for number, code in enumerate(("D001", cast.WULING, "D003"))
        ]


def change_refused(database, slug, given):
    with database.reading() as session:
        before = session.scalars(select(StoredQuestionnaire.sha256)).all(), session.scalars(select(BallotSlot)).all()
    with pytest.raises(Refused) as refused, database.writing() as session:
        change_definition(session, slug, cast.as_bytes(given), "tests")
    with database.reading() as session:
        after = session.scalars(select(StoredQuestionnaire.sha256)).all(), session.scalars(select(BallotSlot)).all()
    assert after[0] == before[0]
    assert len(after[1]) == len(before[1])
    return str(refused.value)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"places": {"under": cast.WULING}}, "places"),
        ({"scopes": {"town": {"name_ends_with": ["村"]}}}, "scopes"),
        ({"groups": [{"code": "g", "name": "g", "weight": 1}]}, "groups"),
        ({"targets": [{"code": "D1", "name": "a"}]}, "targets"),
    ],
)
def test_what_printed_codes_lead_to_stays(stage, changes, part):
    with stage.writing() as session:
        cast.launched(session)
    said = change_refused(stage, "small", cast.definition(**changes))
    assert said.startswith(f"{part}: places, scopes, groups and targets stay as they were launched")


def test_a_slug_cannot_be_changed(stage):
    with stage.writing() as session:
        cast.launched(session)
    assert change_refused(stage, "small", cast.definition(slug="other")) == (
        "slug: this survey is called small, and its addresses carry that name; launch a new survey."
    )
    with stage.writing() as session:  # Saying it again, or not at all, is no change.
        change_definition(session, "small", cast.as_bytes(cast.definition()), "tests")
        change_definition(session, "small", cast.as_bytes(cast.definition(slug=None)), "tests")


def test_a_faulty_change_leaves_the_draft_as_it_was(stage):
    with stage.writing() as session:
        cast.launched(session)
    assert "Mars" in change_refused(stage, "small", cast.definition(time_zone="Mars"))


def test_once_opened_the_questionnaire_is_frozen(stage):
    with stage.writing() as session:
        cast.launched(session)
        open_survey(session, "small", "tests")
    said = change_refused(stage, "small", cast.definition(title="b"))
    assert said == (
        "Survey small is now open. The questionnaire was frozen when the survey opened; "
        "a change after that is a new survey."
    )


def test_a_change_waits_for_an_opening_that_is_under_way_and_is_refused_after_it(stage):
    with stage.writing() as session:
        cast.launched(session)
    said = []

    def change():
        try:
            with stage.writing() as session:
                change_definition(session, "small", cast.as_bytes(cast.definition(title="b")), "tests")
        except Refused as refusal:
            said.append(str(refusal))

    other = threading.Thread(target=change)
    with stage.writing() as session:
        open_survey(session, "small", "tests")
        session.flush()
        other.start()
        other.join(0.3)
        assert other.is_alive()
    other.join(10)
    assert len(said) == 1
    assert said[0].startswith("Survey small is now open.")


def test_no_such_survey_cannot_be_changed(stage):
    assert change_refused(stage, "none", cast.definition()) == (
        "There is no survey none. `list` shows the surveys there are."
    )
