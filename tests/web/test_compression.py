"""Pages on the wire: whatever was put together, any gunzip reads it, and it is the page."""

import gzip
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.web.compression import Piece, respond
from survey_app.web.public.cut_page import CutPage
from tests.web.small_survey import EVERY_KIND, TOWN, SmallSurvey, other

GZIP = {"Accept-Encoding": "gzip, deflate"}


def texts():
    return st.text(st.characters(codec="utf-8"), max_size=400)


@given(st.lists(st.tuples(st.booleans(), texts())))
def test_pieces_in_any_order_are_a_gzip_file(some):
    pieces = [(Piece.lasting if lasting else Piece.passing)(text) for lasting, text in some]
    from flask import Flask  # noqa: PLC0415 - a request is all that is wanted of it.

    with Flask("t").test_request_context(headers=GZIP):
        response = respond(pieces)
    assert gzip.decompress(response.get_data()).decode() == "".join(text for _, text in some)


def test_a_fresh_page_is_the_same_compressed_and_plain(client, survey):
    address = f"/s/{survey.code(TOWN)}"
    plain, packed = client.get(address), client.get(address, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    inflated = gzip.decompress(packed.get_data())
    assert len(packed.get_data()) < len(inflated) / 2
    assert int(packed.headers["Content-Length"]) == len(packed.get_data())
    token = b'name="_token" value="'
    start = inflated.index(token) + len(token)
    assert inflated[:start] == plain.get_data()[:start]
    assert inflated[start + 43 :] == plain.get_data()[start + 43 :]
    assert zlib.decompress(packed.get_data(), 31) == inflated


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_a_browser_that_takes_no_gzip_gets_none(client, survey, accepted):
    answer = client.get(f"/s/{survey.code(TOWN)}", headers={"Accept-Encoding": accepted})
    assert "Content-Encoding" not in answer.headers
    assert answer.get_data(as_text=True).startswith("<!doctype html>")


def test_a_page_made_for_one_request_is_compressed_too(client, survey):
    address = f"/s/{survey.code(TOWN)}"
    answer = client.post(address, headers=GZIP, data={"_token": "x"})
    assert answer.status_code == 400
    assert "</html>" in gzip.decompress(answer.get_data()).decode()
    assert client.get("/console/login", headers=GZIP).headers.get("Content-Encoding") is None


def test_fifteen_questions_of_six_options_weigh_less_than_8_000_bytes(client, app):
    text = "对本地道路、公交、饮水、环境卫生、医疗、教育和养老等公共服务中的这一项满意吗？"
    options = [{"code": f"o{n}", "text": f"第 {n} 个选项，写得稍长一些"} for n in range(6)]
    questions = [{"code": "overall", "kind": "rating", "text": "总的来说满意吗？", "required": True}] + [
        {"code": f"q{n}", "kind": "single_choice", "text": f"{n}{text}", "options": options} for n in range(13)
    ]
    questions.append({"code": "wish", "kind": "open_text", "text": "最希望改进的一件事"})
    survey = SmallSurvey(
        app.extensions["manyi"], other(EVERY_KIND, slug="heavy", scopes={}, questions=questions)
    ).open()
    answer = client.get(f"/s/{survey.code(TOWN)}", headers=GZIP)
    headers = sum(len(f"{name}: {value}\r\n".encode()) for name, value in answer.headers.items())
    assert len(answer.get_data()) + headers < 8_000, json.dumps([len(answer.get_data()), headers])


def test_a_list_without_an_end_is_no_page():
    with pytest.raises(ValueError, match="no end"):
        CutPage(lambda cut: f"a{cut('list')}b{cut('class')}c{cut('target:1')}d")
