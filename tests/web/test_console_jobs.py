"""Posters and other long work, as organisers see it: asked for, followed, cancelled, downloaded."""

import dataclasses
import threading

import pytest

from survey_app.domain.messages import message
from survey_app.jobs.worker import work_once
from survey_app.services import jobs
from survey_app.services.jobs import JobKind
from tests.web.console_browser import job_at, plain

pytest_plugins = "tests.web.console_fixtures"

HOSTILE = "<script>alert('名')</script>"


def job_path(answer):
    assert answer.status_code == 303
    return answer.location


def do_jobs(app):
    parts = app.extensions["manyi"]
    while work_once(parts.config, parts.database, threading.Event()):
        pass


def test_posters_are_asked_for_made_and_downloaded(app, organiser, draft):
    page = organiser.get("/console/surveys/every-kind/posters?lang=en")
    assert "Places: 2. One page each" in plain(page)
    path = job_path(organiser.post("/console/surveys/every-kind/posters?lang=en"))
    waiting = organiser.get(path)
    assert "Waiting for the worker…" in plain(waiting)
    assert '<meta http-equiv="refresh" content="2">' in waiting.text
    assert "Cancel this job" in plain(waiting)
    do_jobs(app)
    done = organiser.get(path)
    assert "测评公告-every-kind.pdf" in plain(done)
    assert "refresh" not in done.text
    number = job_at(path)
    pdf = organiser.get(f"/console/jobs/{number}/result")
    assert pdf.data.startswith(b"%PDF-")
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    assert "every-kind.pdf" in pdf.headers["Content-Disposition"]
    assert "They are made." in plain(organiser.get("/console/surveys/every-kind?lang=en"))
    assert "Download" in plain(organiser.get("/console/surveys/every-kind/posters?lang=en"))


def test_posters_of_one_county_are_made(app, organiser, draft):
    page = organiser.get("/console/surveys/every-kind/posters?under=430702&lang=en")
    assert "Places: 1. One page each" in plain(page)
    path = job_path(organiser.post("/console/surveys/every-kind/posters?lang=en", {"under": "430702"}))
    do_jobs(app)
    assert "测评公告-every-kind-430702.pdf" in plain(organiser.get(path))


def test_posters_are_made_on_the_paper_that_is_chosen(app, organiser, draft):
    page = organiser.get("/console/surveys/every-kind/posters?under=430702&lang=en")
    assert 'value="A4" checked' in page.text
    sent = {"under": "430702", "paper": "A3"}
    path = job_path(organiser.post("/console/surveys/every-kind/posters?lang=en", sent))
    do_jobs(app)
    page = plain(organiser.get(path))
    assert "Posters · 430702 · A3" in page
    assert "测评公告-every-kind-430702-A3.pdf" in page
    number = job_at(path)
    assert b"/MediaBox [ 0 0 841.8898 1190.551 ]" in organiser.get(f"/console/jobs/{number}/result").data


@pytest.mark.parametrize("paper", ["", "A5", "a3", HOSTILE])
def test_another_paper_is_refused(organiser, draft, paper):
    organiser.get("/console/surveys/every-kind/posters")
    assert organiser.post("/console/surveys/every-kind/posters", {"paper": paper}).status_code == 400


def test_addresses_that_are_too_long_are_warned_about_before_printing(app, organiser, draft, monkeypatch):
    assert "The addresses in the QR codes" not in plain(organiser.get("/console/surveys/every-kind/posters?lang=en"))
    parts = app.extensions["manyi"]
    config = dataclasses.replace(parts.config, public_url="https://satisfaction.changde.hunan.gov.cn")
    monkeypatch.setitem(app.extensions, "manyi", dataclasses.replace(parts, config=config))
    page = plain(organiser.get("/console/surveys/every-kind/posters?lang=en"))
    assert "The addresses in the QR codes have 52 characters, more than 42" in page


