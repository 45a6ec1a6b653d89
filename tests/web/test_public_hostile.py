"""Whatever is sent to the residents' pages: a page that says what is wrong, the right status, and nothing stored."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from survey_app.domain.entry_codes import check_digit
from survey_app.models import AnswerStoredApart, Ballot, Tally
from tests.web.page_check import check
from tests.web.small_survey import EVERY_KIND, FULL, TOWN, VILLAGE, SmallSurvey, other

FORM = "application/x-www-form-urlencoded"
BOUNDARY = "manyi"
MULTIPART = f"multipart/form-data; boundary={BOUNDARY}"
FAR_TOO_MUCH = 10_000_000

fuzzed = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)

#: Characters that make trouble: NUL and other controls, half a character of UTF-16, turned reading, markup, formulas.
nasty = some.text(some.characters(codec="utf-8") | some.sampled_from("\0\r\n\t\x1b<>&\"'=%\u202e\ufeff"), max_size=40)


@pytest.fixture
def address(survey):
    return f"/s/{survey.code(TOWN)}"


@pytest.fixture
def token(client, address):
    return check(client.get(address)).token


@pytest.fixture
def stored(survey):
    """Give a function that counts all that an answer can leave behind."""

    def count():
        with survey.database.reading() as session:
            tables = [session.scalar(select(func.count()).select_from(each)) for each in (Ballot, AnswerStoredApart)]
            return [*tables, session.scalars(select(Tally.ballots)).all()]

    return count


def post_raw(client, address, body, content_type=FORM):
    return client.post(address, data=body, content_type=content_type)


def refused(answer, *statuses):
    """Check that it is a page for people, and one of these statuses."""
    assert answer.status_code in statuses, answer.get_data(as_text=True)[:500]
    assert answer.mimetype == "text/html"
    assert "<h1" in answer.get_data(as_text=True)
    assert "Traceback" not in answer.get_data(as_text=True)
    return answer


@pytest.mark.parametrize(
    "sent",
    [
        {"overall": "x" * 10_000},
        {"overall": ""},
        {"overall": "often"},  # Another question's option.
        {"overall": "satisfied\0"},
        {"overall": "Satisfied"},
        {"overall": "1"},
        {"unknown": "satisfied"},
        {"__class__": "x"},
        {"reason": ["fares", "x"]},
        {"overall": ["satisfied", "dissatisfied"]},
        {"household": ["1", "2"]},
        {"one_thing": ["a", "b"]},
        {"": "x"},
        {"overall[]": "satisfied"},
    ],
    ids=str,
)
def test_what_the_page_cannot_have_sent_is_refused(client, address, token, stored, sent):
    before = stored()
    data = MultiDict({"_token": token, **FULL})
    for name, values in sent.items():
        data.setlist(name, [values] if isinstance(values, str) else values)
    refused(client.post(address, data=data), 400)
    assert stored() == before


@pytest.mark.parametrize(
    "sent",
    [
        {"one_thing": "长" * 501},
        {"one_thing": "x" * 50_000},
        {"household": "9" * 5_000},
        {"household": "-1"},
        {"household": "1e9"},
        {"household": "NaN"},
        {"household": "\N{VULGAR FRACTION ONE HALF}"},
        {"overall": None},
        {"buses": None},
        {"buses": "dissatisfied", "reason": []},
    ],
    ids=lambda sent: str(sent)[:40],
)
def test_what_a_person_can_get_wrong_is_shown_again_and_not_stored(client, address, token, stored, sent):
    before = stored()
    data = MultiDict({"_token": token, "_asked": "reason", **FULL})
    for name, values in sent.items():
        data.setlist(name, values if isinstance(values, list) else [values] if values else [])
    page = check(refused(client.post(address, data=data), 422))
    assert page.title.startswith("错误：")
    assert stored() == before


def test_fields_left_out_altogether(client, address, token, stored):
    before = stored()
    refused(client.post(address, data={"_token": token}), 422)
    refused(client.post(address, data={}), 400)
    refused(client.post(address), 400)
    assert stored() == before


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "text/xml", "", "nonsense", "image/png"])
def test_another_content_type_holds_no_form(client, address, token, stored, content_type):
    before = stored()
    body = json.dumps({"_token": token, **FULL}).encode()
    refused(post_raw(client, address, body, content_type), 400, 415)
    refused(post_raw(client, address, f"_token={token}&overall=satisfied&buses=satisfied", content_type), 400, 415)
    assert stored() == before


@pytest.mark.parametrize(
    "body",
    [
        b"--manyi\r\n",
        b"--manyi--\r\n",
        b"--manyi\r\nContent-Disposition: form-data\r\n\r\nx\r\n--manyi--\r\n",
        b'--manyi\r\nContent-Disposition: form-data; name="_token"; filename="a"\r\n\r\nx\r\n--manyi--\r\n',
        b'--manyi\r\nContent-Disposition: form-data; name="overall"\r\n\r\nsatis',
        b"no boundary at all",
        b"\xff\xfe\0",
        b"",
    ],
)
def test_multipart_garbage(client, address, stored, body):
    before = stored()
    refused(post_raw(client, address, body, MULTIPART), 400)
    assert stored() == before


def test_more_parts_than_any_page_has(client, address, token, stored):
    before = stored()
    part = b'--manyi\r\nContent-Disposition: form-data; name="a"\r\n\r\n\r\n'
    refused(post_raw(client, address, part * 2_500 + b"--manyi--\r\n", MULTIPART), 413)
    refused(post_raw(client, address, f"_token={token}" + "&a=1" * 5_000), 400, 413)
    assert stored() == before


def test_a_body_far_too_large(client, address, token, stored):
    before = stored()
    for head in (f"_token={token}&one_thing=", f"_token={token}&"):
        refused(post_raw(client, address, head + "x" * FAR_TOO_MUCH), 413)
    part = f'--manyi\r\nContent-Disposition: form-data; name="one_thing"\r\n\r\n{"x" * FAR_TOO_MUCH}\r\n--manyi--\r\n'
    refused(post_raw(client, address, part, MULTIPART), 413)
    refused(post_raw(client, "/", "code=" + "1" * FAR_TOO_MUCH), 413)
    assert stored() == before


@pytest.fixture
def port(app):
    """Give the port of the server that residents meet, on the application's database."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        number = found.getsockname()[1]
    command = [sys.executable, "-m", "survey_app", "serve", "--workers", "1", "--port", str(number)]
    environment = os.environ | {"SURVEY_DATA_DIR": str(app.extensions["manyi"].config.data_dir)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        while _status(number, "/healthz") is None:
            assert server.poll() is None
            time.sleep(0.1)
        yield number
        server.send_signal(signal.SIGINT)


def _status(port, address):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", address)
        return connection.getresponse().status
    except ConnectionError:
        return None
    finally:
        connection.close()


def test_a_body_far_too_large_at_a_running_server(port, address, token, stored):
    """The server says so or hangs up, and goes on serving, whether or not the length was announced."""
    before = stored()
    for announced in (True, False):
        assert _send_much(port, address, token, announced) in (413, None), announced
        assert _status(port, address) == 200
    assert stored() == before


def _send_much(port, address, token, announced):
    """Return the status; None where the server hung up on what it will not read."""
    body = f"_token={token}&overall=satisfied&buses=satisfied&one_thing=".encode() + b"x" * FAR_TOO_MUCH
    pieces = body if announced else (body[at : at + 65_536] for at in range(0, len(body), 65_536))
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("POST", address, pieces, {"Content-Type": FORM}, encode_chunked=not announced)
        return connection.getresponse().status
    except (ConnectionError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def test_tokens_of_elsewhere(app, client, address, survey, token, stored):
    """Of another place, another survey, another channel; with a letter changed, cut off, doubled."""
    elsewhere = SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, slug="elsewhere")).open()
    before = stored()
    foreign = [check(client.get(f"/s/{each}")).token for each in (survey.code(VILLAGE), elsewhere.code(TOWN))]
    flipped = [token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :] for at in range(len(token))]
    for each in [*foreign, *flipped, token[:-1], token + "A", token * 2, token + "=", token + "\0", f" {token}"]:
        refused(client.post(address, data={"_token": each, **FULL}), 400)
    refused(client.post(address, data=MultiDict([("_token", token), ("_token", "x"), *FULL.items()])), 400)
    assert stored() == before


