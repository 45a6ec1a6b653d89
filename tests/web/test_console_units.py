"""The pages about units: the tree, one unit, and what is done to single units by hand."""

import pytest
from sqlalchemy import select

from survey_app.models import Unit
from survey_app.services.scopes import EVERYTHING
from survey_app.services.units.changing import close_unit
from survey_app.services.units.importing import import_units
from tests import cast
from tests.web.console_browser import plain
from tests.web.small_survey import EVERY_KIND, SmallSurvey, other

pytest_plugins = "tests.web.console_fixtures"

SCRIPT = "<script>alert(1)</script>"


@pytest.fixture
def database(app):
    found = app.extensions["manyi"].database
    with found.writing() as session:
        cast.add_units(session)
    return found


@pytest.fixture
def clerk(organiser, database):
    return organiser


def page(clerk, path, **query):
    answer = clerk.get(f"/console{path}", query_string={"lang": "en", **query})
    assert answer.status_code == 200, answer.status_code
    return plain(answer)


def act(clerk, unit_code, change, **sent):
    return clerk.submit(f"/console/units/{unit_code}/{change}?lang=en", sent)


def unit(database, code):
    with database.reading() as session:
        return session.scalar(select(Unit).where(Unit.code == code))


def test_without_units_the_page_says_what_to_do(organiser):
    said = organiser.get("/console/units?lang=en")
    assert "There are no units yet. Download the template, fill it in, and import it." in plain(said)
    assert "/console/unit-imports/template.xlsx" in said.text


def test_the_tree_leads_down_with_counts(clerk):
    top = page(clerk, "/units")
    assert "county 2 · township 3 · village 6" in top
    assert "武陵区 430702 county 1 2 About it 武陵区" in top
    county = page(clerk, "/units", unit=cast.DINGCHENG)
    assert "常德市 \u203a 鼎城区" in county
    assert "蒿子港镇 430703100 township 2" in county
    assert "There is nothing below this unit." in page(clerk, "/units", unit=cast.TOWN[0])


@pytest.mark.parametrize("code", ["nope", "43070", "%00", "<b>"])
def test_there_is_no_page_of_no_unit(clerk, code):
    assert clerk.get("/console/units", query_string={"unit": code}).status_code == 404
    assert clerk.get(f"/console/units/{code}").status_code == 404


def test_a_unit_that_a_survey_holds_says_so_before_anything_is_typed(clerk, database):
    with database.writing() as session:
        cast.launched(session).state = "open"
    for change in ("move", "merge", "close"):
        said = page(clerk, f"/units/{cast.QIMING}/{change}")
        assert "its results are not issued yet. It can be moved, merged or closed once" in said
        assert "Reason" not in said
    assert "Its level and class stay until" in page(clerk, f"/units/{cast.QIMING}/edit")
    refused = act(clerk, cast.QIMING, "close", reason="撤销")
    assert refused.status_code == 422
    assert "uses it or units below it" in plain(refused)
    assert "撤销" in plain(refused)
    level = {"name": "启明街道", "level": "organisation", "unit_class": "", "sector": ""}
    assert "Leave it as it is until" in plain(act(clerk, cast.QIMING, "edit", **level))
    assert act(clerk, cast.QIMING, "edit", name="启明街办", level="township").status_code == 303


def test_units_are_found_by_name_code_level_and_class(clerk, database):
    with database.writing() as session:
        row = (cast.QIMING, "启明街道", "township", cast.WULING, "城区")
        import_units(session, cast.units_csv((row,), "code name level parent_code class"), "u.csv")
    for wanted in ({"q": "启明"}, {"q": "430702001", "level": "township"}, {"class": "城区"}):
        said = page(clerk, "/units", **wanted)
        assert "1 found" in said
        assert "启明街道 常德市 · 武陵区" in said
    assert "2 found for “新建村”." in page(clerk, "/units", q="新建村")
    assert "0 found for “新建村”." in page(clerk, "/units", q="新建村", unit=cast.WULING)
    assert "3 found." in page(clerk, "/units", level="township")
    assert "6 found for" not in page(clerk, "/units", q="", level="castle")


