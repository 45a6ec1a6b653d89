"""The questionnaire designer in a real browser: order by keyboard and by drag, the phone beside it, axe's rules."""

import threading

import pytest
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.factory import create_app
from survey_app.services.accounts import create_account
from survey_app.services.migrating import migrate
from survey_app.services.plans.saving import create_plan, find_plan
from survey_app.services.scopes import EVERYTHING
from tests.browser.axe_rules import violations
from tests.cast import add_units, definition
from tests.web.console_browser import NAME, PASSWORD

pytestmark = pytest.mark.browser

ORDER = ["overall", "buses", "visits", "reasons", "age", "wish"]


class Designer:
    """A running console with one plan."""

    def __init__(self, folder):
        app = create_app(read_config({"SURVEY_DATA_DIR": str(folder)}))
        self.database = app.extensions["manyi"].database
        migrate(self.database)
        with self.database.writing() as session:
            create_account(session, NAME, PASSWORD)
            add_units(session)
            self.plan = create_plan(session, definition(slug=None), NAME, EVERYTHING).id
        self.server = make_server("127.0.0.1", 0, app, threaded=True)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}/console"

    @property
    def order(self):
        with self.database.reading() as session:
            return [each["code"] for each in find_plan(session, self.plan, EVERYTHING).given["questions"]]

    def stop(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
        self.database.dispose()


@pytest.fixture
def designer(tmp_path):
    made = Designer(tmp_path / "data")
    yield made
    made.stop()


#: Whether the phone shows the boxes of a question.
SHOWS = """(code) => {
  const inside = document.querySelector("iframe[name=preview]").contentWindow;
  const box = inside.document.querySelector(`[name="${code}"]`).getBoundingClientRect();
  return inside.scrollY > 0 && box.top >= 0 && box.bottom <= inside.innerHeight;
}"""


def focus(page):
    return page.evaluate("() => document.activeElement.id")


def test_questions_are_put_in_order_and_the_phone_shows_it(designer, chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    said = []
    page.on("console", lambda each: said.append(each.text) if each.type == "error" else None)
    page.goto(f"{designer.address}/login?lang=zh_Hans")
    page.fill("#name", NAME)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav")
    there = f"{designer.address}/plans/{designer.plan}/questionnaire"
    page.goto(there)

    page.focus("#down-overall")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert designer.order[:2] == ["buses", "overall"]
    assert focus(page) == "down-overall"
    page.focus("#up-overall")
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert designer.order == ORDER
    assert focus(page) == "down-overall"  # It is the first now, so the other button keeps the focus.

    with page.expect_navigation():
        page.drag_and_drop("#q-wish .grip", "#q-buses", target_position={"x": 20, "y": 5})
    assert designer.order == ["overall", "wish", "buses", "visits", "reasons", "age"]
    with page.expect_navigation():
        page.drag_and_drop("#q-visits .grip", "#q-wish", target_position={"x": 20, "y": 5})
    assert designer.order == ["overall", "visits", "reasons", "wish", "buses", "age"]  # What depends on it came along.

    phone = page.frame_locator("iframe[name=preview]")
    assert page.evaluate("() => document.querySelector('iframe[name=preview]').contentWindow.innerWidth") == 360
    page.click("#edit-age")
    page.fill("#text-zh_Hans", "您今年多大年纪？")
    phone.get_by_text("您今年多大年纪？").wait_for()  # It follows what is typed,
    page.wait_for_function(SHOWS, arg="age")  # and turns to it.
    with designer.database.reading() as session:
        assert "多大年纪" not in str(find_plan(session, designer.plan, EVERYTHING).given)
    page.once("dialog", lambda each: each.dismiss())
    with page.expect_event("dialog") as asked:
        page.click("#edit-wish")
    assert asked.value.type == "beforeunload"
    assert page.input_value("#text-zh_Hans") == "您今年多大年纪？"
    with page.expect_navigation():
        page.keyboard.press("Tab")
        page.click("form.question button.primary")
    phone.get_by_text("您今年多大年纪？").wait_for()
    assert phone.locator(".band").inner_text() == "预览：不保存任何内容。"

    assert violations(page) == []
    page.goto(f"{there}?open=visits")
    assert violations(page) == []
    page.set_viewport_size({"width": 360, "height": 780})
    for path in (f"{there}?open=new-single_choice", f"{there}?open=targets", f"{designer.address}/plans/new"):
        page.goto(path)
        assert violations(page) == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    assert said == []
    context.close()
