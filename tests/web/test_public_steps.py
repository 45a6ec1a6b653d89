"""Questionnaires that need more than one page without a script, and lists that each ballot is asked its own way."""

import re

import pytest
from sqlalchemy import select

from survey_app.models import AnswerStoredApart
from tests.web.page_check import check
from tests.web.small_survey import EVERY_KIND, FULL, TARGETS, TOWN, SmallSurvey, other

ONE_GROUP = {name: value for name, value in TARGETS.items() if name != "groups"}

LONG = [
    {"code": f"D{n:03}", "name": {"zh_Hans": f"第 {n} 局", "en": f"Office {n}"}, "class": f"第 {n // 10} 类"}
    for n in range(39)
]


def form_of(page):
    """Return what a browser without script would send of a page that nobody has touched."""
    fields = {}
    for node in page.tree.css("form#sheet input, form#sheet textarea"):
        kind = node.attributes.get("type", "textarea")
        if "disabled" in node.attributes or (kind in ("radio", "checkbox") and "checked" not in node.attributes):
            continue
        value = node.text() if node.tag == "textarea" else node.attributes.get("value", "")
        fields.setdefault(node.attributes["name"], []).append(value)
    return fields


def asked(page):
    """Return the names of the fields that are shown, in order."""
    names = [
        node.attributes["name"] for node in page.tree.css("form#sheet [name]") if "disabled" not in node.attributes
    ]
    return [name for name in dict.fromkeys(names) if not name.startswith("_")]


@pytest.fixture
def address(survey):
    return f"/s/{survey.code(TOWN)}"


@pytest.fixture
def listed(app):
    def launch(**changes):
        survey = SmallSurvey(app.extensions["manyi"], other(ONE_GROUP, targets=LONG, **changes)).open()
        return survey, f"/s/{survey.code('常德市')}"

    return launch


def test_a_question_that_depends_on_another_is_folded_away_at_first(client, address):
    page = check(client.get(address))
    [folded] = page.tree.css("[data-if]")
    assert folded.attributes["data-if"] == "buses"
    assert folded.attributes["data-in"].split() == ["basically_satisfied", "dissatisfied"]
    assert "hidden" in folded.attributes
    assert all("disabled" in node.attributes for node in folded.css("input"))
    assert "5 " in page.tree.css_first(".meta + .meta").text()
    legends = [node.text(strip=True) for node in page.tree.css("legend")]
    assert [legend.partition(".")[0] for legend in legends] == ["1", "2", "2-1", "3"]


def test_a_box_to_write_in_is_folded_away_too(client, app):
    condition = {"question": "visits", "options": ["often"]}
    why = {"code": "why", "kind": "open_text", "text": "为什么？", "show_if": condition}
    questions = [*(each for each in EVERY_KIND["questions"] if each["code"] in ("overall", "visits")), why]
    survey = SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, slug="why", scopes={}, questions=questions))
    address = f"/s/{survey.open().code(TOWN)}"
    page = check(client.get(address))
    assert "disabled" in page.tree.css_first("textarea").attributes
    assert "hidden" in page.tree.css_first(".written").attributes
    second = check(client.post(address, data=form_of(page) | {"overall": "satisfied", "visits": "often"}))
    assert asked(second) == ["overall", "visits", "why"]
    assert client.post(address, data=form_of(second)).status_code == 303


def test_without_script_it_comes_as_a_second_step_with_all_that_was_filled_in(client, survey, address):
    first = form_of(check(client.get(address)))
    assert "reason" not in first
    second = check(
        client.post(address, data=first | {"overall": "satisfied", "buses": "dissatisfied", "household": "3"})
    )
    assert second.status == 200
    assert not second.title.startswith("错误")
    assert second.values(".alert.more a", "href") == ["#q3-0"]
    assert second.tree.css_first("#q3-0").attributes["name"] == "reason"
    assert "hidden" not in second.tree.css_first("[data-if]").attributes
    kept = form_of(second)
    assert (kept["overall"], kept["buses"], kept["household"]) == (["satisfied"], ["dissatisfied"], ["3"])
    assert kept["_token"] == first["_token"]
    assert survey.ballots() == []
    missing = check(client.post(address, data=kept))
    assert missing.status == 422
    assert missing.values("[role=alert] a", "href") == ["#q3-0"]
    done = client.post(address, data=form_of(missing) | {"reason": ["routes", "stops"]})
    assert done.status_code == 303
    with survey.database.reading() as session:
        apart = session.execute(select(AnswerStoredApart.question, AnswerStoredApart.value)).all()
    assert sorted(map(tuple, apart)) == [("household", "3"), ("reason", "routes"), ("reason", "stops")]


