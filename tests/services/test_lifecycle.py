from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.models import StoredQuestionnaire, Survey, SurveyAct
from survey_app.services.lifecycle import close_survey, lock_survey, open_survey, reopen_survey
from tests.services.polling import DEFINITION, launch_poll


def act(database, what, *more):
    with database.writing() as session:
        return what(session, "poll", "test", *more)


def test_opening_freezes_the_questionnaire_and_is_written_down(database):
    launch_poll(database, opened=False)
    act(database, open_survey)
    with database.reading() as session:
        assert session.scalars(select(StoredQuestionnaire.frozen_at)).one() is not None
        assert session.execute(select(SurveyAct.act, SurveyAct.by)).all() == [("launch", "test"), ("open", "test")]


def test_opening_twice_and_closing_a_draft_are_refused_and_change_nothing(database):
    launch_poll(database, opened=False)
    with pytest.raises(Refused, match=r"now draft.*Only an open survey can be closed"):
        act(database, close_survey)
    act(database, open_survey)
    with pytest.raises(Refused, match=r"now open.*Only a draft can be opened"):
        act(database, open_survey)
    with database.reading() as session:
        assert session.scalars(select(Survey.state)).one() == "open"
        assert len(session.scalars(select(SurveyAct)).all()) == 2


def test_open_days_set_the_planned_closing(sqlite_database):
    launch_poll(sqlite_database, DEFINITION | {"open_days": 1})
    with sqlite_database.reading() as session:
        closes = session.scalars(select(Survey.closes_at)).one()
    left = closes - datetime.now(UTC)
    assert timedelta() < left <= timedelta(hours=24)
    assert (closes + timedelta(hours=8)).hour == 0, "midnight in Shanghai"


def test_a_planned_closing_in_the_past_is_refused_at_opening(sqlite_database):
    launch_poll(sqlite_database, DEFINITION | {"closes": "2020-01-01"}, opened=False)
    with pytest.raises(Refused, match="planned closing is past"):
        act(sqlite_database, open_survey)
    with sqlite_database.reading() as session:
        assert session.scalars(select(Survey.state)).one() == "draft"


def test_reopening_needs_a_reason_and_comes_within_a_day(database):
    launch_poll(database)
    act(database, close_survey)
    with pytest.raises(Refused, match="--reason"):
        act(database, reopen_survey, " ")
    assert act(database, reopen_survey, "a village was cut off").state == "open"
    act(database, close_survey)
    with database.writing() as session:
        lock_survey(session, "poll").closed_at = datetime.now(UTC) - timedelta(hours=25)
    with pytest.raises(Refused, match="24 hours"):
        act(database, reopen_survey, "too late")


def test_an_unknown_survey_is_refused(sqlite_database):
    with pytest.raises(Refused, match="There is no survey poll"):
        act(sqlite_database, open_survey)
