"""The result pages in a real browser: by axe's rules, on a small screen, by keyboard, without script."""

import re
import threading

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.migrating import migrate
from survey_app.services.releases.static import export_release
from survey_app.web.results.static_release import StaticPages
from tests.browser.axe_rules import violations
from tests.browser.thorough import THOROUGH
from tests.results_fixtures.cases import ANSWERS, SURVEY, UNITS, Case, answered, reviewed
from tests.results_fixtures.dressing import CLEAR_RISE, FALL, dress, hours

pytestmark = pytest.mark.browser

LONG = "湖南省常德市武陵区穿紫河街道特别长的名称社区居民委员会第一居民小组服务中心"

PAGES = {
    "index": "/results",
    "city": "/results/services/2",
    "county": "/results/services/2?unit=43A&sort=lowest",
    "hidden": "/results/services/2?unit=43A1",
    "village": "/results/services/2?unit=43B11",
    "too few": "/results/services/2?unit=43A12",
    "no ballots": "/results/services/2?unit=43B13",
    "question": "/results/services/2?question=buses",
    "search": "/results/services/2?q=先锋",
    "empty search": "/results/services/2?q=火星",
    "withdrawn": "/results/services/1",
    "targets": "/results/departments/1",
    "target": "/results/departments/1?target=D3",
    "group": "/results/departments/1?group=users",
    "not yet": "/results/coming",
    "long names": "/results/long/1?unit=43A",
}


class Site(str):
    """The address of the server, and a folder with the newest release of the services."""

    def __new__(cls, address, folder):
        made = super().__new__(cls, address)
        made.folder = folder
        return made


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Give the address of a running server with releases of every kind."""
    app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path_factory.mktemp("results"))}))
    database = app.extensions["manyi"].database
    migrate(database)
    case = answered(database).publish()
    case.withdraw("两个社区的答卷重复计入")
    case.publish("剔除重复计入的答卷")
    dress(case, {"turnout_hours": hours(3)}, {"43": CLEAR_RISE, "43A": CLEAR_RISE, "43B": FALL}, number=2)
    folder = tmp_path_factory.mktemp("static") / "services"
    with database.reading() as session:
        export_release(session, "services", None, "public", folder, lambda whole: StaticPages(app, whole))
    reviewed(database).publish()
    Case(database, SURVEY | {"slug": "coming", "results_on": "2027-01-15"})
    units = (*UNITS, ("43A3", LONG, "township", "43A"), ("43A31", LONG[::-1], "village", "43A3"))
    answered(database, ANSWERS | {"43A31": (20, 9, 4, 2)}, SURVEY | {"slug": "long", "title": LONG}, units).publish()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield Site(f"http://127.0.0.1:{server.port}", folder)
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


@pytest.fixture
def page(chromium):
    """Give a small screen on which a test may measure; the pages themselves hold no script."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, bypass_csp=True)
    yield context.new_page()
    context.close()


def open_page(page, site, address, language):
    joined = "&" if "?" in address else "?"
    page.goto(f"{site}{address}" + (f"{joined}lang=en" if language == "en" else ""))


