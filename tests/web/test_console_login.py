"""Who gets into the console, for how long, and what becomes of those who guess."""

from datetime import UTC, datetime, timedelta

import pytest
from limits import parse

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services import console_sessions
from survey_app.services.accounts import check_password, create_account
from survey_app.services.migrating import migrate
from survey_app.web.organiser.access.policy import POLICIES
from survey_app.web.organiser.accounts import login, throttle
from tests.web.console_browser import NAME, PASSWORD, Browser, plain
from tests.web.console_routes import address_of, console_rules

pytest_plugins = "tests.web.console_fixtures"

NONE, OTHER = "", "x"
WRONG = "wrong <b>guess</b>"
OPEN = {"/console/login", "/console/login/code", "/console/first-account"}


def test_no_console_page_opens_without_a_login(app, outsider, draft):
    rules = console_rules(app)
    assert len(rules) >= 15
    walked = set()
    for rule in rules:
        path = address_of(app, rule, slug=draft.slug)
        for method in rule.methods - {"OPTIONS"}:
            outsider.get("/console/login")
            answer = outsider._open(method, path, {"data": {"csrf_token": outsider.token}} if method == "POST" else {})
            if path in OPEN:
                walked.add(path)
                continue
            assert answer.status_code == 303, (method, path)
            assert answer.location.startswith("/console/login"), (method, path)
    assert walked == OPEN


def test_every_console_endpoint_is_on_the_blueprint_that_asks_for_a_login(app):
    assert {rule.endpoint.split(".")[0] for rule in console_rules(app)} == {"organiser"}
    open_to_all = {view for view, policy in POLICIES.items() if policy is None}
    assert {path.removeprefix("/console/").replace("-", "_").replace("/", "_") for path in OPEN} == open_to_all


def test_nothing_is_done_without_a_login(app, outsider, draft):
    outsider.get("/console/login")
    outsider.post(f"/console/surveys/{draft.slug}/open")
    with draft.database.reading() as session:
        from survey_app.services.surveys import find_survey  # noqa: PLC0415

        assert find_survey(session, draft.slug).state == "draft"


def test_a_login_leads_to_where_one_wanted_to_go(outsider, draft):
    asked = outsider.get("/console/surveys/every-kind?unit=430702&lang=en")
    assert asked.status_code == 303
    answer = outsider.log_in(path=asked.location)
    assert answer.status_code == 303
    assert answer.location == "/console/surveys/every-kind?unit=430702&lang=en"
    assert outsider.get(answer.location).status_code == 200


@pytest.mark.parametrize(
    "where",
    [
        "https://evil.example/console/",
        "//evil.example/console/",
        "/\\evil.example",
        "\\\\evil.example/console/",
        "/console/\\evil",
        "/results",
        "javascript:alert(1)",
        "/console/../results",
        "/console/\n/evil.example",
        "/console",
        "http:/console/",
        "/console/\u00e4",
        "",
    ],
)
def test_a_login_leads_nowhere_else(outsider, where):
    outsider.get("/console/login")
    answer = outsider.client.post(
        "/console/login",
        query_string={"next": where},
        data={"csrf_token": outsider.token, "name": NAME, "password": PASSWORD},
        base_url=outsider.host,
    )
    assert answer.status_code == 303
    assert answer.location == "/console/"


def test_the_address_of_what_was_posted_is_not_asked_for_again(outsider):
    outsider.get("/console/login")
    assert outsider.post("/console/unit-imports/lists/1/import").location == "/console/login"


def test_a_wrong_password_says_so_and_keeps_the_name(outsider):
    answer = outsider.log_in(password=WRONG)
    assert answer.status_code == 422
    assert "The name or the password is wrong." in plain(answer)
    assert f'value="{NAME}"' in answer.text
    assert "wrong &lt;b&gt;" not in answer.text
    assert outsider.get("/console/").status_code == 303


def test_a_name_that_nobody_has_is_told_the_same(outsider):
    assert plain(outsider.log_in(name="nobody")).replace("nobody", NAME) == plain(outsider.log_in(password=WRONG))


@pytest.mark.parametrize("missing", ["name", "password"])
def test_an_empty_box_is_asked_for(outsider, missing):
    answer = outsider.submit("/console/login?lang=en", {"name": NAME, "password": PASSWORD} | {missing: ""})
    assert answer.status_code == 422
    assert "Please write the" in plain(answer)
    assert 'aria-invalid="true"' in answer.text


def test_a_login_needs_the_forms_token(outsider):
    outsider.get("/console/login")
    assert outsider.post("/console/login", {"name": NAME, "password": PASSWORD}, token=NONE).status_code == 400
    assert outsider.post("/console/login", {"name": NAME, "password": PASSWORD}, token=OTHER).status_code == 400


def test_under_https_a_login_needs_no_referer(tmp_path):
    """Our own policy keeps browsers from sending one."""
    settings = {"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_PUBLIC_URL": "https://city.example", "SURVEY_PROXIES": "1"}
    app = create_app(read_config(settings))
    database = app.extensions["manyi"].database
    migrate(database)
    with database.writing() as session:
        create_account(session, NAME, PASSWORD)
    browser = Browser(app)
    behind = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}
    browser.host = "https://city.example"
    browser.get("/console/login", headers=behind)
    answer = browser.post("/console/login", {"name": NAME, "password": PASSWORD}, headers=behind)
    assert answer.status_code == 303
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-manyi=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
    database.dispose()


