"""Devices that a worker opens, and previews: what they store, and what they never do."""

import pytest
from sqlalchemy import select

from survey_app.models import Ballot, Place, RespondentGroup
from survey_app.services.ballot_store import CHANNELS
from survey_app.web.tickets import Ticket, Use, write_ticket
from tests.web.page_check import check
from tests.web.small_survey import FULL, TOWN


def write(app, survey, use):
    with survey.database.reading() as session:
        place = session.scalar(select(Place.id).order_by(Place.id))
        group = session.scalar(select(RespondentGroup.id))
    with app.test_request_context():
        return write_ticket(Ticket(use, place, group))


@pytest.fixture
def ticket(app, survey):
    return lambda use: write(app, survey, use)


def channels(survey):
    with survey.database.reading() as session:
        return [CHANNELS[each] for each in session.scalars(select(Ballot.channel))]


def test_an_assisted_ballot_is_marked_so_and_the_device_goes_back_to_its_first_page(client, survey, ticket):
    address = f"/by-hand/{ticket(Use.ASSISTED)}"
    first = check(client.get(address))
    assert TOWN in first.heading
    assert "协助填写" in first.text
    page = check(client.get(f"{address}/form"))
    assert page.values("form#sheet", "data-draft") == []
    answer = client.post(f"{address}/form", data={"_token": page.token, **FULL})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}?received=1")
    assert "上一份答卷已收到" in check(client.get(answer.headers["Location"])).text
    assert channels(survey) == ["assisted"]
    assert client.post(f"{address}/form", data={"_token": page.token, **FULL}).status_code == 303
    assert channels(survey) == ["assisted"]


def test_each_channel_says_its_own_name_whichever_came_first(client, ticket):
    for use, name in ((Use.TELEPHONE, "电话访问"), (Use.ASSISTED, "协助填写"), (Use.TELEPHONE, "电话访问")):
        assert check(client.get(f"/by-hand/{ticket(use)}/form")).tree.css_first(".band").text() == name


def test_telephone_calls_are_counted_by_how_they_ended(client, survey, ticket):
    address = f"/by-hand/{ticket(Use.TELEPHONE)}"
    for ended in ("unreached", "unreached", "refused"):
        answer = client.post(f"{address}/call", data={"disposition": ended})
        assert (answer.status_code, answer.headers["Location"]) == (303, address)
    page = check(client.get(f"{address}/form"))
    client.post(f"{address}/form", data={"_token": page.token, **FULL})
    first = check(client.get(address))
    assert [node.text() for node in first.tree.css("dl.calls dd")] == ["4", "2", "1", "1"]
    assert channels(survey) == ["telephone"]


def test_an_assisted_device_counts_no_calls(client, ticket):
    assert client.post(f"/by-hand/{ticket(Use.ASSISTED)}/call", data={"disposition": "refused"}).status_code == 400
    assert client.post(f"/by-hand/{ticket(Use.TELEPHONE)}/call", data={"disposition": "completed"}).status_code == 400


def test_a_token_of_one_way_in_is_none_of_another(client, survey, ticket):
    tokens = {
        "own": check(client.get(f"/s/{survey.code(TOWN)}")).token,
        **{use: check(client.get(page_of(use, ticket(use)))).token for use in Use},
    }
    pages = {"own": f"/s/{survey.code(TOWN)}", **{use: page_of(use, ticket(use)) for use in Use}}
    for way, page in pages.items():
        for other, token in tokens.items():
            if way != other:
                assert check(client.post(page, data={"_token": token, **FULL})).status == 400
    assert survey.ballots() == []


def page_of(use, ticket):
    return f"/preview/{ticket}" if use is Use.PREVIEW else f"/by-hand/{ticket}/form"


def test_a_closed_survey_stops_devices(client, survey, ticket):
    address = f"/by-hand/{ticket(Use.TELEPHONE)}"
    token = check(client.get(f"{address}/form")).token
    survey.close()
    for answer in (
        client.get(address),
        client.get(f"{address}/form"),
        client.post(f"{address}/form", data={"_token": token, **FULL}),
        client.post(f"{address}/call", data={"disposition": "refused"}),
    ):
        assert check(answer).status == 410
    assert survey.ballots() == []


def test_a_preview_shows_and_checks_everything_before_the_opening_and_stores_nothing(client, app, draft):
    address = f"/preview/{write(app, draft, Use.PREVIEW)}"
    page = check(client.get(address))
    assert "预览" in page.text
    assert page.values("form#sheet", "data-draft") == []
    assert check(client.post(address, data={"_token": page.token})).status == 422
    answer = client.post(address, data={"_token": page.token, **FULL})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}/thanks")
    assert "没有保存" in check(client.get(answer.headers["Location"])).text
    assert draft.ballots() == []
    own = check(client.get(f"/s/{draft.code(TOWN)}"))
    assert own.status == 403


@pytest.mark.parametrize("path", ["/preview/{}", "/preview/{}/thanks", "/by-hand/{}", "/by-hand/{}/form"])
def test_a_ticket_that_nobody_gave_out_or_of_another_use_opens_nothing(client, survey, ticket, path):
    other = ticket(Use.ASSISTED if "preview" in path else Use.PREVIEW)
    for text in ("x", "a.b.c", other, ticket(Use.PREVIEW)[:-1]):
        assert check(client.get(path.format(text))).status == 404
        if not path.endswith(("thanks", "{}")) or path == "/preview/{}":
            assert check(client.post(path.format(text), data=FULL)).status == 404
    assert check(client.post("/by-hand/x/call", data={"disposition": "refused"})).status == 404
    assert survey.ballots() == []


def test_a_ticket_s_time_runs_out(client, survey, ticket, monkeypatch):
    text = ticket(Use.ASSISTED)
    monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 4_000_000_000)
    assert check(client.get(f"/by-hand/{text}")).status == 404
