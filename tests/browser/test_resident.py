"""A resident's way through the pages: without script, with the keyboard alone, back after an error."""

import base64
import time
from collections import Counter

import pytest

from tests.browser.resident_site import load_again

pytestmark = pytest.mark.browser


def choose(page, question, option):
    """Press an option as a finger does: on its row."""
    page.locator("label.opt", has=page.locator(f"[name={question}][value={option}]")).click()


def focused(page, attribute):
    return page.evaluate(f"document.activeElement.getAttribute('{attribute}')")


def tab_to(page, name, most=30):
    """Press Tab until a field of the name has the focus, and see that this shows."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page, "name") == name:
            seen = page.evaluate(
                "getComputedStyle(document.activeElement.closest('.opt') || document.activeElement).outlineStyle"
            )
            assert seen == "solid", f"nobody sees that {name} has the focus"
            return
    raise AssertionError(f"no way to {name} by Tab")


def test_a_whole_submission_without_script_is_one_ballot(site, plain):
    with site.adds(1):
        plain.goto(site.address + "/")
        plain.fill("#code", f"{site.code[:4]} {site.code[4:]}")
        plain.click("button")
        assert plain.locator("[data-if]:visible").count() == 0
        plain.click(".go")
        assert plain.locator("[role=alert] a").count() == 2
        plain.click("[role=alert] a >> nth=0")
        choose(plain, "overall", "satisfied")
        choose(plain, "buses", "dissatisfied")
        plain.fill("textarea", "多几班公交")
        plain.click(".go")
        assert plain.locator("[role=status] a").count() == 1
        assert plain.input_value("textarea") == "多几班公交"
        choose(plain, "reason", "fares")
        plain.click(".go")
        assert plain.url.startswith(f"{site.questionnaire}/thanks")
        load_again(plain)
        assert plain.url.startswith(f"{site.questionnaire}/thanks")


def test_a_whole_submission_by_keyboard(site, page):
    before = Counter(site.survey.ballots())
    with site.adds(1):
        page.goto(site.questionnaire)
        tab_to(page, "overall")
        page.keyboard.press("Space")
        tab_to(page, "buses")
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        tab_to(page, "reason")
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
        tab_to(page, "household")
        page.keyboard.type("4")
        tab_to(page, "one_thing")
        page.keyboard.type("gongjiao")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/thanks?*")
    [ballot] = Counter(site.survey.ballots()) - before
    assert list(ballot)[:2] == [1, 3]  # Satisfied in all, dissatisfied with the buses.


def test_an_empty_submission_leads_to_each_first_option(site, page):
    page.goto(site.questionnaire)
    title = page.title()
    page.click(".go")
    page.wait_for_selector("[role=alert]")
    assert page.title() == f"错误：{title}"
    assert [each.get_attribute("href") for each in page.locator("[role=alert] a").all()] == ["#q1-0", "#q2-0"]
    assert page.evaluate("document.activeElement.closest('[role=alert]') !== null")
    for anchor in ("q1-0", "q2-0"):
        page.click(f"[role=alert] a[href='#{anchor}']")
        assert focused(page, "id") == anchor
        fault = page.locator(f"#{anchor}").evaluate(
            "node => document.getElementById(node.closest('fieldset').getAttribute('aria-describedby')).innerText"
        )
        assert fault in page.inner_text(f"[role=alert] a[href='#{anchor}']")
    page.keyboard.press("Space")
    assert page.is_checked("#q2-0")


@pytest.mark.parametrize("with_script", [True, False])
def test_an_error_keeps_everything_that_was_filled_in(site, phone, with_script):
    page = phone(with_script).new_page()
    with site.adds(1):
        page.goto(site.questionnaire)
        token = page.input_value("[name=_token]")
        choose(page, "overall", "basically_satisfied")
        choose(page, "visits", "rarely")
        page.fill("[name=household]", "99")
        page.fill("textarea", "路灯\n公交")
        page.click(".go")
        page.wait_for_selector("[role=alert]")
        assert page.input_value("[name=_token]") == token
        assert page.is_checked("[name=overall][value=basically_satisfied]")
        assert page.is_checked("[name=visits][value=rarely]")
        assert page.input_value("[name=household]") == "99"
        assert page.input_value("textarea") == "路灯\n公交"
        choose(page, "buses", "satisfied")
        page.fill("[name=household]", "9")
        page.click(".go")
        page.wait_for_url("**/thanks?*")


def test_a_conditional_question_comes_and_goes_with_the_answer_that_it_hangs_on(site, page):
    page.goto(site.questionnaire)
    reason = page.locator("[data-if]")
    assert not reason.is_visible()
    choose(page, "buses", "dissatisfied")
    assert reason.is_visible()
    choose(page, "reason", "routes")
    choose(page, "buses", "dont_know")
    assert not reason.is_visible()
    choose(page, "overall", "satisfied")
    with site.adds(1):
        page.click(".go")
        page.wait_for_url("**/thanks?*")


def test_how_much_was_written_is_counted_and_read_out_only_near_the_end(site, page):
    page.goto(site.questionnaire)
    count = page.locator(".count")
    assert count.inner_text() == "0 / 500"
    page.fill("textarea", "多几班公交车")
    assert (count.inner_text(), count.get_attribute("aria-live")) == ("6 / 500", "off")
    page.fill("textarea", "好" * 490)
    assert (count.inner_text(), count.get_attribute("aria-live")) == ("490 / 500", "polite")


@pytest.mark.parametrize("lang", ["zh_Hans", "en"])
def test_the_first_question_shows_without_scrolling(site, page, lang):
    page.goto(f"{site.questionnaire}?lang={lang}")
    box = page.locator("fieldset label.opt").first.bounding_box()
    assert box["y"] + box["height"] < 640


def test_a_page_of_yesterday_is_accepted_without_any_cookie(site, phone, monkeypatch):
    context = phone(with_script=False)
    page = context.new_page()
    page.goto(site.questionnaire)
    clock = time.time
    monkeypatch.setattr(time, "time", lambda: clock() + 36 * 3600)
    with site.adds(1):
        choose(page, "overall", "satisfied")
        choose(page, "buses", "satisfied")
        page.click(".go")
        assert "/thanks" in page.url
    assert context.cookies() == []


def test_what_a_token_holds_leaves_no_room_for_a_time(site, plain):
    """A nonce of the server's choice and the signature over it; so it grows no older."""
    tokens = []
    for _ in range(2):
        plain.goto(site.questionnaire)
        tokens.append(base64.urlsafe_b64decode(plain.input_value("[name=_token]") + "="))
    first, second = tokens
    assert len(first) == len(second) == 32
    assert sum(one == other for one, other in zip(first, second, strict=True)) < 8
