"""The console in a real browser: by keyboard, without script, on two widths, by axe's rules, in both languages."""

import io
import threading
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit

import pytest
from PIL import Image
from pyzbar.pyzbar import ZBarSymbol, decode
from sqlalchemy import select, update
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.domain.powers import Role
from survey_app.domain.release import Audience
from survey_app.factory import create_app
from survey_app.jobs.worker import work_once
from survey_app.models import Place, Release, RespondentGroup
from survey_app.services import jobs
from survey_app.services.accounts import create_account
from survey_app.services.jobs import JobKind
from survey_app.services.migrating import migrate
from survey_app.services.plans.saving import create_plan
from survey_app.services.progress.notes import write_note
from survey_app.services.publishing import publish
from survey_app.services.scopes import EVERYTHING
from survey_app.services.surveys import find_survey
from survey_app.services.units.importing import import_units
from survey_app.services.units.uploads import check_upload, find_upload, keep_upload, start_import
from tests.browser.axe_rules import violations
from tests.browser.thorough import THOROUGH
from tests.web.console_browser import NAME, PASSWORD
from tests.web.small_survey import EVERY_KIND, TARGETS, TOWN, SmallSurvey, other

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
            self.other = create_account(session, "wang", PASSWORD, Role.AUDITOR).id
        places = {"under": "430700", "level": "village", "quota": 20}
        SmallSurvey(self.parts, other(EVERY_KIND, slug="draft"))
        SmallSurvey(self.parts, other(EVERY_KIND, slug="open", places=places)).open()
        for slug in ("closed", "published"):
            SmallSurvey(self.parts, other(EVERY_KIND, slug=slug)).open().close()
        self.paper = self.take_paper("closed")
        self.draft_release("drafted")
        self.ask("published", JobKind.PUBLISH, number=1, reason=None)
        self.made = self.ask("open", JobKind.POSTERS)
        self.failed = self.ask("open", JobKind.POSTERS, under="999")
        while work_once(self.parts.config, self.parts.database, threading.Event()):
            pass
        self.waiting = self.ask("draft", JobKind.POSTERS)
        self.place = self.note("open")
        approval = other(EVERY_KIND, slug="approval", ballot_mode="slip", second_person=True, opens="2099-12-01")
        SmallSurvey(self.parts, approval)
        with self.parts.database.writing() as session:
            self.plan = create_plan(session, TARGETS | {"slug": "plan"}, NAME, EVERYTHING).id
        self.lists, self.importing = self.take_lists()
        return self

    def ask(self, slug, kind, **arguments):
        with self.parts.database.writing() as session:
            return jobs.enqueue(session, kind, find_survey(session, slug).id, arguments, NAME).id

    def take_lists(self):
        """Import a list of units; keep a good one, whose import waits, and one with a fault; return their numbers."""
        rows = "code,name,level,parent_code\n430702,武陵区,county,430700\n430709,新区,county,430700\n"
        with self.parts.database.writing() as session:
            import_units(session, rows.encode(), "units.csv")
            number = keep_upload(session, rows.replace("新区", "新新区").encode(), "good.csv", NAME)
            good = find_upload(session, number, NAME)
            job = start_import(session, good, check_upload(session, good, EVERYTHING).mark, EVERYTHING)
            bad = keep_upload(session, f"{rows},无代码,county,430700\n".encode(), "bad.csv", NAME)
            return (good.id, bad), job.id

    def note(self, slug):
        """Write a note about a survey's first place; return the place."""
        with self.parts.database.writing() as session:
            survey = find_survey(session, slug)
            place = session.scalars(select(Place).where(Place.survey_id == survey.id).order_by(Place.id)).first()
            write_note(session, survey, place, NAME, "公告被遮住了")
            return place.id

    def take_paper(self, slug):
        """Let a survey have paper; return the page of its first place."""
        with self.parts.database.writing() as session:
            survey = find_survey(session, slug)
            survey.paper = "double"
            place = session.scalars(select(Place.id).where(Place.survey_id == survey.id).order_by(Place.id)).first()
            group = session.scalars(select(RespondentGroup.id).where(RespondentGroup.survey_id == survey.id)).one()
        return f"/surveys/{slug}/paper/{place}/{group}"

    def draft_release(self, slug):
        """Make a draft for review, with words that can be struck from it."""
        SmallSurvey(self.parts, other(EVERY_KIND, slug=slug, sign_off="required")).open().close()
        made = publish(self.parts.database, slug, NAME, audience=Audience.REVIEW, left_out=["振华"])
        words = {"keywords": [{"question": "wish", "word": "路灯", "count": 12}]}
        with self.parts.database.writing() as session:
            session.execute(update(Release).where(Release.id == made.id).values(head=made.head | words))

    @property
    def pages(self):
        return [
            "/",
            "/units",
            "/units?unit=430702001",
            "/units?q=430",
            "/units/430702",
            *(f"/units/430702001001/{change}" for change in ("edit", "move", "merge", "close")),
            "/new-unit?under=430702",
            "/unit-imports",
            *(f"/unit-imports/lists/{number}" for number in self.lists),
            f"/unit-imports/jobs/{self.importing}",
            "/unit-imports/1/undo",
            "/accounts",
            "/accounts/new",
            "/account",
            "/account/codes",
            "/accounts/1/reset_password",  # Refused: one's own.
            *(f"/accounts/{self.other}/{change}" for change in ("duty", "reset_password")),
            "/audit",
            "/surveys/new",
            *(f"/surveys/{slug}{path}" for slug in ("draft", "open") for path in PARTS),
            "/surveys/open?unit=430702001",
            "/surveys/open?unit=430702001001",
            "/surveys/open?sort=-ballots",
            "/surveys/open/reminders",
            "/surveys/open/notes",
            f"/surveys/open/places/{self.place}/notes",
            "/surveys/open?q=x",
            "/surveys/open/codes?under=430702001",
            "/surveys/open/by-hand?under=430702001001",
            "/surveys/open/codes/replace?unit=430702001001&group=residents",
            "/surveys/open/codes/void?unit=430702001001&group=residents",
            "/surveys/open/codes/pause?unit=430702001001",
            f"POST /surveys/open/places/{self.place}/notes",
            "/surveys/closed",
            "/surveys/closed/paper",
            "/surveys/closed/paper/sheets",
            self.paper,
            f"{self.paper}/discard",
            "/surveys/closed/releases",
            "/surveys/drafted/releases",
            "/surveys/drafted/releases/review/1/",
            "/surveys/drafted/sheets/files",
            "/surveys/published",
            "/surveys/published/releases",
            f"/plans/{self.plan}/launch",
            "/plans/new",
            f"/plans/{self.plan}/questionnaire?open=conduct",
            f"/plans/{self.plan}/questionnaire?open=targets",
            f"/plans/{self.plan}/delete",
            "/surveys/approval",
            "/surveys/approval/approve",
            "/surveys/approval/slips",
            "/surveys/draft/open",
            "/surveys/draft/take_back",
            "/surveys/open/close",
            "/surveys/closed/reopen",
            "/surveys/published/archive",
            "/surveys/closed/publish",
            "/surveys/published/publish",
            "/surveys/published/withdraw/public/1",
            "/surveys/draft/close",  # Refused.
            "/surveys/nowhere",
            f"/jobs/{self.made}",
            f"/jobs/{self.failed}",
            f"/jobs/{self.waiting}",
        ]