def test_no_second_step_where_no_answer_calls_for_it(client, survey, address):
    assert client.post(address, data=form_of(check(client.get(address))) | FULL).status_code == 303
    assert len(survey.ballots()) == 1


def test_a_script_that_shows_questions_itself_needs_no_second_step(client, survey, address):
    sent = form_of(check(client.get(address))) | {"overall": "satisfied", "buses": "dissatisfied", "_asked": "*"}
    page = check(client.post(address, data=sent))
    assert (page.status, page.values("[role=alert] a", "href")) == (422, ["#q3-0"])
    assert client.post(address, data=sent | {"reason": "fares"}).status_code == 303


def test_what_was_called_for_and_no_longer_is_was_not_asked(client, survey, address):
    first = form_of(check(client.get(address)))
    second = form_of(check(client.post(address, data=first | {"overall": "satisfied", "buses": "dissatisfied"})))
    sent = second | {"buses": "satisfied", "reason": "fares"}
    assert client.post(address, data=sent).status_code == 303
    with survey.database.reading() as session:
        assert session.scalars(select(AnswerStoredApart.id)).all() == []


def test_what_stands_in_a_question_that_was_not_asked_holds_nobody_up(client, app):
    count = {"code": "count", "kind": "number", "text": "几次？", "most": 5}
    condition = {"show_if": {"question": "visits", "options": ["often"]}}
    questions = [
        *(each for each in EVERY_KIND["questions"] if each["code"] in ("overall", "visits")),
        count | condition,
    ]
    survey = SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, slug="count", scopes={}, questions=questions))
    address = f"/s/{survey.open().code(TOWN)}"
    sent = form_of(check(client.get(address))) | {"overall": "satisfied", "count": "abc", "_asked": "count"}
    assert check(client.post(address, data=sent | {"visits": "often"})).status == 422
    assert client.post(address, data=sent | {"visits": "rarely"}).status_code == 303


@pytest.mark.parametrize(("site", "status"), [("cross-site", 400), ("same-origin", 303), ("none", 303), (None, 303)])
def test_a_form_that_another_site_sends_is_refused(client, address, site, status):
    headers = {} if site is None else {"Sec-Fetch-Site": site}
    sent = form_of(check(client.get(address))) | FULL
    assert client.post(address, data=sent, headers=headers).status_code == status


def test_a_second_step_may_come_with_something_to_mend(client, address):
    page = check(client.post(address, data=form_of(check(client.get(address))) | {"buses": "dissatisfied"}))
    assert page.status == 422
    assert page.values("[role=alert] a", "href") == ["#q1-0"]
    assert page.values(".alert.more a", "href") == ["#q3-0"]


def test_a_long_list_is_asked_in_part_and_the_rest_is_not_asked(client, listed):
    survey, address = listed()
    seen = set()
    for _ in range(12):
        page = check(client.get(address))
        names = asked(page)
        assert len(names) == 30
        headings = [node.text() for node in page.tree.css("h3")]
        assert len(headings) == len(set(headings))
        seen.update(names)
    assert len(seen) == 39
    sent = form_of(page) | dict.fromkeys(names, "satisfied")
    outside = next(f"conduct:{each['code']}" for each in LONG if f"conduct:{each['code']}" not in names)
    assert check(client.post(address, data=sent | {outside: "satisfied"})).status == 400
    assert client.post(address, data=sent).status_code == 303
    [ballot] = survey.ballots()
    assert {f"conduct:{each['code']}": byte for each, byte in zip(LONG, ballot, strict=True)} == {
        f"conduct:{each['code']}": 1 if f"conduct:{each['code']}" in names else 255 for each in LONG
    }


def test_the_page_with_errors_asks_the_same_part_in_the_same_order(client, listed):
    _, address = listed()
    page = check(client.get(address))
    again = check(client.post(address, data=form_of(page)))
    assert again.status == 422
    assert asked(again) == asked(page)


def test_no_address_gives_a_page_somebody_else_s_token(client, listed, address):
    for page_address in (address, listed()[1]):
        token = check(client.get(page_address)).token
        for name in ("t", "token", "_token"):
            assert check(client.get(page_address, query_string={name: token})).token != token


def test_without_a_first_step_nobody_says_whom_they_rate(client, listed):
    survey, address = listed()
    sent = form_of(check(client.get(address)))
    for more in ({"_with": "D003"}, {"_with": ""}, {"_step": "contact"}, {"_step": "contact", "_with": "D003"}):
        assert check(client.post(address, data=sent | more | {"conduct:D003": "satisfied"})).status == 400
    assert survey.ballots() == []


