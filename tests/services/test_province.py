"""A province: a scope of 60,000 units, more than SQLite takes values in a statement."""

import sqlite3
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select

from survey_app.models import Place, Turnout, Unit, UnitChange, UnitImport
from survey_app.services.progress.hours import turnout_hours
from survey_app.services.progress.notes import notes_within
from survey_app.services.scopes import EVERYTHING, Reach, Scope, covers_code, reach, touches
from survey_app.services.surveys_in_scope import classes_within, survey_lines, units_of_class
from survey_app.services.units.browsing import count_units
from survey_app.services.units.history import find_import, list_imports
from survey_app.services.units.surveys import in_parts
from tests import cast

UNITS = 60_000
#: As SQLite is made where nothing else is said.
MOST_VALUES = 32_766
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
HOUR = int(NOW.timestamp()) // 3600


@pytest.fixture
def province(sqlite_database):
    """Give a writing session with a survey over a province of so many villages, and one place of another province."""
    with sqlite_database.writing() as session:
        # Some builds take more.
        driver = session.connection().connection.driver_connection
        driver.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, MOST_VALUES)
        cast.add_units(session)
        survey = cast.launched(session)
        top = Unit(code="43", name="湖南省", level="city", parent_id=None)
        session.add(top)
        session.flush()
        connection = session.connection()
        town = {"level": "village", "parent_id": top.id, "unit_class": "村", "name": "村"}
        connection.execute(insert(Unit.__table__), [{"code": f"V{at}", **town} for at in range(UNITS - 1)])
        ids = session.scalars(select(Unit.id).where(Unit.parent_id == top.id)).all()
        connection.execute(
            insert(Place.__table__), [{"survey_id": survey.id, "unit_id": each, "scopes": []} for each in ids]
        )
        place = session.scalar(select(Place.id).where(Place.unit_id == ids[-1]))
        session.add(Turnout(place_id=place, hour=HOUR, survey_id=survey.id, ballots=3))
        made = UnitImport(at=NOW, by="x", filename="x", added=1, updated=0, unchanged=0)
        session.add(made)
        session.flush()
        session.add(UnitChange(unit_code="V7", import_id=made.id, at=NOW, by="x", what="import", reason=""))
        session.flush()
        yield session, Scope(top.id), survey, made


def test_what_lies_in_a_province_is_found(province):
    session, scope, survey, made = province
    assert count_units(session, scope) == UNITS < count_units(session)
    assert covers_code(session, scope, "V1")
    assert touches(session, scope, survey)
    assert reach(session, scope, survey) is Reach.PART
    (line,) = survey_lines(session, scope)
    assert (line.places, line.ballots) == (UNITS - 1, 3)
    assert survey_lines(session, EVERYTHING)[0].places > line.places
    assert classes_within(session, scope) == [("村", UNITS - 1)]
    assert len(units_of_class(session, scope, "村")) == UNITS - 1
    assert notes_within(session, survey, scope) == []
    assert sum(turnout_hours(session, survey, scope.unit_id, NOW).today) == 3
    assert list_imports(session, scope) == [made]
    assert find_import(session, made.id, scope) is made


def test_units_that_are_named_come_in_parts_that_a_statement_holds():
    parts = list(in_parts(range(UNITS)))
    assert max(map(len, parts)) <= MOST_VALUES
    assert [each for part in parts for each in part] == list(range(UNITS))
