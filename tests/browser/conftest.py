"""A real browser, and the font that its pictures of Chinese pages need."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

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


@pytest.fixture(scope="session")
def chromium(fonts):
    """Give a running browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=_ARGUMENTS)
        yield browser
        browser.close()
