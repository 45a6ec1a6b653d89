"""A launch that is taken back: what is being printed for it, and what its plan keeps of it."""

import io
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from survey_app.domain.messages import Refused
from survey_app.models import SurveyAct
from survey_app.services import jobs
from survey_app.services.codes.entry_codes import print_posters
from survey_app.services.jobs import JobKind, JobLost, JobState
from survey_app.services.lifecycle import restore_survey
from survey_app.services.paper.sheets import PaperKind, print_paper
from survey_app.services.plans.launching import is_bound_to_approval, plan_that_came_back, take_back
from survey_app.services.plans.saving import create_plan, delete_plan, find_plan
from survey_app.services.scopes import EVERYTHING
from tests.cast import add_units, definition, launched


@pytest.fixture
def stage(sqlite_database):
    with sqlite_database.writing() as session:
        add_units(session)
        launched(session, definition(slug="draft", paper="single", second_person=True))
    return sqlite_database


def back(stage):
    with stage.writing() as session:
        return take_back(session, "draft", "lin", EVERYTHING).id


@pytest.mark.parametrize("kind", [JobKind.POSTERS, JobKind.SLIPS, JobKind.PAPER_SHEETS])
def test_a_file_that_is_being_made_meanwhile_is_not_stored(stage, kind):
    with stage.writing() as session:
        number = jobs.enqueue(session, kind, 1, {}, "lin").id
        held = jobs.claim(session)
    back(stage)
    with stage.writing() as session, pytest.raises(JobLost):
        jobs.finish(session, held, "file.pdf", b"%PDF-")
    with stage.reading() as session:
        job = jobs.find_job(session, number)
        assert (job.state, job.result_name, job.result) == (JobState.CANCELLED, "", None)


def test_nothing_is_printed_for_it_afterwards_and_it_stays_where_it_is(stage):
    back(stage)
    with stage.writing() as session:
        for do in (
            lambda: print_posters(session, "draft", "https://m.cn", io.BytesIO(), print),
            lambda: print_paper(session, "draft", PaperKind.BALLOTS, io.BytesIO(), print),
            lambda: restore_survey(session, "draft", "lin"),
        ):
            with pytest.raises(Refused, match="The launch of draft was taken back"):
                do()


def test_the_plan_is_known_by_its_number_and_no_other_that_gets_the_number_later(stage):
    number = back(stage)
    with stage.writing() as session:
        act = session.scalars(select(SurveyAct).where(SurveyAct.act == "take_back")).one()
        plan = find_plan(session, number, EVERYTHING)
        assert plan_that_came_back(session, act, EVERYTHING) is plan
        assert is_bound_to_approval(session, plan)
        delete_plan(session, plan, "lin")
        session.expunge(plan)
        assert plan_that_came_back(session, act, EVERYTHING) is None
        later = create_plan(session, {}, "wu", EVERYTHING)
        assert (later.id, later.made_at > act.at) == (number, True)
        assert plan_that_came_back(session, act, EVERYTHING) is None
        assert not is_bound_to_approval(session, later)
        later.made_at = datetime(2020, 1, 1, tzinfo=UTC)
        session.flush()
        assert is_bound_to_approval(session, later)
