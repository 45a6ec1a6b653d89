"""Single units changed by hand: what may become of them, who may do it, and that their history tells it."""

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.domain.units import UnitRow
from survey_app.models import Place, Unit
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.units import changing as by_hand
from survey_app.services.units.history import history_of
from survey_app.services.units.importing import import_units, known_units
from tests import cast


@pytest.fixture
def database(sqlite_database):
    with sqlite_database.writing() as session:
        cast.add_units(session)
    return sqlite_database


def scope_of(database, code):
    with database.reading() as session:
        return Scope(session.scalar(select(Unit.id).where(Unit.code == code)))


def do(database, act, *given, scope=EVERYTHING):
    with database.writing() as session:
        return act(session, *given, by="lin", scope=scope)


def refused(database, act, *given, scope=EVERYTHING, **more):
    before = dump(database)
    with pytest.raises(Refused) as refusal, database.writing() as session:
        act(session, *given, by="lin", scope=scope, **more)
    assert dump(database) == before
    return str(refusal.value)


def dump(database):
    with database.reading() as session:
        return sorted(map(tuple, session.execute(select(Unit.__table__)).all()))


def unit(database, code):
    with database.reading() as session:
        return known_units(session)[code]


def move(database, code, to, **more):
    with database.writing() as session:
        return by_hand.move_unit(session, code, to, "lin", more.get("scope", EVERYTHING), "调整")


def merge(database, code, into, **more):
    with database.writing() as session:
        return by_hand.merge_unit(session, code, into, "lin", more.get("scope", EVERYTHING), "并入")


def close(database, code, **more):
    with database.writing() as session:
        return by_hand.close_unit(session, code, "lin", more.get("scope", EVERYTHING), "撤销")


def told(database, code):
    with database.reading() as session:
        newest = history_of(session, code)[0]
        return newest.what, newest.before, newest.after, newest.reason, newest.by


def test_a_unit_is_added_below_another(database):
    made = do(database, by_hand.add_unit, UnitRow(0, " 430702009 ", "新街道", "乡镇", cast.WULING, "城区", ""))
    assert made.code == "430702009"
    assert unit(database, "430702009").parent_code == cast.WULING
    what, before, after, _, who = told(database, "430702009")
    assert (what, before, who) == ("add", None, "lin")
    assert after == {
        "name": "新街道", "level": "township", "parent_code": cast.WULING, "unit_class": "城区", "sector": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (UnitRow(0, cast.WULING, "武陵", "county", cast.CITY), "There is a unit with this code already."),
        (UnitRow(0, "村", "村", "village", cast.QIMING), "A code holds only letters"),
        (UnitRow(0, "9", "=1+1", "village", cast.QIMING), "This is a formula"),
        (UnitRow(0, "9", "市", "city", cast.QIMING), "cannot stand under"),
    ],
)
def test_a_unit_that_a_list_could_not_bring_is_not_added_by_hand_either(database, row, said):
    assert said in refused(database, by_hand.add_unit, row)


def test_a_unit_is_edited_and_what_did_not_change_is_no_history(database):
    do(database, by_hand.edit_unit, UnitRow(0, cast.QIMING, "启明街办", "township", cast.WULING, "城区"))
    assert told(database, cast.QIMING)[:3] == (
        "edit", {"name": "启明街道", "unit_class": ""}, {"name": "启明街办", "unit_class": "城区"},
    )  # fmt: skip
    do(database, by_hand.edit_unit, UnitRow(0, cast.QIMING, "启明街办", "township", cast.WULING, "城区"))
    with database.reading() as session:
        assert [each.what for each in history_of(session, cast.QIMING)] == ["edit", "add"]


def test_a_level_that_does_not_fit_those_below_is_refused(database):
    row = UnitRow(0, cast.QIMING, "启明村", "village", cast.WULING)
    assert "stands under it" in refused(database, by_hand.edit_unit, row)


