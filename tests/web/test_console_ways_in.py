"""Previews and devices, as organisers open them."""

import re

from sqlalchemy import select

from survey_app.models import RespondentGroup, SurveyAct
from tests.web.console_browser import plain
from tests.web.page_check import check
from tests.web.small_survey import TARGETS, TOWN, SmallSurvey, other

pytest_plugins = "tests.web.console_fixtures"

SLUG = "/console/surveys/every-kind"


def links(answer, part):
    return re.findall(rf'href="((?:http://[^/"]+)?/{part}/[^"]+)"', answer.text)


def acts(survey):
    with survey.database.reading() as session:
        return [(each.act, each.by, each.about) for each in session.scalars(select(SurveyAct).order_by(SurveyAct.id))]


def test_there_is_a_preview_for_each_questionnaire_that_differs(client, organiser, draft):
    page = organiser.get(f"{SLUG}/preview?lang=en")
    assert "nothing is stored" in plain(page)
    town, village = links(page, "preview")
    assert "公交" in check(client.get(town.replace("lang=en", ""))).text
    assert "公交" not in check(client.get(village.replace("lang=en", ""))).text
    assert "/preview" in organiser.get(f"{SLUG}/definition").text


def test_one_questionnaire_leads_straight_to_its_preview(app, client, organiser):
    one = {name: value for name, value in other(TARGETS, slug="one").items() if name != "groups"}
    SmallSurvey(app.extensions["manyi"], one)
    answer = organiser.get("/console/surveys/one/preview")
    assert answer.status_code == 303
    assert check(client.get(answer.location)).status == 200


def test_a_device_is_opened_for_a_place_and_written_down(client, organiser, survey):
    assert "By telephone" not in plain(organiser.get(f"{SLUG}/by-hand?lang=en"))
    path = f"{SLUG}/by-hand?under=430702001001&lang=en"
    page = organiser.get(path)
    assert "By telephone" in plain(page)
    group = re.search(r'name="group" value="(\d+)"', page.text)[1]
    opened = organiser.post(path, {"channel": "telephone", "group": group})
    [address] = links(opened, "by-hand")[:1]
    device = check(client.get(address.removeprefix("http://127.0.0.1:8000")), "en")
    assert device.heading.startswith(TOWN)
    assert "Telephone interview" in device.text
    assert acts(survey)[-1] == ("telephone-device", "lin", f"430702001001 {TOWN}")
    assert "Device opened for telephone interviews" in plain(organiser.get(f"{SLUG}?lang=en"))


def test_each_group_can_be_chosen(organiser, review):
    path = "/console/surveys/targets/by-hand?under=430700&lang=en"
    page = organiser.get(path)
    first, second = re.findall(r'name="group"[^>]*value="(\d+)"', page.text)
    assert "checked" in page.text
    assert organiser.post(path, {"channel": "assisted", "group": second}).status_code == 200
    assert acts(review)[-1][0] == "assisted-device"
    for wrong in ({"channel": "paper", "group": first}, {"channel": "assisted", "group": "999999"}):
        assert organiser.post(path, wrong).status_code == 422
    assert len(acts(review)) == 3


def test_no_device_is_opened_while_the_survey_takes_no_answers(organiser, draft):
    path = f"{SLUG}/by-hand?under=430702001001&lang=en"
    assert "only while the survey is open" in plain(organiser.get(path))
    with draft.database.reading() as session:
        group = session.scalar(select(RespondentGroup.id))
    answer = organiser.post(path, {"channel": "assisted", "group": str(group)})
    assert answer.status_code == 409
    assert len(acts(draft)) == 1


def test_only_units_with_places_have_a_page(organiser, survey):
    assert organiser.get(f"{SLUG}/by-hand?under=nowhere").status_code == 404
    assert organiser.get("/console/surveys/none/preview").status_code == 404