@pytest.fixture(scope="module")
def same_page(chromium):
    """Give one screen for page after page: without cookies or script, nothing of one reaches the next."""
    context = chromium.new_context(bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing_and_nothing_hangs_over(site, same_page, name, language):
    page = same_page
    page.set_viewport_size({"width": 320, "height": 640})
    open_page(page, site, PAGES[name], language)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if THOROUGH:
        assert violations(page) == []
    if THOROUGH or language == "en":  # Each language on one of the two screens.
        page.set_viewport_size({"width": 1280, "height": 900})
    assert violations(page) == []


def test_on_a_phone_a_tables_head_is_low_and_no_shadow_lies_beside_its_caption(site, page):
    for language in ("zh_Hans", "en"):
        open_page(page, site, PAGES["city"], language)
        table = page.locator("#table ~ .scroll table")
        assert table.locator("caption").evaluate("it => getComputedStyle(it).backgroundColor") == "rgb(255, 255, 255)"
        one_line = page.evaluate("parseFloat(getComputedStyle(document.querySelector('thead th')).lineHeight)")
        assert (
            table.locator("thead").evaluate("it => it.offsetHeight") < 4.5 * one_line
        )  # Three lines, and room around.


def test_text_of_twice_the_size_still_fits(site, page):
    for name in ("city", "village", "targets", "search"):
        open_page(page, site, PAGES[name], "zh_Hans")
        page.set_viewport_size({"width": 640, "height": 640})
        page.evaluate("document.documentElement.style.zoom = '2'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, name


def test_the_page_obeys_its_own_policy_and_asks_nobody_else(site, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(site + PAGES["city"], wait_until="networkidle")
    assert not [url for url in asked if "figures" in url], "a closed figure is not fetched"
    figure = page.locator("details.figure").first
    figure.locator("summary").click()
    figure.locator("img").evaluate("image => image.decode()")  # Ends when it is loaded, or fails.
    assert figure.locator("img").evaluate("image => image.naturalWidth") == 960
    assert said == []
    assert all(url.startswith((site, "data:")) for url in asked)
    context.close()


@pytest.mark.parametrize("name", ["city", "county", "village", "targets"])
def test_fifty_kilobytes_are_all_that_a_wide_screen_fetches(site, chromium, name):
    """All that comes without a click, as it comes over the wire; what is behind a name waits for it."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    sizes = []
    wire.on("Network.loadingFinished", lambda end: sizes.append(end["encodedDataLength"]))
    page.goto(site + PAGES[name], wait_until="networkidle")
    assert page.locator("img").count() == page.locator("details:not([open]) img").count()
    assert len(sizes) >= 3, "the page and its two style sheets"
    assert sum(sizes) <= 50_000
    context.close()


def test_a_bar_is_as_wide_as_its_share(site, page):
    open_page(page, site, "/results/services/2?unit=43B1", "zh_Hans")
    bar = page.locator("ul.bars svg").first
    widths = bar.locator("rect").evaluate_all("all => all.map(each => each.getBBox().width)")
    counts = ANSWERS["43B12"][:3]
    whole = bar.bounding_box()["width"]
    assert [width / whole for width in widths] == pytest.approx([count / sum(counts) for count in counts], abs=0.01)


def test_from_the_city_to_a_village_by_search_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    page.goto(f"{site}/results?lang=en")
    page.click("text=Public service satisfaction 2026")
    page.fill("input[type=search]", "先锋")
    page.keyboard.press("Enter")
    page.click(".bars li:nth-child(2) a")
    expect(page).to_have_title(re.compile("^先锋村（蒿子港镇）"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("text=鼎城区")
    expect(page.locator("h1")).to_have_text("鼎城区")
    page.click("text=中文")
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")
    context.close()


def test_the_first_key_leads_to_the_content(site, page):
    open_page(page, site, PAGES["city"], "zh_Hans")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"


def test_a_folder_opens_from_the_disk_in_its_own_look_without_script(site, chromium):
    context = chromium.new_context(java_script_enabled=False, viewport={"width": 360, "height": 640})
    page = context.new_page()
    said, asked = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site.folder / "index.html").as_uri())
    expect(page.locator("h1")).to_have_css("font-size", "28px")
    page.click("text=全部单位名录")
    page.click("text=先锋社区")
    expect(page).to_have_title(re.compile("^先锋社区（启明街道）"))
    page.click("text=English")
    expect(page.locator(".say")).to_contain_text("Among 47 ballots that rated")
    page.click(".crumbs >> text=武陵区")
    expect(page.locator("h1")).to_have_text("武陵区")
    assert said == []
    assert all(url.startswith((site.folder.as_uri(), "data:")) for url in asked)
    context.close()


def test_on_paper_there_is_nothing_to_press_and_nothing_is_cut(site, page):
    open_page(page, site, PAGES["city"], "zh_Hans")
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})  # A4 without its margins.
    for pressed in (".top", ".search", ".sorts", ".files", ".crumbs"):
        assert page.locator(pressed).first.is_hidden(), pressed
    assert page.evaluate("[...document.querySelectorAll('.scroll')].every(each => each.scrollWidth <= 690)")
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
