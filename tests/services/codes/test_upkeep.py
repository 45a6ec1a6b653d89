import pytest
from sqlalchemy import select, update

from survey_app.domain.entry_codes import grouped, is_entry_code
from survey_app.domain.messages import Refused
from survey_app.models import EntryCode, Place, Survey, SurveyAct, Unit
from survey_app.services.codes import upkeep as code_upkeep
from survey_app.services.codes.entry_codes import list_codes
from survey_app.services.codes.upkeep import pause_place, replace_code, resume_place, void_code
from tests import cast

PLACE = "430702001001"


@pytest.fixture
def stage(database):
    with database.writing() as session:
        cast.add_units(session)
        cast.launched(session)
        cast.launched(session, cast.with_groups())
    return database


def code_of(database, unit=PLACE, slug="small"):
    with database.reading() as session:
        return next((each.code for each in list_codes(session, slug, "") if each.unit_code == unit), None)


def do(database, act, *words, **named):
    """Do an act in a transaction of its own; return the code, or the name of the unit, that it gives back."""
    with database.writing() as session:
        done = act(session, *words, **named)
        return done.code if isinstance(done, EntryCode) else done.name


def states(database, unit=PLACE):
    with database.reading() as session:
        found = select(EntryCode.code, EntryCode.state).join(Place, Place.id == EntryCode.place_id)
        return dict(map(tuple, session.execute(found.join(Unit, Unit.id == Place.unit_id).where(Unit.code == unit))))


def last_act(database):
    with database.reading() as session:
        each = session.scalars(select(SurveyAct).order_by(SurveyAct.id.desc())).first()
        return each.act, each.by, each.reason, each.about


def paused(database):
    with database.reading() as session:
        found = select(Unit.code).join(Place, Place.unit_id == Unit.id).where(Place.paused)
        return set(session.scalars(found))


def test_a_replaced_code_is_voided_and_its_place_has_a_new_one(stage):
    old = code_of(stage)
    others = {unit: code_of(stage, unit) for unit in cast.VILLAGES if unit != PLACE}
    new = do(stage, replace_code, "small", old, "lin", " 公告外泄 ")
    assert is_entry_code(new)
    assert states(stage) == {old: "voided", new: "active"}
    assert code_of(stage) == new
    assert {unit: code_of(stage, unit) for unit in others} == others
    about = f"{PLACE} 马家吉社区 · {grouped(old)} → {grouped(new)}"
    assert last_act(stage) == ("replace_code", "lin", "公告外泄", about)


def test_the_new_code_leads_the_same_group(stage):
    with stage.reading() as session:
        old = next(each for each in list_codes(session, "grouped", "") if each.group == "delegates")
    new = do(stage, replace_code, "grouped", old.code, "lin", "r")
    with stage.reading() as session:
        assert {each.code: each.group for each in list_codes(session, "grouped", "")}[new] == "delegates"


def test_a_code_that_ever_was_is_never_given_again(stage, monkeypatch):
    old = code_of(stage)
    elsewhere = code_of(stage, cast.CITY, "grouped")
    offered = iter([old, elsewhere, "12345674"])
    monkeypatch.setattr(code_upkeep, "make_entry_code", lambda below: next(offered))
    assert do(stage, replace_code, "small", old, "lin", "r") == "12345674"


def test_a_code_is_understood_as_it_is_printed(stage):
    old = code_of(stage)
    do(stage, void_code, "small", grouped(old), "lin", "r")
    assert states(stage) == {old: "voided"}


def test_a_voided_code_has_none_in_its_place(stage):
    old = code_of(stage)
    assert do(stage, void_code, "small", old, "lin", "外泄") == old
    assert code_of(stage) is None
    assert last_act(stage) == ("void_code", "lin", "外泄", f"{PLACE} 马家吉社区 · {grouped(old)}")


def test_a_place_whose_code_was_voided_gets_a_new_one_by_replacing_that(stage):
    old = code_of(stage)
    do(stage, void_code, "small", old, "lin", "r")
    new = do(stage, replace_code, "small", old, "lin", "r")
    assert states(stage) == {old: "voided", new: "active"}


