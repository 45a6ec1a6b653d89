"""Looking through the tree of units, and turnout by the hour."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select, update

from survey_app.models import Place, Survey, Turnout, Unit
from survey_app.services.progress.hours import turnout_hours
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.units import browsing as unit_browsing
from survey_app.services.units.browsing import (
    Wanted,
    browse_units,
    count_units,
    find_unit,
    possible_heirs,
    possible_parents,
)
from survey_app.services.units.changing import close_unit, merge_unit
from tests.web.small_survey import EVERY_KIND, SmallSurvey, other


class Parts:
    def __init__(self, database):
        self.database = database


@pytest.fixture
def survey(database):
    return SmallSurvey(Parts(database), other(EVERY_KIND, time_zone="Asia/Shanghai"))


def test_without_units_there_is_nothing(database):
    with database.reading() as session:
        found = browse_units(session, None)
        assert (found.line, found.units, found.total, found.below) == ([], [], 0, {})
        assert count_units(session) == 0


def test_one_root_is_looked_into(survey):
    with survey.database.reading() as session:
        found = browse_units(session, None)
        assert [unit.name for unit in found.line] == ["常德市"]
        assert [each.unit.name for each in found.units] == ["武陵区", "鼎城区"]
        assert found.units[0].below == {"township": 1, "village": 1}
        assert found.levels == ["township", "village"]
        assert list(found.below.items()) == [("county", 2), ("township", 2), ("village", 2)]
        assert count_units(session) == 7


def test_several_roots_are_listed(survey):
    with survey.database.writing() as session:
        session.add(Unit(code="9", name="另一市", level="city", parent_id=None))
    with survey.database.reading() as session:
        assert [each.unit.code for each in browse_units(session, None).units] == ["430700", "9"]


def test_a_unit_is_found_by_code_and_an_unknown_one_is_not(survey):
    with survey.database.reading() as session:
        assert [unit.code for unit in browse_units(session, "430702001").line] == ["430700", "430702", "430702001"]
        assert browse_units(session, "nope") is None


def search(session, scope=EVERYTHING, code=None, **wanted):
    return browse_units(session, code, Wanted(**wanted), scope)


def test_a_search_gives_the_names_above(survey):
    with survey.database.reading() as session:
        (found,) = search(session, text="启明").units
        assert list(found.path) == ["常德市", "武陵区"]
        assert search(session, text="430703101").total == 2


def test_level_class_and_sector_filter_at_any_depth_below_a_unit(survey):
    with survey.database.writing() as session:
        session.execute(update(Unit).where(Unit.code == "430702001").values(unit_class="城区", sector="民政"))
    with survey.database.reading() as session:
        assert search(session, level="township").total == 2
        assert [each.unit.code for each in search(session, level="township", code="430703").units] == ["430703101"]
        everything = search(session, unit_class="城区")
        assert [each.unit.code for each in everything.units] == ["430702001"]
        assert (everything.classes, everything.sectors) == (["城区"], ["民政"])
        assert search(session, sector="民政", level="village").total == 0
        assert search(session, code="430703", level="village").classes == []


def test_closed_units_are_hidden_unless_asked_for(survey):
    with survey.database.writing() as session:
        close_unit(session, "430702001001", "lin", EVERYTHING, "x")
    with survey.database.reading() as session:
        assert browse_units(session, "430702001").units == []
        found = browse_units(session, "430702001", Wanted(with_closed=True))
        assert [each.unit.code for each in found.units] == ["430702001001"]
        assert found.closed == 1
        assert search(session, level="village").total == 1
        assert search(session, level="village", with_closed=True).total == 2
        assert find_unit(session, "430702001").below == {}
        assert browse_units(session, None).units[0].below == {"township": 1}


def county(session):
    return Scope(session.scalar(select(Unit.id).where(Unit.code == "430703")))


def test_a_scope_sees_its_own_part_alone(survey):
    with survey.database.reading() as session:
        scope = county(session)
        found = browse_units(session, None, None, scope)
        assert [each.code for each in found.line] == ["430703"]
        assert count_units(session, scope) == 3
        for outside in ("430700", "430702", "430702001001", "nope"):
            assert browse_units(session, outside, None, scope) is None
            assert find_unit(session, outside, scope) is None
        assert {each.unit.code[:6] for each in search(session, scope, text="4").units} == {"430703"}
        assert [each.code for each in find_unit(session, "430703101", scope).line] == ["430703", "430703101"]


def test_where_a_unit_could_go_is_offered(survey):
    with survey.database.writing() as session:
        merge_unit(session, "430702001001", "430703101001", "lin", EVERYTHING, "x")
    with survey.database.reading() as session:
        township = find_unit(session, "430702001")
        assert [each.code for each in possible_parents(township, EVERYTHING)] == ["430700", "430703"]
        assert [each.code for each in possible_parents(township, county(session))] == ["430703"]
        assert [each.code for each in possible_heirs(township, EVERYTHING)] == ["430703101"]
        assert possible_heirs(find_unit(session, "430703101001"), EVERYTHING) == []
        assert possible_heirs(find_unit(session, "430700"), EVERYTHING) == []
        assert find_unit(session, "430702001001").merged_into.code == "430703101001"


def test_a_long_list_is_cut_and_says_how_long_it_is(survey, monkeypatch):
    monkeypatch.setattr(unit_browsing, "MOST_SHOWN", 2)
    with survey.database.reading() as session:
        found = search(session, text="4")
        assert (len(found.units), found.total) == (2, 6)  # All but the root, which the tree looks into.


def test_hours_are_those_of_the_surveys_day(survey):
    def hour(*given):
        return int(datetime(*given, tzinfo=UTC).timestamp()) // 3600

    with survey.database.writing() as session:
        town, village = session.scalars(select(Place.id).where(Place.survey_id == survey.id).order_by(Place.id))
        session.execute(
            insert(Turnout),
            [
                {"place_id": place, "hour": at, "survey_id": survey.id, "ballots": ballots}
                for place, at, ballots in (
                    (town, hour(2026, 3, 1, 15), 1),  # 23:00 of the day before in Shanghai
                    (town, hour(2026, 3, 1, 16), 2),  # midnight
                    (village, hour(2026, 3, 1, 16), 4),
                    (town, hour(2026, 3, 2, 2), 8),  # 10:00, the hour that is running
                    (town, hour(2026, 3, 2, 1), 16),
                    (town, hour(2026, 2, 28, 15), 32),  # two days ago
                )
            ],
        )
    with survey.database.reading() as session:
        found = session.get_one(Survey, survey.id)
        now = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
        hours = turnout_hours(session, found, None, now)
        assert {n: count for n, count in enumerate(hours.today) if count} == {0: 6, 9: 16, 10: 8}
        assert {n: count for n, count in enumerate(hours.yesterday) if count} == {23: 1}
        assert (hours.now, hours.last_hour) == (10, 16)
        village_unit = session.get_one(Place, village).unit_id
        assert sum(turnout_hours(session, found, village_unit, now).today) == 4
        above = session.get_one(Unit, village_unit).parent_id
        assert sum(turnout_hours(session, found, above, now).today) == 4
        at_midnight = turnout_hours(session, found, None, datetime(2026, 3, 1, 16, 1, tzinfo=UTC))
        assert (at_midnight.now, at_midnight.last_hour) == (0, 1)
