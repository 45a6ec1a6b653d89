"""The progress board in a real browser: newer figures come by themselves and disturb nobody."""

from types import SimpleNamespace

import pytest

from survey_app.services.progress import live as live_turnout
from survey_app.services.surveys import find_survey
from tests.browser.axe_rules import violations
from tests.browser.test_console import context, log_in, serve, site
from tests.web.small_survey import TOWN, VILLAGE
from tests.web.test_console_pages import turn_out

pytestmark = pytest.mark.browser

__all__ = ["context", "serve", "site"]

EVERY = 30_000


def come(site, ballots):
    """Let ballots come to the open survey."""
    parts = site.parts
    with parts.database.reading() as session:
        survey = find_survey(session, "open").id
    turn_out(SimpleNamespace(database=parts.database, id=survey), ballots)


def focused(page):
    return page.evaluate("() => document.activeElement.innerText || document.activeElement.id")


def test_figures_come_by_themselves_and_leave_focus_and_scrolling(site, context, monkeypatch):
    monkeypatch.setattr(live_turnout, "LOOK_EVERY", 0)
    monkeypatch.setattr(live_turnout, "_REST", 0)
    page = log_in(context.new_page(), site)
    page.clock.install()
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(f"{site.address}/surveys/open?sort=-ballots&lang=en")
    page.fill("#q", "half a wo")
    page.focus("tbody a:text('鼎城区')")
    page.evaluate("() => scrollTo(0, 300)")
    come(site, {VILLAGE: 12})
    page.clock.fast_forward(EVERY)
    page.wait_for_selector("#ballots:has-text('12')")
    # The row moved up, and the focus with it; nothing scrolled, and what was typed is there.
    assert page.inner_text("tbody tr:first-child th") == "鼎城区"
    assert focused(page) == "鼎城区"
    assert page.evaluate("() => scrollY") == 300
    assert page.input_value("#q") == "half a wo"
    assert "12" in page.inner_text("#live-said")
    assert violations(page) == []

    # Stopped, nothing comes; going on, it comes at once.
    page.click("text=Stop updating")
    come(site, {TOWN: 5})
    page.clock.fast_forward(4 * EVERY)
    assert "Stopped" in page.inner_text("#live-state")
    assert page.inner_text("#ballots").startswith("12")
    page.click("text=Go on updating")
    page.wait_for_selector("#ballots:has-text('17')")

    # Without a connection it says so and asks less often; with one it goes on.
    context.set_offline(True)
    page.clock.fast_forward(EVERY)
    page.wait_for_selector("text=No connection; it is tried again.")
    context.set_offline(False)
    page.clock.fast_forward(EVERY)
    assert "No connection" in page.inner_text("#live-state")
    page.clock.fast_forward(EVERY)
    page.wait_for_selector("text=Figures come by themselves")

    # Logged out, it stops.
    context.clear_cookies()
    page.clock.fast_forward(EVERY)
    page.wait_for_selector("text=You are no longer logged in.")
    assert page.locator("#live-state button").is_hidden()
