"""The front door, and the pages that say why there is no questionnaire."""

from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.entry_codes import check_digit
from tests.web.page_check import check
from tests.web.small_survey import EVERY_KIND, FULL, FULL_IN_VILLAGE, TOWN, VILLAGE, SmallSurvey, other

UNKNOWN = "1000000" + check_digit("1000000")
LANGUAGES = [("", "zh-Hans"), ("?lang=en", "en"), ("?lang=en&size=large", "en"), ("?lang=xx", "zh-Hans")]


@pytest.fixture
def code(survey):
    return survey.code(TOWN)


@pytest.mark.parametrize(("query", "language"), LANGUAGES)
def test_the_fixed_pages(client, query, language):
    for address in ("/", "/privacy"):
        assert check(client.get(address + query), language).status == 200
        assert client.head(address + query).status_code == 200


def test_a_code_typed_by_hand_leads_to_its_questionnaire(client, code):
    for typed in (
        code,
        f"{code[:4]} {code[4:]}",
        f" {code[:4]}-{code[4:]}",
        code.replace(code[0], chr(ord(code[0]) + 0xFEE0)),
    ):
        answer = client.post("/", data={"code": typed})
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{code}")
    assert client.post("/?lang=en", data={"code": code}).headers["Location"] == f"/s/{code}?lang=en"


@pytest.mark.parametrize("typed", ["", "1234", "abcdefgh", '"><b>', "12345678"])
def test_a_mistyped_code_is_said_and_kept(client, typed):
    page = check(client.post("/", data={"code": typed}))
    assert page.status == 422
    assert page.values("input[name=code]", "value") == [typed]
    assert page.values("input[name=code]", "aria-describedby") == ["code-hint code-fault"]
    assert check(client.post("/?lang=en", data={"code": typed}), "en").title.startswith("Error: ")


def test_an_unknown_code_has_a_box_to_try_again(client, app):
    page = check(client.post("/", data={"code": UNKNOWN}))
    assert page.status == 404
    assert page.values("form", "action") == ["/"]
    assert page.values("input[name=code]", "value") == [UNKNOWN]
    for address in (f"/s/{UNKNOWN}", "/s/12345678", "/s/x", f"/s/{UNKNOWN}/thanks"):
        assert check(client.get(address)).status == 404
        assert client.head(address).status_code == 404
    assert check(client.post(f"/s/{UNKNOWN}", data=FULL)).status == 404


def test_not_yet_open(client, draft):
    page = check(client.get(f"/s/{draft.code(TOWN)}"))
    assert page.status == 403
    assert "2026" in page.text


def test_not_yet_open_at_an_hour_in_the_survey_s_time_zone(client, app):
    definition = other(EVERY_KIND, slug="hour", opens="2026-12-01T09:30")
    code = SmallSurvey(app.extensions["manyi"], definition).code(TOWN)
    assert "1 December 2026 09:30" in check(client.get(f"/s/{code}?lang=en"), "en").text
    assert "2026 年 12 月 1 日 9 时 30 分" in check(client.get(f"/s/{code}")).text


def test_no_day_announced(client, app):
    definition = other(EVERY_KIND, slug="no-day")
    del definition["opens"]
    code = SmallSurvey(app.extensions["manyi"], definition).code(TOWN)
    assert check(client.get(f"/s/{code}")).status == 403


def test_paused(client, survey, code):
    survey.pause()
    page = check(client.get(f"/s/{code}"))
    assert (page.status, page.response.headers["Retry-After"]) == (503, "600")


def test_voided(client, survey, code):
    survey.void(code)
    assert check(client.get(f"/s/{code}")).status == 410


def test_closed_leads_to_the_results(client, survey, code):
    survey.close()
    page = check(client.get(f"/s/{code}?lang=en"), "en")
    assert page.status == 410
    assert len(page.values("a.go", "href")) == 1
    assert "2099" not in page.text  # It was closed before its planned day.
    assert client.head(f"/s/{code}").status_code == 410


def test_a_planned_closing_takes_pages_already_fetched_for_a_while(client, survey, code):
    token = check(client.get(f"/s/{code}")).token
    survey.plan_closing(datetime.now(UTC) - timedelta(minutes=5))
    forget(client)
    page = check(client.get(f"/s/{code}"))
    assert page.status == 410
    late = client.post(f"/s/{code}", data={"_token": token})
    assert check(late).status == 422
    assert client.post(f"/s/{code}", data={"_token": token, **FULL}).status_code == 303
    survey.plan_closing(datetime.now(UTC) - timedelta(minutes=16))
    forget(client)
    assert check(client.post(f"/s/{code}", data={"_token": token})).status == 410


def forget(client):
    """Do what two seconds do: believe no door any longer."""
    client.application.extensions["manyi.kept"].doors._held.clear()


@pytest.mark.parametrize(("act", "status"), [("close", 410), ("pause", 503), ("void", 410)])
def test_a_submission_behind_a_change_is_refused_by_its_own_transaction(client, survey, code, act, status):
    token = check(client.get(f"/s/{code}")).token
    getattr(survey, act)(*([code] if act == "void" else []))
    assert check(client.post(f"/s/{code}", data={"_token": token, **FULL})).status == status
    assert survey.ballots() == []


def test_an_answer_lost_on_the_way_is_given_again_after_closing(client, survey, code):
    token = check(client.get(f"/s/{code}")).token
    assert client.post(f"/s/{code}", data={"_token": token, **FULL}).status_code == 303
    survey.close()
    assert client.post(f"/s/{code}", data={"_token": token, **FULL}).status_code == 303
    assert len(survey.ballots()) == 1


@pytest.mark.parametrize(("query", "language"), LANGUAGES)
def test_thanks_can_be_loaded_again(client, code, query, language):
    token = check(client.get(f"/s/{code}")).token
    address = client.post(f"/s/{code}{query}", data={"_token": token, **FULL}).headers["Location"]
    first, second = (check(client.get(address), language) for _ in range(2))
    assert first.status == 200
    assert first.html == second.html
    assert "28" in first.text


def test_an_address_that_is_none_has_a_page_of_its_own(client):
    assert check(client.get("/nowhere")).status == 404
    assert check(client.put("/"), "zh-Hans").status == 405


def test_a_body_too_large_is_refused(client, code):
    assert check(client.post(f"/s/{code}", data={"one_thing": "x" * 300_000})).status == 413


def test_no_cookie_is_set(client, code):
    for address in ("/", f"/s/{code}", f"/s/{code}/thanks"):
        assert "Set-Cookie" not in client.get(address).headers


def test_a_place_whose_quota_is_full_says_so_kindly_and_takes_no_page_fetched_before(app, client):
    places = {"under": "430700", "level": "village", "quota": 1}
    survey = SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, quota_full="stop", places=places)).open()
    code = survey.code(VILLAGE)
    first, second = (check(client.get(f"/s/{code}")).token for _ in range(2))
    assert client.post(f"/s/{code}", data={"_token": first, **FULL_IN_VILLAGE}).status_code == 303
    assert check(client.post(f"/s/{code}", data={"_token": second, **FULL_IN_VILLAGE})).status == 410
    assert client.post(f"/s/{code}", data={"_token": first, **FULL_IN_VILLAGE}).status_code == 303, "sent again"
    forget(client)
    full = check(client.get(f"/s/{code}?lang=zh_Hans"))
    assert full.status == 410
    assert "本村（社区）名额已满，谢谢" in full.text
    assert check(client.get(f"/s/{survey.code(TOWN)}")).status == 200
    assert len(survey.ballots()) == 1
