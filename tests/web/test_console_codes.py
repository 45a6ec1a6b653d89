"""Places and codes: organisers see which posters are dead, replace and void codes, pause and resume places."""

import re
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from survey_app.domain.entry_codes import grouped
from survey_app.models import CodeHit, EntryCode, Place, RespondentGroup, Survey, Unit
from tests.web.console_browser import plain
from tests.web.small_survey import TOWN, VILLAGE

pytest_plugins = "tests.web.console_fixtures"

CODES = "/console/surveys/every-kind/codes"
TOWN_UNIT, VILLAGE_UNIT, TOWNSHIP = "430702001001", "430703101001", "430702001"
IN_TOWN = {"unit": TOWN_UNIT, "group": "residents", "lang": "en"}


def act(organiser, name, reason="it leaked", **changes):
    """Open an act's page, and press its button as it stands there."""
    page = organiser.get(f"{CODES}/{name}", query_string=IN_TOWN | changes)
    assert page.status_code == 200
    sent = dict(re.findall(r'type="hidden" name="(unit|group|code)" value="(.*?)"', page.text))
    return organiser.post(f"{CODES}/{name}?lang=en", sent | {"reason": reason})


def entries(survey, unit=TOWN_UNIT):
    """Return code -> state at a place."""
    with survey.database.reading() as session:
        found = select(EntryCode.code, EntryCode.state).join(Place, Place.id == EntryCode.place_id)
        found = found.join(Unit, Unit.id == Place.unit_id).where(Unit.code == unit, Place.survey_id == survey.id)
        return dict(map(tuple, session.execute(found)))


def paused(survey):
    with survey.database.reading() as session:
        return session.scalars(select(Unit.code).join(Place, Place.unit_id == Unit.id).where(Place.paused)).all()


def in_vain(survey, *rows):
    with survey.database.writing() as session:
        session.add_all(CodeHit(code=code, reason=reason, day=day, hits=hits) for code, reason, day, hits in rows)


def test_one_goes_down_from_the_county_to_the_places(organiser, survey):
    top = organiser.get(f"{CODES}?lang=en")
    assert "武陵区 1 — — — 鼎城区 1 — — —" in plain(top)
    assert f'{CODES}?under=430702&amp;lang=en"' in top.text
    county = organiser.get(f"{CODES}?under=430702&lang=en")
    assert f'{CODES}?under={TOWNSHIP}&amp;lang=en"' in county.text
    township = organiser.get(f"{CODES}?under={TOWNSHIP}&lang=en")
    assert f"{TOWN} {grouped(survey.code(TOWN))} Replace… {TOWN} Void… {TOWN} Pause… {TOWN} Poster {TOWN}" in plain(
        township
    )
    assert VILLAGE not in plain(township)


def test_a_place_is_found_by_its_name_wherever_one_is(organiser, survey):
    page = plain(organiser.get(CODES, query_string={"q": VILLAGE, "lang": "en"}))
    assert (
        f"1 found for “{VILLAGE}”. All places {VILLAGE} 常德市 · 鼎城区 · 蒿子港镇 {grouped(survey.code(VILLAGE))}"
        in page
    )
    assert "No place has this name or code." in plain(organiser.get(CODES, query_string={"q": "none", "lang": "en"}))


def test_codes_of_several_groups_are_told_apart(organiser, review):
    page = plain(organiser.get("/console/surveys/targets/codes?lang=en"))
    for group, word in (("users", "Service users"), ("cadres", "Grass-roots cadres")):
        assert f"{word} {grouped(review.code('常德市', group))} Replace…" in page


def test_no_entry_code_stands_in_an_address(organiser, survey):
    page = organiser.get(f"{CODES}?under={TOWNSHIP}").text
    code = survey.code(TOWN)
    assert not [part for part in page.split('="')[1:] if code in part.split('"')[0]]