def test_closed_units_are_shown_when_asked_for(clerk, database):
    with database.writing() as session:
        close_unit(session, cast.TOWN[0], "lin", EVERYTHING, "拆迁")
    assert cast.TOWN[0] not in page(clerk, "/units", unit=cast.QIMING)
    assert f"马家吉社区 closed down {cast.TOWN[0]}" in page(clerk, "/units", unit=cast.QIMING, closed="1")
    said = page(clerk, f"/units/{cast.TOWN[0]}")
    assert "no new survey chooses it" in said
    assert "Closed down 拆迁 Closed down on" in said


def test_the_page_of_a_unit_tells_what_it_is_and_its_history(clerk, database):
    SmallSurvey(clerk.client.application.extensions["manyi"], other(EVERY_KIND, places={"units": [cast.TOWN[0]]}))
    said = page(clerk, f"/units/{cast.QIMING}")
    assert "常德市 \u203a 武陵区 启明街道" in said
    assert "Unit code 430702001 Level township Class — Sector —" in said
    assert "village 2 · See them" in said
    assert "Surveys under way" in said
    assert "command line · Added by import 1" in said


def test_a_unit_is_added_by_hand(clerk, database):
    sent = {"under": cast.QIMING, "code": "430702001009", "name": "新社区", "level": "village"}
    answer = clerk.submit(f"/console/new-unit?under={cast.QIMING}&lang=en", sent)
    assert (answer.status_code, answer.location) == (303, "/console/units/430702001009?lang=en")
    assert "The unit is added." in page(clerk, "/units/430702001009")
    assert unit(database, "430702001009").name == "新社区"
    clerk.submit("/console/new-unit?lang=en", {"code": "5", "name": "另一市", "level": "city"})
    assert unit(database, "5").parent_id is None


def test_a_name_that_cannot_be_printed_whole_is_warned_of(clerk, database):
    assert act(clerk, cast.TOWN[0], "edit", name="村𓀀", level="village").status_code == 303
    assert "cannot draw 𓀀 (U+13000)." in page(clerk, f"/units/{cast.TOWN[0]}")
    clerk.submit("/console/new-unit?lang=en", {"code": "5", "name": "市𓀀", "level": "city"})
    assert "cannot draw 𓀀" in page(clerk, "/units/5")
    act(clerk, cast.TOWN[0], "close", reason="x")
    assert "cannot draw" not in page(clerk, f"/units/{cast.TOWN[0]}")


def test_what_is_wrong_with_a_typed_unit_stands_at_its_field_and_nothing_typed_is_lost(clerk, database):
    sent = {"under": cast.QIMING, "code": "村", "name": "=1+1", "level": "city", "sector": SCRIPT}
    answer = clerk.submit(f"/console/new-unit?under={cast.QIMING}&lang=en", sent)
    assert answer.status_code == 422
    said = plain(answer)
    assert "This is a formula, or would be one in a spreadsheet." in said
    assert 'value="=1+1"' in answer.text
    assert "A code holds only letters" in said
    assert "cannot stand under" in said
    assert SCRIPT not in answer.text
    assert "&lt;script&gt;" in answer.text
    again = clerk.submit(f"/console/new-unit?under={cast.QIMING}&lang=en", sent | {"code": f" {cast.WULING} "})
    assert "There is a unit with this code already." in plain(again)
    assert clerk.submit("/console/new-unit?lang=en", {"under": "nope"}).status_code == 404
    assert clerk.submit("/console/new-unit?lang=en", {"code": "5", "name": "x", "level": "castle"}).status_code == 422


