"""Slips, as organisers see them: asked for, fetched once, counted."""

import threading

import pytest
from sqlalchemy import func, select, update

from survey_app.domain.entry_codes import slip_mark
from survey_app.jobs.worker import work_once
from survey_app.models import Job, Slip, SlipBatch
from survey_app.services.slips.issuing import issue_slips, make_slips
from survey_app.services.slips.planning import SlipOrder
from tests.web.console_browser import job_number, plain
from tests.web.small_survey import EVERY_KIND, TARGETS, TOWN, SmallSurvey, other

pytest_plugins = "tests.web.console_fixtures"

PAGE = "/console/surveys/by-slip/slips?lang=en"


@pytest.fixture
def by_slip(app):
    """Give a launched survey that everybody answers by slip."""
    return SmallSurvey(app.extensions["manyi"], other(EVERY_KIND, slug="by-slip", ballot_mode="slip"))


@pytest.fixture
def mixed(app):
    """Give a launched survey with one group by poster and two by slip."""
    groups = [
        {**TARGETS["groups"][0], "ballot_mode": "slip"},
        TARGETS["groups"][1],
        {"code": "users2", "name": "其他对象", "weight": 10, "ballot_mode": "slip"},
    ]
    return SmallSurvey(app.extensions["manyi"], other(TARGETS, slug="mixed", groups=groups))


def do_jobs(app):
    parts = app.extensions["manyi"]
    while work_once(parts.config, parts.database, threading.Event()):
        pass


def print_slips(app, slug="by-slip", **order):
    """Print behind the pages' back; return the codes."""
    parts = app.extensions["manyi"]
    with parts.database.reading() as session:
        made = make_slips(session, SlipOrder(slug, **order), "https://my.cd.cn", parts.config.secret_key)
    with parts.database.writing() as session:
        issue_slips(session, made, "tests", parts.config.secret_key)
    return [row[2] for row in made.rows()]


def spend(app, *codes):
    parts = app.extensions["manyi"]
    marks = [slip_mark(code, parts.config.secret_key) for code in codes]
    with parts.database.writing() as session:
        session.execute(update(Slip).where(Slip.mark.in_(marks)).values(state="spent"))


def result_of(app, number):
    with app.extensions["manyi"].database.reading() as session:
        return session.scalars(select(Job.result).where(Job.id == int(number))).one()


def printed(app):
    with app.extensions["manyi"].database.reading() as session:
        return session.scalar(select(func.count()).select_from(Slip))


def test_slips_are_asked_for_made_and_downloaded_once(app, organiser, by_slip):
    page = plain(organiser.get(PAGE))
    assert "Places: 2. Ten slips on an A4 sheet" in page
    assert "The file can be downloaded once." in page
    assert "Reason" not in page
    number = job_number(organiser.post(PAGE, {"copies": "\N{FULLWIDTH DIGIT THREE}"}))
    do_jobs(app)
    done = organiser.get(f"/console/jobs/{number}?lang=en")
    assert "it can be downloaded once and is then erased" in plain(done)
    assert "Download once 测评票-by-slip.pdf" in plain(done)
    assert f'href="/console/jobs/{number}/result' not in done.text
    assert "Download once" in plain(organiser.get(PAGE))
    file = organiser.post(f"/console/jobs/{number}/file")
    assert file.data.startswith(b"%PDF-")
    assert file.mimetype == "application/pdf"
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert result_of(app, number) is None
    again = organiser.post(f"/console/jobs/{number}/file?lang=en")
    assert again.status_code == 409
    assert "This file has been downloaded, or was kept too long: it is erased." in plain(again)
    assert "If it is lost, print these slips again" in plain(organiser.get(f"/console/jobs/{number}?lang=en"))
    assert printed(app) == 6


def test_a_look_at_an_address_never_takes_the_file(app, organiser, by_slip):
    number = job_number(organiser.submit(PAGE, {"copies": "1"}))
    do_jobs(app)
    for path, status in ((f"/console/jobs/{number}/result", 404), (f"/console/jobs/{number}/file", 404)):
        for method in ("GET", "HEAD"):
            answer = organiser._open(method, path, {})
            assert answer.status_code == status
    assert organiser.post(f"/console/jobs/{number}/file", token="").status_code == 400
    assert result_of(app, number).startswith(b"%PDF-")


def test_only_who_is_logged_in_takes_the_file(app, organiser, outsider, by_slip):
    number = job_number(organiser.submit(PAGE, {"copies": "1"}))
    do_jobs(app)
    outsider.get("/console/login")
    assert outsider.post(f"/console/jobs/{number}/file").status_code == 303
    assert outsider.get(PAGE).status_code == 303
    assert result_of(app, number) is not None


def test_other_jobs_have_no_such_file(app, organiser, draft):
    number = job_number(organiser.submit("/console/surveys/every-kind/posters"))
    do_jobs(app)
    assert organiser.post(f"/console/jobs/{number}/file").status_code == 404
    assert organiser.post("/console/jobs/999/file").status_code == 404
    assert organiser.get(f"/console/jobs/{number}/result").data.startswith(b"%PDF-")


