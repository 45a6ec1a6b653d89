"""A slip over HTTP: looked at as often as one likes, answered once."""

import re
import threading
from collections import Counter
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from survey_app.config import read_config
from survey_app.domain.entry_codes import grouped
from survey_app.factory import create_app
from tests.web.small_survey import EVERY_KIND, FULL, SmallSurvey, other
from tests.web.test_console_slips import print_slips

BY_SLIP = other(EVERY_KIND, slug="by-slip", ballot_mode="slip")


@pytest.fixture
def app(migrated_url, tmp_path):
    """Give an application on each of the two databases."""
    made = create_app(read_config({"SURVEY_DATA_DIR": str(tmp_path), "SURVEY_DATABASE_URL": migrated_url}))
    yield made
    made.extensions["manyi"].database.dispose()


@pytest.fixture
def survey(app):
    return SmallSurvey(app.extensions["manyi"], BY_SLIP).open()


@pytest.fixture
def code(app, survey):
    """Give the code of a slip for the town."""
    return print_slips(app, copies=1, under="430702001001")[0]


def body_of(client, code, **changed):
    """Fetch the page of a slip and fill it in."""
    page = client.get(f"/s/{code}")
    assert page.status_code == 200
    hidden = LexborHTMLParser(page.text).css("form input[type=hidden]")
    return {each.attributes["name"]: each.attributes.get("value") or "" for each in hidden} | FULL | changed


def words(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", re.sub(r"<(style|script).*?</\1>", "", answer.text, flags=re.S)).split())


def test_a_slip_is_answered_once(client, survey, code):
    body = body_of(client, code)
    another = body_of(client, code)
    assert client.post(f"/s/{code}", data=body).status_code == 303
    assert client.post(f"/s/{code}", data=body).status_code == 303  # The answer was lost on the way: the same again.
    for answer in (client.post(f"/s/{code}", data=another), client.get(f"/s/{code}")):
        assert answer.status_code == 410
        assert "已收到，无需再填" in words(answer)
    assert client.post(f"/s/{code}", data=body | {"overall": "dissatisfied"}).status_code == 409
    assert len(survey.ballots()) == 1


def test_looking_never_spends_a_slip(client, survey, code):
    """Chat programs look at an address before anybody opens it."""
    for _ in range(3):
        assert client.head(f"/s/{code}").status_code == 200
        assert client.get(f"/s/{code}").status_code == 200
    assert client.options(f"/s/{code}").status_code < 500
    assert survey.ballots() == []
    assert client.post(f"/s/{code}", data=body_of(client, code)).status_code == 303


def test_what_is_not_complete_spends_nothing(client, survey, code):
    body = body_of(client, code)
    del body["overall"]
    assert client.post(f"/s/{code}", data=body).status_code == 422
    assert client.post(f"/s/{code}", data={"overall": "satisfied"}).status_code == 400
    assert client.post(f"/s/{code}", data=body | {"overall": "satisfied"}).status_code == 303


def test_a_voided_slip_says_what_to_use_instead(app, client, survey, code):
    body = body_of(client, code)
    fresh = print_slips(app, copies=1, under="430702001001", reason="wet")[0]
    for answer in (client.get(f"/s/{code}"), client.post(f"/s/{code}", data=body)):
        assert answer.status_code == 410
        assert "请使用新的测评票" in words(answer)
        assert "测评公告" not in words(answer)
    assert client.get(f"/s/{fresh}").status_code == 200
    assert survey.ballots() == []


def test_a_slip_is_no_slip_of_another_place_or_page(app, client, survey, code):
    """A token is good for one place, group and channel; a code that was never printed leads nowhere."""
    elsewhere = print_slips(app, copies=1, under="430703")[0]
    assert client.post(f"/s/{elsewhere}", data=body_of(client, code)).status_code == 400
    assert client.get("/s/1000000000000000").status_code == 404
    assert survey.ballots() == []


def test_a_slips_code_is_typed_in_groups_of_four(client, survey, code):
    answer = client.post("/", data={"code": grouped(code)})
    assert answer.status_code == 303
    assert answer.location.startswith(f"/s/{code}")


@pytest.mark.parametrize("one_page", [False, True])
def test_fifty_at_once_with_one_slip_are_one_ballot(app, survey, code, one_page):
    first = body_of(app.test_client(use_cookies=False), code)
    clients = [app.test_client(use_cookies=False) for _ in range(50)]
    bodies = [first if one_page else body_of(each, code) for each in clients]
    start = threading.Barrier(50)
    answers = []

    def send(client, body):
        start.wait()
        sent = client.post(f"/s/{code}", data=urlencode(body), content_type="application/x-www-form-urlencoded")
        answers.append((sent.status_code, "已收到，无需再填" in sent.text))

    threads = [threading.Thread(target=send, args=each) for each in zip(clients, bodies, strict=True)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Counter(answers) == ({(303, False): 50} if one_page else {(303, False): 1, (410, True): 49})
    assert len(survey.ballots()) == 1
