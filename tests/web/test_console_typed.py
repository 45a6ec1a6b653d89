"""Nothing that was typed is lost: a refused form that is not shown again is to be copied, or sent once more."""

import io
import re

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import OperationalError

from survey_app.models import Account, ConsoleSession
from survey_app.services.accounts import create_account
from survey_app.services.plans.saving import create_plan, find_plan, save_plan
from survey_app.services.scopes import EVERYTHING
from survey_app.web.organiser.accounts import fresh_code
from survey_app.web.organiser.plans import plan_steps
from survey_app.web.organiser.typed_words import box_words
from tests.cast import definition
from tests.web.console_browser import NAME, PASSWORD, Browser, plain

pytest_plugins = "tests.web.console_fixtures"

GIVEN = definition(places=None, slug=None)
QUESTION = "/console/plans/1/questions/wish?lang=en"
OLD = "of an earlier login"
PAGE = "/console/plans/1/questionnaire?lang=en"
LAUNCH = "/console/plans/1/launch?lang=en"


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def plan(database):
    with database.writing() as session:
        assert create_plan(session, GIVEN, NAME, EVERYTHING).id == 1


def text_of(database, code="wish"):
    with database.reading() as session:
        given = find_plan(session, 1, EVERYTHING).given
    return next(each["text"] for each in given["questions"] if each["code"] == code)


def end_sessions(database):
    with database.writing() as session:
        session.execute(delete(ConsoleSession))


def hidden(page):
    """Return the fields that the offered form sends."""
    form = page.text[page.text.index('id="again"') :]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")])
    return {name: value for name, value in found if name != "csrf_token"}


def log_in_again(browser, page, name=NAME, **more):
    waiting = re.search(r'name="waiting" value="([^"]+)"', page.text)[1]
    return browser.post("/console/login?lang=en", {"name": name, "password": PASSWORD, "waiting": waiting, **more})


def test_a_session_that_ended_over_a_form_loses_nothing(organiser, database, plan):
    organiser.get(PAGE)
    end_sessions(database)
    # The page asks for something by itself first.
    assert (
        organiser.client.post("/console/plans/1/preview/wish", data={"csrf_token": organiser.token}).status_code == 303
    )
    typed = {
        "version": "1",
        "text-zh_Hans": "还有<别的>吗？",
        "text-en": "Else?",
        "password": "hidden",
        "code": "123456",
    }
    page = organiser.post(QUESTION, typed)
    assert page.status_code == 403
    assert "after the login you can send it again" in plain(page)
    page = log_in_again(organiser, page, password=PASSWORD)
    assert page.status_code == 200
    assert "Question, 中文 还有&lt;别的&gt;吗？ Question, English Else?" in plain(page)
    assert f'action="{QUESTION}"' in page.text
    assert hidden(page) == {"version": "1", "text-zh_Hans": "还有&lt;别的&gt;吗？", "text-en": "Else?"}
    assert text_of(database) == next(each["text"] for each in GIVEN["questions"] if each["code"] == "wish")
    assert organiser.post(QUESTION, {"version": "1", "text-en": "Else?"}).status_code == 303
    assert text_of(database) == {"en": "Else?"}


def test_what_one_account_typed_is_not_offered_to_another(organiser, database, plan):
    with database.writing() as session:
        create_account(session, "wu", PASSWORD)
    organiser.get(PAGE)
    end_sessions(database)
    page = organiser.post(QUESTION, {"text-en": "Mine"})
    assert log_in_again(organiser, page, "wu").status_code == 303
    other = Browser(organiser.client.application)
    other.get("/console/login")
    assert other.post("/console/login", {"name": NAME, "password": PASSWORD, "waiting": "forged"}).status_code == 303


def test_a_form_waits_through_the_second_step_of_a_login(organiser, database, plan, monkeypatch):
    monkeypatch.setattr(fresh_code, "use_code", lambda *_: True)
    with database.writing() as session:
        session.execute(update(Account).values(totp_secret=b"sealed"))
    organiser.get(PAGE)
    end_sessions(database)
    page = log_in_again(organiser, organiser.post(QUESTION, {"text-en": "Else?"}))
    assert "One-time code" in plain(page)
    waiting = re.search(r'name="waiting" value="([^"]+)"', page.text)[1]
    page = organiser.post("/console/login/code?lang=en", {"code": "123456", "waiting": waiting})
    assert hidden(page) == {"text-en": "Else?"}


