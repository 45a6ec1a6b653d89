"""One ballot, however bad the network: slow, lost, away, pressed twice, two tabs, reloaded, gone back to."""

import time

import pytest
from playwright.sync_api import Error

from tests.browser.resident_site import load_again
from tests.web.small_survey import TARGETS, TOWN, SmallSurvey, other

pytestmark = pytest.mark.browser

NOT_SENT = "未提交，已保存在本机"


def fill(page, site, overall="satisfied"):
    page.goto(site.questionnaire)
    answer(page, overall)


def answer(page, overall="satisfied"):
    page.click(f"[name=overall][value={overall}]")
    page.click("[name=buses][value=satisfied]")


def thanked(page):
    page.locator("main .done").wait_for()
    assert "/thanks?" in page.url
    assert "已收到" in page.inner_text(".done")


def drafts(page):
    return page.evaluate("Object.keys(localStorage)")


def says(page, text):
    page.wait_for_function("text => document.querySelector('#state').innerText.includes(text)", arg=text)


def stop_the_clock(page):
    """From now on the page's timers run only when the test says so."""
    page.clock.install()
    page.clock.pause_at(time.time() + 60)


def press_twice(page):
    """Press as a finger does, which waits for nothing."""
    page.locator(".go").scroll_into_view_if_needed()
    box = page.locator(".go").bounding_box()
    for _ in range(2):
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


@pytest.mark.parametrize("with_script", [True, False])
def test_pressed_twice_while_the_server_is_slow(site, phone, with_script):
    page = phone(with_script).new_page()
    fill(page, site)
    with site.adds(1):
        with site.network.slow():
            press_twice(page)
            if with_script:
                says(page, "正在提交")
                assert page.get_attribute(".go", "aria-disabled") == "true"
        thanked(page)
    if with_script:
        assert site.network.posts == 1


def test_an_answer_lost_after_the_ballot_was_stored_is_asked_for_again(site, page):
    fill(page, site)
    site.network.lost = 1
    with site.adds(1):
        page.click(".go")
        says(page, "第 1 次")
        thanked(page)
    assert site.network.posts == 2


def test_without_script_a_lost_answer_can_be_asked_for_by_loading_again(site, plain):
    fill(plain, site)
    site.network.lost = 9  # Chromium asks again by itself, once.
    with site.adds(1):
        with pytest.raises(Error), plain.expect_navigation():
            plain.click(".go", no_wait_after=True)
        site.network.lost = 0
        load_again(plain)
        thanked(plain)
    assert site.network.posts >= 2


def test_a_proxy_that_finds_no_server_is_tried_again_three_times_and_then_by_hand(site, page):
    stop_the_clock(page)
    fill(page, site)
    site.network.refusals = ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "502 Bad Gateway"]
    with site.adds(1):
        page.click(".go")
        for number, seconds in enumerate((2, 5, 15), start=1):
            says(page, f"第 {number} 次")
            page.clock.run_for(seconds * 1000 - 100)
            assert site.network.posts == number
            page.clock.run_for(100)
        says(page, NOT_SENT)
        assert page.inner_text(".go") == "重新提交"
        page.click(".go")
        thanked(page)
    assert site.network.posts == 5


def test_answers_given_offline_come_back_and_are_cleared_once_they_are_sent(site, page):
    page.goto(site.questionnaire)
    page.context.set_offline(True)
    answer(page)
    page.fill("textarea", "多几班公交")
    says(page, "已保存在本机")
    token = page.input_value("[name=_token]")
    page.context.set_offline(False)
    page.reload()
    assert "已恢复上次未提交的填写" in page.inner_text("#restored")
    assert page.is_checked("[name=overall][value=satisfied]")
    assert page.input_value("textarea") == "多几班公交"
    assert page.input_value("[name=_token]") == token
    with site.adds(1):
        page.click(".go")
        thanked(page)
    assert drafts(page) == []
    page.goto(site.questionnaire)
    assert not page.is_visible("#restored")
    assert page.locator("input:checked").count() == 0


def test_where_no_draft_can_be_kept_the_page_asks_before_it_is_left(site, page):
    survey = SmallSurvey(site.parts, other(TARGETS, slug="in-part", slots_per_ballot=2)).open()
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.goto(f"{site.address}/s/{survey.code('常德市')}")
    page.reload()
    assert asked == []
    page.locator("[type=radio]").first.click()
    assert drafts(page) == []
    page.reload()
    assert asked == ["beforeunload"]
    for name in page.evaluate("[...new Set([...document.querySelectorAll('[type=radio]')].map(each => each.name))]"):
        page.click(f"[name='{name}'][value=satisfied]")
    page.click(".go")
    thanked(page)
    assert asked == ["beforeunload"]
    assert len(survey.ballots()) == 1


def test_what_could_not_be_sent_is_sent_once_the_network_is_back(site, page):
    stop_the_clock(page)
    fill(page, site)
    page.context.set_offline(True)
    page.click(".go")
    says(page, "第 1 次")
    with site.adds(1):
        page.context.set_offline(False)
        thanked(page)