@contextmanager
def serving(folder):
    """Serve a console whose data lie in this folder."""
    app = create_app(read_config({"SURVEY_DATA_DIR": str(folder)}))
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(app, f"http://127.0.0.1:{server.port}/console")
    server.shutdown()
    thread.join()
    server.server_close()
    app.extensions["manyi"].database.dispose()


@pytest.fixture
def serve(tmp_path):
    """Give a function that serves a console."""
    with ExitStack() as running:
        yield lambda: running.enter_context(serving(tmp_path))


@pytest.fixture
def site(serve):
    return serve().fill()


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    """Give one console to the tests that change nothing which another looks at."""
    with serving(tmp_path_factory.mktemp("console")) as made:
        yield made.fill()


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


def go_to(page, address, path):
    """Go to an address; of a form, where it leads that a page older than the login has sent, which is shown again."""
    if not path.startswith("POST "):
        page.goto(address)
        return
    with page.expect_navigation():
        page.evaluate(
            """(address) => {
              const form = document.body.appendChild(document.createElement("form"));
              Object.assign(form, { method: "post", action: address });
              form.innerHTML = '<textarea name="text">旧页</textarea>';
              form.submit();
            }""",
            address,
        )
    page.wait_for_selector("main dl.typed")


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
def test_every_page_keeps_axes_rules_and_the_screens_width(seen, context, lang):
    page = log_in(context.new_page(), seen)
    broken, errors = {}, []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    for number, path in enumerate(seen.pages):
        for width in (360, 1280):
            # Every page on a phone in Chinese and on a desk in English or the other way round; by the rules once.
            if not THOROUGH and (width == 360) != ((number % 2 == 0) == (lang == "zh_Hans")):
                continue
            page.set_viewport_size({"width": width, "height": 800})
            go_to(page, f"{seen.address}{path.removeprefix('POST ')}{'&' if '?' in path else '?'}lang={lang}", path)
            ours = (number % 4 < 2) == (lang == "zh_Hans")
            found = violations(page) if THOROUGH or ours else []
            wide = page.evaluate("() => document.documentElement.scrollWidth > document.documentElement.clientWidth")
            late = page.evaluate("() => document.querySelector('.app > main')?.getBoundingClientRect().top > 100")
            if found or wide or late:
                broken[path, width] = (found, "scrolls sideways" if wide else "", "begins late" if late else "")
    assert broken == {}
    assert [said for said in errors if not any(status in said for status in ("400", "404", "409"))] == []


