"""Plans: kept, found within a scope, saved by one at a time, and tied to the draft that was launched from them."""

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.models import AuditEntry, BallotSlot, StoredQuestionnaire, Survey, SurveyPlan, Unit
from survey_app.services.lifecycle import open_survey
from survey_app.services.plans.saving import (
    SavedMeanwhile,
    adopt_survey,
    copy_plan,
    copy_survey,
    create_plan,
    delete_plan,
    find_plan,
    follow_survey,
    list_plans,
    plan_of_survey,
    save_plan,
    survey_of_plan,
)
from survey_app.services.scopes import EVERYTHING, Scope
from tests.cast import DINGCHENG, WULING, add_units, definition, launched

GIVEN = definition(places=None, slug=None)


@pytest.fixture
def stage(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
    return sqlite_database


def scope_of(session, code):
    return Scope(session.scalar(select(Unit.id).where(Unit.code == code)))


def entries(session):
    found = session.scalars(select(AuditEntry).where(AuditEntry.what.startswith("plan.")))
    return [(each.what, each.about, each.before, each.after) for each in found]


def test_a_plan_is_found_by_whose_scope_contains_its_makers(stage):
    with stage.writing() as session:
        wuling, dingcheng = scope_of(session, WULING), scope_of(session, DINGCHENG)
        own, everybodys = create_plan(session, GIVEN, "lin", wuling), create_plan(session, {}, "wu", EVERYTHING)
        assert find_plan(session, own.id, wuling) is own
        assert find_plan(session, own.id, EVERYTHING) is own
        assert find_plan(session, own.id, dingcheng) is None
        assert find_plan(session, everybodys.id, wuling) is None
        assert list_plans(session, wuling) == [own]
        assert list_plans(session, dingcheng) == []
        assert set(list_plans(session, EVERYTHING)) == {own, everybodys}


@pytest.mark.parametrize("number", [0, -1, 99, 2**63, 10**30])
def test_a_number_that_no_plan_has_finds_none(stage, number):
    with stage.reading() as session:
        assert find_plan(session, number, EVERYTHING) is None


def test_a_plan_is_saved_with_a_new_version_and_one_line_in_the_trail(stage):
    with stage.writing() as session:
        plan = create_plan(session, {"title": "甲", "questions": []}, "lin", EVERYTHING)
    with stage.writing() as session:
        plan = find_plan(session, plan.id, EVERYTHING)
        save_plan(session, plan, {"title": "乙", "questions": GIVEN["questions"]}, 1, "wu")
        assert (plan.version, plan.changed_by, plan.given["title"]) == (2, "wu", "乙")
        save_plan(session, plan, dict(plan.given), 2, "wu")  # Nothing changed, so the trail has nothing to say.
    with stage.reading() as session:
        made, saved = entries(session)
        assert made == ("plan.create", "甲", None, {"plan": plan.id, "title": "甲"})
        assert saved[:2] == ("plan.save", "乙")
        assert (saved[2]["title"], saved[3]["title"]) == ("甲", "乙")
        assert any(path.endswith("/text") for path in saved[3])


def test_who_saves_over_somebody_else_is_told_who_and_when(database):
    with database.writing() as session:
        plan = create_plan(session, {"title": "甲", "time_zone": "nowhere"}, "lin", EVERYTHING)
        number = plan.id
    with database.writing() as session:
        save_plan(session, find_plan(session, number, EVERYTHING), {"title": "乙"}, 1, "wu")
    with database.writing() as session:
        mine = find_plan(session, number, EVERYTHING)
        with pytest.raises(SavedMeanwhile, match=r"wu saved this plan at \d\d:\d\d") as refusal:
            save_plan(session, mine, {"title": "丙"}, 1, "lin")
        assert refusal.value.messages[0].values["who"] == "wu"
        assert session.scalars(select(SurveyPlan.given)).one() == {"title": "乙"}


def test_of_two_who_save_at_once_the_second_is_told(stage):
    with stage.writing() as session:
        plan = create_plan(session, {"title": "甲"}, "lin", EVERYTHING)
        number = plan.id
        # Somebody else's change that this session has not seen.
        table = SurveyPlan.__table__
        session.connection().execute(table.update().where(table.c.id == number).values(version=2, changed_by="wu"))
        assert plan.version == 1
        with pytest.raises(SavedMeanwhile, match="wu saved"):
            save_plan(session, plan, {"title": "乙"}, 1, "lin")


def test_a_plan_is_deleted_unless_a_survey_came_of_it(stage):
    with stage.writing() as session:
        plan = create_plan(session, GIVEN, "lin", EVERYTHING)
        delete_plan(session, plan, "lin")
        session.flush()
        assert session.scalars(select(SurveyPlan)).all() == []
        kept = create_plan(session, GIVEN, "lin", EVERYTHING)
        kept.survey_id = launched(session).id
        with pytest.raises(Refused, match="stays with the survey"):
            delete_plan(session, kept, "lin")
    with stage.reading() as session:
        assert "plan.delete" in [what for what, *_ in entries(session)]


def test_a_copy_has_no_name_and_no_dates(stage):
    with stage.writing() as session:
        plan = create_plan(session, definition(opens="2026-01-01", open_days=3, repeats="x"), "lin", EVERYTHING)
        copied = copy_plan(session, plan, "wu", EVERYTHING)
        assert {"slug", "opens", "repeats"}.isdisjoint(copied.given)
        assert copied.given["questions"] == plan.given["questions"]
        assert copied.given["open_days"] == 3
        assert (copied.made_by, copied.version, copied.survey_id) == ("wu", 1, None)
        assert copy_survey(session, launched(session), "wu", EVERYTHING).given["questions"] == GIVEN["questions"]


def test_a_draft_from_a_file_gets_its_plan_once(stage):
    with stage.writing() as session:
        survey = launched(session)
        assert plan_of_survey(session, survey) is None
        plan = adopt_survey(session, survey, "lin", EVERYTHING)
        assert adopt_survey(session, survey, "wu", EVERYTHING) is plan
        assert survey_of_plan(session, plan) is survey
        assert list_plans(session, EVERYTHING) == []  # It is no plan in preparation any more.


def test_what_is_saved_of_a_draft_is_its_questionnaire_at_once(stage):
    with stage.writing() as session:
        survey = launched(session)
        plan = adopt_survey(session, survey, "lin", EVERYTHING)
        shorter = dict(plan.given, title="新名称", questions=plan.given["questions"][:1])
        save_plan(session, plan, shorter, 1, "lin")
        assert survey.title == {"zh_Hans": "新名称"}
        assert session.get_one(StoredQuestionnaire, survey.id).definition == shorter
        assert [each.question for each in session.scalars(select(BallotSlot))] == ["overall"]
    with stage.reading() as session:
        told = session.scalars(select(AuditEntry).where(AuditEntry.what == "survey.change")).one()
        assert told.before["title"] == definition()["title"]["zh_Hans"]
        assert "questions/buses “城区公交”/asked_in" in told.before
        assert told.after["title"] == "新名称"
        assert "plan.save" not in [what for what, *_ in entries(session)]  # One change is one line.


def test_a_plan_follows_the_definition_file_of_its_draft(stage):
    with stage.writing() as session:
        survey = launched(session)
        follow_survey(session, survey, "lin")  # It has no plan, so nothing follows.
        plan = adopt_survey(session, survey, "lin", EVERYTHING)
        other = definition(title="别的名称")
        session.get_one(StoredQuestionnaire, survey.id).definition = other
        follow_survey(session, survey, "wu")
        assert (plan.given, plan.version, plan.changed_by) == (other, 2, "wu")


def test_a_draft_keeps_its_questionnaire_where_the_plan_is_not_whole(stage):
    with stage.writing() as session:
        survey = launched(session)
        plan = adopt_survey(session, survey, "lin", EVERYTHING)
        broken = dict(plan.given, questions=[])
        with pytest.raises(Refused):
            save_plan(session, plan, broken, 1, "lin")
        assert plan.given != broken
        assert plan.version == 1
        assert session.get_one(StoredQuestionnaire, survey.id).definition == definition()


def test_once_open_nothing_of_it_is_saved(stage):
    with stage.writing() as session:
        survey = launched(session)
        plan = adopt_survey(session, survey, "lin", EVERYTHING)
        other = launched(session, definition(slug="other"))
        for each in (survey, other):
            open_survey(session, each.slug, "lin")
        with pytest.raises(Refused):
            save_plan(session, plan, dict(plan.given, title="新名称"), 1, "lin")
        with pytest.raises(Refused, match="frozen"):
            adopt_survey(session, other, "lin", EVERYTHING)
        assert session.get_one(Survey, survey.id).title == definition()["title"]
