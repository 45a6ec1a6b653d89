"""The whole way through the console as a newcomer goes it: a real server, its worker, a real browser, real sizes.

Set MANYI_WALK to a folder to have a picture of every screen.
"""

import gettext
import os
import re
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.jobs.worker import run_worker
from survey_app.models import EntryCode, PaperTotals, Release, Survey, Unit
from survey_app.services.accounts import create_account
from survey_app.services.migrating import migrate
from tests.web.console_browser import NAME, PASSWORD

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "docs" / "examples" / "units-changde.csv"
CHINESE = gettext.translation("messages", ROOT / "survey_app" / "translations", ["zh_Hans"]).gettext

#: From the first login to printable posters.
MOST_SCREENS = 7

#: Milliseconds within which a job of real size ends on a machine that does much else.
LONG = 300_000


class Walk:
    """A person at a desk who reads Chinese, presses what the page offers, and is counted screen by screen."""

    def __init__(self, page, base, name):
        self.page, self.base = page, base
        self.screens = []
        folder = os.environ.get("MANYI_WALK")
        self._pictures = Path(folder) / name if folder else None

    def see(self, address=None):
        """Note the screen that is there, and take its picture."""
        if address is not None:
            self.page.goto(self.base + address)
        self.page.wait_for_load_state()
        self.screens.append(urlsplit(self.page.url).path)
        if self._pictures:
            self._pictures.mkdir(parents=True, exist_ok=True)
            number = len(list(self._pictures.iterdir())) + 1
            self.page.screenshot(path=self._pictures / f"{number:02}.png", full_page=True)
        return self

    def press(self, text, **values):
        """Press the button or link of the content that says this, and come to the next screen."""
        said = CHINESE(text).format(**values) % values if values else CHINESE(text)
        main = self.page.locator("main")
        found = main.get_by_role("button", name=said, exact=True).or_(main.get_by_role("link", name=said, exact=True))
        with self.page.expect_navigation():
            found.first.click()
        return self.see()

    def go(self, text):
        """Follow a link of the side."""
        with self.page.expect_navigation():
            self.page.locator(".side").get_by_role("link", name=CHINESE(text), exact=True).click()
        return self.see()

    def wait_for(self, text):
        """Wait until the page, which refreshes itself, says this."""
        self.page.get_by_text(CHINESE(text)).first.wait_for(timeout=LONG)
        return self


@pytest.fixture
def installation(tmp_path):
    """Give an empty installation that runs, worker and all: its parts and its address."""
    app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path / "data")}))
    found = app.extensions["manyi"]
    migrate(found.database)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    stop = threading.Event()
    threads = [
        threading.Thread(target=server.serve_forever),
        threading.Thread(target=run_worker, args=(found.config, stop)),
    ]
    for each in threads:
        each.start()
    yield found, f"http://127.0.0.1:{server.port}"
    stop.set()
    server.shutdown()
    for each in threads:
        each.join()
    server.server_close()
    found.database.dispose()


@pytest.fixture
def desk(chromium, installation):
    """Give a function that sits somebody down at a desk."""
    opened = []

    def sit(name):
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="zh-CN", accept_downloads=True)
        opened.append(context)
        return Walk(context.new_page(), installation[1], name)

    yield sit
    for each in opened:
        each.close()


def first_account(walk):
    walk.see("/console/")
    for box, typed in (("#name", NAME), ("#password", PASSWORD), ("#again", PASSWORD)):
        walk.page.fill(box, typed)
    walk.press("Make the account")


def answer(chromium, base, code):
    """Answer the questionnaire behind a code as a resident does, every question with its first option."""
    context = chromium.new_context(viewport={"width": 360, "height": 640}, locale="zh-CN")
    page = context.new_page()
    page.goto(f"{base}/s/{code}")
    for name in page.evaluate("() => [...new Set([...document.querySelectorAll('[type=radio]')].map(e => e.name))]"):
        page.locator(f"[type=radio][name='{name}']").first.check(force=True)
    with page.expect_navigation():
        page.locator("form [type=submit]").last.click()
    assert "/thanks" in page.url
    context.close()


def test_from_nothing_to_a_published_result(chromium, installation, desk):
    parts, base = installation
    walk = desk("field-case")
    first_account(walk)
    walk.screens = walk.screens[-1:]  # Counted from the first page after the login.

    walk.page.set_input_files("#file", UNITS)
    walk.press("Check the list")
    walk.press("Import this list")
    walk.wait_for("See the units")
    walk.press("Choose a template")
    walk.page.fill("#title", "2026年常德市群众满意度测评")
    walk.page.fill("#organiser", "常德市测评办公室")
    walk.press("Begin")
    walk.press("Next: places, dates, launch")
    walk.page.fill("#contact", "0736-7250000")
    walk.page.fill("#quota", "35")
    walk.page.fill("#closes_day", (datetime.now(UTC) + timedelta(days=20)).strftime("%Y-%m-%d"))
    walk.press("Launch")
    assert walk.screens[-1].endswith("/posters")
    walk.press("Make these posters")
    with walk.page.expect_download(timeout=LONG) as download:
        walk.page.locator("#job a.button.primary").click(timeout=LONG)
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    screens = [screen for at, screen in enumerate(walk.screens) if screen != walk.screens[at - 1]]
    assert len(screens) <= MOST_SCREENS, screens  # With the posters in hand.

    walk.go("Preparation").press("Open the survey…").press("Open now")
    with parts.database.reading() as session:
        survey = session.scalars(select(Survey)).one()
        codes = session.scalars(select(EntryCode.code).where(EntryCode.survey_id == survey.id).limit(3)).all()
        assert len(session.scalars(select(Unit.id)).all()) == 2462
    for code in codes:
        answer(chromium, base, code)
    walk.go("Progress")
    assert walk.page.locator(".figures dd").first.inner_text().split()[0] == "3"

    walk.press("Close the survey…")
    walk.page.fill("#confirmation", survey.slug)
    walk.press("Close now").press("Results and releases").press("Make the draft")
    walk.wait_for("It is made.")
    walk.go("Results and releases").press("Look through the draft, unit by unit")
    assert walk.page.get_attribute("main .watermark", "data-mark") == "送审稿"
    with walk.page.expect_navigation():
        walk.page.locator(".inside .sign").click()
    for signer, name, step in (
        (walk, "张三", "Prepared by"),
        (seat(desk("checker"), parts, "li"), "李四", "Checked by"),
        (seat(desk("approver"), parts, "zhao"), "王五", "Approved for issue by"),
    ):
        signer.see(f"/console/surveys/{survey.slug}/releases").page.fill("#name", name)
        signer.press("Sign as: %(step)s", step=CHINESE(step))
    walk.see(f"/console/surveys/{survey.slug}/releases").press("Publish the results…").press("Publish now")
    walk.press("See the published results") if walk.wait_for("See the published results") else None
    assert "2026年常德市群众满意度测评" in walk.page.inner_text("h1, body")
    with parts.database.reading() as session:
        assert {each.audience for each in session.scalars(select(Release))} == {"review", "public"}


