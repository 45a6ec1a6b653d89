"""A county's people see and change the units below theirs, and no others."""

import pytest
from sqlalchemy import select

from survey_app.domain.powers import Role
from survey_app.models import Unit
from survey_app.services.accounts import create_account
from survey_app.services.scopes import EVERYTHING
from survey_app.services.units.changing import merge_unit, move_unit
from survey_app.services.units.importing import known_units
from tests import cast
from tests.web.console_browser import Browser, plain
from tests.web.sending_lists import IMPORTS, agree, do_import, look, work

PHRASE = "a password for the county"


@pytest.fixture
def database(app):
    found = app.extensions["manyi"].database
    with found.writing() as session:
        cast.add_units(session)
    return found


def log_in(app, database, role):
    with database.writing() as session:
        create_account(session, role, PHRASE, role, cast.DINGCHENG, "test")
    browser = Browser(app)
    assert browser.log_in(role, PHRASE).status_code == 303
    return browser


@pytest.fixture
def county(app, database):
    return log_in(app, database, Role.ORGANISER)


def test_the_tree_begins_at_the_countys_own_unit(county):
    said = plain(county.get("/console/units?lang=en"))
    assert "鼎城区" in said
    assert "township 2 · village 4" in said
    assert "武陵区" not in said
    assert "常德市" not in said
    assert "0 found" in plain(county.get("/console/units?q=启明&lang=en"))
    for outside in (cast.CITY, cast.WULING, cast.QIMING, "nope"):
        assert county.get(f"/console/units?unit={outside}").status_code == 404
        assert county.get(f"/console/units/{outside}").status_code == 404
        assert county.get(f"/console/new-unit?under={outside}").status_code == 404
        for change in ("edit", "move", "merge", "close", "reopen"):
            assert county.get(f"/console/units/{outside}/{change}").status_code == 404
            assert county.post(f"/console/units/{outside}/{change}", {"reason": "x"}).status_code == 404
    assert county.get("/console/new-unit").status_code == 404  # No unit at the top.


def test_where_a_unit_came_from_or_went_is_not_named_outside_ones_own(app, database, county):
    with database.writing() as session:
        everything = "lin", EVERYTHING, "as the city decided"
        move_unit(session, cast.TOWN[0], cast.HAOZIGANG, *everything)
        merge_unit(session, cast.RURAL[0], cast.TOWN[1], *everything)
    came, went = (plain(county.get(f"/console/units/{code}?lang=en")) for code in (cast.TOWN[0], cast.RURAL[0]))
    assert f"Unit above outside your scope → {cast.HAOZIGANG}" in came
    assert "Merged into outside your scope" in went
    assert cast.TOWN[1] not in went
    assert cast.VILLAGES[cast.TOWN[1]] not in went


def test_its_own_unit_is_changed_by_those_above(county):
    page = county.get(f"/console/units/{cast.DINGCHENG}")
    assert page.status_code == 200
    assert f"/console/units/{cast.DINGCHENG}/edit" not in page.text
    assert county.get(f"/console/units/{cast.DINGCHENG}/edit").status_code == 403
    sent = {"name": "改名", "level": "county"}
    assert county.submit("/console/units", sent).status_code == 404
    assert county.post(f"/console/units/{cast.DINGCHENG}/edit", sent).status_code == 403


def test_what_is_below_it_is_changed_within_it(county, database):
    move = county.get(f"/console/units/{cast.HAOZIGANG}/move?lang=en").text
    assert f'<option value="{cast.WULING}">' not in move
    answer = county.post(f"/console/units/{cast.HAOZIGANG}/move?lang=en", {"parent_code": cast.WULING, "reason": "x"})
    assert answer.status_code == 422
    assert "The unit would stand outside your scope." in plain(answer)
    added = county.submit(f"/console/new-unit?under={cast.DINGCHENG}&lang=en", {
        "under": cast.DINGCHENG, "code": "9", "name": "新镇", "level": "township",
    })  # fmt: skip
    assert added.status_code == 303
    with database.reading() as session:
        assert known_units(session)["9"].parent_code == cast.DINGCHENG


def test_rows_outside_the_scope_are_told_and_those_within_are_imported_and_undone(app, county, database):
    within = ("9", "新镇", "township", cast.DINGCHENG)
    page, address = look(county, cast.units_csv((within, (cast.QIMING, "启明", "township", cast.WULING))))
    said = plain(page)
    assert f"3 code {cast.QIMING} This unit is outside your scope." in said
    assert county.get(f"{address}/bad-rows.csv").data.decode().count("\r\n") == 2
    assert "added 1" in do_import(app, county, cast.units_csv((within,)))
    listed = plain(county.get(f"{IMPORTS}?lang=en"))
    # In the row and in its two links, of which a screen shows one: the city's own import is not there.
    assert listed.count("units.csv") == 3
    assert county.post(f"{IMPORTS}/1/undo").status_code == 404
    assert county.post(f"{IMPORTS}/2/undo").status_code == 303
    with database.reading() as session:
        assert session.scalar(select(Unit.id).where(Unit.code == "9")) is None


def test_the_scope_of_who_agreed_holds_when_the_worker_imports(app, county, database):
    page, address = look(county, cast.units_csv((("9", "新镇", "township", cast.DINGCHENG),)))
    going = agree(county, page, address)
    with database.writing() as session:  # Meanwhile somebody else takes the code, in another county.
        wuling = session.scalar(select(Unit.id).where(Unit.code == cast.WULING))
        session.add(Unit(code="9", name="别处", level="township", parent_id=wuling))
    work(app)
    assert "This unit is outside your scope." in plain(county.get(going.location))
    with database.reading() as session:
        assert known_units(session)["9"].name == "别处"


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.AUDITOR])
def test_who_may_only_look_finds_no_buttons_and_no_doors(app, database, role):
    browser = log_in(app, database, role)
    for path in ("/console/units", f"/console/units/{cast.HAOZIGANG}"):
        page = browser.get(f"{path}?lang=en")
        assert page.status_code == 200
        for word in ("Import a list", "Add a unit", "Edit the unit", "Close the unit"):
            assert word not in plain(page)
    for path in (IMPORTS, f"/console/units/{cast.HAOZIGANG}/edit", f"/console/new-unit?under={cast.HAOZIGANG}"):
        assert browser.get(path).status_code == 403
    assert browser.post(IMPORTS).status_code == 403
    assert browser.get(f"{IMPORTS}/template.csv").status_code == 200