def test_nothing_is_sent_by_itself_once_the_answers_have_changed(site, page):
    stop_the_clock(page)
    fill(page, site)
    page.context.set_offline(True)
    page.click(".go")
    for number, seconds in enumerate((2, 5, 15), start=1):
        says(page, f"第 {number} 次")
        page.clock.run_for(seconds * 1000)
    says(page, NOT_SENT)
    page.click("[name=overall][value=dissatisfied]")
    page.context.set_offline(False)
    assert site.network.posts == 0
    with site.adds(1):
        page.click(".go")
        thanked(page)


def test_a_draft_is_cleared_by_hand_with_all_that_it_held(site, page):
    fill(page, site)
    token = page.input_value("[name=_token]")
    page.reload()
    page.click("#restored button")
    assert not page.is_visible("#restored")
    assert page.locator("input:checked").count() == 0
    assert page.input_value("[name=_token]") != token
    assert drafts(page) == []
    assert page.evaluate("document.activeElement.id") == "q1-0"


def test_a_draft_of_the_day_before_yesterday_is_gone(site, page):
    fill(page, site)
    page.evaluate(
        'path => localStorage.setItem(path, localStorage.getItem(path).replace(/"at":\\d+/, \'"at":\''
        " + (Date.now() - 864e5 - 1e3)))",
        f"/s/{site.code}",
    )
    page.reload()
    assert page.locator("input:checked").count() == 0
    assert drafts(page) == []


def test_one_draft_in_two_tabs_is_one_ballot(site, phone):
    context = phone()
    first, second, third = (context.new_page() for _ in range(3))
    second.goto(site.questionnaire)  # Opened before there was a draft, with a token of its own.
    fill(first, site)
    third.goto(site.questionnaire)  # Opened with the draft.
    assert third.is_checked("[name=overall][value=satisfied]")
    second.bring_to_front()
    answer(second)
    tokens = {each.input_value("[name=_token]") for each in (first, second, third)}
    assert len(tokens) == 1
    with site.adds(1):
        for each in (first, second, third):
            each.bring_to_front()
            each.click(".go")
            thanked(each)


def test_other_answers_in_a_second_tab_leave_the_first_and_the_draft_is_gone(site, phone):
    context = phone()
    first, second = context.new_page(), context.new_page()
    fill(first, site)
    second.goto(site.questionnaire)
    with site.adds(1):
        first.click(".go")
        thanked(first)
        second.click("[name=overall][value=dissatisfied]")
        second.click(".go")
        second.wait_for_selector(".notice")
    assert "已收到第一次提交的答卷" in second.inner_text("main")
    assert drafts(second) == []


@pytest.mark.parametrize("with_script", [True, False])
def test_loading_again_and_going_back_add_nothing(site, phone, with_script):
    page = phone(with_script).new_page()
    page.goto(site.address + "/privacy")
    fill(page, site)
    with site.adds(1):
        page.click(".go")
        thanked(page)
        load_again(page)
        thanked(page)
        page.go_back()
        if with_script:
            assert page.url == site.address + "/privacy"
        else:
            assert page.url == site.questionnaire
        page.go_forward()
        thanked(page)


def test_a_browser_that_keeps_nothing_still_submits_and_promises_nothing(site, page):
    refusing = "{get() { throw new Error('private') }}"
    page.add_init_script(f"Object.defineProperty(window, 'localStorage', {refusing})")
    stop_the_clock(page)
    fill(page, site)
    assert "尚未保存" in page.inner_text("#state")
    page.context.set_offline(True)
    page.click(".go")
    for number, seconds in enumerate((2, 5, 15), start=1):
        says(page, f"第 {number} 次")
        page.clock.run_for(seconds * 1000)
    says(page, "请不要关闭本页")
    assert "已保存" not in page.inner_text("#state")
    with site.adds(1):
        page.context.set_offline(False)
        thanked(page)


def test_a_browser_that_does_not_say_where_an_answer_came_from_shows_thanks_all_the_same(site, page):
    page.add_init_script("Object.defineProperty(XMLHttpRequest.prototype, 'responseURL', { value: undefined })")
    fill(page, site)
    with site.adds(1):
        page.click(".go")
        thanked(page)


def test_the_draft_of_a_worker_s_device_is_not_kept_for_the_next_person(site, page):
    page.goto(site.address + site.pages["form by hand"])
    answer(page)
    assert drafts(page) == []
    with site.adds(1):
        page.click(".go")
        page.wait_for_url("**received*")


def test_a_place_that_was_paused_meanwhile_says_so_at_once(site, page):
    survey = site.another("paused-meanwhile")
    page.goto(f"{site.address}/s/{survey.code(TOWN)}")
    answer(page)
    survey.pause()
    page.click(".go")
    page.wait_for_selector(".notice")
    assert "暂停" in page.inner_text("main h2")
    assert survey.ballots() == []
    assert site.network.posts == 2  # Asked by the script, and shown by the browser itself.
