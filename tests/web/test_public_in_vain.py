"""Scans that lead nowhere are counted, guessing is slowed, and the test page of a print job takes no answers."""

from datetime import UTC, datetime, timedelta

import pytest
from limits import parse
from sqlalchemy import func, select

from survey_app.models import Ballot, CodeHit
from survey_app.web.public import in_vain
from tests.web.page_check import check
from tests.web.small_survey import TOWN

#: Two codes that could be, and are none's: a poster's and a slip's.
NOBODYS_POSTER, NOBODYS_SLIP = "99999992", "9999999999999990"
TEST_PAGES = ("/s/00000000", "/s/0000000000000000")


@pytest.fixture
def hits(app):
    """Give a function that returns (code, reason) -> hits."""
    database, counter = app.extensions["manyi"].database, app.extensions["manyi.in_vain"]

    def read():
        counter.flush()
        with database.reading() as session:
            return {(each.code, each.reason): each.hits for each in session.scalars(select(CodeHit))}

    return read


@pytest.fixture
def strict(monkeypatch):
    """Allow three unknown codes a minute."""
    monkeypatch.setattr(in_vain, "UNKNOWN_CODES", parse("3 per minute"))


def test_a_questionnaire_that_is_shown_is_no_scan_in_vain(client, survey, hits):
    client.get(f"/s/{survey.code(TOWN)}")
    assert hits() == {}


def test_scans_that_lead_nowhere_are_counted_with_their_reason(client, draft, hits):
    code = draft.code(TOWN)

    def scan():
        for made in client.get, client.head:  # A chat's preview asks by HEAD: nobody scanned.
            made(f"/s/{code}")
        client.application.extensions["manyi.kept"].doors._held.clear()

    scan()
    draft.open()
    draft.pause()
    client.application.extensions["manyi.kept"].doors._held.clear()
    scan()
    draft.void(code)
    scan()
    scan()
    draft.plan_closing(datetime.now(UTC) - timedelta(days=1))
    scan()
    assert hits() == {(code, "not_yet"): 1, (code, "paused"): 1, (code, "voided"): 2, (code, "closed"): 1}


def test_a_submission_is_no_scan(client, survey, hits):
    survey.close()
    client.post(f"/s/{survey.code(TOWN)}", data={"overall": "satisfied"})
    assert hits() == {}


def test_unknown_codes_are_counted_scanned_or_typed(client, survey, hits):
    assert client.get(f"/s/{NOBODYS_POSTER}").status_code == 404
    assert client.post("/", data={"code": "9999 9992"}).status_code == 404
    assert client.head(f"/s/{NOBODYS_POSTER}").status_code == 404
    client.get(f"/s/{NOBODYS_SLIP}")
    assert hits() == {(NOBODYS_POSTER, "unknown"): 2, ("", "unknown"): 1}


@pytest.mark.parametrize("code", ["99999995", "x", "12345", "00000001", "9" * 300])
def test_what_can_be_no_code_is_not_written_down(client, survey, hits, code):
    assert client.get(f"/s/{code}").status_code == 404
    assert hits() == {}


def test_too_many_unknown_codes_have_to_wait(client, survey, strict):
    for _ in range(3):
        assert client.get(f"/s/{NOBODYS_POSTER}").status_code == 404
    for answer in (
        client.get(f"/s/{NOBODYS_POSTER}?lang=en"),
        client.get(f"/s/{NOBODYS_POSTER}/thanks?lang=en"),
        client.post("/?lang=en", data={"code": NOBODYS_POSTER}),
        client.post(f"/s/{NOBODYS_POSTER}?lang=en"),
    ):
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 60
        assert "Too many unknown codes" in check(answer, "en").text


def test_what_came_too_often_is_neither_counted_nor_written(client, survey, strict, hits):
    for _ in range(9):
        client.get(f"/s/{NOBODYS_POSTER}")
    assert hits() == {(NOBODYS_POSTER, "unknown"): 3}


def test_known_codes_are_never_limited(client, survey, strict):
    for _ in range(5):
        client.get(f"/s/{NOBODYS_POSTER}")
    for _ in range(50):
        assert client.get(f"/s/{survey.code(TOWN)}").status_code == 200
    assert client.post("/", data={"code": survey.code(TOWN)}).status_code == 303


def test_somebody_elsewhere_is_not_slowed(client, survey, strict):
    for _ in range(5):
        client.get(f"/s/{NOBODYS_POSTER}")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert client.get(f"/s/{NOBODYS_POSTER}", environ_base=elsewhere).status_code == 404


@pytest.mark.parametrize("path", TEST_PAGES)
def test_a_test_scan_says_that_it_worked_and_what_comes_next(client, path):
    page = check(client.get(f"{path}?lang=en"), "en")
    assert page.status == 200
    for words in ("The scan works", "It takes no answers", "print the rest now", "Keep the test page"):
        assert words in page.text
    assert "<form" not in page.html
    assert "扫码成功" in check(client.get(path)).text
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("path", TEST_PAGES)
def test_a_test_scan_stores_nothing_whatever_is_sent(app, client, survey, hits, path):
    real = check(client.get(f"/s/{survey.code(TOWN)}"))
    sent = {"_token": real.token, "overall": "satisfied", "buses": "satisfied"}
    for _ in range(40):  # Nor is it an unknown code.
        assert client.post(path, data=sent).status_code == 200
    assert hits() == {}
    with app.extensions["manyi"].database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Ballot)) == 0
