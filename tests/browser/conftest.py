"""A real browser, and the font that its pictures of Chinese pages need."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, sync_playwright

from tests.browser.resident_site import ResidentSite

_FONTS = Path(__file__).parents[2] / "survey_app" / "static" / "fonts"

_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@pytest.fixture(scope="session")
def fonts():
    """Register the program's own font, since a bare machine shows Chinese as boxes."""
    home = Path.home() / ".fonts"
    home.mkdir(exist_ok=True)
    for font in _FONTS.glob("*.ttf"):
        link = home / font.name
        if not link.exists():
            link.unlink(missing_ok=True)  # It may point to where a checkout once was.
            link.symlink_to(font)
    subprocess.run(["fc-cache"], check=False)  # noqa: S607 - wherever the system has it.


def _click_and_arrive(kind):
    """Let a click of a page or a locator wait until the page that it may lead to is there with its styles.

    Left alone, a click waits for the first byte only: what is asked next would count the elements of half a page, or
    take for visible what the style sheet is about to hide.
    """
    click = kind.click

    def arrive(self, *given, **named):
        click(self, *given, **named)
        if not named.get("no_wait_after"):
            (self if isinstance(self, Page) else self.page).wait_for_load_state()

    return arrive


@pytest.fixture(scope="session")
def chromium(fonts):
    """Give a running browser."""
    with sync_playwright() as playwright, pytest.MonkeyPatch.context() as patch:
        for kind in (Page, Locator):
            patch.setattr(kind, "click", _click_and_arrive(kind))
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def resident_site(tmp_path_factory):
    """Give one server for all tests of the residents' pages."""
    made = ResidentSite(tmp_path_factory.mktemp("site"))
    yield made
    made.stop()


@pytest.fixture
def site(resident_site):
    """Give the server behind a network that behaves, until the test says otherwise."""
    resident_site.network.mend()
    yield resident_site
    resident_site.network.mend()


@pytest.fixture
def phone(chromium):
    """Give a function that opens a phone of 360 × 640; `with_script=False` switches its scripts off."""
    opened = []

    def open_phone(with_script=True):
        made = chromium.new_context(viewport={"width": 360, "height": 640}, java_script_enabled=with_script)
        opened.append(made)
        return made

    yield open_phone
    for each in opened:
        each.close()


@pytest.fixture
def page(phone):
    """Give a page of a phone, under the policy that residents have."""
    return phone().new_page()


@pytest.fixture
def plain(phone):
    """Give a page of a phone whose scripts are switched off."""
    return phone(with_script=False).new_page()
