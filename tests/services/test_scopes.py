"""What lies within a scope: units, places, codes, surveys, jobs, plans."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from survey_app.models import EntryCode, Place, Survey, SurveyPlan, Unit
from survey_app.services.jobs import JobKind, enqueue
from survey_app.services.scopes import (
    EVERYTHING,
    Reach,
    Scope,
    covers,
    covers_code,
    covers_entry_code,
    covers_place,
    job_within,
    plan_within,
    reach,
    top_unit,
    touches,
    unit_ids,
)
from survey_app.services.surveys_in_scope import survey_lines
from tests.services.polling import launch_poll


@pytest.fixture
def tree(database):
    """Give the session with a small poll, and ids by code: C above A and B, A11, A12 below A, B11, B12 below B."""
    launch_poll(database)
    with database.writing() as session:
        yield session, dict(session.execute(select(Unit.code, Unit.id)).all())


def scope_of(tree, code):
    return Scope(tree[1][code])


def poll(session):
    return session.scalars(select(Survey)).one()


@pytest.mark.parametrize(
    ("scope", "code", "within"),
    [
        ("A", "A", True),
        ("A", "A1", True),
        ("A", "A11", True),
        ("A", "C", False),
        ("A", "B", False),
        ("A", "B11", False),
    ],
)
def test_a_scope_has_its_unit_and_all_below(tree, scope, code, within):
    session, ids = tree
    assert covers(session, scope_of(tree, scope), ids[code]) is within
    assert covers_code(session, scope_of(tree, scope), code) is within
    assert covers(session, EVERYTHING, ids[code])


def test_what_there_is_not_lies_within_no_scope_but_that_of_all(tree):
    session, _ = tree
    scope = scope_of(tree, "A")
    assert not covers(session, scope, 10**9)
    for code in ("nowhere", "", "A\x00"):
        assert not covers_code(session, scope, code)
        assert not covers_entry_code(session, scope, code)
        assert covers_code(session, EVERYTHING, code)
        assert covers_entry_code(session, EVERYTHING, code)
    for place in (10**9, 2**80):
        assert not covers_place(session, scope, place)
        assert covers_place(session, EVERYTHING, place)


def test_places_and_their_codes_lie_where_their_units_do(tree):
    session, ids = tree
    for entry, place in session.execute(select(EntryCode, Place).join(Place, Place.id == EntryCode.place_id)).all():
        within = place.unit_id in (ids["A11"], ids["A12"])
        assert covers_place(session, scope_of(tree, "A"), place.id) is within
        assert covers_entry_code(session, scope_of(tree, "A"), entry.code) is within


@pytest.mark.parametrize(
    ("scope", "reached", "places"),
    [("C", Reach.WHOLE, 4), ("A", Reach.PART, 2), ("A11", Reach.PART, 1), ("elsewhere", Reach.NONE, None)],
)
def test_a_survey_is_reached_by_its_places(tree, scope, reached, places):
    session, ids = tree
    unit = Unit(code="elsewhere", name="x", level="city")
    session.add(unit)
    session.flush()
    ids["elsewhere"] = unit.id
    survey = poll(session)
    assert reach(session, scope_of(tree, scope), survey) is reached
    assert touches(session, scope_of(tree, scope), survey) is (reached is not Reach.NONE)
    lines = survey_lines(session, scope_of(tree, scope))
    assert [(line.survey.id, line.places) for line in lines] == ([(survey.id, places)] if places else [])


def test_for_all_units_nothing_is_narrowed(tree):
    session, ids = tree
    assert reach(session, EVERYTHING, poll(session)) is Reach.WHOLE
    assert touches(session, EVERYTHING, poll(session))
    assert [line.survey.id for line in survey_lines(session, EVERYTHING)] == [poll(session).id]
    assert (unit_ids(session, EVERYTHING), top_unit(session, EVERYTHING)) == (None, None)
    assert EVERYTHING.is_everything
    assert not scope_of(tree, "A").is_everything
    assert unit_ids(session, scope_of(tree, "A")) == {ids[code] for code in ("A", "A1", "A11", "A12")}
    assert top_unit(session, scope_of(tree, "A")).code == "A"


@pytest.mark.parametrize(
    ("arguments", "within"),
    [({}, False), ({"under": "A1"}, True), ({"under": "B1"}, False), ({"unit": "A1", "under": "B1"}, False)],
)
def test_a_job_lies_where_it_works(tree, arguments, within):
    session, _ = tree
    job = enqueue(session, JobKind.POSTERS, poll(session).id, arguments, "x")
    assert job_within(session, scope_of(tree, "A"), job) is within
    assert job_within(session, scope_of(tree, "C"), job)
    assert job_within(session, EVERYTHING, job)
    assert not job_within(session, Scope(10**9), job)


def test_where_all_places_lie_within_the_scope_not_all_sheets_are_its_own(tree):
    session, _ = tree
    whole = scope_of(tree, "C")
    for arguments, within in (({}, False), ({"under": "A1"}, True), ({"under": "B1"}, True)):
        job = enqueue(session, JobKind.SHEETS, poll(session).id, arguments | {"audience": "review", "number": 1}, "x")
        assert job_within(session, whole, job) is within
        assert job_within(session, EVERYTHING, job)


def plan(session, scope_id):
    now = datetime.now(UTC)
    made = SurveyPlan(given={}, scope_id=scope_id, made_by="x", made_at=now, changed_by="x", changed_at=now)
    session.add(made)
    session.flush()
    return made


def test_a_plan_is_seen_by_scopes_that_contain_its_makers(tree):
    session, ids = tree
    own, all_units = plan(session, ids["A1"]), plan(session, None)
    assert plan_within(session, scope_of(tree, "A"), own)
    assert not plan_within(session, scope_of(tree, "A11"), own)
    assert not plan_within(session, scope_of(tree, "C"), all_units)
    assert plan_within(session, EVERYTHING, all_units)


def test_a_plan_that_was_launched_over_more_than_the_scope_is_no_longer_seen_in_it(tree):
    session, ids = tree
    launched = plan(session, ids["A"])
    launched.survey_id = poll(session).id  # Somebody over C has launched it over A and B.
    session.flush()
    assert not plan_within(session, scope_of(tree, "A"), launched)
    launched.scope_id = ids["C"]
    assert plan_within(session, scope_of(tree, "C"), launched)


def test_a_job_without_a_survey_lies_where_its_plan_or_its_unit_does(tree):
    session, ids = tree
    job = enqueue(session, JobKind.POSTERS, poll(session).id, {}, "x")
    job.survey_id = None
    for arguments, within in (
        ({}, False),
        ({"unit": "A"}, True),
        ({"plan_id": plan(session, ids["A1"]).id}, True),
        ({"plan_id": plan(session, ids["B"]).id}, False),
        ({"plan_id": 10**9}, False),
    ):
        job.arguments = arguments
        assert job_within(session, scope_of(tree, "A"), job) is within
