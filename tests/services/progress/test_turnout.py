from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.progress.turnout import ballots_of_surveys, take_turnout, turnout_board
from survey_app.services.scopes import EVERYTHING
from survey_app.services.surveys_in_scope import survey_lines
from survey_app.services.units.importing import import_units
from tests import cast

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOUR = int(NOON.timestamp()) // 3600
FIRST, SECOND, THIRD, FOURTH, FIFTH, SIXTH = cast.VILLAGES


def came(session, survey, *rows):
    """Let ballots come: (unit code, hours after noon, ballots)."""
    places = dict(
        session.execute(
            select(Unit.code, Place.id).join(Place, Place.unit_id == Unit.id).where(Place.survey_id == survey.id)
        ).all()
    )
    session.add_all(
        Turnout(place_id=places[code], hour=HOUR + later, survey_id=survey.id, ballots=ballots)
        for code, later, ballots in rows
    )


@pytest.fixture
def survey(database):
    with database.writing() as session:
        cast.add_units(session)
        survey = cast.launched(session)
        came(session, survey, (FIRST, 0, 30), (FIRST, 2, 5), (THIRD, 1, 7))
        return survey


def board(database, survey, code=None):
    with database.reading() as session:
        return turnout_board(session, survey, code)


def row(turnout):
    return (turnout.unit.code, turnout.places, turnout.places_with_ballots, turnout.ballots, turnout.quota)


def test_the_board_sums_over_the_tree(database, survey):
    found = board(database, survey)
    assert row(found.whole) == (cast.CITY, 6, 2, 42, 210)
    assert [row(each) for each in found.parts] == [
        (cast.WULING, 2, 1, 35, 70),
        (cast.DINGCHENG, 4, 1, 7, 140),
    ]
    assert [unit.code for unit in found.line] == [cast.CITY]
    assert all(each.has_children for each in found.parts)


def test_a_unit_has_a_board_of_its_own(database, survey):
    found = board(database, survey, cast.HAOZIGANG)
    assert row(found.whole) == (cast.HAOZIGANG, 2, 1, 7, 70)
    assert [row(each) for each in found.parts] == [(THIRD, 1, 1, 7, 35), (FOURTH, 1, 0, 0, 35)]
    assert [unit.code for unit in found.line] == [cast.CITY, cast.DINGCHENG, cast.HAOZIGANG]
    assert list(found.parts[0].path) == ["常德市", "鼎城区", "蒿子港镇"]
    assert not any(each.has_children for each in found.parts)


def test_the_newest_ballot_is_known_to_the_hour(database, survey):
    found = board(database, survey)
    assert found.whole.newest_hour == NOON.replace(hour=14)
    assert [each.newest_hour for each in found.parts] == [NOON.replace(hour=14), NOON.replace(hour=13)]
    assert board(database, survey, FOURTH).whole.newest_hour is None


def test_a_place_has_a_board_without_parts(database, survey):
    found = board(database, survey, FIRST)
    assert row(found.whole) == (FIRST, 1, 1, 35, 35)
    assert found.parts == []


@pytest.mark.parametrize("code", ["999", "", "430702009"])
def test_there_is_no_board_of_a_unit_that_is_not_there(database, survey, code):
    assert board(database, survey, code) is None


def test_there_is_no_board_of_a_unit_without_places(database, survey):
    with database.writing() as session:
        other = cast.launched(session, cast.definition(slug="other", places={"under": cast.WULING, "level": "village"}))
    assert board(database, other, cast.DINGCHENG) is None
    assert row(board(database, other).whole) == (cast.QIMING, 2, 0, 0, None)  # The lowest unit that has all places.


def test_there_is_no_board_where_there_is_no_place_at_all(database, survey):
    with database.writing() as session:
        empty = Survey(
            slug="empty",
            title={},
            organiser={},
            contact="",
            time_zone="Asia/Shanghai",
            headline_question="",
            headline_base="rated",
            empty_group="refuse",
            threshold=10,
        )
        session.add(empty)
        session.flush()
        assert turnout_board(session, empty) is None
        assert turnout_board(session, empty, cast.CITY) is None


def test_the_top_is_a_place_itself_where_it_is_one(database, survey):
    with database.writing() as session:
        rule = {"units": [cast.QIMING, FIRST]}
        other = cast.launched(session, cast.definition(slug="other", places=rule))
        came(session, other, (cast.QIMING, 0, 1), (FIRST, 0, 2))
    found = board(database, other)
    assert row(found.whole) == (cast.QIMING, 2, 2, 3, None)
    assert [row(each) for each in found.parts] == [(FIRST, 1, 1, 2, None)]


def test_the_top_of_one_place_is_that_place(database, survey):
    with database.writing() as session:
        other = cast.launched(session, cast.definition(slug="other", places={"units": [FIRST]}))
    assert row(board(database, other).whole) == (FIRST, 1, 0, 0, None)


def test_quotas_are_summed_over_the_places_that_have_one(database, survey):
    with database.writing() as session:
        rule = {"under": cast.QIMING, "level": "village", "sizes": {FIRST: {"quota": 40}}}
        other = cast.launched(session, cast.definition(slug="other", places=rule))
    found = board(database, other)
    assert found.whole.quota == 40
    assert [each.quota for each in found.parts] == [40, None]


def test_the_ballots_of_another_survey_are_not_counted(database, survey):
    with database.writing() as session:
        other = cast.launched(session, cast.definition(slug="other"))
        came(session, other, (FIRST, 0, 1000))
    assert board(database, survey).whole.ballots == 42
    assert board(database, other).whole.ballots == 1000


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("新建村", [FOURTH, FIFTH]),
        ("新建", [FOURTH, FIFTH]),
        (" 鼎城 ", [cast.DINGCHENG]),
        ("430703", [cast.DINGCHENG]),
        ("社区", [FIRST, SECOND, THIRD]),
        ("没有", []),
        ("", []),
        ("  ", []),
        ("%", []),
    ],
)
def test_units_are_found_by_name_and_code(database, survey, text, codes):
    with database.reading() as session:
        found = take_turnout(session, survey).find(text)
    assert [each.unit.code for each in found] == codes


def test_units_without_places_are_not_found(database, survey):
    with database.writing() as session:
        import_units(session, cast.units_csv((("9", "新建镇", "township", cast.CITY),)), "u.csv")
        assert [each.unit.code for each in take_turnout(session, survey).find("新建")] == [FOURTH, FIFTH]


def test_every_survey_has_its_ballots_and_places(database, survey):
    with database.writing() as session:
        assert ballots_of_surveys(session) == {survey.id: 42}
        other = cast.launched(session, cast.definition(slug="other", places={"units": [FIRST]}))
        lines = survey_lines(session, EVERYTHING)
        assert {line.survey.id: line.places for line in lines} == {survey.id: 6, other.id: 1}
        assert ballots_of_surveys(session) == {survey.id: 42}


def test_places_under_several_tops_are_all_on_the_board(database, survey):
    with database.writing() as session:
        import_units(session, cast.units_csv((("8", "市属局", "organisation", ""),)), "u.csv")
        other = cast.launched(session, cast.definition(slug="other", places={"units": [FIRST, "8"]}))
        came(session, other, (FIRST, 0, 1), ("8", 0, 2))
    found = board(database, other)
    assert row(found.whole) == ("", 2, 2, 3, None)
    assert found.whole.unit.name == "2026年公共服务满意度测评"
    assert [row(each) for each in found.parts] == [(cast.CITY, 1, 1, 1, None), ("8", 1, 1, 2, None)]
    assert row(board(database, other, "8").whole) == ("8", 1, 1, 2, None)