def test_a_replaced_code_is_voided_and_leads_on_to_the_new_poster(organiser, survey, client):
    old = survey.code(TOWN)
    answer = act(organiser, "replace")
    assert answer.status_code == 303
    assert answer.location == f"/console/surveys/every-kind/posters?under={TOWN_UNIT}&lang=en"
    posters = plain(organiser.get(answer.location))
    assert "The old code is voided. Make the new poster here, and hang it up instead." in posters
    assert "Places: 1." in posters
    (new,) = set(entries(survey)) - {old}
    assert entries(survey) == {old: "voided", new: "active"}
    assert client.get(f"/s/{old}").status_code == 410
    assert client.get(f"/s/{new}").status_code == 200
    page = plain(organiser.get(f"{CODES}?under={TOWNSHIP}&lang=en"))
    assert grouped(new) in page
    assert grouped(old) not in page
    assert f"Code replaced · lin · {TOWN_UNIT} {TOWN} · {grouped(old)} → {grouped(new)} it leaked" in plain(
        organiser.get("/console/surveys/every-kind?lang=en")
    )


def test_a_button_pressed_twice_replaces_once(organiser, survey):
    old = survey.code(TOWN)
    sent = {"unit": TOWN_UNIT, "group": "residents", "code": old, "reason": "r"}
    organiser.get(f"{CODES}/replace", query_string=IN_TOWN)
    assert organiser.post(f"{CODES}/replace?lang=en", sent).status_code == 303
    again = organiser.post(f"{CODES}/replace?lang=en", sent)
    assert again.status_code == 409
    assert "has already been replaced" in plain(again)
    assert len(entries(survey)) == 2


def test_a_voided_code_leaves_its_place_without_one_until_it_gets_a_new_one(organiser, survey):
    old = survey.code(TOWN)
    answer = act(organiser, "void")
    assert answer.location == f"{CODES}?under={TOWNSHIP}&lang=en"
    page = organiser.get(answer.location)
    assert f"{grouped(old)} voided New code… {TOWN} Pause… {TOWN}" in plain(page)
    assert f"posters?under={TOWN_UNIT}" not in page.text
    assert "武陵区 1 — 1 —" in plain(organiser.get(f"{CODES}?lang=en"))
    assert act(organiser, "replace").status_code == 303
    assert sorted(entries(survey).values()) == ["active", "voided"]


def test_a_place_is_paused_and_resumed(organiser, survey, client):
    answer = act(organiser, "pause", reason="")
    assert answer.location == f"{CODES}?under={TOWNSHIP}&lang=en"
    assert f"{TOWN} paused" in plain(organiser.get(answer.location))
    assert paused(survey) == [TOWN_UNIT]
    assert client.get(f"/s/{survey.code(TOWN)}").status_code == 503
    assert "武陵区 1 1 — —" in plain(organiser.get(f"{CODES}?lang=en"))
    assert act(organiser, "resume").status_code == 303
    assert paused(survey) == []


@pytest.mark.parametrize("name", ["replace", "void"])
def test_without_a_reason_nothing_is_done_and_the_page_says_so(organiser, survey, name):
    answer = act(organiser, name, reason=" ")
    assert answer.status_code == 422
    assert "Please write the reason" in plain(answer)
    assert list(entries(survey).values()) == ["active"]


@pytest.mark.parametrize("name", ["replace", "void", "pause", "resume"])
@pytest.mark.parametrize("state", ["closed", "published", "archived"])
def test_after_closing_nothing_is_offered_and_nothing_done(organiser, survey, name, state):
    with survey.database.writing() as session:
        session.execute(update(Survey).values(state=state, closed_at=datetime.now(UTC)))
    page = organiser.get(f"{CODES}?under={TOWNSHIP}&lang=en")
    assert "codes and places stay as they are" in plain(page)
    assert f"{CODES}/" not in page.text
    sent = {"unit": TOWN_UNIT, "group": "residents", "code": survey.code(TOWN), "reason": "r"}
    for answer in (
        organiser.get(f"{CODES}/{name}", query_string=IN_TOWN),
        organiser.post(f"{CODES}/{name}?lang=en", sent),
    ):
        assert answer.status_code == 409
        assert "It takes no more answers" in plain(answer)
    assert list(entries(survey).values()) == ["active"]


