"""The launch page in a real browser: checklist and places go along with what is typed, and it launches."""

import threading

import pytest
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.accounts import create_account
from survey_app.services.migrating import migrate
from survey_app.services.plans.saving import create_plan
from survey_app.services.scopes import EVERYTHING
from tests import cast
from tests.browser.axe_rules import violations
from tests.web.console_browser import NAME, PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path):
    """Give the launch page of a plan over the small tree, with targets that groups could rate."""
    app = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path / "data")}))
    database = app.extensions["manyi"].database
    migrate(database)
    with database.writing() as session:
        create_account(session, NAME, PASSWORD)
        cast.add_units(session)
        given = cast.with_groups(slug=None, groups=None, places={"under": cast.CITY, "level": "village", "quota": 35})
        plan = create_plan(session, given, NAME, EVERYTHING).id
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/console/plans/{plan}/launch"
    server.shutdown()
    thread.join()
    server.server_close()
    database.dispose()


def test_the_checklist_goes_along_and_the_survey_is_launched_by_groups(address, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors = []
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(f"{address}?lang=en")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Places: 6 · ballots expected: 210")
    page.uncheck("text=常德市")
    page.wait_for_selector("#buttons button[value=launch][disabled]")
    page.wait_for_selector("#checklist >> text=Choose the places where answers are collected.")
    page.check("label:has-text('武陵区')")
    page.wait_for_selector("text=Places: 2 · ballots expected: 70")
    assert not page.is_visible("#groups-0-name_zh")
    page.check("#grouped")
    page.click("#add_group")
    page.wait_for_selector("#groups-0-name_zh")
    for number, (name, weight) in enumerate((("服务对象", "60"), ("基层干部", "30"))):
        page.fill(f"#groups-{number}-name_zh", name)
        page.fill(f"#groups-{number}-weight", weight)
    page.wait_for_selector("#checklist >> text=The weights of the groups make 90, not 100.")
    page.click("details.advanced summary")
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 800})
    assert page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.fill("#groups-1-weight", "40")
    page.wait_for_selector("#checklist >> text=Groups: 2.")
    page.click("#buttons button[value=launch]")
    page.wait_for_url("**/posters*")
    assert "The survey is launched as a draft." in page.inner_text("[role=status]")
    assert errors == []
    context.close()
