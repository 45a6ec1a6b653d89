from datetime import date

import pytest

from survey_app.models import CodeHit
from survey_app.services.codes.entry_codes import list_codes
from survey_app.services.codes.place_codes import codes_board, find_places, place_codes
from survey_app.services.codes.upkeep import pause_place, replace_code, void_code
from survey_app.services.surveys import find_survey
from tests import cast

FIRST, SECOND = cast.TOWN[:2]


@pytest.fixture
def stage(database):
    """Give a survey with one place paused and its code replaced, another without a code, and scans of the old code."""
    with database.writing() as session:
        cast.add_units(session)
        cast.launched(session)
        codes = {each.unit_code: each.code for each in list_codes(session, "small", "")}
        replace_code(session, "small", codes[FIRST], "lin", "r")
        void_code(session, "small", codes[SECOND], "lin", "r")
        pause_place(session, "small", FIRST, "lin")
        for reason, hits in (("voided", 3), ("not_yet", 2)):
            session.add(CodeHit(code=codes[FIRST], reason=reason, day=date(2026, 5, 1), hits=hits))
    return database, codes


def test_what_stands_below_is_added_up_and_gone_down_to(stage):
    database, _ = stage
    with database.reading() as session:
        survey = find_survey(session, "small")
        top = codes_board(session, survey, None)
        assert [(each.unit.code, each.places, each.paused, each.without_code, each.hits) for each in top.parts] == [
            (cast.WULING, 2, 1, 1, 5),
            (cast.DINGCHENG, 4, 0, 0, 0),
        ]
        assert top.places == []
        township = codes_board(session, survey, cast.QIMING)
        assert township.parts == []
        assert [each.unit.code for each in township.places] == [FIRST, SECOND]
        assert codes_board(session, survey, "999") is None


def test_a_place_shows_the_code_by_which_it_answers_now(stage):
    database, old = stage
    with database.reading() as session:
        survey = find_survey(session, "small")
        first, second = codes_board(session, survey, cast.QIMING).places
        assert first.paused
        assert first.is_complete
        assert first.hits == 5
        assert [(each.group.code, each.voided) for each in first.codes] == [("residents", False)]
        assert first.codes[0].code != old[FIRST]
        assert [each.name for each in first.above] == ["常德市", "武陵区", "启明街道"]
        assert not second.paused
        assert not second.is_complete
        assert [(each.code, each.voided) for each in second.codes] == [(old[SECOND], True)]


def test_dead_posters_are_those_below_the_unit(stage):
    database, old = stage
    with database.reading() as session:
        survey = find_survey(session, "small")
        for unit in (None, cast.WULING, FIRST):
            dead = codes_board(session, survey, unit).dead
            assert [(each.poster.code, each.poster.reason, each.place.unit.code) for each in dead] == [
                (old[FIRST], "voided", FIRST),
                (old[FIRST], "not_yet", FIRST),
            ]
        assert codes_board(session, survey, cast.DINGCHENG).dead == []


def test_a_place_is_a_board_of_its_own(stage):
    database, _ = stage
    with database.reading() as session:
        board = codes_board(session, find_survey(session, "small"), cast.RURAL[0])
        assert [each.unit.code for each in board.places] == [cast.RURAL[0]]


def test_places_are_found_by_name_and_by_code(stage):
    database, _ = stage
    with database.reading() as session:
        survey = find_survey(session, "small")
        assert [each.unit.code for each in find_places(session, survey, " 新建 ")] == ["430703100201", "430703101201"]
        assert [each.unit.code for each in find_places(session, survey, FIRST)] == [FIRST]
        assert find_places(session, survey, cast.QIMING) == []
        assert find_places(session, survey, "") == []
        assert place_codes(session, survey, FIRST).unit.code == FIRST
        assert place_codes(session, survey, "社区") is None


def test_codes_of_groups_stand_in_their_order(stage):
    database, _ = stage
    with database.writing() as session:
        cast.launched(session, cast.with_groups())
        survey = find_survey(session, "grouped")
        board = codes_board(session, survey, None)
        assert board.several_groups
        assert [each.group.code for each in board.places[0].codes] == ["users", "delegates", "cadres"]
        assert not codes_board(session, find_survey(session, "small"), None).several_groups


def test_where_everybody_answers_by_slip_there_are_places_without_codes(stage):
    database, _ = stage
    with database.writing() as session:
        cast.launched(session, cast.definition(slug="slips", ballot_mode="slip"))
        board = codes_board(session, find_survey(session, "slips"), cast.QIMING)
        assert [list(each.codes) for each in board.places] == [[], []]