@pytest.mark.parametrize(
    "changes", [{"unit": "999"}, {"unit": ""}, {"unit": TOWNSHIP}, {"group": "none"}, {"group": ""}]
)
def test_what_is_no_place_or_group_has_no_page(organiser, survey, changes):
    assert organiser.get(f"{CODES}/replace", query_string=IN_TOWN | changes).status_code == 404


@pytest.mark.parametrize("under", ["999", "", "4307"])
def test_a_unit_without_places_has_no_page(organiser, survey, under):
    assert organiser.get(CODES, query_string={"under": under}).status_code == 404


@pytest.mark.parametrize("code", ["", "12345674", "x\0", "9" * 500])
def test_a_forged_code_is_refused(organiser, survey, code):
    organiser.get(f"{CODES}/void", query_string=IN_TOWN)
    sent = {"unit": TOWN_UNIT, "group": "residents", "code": code, "reason": "r"}
    assert organiser.post(f"{CODES}/void?lang=en", sent).status_code == 409
    assert list(entries(survey).values()) == ["active"]


def test_nobody_outside_sees_or_changes_codes(outsider, survey):
    assert "/console/login" in outsider.get(CODES).location
    outsider.get("/console/login")
    sent = {"unit": TOWN_UNIT, "group": "residents", "code": survey.code(TOWN), "reason": "r"}
    answer = outsider.post(f"{CODES}/void", sent)
    assert answer.status_code == 403
    assert 'action="/console/login' in answer.text
    assert list(entries(survey).values()) == ["active"]


def test_dead_posters_are_shown_with_place_reason_and_last_day(organiser, survey):
    old = survey.code(TOWN)
    act(organiser, "replace")
    in_vain(survey, (old, "voided", date(2026, 5, 1), 3), (old, "voided", date(2026, 5, 2), 1))
    in_vain(survey, (survey.code(VILLAGE), "paused", date(2026, 5, 3), 9))
    row = f"{TOWN} 武陵区 · 启明街道 {grouped(old)} code voided 4 2 May 2026"
    top = plain(organiser.get(f"{CODES}?lang=en"))
    assert row in top
    assert f"{grouped(survey.code(VILLAGE))} place paused 9 3 May 2026" in top
    assert "武陵区 1 — — 4 鼎城区 1 — — 9" in top
    township = plain(organiser.get(f"{CODES}?under={TOWNSHIP}&lang=en"))
    assert row in township
    assert "place paused" not in township
    assert f"{TOWN} scans in vain: 4" in township


def test_scans_of_unknown_codes_and_slips_are_shown_in_sum(organiser, survey):
    in_vain(survey, ("", "spent", date(2026, 5, 1), 2), ("", "unknown", date(2026, 5, 1), 1000))
    in_vain(survey, ("12345674", "unknown", date(2026, 5, 1), 5))
    page = plain(organiser.get(f"{CODES}?lang=en"))
    assert "No poster here was scanned in vain." in page
    assert "in all surveys together: slip already used 2 · code not known 1,005" in page


def test_hostile_names_are_shown_as_they_are_written(organiser, survey):
    hostile = "<script>alert('名')</script>"
    with survey.database.writing() as session:
        session.execute(update(Unit).where(Unit.code == TOWN_UNIT).values(name=hostile))
        session.execute(update(RespondentGroup).values(name={"zh_Hans": hostile}))
    for path in (f"{CODES}?under={TOWNSHIP}", f"{CODES}/replace?unit={TOWN_UNIT}&group=residents"):
        page = organiser.get(path).text
        assert hostile not in page
        assert "&lt;script&gt;" in page
