"""What a resident reads where there is no questionnaire: which survey, why, and what to do."""

import pytest

pytestmark = pytest.mark.browser

#: Page, status, heading, and the next step.
STATES = [
    ("draft", 403, "测评尚未开始", "2026 年 1 月 1 日"),
    ("paused", 503, "本测评点暂停填写", "请过些时候再扫码"),
    ("closed", 410, "测评已截止", "已公布的测评结果"),
    ("voided", 410, "无效二维码", "请使用新的测评公告"),
    ("spent", 410, "已收到，无需再填", "谢谢"),
    ("unknown", 404, "没有这个测评码", "核对测评码"),
]


@pytest.mark.parametrize(("name", "status", "heading", "next_step"), STATES)
def test_a_state_page_says_where_why_and_what_to_do(site, plain, name, status, heading, next_step):
    answer = plain.goto(site.address + site.pages[name])
    assert answer.status == status
    assert heading in plain.inner_text("main h2 >> nth=0")
    assert next_step in plain.inner_text("main")
    if name != "unknown":
        assert "社区" in plain.inner_text("h1")
        assert "常德市测评办公室" in plain.inner_text("footer")


def test_an_unknown_code_can_be_typed_again(site, plain):
    plain.goto(site.address + site.pages["unknown"])
    plain.fill("#code", f"{site.code[:4]} {site.code[4:]}")
    plain.click(".go")
    assert plain.url == site.questionnaire


def test_a_preview_stores_nothing(site, page):
    with site.adds(0):
        page.goto(site.address + site.pages["preview"])
        page.click("[name=overall] >> nth=0")
        page.click("[name=buses] >> nth=0")
        page.click(".go")
        page.wait_for_url("**/thanks*")