@pytest.mark.parametrize(
    "code", ["%00", "%ff%fe", "1%002345674", "0" * 7 + "1", "9" * 5_000, "..%2f..%2fetc", "%E2%80%AE1", "'--"]
)
def test_codes_that_no_poster_carries(client, stored, code):
    before = stored()
    for method in (client.get, client.post):
        refused(method(f"/s/{code}"), 404)
    refused(client.get(f"/s/{code}/thanks"), 404)
    assert stored() == before


@given(
    sent=some.dictionaries(
        some.sampled_from([*FULL, "reason", "visits", "household", "_asked"]) | nasty, nasty, max_size=8
    )
)
@fuzzed
def test_no_answers_make_a_failure(client, address, token, stored, sent):
    before = stored()
    answer = client.post(address, data={"_token": token, "overall": "", **sent})
    refused(answer, 400, 422)
    assert stored() == before


@given(
    body=some.binary(max_size=300), content_type=some.sampled_from([FORM, MULTIPART, f"{FORM}; charset=utf-16", "x/y"])
)
@fuzzed
def test_no_bytes_make_a_failure(client, address, stored, body, content_type):
    before = stored()
    refused(post_raw(client, address, body, content_type), 400, 413, 415, 422)
    assert stored() == before


@given(name=some.binary(min_size=1, max_size=12), value=some.binary(max_size=40))
@fuzzed
def test_no_broken_encoding_makes_a_failure(client, address, token, stored, name, value):
    before = stored()
    percent = ["".join(f"%{byte:02x}" for byte in each) for each in (name, value)]
    body = f"_token={token}&{percent[0]}={percent[1]}"
    refused(post_raw(client, address, body), 400, 422)
    refused(post_raw(client, address, f"_token={token}&overall={percent[1]}"), 400, 422)
    assert stored() == before