@pytest.mark.parametrize("with_script", [True, False])
def test_on_a_phone_the_menu_opens_by_keyboard_and_without_script(seen, phone, with_script):
    page = log_in(phone(with_script).new_page(), seen)
    page.goto(f"{seen.address}/surveys/open/by-hand?lang=en")
    assert page.inner_text(".menu summary").split("\n") == ["Assisted and telephone entry", "Menu"]
    links = page.locator(".side nav a, .self a, .self button")
    assert {each.is_visible() for each in links.all()} == {False}
    page.focus(".brand a")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert {each.is_visible() for each in links.all()} == {True}
    assert page.inner_text(".side [aria-current=page]") == "Assisted and telephone entry"
    # Without scripts the page's own time stands still, and axe with it.
    assert not with_script or violations(page) == []
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.is_visible(".side [aria-current=page]")
    assert not page.is_visible(".menu summary")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_device_is_opened_by_the_code_on_the_screen(seen, context, width):
    page = log_in(context.new_page(), seen)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{seen.address}/surveys/open/by-hand?under=430702001001&lang=en")
    page.check("[name=channel][value=telephone]")
    page.click("text=Open a device")
    assert violations(page) == []
    address = page.inner_text(".address a")
    assert "/by-hand/" in address
    picture = Image.open(io.BytesIO(page.locator("svg.symbol").screenshot()))
    [symbol] = decode(picture, [ZBarSymbol.QRCODE])
    assert symbol.data.decode() == address
    page.goto(seen.address.removesuffix("/console") + urlsplit(address).path)
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
    page.wait_for_selector("text=1 of 2")
    assert page.evaluate("() => document.activeElement.innerText") == "Cancel this job"
    with site.parts.database.writing() as session:
        jobs.finish(session, held, "posters.pdf", b"%PDF-1.7")
    page.wait_for_selector("text=Download posters.pdf")
    assert page.locator("text=Cancel this job").count() == 0


def test_progress_comes_without_script_too(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}/jobs/{site.waiting}?lang=en")
    with site.parts.database.writing() as session:
        jobs.finish(session, jobs.claim(session), "posters.pdf", b"%PDF-1.7")
    page.wait_for_selector("text=Download posters.pdf")
    context.close()


def test_a_list_of_units_is_checked_imported_and_undone_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False)
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}/units?lang=en")
    page.click("text=Import a list")
    content = "code,name,level,parent_code\n430704,新区,county,430700\n".encode()
    page.set_input_files("#file", {"name": "new.csv", "mimeType": "text/csv", "buffer": content})
    page.click("button:has-text('Check the list')")
    page.click("button:has-text('Import this list')")
    while work_once(site.parts.config, site.parts.database, threading.Event()):
        pass
    page.wait_for_selector("text=See the units")
    page.click("text=Imports so far")
    page.click("a.button:has-text('Undo…')")
    page.click("button:has-text('Undo the import')")
    assert "The import is undone" in page.inner_text("main")
    context.close()


def test_totals_of_paper_are_added_up_as_they_are_typed(serve, context):
    site = serve()
    with site.parts.database.writing() as session:
        create_account(session, NAME, PASSWORD)
    SmallSurvey(site.parts, other(EVERY_KIND, slug="closed")).open().close()
    entry = site.take_paper("closed")
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}{entry}?lang=en")

    def sums():
        return page.eval_on_selector_all("[data-sum]", "(all) => all.map((each) => each.textContent)")

    page.fill("[name=issued]", "10")
    page.fill("[name=returned]", "12")
    assert page.inner_text("[data-head=returned]") == "2 too many"
    page.fill("[name=valid]", "9")
    page.fill("[name=invalid]", "2")
    assert page.inner_text("[data-head=valid]") == "1 short"
    assert sums() == ["0 · 9 short"] * 3
    page.focus("[name='overall.1']")
    for digits in ("6", "4"):
        page.keyboard.type(digits)
        page.keyboard.press("Enter")  # To the next box.
    assert sums()[0] == "10 · 1 too many"
    # Two rows of a spreadsheet, pasted into the first box of the first.
    page.evaluate(
        """() => {
          const box = document.querySelector("[name='overall.1']");
          const data = new DataTransfer();
          data.setData("text/plain", "5\\t3\\t1\\t0\\t0\\r\\n9\\t0\\t0\\t0\\t0\\r\\n");
          box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
        }"""
    )
    assert sums() == ["9 ✓", "9 ✓", "0 · 9 short"]
    assert page.input_value("[name='buses.1']") == "9"


def test_a_second_press_sends_nothing(site, context):
    page = log_in(context.new_page(), site)
    page.goto(f"{site.address}/plans/new?lang=en")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    page.evaluate("() => { const b = document.querySelector('form.begin button'); b.click(); b.click(); }")
    page.wait_for_url("**/questionnaire**")
    assert len(sent) == 1
