"""Fifty presses at once, on SQLite and on PostgreSQL: one ballot."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.auditing import audit_tally
from survey_app.services.migrating import migrate
from tests.web.page_check import check
from tests.web.small_survey import EVERY_KIND, FULL, TOWN, SmallSurvey

PRESSES = 50


@pytest.fixture
def either_app(database_url, tmp_path):
    """Give an application on an empty, migrated database of each kind."""
    settings = {"SURVEY_DATA_DIR": str(tmp_path / "data"), "SURVEY_DATABASE_URL": database_url}
    made = create_app(read_config(settings))
    migrate(made.extensions["manyi"].database)
    yield made
    made.extensions["manyi"].database.dispose()


def press_at_once(app, address, bodies):
    start = Barrier(len(bodies))

    def press(body):
        start.wait()
        return app.test_client(use_cookies=False).post(address, data=body)

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(press, bodies))


def test_fifty_identical_presses_are_one_ballot_and_one_receipt(either_app):
    survey = SmallSurvey(either_app.extensions["manyi"], EVERY_KIND).open()
    address = f"/s/{survey.code(TOWN)}"
    body = {"_token": check(either_app.test_client().get(address)).token, **FULL, "one_thing": "路灯"}
    answers = press_at_once(either_app, address, [body] * PRESSES)
    assert [answer.status_code for answer in answers] == [303] * PRESSES
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert len(survey.ballots()) == 1
    with survey.database.reading() as session:
        assert audit_tally(session, survey.slug) == 1


def test_of_fifty_different_answers_on_one_page_the_first_stays(either_app):
    survey = SmallSurvey(either_app.extensions["manyi"], EVERY_KIND).open()
    address = f"/s/{survey.code(TOWN)}"
    token = check(either_app.test_client().get(address)).token
    bodies = [{"_token": token, **FULL, "household": str(number % 25 + 1)} for number in range(PRESSES)]
    statuses = [answer.status_code for answer in press_at_once(either_app, address, bodies)]
    assert set(statuses) == {303, 409}
    assert 1 <= statuses.count(303) <= 2  # Two sent the same number, and one of those may have been first.
    assert len(survey.ballots()) == 1