def test_a_unit_moves_with_all_below_it(database):
    move(database, cast.HAOZIGANG, cast.WULING)
    assert unit(database, cast.HAOZIGANG).parent_code == cast.WULING
    assert unit(database, "430703100201").parent_code == cast.HAOZIGANG
    assert told(database, cast.HAOZIGANG) == (
        "move", {"parent_code": cast.DINGCHENG}, {"parent_code": cast.WULING}, "调整", "lin",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("code", "to", "said"),
    [
        (cast.HAOZIGANG, cast.DINGCHENG, "It stands there already."),
        (cast.HAOZIGANG, "nowhere", "No unit has this code"),
        (cast.HAOZIGANG, cast.ZHONGHEKOU, "cannot stand under"),
        (cast.CITY, cast.WULING, "would stand under itself"),
    ],
)
def test_a_move_to_where_it_cannot_stand_is_refused(database, code, to, said):
    assert said in refused(database, by_hand.move_unit, code, to, reason="x")


def test_a_merged_unit_is_closed_and_what_is_below_it_moves(database):
    merge(database, cast.HAOZIGANG, cast.ZHONGHEKOU)
    assert unit(database, cast.HAOZIGANG).closed
    assert {code for code in cast.VILLAGES if unit(database, code).parent_code == cast.ZHONGHEKOU} == {
        "430703100001", "430703100201", "430703101201", "430703101202",
    }  # fmt: skip
    what, _, after, reason, _ = told(database, cast.HAOZIGANG)
    assert (what, after["merged_into"], reason) == ("merge", cast.ZHONGHEKOU, "并入")
    assert told(database, "430703100201")[0] == "move"


def test_a_merge_that_makes_no_sense_is_refused(database):
    close(database, cast.TOWN[0])
    for code, into, said in (
        (cast.QIMING, cast.QIMING, "It is this unit itself."),
        (cast.DINGCHENG, cast.HAOZIGANG, "It stands below this unit."),
        (cast.TOWN[1], cast.TOWN[0], "This unit was closed."),
        (cast.QIMING, "nowhere", "No unit has this code."),
        (cast.DINGCHENG, cast.QIMING, f"{cast.HAOZIGANG} 蒿子港镇 (level “township”) stands below it"),
    ):
        assert said in refused(database, by_hand.merge_unit, code, into, reason="x")


def test_places_of_surveys_stay_with_a_unit_that_is_merged(database):
    with database.writing() as session:
        survey = cast.launched(session).id
    merge(database, cast.RURAL[0], cast.RURAL[1])
    with database.reading() as session:
        places = select(Unit.code).join(Place, Place.unit_id == Unit.id).where(Place.survey_id == survey)
        assert set(session.scalars(places)) == set(cast.VILLAGES)


def test_a_unit_is_closed_only_when_nothing_open_is_below_it_and_can_be_reopened(database):
    assert "2 units below it are not closed" in refused(database, by_hand.close_unit, cast.QIMING, reason="x")
    for code in (*cast.TOWN[:2], cast.QIMING):
        close(database, code)
    assert unit(database, cast.QIMING).closed
    assert "is closed. Reopen that one first." in refused(database, by_hand.reopen_unit, cast.TOWN[0])
    do(database, by_hand.reopen_unit, cast.QIMING)
    do(database, by_hand.reopen_unit, cast.TOWN[0])
    assert not unit(database, cast.TOWN[0]).closed
    assert told(database, cast.TOWN[0])[0] == "reopen"
    assert "not closed" in refused(database, by_hand.reopen_unit, cast.TOWN[0])


def test_reopening_a_merged_unit_forgets_into_which(database):
    merge(database, cast.RURAL[0], cast.RURAL[1])
    do(database, by_hand.reopen_unit, cast.RURAL[0])
    assert told(database, cast.RURAL[0])[1]["merged_into"] == cast.RURAL[1]
    with database.reading() as session:
        assert session.scalar(select(Unit.merged_into_id).where(Unit.code == cast.RURAL[0])) is None


