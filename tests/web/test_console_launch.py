"""From a plan to a draft on one page: nothing typed is lost, and what is missing is said at its box."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from forms.launch_form import GroupForm, LaunchForm
from survey_app.models import Place, Quota, Survey, SurveyAct, SurveyPlan
from survey_app.services.accounts import create_account
from survey_app.services.plans.launching import launch_plan
from survey_app.services.plans.saving import create_plan
from survey_app.services.scopes import EVERYTHING
from tests import cast
from tests.web.console_browser import NAME, PASSWORD, Browser, plain

pytest_plugins = "tests.web.console_fixtures"

GIVEN = cast.definition(places=None, slug=None, organiser=None)
ADDRESS = "/console/plans/1/launch?lang=en"


@pytest.fixture
def database(app):
    return app.extensions["manyi"].database


@pytest.fixture
def plan(database):
    """Give a plan over the small tree, which nobody has brought to the launch page yet."""
    with database.writing() as session:
        cast.add_units(session)
        assert create_plan(session, GIVEN, NAME, EVERYTHING).id == 1


def stored(database):
    with database.reading() as session:
        return session.get_one(SurveyPlan, 1).given


def surveys(database):
    with database.reading() as session:
        return session.scalars(select(Survey)).all()


def boxes(page):
    """Return what the form of a page would send, untouched."""
    form = page.text[page.text.index('<form id="launch"') : page.text.index('<section class="along"')]
    sent = {}
    for tag in re.findall(r"<input [^>]*>", form):
        found = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        if found["type"] == "file" or (found["type"] in ("radio", "checkbox") and " checked" not in tag):
            continue
        sent.setdefault(found["name"], []).append(found.get("value", ""))
    for name, options in re.findall(r'<select id="[^"]*" name="([^"]*)".*?>(.*?)</select>', form, re.DOTALL):
        sent[name] = re.findall(r'<option value="([^"]*)" selected', options) or [""]
    for name, text in re.findall(r'<textarea id="[^"]*" name="([^"]*)".*?>(.*?)</textarea>', form, re.DOTALL):
        sent[name] = [text]
    return sent


def send(organiser, do, **changes):
    """Look at the page, change some boxes, and press a button."""
    sent = boxes(organiser.get(ADDRESS)) | {name.replace("__", "-"): value for name, value in changes.items()}
    sent.pop("csrf_token")
    return organiser.post(ADDRESS, sent | {"do": do})


def test_a_newcomer_only_presses_launch_and_comes_to_the_posters(organiser, plan, database):
    page = plain(organiser.get(ADDRESS))
    assert "Places: 6 · ballots expected: 210" in page
    assert "武陵区 2" in page
    assert "马家吉社区 430702001001" in page
    assert "Nothing is missing." in page
    answer = send(organiser, "launch")
    assert (answer.status_code, answer.location.split("?")[0]) == (
        303,
        "/console/surveys/2026-1/posters".replace("2026", str(datetime.now(UTC).year)),
    )
    [survey] = surveys(database)
    assert (survey.state, survey.closes_at > datetime.now(UTC), survey.needs_approval) == ("draft", True, False)
    assert stored(database)["places"] == {"under": cast.CITY, "level": "village", "quota": 35}
    assert "Launched" in plain(organiser.get(f"/console/surveys/{survey.slug}?lang=en"))


def test_save_keeps_everything_and_a_second_look_shows_it(organiser, plan, database):
    answer = send(
        organiser,
        "save",
        areas=[cast.WULING],
        quota="20",
        contact="0736-1",
        closes_day="2099-12-20",
        closes_time="18:00",
        paper="double",
        quota_full="stop",
        second_person="y",
        threshold="12",
        table_number="表1",
    )
    assert answer.status_code == 303, plain(answer)
    given = stored(database)
    assert given["places"] == {"under": cast.WULING, "level": "village", "quota": 20}
    wanted = {"closes": "2099-12-20T18:00", "paper": "double", "quota_full": "stop", "second_person": True}
    assert given | wanted | {"threshold": 12, "approval": {"table_number": "表1"}, "contact": "0736-1"} == given
    assert given["questions"] == GIVEN["questions"]
    page = organiser.get(ADDRESS)
    assert "Places: 2 · ballots expected: 40" in plain(page)
    assert {"18:00", "12", "表1"} <= {value for values in boxes(page).values() for value in values}
    assert surveys(database) == []


def test_what_cannot_be_kept_is_said_at_its_box_and_nothing_typed_is_lost(organiser, plan, database):
    answer = send(
        organiser,
        "launch",
        title_zh="新的题目",
        quota="many",
        closes_day="2099-12-20",
        grouped="y",
        groups__0__name_zh="服务对象",
        groups__0__weight="half",
    )
    assert answer.status_code == 422
    page = plain(answer)
    assert "Nothing was saved yet." in page
    assert "Please write a whole number from 1 to 1000000000." in page
    assert "Please write a number above 0, for example 40." in page
    typed = {value for values in boxes(answer).values() for value in values}
    assert {"新的题目", "many", "2099-12-20", "服务对象", "half"} <= typed
    assert stored(database) == GIVEN


def test_what_is_missing_keeps_it_from_being_launched_and_is_said_at_its_box(organiser, plan, database):
    page = organiser.get(ADDRESS)
    assert not re.search(r'value="launch"[^>]* disabled', page.text)
    answer = send(organiser, "launch", organiser_zh="", areas=[], roll_up="population")
    assert answer.status_code == 422
    assert re.search(r'value="launch"[^>]* disabled', answer.text)
    assert re.search(r'id="organiser_zh-fault">Organiser, Chinese: say who holds the survey', answer.text)
    assert re.search(r'id="areas-fault">Choose the places', answer.text)
    assert '<a href="#areas">' in answer.text
    assert surveys(database) == []


def test_a_launch_that_is_pressed_twice_leads_to_the_same_posters(organiser, plan, database):
    sent = boxes(organiser.get(ADDRESS)) | {"do": "launch"}
    sent.pop("csrf_token")
    first, again = organiser.post(ADDRESS, sent), organiser.post(ADDRESS, sent)
    assert (first.status_code, first.location) == (again.status_code, again.location)
    assert len(surveys(database)) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"choose": "units", "units": "1 2"}, r'id="units-fault">Codes of the units: there is no unit 1'),
        ({"grouped": "y"}, r'id="grouped-fault">Write at least one group'),
    ],
)
def test_what_is_wrong_is_said_where_it_can_be_seen(organiser, plan, database, changes, said):
    answer = send(organiser, "launch", **changes)
    assert answer.status_code == 422
    assert re.search(said, answer.text)
    assert surveys(database) == []


def test_a_choice_that_no_box_offers_is_refused_where_it_stands(organiser, plan, database):
    sent = boxes(organiser.get(ADDRESS)) | {"grouped": "y", "groups-0-name_zh": "甲", "groups-0-weight": "1"}
    sent.pop("csrf_token")
    chosen = [each.name for each in LaunchForm() if hasattr(each, "iter_choices")]
    chosen += [f"groups-0-{each.name}" for each in GroupForm() if hasattr(each, "iter_choices")]
    assert len(chosen) >= 15
    for name in chosen:
        forged = sent | {name: "forged"}
        answer = organiser.post(ADDRESS, forged | {"do": "launch"})
        assert answer.status_code == 422, name
        assert "Please choose from the options shown." in plain(answer), name
        aside = {"data": forged | {"csrf_token": organiser.token}, "base_url": "http://localhost"}
        assert organiser.client.post("/console/plans/1/launch/check?lang=en", **aside).status_code == 200, name
    assert stored(database) == GIVEN


def test_a_questionnaire_that_is_not_whole_is_told_with_the_way_there(organiser, plan, database):
    with database.writing() as session:
        session.get_one(SurveyPlan, 1).given = GIVEN | {"questions": []}
    answer = send(organiser, "launch")
    assert answer.status_code == 422
    assert "Questionnaire: at least one rating question is needed" in plain(answer)
    assert "/console/plans/1/questionnaire" in answer.text


def test_the_checklist_goes_along_with_what_is_typed_and_writes_nothing(organiser, plan, database):
    sent = boxes(organiser.get(ADDRESS)) | {"areas": [cast.DINGCHENG], "second_person": "y"}
    sent.pop("csrf_token")
    answer = organiser.client.post(
        "/console/plans/1/launch/check?lang=en",
        data=sent | {"csrf_token": organiser.token},
        base_url="http://localhost",
    )
    assert answer.status_code == 200
    page = plain(answer)
    assert "Places: 4 · ballots expected: 140" in page
    assert "Somebody else must approve it before it opens." in page
    assert stored(database) == GIVEN
    again = organiser.client.post(
        "/console/plans/1/launch/check?lang=en",
        data=sent | {"csrf_token": organiser.token, "quota": "x"},
        base_url="http://localhost",
    )
    assert "Some boxes hold what cannot be kept." in plain(again)
    gone = organiser.client.post(
        "/console/plans/9/launch/check", data={"csrf_token": organiser.token}, base_url="http://localhost"
    )
    assert gone.status_code == 404


def upload(text, name="places.csv"):
    return io.BytesIO(text.encode()), name


def with_file(organiser, file, do="save", **changes):
    sent = boxes(organiser.get(ADDRESS)) | changes
    sent.pop("csrf_token")
    return organiser.post(ADDRESS, sent | {"do": do, "file": file})


def test_a_list_of_people_with_faults_is_told_row_by_row_and_nothing_is_written(organiser, plan, database):
    text = f"code,population\n{cast.TOWN[0]},many\n999,5\n"
    answer = with_file(organiser, upload(text), title_zh="新的题目")
    assert answer.status_code == 422
    page = plain(answer)
    assert "Nothing was written. To mend: 2 places.csv" in page
    assert "2 population many This is no whole number from 1 to 1000000000." in page
    assert "3 code 999 This is none of the places chosen." in page
    assert "新的题目" in boxes(answer)["title_zh"]
    assert stored(database) == GIVEN


def test_people_come_by_a_list_and_quotas_by_a_rule(organiser, plan, database):
    text = "code,population\n" + "".join(f"{code},{number}00\n" for number, code in enumerate(cast.VILLAGES, start=1))
    assert with_file(organiser, upload(text)).status_code == 303
    page = plain(organiser.get(ADDRESS))
    assert "with eligible people: 6" in page
    answer = send(organiser, "save", rule_percent="10", rule_least="15", rule_most="55")
    assert answer.status_code == 303, plain(answer)
    sizes = stored(database)["places"]["sizes"]
    assert [sizes[code]["quota"] for code in cast.VILLAGES] == [15, 20, 30, 40, 50, 55]
    workbook = organiser.get("/console/plans/1/launch/sizes.xlsx")
    assert workbook.data.startswith(b"PK")
    listed = organiser.get("/console/plans/1/launch/sizes.csv").data.decode("utf-8-sig").splitlines()
    assert listed[:2] == ["code,name,population,quota", f"{cast.TOWN[0]},马家吉社区,100,15"]
    assert send(organiser, "launch").status_code == 303
    with database.reading() as session:
        assert sorted(session.scalars(select(Place.quota))) == [15, 20, 30, 40, 50, 55]
        assert sum(session.scalars(select(Quota.ballots))) == 210


def test_a_rule_without_people_is_told_and_a_list_is_forgotten(organiser, plan, database):
    answer = send(organiser, "save", rule_percent="10")
    assert answer.status_code == 422
    assert "upload them first" in plain(answer)
    assert with_file(organiser, upload(f"code,quota\n{cast.TOWN[0]},9\n")).status_code == 303
    assert stored(database)["places"]["sizes"]
    assert send(organiser, "clear_sizes").status_code == 303
    assert "sizes" not in stored(database)["places"]


def test_groups_have_rows_columns_and_quotas_of_their_own(organiser, plan, database):
    more = send(organiser, "add_group", grouped="y")
    assert more.status_code == 200
    assert "groups-3-name_zh" in more.text
    answer = send(
        organiser,
        "launch",
        grouped="y",
        groups__0__name_zh="服务对象",
        groups__0__weight="60",
        groups__0__quota="9",
        groups__1__name_zh="基层干部",
        groups__1__weight="40",
        groups__1__quota="4",
        groups__1__ballot_mode="slip",
    )
    assert answer.status_code == 303, plain(answer)
    given = stored(database)
    assert [each["code"] for each in given["groups"]] == ["g1", "g2"]
    assert "quota" not in given["places"]
    header = organiser.get("/console/plans/1/launch/sizes.csv").data.decode("utf-8-sig").splitlines()[0]
    assert header == "code,name,population,quota:g1,quota:g2"
    with database.reading() as session:
        assert set(session.scalars(select(Place.quota))) == {13}


def test_slips_alone_lead_to_the_slips(organiser, plan):
    answer = send(organiser, "launch", ballot_mode="slip")
    assert answer.status_code == 303
    assert "/slips" in answer.location


def test_whoever_saves_over_somebody_elses_is_told_and_keeps_what_was_typed(organiser, plan, database):
    answer = send(organiser, "save", version="7", title_zh="新的题目")
    assert answer.status_code == 422
    assert "saved this plan at" in plain(answer)
    assert "新的题目" in boxes(answer)["title_zh"]


def test_after_the_launch_places_stay_and_the_rest_changes_until_it_opens(organiser, plan, database):
    send(organiser, "launch")
    page = organiser.get(ADDRESS)
    assert "Places, groups and the way of answering stay as they were launched" in plain(page)
    assert "areas" not in boxes(page)
    assert send(organiser, "save", contact="0736-2", second_person="y").status_code == 303
    [survey] = surveys(database)
    assert (survey.contact, survey.needs_approval) == ("0736-2", True)
    # Whom the approval binds cannot take it away again, neither by the page nor by a file.
    assert 'name="second_person"' not in organiser.get(ADDRESS).text
    assert send(organiser, "save", contact="0736-2").status_code == 303
    assert surveys(database)[0].needs_approval
    refused = send(organiser, "save", short_name="another")
    assert refused.status_code == 422
    assert re.search(r'id="short_name-fault">Short name in addresses: this survey is called', refused.text)
    with database.writing() as session:
        session.execute(update(Survey).values(state="open"))
    gone = organiser.get(ADDRESS)
    assert (gone.status_code, gone.location.split("?")[0]) == (303, f"/console/surveys/{survey.slug}")


@pytest.fixture
def second(app):
    with app.extensions["manyi"].database.writing() as session:
        create_account(session, "wang", PASSWORD)
    browser = Browser(app)
    browser.log_in("wang")
    return browser


def approve(browser, here):
    page = browser.get(f"{here}/approve?lang=en")
    return browser.post(f"{here}/approve?lang=en", {"seen": re.search(r'name="seen" value="(.*?)"', page.text)[1]})


def test_taking_back_and_launching_again_leaves_the_approval_asked_for(organiser, plan, database):
    send(organiser, "launch", second_person="y")
    back = organiser.submit(f"/console/surveys/{surveys(database)[0].slug}/take_back?lang=en")
    assert (back.status_code, back.location.split("?")[0]) == (303, ADDRESS.split("?")[0])
    page = organiser.get(ADDRESS)
    assert 'name="second_person"' not in page.text
    assert "that was settled at a launch that was taken back, and stays." in plain(page)
    assert send(organiser, "save", contact="0736-2").status_code == 303
    with database.writing() as session:  # Whatever else may write the plan.
        kept = session.get_one(SurveyPlan, 1)
        kept.given = {key: value for key, value in kept.given.items() if key != "second_person"}
        assert launch_plan(session, kept, kept.given, kept.version, NAME, EVERYTHING).needs_approval


def test_a_second_person_approves_and_a_change_needs_it_again(organiser, second, plan, database):
    send(organiser, "launch", second_person="y")
    [survey] = surveys(database)
    here = f"/console/surveys/{survey.slug}"
    page = plain(organiser.get(f"{here}?lang=en"))
    assert "Approval by a second person" in page
    assert f"It needs the approval of a second person: somebody else than {NAME}" in page
    assert "/approve" not in organiser.get(f"{here}?lang=en").text
    refused = organiser.submit(f"{here}/open?lang=en")
    assert refused.status_code == 409
    assert "needs the approval of a second person" in plain(refused)
    assert organiser.get(f"{here}/approve?lang=en").status_code == 409
    assert f"{here}/approve" in second.get(f"{here}?lang=en").text
    assert "Places: 6. Questions: 6." in plain(second.get(f"{here}/approve?lang=en"))
    assert approve(second, here).status_code == 303
    assert "Approved by wang" in plain(organiser.get(f"{here}?lang=en"))
    send(organiser, "save", contact="0736-9")
    assert organiser.submit(f"{here}/open?lang=en").status_code == 409
    assert approve(second, here).status_code == 303
    assert organiser.submit(f"{here}/open?lang=en").status_code == 303
    with database.reading() as session:
        acts = session.execute(select(SurveyAct.act, SurveyAct.by).order_by(SurveyAct.id)).all()
    assert acts == [
        ("launch", NAME),
        ("approve", "wang"),
        ("change", NAME),
        ("approve", "wang"),
        ("open", NAME),
    ]


@pytest.mark.parametrize(
    ("opens_in", "words"),
    [(1, "It then opens by itself:"), (-1, "it opens by itself at once"), (None, "It can then be opened.")],
)
def test_who_approves_reads_what_follows(organiser, second, plan, database, opens_in, words):
    send(organiser, "launch", second_person="y")
    now = datetime.now(UTC)
    with database.writing() as session:
        opens = None if opens_in is None else now + timedelta(hours=opens_in)
        session.execute(update(Survey).values(opens_at=opens))
        session.execute(update(SurveyAct).values(at=now - timedelta(hours=2)))
    assert words in plain(second.get(f"/console/surveys/{surveys(database)[0].slug}/approve?lang=en"))


def test_an_opening_at_midnight_begins_its_own_day(organiser, plan, database):
    send(organiser, "launch", opens_day="2098-12-01", closes_day="2098-12-20")
    page = plain(organiser.get(f"/console/surveys/{surveys(database)[0].slug}?lang=en"))
    assert "Planned opening: 1 Dec 2098 00:00." in page
    assert "Planned closing: 20 Dec 2098 24:00." in page


@pytest.mark.parametrize(
    ("opens_in", "launched_before", "words"),
    [
        (1, 1, "It opens by itself:"),
        (-1, 2, "Its planned time has come."),
        (-1, -2, "Its planned opening was past already"),
        (None, 0, "A person opens it."),
    ],
)
def test_the_preparation_says_how_it_comes_to_open(organiser, plan, database, opens_in, launched_before, words):
    send(organiser, "launch", second_person="y")
    now = datetime.now(UTC)
    with database.writing() as session:
        opens = None if opens_in is None else now + timedelta(hours=opens_in)
        session.execute(update(Survey).values(opens_at=opens))
        session.execute(update(SurveyAct).values(at=now - timedelta(hours=launched_before)))
    [survey] = surveys(database)
    assert words in plain(organiser.get(f"/console/surveys/{survey.slug}?lang=en"))
