"""What must be so before a survey opens: an approval where it is asked for; and the planned time, which opens it."""

import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from survey_app.domain.messages import Refused
from survey_app.jobs.planned_times import open_due_surveys
from survey_app.models import Survey, SurveyAct
from survey_app.services.launching import change_definition
from survey_app.services.lifecycle import approve_survey, open_survey, open_survey_if_due
from survey_app.services.opening import due_openings, opens_by_itself, what_hinders
from tests.services.polling import DEFINITION, launch_poll

#: Launched by "test", see polling.py.
WANTED = DEFINITION | {"second_person": True}


def act(database, what, by, *more):
    with database.writing() as session:
        return what(session, "poll", by, *more).state


def change(database, by, **changes):
    with database.writing() as session:
        change_definition(session, "poll", json.dumps(WANTED | changes).encode(), by)


def test_an_approval_that_was_asked_for_stays_asked_for(sqlite_database):
    launch_poll(sqlite_database, WANTED, opened=False)
    with pytest.raises(Refused, match="second_person: the survey was launched to be approved"):
        change(sqlite_database, "test", second_person=False)


def hindrances(database):
    with database.reading() as session:
        survey = session.scalars(select(Survey)).one()
        return [str(each) for each in what_hinders(session, survey, datetime.now(UTC))]


def acts(database):
    with database.reading() as session:
        return session.execute(select(SurveyAct.act, SurveyAct.by).order_by(SurveyAct.id)).all()


def test_a_survey_that_needs_an_approval_opens_only_with_one_of_somebody_else(database):
    launch_poll(database, WANTED, opened=False)
    assert hindrances(database) == [
        "It needs the approval of a second person: somebody else than test, who launched or changed it last."
    ]
    with pytest.raises(Refused, match="needs the approval of a second person"):
        act(database, open_survey, "wang")
    with pytest.raises(Refused, match="test launched or changed this survey last"):
        act(database, approve_survey, "test")
    assert act(database, approve_survey, "wang") == "draft"
    assert hindrances(database) == []
    assert act(database, open_survey, "test") == "open"
    assert acts(database) == [("launch", "test"), ("approve", "wang"), ("open", "test")]


def test_a_change_after_the_approval_needs_it_again(sqlite_database):
    launch_poll(sqlite_database, WANTED, opened=False)
    act(sqlite_database, approve_survey, "wang")
    change(sqlite_database, "wang", title="另一个题目")
    with pytest.raises(Refused, match="somebody else than wang"):
        act(sqlite_database, open_survey, "test")
    with pytest.raises(Refused, match="wang launched or changed"):
        act(sqlite_database, approve_survey, "wang")
    act(sqlite_database, approve_survey, "test")
    assert act(sqlite_database, open_survey, "wang") == "open"


def test_an_open_survey_is_not_approved(sqlite_database):
    launch_poll(sqlite_database)
    with pytest.raises(Refused, match="Only a draft is approved"):
        act(sqlite_database, approve_survey, "wang")


def plan(database, **ago):
    """Let the planned opening, and with it the launch, lie so long ago; the launch a minute earlier."""
    opens = datetime.now(UTC) - timedelta(**ago)
    with database.writing() as session:
        session.execute(update(Survey).values(opens_at=opens))
        session.execute(update(SurveyAct).values(at=opens - timedelta(minutes=1)))


def state(database):
    with database.reading() as session:
        return session.scalars(select(Survey.state)).one()


def test_a_draft_opens_by_itself_when_its_planned_time_has_come(database):
    launch_poll(database, opened=False)
    plan(database, minutes=-1)
    open_due_surveys(database)
    assert state(database) == "draft"
    plan(database, seconds=1)
    open_due_surveys(database)
    assert acts(database) == [("launch", "test"), ("open", "planned")]
    assert state(database) == "open"


@pytest.mark.parametrize("opens", [None, "2020-01-01"])
def test_what_was_past_when_it_was_launched_announces_no_opening(sqlite_database, opens):
    launch_poll(sqlite_database, DEFINITION | ({"opens": opens} if opens else {}), opened=False)
    open_due_surveys(sqlite_database)
    assert state(sqlite_database) == "draft"
    with sqlite_database.reading() as session:
        assert not opens_by_itself(session, session.scalars(select(Survey)).one())


def test_a_change_after_the_planned_time_leaves_the_opening_to_a_person(sqlite_database):
    launch_poll(sqlite_database, WANTED, opened=False)
    plan(sqlite_database, hours=1)
    opens = datetime.now(UTC) - timedelta(hours=1)
    change(sqlite_database, "test", opens=f"{opens.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%dT%H:%M}")
    act(sqlite_database, approve_survey, "wang")
    open_due_surveys(sqlite_database)
    assert state(sqlite_database) == "draft"


def test_a_planned_opening_waits_for_the_approval(sqlite_database):
    launch_poll(sqlite_database, WANTED, opened=False)
    plan(sqlite_database, seconds=1)
    open_due_surveys(sqlite_database)
    assert state(sqlite_database) == "draft"
    act(sqlite_database, approve_survey, "wang")
    open_due_surveys(sqlite_database)
    assert state(sqlite_database) == "open"


def test_a_planned_opening_after_the_closing_does_not_come(sqlite_database):
    launch_poll(sqlite_database, DEFINITION | {"closes": "2020-01-01"}, opened=False)
    plan(sqlite_database, seconds=1)
    open_due_surveys(sqlite_database)
    assert state(sqlite_database) == "draft"
    assert hindrances(sqlite_database) == ["Its planned closing is past. Give it a later one, then open it."]


def test_somebody_who_opens_at_the_same_moment_is_no_trouble(sqlite_database):
    launch_poll(sqlite_database, opened=False)
    plan(sqlite_database, seconds=1)
    with sqlite_database.reading() as session:
        assert due_openings(session, datetime.now(UTC)) == ["poll"]
    act(sqlite_database, open_survey, "test")
    with sqlite_database.writing() as session:
        open_survey_if_due(session, "poll", "planned")
    assert acts(sqlite_database) == [("launch", "test"), ("open", "test")]
