"""What organisers see: lists, boards, posters and jobs; never a figure of satisfaction."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from survey_app.models import Place, Turnout, Unit
from tests.web.console_browser import plain
from tests.web.small_survey import EVERY_KIND, TOWN, VILLAGE, SmallSurvey, other

pytest_plugins = "tests.web.console_fixtures"

HOSTILE = "<script>alert('名')</script>"


def turn_out(survey, counts, hours_ago=0):
    """Write turnout behind the pages' back: unit name -> ballots."""
    hour = int(datetime.now(UTC).timestamp()) // 3600 - hours_ago
    with survey.database.writing() as session:
        places = dict(
            session.execute(
                select(Unit.name, Place.id).join(Place, Place.unit_id == Unit.id).where(Place.survey_id == survey.id)
            ).all()
        )
        rows = [
            {"place_id": places[name], "hour": hour, "survey_id": survey.id, "ballots": ballots}
            for name, ballots in counts.items()
        ]
        session.execute(insert(Turnout), rows)


@pytest.fixture
def with_quota(app):
    definition = other(EVERY_KIND, places={"under": "430700", "level": "village", "quota": 20})
    return SmallSurvey(app.extensions["manyi"], definition).open()


def test_an_empty_console_says_what_to_do(organiser):
    page = plain(organiser.get("/console/?lang=en"))
    assert "There is no survey yet. Five steps lead to the first one." in page
    for step in (
        "Import the units",
        "Write the questionnaire",
        "Choose places and dates, and launch",
        "Print the posters",
    ):
        assert step in page


def test_surveys_are_listed_with_state_ballots_and_places(organiser, survey):
    turn_out(survey, {TOWN: 1234})
    page = plain(organiser.get("/console/?lang=en"))
    assert "Public service satisfaction 2026 open every-kind" in page
    assert "Ballots 1,234 Places 2 Closes on 20 Dec 2099 24:00" in page


def test_a_draft_shows_its_next_steps(organiser, draft):
    page = plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "Places: 2. 常德市" in page
    assert "Questions: 6. They freeze when the survey opens." in page
    assert "Planned closing: 20 Dec 2099 24:00." in page
    assert "Make them, print them" in page
    assert "Open the survey…" in page
    assert "Close the survey…" not in page


def test_the_board_shows_turnout_and_says_that_nobody_sees_more(organiser, with_quota):
    turn_out(with_quota, {TOWN: 25, VILLAGE: 5})
    page = plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "Until the closing nobody can see how people answer; here is only how many take part." in page
    assert "Ballots 30 75% of a quota of 40" in page
    assert "Today 30" in page
    assert "武陵区 1 / 1 1 / 1 — 25 0 20 125% reached" in page
    assert "鼎城区 1 / 1 1 / 1 — 5 0 20 25% low" in page
    assert "All 2 Quota reached 1 Low 1 With places at zero 0" in page


def test_the_board_without_quotas_counts_only(organiser, survey):
    turn_out(survey, {TOWN: 3})
    page = plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "Ballots 3 no quota is set" in page
    assert "武陵区 1 / 1 1 / 1 — 3 0 under way" in page
    assert "鼎城区 0 / 1 0 / 1 1 0 0 no ballots" in page
    assert "Completion" not in page


def test_a_board_leads_down_to_the_places(organiser, with_quota):
    turn_out(with_quota, {TOWN: 25})
    top = organiser.get("/console/surveys/every-kind?lang=en").text
    assert "unit=430702&amp;lang=en" in top
    county = organiser.get("/console/surveys/every-kind?unit=430702&lang=en")
    assert "Progress: 武陵区" in plain(county)
    assert "启明街道" in plain(county)
    township = plain(organiser.get("/console/surveys/every-kind?unit=430702001&lang=en"))
    assert "常德市 \u203a 武陵区 \u203a 启明街道" in township
    assert f"{TOWN} 25 0 20 125% reached" in township


@pytest.mark.parametrize("unit", ["999", "'", "430702001001x"])
def test_an_unknown_unit_is_no_page(organiser, survey, unit):
    assert organiser.get("/console/surveys/every-kind", query_string={"unit": unit}).status_code == 404
    assert organiser.get("/console/surveys/every-kind/posters", query_string={"under": unit}).status_code == 404
    assert organiser.get("/console/units", query_string={"unit": unit}).status_code == 404


@pytest.mark.parametrize(
    ("show", "there", "gone"),
    [("reached", "武陵区", "鼎城区"), ("zero", "鼎城区", "武陵区"), ("all", "武陵区", None), ("x", "鼎城区", None)],
)
def test_filters_let_through_what_they_say(organiser, with_quota, show, there, gone):
    turn_out(with_quota, {TOWN: 25})
    page = organiser.get(f"/console/surveys/every-kind?show={show}&lang=en").text
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    assert there in table
    assert gone is None or gone not in table


def test_a_filter_that_nothing_passes_says_so(organiser, with_quota):
    assert "No unit is in this state." in plain(organiser.get("/console/surveys/every-kind?show=reached&lang=en"))


def test_a_search_finds_units_wherever_they_are(organiser, with_quota):
    turn_out(with_quota, {VILLAGE: 5})
    page = plain(organiser.get("/console/surveys/every-kind", query_string={"q": "民主", "lang": "en"}))
    assert "1 found for “民主”." in page
    assert f"{VILLAGE} 鼎城区 · 蒿子港镇" in page
    by_code = plain(organiser.get("/console/surveys/every-kind?q=430702001001&lang=en"))
    assert TOWN in by_code
    none = plain(organiser.get("/console/surveys/every-kind", query_string={"q": HOSTILE, "lang": "en"}))
    assert "No unit has this name or code." in none