def test_a_code_is_replaced_once_however_often_the_button_is_pressed(stage):
    old = code_of(stage)
    new = do(stage, replace_code, "small", old, "lin", "r")
    with pytest.raises(Refused, match="has already been replaced"):
        do(stage, replace_code, "small", old, "lin", "r")
    assert states(stage) == {old: "voided", new: "active"}


def test_a_code_is_voided_once(stage):
    old = code_of(stage)
    do(stage, void_code, "small", old, "lin", "r")
    with pytest.raises(Refused, match="is already voided"):
        do(stage, void_code, "small", old, "lin", "r")


@pytest.mark.parametrize("act", [replace_code, void_code])
@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_code_is_not_touched_without_a_reason(stage, act, reason):
    old = code_of(stage)
    with pytest.raises(Refused, match="which will be recorded"):
        do(stage, act, "small", old, "lin", reason)
    assert states(stage) == {old: "active"}


@pytest.mark.parametrize("act", [replace_code, void_code])
@pytest.mark.parametrize("code", ["12345674", "", "x", "1\x002"])
def test_a_code_that_the_survey_has_not_is_refused(stage, act, code):
    with pytest.raises(Refused, match="Survey small has no poster code"):
        do(stage, act, "small", code, "lin", "r")


@pytest.mark.parametrize("act", [replace_code, void_code])
def test_a_code_of_another_survey_is_refused(stage, act):
    foreign = code_of(stage, cast.CITY, "grouped")
    with pytest.raises(Refused, match="Survey small has no poster code"):
        do(stage, act, "small", foreign, "lin", "r")
    assert states(stage, cast.CITY)[foreign] == "active"


def test_one_place_is_paused_and_resumed(stage):
    assert do(stage, pause_place, "small", PLACE, "lin", "停电") == "马家吉社区"
    assert paused(stage) == {PLACE}
    assert last_act(stage) == ("pause", "lin", "停电", f"{PLACE} 马家吉社区")
    assert do(stage, resume_place, "small", PLACE, "lin") == "马家吉社区"
    assert paused(stage) == set()
    assert last_act(stage) == ("resume", "lin", "", f"{PLACE} 马家吉社区")


def test_a_place_is_paused_once_and_resumed_once(stage):
    with pytest.raises(Refused, match="马家吉社区 is not paused"):
        do(stage, resume_place, "small", PLACE, "lin")
    do(stage, pause_place, "small", PLACE, "lin")
    with pytest.raises(Refused, match="马家吉社区 is already paused"):
        do(stage, pause_place, "small", PLACE, "lin")
    assert paused(stage) == {PLACE}


@pytest.mark.parametrize("act", [pause_place, resume_place])
@pytest.mark.parametrize("unit", ["999", cast.QIMING, ""])
def test_only_a_place_is_paused(stage, act, unit):
    with pytest.raises(Refused, match="is not a place of survey small"):
        do(stage, act, "small", unit, "lin")


@pytest.mark.parametrize("state", ["closed", "published", "archived"])
def test_after_closing_codes_and_places_stay_as_they_were(stage, state):
    code = code_of(stage)
    with stage.writing() as session:
        session.execute(update(Survey).where(Survey.slug == "small").values(state=state))
    for act, words in (
        (replace_code, (code, "lin", "r")),
        (void_code, (code, "lin", "r")),
        (pause_place, (PLACE, "lin")),
        (resume_place, (PLACE, "lin")),
    ):
        with pytest.raises(Refused, match="It takes no more answers"):
            do(stage, act, "small", *words)
    assert states(stage) == {code: "active"}
    assert paused(stage) == set()


@pytest.mark.parametrize("state", ["draft", "open"])
def test_before_closing_the_survey_stays_in_its_state(stage, state):
    with stage.writing() as session:
        session.execute(update(Survey).where(Survey.slug == "small").values(state=state))
    do(stage, replace_code, "small", code_of(stage), "lin", "r")
    do(stage, pause_place, "small", PLACE, "lin")
    with stage.reading() as session:
        assert session.scalar(select(Survey.state).where(Survey.slug == "small")) == state
