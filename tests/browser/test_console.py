"""The console in a real browser: by keyboard, without script, on two widths, by axe's rules, in both languages."""

import io
import re
import threading
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.jobs.worker import work_once
from survey_app.services import jobs
from survey_app.services.accounts import create_account
from survey_app.services.jobs import JobKind
from survey_app.services.migrating import migrate
from survey_app.services.surveys import find_survey
from tests.browser.thorough import THOROUGH
from tests.web.console_browser import NAME, PASSWORD
from tests.web.small_survey import EVERY_KIND, TOWN, SmallSurvey, other

pytestmark = pytest.mark.browser

PARTS = ("", "/definition", "/preview", "/posters", "/codes", "/by-hand", "/jobs")


class Site:
    """A running console with surveys in every state."""

    def __init__(self, app, address):
        self.parts = app.extensions["manyi"]
        self.address = address
        migrate(self.parts.database)

    def fill(self):
        with self.parts.database.writing() as session:
            create_account(session, NAME, PASSWORD)
        places = {"under": "430700", "level": "village", "quota": 20}
        SmallSurvey(self.parts, other(EVERY_KIND, slug="draft"))
        SmallSurvey(self.parts, other(EVERY_KIND, slug="open", places=places)).open()
        for slug in ("closed", "published"):
            SmallSurvey(self.parts, other(EVERY_KIND, slug=slug)).open().close()
        self.ask("published", JobKind.PUBLISH, number=1, reason=None)
        self.made = self.ask("open", JobKind.POSTERS)
        self.failed = self.ask("open", JobKind.POSTERS, under="999")
        while work_once(self.parts.config, self.parts.database, threading.Event()):
            pass
        self.waiting = self.ask("draft", JobKind.POSTERS)
        return self

    def ask(self, slug, kind, **arguments):
        with self.parts.database.writing() as session:
            return jobs.enqueue(session, kind, find_survey(session, slug).id, arguments, NAME).id

    @property
    def pages(self):
        return [
            "/",
            "/units",
            "/units?unit=430702001",
            "/units?q=430",
            "/surveys/new",
            *(f"/surveys/{slug}{path}" for slug in ("draft", "open") for path in PARTS),
            "/surveys/open?unit=430702001",
            "/surveys/open?q=x",
            "/surveys/open/codes?under=430702001",
            "/surveys/open/by-hand?under=430702001001",
            "/surveys/open/codes/replace?unit=430702001001&group=residents",
            "/surveys/open/codes/pause?unit=430702001001",
            "/surveys/closed",
            "/surveys/published",
            "/surveys/draft/open",
            "/surveys/open/close",
            "/surveys/closed/reopen",
            "/surveys/closed/publish",
            "/surveys/published/publish",
            "/surveys/published/withdraw",
            "/surveys/draft/close",  # Refused.
            "/surveys/nowhere",
            f"/jobs/{self.made}",
            f"/jobs/{self.failed}",
            f"/jobs/{self.waiting}",
        ]


@pytest.fixture
def serve(tmp_path):
    """Give a function that serves a console."""
    running = []

    def start():
        app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path)}))
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        running.append((server, thread, app))
        return Site(app, f"http://127.0.0.1:{server.port}/console")

    yield start
    for server, thread, app in running:
        server.shutdown()
        thread.join()
        server.server_close()
        app.extensions["manyi"].database.dispose()


@pytest.fixture
def site(serve):
    return serve().fill()


@pytest.fixture
def context(chromium):
    made = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield made
    made.close()


def log_in(page, site):
    page.goto(f"{site.address}/login?lang=en")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/?lang=en")
    return page


def tab_to(page, text, most=40):
    """Press Tab until what has the focus says the text."""
    for _ in range(most):
        page.keyboard.press("Tab")
        focused = page.evaluate("() => (document.activeElement.innerText || document.activeElement.id || '').trim()")
        if focused == text:
            outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that {text} has the focus"
            return
    raise AssertionError(f"no way to {text} by Tab")


def violations(page):
    found = Axe().run(page).response["violations"]
    return [(each["id"], [node["html"] for node in each["nodes"]][:2]) for each in found]


