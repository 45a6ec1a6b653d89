"""The residents' pages for everybody: by axe's rules, on small screens, in large print, to a screen reader."""

import pytest

from tests.browser.axe_rules import violations
from tests.browser.thorough import THOROUGH
from tests.web.small_survey import EVERY_KIND

pytestmark = pytest.mark.browser

VIEWS = ("?", "?lang=en", "?size=large") if THOROUGH else ("?", "?lang=en&size=large")
SIZE = "node => parseFloat(getComputedStyle(node).fontSize)"
HEIGHTS = "nodes => nodes.map(node => node.getBoundingClientRect().height)"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def is_wider_than_the_screen(page):
    return page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")


def faults(page):
    """Return what is wrong with the page as it stands: axe's violations, and sideways scroll on the smallest screen."""
    found = violations(page, runOnly=RULES)
    page.set_viewport_size({"width": 320, "height": 640})
    sideways = is_wider_than_the_screen(page)
    page.evaluate("document.documentElement.style.fontSize = getComputedStyle(document.documentElement).fontSize")
    page.evaluate(
        "document.documentElement.style.fontSize = 2 * parseFloat(document.documentElement.style.fontSize) + 'px'"
    )
    twice = is_wider_than_the_screen(page)
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 360, "height": 640})
    return [*found, *["scrolls sideways"] * sideways, *["scrolls sideways at 200 % text"] * twice]


@pytest.mark.parametrize("view", VIEWS)
def test_no_page_breaks_a_rule_or_scrolls_sideways(site, page, view):
    broken = {}
    for name, path in site.pages.items():
        page.goto(site.address + path + (view.replace("?", "&") if "?" in path else view))
        found = faults(page)
        if found:
            broken[name] = found
    assert broken == {}


def error_in_a_form(page, site, name, view):
    page.goto(site.address + site.pages[name] + view)
    if name == "questionnaire":
        page.fill("[name=household]", "x")
    page.click(".go")
    page.wait_for_selector(".fault")


def second_step(page, site, view):
    """Reach the page on which the server asks what the answers call for, as one without script does."""
    page.goto(site.questionnaire + view)
    page.click("[name=overall]")
    page.click("[name=buses][value=dissatisfied]")
    page.evaluate("document.querySelector('[name=_asked]').value = ''")
    page.evaluate("document.querySelectorAll('[data-if] [name]').forEach(each => { each.disabled = true })")
    page.evaluate("HTMLFormElement.prototype.submit.call(document.forms[0])")
    page.wait_for_selector(".alert.more")


def targets_after_the_first_step(page, site, view):
    page.goto(site.address + site.pages["contact"] + view)
    page.click("label.opt >> nth=0")
    page.click(".go")
    page.wait_for_selector("legend[id]")


def not_from_here(page, site, view):
    page.goto(site.questionnaire + view)
    page.evaluate("document.querySelector('[name=_token]').value = 'x'")
    page.click("[name=overall]")
    page.evaluate("document.querySelector('[name=_token]').value = 'x'")
    page.evaluate("HTMLFormElement.prototype.submit.call(document.forms[0])")
    page.wait_for_selector(".notice")


def conflict(page, site, view):
    page.goto(site.questionnaire + view)
    token = page.input_value("[name=_token]")
    sent = {"_token": token, "overall": "satisfied", "buses": "satisfied"}
    assert page.request.post(site.questionnaire, form=sent).status == 200
    page.click("[name=overall][value=dissatisfied]")
    page.click("[name=buses][value=satisfied]")
    page.click(".go")
    page.wait_for_selector(".notice")


def draft_back_and_not_sent(page, site, view):
    """Reach the page with all that the script can say: the draft is back, and nothing could be sent."""
    page.goto(site.questionnaire + view)
    page.click("[name=overall][value=dissatisfied]")
    page.clock.install()
    page.reload()
    page.context.set_offline(True)
    page.click(".go")
    for seconds in (2, 5, 15):
        page.clock.run_for(seconds * 1000)
        page.wait_for_timeout(50)
    page.wait_for_selector("#restored")


STATES = {
    "front": lambda *given: error_in_a_form(*given[:2], "front", given[2]),
    "unknown": lambda *given: error_in_a_form(*given[:2], "unknown", given[2]),
    "questionnaire": lambda *given: error_in_a_form(*given[:2], "questionnaire", given[2]),
    "targets": lambda *given: error_in_a_form(*given[:2], "targets", given[2]),
    "second step": second_step,
    "targets after the first step": targets_after_the_first_step,
    "400": not_from_here,
    "409": conflict,
    "draft": draft_back_and_not_sent,
}


@pytest.mark.parametrize("state", STATES)
def test_no_rule_is_broken_where_something_went_wrong(site, phone, state):
    broken = {}
    for view in VIEWS if THOROUGH else [VIEWS[list(STATES).index(state) % len(VIEWS)]]:
        page = phone().new_page()
        STATES[state](page, site, view)
        found = faults(page)
        if found:
            broken[view] = found
    assert broken == {}


@pytest.mark.parametrize(("view", "body", "question"), [("", 18, 22), ("?size=large", 24, 30)])
def test_text_and_targets_are_large_enough(site, page, view, body, question):
    for name in ("questionnaire", "targets", "thanks"):
        path = site.pages[name]
        page.goto(site.address + path + (view.replace("?", "&") if "?" in path else view))
        smallest = page.evaluate(
            "() => Math.min(...[...document.querySelectorAll('body :not(input, script)')]"
            ".map(node => parseFloat(getComputedStyle(node).fontSize)))"
        )
        assert smallest >= (15.9 if body == 18 else 21), name
        assert page.locator("body").evaluate(SIZE) == pytest.approx(body, abs=0.1)
        assert (
            min(page.locator("a:visible, button:visible, summary, textarea, input[type=text]").evaluate_all(HEIGHTS))
            >= 44
        ), name
    page.goto(site.questionnaire + view)
    assert page.locator("label.opt").first.evaluate(SIZE) == pytest.approx(body, abs=0.1)
    assert page.locator("legend").first.evaluate(SIZE) == pytest.approx(question, abs=0.1)
    assert min(page.locator("label.opt:visible").evaluate_all(HEIGHTS)) >= 60
    gaps = "nodes => nodes.slice(1).map((node, at) => node.offsetTop - nodes[at].offsetTop - nodes[at].offsetHeight)"
    assert min(page.locator("fieldset").first.locator("label.opt").evaluate_all(gaps)) >= 8


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
def test_each_group_of_options_is_called_by_its_question_and_nothing_is_chosen(site, page, lang):
    page.goto(f"{site.questionnaire}?lang={lang}")
    assert page.get_by_role("radio", checked=True).count() == 0
    assert page.get_by_role("checkbox", checked=True).count() == 0
    for question in EVERY_KIND["questions"][:2]:
        group = page.get_by_role("group", name=question["text"][lang])
        assert group.count() == 1
        assert group.get_by_role("radio").count() == 4
    page.goto(f"{site.address}{site.pages['targets']}?lang={lang}")
    for target in ("市公安局", "市总工会") if lang == "zh_Hans" else ("Police", "Trade unions"):
        group = page.get_by_role("group", name=target)
        assert group.get_by_role("radio").count() == 4
        assert group.get_by_role("radio", checked=True).count() == 0


def test_the_page_can_be_zoomed(site, page):
    page.goto(site.questionnaire)
    content = page.locator("meta[name=viewport]").get_attribute("content")
    assert content == "width=device-width,initial-scale=1"
