"""While results are to come, a unit of a survey stays where its figures will count, whoever moves it by which way."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.domain.units import UnitRow
from survey_app.models import Release, UnitImport
from survey_app.services.scopes import EVERYTHING
from survey_app.services.units import changing as by_hand
from survey_app.services.units.importing import import_units, known_units
from survey_app.services.units.undoing import undo_import
from tests import cast

WHY = "The survey “2026年公共服务满意度测评” uses it or units below it, and its results are not issued yet."
WHEN = "once the internal bulletin or the public release is made."
#: Only this village is asked; its township, county and city stand above it.
PLACE = cast.RURAL[0]
LINE = (PLACE, cast.HAOZIGANG, cast.DINGCHENG, cast.CITY)
COLUMNS = "code name level parent_code class sector"


@pytest.fixture
def database(sqlite_database):
    with sqlite_database.writing() as session:
        cast.add_units(session)
    return sqlite_database


def launched(database, state, given=None):
    """Launch a survey of one village, and put it into a state."""
    with database.writing() as session:
        survey = cast.launched(session, given or cast.definition(places={"units": [PLACE]}))
        survey.state = state
        return survey.id


def released(database, survey_id, audience):
    with database.writing() as session:
        more = {"released_at": datetime.now(UTC), "released_by": "lin", "head": {}, "withdrawn_at": None}
        session.add(Release(survey_id=survey_id, audience=audience, number=1, **more))


def held(database):
    """Give the codes of the units that are held."""
    with database.reading() as session:
        known = known_units(session)
        return {code for code in known if by_hand.why_held(session, code) is not None}


def refused(database, act, *given):
    with database.reading() as session:
        before = known_units(session)
    with pytest.raises(Refused) as refusal, database.writing() as session:
        act(session, *given)
    with database.reading() as session:
        assert known_units(session) == before
    return str(refusal.value)


@pytest.mark.parametrize(
    ("state", "audience", "holds"),
    [
        ("draft", None, False),
        ("open", None, True),
        ("closed", None, True),
        ("closed", "review", True),
        ("closed", "internal", False),  # Also where it was withdrawn.
        ("published", "public", False),
        ("closed", "public", False),  # Withdrawn: no later release is made over another tree anyway.
        ("archived", None, False),
    ],
)
def test_units_are_held_from_opening_until_results_are_issued(database, state, audience, holds):
    survey = launched(database, state)
    if audience is not None:
        released(database, survey, audience)
    assert held(database) == (set(LINE) if holds else set())


def test_a_target_is_held_wherever_it_is_asked_about(database):
    launched(database, "open", cast.with_groups())
    assert held(database) == {cast.CITY, cast.WULING}


def test_a_held_unit_is_not_moved_merged_or_closed(database):
    launched(database, "closed")
    for code, to in ((PLACE, cast.ZHONGHEKOU), (cast.HAOZIGANG, cast.WULING)):
        assert WHY in refused(database, by_hand.move_unit, code, to, "lin", EVERYTHING, "调整")
    for code, into in ((PLACE, cast.RURAL[1]), (cast.HAOZIGANG, cast.ZHONGHEKOU), (cast.DINGCHENG, cast.WULING)):
        said = refused(database, by_hand.merge_unit, code, into, "lin", EVERYTHING, "并入")
        assert (WHY in said, WHEN in said) == (True, True)
    assert WHY in refused(database, by_hand.close_unit, PLACE, "lin", EVERYTHING, "撤销")


def test_a_held_unit_keeps_its_level_and_class_and_takes_another_name_and_new_units_below(database):
    launched(database, "open")
    for level, unit_class in (("organisation", ""), ("village", "示范村")):
        row = UnitRow(0, PLACE, "新建村", level, cast.HAOZIGANG, unit_class)
        assert WHY in refused(database, by_hand.edit_unit, row, "lin", EVERYTHING)
    with database.writing() as session:
        by_hand.edit_unit(session, UnitRow(0, PLACE, "新名", "village", cast.HAOZIGANG, "", "农业"), "lin", EVERYTHING)
        by_hand.add_unit(session, UnitRow(0, "9", "新村", "village", cast.HAOZIGANG), "lin", EVERYTHING)
        # What the survey does not ask may move, even to below what it asks.
        by_hand.move_unit(session, cast.TOWN[0], cast.HAOZIGANG, "lin", EVERYTHING, "调整")
        by_hand.merge_unit(session, cast.QIMING, cast.HAOZIGANG, "lin", EVERYTHING, "并入")
        assert known_units(session)[PLACE].name == "新名"


def test_a_list_tells_each_row_that_would_move_a_held_unit(database):
    launched(database, "open")
    rows = (
        (PLACE, "新名", "village", cast.ZHONGHEKOU, "示范村", "农业"),
        (cast.HAOZIGANG, "蒿子港镇", "township", cast.WULING, "", ""),
        (cast.DINGCHENG, "鼎城新区", "county", cast.CITY, "", ""),
        (cast.TOWN[0], "马家吉社区", "village", cast.HAOZIGANG, "", ""),
    )
    with pytest.raises(Refused) as refusal, database.writing() as session:
        import_units(session, cast.units_csv(rows, COLUMNS), "u.csv")
    said = [(m.values["row"], str(m.values["column"]), str(m.values["reason"])) for m in refusal.value.messages]
    assert said == [(2, "parent_code", WHY), (2, "class", WHY), (3, "parent_code", WHY)]
    with database.writing() as session:
        assert len(import_units(session, cast.units_csv(rows[2:], COLUMNS), "u.csv").updated) == 2


def test_an_import_that_moved_a_held_unit_is_not_undone_and_one_that_named_it_is(database):
    def imported(name):
        with database.writing() as session:
            import_units(session, cast.units_csv(((PLACE, name, "village", cast.ZHONGHEKOU),)), "u.csv")
            return session.scalar(select(UnitImport.id).order_by(UnitImport.id.desc()))

    number = imported("新建村")
    launched(database, "open")
    said = refused(database, undo_import, number, "lin", EVERYTHING)
    assert said == f"It moved unit {PLACE}, or changed its level or class. {WHY}"
    number = imported("新名")
    with database.writing() as session:
        undo_import(session, number, "lin", EVERYTHING)
        assert known_units(session)[PLACE].name == "新建村"
