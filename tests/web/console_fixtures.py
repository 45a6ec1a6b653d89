"""A cast for tests of the console: somebody outside, and an organiser who is logged in."""

import pytest

from survey_app.services.accounts import create_account
from tests.web.console_browser import NAME, PASSWORD, Browser


@pytest.fixture
def account(app):
    with app.extensions["manyi"].database.writing() as session:
        return create_account(session, NAME, PASSWORD)


@pytest.fixture
def outsider(app, account):
    return Browser(app)


@pytest.fixture
def organiser(app, account):
    browser = Browser(app)
    assert browser.log_in().status_code == 303
    return browser