@given(text=some.binary(max_size=120))
@fuzzed
def test_any_open_text_is_a_ballot_or_an_error_and_can_be_read_back(client, address, survey, text):
    before = len(survey.ballots())
    percent = "".join(f"%{byte:02x}" for byte in text)
    fresh = check(client.get(address)).token
    answer = post_raw(client, address, f"_token={fresh}&overall=satisfied&buses=satisfied&one_thing={percent}")
    assert answer.status_code == 303
    assert len(survey.ballots()) == before + 1
    with survey.database.reading() as session:
        kept = session.scalars(select(AnswerStoredApart.value)).all()
    assert all(("\0" not in each and each.isprintable()) or "\n" in each for each in kept)


@given(typed=nasty | some.text("0123456789 -", max_size=30))
@fuzzed
def test_no_typed_code_makes_a_failure(client, typed):
    answer = client.post("/", data={"code": typed})
    assert answer.status_code in (303, 404, 422)
    if answer.status_code != 303:
        check(answer)


def test_a_typed_code_leads_nowhere_else(client):
    for typed in ("//evil.example", "https://evil.example", "1" * 7 + check_digit("1" * 7), "\r\nLocation: x"):
        answer = client.post("/", data={"code": typed})
        assert answer.status_code in (404, 422)
        assert "Location" not in answer.headers


@given(query=some.dictionaries(some.sampled_from(["lang", "size", "r"]) | nasty, nasty, max_size=4))
@fuzzed
def test_no_query_makes_a_failure(client, address, query):
    for path in (address, f"{address}/thanks", "/", "/privacy"):
        answer = client.get(path, query_string=query)
        assert answer.status_code in (200, 303, 404)