def test_a_closed_unit_is_left_alone_and_no_list_reopens_it(database):
    close(database, cast.TOWN[0])
    row = UnitRow(0, cast.TOWN[0], "改名", "village", cast.QIMING)
    assert refused(database, by_hand.edit_unit, row) == "This unit is closed. Reopen it first."
    assert "closed" in refused(database, by_hand.close_unit, cast.TOWN[0], reason="x")
    before = dump(database)
    below = ("9", "组", "organisation", cast.TOWN[0])
    with pytest.raises(Refused) as refusal, database.writing() as session:
        import_units(session, cast.units_csv((*cast.UNITS, below)), "u.csv")
    said = str(refusal.value).splitlines()
    assert [each.partition(":")[0] for each in said] == [
        f"Row 8, code “{cast.TOWN[0]}”", f"Row 14, parent_code “{cast.TOWN[0]}”",
    ]  # fmt: skip
    assert dump(database) == before


def test_a_new_survey_chooses_no_closed_unit(database):
    close(database, cast.TOWN[0])
    with database.writing() as session:
        survey = cast.launched(session).id
        assert session.query(Place).filter_by(survey_id=survey).count() == len(cast.VILLAGES) - 1
    named = cast.definition(slug="named", places={"units": [cast.TOWN[0]]}, scopes=None)
    named["questions"] = named["questions"][:1]
    with pytest.raises(Refused, match="is closed"), database.writing() as session:
        cast.launched(session, named)


def test_a_county_changes_what_is_below_it_and_nothing_else(database):
    scope = scope_of(database, cast.DINGCHENG)
    do(database, by_hand.edit_unit, UnitRow(0, cast.HAOZIGANG, "新名", "township", cast.DINGCHENG), scope=scope)
    do(database, by_hand.add_unit, UnitRow(0, "9", "新镇", "township", cast.DINGCHENG), scope=scope)
    own = UnitRow(0, cast.DINGCHENG, "改名", "county", cast.CITY)
    assert refused(database, by_hand.edit_unit, own, scope=scope) == "This unit is changed only by accounts above it."
    for act, given, said in (
        (by_hand.close_unit, (cast.QIMING, ), "only by accounts above it"),
        (by_hand.reopen_unit, (cast.QIMING, ), "only by accounts above it"),
        (by_hand.merge_unit, (cast.HAOZIGANG, cast.QIMING), "No unit has this code."),
        (by_hand.move_unit, (cast.HAOZIGANG, cast.WULING), "The unit would stand outside your scope."),
        (by_hand.move_unit, (cast.HAOZIGANG, ""), "The unit would stand outside your scope."),
    ):  # fmt: skip
        assert said in refused(database, act, *given, scope=scope, reason="x")
    outside = UnitRow(0, "8", "外镇", "township", cast.WULING)
    assert "outside your scope" in refused(database, by_hand.add_unit, outside, scope=scope)


def test_rows_outside_a_scope_are_told_one_by_one(database):
    scope = scope_of(database, cast.DINGCHENG)
    rows = (
        cast.UNITS[2],  # The county's own row, as it stands.
        (cast.QIMING, "启明街道", "township", cast.WULING),
        ("8", "外镇", "township", cast.CITY),
        ("9", "新镇", "township", cast.DINGCHENG),
        ("91", "新村", "village", "9"),
        ("7", "新局", "organisation", ""),
    )
    with pytest.raises(Refused) as refusal, database.writing() as session:
        import_units(session, cast.units_csv(rows), "u.csv", "lin", scope)
    assert [each.values["row"] for each in refusal.value.messages] == [3, 3, 4, 7]
    with database.writing() as session:
        plan = import_units(session, cast.units_csv((rows[0], *rows[3:5])), "u.csv", "lin", scope)
    assert [each.code for each in plan.added] == ["9", "91"]
    renamed = (cast.DINGCHENG, "鼎城", "county", cast.CITY)
    with pytest.raises(Refused, match="outside your scope"), database.writing() as session:
        import_units(session, cast.units_csv((renamed,)), "u.csv", "lin", scope)
