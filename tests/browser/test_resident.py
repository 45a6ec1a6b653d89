"""The resident's pages in a real browser: without script, by keyboard, on a small screen, by axe's rules."""

import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.migrating import migrate
from tests.web.small_survey import EVERY_KIND, TARGETS, TOWN, SmallSurvey, other

pytestmark = pytest.mark.browser


class Site:
    """A running server with surveys in every state."""

    def __init__(self, parts, address):
        self.address = address
        self.survey = SmallSurvey(parts, EVERY_KIND).open()
        self.code = self.survey.code(TOWN)
        self.review = SmallSurvey(parts, TARGETS).open()
        states = {state: SmallSurvey(parts, other(EVERY_KIND, slug=state)) for state in ("draft", "paused", "closed")}
        states["paused"].open().pause()
        states["closed"].open().close()
        self.pages = {
            "front": "/",
            "privacy": "/privacy",
            "questionnaire": f"/s/{self.code}",
            "targets": f"/s/{self.review.code('常德市')}",
            "thanks": f"/s/{self.code}/thanks",
            "unknown": "/s/12345678",
            "nowhere": "/nowhere",
            **{name: f"/s/{each.code(TOWN)}" for name, each in states.items()},
        }


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    app = create_app(read_config({"SURVEY_DATA_DIR": str(folder)}))
    parts = app.extensions["manyi"]
    migrate(parts.database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(parts, f"http://127.0.0.1:{server.port}")
    server.shutdown()
    thread.join()
    server.server_close()
    parts.database.dispose()


@pytest.fixture
def page(chromium):
    """Give a page of a phone whose scripts are switched off."""
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    yield context.new_page()
    context.close()


@pytest.fixture
def scripted(chromium):
    """Give a page on which a test may measure; the pages themselves hold no script."""
    context = chromium.new_context(viewport={"width": 360, "height": 640}, bypass_csp=True)
    yield context.new_page()
    context.close()


VIEWS = ("", "?lang=en", "?size=large", "?lang=en&size=large")


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found]


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def test_a_whole_submission_without_script_is_one_ballot(site, page):
    before = len(site.survey.ballots())
    page.goto(site.address + "/")
    page.fill("#code", f"{site.code[:4]} {site.code[4:]}")
    page.click("button")
    page.click("button")
    assert page.locator("[role=alert] a").count() == 2
    page.click("[role=alert] a >> nth=0")
    page.locator("label.opt", has=page.locator("[name=overall][value=satisfied]")).click()
    page.locator("label.opt", has=page.locator("[name=buses][value=dissatisfied]")).click()
    page.fill("textarea", "多几班公交")
    page.click("button")
    assert page.locator("[role=alert] a").count() == 1
    assert page.input_value("textarea") == "多几班公交"
    page.locator("label.opt", has=page.locator("[name=reason][value=fares]")).click()
    page.click("button")
    assert page.url == f"{site.address}/s/{site.code}/thanks"
    page.reload()
    assert len(site.survey.ballots()) == before + 1


def test_the_first_error_is_where_the_keyboard_stands(site, scripted):
    scripted.goto(site.address + site.pages["questionnaire"])
    scripted.click("button")
    assert scripted.evaluate("document.activeElement.getAttribute('href')") == "#q1-0"
    scripted.keyboard.press("Enter")
    assert scripted.evaluate("document.activeElement.id") == "q1-0"
    scripted.keyboard.press("Space")
    assert scripted.is_checked("#q1-0")


@pytest.mark.parametrize("view", ["", "?lang=en"])
def test_the_first_question_shows_without_scrolling(site, scripted, view):
    scripted.goto(site.address + site.pages["questionnaire"] + view)
    box = scripted.locator("fieldset label.opt").first.bounding_box()
    assert box["y"] + box["height"] < 640


@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(site, scripted, view):
    for name, path in site.pages.items():
        scripted.goto(site.address + path + view)
        assert violations(scripted) == [], name
        scripted.set_viewport_size({"width": 320, "height": 640})
        assert not is_wider_than_the_screen(scripted), name
        scripted.set_viewport_size({"width": 360, "height": 640})


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["front", "questionnaire", "targets"])
def test_axe_finds_nothing_where_something_is_wrong(site, scripted, name, view):
    scripted.goto(site.address + site.pages[name] + view)
    if name == "questionnaire":
        scripted.fill("#q5", "x")
    scripted.click("button")
    assert scripted.locator(".fault").count() > 0
    assert violations(scripted) == []
    scripted.set_viewport_size({"width": 320, "height": 640})
    assert not is_wider_than_the_screen(scripted)


@pytest.mark.parametrize(("view", "body", "question"), [("", 18, 22), ("?size=large", 24, 30)])
def test_text_and_targets_are_large_enough(site, scripted, view, body, question):
    scripted.goto(site.address + site.pages["questionnaire"] + view)
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert scripted.locator("label.opt").first.evaluate(size) == pytest.approx(body, abs=0.1)
    assert scripted.locator("legend").first.evaluate(size) == pytest.approx(question, abs=0.1)
    smallest = scripted.evaluate(
        "() => Math.min(...[...document.querySelectorAll('body :not(input)')]"
        ".map(node => parseFloat(getComputedStyle(node).fontSize)))"
    )
    assert smallest >= 15.9
    heights = "nodes => nodes.map(node => node.getBoundingClientRect().height)"
    assert min(scripted.locator("label.opt").evaluate_all(heights)) >= 60
    assert min(scripted.locator("a, button").evaluate_all(heights)) >= 44


def test_one_request_a_page_and_nothing_from_elsewhere(site, scripted):
    requests = []
    scripted.on("request", lambda request: requests.append(request.url))
    scripted.goto(site.address + site.pages["questionnaire"])
    assert [each for each in requests if not each.startswith("data:")] == [site.address + site.pages["questionnaire"]]
