"""What a page costs on a weak network and an old phone. These are the only tests of the project that measure time."""

import pytest

pytestmark = pytest.mark.browser

#: 150 ms, 1.6 Mbit/s, a processor four times slower.
WEAK = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
MEASURE = """
window.measured = { shown: 0, shifted: 0 };
new PerformanceObserver(list => { for (const each of list.getEntries()) measured.shown = each.startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
new PerformanceObserver(list => { for (const each of list.getEntries()) measured.shifted += each.value; })
    .observe({ type: 'layout-shift', buffered: true });
"""
MOST_BYTES = 14_000


@pytest.fixture
def weak(page):
    """Give a phone on a weak network that measures how soon it shows a page, and how much that moves."""
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", WEAK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(MEASURE)
    page.received = []
    session.on("Network.loadingFinished", lambda event: page.received.append(event["encodedDataLength"]))
    return page


@pytest.mark.parametrize("name", ["long", "targets", "thanks", "closed", "front"])
def test_a_page_is_one_light_request_shows_soon_and_stays_where_it_is(site, weak, name):
    asked = []
    weak.on("request", lambda request: asked.append(request.url))
    weak.goto(site.address + site.pages[name], wait_until="load")
    weak.wait_for_function("() => measured.shown > 0")
    weak.wait_for_timeout(300)
    measured = weak.evaluate("measured")
    assert measured["shown"] <= 2500
    assert measured["shifted"] <= 0.1
    assert [each for each in asked if not each.startswith("data:")] == [site.address + site.pages[name]]
    assert sum(weak.received) <= MOST_BYTES


def test_a_draft_that_comes_back_moves_little(site, weak):
    weak.goto(site.address + site.pages["long"])
    weak.click("[name=work_2] >> nth=0")
    weak.reload()
    weak.wait_for_function("() => measured.shown > 0")
    assert weak.is_visible("#restored")
    assert weak.evaluate("measured.shifted") <= 0.1
