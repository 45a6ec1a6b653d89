"""What a plan lacks before its launch, what is worth a look; the boxes' first contents; and the launch itself."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from survey_app.domain.messages import Refused
from survey_app.models import Place, Survey, SurveyPlan, SurveyTarget, Unit
from survey_app.services.launching import launch
from survey_app.services.plans.checklist import Standing, check_plan
from survey_app.services.plans.choosing_places import by_area
from survey_app.services.plans.launching import launch_plan, with_defaults
from survey_app.services.plans.saving import create_plan, find_plan
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.units.tree import load_tree
from tests import cast

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
#: Whole: nothing to look at but a few texts without English.
WHOLE = cast.definition(slug=None, closes="2026-12-20", places={"under": cast.CITY, "level": "village", "quota": 35})


@pytest.fixture
def stage(sqlite_database):
    with sqlite_database.writing() as session:
        cast.add_units(session)
    return sqlite_database


_PAPER = {"none": {}, "single": {"paper": "single"}}


def check(database, given, scope=EVERYTHING, url="https://survey.example", own=None):
    with database.reading() as session:
        return check_plan(session, load_tree(session), given, scope, public_url=url, now=NOW, own=own)


def said(found, standing):
    return [(each.where, str(each.text)) for each in found.items if each.standing is standing]


def unit_id(database, code):
    with database.reading() as session:
        return session.scalar(select(Unit.id).where(Unit.code == code))


def test_a_whole_plan_is_ready(stage):
    found = check(stage, WHOLE)
    assert found.is_ready
    assert (len(found.units), found.quota, found.counted) == (6, 210, 0)
    assert said(found, Standing.FINE) == [
        ("places", "Places: 6."),
        ("closes", "The closing is planned."),
        ("questions", "Questions: 6."),
    ]
    assert said(found, Standing.LOOK) == [
        ("title.en", "Texts without English: 5. The English page shows them in Chinese.")
    ]


MISSING = {
    "a title": ({"title": None}, "title", "give the survey a title"),
    "an organiser": ({"organiser": None}, "organiser", "say who holds the survey"),
    "questions": ({"questions": []}, "questions", "at least one rating question is needed"),
    "places": ({"places": {"quota": 35}}, "places", "Choose the places"),
    "a unit": ({"places": {"under": "999"}}, "places", "there is no unit 999"),
    "a level": ({"places": {"under": cast.CITY, "level": "project"}}, "places", "of this level and class"),
    "a later closing": ({"closes": "2026-11-28"}, "closes", "The planned closing is past"),
    "people": ({"roll_up": "population"}, "places.sizes", "needs the eligible people of every place; 6 have none"),
    "a kind of place": ({"scopes": {"town": {"under": ["998"]}, "rural": {"except": "town"}}}, "scopes", "no unit 998"),
    "an earlier survey": ({"repeats": "2020"}, "repeats", "There is no survey 2020 that it could repeat"),
    "quotas that could be full": (
        {"places": {"under": cast.CITY}, "quota_full": "stop"},
        "quota_full",
        "nothing can be full without quotas",
    ),
    "a sound shape": ({"contact": "0" * 101}, "contact", "is too long"),
}


@pytest.mark.parametrize(("changes", "where", "words"), MISSING.values(), ids=MISSING)
def test_what_is_missing_is_told_with_its_place(stage, changes, where, words):
    given = {key: value for key, value in (WHOLE | changes).items() if value is not None}
    found = check(stage, given)
    assert not found.is_ready
    [(place, text)] = said(found, Standing.MISSING)
    assert (place, words in text) == (where, True), text
    assert found.items[0].standing is Standing.MISSING, "what is missing comes first"


def test_targets_need_a_name_from_somewhere(stage):
    given = cast.with_groups(targets=[{"code": "D001", "name": "a"}, {"code": cast.WULING}, {"code": "D003"}])
    assert said(check(stage, given), Standing.MISSING) == [("targets", "Targets without a name: D003.")]


def test_a_target_outside_ones_units_gets_no_name_from_the_tree(stage):
    scope = Scope(unit_id(stage, cast.WULING))
    given = cast.with_groups(targets=[{"code": cast.QIMING}, {"code": cast.DINGCHENG}], places={"under": cast.WULING})
    for group in given["groups"]:
        group.pop("targets", None)
    assert ("targets", f"Targets without a name: {cast.DINGCHENG}.") in said(
        check(stage, given, scope), Standing.MISSING
    )
    with pytest.raises(Refused, match=f"there is no unit {cast.DINGCHENG}"), stage.writing() as session:
        launch(session, cast.as_bytes(given), "lin", scope)
    given["targets"][1]["name"] = "our own name for it"
    with stage.writing() as session:
        survey = launch(session, cast.as_bytes(given), "lin", scope)
        targets = session.scalars(select(SurveyTarget).where(SurveyTarget.survey_id == survey.id)).all()
        assert {each.code: each.unit_id is None for each in targets} == {cast.QIMING: False, cast.DINGCHENG: True}


def test_a_short_name_that_is_taken_is_told_but_not_to_its_own_survey(stage):
    with stage.writing() as session:
        cast.launched(session)
    given = WHOLE | {"slug": "small"}
    assert [where for where, _ in said(check(stage, given), Standing.MISSING)] == ["slug"]
    assert check(stage, given, own="small").is_ready


_TWINS = {
    "code": "twins",
    "kind": "single_choice",
    "text": "来过几次",
    "options": [{"code": code, "text": "一次"} for code in ("one", "two")],
}

LOOKS = {
    "no closing": ({"closes": None}, "closes", "No closing is planned"),
    "an opening that is past": ({"opens": "2026-11-01"}, "opens", "it opens nothing"),
    "results too early": ({"results_on": "2026-12-01"}, "results_on", "before the closing"),
    "no telephone": ({"contact": None}, "contact", "nobody to ask"),
    "no quota": ({"places": {"under": cast.CITY}}, "places.quota", "No ballots are expected"),
    "a quota of some": (
        {"places": {"under": cast.CITY, "level": "village", "sizes": {cast.TOWN[0]: {"quota": 3}}}},
        "places.quota",
        "Places without expected ballots: 5",
    ),
    "sizes of others": (
        {"places": {"under": cast.WULING, "quota": 3, "sizes": {cast.RURAL[0]: {"quota": 3}}}},
        "places.sizes",
        "1 lines of the uploaded list",
    ),
    "options that read the same": (
        {"questions": [*WHOLE["questions"], _TWINS]},
        "questions",
        "Two options of “来过几次” read the same.",
    ),
    "a quota that stops": ({"quota_full": "stop"}, "quota_full", "nobody else can answer"),
    "a sign that no font draws": ({"title": {"zh_Hans": "测\U0001f600", "en": "a"}}, "title", "cannot draw \U0001f600"),
}


@pytest.mark.parametrize(("changes", "where", "words"), LOOKS.values(), ids=LOOKS)
def test_what_is_worth_a_look_keeps_nothing_from_being_launched(stage, changes, where, words):
    given = {key: value for key, value in (WHOLE | changes).items() if value is not None}
    found = check(stage, given)
    assert found.is_ready, said(found, Standing.MISSING)
    assert [words in text for place, text in said(found, Standing.LOOK) if place == where] == [True]


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "http://localhost", "http://[::1]:80"])
def test_paper_that_leads_to_this_machine_is_told(stage, url):
    [text] = [text for where, text in said(check(stage, WHOLE, url=url), Standing.LOOK) if where == ""]
    assert text.startswith(f"Posters would lead to {url}, which no telephone reaches.")


def test_weights_paper_and_approval_are_told(stage):
    given = cast.with_groups(paper="single", second_person=True, closes="2026-12-20")
    fine = [text for _, text in said(check(stage, given), Standing.FINE)]
    assert "Groups: 3." in fine
    assert "Ballots on paper are counted in." in fine
    assert "Somebody else must approve it before it opens." in fine
    given["groups"][0]["weight"] = 30
    looks = dict(said(check(stage, given), Standing.LOOK))
    assert looks["groups"] == "The weights of the groups make 90, not 100. They count in proportion."


def test_names_that_no_font_draws_are_told(stage):
    with stage.writing() as session:
        session.execute(update(Unit).where(Unit.code == cast.RURAL[0]).values(name="\U0003fffd村"))
    looks = [text for where, text in said(check(stage, WHOLE), Standing.LOOK) if where == "places"]
    assert looks == [f"The font of the posters cannot draw the names of \U0003fffd村 ({cast.RURAL[0]}). Rename them."]


def test_a_name_that_sheets_cannot_print_is_told_where_there_are_sheets(stage):
    given = cast.with_groups()
    given["targets"][0]["name"] = {"zh_Hans": "\U0003fffd局"}
    looks = {paper: said(check(stage, given | more), Standing.LOOK) for paper, more in _PAPER.items()}
    told = ("questions", "The font of the sheets cannot draw \U0003fffd.")
    assert (told in looks["none"], told in looks["single"]) == (False, True)


def test_places_outside_ones_units_are_told_and_never_launched(stage):
    scope = Scope(unit_id(stage, cast.WULING))
    found = check(stage, WHOLE, scope)
    [(where, text)] = said(found, Standing.MISSING)
    assert (where, text) == (
        "places",
        "4 of these places lie outside your units. Choose only places within them.",
    )
    with stage.reading() as session:  # Neither the page nor the list to fill in names units elsewhere.
        tree = load_tree(session)
        assert found.units
        assert all(tree.is_within(unit, scope) for unit in found.units)
    with stage.writing() as session:
        plan = create_plan(session, WHOLE, "lin", scope).id
    with pytest.raises(Refused, match="places outside your units"), stage.writing() as session:
        launch_plan(session, find_plan(session, plan, scope), WHOLE, 1, "lin", scope)
    with stage.reading() as session:
        assert session.scalars(select(Survey)).all() == []


def test_places_are_listed_by_area(stage):
    with stage.reading() as session:
        tree = load_tree(session)
        units = check(stage, WHOLE).units
        areas = by_area(units, tree, EVERYTHING)
        assert [(area.name, len(inside)) for area, inside in areas] == [("武陵区", 2), ("鼎城区", 4)]
        [(area, _)] = by_area([tree.by_code[cast.CITY]], tree, EVERYTHING)
        assert area.code == cast.CITY


def test_closed_units_are_passed_over_and_not_taken_one_by_one(stage):
    with stage.writing() as session:
        session.execute(update(Unit).where(Unit.code == cast.RURAL[0]).values(closed_on=date(2026, 1, 1)))
    assert len(check(stage, WHOLE).units) == 5
    listed = WHOLE | {"places": {"units": [cast.RURAL[0]]}}
    [(where, text)] = said(check(stage, listed), Standing.MISSING)
    assert (where, "is closed" in text) == ("places", True)


def begun(database, given, scope=EVERYTHING):
    with database.reading() as session:
        return with_defaults(given, load_tree(session), scope, date(2026, 11, 29))


def test_the_boxes_hold_what_most_surveys_have(stage):
    questions = WHOLE["questions"]
    assert begun(stage, {"questions": questions}) == {
        "questions": questions,
        "places": {"under": cast.CITY, "level": "village", "quota": 35},
        "closes": "2026-12-27",
        "results_on": "2027-01-10",
        "organiser": {"zh_Hans": "常德市"},
    }
    found = begun(stage, {"organiser": "办", "open_days": 10}, Scope(unit_id(stage, cast.WULING)))
    assert found == {
        "organiser": "办",
        "places": {"under": cast.WULING, "level": "village", "quota": 35},
        "closes": "2026-12-09",
        "results_on": "2026-12-23",
    }
    assert begun(stage, {"closes": "2027-01-01"})["closes"] == "2027-01-01"
    assert begun(stage, cast.with_groups(places=None))["places"] == {"units": [cast.CITY]}
    assert begun(stage, {"places": {}}) == {"places": {}}, "somebody has been there"


def test_without_units_there_is_nothing_to_choose(sqlite_database):
    assert begun(sqlite_database, {"closes": "2027-01-01"})["places"] == {}


def test_a_plan_becomes_a_draft_once_without_the_sizes_of_other_places(stage):
    sizes = {cast.TOWN[0]: {"population": 900, "quota": 9}, cast.RURAL[0]: {"population": 5}}
    given = WHOLE | {"places": {"under": cast.WULING, "level": "village", "quota": 35, "sizes": sizes}}
    with stage.writing() as session:
        plan = create_plan(session, WHOLE, "lin", EVERYTHING)
        survey = launch_plan(session, plan, given, 1, "lin", EVERYTHING)
        assert (plan.survey_id, survey.state, survey.needs_approval) == (survey.id, "draft", False)
        assert plan.given["places"]["sizes"] == {cast.TOWN[0]: {"population": 900, "quota": 9}}
        assert sorted(session.scalars(select(Place.quota))) == [9, 35]
        number = plan.id
    with pytest.raises(Refused, match="launched already"), stage.writing() as session:
        launch_plan(session, session.get_one(SurveyPlan, number), given, 2, "lin", EVERYTHING)


def test_the_rule_says_which_units(stage):
    found = check(stage, WHOLE | {"places": {"under": [cast.DINGCHENG, cast.HAOZIGANG], "level": "village"}})
    assert [unit.code for unit in found.units] == list(cast.VILLAGES)[2:], "an overlap counts once"