def log_in(walk, name, password):
    walk.see("/console/login")
    walk.page.fill("#name", name)
    walk.page.fill("#password", password)
    walk.press("Log in")


def seat(walk, parts, name):
    """Sit somebody down who has an account already."""
    with parts.database.writing() as session:
        create_account(session, name, PASSWORD)
    log_in(walk, name, PASSWORD)
    return walk


def colleague(walk, chief):
    """Sit a second person down, whose account the first one makes; the password is changed at the first login."""
    chief.go("Accounts").press("New account…")
    chief.page.fill("#name", "wang")
    chief.page.check("[name=role][value=organiser]")
    chief.press("Make the account")
    given = chief.page.inner_text(".password code")
    log_in(walk, "wang", given)
    for box, typed in (("#old", given), ("#password", PASSWORD), ("#again", PASSWORD)):
        walk.page.fill(box, typed)
    walk.press("Change the password")
    return walk


def enter_totals(walk, group, line):
    """Enter the same counts for every target of a group; the boxes of a line take what `line` has, in order."""
    walk.page.locator("main table a", has_text=group).first.click()
    walk.page.wait_for_selector("form.paper [name=issued]")
    valid = sum(line)
    for box, number in (("issued", valid + 2), ("returned", valid + 1), ("valid", valid), ("invalid", 1)):
        walk.page.fill(f"form.paper [name={box}]", str(number))
    for row in walk.page.locator("tr[data-line]").all():
        for box, number in zip(row.locator("input").all(), line, strict=False):
            box.fill(str(number))
    assert set(walk.page.locator("[data-sum]").all_inner_texts()) == {f"{valid} ✓"}
    walk.press("Store the totals")
    return walk


def slip_codes(pdf):
    """Return the codes that are printed on slips, sixteen digits each."""
    command = ["pdftotext", "-layout", pdf, "-"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return re.findall(r"\b\d{4} \d{4} \d{4} \d{4}\b", text)


def test_departments_rated_by_groups_on_slips_and_on_paper(chromium, installation, desk, tmp_path):
    parts, base = installation
    chief = desk("departments")
    first_account(chief)
    chief.press("Load the example")
    chief.see("/console/plans/new")
    chief.page.check("#template-groups")
    chief.page.fill("#organiser", "常德市作风办")
    chief.press("Begin").press("Next: places, dates, launch")
    chief.page.check("[name=choose][value=units]")
    chief.page.fill("#units", "430700")
    chief.page.check("[name=ballot_mode][value=slip]")
    chief.page.click("details.advanced summary")
    chief.page.check("[name=paper][value=double]")
    chief.page.check("[name=sign_off][value=optional]")
    chief.press("Launch")
    assert chief.screens[-1].endswith("/slips")
    slug = chief.screens[-1].split("/")[-2]

    chief.page.fill("#copies", "5")
    chief.press("Make these slips")
    with chief.page.expect_download(timeout=LONG) as download:
        chief.page.locator("#job button.primary").click(timeout=LONG)
    codes = slip_codes(download.value.path())
    assert len(set(codes)) == 15
    chief.go("Preparation").press("Open the survey…").press("Open now")
    answer(chromium, base, codes[0].replace(" ", ""))

    chief.go("Progress").press("Close the survey…")
    chief.page.fill("#confirmation", slug)
    chief.press("Close now")
    other = colleague(desk("departments-second"), chief)
    counts = {"服务对象": (12, 6, 2), "两代表一委员": (10, 8, 2), "基层干部": (6, 12, 2)}
    for walk in (chief, other):
        for group, line in counts.items():
            walk.see(f"/console/surveys/{slug}/paper")
            enter_totals(walk, group, line)
    assert CHINESE("counted") in chief.see(f"/console/surveys/{slug}/paper").page.inner_text("main")
    with parts.database.reading() as session:
        assert sum(each.valid for each in session.scalars(select(PaperTotals))) == 60

    chief.go("Results and releases").press("Publish the results…").press("Publish now")
    chief.wait_for("See the published results").press("See the published results")
    shown = chief.page.inner_text("body")
    assert "市委组织部" in shown
    assert "党群部门" in shown