def test_a_survey_is_opened_with_the_keyboard_alone(site, context):
    page = context.new_page()
    page.goto(f"{site.address}/?lang=en")
    page.keyboard.press("Tab")
    page.keyboard.type(NAME)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/console/?lang=en")
    page.goto(f"{site.address}/surveys/draft?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("() => document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    tab_to(page, "Open the survey…")
    page.keyboard.press("Enter")
    page.wait_for_url("**/surveys/draft/open?lang=en")
    tab_to(page, "Open now")
    page.keyboard.press("Enter")
    page.wait_for_url("**/surveys/draft?lang=en")
    assert page.inner_text("[role=status]") == "The survey is open. Answers are taken from now on."
    assert page.inner_text("main .tag.state-open") == "open"


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
def test_every_page_keeps_axes_rules_and_the_screens_width(site, context, lang):
    page = log_in(context.new_page(), site)
    broken, errors = {}, []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for number, path in enumerate(site.pages):
        for width in (360, 1280):
            # Every page on a phone in Chinese and on a desk in English or the other way round; by the rules once.
            if not THOROUGH and (width == 360) != ((number % 2 == 0) == (lang == "zh_Hans")):
                continue
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(f"{site.address}{path}{'&' if '?' in path else '?'}lang={lang}")
            ours = (number % 4 < 2) == (lang == "zh_Hans")
            found = violations(page) if THOROUGH or ours else []
            wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
            if found or wide:
                broken[path, width] = (found, "scrolls sideways" if wide else "")
    assert broken == {}
    assert [said for said in errors if "404" not in said and "409" not in said] == []


@pytest.mark.parametrize("width", [360, 1280])
def test_a_device_is_opened_by_the_code_on_the_screen(site, context, width):
    page = log_in(context.new_page(), site)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{site.address}/surveys/open/by-hand?under=430702001001&lang=en")
    page.check("[name=channel][value=telephone]")
    page.click("text=Open a device")
    assert violations(page) == []
    address = page.inner_text(".address a")
    assert "/by-hand/" in address
    picture = Image.open(io.BytesIO(page.locator("svg.symbol").screenshot()))
    [symbol] = decode(picture, [ZBarSymbol.QRCODE])
    assert symbol.data.decode() == address
    page.goto(site.address.removesuffix("/console") + urlsplit(address).path)
    assert TOWN in page.inner_text("h1")


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
def test_the_pages_before_a_login_keep_axes_rules(serve, context, lang):
    site = serve()
    page = context.new_page()
    page.goto(f"{site.address}/?lang={lang}")
    assert "/first-account" in page.url
    assert violations(page) == []
    site.fill()
    page.goto(f"{site.address}/login?lang={lang}")
    assert violations(page) == []
    page.fill("#name", NAME)
    page.keyboard.press("Enter")
    page.wait_for_selector("#password[aria-invalid]")
    assert violations(page) == []


def test_the_first_account_is_made_in_the_browser(serve, context):
    site = serve()
    page = context.new_page()
    page.goto(f"{site.address}/?lang=en")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.fill("#again", PASSWORD)
    page.click("text=Make the account")
    page.wait_for_url("**/console/?lang=en")
    assert "There is no survey yet." in page.inner_text("main")


def test_progress_comes_by_itself_and_leaves_the_focus_where_it_is(site, context):
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}/jobs/{site.waiting}?lang=en")
    assert "Waiting for the worker…" in page.inner_text("#job")
    tab_to(page, "Cancel this job")
    with site.parts.database.writing() as session:
        held = jobs.claim(session)
    with site.parts.database.writing() as session:
        held = jobs.keep_alive(session, held, 1, 2)
    page.wait_for_selector("text=1 of 2", timeout=8000)
    assert page.evaluate("() => document.activeElement.innerText") == "Cancel this job"
    with site.parts.database.writing() as session:
        jobs.finish(session, held, "posters.pdf", b"%PDF-1.7")
    page.wait_for_selector("text=Download posters.pdf", timeout=8000)
    assert page.locator("text=Cancel this job").count() == 0


def test_progress_comes_without_script_too(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}/jobs/{site.waiting}?lang=en")
    with site.parts.database.writing() as session:
        jobs.finish(session, jobs.claim(session), "posters.pdf", b"%PDF-1.7")
    page.wait_for_selector("text=Download posters.pdf", timeout=8000)
    context.close()


def test_a_list_of_units_is_checked_and_imported_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = log_in(context.new_page(), site)
    for button, said in (("Check only", "The list is in order"), ("Import", "Imported: 1 added")):
        page.goto(f"{site.address}/units?lang=en")
        page.click("text=Import a list")
        content = "code,name,level,parent_code\n430704,新区,county,430700\n".encode()
        page.set_input_files("#file", {"name": "units.csv", "mimeType": "text/csv", "buffer": content})
        page.click(f"button:has-text('{button}')")
        assert re.search(said, page.inner_text("main"))
    context.close()
