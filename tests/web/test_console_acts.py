"""Open, close, reopen, publish and withdraw: asked first, refused with the reason from a wrong state."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from survey_app.jobs.worker import work_once
from survey_app.models import Job, Survey, SurveyAct, SurveyPlan
from survey_app.services.launching import canonical, change_definition
from survey_app.services.releases.results import releases_of
from tests.web.console_browser import NAME, job_number, plain
from tests.web.small_survey import EVERY_KIND, TOWN

pytest_plugins = "tests.web.console_fixtures"

HERE = "/console/surveys/every-kind"


def state(survey):
    with survey.database.reading() as session:
        return session.get_one(Survey, survey.id).state


def acts(survey):
    with survey.database.reading() as session:
        rows = session.scalars(select(SurveyAct).where(SurveyAct.survey_id == survey.id).order_by(SurveyAct.id))
        return [(each.act, each.by, each.reason) for each in rows]


def change(survey, **values):
    with survey.database.writing() as session:
        session.execute(update(Survey).where(Survey.id == survey.id).values(**values))


def publish(app, organiser, data=None):
    answer = organiser.submit(f"{HERE}/publish?lang=en", data)
    assert answer.status_code == 303, plain(answer)
    parts = app.extensions["manyi"]
    assert work_once(parts.config, parts.database, threading.Event())
    return organiser.get(answer.location)


def test_opening_says_what_follows_and_is_recorded(organiser, draft):
    page = plain(organiser.get(f"{HERE}/open?lang=en"))
    assert "Open the survey?" in page
    assert "whatever the planned opening. Places: 2." in page
    assert "The questionnaire freezes" in page
    assert state(draft) == "draft"
    answer = organiser.post(f"{HERE}/open?lang=en")
    assert (answer.status_code, answer.location) == (303, f"{HERE}?lang=en")
    assert state(draft) == "open"
    assert acts(draft)[-1] == ("open", NAME, "")
    page = plain(organiser.get(f"{HERE}?lang=en"))
    assert "Answers are taken from now on." in page
    assert f"Opened · {NAME}" in page


def test_a_draft_whose_planned_closing_is_past_is_not_opened(organiser, draft):
    draft.plan_closing(datetime.now(UTC) - timedelta(days=1))
    assert "Its planned closing is past." in plain(organiser.get(f"{HERE}/open?lang=en"))
    answer = organiser.post(f"{HERE}/open?lang=en")
    assert answer.status_code == 409
    assert "Its planned closing is past. Give it a later one, then open it." in plain(answer)
    assert state(draft) == "draft"
    assert [act for act, _, _ in acts(draft)] == ["launch"]


@pytest.mark.parametrize(
    "typed",
    [
        "every-kind",
        " Every-Kind ",
        "2026 年公共服务满意度测评",
        "2026年公共服务满意度测评",
        "Public service satisfaction 2026",
    ],
)
def test_closing_wants_the_surveys_name(organiser, survey, typed):
    page = plain(organiser.get(f"{HERE}/close?lang=en"))
    assert "Ballots: 0, from 0 of 2 places." in page
    assert "Places at zero: 2." in page
    assert "The posters announce 20 Dec 2099 24:00." in page
    assert organiser.post(f"{HERE}/close?lang=en", {"confirmation": typed}).status_code == 303
    assert state(survey) == "closed"
    assert acts(survey)[-1][:2] == ("close", NAME)


@pytest.mark.parametrize("typed", ["", "every", "yes", "<b>every-kind</b>"])
def test_closing_without_the_name_closes_nothing(organiser, survey, typed):
    answer = organiser.submit(f"{HERE}/close?lang=en", {"confirmation": typed})
    assert answer.status_code == 422
    assert "Nothing was closed." in plain(answer)
    assert "<b>every" not in answer.text
    assert state(survey) == "open"


def test_reopening_wants_a_reason_and_keeps_what_was_typed(organiser, survey):
    survey.close()
    answer = organiser.submit(f"{HERE}/reopen?lang=en", {"reason": "  "})
    assert answer.status_code == 422
    assert "Please write the reason." in plain(answer)
    too_long = organiser.post(f"{HERE}/reopen?lang=en", {"reason": "x" * 501})
    assert "at most 500 characters" in plain(too_long)
    assert "x" * 501 in too_long.text
    assert state(survey) == "closed"
    assert organiser.post(f"{HERE}/reopen?lang=en", {"reason": " closed by mistake "}).status_code == 303
    assert state(survey) == "open"
    assert acts(survey)[-1] == ("reopen", NAME, "closed by mistake")
    assert "closed by mistake" in plain(organiser.get(f"{HERE}?lang=en"))


def test_reopening_after_the_planned_closing_forgets_the_plan(organiser, survey):
    """While it stood, every resident would read that the survey is closed, and the worker would close it again."""
    survey.plan_closing(datetime.now(UTC) - timedelta(hours=1))
    survey.close()
    assert "it stays open until somebody closes it" in plain(organiser.get(f"{HERE}/reopen?lang=en"))
    organiser.post(f"{HERE}/reopen", {"reason": "r"})
    with survey.database.reading() as session:
        assert session.get_one(Survey, survey.id).closes_at is None


def test_reopening_before_the_planned_closing_keeps_the_plan(organiser, survey):
    survey.close()
    organiser.submit(f"{HERE}/reopen", {"reason": "r"})
    with survey.database.reading() as session:
        assert session.get_one(Survey, survey.id).closes_at.year == 2099


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"figures_seen_at": datetime.now(UTC)}, "Somebody has already seen a figure"),
        ({"closed_at": datetime.now(UTC) - timedelta(hours=25)}, "within 24 hours"),
    ],
)
def test_reopening_too_late_is_refused(organiser, survey, method, values, sentence):
    survey.close()
    change(survey, **values)
    organiser.get(f"{HERE}?lang=en")
    send = organiser.get if method == "GET" else lambda path: organiser.post(path, {"reason": "r"})
    answer = send(f"{HERE}/reopen?lang=en")
    assert answer.status_code == 409
    assert sentence in plain(answer)
    assert state(survey) == "closed"


def test_publishing_makes_a_release_and_leads_to_it(app, organiser, survey):
    survey.close()
    page = plain(organiser.get(f"{HERE}/publish?lang=en"))
    assert "frozen as release 1" in page
    assert "Units with fewer than 10 ballots" in page
    assert "nobody signs for the figures" in page
    assert "Reason" not in page
    done = publish(app, organiser)
    assert "Release 1 is public." in plain(done)
    assert 'href="/results/every-kind/1?lang=en"' in done.text
    assert state(survey) == "published"
    assert acts(survey)[-1][:2] == ("publish", NAME)
    board = organiser.get(f"{HERE}?lang=en")
    assert "Release 1 is public." in plain(board)
    assert 'href="/results/every-kind/1?lang=en"' in board.text
    assert "current" in plain(board)


def test_publishing_again_wants_a_reason(app, organiser, survey, without_documents):
    survey.close()
    publish(app, organiser)
    answer = organiser.submit(f"{HERE}/publish?lang=en", {"reason": ""})
    assert answer.status_code == 422
    assert "Please write the reason." in plain(answer)
    done = publish(app, organiser, {"reason": "a name was wrong"})
    assert "Release 2 is public." in plain(done)
    page = plain(organiser.get(f"{HERE}?lang=en"))
    assert "a name was wrong" in page
    assert "superseded" in page


def test_pressing_publish_twice_makes_one_release(app, organiser, survey, without_documents):
    survey.close()
    first = organiser.submit(f"{HERE}/publish").location
    assert organiser.submit(f"{HERE}/publish").location == first
    parts = app.extensions["manyi"]
    while work_once(parts.config, parts.database, threading.Event()):
        pass
    with survey.database.reading() as session:
        assert [each.number for each in releases_of(session, "every-kind")] == [1]


def test_withdrawing_wants_a_reason_and_closes_again(app, organiser, survey, without_documents):
    survey.close()
    publish(app, organiser)
    there = f"{HERE}/withdraw/public/1?lang=en"
    assert f'href="{there}"' in organiser.get(f"{HERE}/releases?lang=en").text
    page = plain(organiser.get(there))
    assert "Withdraw release 1?" in page
    assert "The survey is closed again" in page
    assert "Internal bulletin" not in page
    assert organiser.post(there, {"reason": " "}).status_code == 422
    assert organiser.post(there, {"reason": "wrong list"}).status_code == 303
    assert state(survey) == "closed"
    board = plain(organiser.get(f"{HERE}?lang=en"))
    assert "Release withdrawn · lin · release 1 wrong list" in board
    assert "Release 1 is public." not in board
    again = organiser.get(there)
    assert (again.status_code, "Release 1 is withdrawn already." in plain(again)) == (409, True)
    for nothing in ("public/2", "review/1", "internal/1"):
        assert organiser.get(f"{HERE}/withdraw/{nothing}").status_code == 404


def test_a_launch_is_taken_back_and_its_plan_is_launched_again(app, organiser, draft):
    code = draft.code(TOWN)
    page = plain(organiser.get(f"{HERE}/take_back?lang=en"))
    assert "Posters and slips that are printed already lead nowhere then. Places: 2." in page
    answer = organiser.post(f"{HERE}/take_back?lang=en")
    assert answer.status_code == 303
    assert state(draft) == "archived"
    assert acts(draft)[-1] == ("take_back", NAME, "")
    assert app.test_client().get(f"/s/{code}").status_code == 410
    # The plan is there with all that it had, but for the name that is taken.
    launch = organiser.get(answer.location)
    assert "The launch is taken back." in plain(launch)
    with draft.database.reading() as session:
        [plan] = session.scalars(select(SurveyPlan))
        assert plan.survey_id is None
        assert (plan.given["questions"], plan.given.get("slug")) == (EVERY_KIND["questions"], None)
    overview = organiser.get("/console/?lang=en")
    assert "Archive (1)" in plain(overview)


def take_back(organiser):
    answer = organiser.submit(f"{HERE}/take_back?lang=en")
    assert answer.status_code == 303
    return answer.location


def test_a_survey_whose_launch_was_taken_back_has_one_page(organiser, draft):
    there = take_back(organiser)
    answer = organiser.get(f"{HERE}?lang=en")
    page = plain(answer)
    assert re.search(rf"The launch was taken back on [^.]+ by {NAME}\. Nobody has answered\.", page)
    assert f"Launch taken back · {NAME} · plan 1" in page
    assert f'href="{there.partition("?")[0]}?lang=en"' in answer.text
    # It has no menu, no act, and no other page.
    assert f'"{HERE}/' not in answer.text
    for other in ("posters", "codes", "releases", "reminders", "definition", "jobs", "restore", "board.csv"):
        led = organiser.get(f"{HERE}/{other}?lang=en")
        assert (led.status_code, led.location) == (303, f"{HERE}?lang=en")
    for act in ("restore", "take_back", "posters", "copy-as-plan"):
        organiser.get("/console/?lang=en")
        refused = organiser.post(f"{HERE}/{act}?lang=en", {"paper": "A4"})
        assert refused.status_code == 409
        assert "The launch of every-kind was taken back" in plain(refused)
    assert state(draft) == "archived"
    organiser.submit(f"{there.partition('/launch')[0]}/delete")
    assert "The plan is no longer there." in plain(organiser.get(f"{HERE}?lang=en"))


def test_what_was_printed_for_a_launch_is_gone_when_it_is_taken_back(app, organiser, draft):
    parts = app.extensions["manyi"]
    made = job_number(organiser.submit(f"{HERE}/posters?lang=en", {"under": "430702001001"}))
    assert work_once(parts.config, parts.database, threading.Event())
    assert organiser.get(f"/console/jobs/{made}/result").status_code == 200
    waits = job_number(organiser.submit(f"{HERE}/posters?lang=en", {"paper": "A3"}))
    take_back(organiser)
    assert not work_once(parts.config, parts.database, threading.Event())
    for each, words in ((made, "The launch was taken back: the file is erased."), (waits, "It was cancelled")):
        assert organiser.get(f"/console/jobs/{each}/result").status_code == 404
        page = organiser.get(f"/console/jobs/{each}?lang=en")
        assert words in plain(page)
        assert f'"{HERE}/' not in page.text


def test_who_approves_approves_what_they_saw(organiser, draft):
    organiser.get(f"{HERE}/approve?lang=en")
    unseen = organiser.post(f"{HERE}/approve?lang=en")
    page = organiser.get(f"{HERE}/approve?lang=en").text
    seen = re.search(r'name="seen" value="([0-9a-f]{64})"', page)[1]
    with draft.database.writing() as session:
        change_definition(session, "every-kind", canonical(EVERY_KIND | {"threshold": 20}), "wu")
    stale = organiser.post(f"{HERE}/approve?lang=en", {"seen": seen})
    for refused in (unseen, stale):
        assert refused.status_code == 409
        assert "The survey was changed after this page was shown." in plain(refused)
    assert [act for act, _, _ in acts(draft)] == ["launch", "change"]


def test_a_published_survey_goes_to_the_archive_and_comes_back(organiser, draft):
    change(draft, state="published", closed_at=datetime.now(UTC))
    assert organiser.submit(f"{HERE}/archive?lang=en").status_code == 303
    assert state(draft) == "archived"
    assert organiser.submit(f"{HERE}/restore?lang=en").status_code == 303
    assert state(draft) == "published"
    assert [act for act, _, _ in acts(draft)][-2:] == ["archive", "restore"]


WRONG = {
    "draft": {"close": "Only an open survey can be closed.", "reopen": "Only a closed survey can be reopened",
              "publish": "Only a closed survey can be published.",
              "archive": "Only a published survey", "restore": "Only an archived survey"},
    "open": {"take_back": "Only a launch that is not open yet", "open": "Only a draft can be opened.",
             "reopen": "Only a closed survey can be reopened",
             "publish": "Only a closed survey can be published."},
    "closed": {"open": "Only a draft can be opened.", "close": "Only an open survey can be closed."},
    "published": {"open": "Only a draft can be opened.", "close": "Only an open survey can be closed.",
                  "reopen": "Only a closed survey can be reopened"},
    "archived": {"open": "Only a draft", "close": "Only an open", "reopen": "Only a closed",
                 "publish": "Only a closed"},
}  # fmt: skip


@pytest.mark.parametrize(("now", "act"), [(now, act) for now, refused in WRONG.items() for act in refused])
def test_from_a_wrong_state_every_act_is_refused_by_page_and_by_post(organiser, draft, now, act):
    change(draft, state=now, closed_at=datetime.now(UTC))
    before = acts(draft)
    organiser.get(f"{HERE}?lang=en")
    full = {"confirmation": EVERY_KIND["slug"], "reason": "r"}
    for answer in (organiser.get(f"{HERE}/{act}?lang=en"), organiser.post(f"{HERE}/{act}?lang=en", full)):
        assert answer.status_code == 409
        assert WRONG[now][act] in plain(answer)
        assert f"Survey every-kind is now {now}." in plain(answer)
        assert f'href="{HERE}?lang=en"' in answer.text
    assert state(draft) == now
    assert acts(draft) == before
    with draft.database.reading() as session:
        assert session.scalar(select(Job.id)) is None


OFFERED = ("take_back", "open", "close", "reopen", "publish", "releases", "archive", "restore")


@pytest.mark.parametrize(
    ("now", "offered"),
    [
        ("draft", {"open", "take_back"}),
        ("open", {"close"}),
        ("closed", {"reopen", "releases"}),
        ("published", {"releases", "archive"}),
        ("archived", {"restore"}),
    ],
)
def test_only_what_can_be_done_is_offered(organiser, draft, now, offered):
    change(draft, state=now, closed_at=datetime.now(UTC))
    page = organiser.get(HERE).text.partition('<div class="acts">')[2].partition("</div>")[0]
    assert {act for act in OFFERED if f'"{HERE}/{act}"' in page} == offered


def test_an_act_needs_the_forms_token(organiser, draft):
    organiser.get(f"{HERE}/open")
    assert organiser.post(f"{HERE}/open", token="").status_code == 400
    assert state(draft) == "draft"


def test_there_are_no_other_acts(organiser, draft):
    for act in ("tabulate", "change", "delete"):
        assert organiser.client.get(f"{HERE}/{act}", base_url=organiser.host).status_code == 404