def test_printing_again_asks_for_a_reason(app, organiser, by_slip):
    first = print_slips(app, copies=2)
    spend(app, first[0])
    page = plain(organiser.get(PAGE))
    assert "printed before and are not used yet become void: 3." in page
    refused = organiser.post(PAGE, {"copies": "1"})
    assert refused.status_code == 422
    assert "Slips were printed before (2 stacks)." in plain(refused)
    assert 'value="1"' in refused.text
    number = job_number(organiser.post(PAGE, {"copies": "1", "reason": "wet"}))
    do_jobs(app)
    assert organiser.post(f"/console/jobs/{number}/file").status_code == 200
    page = plain(organiser.get(PAGE))
    assert "武陵区 3 1 1 1" in page
    assert "鼎城区 3 0 2 1" in page
    assert "常德市 6 1 3 2" in page
    history = plain(organiser.get("/console/surveys/by-slip?lang=en"))
    assert "Slips printed · lin" in history
    assert "wet" in history


def test_the_slips_of_one_unit_are_printed(app, organiser, by_slip):
    page = organiser.get("/console/surveys/by-slip/slips?under=430702001&lang=en")
    assert "启明街道" in plain(page)
    assert 'name="under" value="430702001"' in page.text
    job_number(organiser.post(PAGE, {"copies": "1", "under": "430702001"}))
    do_jobs(app)
    assert printed(app) == 1
    assert f"{TOWN} 1 0 0 1" in plain(organiser.get("/console/surveys/by-slip/slips?under=430702001&lang=en"))
    for unit in ("430702001001", "430703"):
        assert organiser.get(f"/console/surveys/by-slip/slips?under={unit}").status_code == 200


@pytest.mark.parametrize("copies", ["0", "1.5", "x", "10001", "-3"])
def test_a_wrong_number_is_asked_again(app, organiser, by_slip, copies):
    answer = organiser.submit(PAGE, {"copies": copies})
    assert answer.status_code == 422
    assert "Please write a whole number from 1 to 10000." in plain(answer)
    do_jobs(app)
    assert printed(app) == 0


def test_where_no_number_is_known_it_is_asked_for(organiser, by_slip):
    answer = organiser.submit(PAGE)
    assert answer.status_code == 422
    assert "say how many slips each place gets" in plain(answer)


def test_one_group_is_printed(app, organiser, mixed):
    path = "/console/surveys/mixed/slips?lang=en"
    page = plain(organiser.get(path))
    for words in ("All groups", "服务对象", "其他对象"):
        assert words in page
    assert "基层干部" not in page
    assert organiser.post(path, {"copies": "1", "group": "cadres"}).status_code == 422
    job_number(organiser.post(path, {"copies": "1", "group": "users2"}))
    do_jobs(app)
    with app.extensions["manyi"].database.reading() as session:
        assert session.scalars(select(SlipBatch.printed)).all() == [1]
    job_number(organiser.post(path, {"copies": "1", "group": "", "reason": "wet"}))
    do_jobs(app)
    assert printed(app) == 3


def test_a_closed_survey_prints_no_slips(organiser, by_slip):
    organiser.get(PAGE)
    by_slip.open().close()
    answer = organiser.post(PAGE, {"copies": "1"})
    assert answer.status_code == 422
    assert "The survey is closed: no slips are printed any more." in plain(answer)
    assert '<form method="post" action="/console/surveys/by-slip/slips' not in organiser.get(PAGE).text


@pytest.mark.parametrize("path", ["by-slip/slips?under=999", "every-kind/slips", "none/slips"])
def test_no_such_page(organiser, by_slip, draft, path):
    assert organiser.get(f"/console/surveys/{path}").status_code == 404
    assert organiser.post(f"/console/surveys/{path}", {"under": "999"}).status_code == 404


def test_the_menu_leads_to_what_a_survey_has(organiser, by_slip, draft, mixed):
    for slug, has_posters, has_slips in (("by-slip", False, True), ("every-kind", True, False), ("mixed", True, True)):
        page = organiser.get(f"/console/surveys/{slug}/jobs")
        assert (f'href="/console/surveys/{slug}/posters"' in page.text) is has_posters
        assert (f'href="/console/surveys/{slug}/slips"' in page.text) is has_slips


def test_a_drafts_next_steps_lead_to_its_slips(app, organiser, by_slip):
    assert "Print them; the level above each place cuts them" in plain(
        organiser.get("/console/surveys/by-slip?lang=en")
    )
    print_slips(app, copies=1)
    assert "They are printed." in plain(organiser.get("/console/surveys/by-slip?lang=en"))


def test_places_under_several_tops_are_summed(app, organiser, by_slip):
    with app.extensions["manyi"].database.writing() as session:
        session.connection().exec_driver_sql("UPDATE units SET parent_id = NULL WHERE code IN ('430702', '430703')")
    print_slips(app, copies=2)
    page = plain(organiser.get(PAGE))
    assert "武陵区 2 0 0 2" in page
    assert "4 0 0 4" in page