def test_an_organiser_may_have_the_whole_list_asked(client, listed):
    _, address = listed(slots_per_ballot=39)
    page = check(client.get(address))
    assert len(asked(page)) == 39
    assert "39" in page.tree.css_first(".meta + .meta").text()


def test_the_list_starts_elsewhere_on_another_ballot(client, review):
    address = f"/s/{review.code('常德市', 'users')}"
    assert len({tuple(asked(check(client.get(address)))) for _ in range(40)}) == 4


def test_a_first_step_asks_whom_the_person_has_dealt_with(client, listed):
    survey, address = listed(ask_contact=True)
    first = check(client.get(address))
    assert len(first.tree.css("input[type=checkbox]")) == 39
    assert first.values("input[checked]", "name") == []
    chosen = ["D003", "D017"]
    second = check(client.post(address, data=form_of(first) | {"_with": chosen}))
    assert (second.status, sorted(asked(second))) == (200, ["conduct:D003", "conduct:D017"])
    sent = form_of(second) | dict.fromkeys(asked(second), "dissatisfied")
    assert check(client.post(address, data={**sent, "conduct:D004": "satisfied"})).status == 400
    assert check(client.post(address, data=form_of(second))).status == 422
    assert client.post(address, data=sent).status_code == 303
    [ballot] = survey.ballots()
    assert [place for place, byte in enumerate(ballot) if byte != 255] == [3, 17]


def test_who_has_dealt_with_none_is_asked_about_some(client, listed):
    _, address = listed(ask_contact=True)
    second = check(client.post(address, data=form_of(check(client.get(address)))))
    assert len(asked(second)) == 30
    assert client.post(address, data=form_of(second) | dict.fromkeys(asked(second), "satisfied")).status_code == 303


def test_a_ballot_that_passes_the_first_step_by_is_refused(client, listed):
    survey, address = listed(ask_contact=True)
    token = form_of(check(client.get(address)))["_token"]
    assert check(client.post(address, data={"_token": token, "conduct:D001": "satisfied"})).status == 400
    assert check(client.post(address, data={"_token": token, "_step": "contact", "_with": "D999"})).status == 400
    assert survey.ballots() == []


def test_a_receipt_is_shown_to_who_answered_and_nothing_to_others(client, survey, address):
    token = check(client.get(address)).token
    sent = {"_token": token, **FULL}
    first, again = (client.post(address, data=sent).headers["Location"] for _ in range(2))
    assert first == again
    page = check(client.get(first))
    receipt = re.search(r"r=([\w-]+)", first)[1]
    assert page.tree.css_first("details").text().count(receipt) == 1
    assert TOWN not in page.tree.css_first("details").text()
    for forged in ("", "?r=", "?r=AAAA-AAAA-AAAA", f"?r={receipt[:-1]}"):
        answer = client.get(f"{address}/thanks{forged}")
        assert (answer.status_code, answer.headers["Location"]) == (303, address)


def test_a_questionnaire_in_a_third_language_is_offered_and_shown_in_it(client, app):
    questions = [
        {
            "code": "overall",
            "kind": "rating",
            "text": {"zh_Hans": "满意吗？", "en": "Satisfied?", "ug": "رازىمۇ؟"},
            "required": True,
        }
    ]
    survey = SmallSurvey(app.extensions["manyi"], other(ONE_GROUP, slug="uighur", questions=questions))
    address = f"/s/{survey.open().code('常德市')}"
    assert check(client.get(address)).values("nav a[hreflang]", "href") == ["?lang=en", "?lang=ug"]
    page = check(client.get(f"{address}?lang=ug"))
    marked = page.tree.css_first("legend [lang=ug]")
    assert (marked.text(), marked.attributes["dir"]) == ("رازىمۇ؟", "auto")
    assert page.values("nav a[hreflang]", "href") == ["?", "?lang=en"]
    assert page.values("form#sheet", "action") == ["?lang=ug"]
    answer = client.post(f"{address}?lang=ug", data={"_token": page.token, "overall": "satisfied"})
    assert answer.headers["Location"].endswith("&lang=ug")
    assert "lang=ug" in check(client.get(answer.headers["Location"])).values("footer a", "href")[0]
    for unknown in ("tlh", "x" * 50, "../etc"):
        page = check(client.get(address, query_string={"lang": unknown}))
        assert page.values("form#sheet", "action") == ["?"]
        assert page.tree.css_first("legend").text().startswith("1. 满意吗？")