def test_asking_twice_for_posters_leads_to_the_same_job(organiser, draft):
    first = organiser.submit("/console/surveys/every-kind/posters").location
    assert organiser.submit("/console/surveys/every-kind/posters").location == first


@pytest.mark.parametrize("under", ["999", "x" * 100, HOSTILE])
def test_posters_of_an_unknown_unit_are_refused(organiser, draft, under):
    organiser.get("/console/surveys/every-kind/posters")
    answer = organiser.post("/console/surveys/every-kind/posters?lang=en", {"under": under})
    assert answer.status_code == 409
    assert "There is no place under" in plain(answer)


def test_posters_made_again_are_downloaded_from_the_newer_job(app, organiser, draft):
    first = organiser.submit("/console/surveys/every-kind/posters").location
    do_jobs(app)
    organiser.submit("/console/surveys/every-kind/posters")
    do_jobs(app)
    assert "A newer job has made these posters again" in plain(organiser.get(f"{first}&lang=en"))
    assert organiser.get(f"/console/jobs/{job_at(first)}/result").status_code == 404


def test_a_job_is_cancelled(app, organiser, draft):
    path = organiser.submit("/console/surveys/every-kind/posters?lang=en").location
    organiser.get(path)
    assert organiser.post(f"/console/jobs/{job_at(path)}/cancel?lang=en").location == path
    page = plain(organiser.get(path))
    assert "The job is cancelled." in page
    assert "It was cancelled; nothing was kept of it." in page
    assert "Cancel this job" not in page
    organiser.get("/console/?lang=en")
    again = organiser.post(f"/console/jobs/{job_at(path)}/cancel?lang=en")
    assert again.status_code == 409
    assert "This job has already ended." in plain(again)
    do_jobs(app)
    assert organiser.get(f"/console/jobs/{job_at(path)}/result").status_code == 404


def test_progress_is_shown_in_numbers(organiser, draft):
    path = organiser.submit("/console/surveys/every-kind/posters?lang=en").location
    with draft.database.writing() as session:
        held = jobs.claim(session)
    assert "Working…" in plain(organiser.get(path))
    with draft.database.writing() as session:
        jobs.keep_alive(session, held, 812, 2273)
    assert "812 of 2,273" in plain(organiser.get(path))


def test_a_job_that_failed_says_why(organiser, draft):
    path = organiser.submit("/console/surveys/every-kind/posters?lang=en").location
    with draft.database.writing() as session:
        jobs.fail(
            session, jobs.claim(session), message("There is no place under {value} in this survey.", value=HOSTILE)
        )
    page = organiser.get(path)
    assert "There is no place under &lt;script&gt;" in page.text
    assert HOSTILE not in page.text


def test_the_jobs_of_a_survey_are_listed(organiser, draft):
    assert "Nothing was asked for yet." in plain(organiser.get("/console/surveys/every-kind/jobs?lang=en"))
    organiser.submit("/console/surveys/every-kind/posters")
    with draft.database.writing() as session:
        jobs.enqueue(session, JobKind.PUBLISH, draft.id, {"number": 2, "reason": "x"}, "command line")
        for audience in ("review", "internal"):
            given = {"number": 3, "audience": audience, "reason": None}
            jobs.enqueue(session, JobKind.PUBLISH, draft.id, given, "command line")
    page = plain(organiser.get("/console/surveys/every-kind/jobs?lang=en"))
    assert "Publishing · Release 2 waiting" in page
    assert "Draft for review 3 waiting" in page
    assert "Internal bulletin 3 waiting" in page
    assert "command line" in page
    assert "Posters waiting" in page


@pytest.mark.parametrize("number", ["1", "99999999999999999999999999"])
def test_an_unknown_job_is_no_page(organiser, number):
    assert organiser.get(f"/console/jobs/{number}").status_code == 404
    assert organiser.get(f"/console/jobs/{number}/result").status_code == 404
    organiser.get("/console/")
    assert organiser.post(f"/console/jobs/{number}/cancel").status_code == 404
