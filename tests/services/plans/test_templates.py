"""What a plan can begin with, and what is shown of it before there is a survey."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.domain.plan_faults import plan_faults
from survey_app.models import SurveyPlan, Unit
from survey_app.services.definition_file import parse_plan
from survey_app.services.launching import launch
from survey_app.services.plans.preview import load_plan_frame, plan_door
from survey_app.services.plans.saving import create_plan
from survey_app.services.plans.templates import (
    TEMPLATES,
    begin_with,
    can_load_example,
    known_organiser,
    load_example,
)
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.surveys_in_scope import classes_within, survey_lines, units_of_class
from survey_app.services.units.browsing import count_units
from tests.cast import CITY, DINGCHENG, TOWN, WULING, add_units, as_bytes, definition, launched, with_groups

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"


def test_every_template_but_the_empty_one_can_be_asked_as_it_is():
    for code in TEMPLATES:
        given = begin_with(code, organiser="测评办")
        faults = [each.values["where"] for each in plan_faults(given)]
        assert faults == (["questions"] if code == "empty" else []), code
        assert {"places", "slug", "$schema", "contact", "sign_off"}.isdisjoint(given)


def test_a_template_takes_what_was_typed():
    given = begin_with("four-level", "满意度测评", "测评办")
    assert (given["title"], given["organiser"]) == ({"zh_Hans": "满意度测评"}, {"zh_Hans": "测评办"})
    assert "常德" not in json.dumps(begin_with("four-level"), ensure_ascii=False)
    with pytest.raises(KeyError):
        begin_with("none")


@pytest.mark.parametrize(
    ("given", "organiser"), [({"organiser": "甲"}, "甲"), ({}, ""), ({"organiser": {"en": "A"}}, "")]
)
def test_the_organiser_of_the_last_plan_is_known(given, organiser):
    assert known_organiser(given) == organiser


def test_the_example_can_be_launched_as_it_is(sqlite_database):
    with sqlite_database.writing() as session:
        assert can_load_example(session)
        plan = load_example(session, "lin")
        assert len(session.scalars(select(Unit)).all()) == 33
        assert launch(session, as_bytes(plan.given), "lin").state == "draft"
        with pytest.raises(Refused, match="only for an empty installation"):
            load_example(session, "lin")
        assert len(session.scalars(select(SurveyPlan)).all()) == 1


def test_the_rectification_example_can_be_launched(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        content = (EXAMPLES / "rectification.json").read_bytes()
        assert [line.places for line in survey_lines(session, EVERYTHING)] == []
        launch(session, content, "lin")
        assert [line.places for line in survey_lines(session, EVERYTHING)] == [2]


def test_a_plan_has_a_door_at_its_first_place(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        places = (
            ({"under": CITY, "level": "village"}, "马家吉社区", ("常德市", "武陵区", "启明街道")),
            ({"units": [WULING]}, "武陵区", ("常德市",)),
            (None, "示例社区", ()),
        )
        for chosen, name, path in places:
            plan = create_plan(session, definition(places=chosen), "lin", EVERYTHING)
            door = plan_door(session, plan.id, ("town",), 0)
            assert (door.unit_name, door.unit_path, door.scopes, door.survey_id) == (name, path, ("town",), -plan.id)
        assert plan_door(session, plan.id, (), 1) is None
        assert plan_door(session, 99, (), 0) is None


def test_the_frame_of_a_plan_knows_groups_and_the_names_of_units(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        plan = create_plan(session, with_groups(places=None), "lin", EVERYTHING)
        frame = load_plan_frame(session, plan.id)
        assert [each.name["zh_Hans"] for each in frame.questionnaire.targets] == ["市委办公室", "武陵区", "市民政局"]
        assert frame.group_targets == {2: {"D001", WULING}}
        assert [each.code for each in frame.groups] == ["users", "delegates", "cadres"]


def test_a_plan_gives_away_no_unit_that_its_maker_does_not_see(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        dingcheng = Scope(session.scalar(select(Unit.id).where(Unit.code == DINGCHENG)))
        plan = create_plan(session, with_groups(places={"under": CITY, "level": "village"}), "lin", dingcheng)
        assert load_plan_frame(session, plan.id).questionnaire.targets[1].name == {"zh_Hans": WULING}
        assert plan_door(session, plan.id, (), 0).unit_name == "沿河社区"
        elsewhere = create_plan(session, with_groups(places={"units": [WULING]}), "lin", dingcheng)
        assert plan_door(session, elsewhere.id, (), 0).unit_name == "示例社区"


@pytest.mark.parametrize(
    "given",
    [
        {"questions": []},
        begin_with("groups"),
        {"questions": [{"code": "q1", "kind": "single_choice", "text": {}, "options": []}], "$schema": "x"},
    ],
)
def test_a_plan_that_is_not_whole_can_be_imported(given):
    assert parse_plan(as_bytes(given)) == {key: value for key, value in given.items() if key != "$schema"}


@pytest.mark.parametrize(
    "given",
    [
        [],
        {"questions": 5},
        {"questions": [{"code": "q1", "kind": "song"}]},
        {"questions": [{"kind": "number", "text": "?"}]},
        {"questions": [{"code": "q1", "kind": "single_choice", "text": "?", "options": ["a"]}]},
        {"questions": [{"code": "q1", "kind": "number", "text": "?"}] * 2},
        {"questions": [], "weather": "fine"},
    ],
)
def test_what_is_there_must_have_its_shape(given):
    with pytest.raises(Refused):
        parse_plan(as_bytes(given))


def test_surveys_and_units_are_those_of_the_scope(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        for unit in session.scalars(select(Unit).where(Unit.code.in_(TOWN))):
            unit.unit_class = "城市社区"
        everywhere = launched(session)
        only = launched(session, definition(slug="wuling", places={"under": WULING, "level": "village"}))
        wuling = Scope(session.scalar(select(Unit.id).where(Unit.code == WULING)))
        qiming = Scope(session.scalar(select(Unit.id).where(Unit.code == "430703101")))
        assert [(line.survey, line.places) for line in survey_lines(session, EVERYTHING)] == [
            (only, 2),
            (everywhere, 6),
        ]
        assert [(line.survey, line.places) for line in survey_lines(session, wuling)] == [(only, 2), (everywhere, 2)]
        assert [(line.survey, line.places) for line in survey_lines(session, qiming)] == [(everywhere, 2)]
        assert (count_units(session, EVERYTHING), count_units(session, wuling)) == (12, 4)
        assert classes_within(session, EVERYTHING) == [("城市社区", 3)]
        assert classes_within(session, wuling) == [("城市社区", 2)]
        assert len(units_of_class(session, EVERYTHING, "城市社区")) == 3
        assert [each.code for each in units_of_class(session, wuling, "城市社区")] == ["430702001001", "430702001002"]
