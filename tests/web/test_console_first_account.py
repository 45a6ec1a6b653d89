"""The first account: made in a browser on the machine itself, and from nowhere else."""

import pytest

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.migrating import migrate
from tests.web.console_browser import PASSWORD, Browser, plain

pytest_plugins = "tests.web.console_fixtures"


def test_without_an_account_the_first_one_is_made_on_the_machine_itself(app):
    browser = Browser(app)
    assert browser.get("/console/login").location == "/console/first-account"
    answer = browser.submit(
        "/console/first-account?lang=en", {"name": "lin", "password": "too short", "again": "too short"}
    )
    assert answer.status_code == 422
    assert "A password has 10 to 200 characters." in plain(answer)
    answer = browser.submit("/console/first-account?lang=en", {"name": "lin", "password": PASSWORD, "again": "other"})
    assert answer.status_code == 422
    assert "The two passwords differ" in plain(answer)
    answer = browser.submit("/console/first-account", {"name": "lin", "password": PASSWORD, "again": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/console/")
    assert browser.get("/console/").status_code == 200
    assert Browser(app).log_in().status_code == 303


def test_there_is_only_one_first_account(app, outsider):
    assert outsider.get("/console/first-account").location == "/console/login"
    outsider.get("/console/login")
    answer = outsider.post("/console/first-account", {"name": "eve", "password": PASSWORD, "again": PASSWORD})
    assert answer.location == "/console/login"
    assert Browser(app).log_in(name="eve").status_code == 422


@pytest.mark.parametrize(
    ("address", "host", "headers"),
    [
        ("203.0.113.7", "localhost", {}),
        ("127.0.0.1", "city.example", {}),
        ("127.0.0.1", "localhost", {"X-Forwarded-For": "203.0.113.7"}),
        ("127.0.0.1", "localhost", {"Forwarded": "for=203.0.113.7"}),
        ("127.0.0.1", "localhost", {"X-Real-IP": "203.0.113.7"}),
        ("", "localhost", {}),
    ],
)
def test_from_elsewhere_only_the_command_makes_it(app, address, host, headers):
    browser = Browser(app, address, host)
    page = browser.get("/console/first-account?lang=en", headers=headers)
    assert page.status_code == 403
    assert "python -m survey_app create-account" in plain(page)
    local = Browser(app)
    local.get("/console/first-account")
    browser.client, browser.token = local.client, local.token
    posted = browser.post(
        "/console/first-account", {"name": "eve", "password": PASSWORD, "again": PASSWORD}, headers=headers
    )
    assert posted.status_code in (400, 403)
    assert Browser(app).get("/console/login").location == "/console/first-account"


def test_a_public_address_under_https_without_known_proxies_counts_as_elsewhere(tmp_path):
    app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_PUBLIC_URL": "https://city.example"}))
    migrate(app.extensions["manyi"].database)
    assert Browser(app).get("/console/first-account").status_code == 403
    app.extensions["manyi"].database.dispose()
