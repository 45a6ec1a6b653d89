"""The questionnaire behind an entry code: shown, mended, stored exactly once."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from survey_app.domain.entry_codes import check_digit
from survey_app.models import AnswerStoredApart, Unit
from survey_app.services.ballot_store import BallotStore
from tests.web.page_check import check
from tests.web.small_survey import EVERY_KIND, FULL, FULL_IN_VILLAGE, TARGETS, TOWN, VILLAGE, SmallSurvey, other

RECEIPT = "[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}"


@pytest.fixture
def address(survey):
    return f"/s/{survey.code(TOWN)}"


def token_of(client, address):
    return check(client.get(address)).token


def send(client, address, answers, token=None):
    return client.post(address, data={"_token": token or token_of(client, address), **answers})


def test_the_page_says_where_by_whom_and_how_long(client, address):
    page = check(client.get(address))
    assert page.status == 200
    assert page.title == f"{TOWN} · 2026 年公共服务满意度测评"
    assert page.heading.startswith(TOWN)
    assert "武陵区 · 启明街道" in page.text
    assert "常德市测评办公室" in page.text
    assert "0736-0000000" in page.text
    assert page.tree.css("input[checked]") == []
    assert [field.attributes["name"] for field in page.tree.css("textarea, input[type=text]")] == [
        "household",
        "one_thing",
    ]


def test_every_option_is_inside_its_label_and_dont_know_stands_last(client, address):
    page = check(client.get(address))
    first = page.tree.css_first("fieldset")
    assert [label.text(strip=True) for label in first.css("label.opt")] == ["满意", "基本满意", "不满意", "不了解"]
    assert "dk" in first.css("label.opt")[-1].attributes["class"]
    assert all(label.css_first("input") for label in first.css("label.opt"))


def test_a_question_for_towns_is_not_asked_in_a_village_nor_what_hangs_on_it(client, survey):
    names = check(client.get(f"/s/{survey.code(VILLAGE)}")).values("form [name]", "name")
    assert {"overall", "visits"} < set(names)
    assert not {"buses", "reason"} & set(names)


def test_two_places_share_a_rendered_page_and_nothing_of_each_other(client, app):
    definition = other(EVERY_KIND, slug="shared", scopes={"town": {"under": ["430700"]}})
    survey = SmallSurvey(app.extensions["manyi"], definition).open()
    pages = [check(client.get(f"/s/{survey.code(place)}")) for place in (TOWN, VILLAGE, TOWN)]
    assert len(app.extensions["manyi.kept"].pages._held) == 1
    assert [page.heading.startswith(place) for page, place in zip(pages, (TOWN, VILLAGE, TOWN), strict=True)]
    assert TOWN not in pages[1].html
    assert len({page.token for page in pages}) == 3


def test_a_unit_s_name_is_escaped(client, survey, app):
    name = '<b>"村&'
    with app.extensions["manyi"].database.writing() as session:
        session.execute(update(Unit).where(Unit.name == TOWN).values(name=name))
    page = check(client.get(f"/s/{survey.code(name)}"))
    assert page.title.startswith(f"{name} ·")
    assert page.heading.startswith(name)


def test_head_answers_like_get(client, address):
    answer = client.head(address)
    assert (answer.status_code, answer.get_data()) == (200, b"")


def test_language_and_size_come_from_the_address_and_stay(client, address):
    page = check(client.get(f"{address}?lang=en&size=large"), "en")
    assert page.values("html", "class") == ["large"]
    assert "All in all" in page.text
    assert page.values("nav a", "href") == ["?lang=en", "?size=large"]
    assert page.values("footer a", "href") == ["/privacy?lang=en&size=large"]
    answer = client.post(f"{address}?lang=en&size=large", data={"_token": page.token, **FULL})
    assert re.fullmatch(f"{address}/thanks\\?r={RECEIPT}&lang=en&size=large", answer.headers["Location"])


def test_a_questionnaire_in_chinese_only_offers_no_english_and_marks_its_texts(client, app):
    questions = [{"code": "overall", "kind": "rating", "text": "满意吗？"}]
    survey = SmallSurvey(
        app.extensions["manyi"], other(EVERY_KIND, slug="chinese", title="测评", scopes={}, questions=questions)
    ).open()
    address = f"/s/{survey.code(TOWN)}"
    assert check(client.get(address)).values("nav a[hreflang]", "hreflang") == []
    page = check(client.get(f"{address}?lang=en"), "en")
    assert page.tree.css_first("legend [lang=zh-Hans]").text() == "满意吗？"


def test_full_answers_are_stored_and_thanked_for(client, survey, address):
    answer = send(
        client, address, FULL | {"visits": "rarely", "household": "\N{FULLWIDTH DIGIT FOUR}", "one_thing": "多几班公交"}
    )
    assert answer.status_code == 303
    assert re.fullmatch(f"{address}/thanks\\?r={RECEIPT}", answer.headers["Location"])
    assert check(client.get(answer.headers["Location"])).status == 200
    assert [list(each) for each in survey.ballots()] == [[1, 1, 2]]
    with survey.database.reading() as session:
        apart = {each.question: each.value for each in session.scalars(select(AnswerStoredApart))}
    assert apart == {"household": "4", "one_thing": "多几班公交"}


def test_a_village_answers_what_it_is_asked(client, survey):
    assert send(client, f"/s/{survey.code(VILLAGE)}", FULL_IN_VILLAGE).status_code == 303
    assert [list(each) for each in survey.ballots()] == [[1, 255, 0]]


def test_the_same_page_sent_twice_is_one_ballot_and_one_answer(client, survey, address):
    token = token_of(client, address)
    answers = FULL | {"one_thing": "好"}
    first, second = (send(client, address, answers, token) for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.headers["Location"] == second.headers["Location"]
    assert len(survey.ballots()) == 1


def test_many_presses_at_once_are_one_ballot(app, survey, address):
    token = token_of(app.test_client(), address)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: send(app.test_client(), address, FULL, token).status_code, range(8)))
    assert statuses == [303] * 8
    assert len(survey.ballots()) == 1


def test_other_answers_on_the_same_page_leave_the_first(client, survey, address):
    token = token_of(client, address)
    send(client, address, FULL, token)
    page = check(send(client, address, FULL | {"overall": "dissatisfied"}, token))
    assert page.status == 409
    assert [each[0] for each in survey.ballots()] == [1]


@pytest.mark.parametrize("token", ["", "x", "A" * 43, "ü" * 43, "=" * 43])
def test_a_forged_token_stores_nothing(client, survey, address, token):
    page = check(send(client, address, FULL, token or " "))
    assert page.status == 400
    assert page.values("a.go", "href") == [address]
    assert survey.ballots() == []


def test_a_missing_token_stores_nothing(client, survey, address):
    assert check(client.post(address, data=FULL)).status == 400
    assert survey.ballots() == []


def test_a_token_counts_for_its_survey_place_and_group_only(client, survey, review, address):
    token = token_of(client, address)
    elsewhere = [f"/s/{survey.code(VILLAGE)}", f"/s/{review.code('常德市')}"]
    assert [check(send(client, each, FULL_IN_VILLAGE, token)).status for each in elsewhere] == [400, 400]
    users, cadres = (f"/s/{review.code('常德市', group)}" for group in ("users", "cadres"))
    assert check(send(client, cadres, {"conduct:D001": "satisfied"}, token_of(client, users))).status == 400
    assert survey.ballots() == review.ballots() == []


@pytest.mark.parametrize(
    "sent",
    [
        {"unknown": "1"},
        {"overall": "excellent"},
        {"overall": "routes"},
        {"overall": ["satisfied", "dissatisfied"]},
        {"overall:D001": "satisfied"},
        {"reason": ["routes", "satisfied"]},
    ],
)
def test_what_the_page_does_not_hold_is_refused(client, survey, address, sent):
    assert check(send(client, address, FULL | sent)).status == 400
    assert survey.ballots() == []


def test_an_answer_left_out_shows_the_form_again_with_all_that_was_filled_in(client, survey, address):
    token = token_of(client, address)
    page = check(send(client, address, {"buses": "satisfied", "household": "两口", "one_thing": "<多几班>"}, token))
    assert page.status == 422
    assert page.token == token
    assert page.values("input[checked]", "value") == ["satisfied"]
    assert page.values("input[name=household]", "value") == ["两口"]
    assert page.tree.css_first("textarea").text().strip() == "<多几班>"
    assert page.values("[role=alert] a", "href") == ["#q1-0", "#q5"]
    assert page.values("[role=alert]", "tabindex") == ["-1"]
    assert page.tree.css_first("#q1-0").attributes["name"] == "overall"
    assert page.values("fieldset.wrong", "aria-describedby") == ["q1-fault"]
    assert page.values("[aria-invalid]", "name") == ["household"]
    assert survey.ballots() == []
    assert send(client, address, FULL, token).status_code == 303


def test_the_error_title_comes_first(client, address):
    page = check(client.post(f"{address}?lang=en", data={"_token": token_of(client, address)}), "en")
    assert page.title.startswith("Error: ")
    assert "Please choose an answer." in page.text


def test_a_text_too_long_is_kept_and_said(client, survey, address):
    page = check(send(client, address, FULL | {"one_thing": "字" * 501}))
    assert page.status == 422
    assert "501" in page.text
    assert "字" * 501 in page.html
    assert survey.ballots() == []


def test_targets_have_a_fieldset_each_below_their_class(client, review):
    page = check(client.get(f"/s/{review.code('常德市', 'users')}"))
    assert sorted(node.text() for node in page.tree.css("h3")) == ["党群部门", "政府部门"]
    legends = [node.text() for node in page.tree.css("legend")]
    classes = [{"市委办公室", "市总工会"}, {"市人力资源和社会保障局", "市公安局"}]
    assert {*legends[:2]} in classes
    assert {*legends[2:]} in classes
    assert set(page.values("fieldset", "aria-labelledby")) == {f"b1 q{number}-name" for number in range(1, 5)}
    assert "服务对象" in page.text


def test_a_group_rates_its_own_targets_only(client, review):
    address = f"/s/{review.code('常德市', 'cadres')}"
    assert len(check(client.get(address)).tree.css("fieldset")) == 1
    assert check(send(client, address, {"conduct:D001": "satisfied", "conduct:D002": "satisfied"})).status == 400
    assert send(client, address, {"conduct:D001": "satisfied"}).status_code == 303
    assert [list(each) for each in review.ballots()] == [[1, 255, 255, 255]]


@pytest.mark.parametrize("failure", [OperationalError("", {}, Exception("disk is full")), TimeoutError()])
def test_a_database_that_fails_loses_nothing_that_was_typed(client, survey, address, monkeypatch, failure):
    token = token_of(client, address)

    def fail(*_):
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(BallotStore, "submit", fail)
        page = check(send(client, address, FULL | {"one_thing": "多几班公交"}, token))
    assert page.status == 503
    assert page.response.headers["Retry-After"] == "5"
    assert page.token == token
    assert len(page.tree.css("input[checked]")) == 2
    assert page.tree.css_first("textarea").text().strip() == "多几班公交"
    assert page.tree.css_first("[role=alert]")
    assert send(client, address, FULL | {"one_thing": "多几班公交"}, token).status_code == 303
    assert len(survey.ballots()) == 1


def test_a_page_that_was_seen_is_still_served_while_the_database_is_away(client, app, address, monkeypatch):
    token_of(client, address)
    kept = app.extensions["manyi.kept"]
    monkeypatch.setattr(kept.doors, "_seconds", 0)

    def fail(*_):
        raise OperationalError("", {}, Exception("gone"))

    monkeypatch.setattr("survey_app.web.public.prepared.find_door", fail)
    assert check(client.get(address)).status == 200
    assert check(client.get(f"/s/1000000{check_digit('1000000')}")).status == 503


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    some.lists(
        some.tuples(
            some.sampled_from(["overall", "buses", "reason", "visits", "household", "one_thing", "_token", "x"]),
            some.one_of(some.sampled_from(["satisfied", "dissatisfied", "routes", "often", "3", ""]), some.text()),
        ),
        max_size=8,
    )
)
def test_no_body_is_answered_with_a_failure(client, survey, address, pairs):
    before = len(survey.ballots())
    data = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    answer = client.post(address, data={"_token": token_of(client, address)} | data)
    assert answer.status_code in (200, 303, 400, 409, 422)
    assert len(survey.ballots()) - before == (answer.status_code == 303)


def test_targets_without_an_answer_are_named_in_the_summary(client, app):
    survey = SmallSurvey(app.extensions["manyi"], other(TARGETS, slug="again")).open()
    page = check(send(client, f"/s/{survey.code('常德市', 'users')}", {"conduct:D002": "satisfied"}))
    assert sorted(page.values("[role=alert] a", "href")) == ["#q1-0", "#q3-0", "#q4-0"]
    assert page.values("[role=alert] a", "href") == [
        f"#{each}-0" for each in re.findall(r'id="(q\d)-name"', page.html) if each != "q2"
    ]
    assert "市公安局" in page.tree.css_first("[role=alert]").text()