def test_a_session_begins_anew_at_the_login(outsider):
    outsider.get("/console/login")
    with outsider.client.session_transaction("/console/", base_url=outsider.host) as session:
        session["planted"] = "by somebody else"
    outsider.log_in()
    with outsider.client.session_transaction("/console/", base_url=outsider.host) as session:
        assert "planted" not in session


def test_who_is_logged_in_needs_no_login_page(organiser):
    assert organiser.get("/console/login").location == "/console/"
    assert organiser.get("/console/login?next=/console/units").location == "/console/units"


def test_logging_out_is_a_post_and_ends_it(organiser):
    assert organiser.get("/console/logout").status_code == 404
    assert organiser.get("/console/?lang=en").status_code == 200
    assert organiser.post("/console/logout?lang=en").status_code == 303
    assert "You are logged out." in plain(organiser.get("/console/login?lang=en"))
    assert organiser.get("/console/").status_code == 303


class Clock:
    def __init__(self, monkeypatch):
        self.at = datetime.now(UTC)
        monkeypatch.setattr(console_sessions, "datetime", self)

    def now(self, zone):
        return self.at.astimezone(zone)


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


def test_a_session_ends_after_half_an_hour_of_nothing(clock, organiser):
    clock.at += console_sessions.IDLE - timedelta(seconds=5)
    assert organiser.get("/console/").status_code == 200
    clock.at += console_sessions.IDLE - timedelta(seconds=5)
    assert organiser.get("/console/").status_code == 200
    clock.at += console_sessions.IDLE + timedelta(seconds=61)
    assert organiser.get("/console/?lang=en").status_code == 303
    assert "You were logged out" in plain(organiser.get("/console/login?lang=en"))
    clock.at -= console_sessions.IDLE
    assert organiser.get("/console/").status_code == 303


def test_a_session_ends_after_eight_hours_of_work(clock, organiser):
    for _ in range(32):
        assert organiser.get("/console/").status_code == 200
        clock.at += timedelta(minutes=15)
    clock.at += timedelta(seconds=1)
    assert organiser.get("/console/").status_code == 303


def test_a_page_that_loads_itself_again_keeps_no_session_alive(clock, organiser, draft):
    from survey_app.services.jobs import JobKind, enqueue  # noqa: PLC0415

    with draft.database.writing() as session:
        job = enqueue(session, JobKind.POSTERS, draft.id, {}, NAME).id
    answers = []
    for _ in range(40):
        answers.append(organiser.get(f"/console/jobs/{job}").status_code)
        clock.at += timedelta(minutes=1)
    assert answers[0] == 200
    assert answers[-1] == 303


def test_a_session_of_an_account_that_is_disabled_opens_nothing(app, organiser, account):
    from survey_app.models import Account  # noqa: PLC0415

    with app.extensions["manyi"].database.writing() as session:
        session.get_one(Account, account.id).disabled_at = datetime.now(UTC)
    assert organiser.get("/console/").status_code == 303


def test_guessing_one_name_is_slowed(app, outsider):
    for _ in range(throttle.PER_NAME.amount):
        assert outsider.log_in(password=WRONG).status_code == 422
    answer = outsider.log_in()
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    assert "Too many wrong tries. Wait 5 min" in plain(answer)
    assert outsider.log_in(name=f" {NAME.upper()} ").status_code == 429
    elsewhere = Browser(app, address="203.0.113.7")
    assert elsewhere.log_in().status_code == 429


def test_guesses_sent_at_once_are_no_more_than_those_sent_one_by_one(app, outsider, monkeypatch):
    monkeypatch.setattr(throttle, "PER_NAME", parse("1 per 5 minutes"))
    meanwhile = []

    def slowly(database, name, password):
        if not meanwhile:  # A second guess comes while the first is still being looked at.
            meanwhile.append(0)
            meanwhile[0] = Browser(app, address="203.0.113.7").log_in(password=WRONG).status_code
        return check_password(database, name, password)

    monkeypatch.setattr(login, "check_password", slowly)
    assert outsider.log_in(password=WRONG).status_code == 422
    assert meanwhile == [429]


def test_guessing_many_names_from_one_address_is_slowed(app, outsider, monkeypatch):
    monkeypatch.setattr(throttle, "PER_ADDRESS", parse("6 per 5 minutes"))
    for number in range(throttle.PER_ADDRESS.amount):
        assert outsider.log_in(name=f"name-{number}").status_code == 422
    assert outsider.log_in().status_code == 429
    assert Browser(app, address="203.0.113.7").log_in().status_code == 303


def test_logging_in_rightly_costs_no_tries(app, account, monkeypatch):
    monkeypatch.setattr(throttle, "PER_ADDRESS", parse("3 per 5 minutes"))
    monkeypatch.setattr(throttle, "PER_NAME", parse("3 per 5 minutes"))
    for _ in range(5):
        assert Browser(app).log_in().status_code == 303