def test_a_page_older_than_the_login_offers_its_form_only_where_it_is_ours(organiser, database, plan):
    organiser.get(PAGE)
    page = organiser.post(QUESTION, {"text-en": "Else?"}, token=OLD, headers={"Sec-Fetch-Site": "same-origin"})
    assert page.status_code == 400
    assert hidden(page) == {"text-en": "Else?"}
    page = organiser.post(QUESTION, {"text-en": "Else?"}, token=OLD, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status_code == 400
    assert "Question, English Else?" in plain(page)
    assert 'id="again"' not in page.text
    assert organiser.post(QUESTION, {"version": "1"}, token=OLD).status_code == 400
    end_sessions(database)
    page = organiser.post(QUESTION, {"text-en": "Else?"}, token=OLD)
    assert (page.status_code, "waiting" in page.text) == (400, False)
    assert "Question, English Else?" in plain(page)
    page = organiser.post(QUESTION, {"text-en": "Else?"}, token=OLD, headers={"Sec-Fetch-Site": "same-origin"})
    assert "waiting" in page.text


def test_too_large_a_file_takes_nothing_with_it(organiser, plan):
    sent = {"title_zh": "新的题目", "quota": "40", "groups-0-name_zh": "代表", "choose": "tree", "do": "save"}
    page = organiser.submit(LAUNCH, sent | {"file": (io.BytesIO(b"x" * 22_000_000), "places.csv")})
    assert page.status_code == 413
    assert hidden(page) == sent
    assert "Title, Chinese 新的题目 Ballots expected at each place 40 Group 1: Name, Chinese 代表" in plain(page)
    assert "choose it again" in plain(page)
    outsider = Browser(organiser.client.application)
    outsider.get("/console/login")
    assert outsider.post(LAUNCH, sent | {"file": (io.BytesIO(b"x" * 300_000), "places.csv")}).status_code == 413


def test_a_list_beside_a_box_to_mend_is_asked_for_again(organiser, plan):
    organiser.get(LAUNCH)
    for do, threshold, status in (("save", "many", 422), ("add_group", "5", 200)):
        sent = {"do": do, "threshold": threshold, "file": (io.BytesIO(b"code"), "places.csv")}
        page = organiser.post(LAUNCH, sent)
        assert page.status_code == status
        assert "places.csv This list was not read yet. Choose it again" in plain(page)


def test_a_state_that_changed_meanwhile_shows_what_was_typed(organiser, database, draft):
    organiser.get("/console/surveys/every-kind/definition?lang=en")
    organiser.post("/console/surveys/every-kind/designer?lang=en")
    organiser.get(PAGE)
    # Launched: kinds of place and targets have no forms any more.
    page = organiser.post("/console/plans/1/targets?lang=en", {"version": "1", "targets": "D1\t市公安局"})
    assert page.status_code == 422
    assert "Targets D1 市公安局" in plain(page)
    with database.writing() as session:
        found = find_plan(session, 1, EVERYTHING)
        save_plan(session, found, dict(found.given, contact="1"), 1, "wu")
    page = organiser.post(LAUNCH, {"version": "1", "title_zh": "新", "areas_more": "430702", "do": "save"})
    assert "and below these, by their codes 430702" in plain(page)
    draft.open()
    page = organiser.post(
        "/console/plans/1/questions/overall?lang=en",
        {"version": "2", "text-en": "Late?", "option-0-en": "Late option"},
    )
    assert page.status_code == 422
    assert "Question, English Late? Option 1, English Late option" in plain(page)
    page = organiser.post(LAUNCH, {"version": "1", "title_zh": "太晚了"})
    assert page.status_code == 409
    assert "Title, Chinese 太晚了" in plain(page)
    page = organiser.post("/console/surveys/every-kind/approve?lang=en", {"reason": "Everything is checked"})
    assert (page.status_code, "Reason Everything is checked" in plain(page)) == (409, True)


def test_a_database_that_is_away_takes_nothing_with_it(organiser, database, plan, monkeypatch):
    def away(*_):
        raise OperationalError("insert", {}, Exception("gone"))

    monkeypatch.setattr(plan_steps, "save_plan", away)
    organiser.get(PAGE)
    page = organiser.post(QUESTION, {"version": "1", "text-en": "Else?"})
    assert (page.status_code, page.headers.get("Retry-After")) == (503, "5")
    assert hidden(page) == {"version": "1", "text-en": "Else?"}


@pytest.mark.parametrize(
    ("box", "words"),
    [
        ("text-ug", "Question, ئۇيغۇرچە"),
        ("option-1-en", "Option 2, English"),
        ("scale-very_satisfied-en", "Option of the scale very_satisfied, English"),
        ("score-very_satisfied", "Score very_satisfied"),
        ("groups-2-weight", "Group 3: Weight"),
        (f"groups-{'9' * 5000}-weight", f"groups-{'9' * 5000}-weight"),  # More than Python reads as a number.
        (f"score-{'9' * 5000}", f"Score {'9' * 5000}"),
        ("valid", "Valid ballots"),
        ("overall.1", "overall.1"),
        ("groups-0-ballot_mode", None),
        ("choose", None),
        ("option-0-code", None),
        ("version", None),
    ],
)
def test_a_text_is_called_as_its_box(box, words):
    said = box_words(box)
    assert said == words if said is None else str(said) == words


def test_what_is_nowhere_looks_like_what_one_may_not_see(organiser, outsider, plan):
    pages = [organiser.get(f"/console/{path}?lang=en") for path in ("plans/99", "nowhere/at-all", "plans/1/copy")]
    assert {page.status_code for page in pages} == {404}
    assert len({re.sub(r'(?:href|action|value)="[^"]*"', "", page.text) for page in pages}) == 1
    assert "Back to the surveys" in plain(pages[1])
    page = organiser.post("/console/nowhere?lang=en", {"reason": "typed"})
    assert (page.status_code, "Reason typed" in plain(page)) == (404, True)
    answer = outsider.get("/console/nowhere?lang=en")
    assert (answer.status_code, answer.location) == (303, "/console/login?next=/console/nowhere?lang%3Den&lang=en")