def test_script_in_every_text_of_a_unit_is_shown_as_text(clerk, database):
    sent = {"name": SCRIPT, "level": "village", "unit_class": SCRIPT, "sector": SCRIPT}
    assert act(clerk, cast.TOWN[0], "edit", **sent).status_code == 303
    assert act(clerk, cast.TOWN[0], "close", reason=SCRIPT).status_code == 303
    for path in (f"/units/{cast.TOWN[0]}", "/units?closed=1&level=village", f"/units/{cast.TOWN[0]}/reopen"):
        answer = clerk.get(f"/console{path}")
        assert answer.status_code == 200
        assert SCRIPT not in answer.text
        assert "&lt;script&gt;" in answer.text


def test_a_unit_is_changed_moved_merged_closed_and_reopened(clerk, database):
    code = cast.HAOZIGANG
    assert 'value="蒿子港镇"' in clerk.get(f"/console/units/{code}/edit").text
    answer = act(clerk, code, "edit", name="蒿子港新镇", level="township")
    assert (answer.status_code, answer.location) == (303, f"/console/units/{code}?lang=en")
    assert unit(database, code).name == "蒿子港新镇"
    assert "Everything below it moves along: 2 units." in page(clerk, f"/units/{code}/move")
    assert act(clerk, code, "move", parent_code=cast.WULING, reason="划转").status_code == 303
    assert unit(database, code).parent_id == unit(database, cast.WULING).id
    merge = clerk.get(f"/console/units/{code}/merge?lang=en")
    assert f'<option value="{cast.QIMING}">' in merge.text
    assert act(clerk, code, "merge", code=cast.QIMING, reason="并入").status_code == 303
    said = page(clerk, f"/units/{code}")
    assert "Merged into 启明街道 430702001" in said
    assert "parent" not in said
    assert act(clerk, code, "reopen").status_code == 303
    assert "What moved to" not in page(clerk, f"/units/{code}/close")
    assert act(clerk, code, "close", reason="撤销").status_code == 303
    assert unit(database, code).closed_on is not None


@pytest.mark.parametrize(
    ("change", "sent", "said"),
    [
        ("move", {"parent_code": "nope", "reason": "x"}, "No unit has this code"),
        ("move", {"parent_code": cast.WULING}, "Please write the reason."),
        ("move", {"parent_code": cast.TOWN[0], "reason": "x"}, "would stand under itself"),
        ("merge", {"code": cast.QIMING, "reason": "x"}, "It is this unit itself."),
        ("merge", {"reason": "x"}, "Write the code of a unit that there is."),
        ("close", {"reason": " "}, "Please write the reason."),
        ("close", {"reason": "x" * 501}, "at most 500 characters"),
        ("edit", {"name": "", "level": "township"}, "The name is missing."),
        ("edit", {"name": "x", "level": "village"}, "stands under it"),
    ],
)
def test_a_change_that_cannot_be_is_told_at_its_field(clerk, database, change, sent, said):
    before = unit(database, cast.QIMING)
    answer = act(clerk, cast.QIMING, change, **sent)
    assert answer.status_code == 422
    assert said in plain(answer)
    after = unit(database, cast.QIMING)
    assert (after.name, after.level, after.parent_id, after.closed_on) == (
        before.name, before.level, before.parent_id, None,
    )  # fmt: skip


def test_a_change_that_a_rule_forbids_is_refused_with_the_reason(clerk, database):
    answer = act(clerk, cast.QIMING, "close", reason="要写的理由")
    assert answer.status_code == 422
    assert "2 units below it are not closed" in plain(answer)
    assert "要写的理由" in answer.text


def test_the_page_of_a_change_names_the_surveys_under_way(clerk, database):
    assert "No survey under way uses it." in page(clerk, f"/units/{cast.TOWN[0]}/close")
    SmallSurvey(clerk.client.application.extensions["manyi"], other(EVERY_KIND, places={"units": [cast.TOWN[0]]}))
    for change in ("edit", "move", "merge", "close"):
        assert "Surveys under way that use it or units below it:" in page(clerk, f"/units/{cast.QIMING}/{change}")