def test_hours_of_today_and_yesterday_are_drawn(organiser, survey):
    turn_out(survey, {TOWN: 7})
    turn_out(survey, {VILLAGE: 4}, hours_ago=24)
    page = organiser.get("/console/surveys/every-kind?lang=en").text
    assert "Ballots by the hour today: the most, 7, from" in page
    assert page.count("<rect") >= 24
    part = organiser.get("/console/surveys/every-kind?unit=430703&lang=en").text
    assert "No ballots today so far." in part


def test_the_newest_ballot_is_named_by_its_hour(organiser, survey):
    turn_out(survey, {TOWN: 1}, hours_ago=24 * 40)
    turn_out(survey, {VILLAGE: 1}, hours_ago=24)
    page = plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "yesterday, " in page
    day = (datetime.now(UTC) - timedelta(days=40)).strftime("%b")
    assert day in page


def test_a_planned_closing_is_counted_down(organiser, survey):
    assert " days left, until 20 Dec 24:00" in plain(organiser.get("/console/surveys/every-kind?lang=en"))
    survey.plan_closing(datetime.now(UTC) + timedelta(hours=5, minutes=30))
    assert "5 h left, until" in plain(organiser.get("/console/surveys/every-kind?lang=en"))
    survey.plan_closing(datetime.now(UTC) - timedelta(minutes=1))
    assert "the planned closing is past" in plain(organiser.get("/console/surveys/every-kind?lang=en"))


def test_after_closing_the_board_still_shows_turnout_only(organiser, with_quota):
    turn_out(with_quota, {TOWN: 18})
    with_quota.close()
    page = plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "Figures of satisfaction appear only when they are published." in page
    assert "Places without a ballot 1 of 2" in page
    assert "90% short" in page
    assert "Today" not in page


def test_no_page_of_the_console_holds_a_rating(organiser, survey, client):
    """Ballots are cast, the survey is closed and published: the console still counts heads only."""
    page = client.get(f"/s/{survey.code(TOWN)}").text
    token = page.split('name="_token" value="')[1].split('"')[0]
    client.post(f"/s/{survey.code(TOWN)}", data={"_token": token, "overall": "dissatisfied", "buses": "satisfied"})
    assert len(survey.ballots()) == 1
    survey.close()
    for path in ("", "/definition", "/posters", "/jobs", "/publish"):
        text = plain(organiser.get(f"/console/surveys/every-kind{path}?lang=en"))
        for word in ("100.0", "satisfied rate", "1 dissatisfied", "dissatisfied 1"):
            assert word not in text.lower()


def test_the_questionnaire_is_shown_with_its_options(organiser, survey):
    page = plain(organiser.get("/console/surveys/every-kind/definition?lang=en"))
    assert "All in all, are you satisfied with the public services" in page
    assert "rating · required Satisfied / Basically satisfied / Dissatisfied / Don" in page
    assert "only: name ends with 社区" in page
    assert "frozen when the survey opened" in page


def test_targets_are_counted(organiser, review):
    assert "about each of 4 targets" in plain(organiser.get("/console/surveys/targets/definition?lang=en"))


@pytest.mark.parametrize("path", ["", "/definition", "/posters", "/jobs", "/open"])
def test_an_unknown_survey_is_no_page(organiser, path):
    answer = organiser.get(f"/console/surveys/nope{path}?lang=en")
    assert answer.status_code == 404
    assert "Page not found" in plain(answer)
    assert "Log out" in plain(answer)


def test_hostile_texts_are_shown_as_they_are_written(app, organiser):
    definition = other(EVERY_KIND, title=HOSTILE, organiser=HOSTILE)
    survey = SmallSurvey(app.extensions["manyi"], definition)
    with survey.database.writing() as session:
        session.scalar(select(Unit).where(Unit.name == TOWN)).name = HOSTILE
    survey.open()
    for path in (
        "/console/",
        "/console/units?unit=430702001",
        "/console/surveys/every-kind?unit=430702001",
        "/console/surveys/every-kind?q=script",
        "/console/surveys/every-kind/close",
        "/console/surveys/every-kind/posters",
    ):
        text = organiser.get(path).text
        assert HOSTILE not in text
        assert "&lt;script&gt;" in text


def test_every_page_is_there_in_both_languages(organiser, survey):
    english = organiser.get("/console/surveys/every-kind?lang=en").text
    assert '<html lang="en">' in english
    assert 'href="/console/surveys/every-kind?lang=zh_Hans"' in english
    chinese = organiser.get("/console/surveys/every-kind").text
    assert '<html lang="zh-Hans">' in chinese
    assert 'href="/console/surveys/every-kind?lang=en"' in chinese


def test_the_other_language_keeps_the_search(organiser, survey):
    page = organiser.get("/console/surveys/every-kind", query_string={"q": "a&b", "show": "zero"}).text
    assert "q=a%26b" in page
    assert "/console/surveys/every-kind?q=a%26b&amp;show=zero&amp;lang=en" in page


def test_what_is_served_at_the_examples_addresses_can_be_used(organiser):
    template = organiser.get("/console/unit-imports/template.csv")
    assert template.data.startswith("\ufeff单位代码".encode())
    example = json.loads(organiser.get("/console/surveys/example.json").data)
    assert example["questions"]
