"""Before a survey is closed nobody sees a figure of satisfaction: planted ones are searched for in all that there is.

The counts of an open survey are primes that stand nowhere else. Every page, file and JSON of the console and of the
public pages is searched for them and for the shares that follow from them, as every role; so are jobs and the audit
trail. That the search finds what leaks is tested with a page that does.
"""

import io
import re
import zipfile

import numpy as np
import pytest
from sqlalchemy import select

from survey_app.jobs.worker import work_once
from survey_app.models import (
    AnswerStoredApart,
    AuditEntry,
    Job,
    Place,
    Release,
    ReleaseFile,
    RespondentGroup,
    Survey,
    Tally,
    Turnout,
)
from survey_app.services.jobs import JobKind, enqueue
from survey_app.services.surveys import load_frame
from tests.web.console_routes import address_of, console_rules
from tests.web.scoped_console import CHILD, EVERYBODY, make_console

#: Blank, each option, not asked. No other number has these digits.
COUNTS = (1_489, 7_919, 4_903, 3_067, 2_609, 1_973)
WORDS = "标记回答七九一九"


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    made = make_console(tmp_path_factory.mktemp("figures"))
    with made.database.writing() as session:
        survey = session.scalar(select(Survey).where(Survey.slug == "inside"))
        frame = load_frame(session, survey.id)
        place = session.scalar(select(Place).where(Place.survey_id == survey.id).order_by(Place.id))
        group = session.scalar(select(RespondentGroup).where(RespondentGroup.survey_id == survey.id))
        counts = np.array(COUNTS[: frame.tally_shape[1]], dtype="<u4")
        assert counts.size == frame.tally_shape[1] >= 5
        total = int(counts.sum())
        where = {"survey_id": survey.id, "place_id": place.id}
        session.add(Tally(**where, group_id=group.id, channel=0, ballots=total, counts=counts.tobytes()))
        session.add(Turnout(**where, hour=494_000, ballots=total))
        session.add(AnswerStoredApart(**where, id=b"x" * 16, group_id=group.id, question="overall", value=WORDS))
        made.things["place"]["own"] = place.id
        made.things["counts"] = counts.tolist()
    yield made
    made.database.dispose()


def figures(console):
    """Give what may stand nowhere: the counts, their sums within the scale, and their shares."""
    counts = console.things["counts"]
    answered, rated = sum(counts) - counts[0], sum(counts[1:-1])
    numbers = {*counts, counts[1] + counts[2], answered, rated}
    shares = {
        100 * part / whole for part in (*counts, counts[1] + counts[2]) for whole in (sum(counts), answered, rated)
    }
    texts = {f"{n}" for n in numbers} | {f"{n:,}" for n in numbers}
    texts |= {f"{share:.{places}f}" for share in shares for places in (1, 2, 3)}
    texts |= {f"{share / 100:.{places}f}" for share in shares for places in (3, 4)}
    return re.compile(rf"(?<![\d.,])(?:{'|'.join(map(re.escape, sorted(texts)))})(?!\d)|{WORDS}")


def texts_of(content):
    """Give what a file says: a workbook's parts, anything else as it is."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            return [packed.read(name).decode("utf-8", "replace") for name in packed.namelist()]
    return [content.decode("utf-8", "replace")]


def addresses(console):
    """Give every address that is got by GET, of the console and of the public pages."""
    known = {"slug": "inside", "unit_code": CHILD, "place_id": console.things["place"]["own"], "group_id": 1}
    known |= {"plan_id": console.things["plan"]["own"], "job_id": console.things["job"]["inside"], "language": "en"}
    with console.database.reading() as session:
        known["group_id"] = session.scalar(select(RespondentGroup.id).join(Survey).where(Survey.slug == "inside"))
    for rule in console_rules(console.app):
        if "GET" in rule.methods and not rule.endpoint.endswith(("login", "login_code", "first_account")):
            yield address_of(console.app, rule, **known)
    yield from ("/console/surveys/inside?unit=1001&sort=lowest", "/console/surveys/inside/board?unit=1001")
    yield f"/console/surveys/inside/codes/pause?unit={CHILD}"
    yield from ("/results/", "/results/inside", "/results/inside/1", "/results/inside/1/table.csv")


def leaks(console, letter):
    forbidden = figures(console)
    found = []
    for address in addresses(console):
        answer = console.open(EVERYBODY[letter], "GET", address)
        found += [(address, hit[0]) for text in texts_of(answer.get_data()) for hit in forbidden.finditer(text)]
        assert answer.status_code < 500, address
        answer.close()
    return found


@pytest.mark.parametrize("letter", list(EVERYBODY))
def test_no_page_file_or_json_has_a_figure_whoever_asks(console, letter):
    assert leaks(console, letter) == []


def test_the_pages_that_are_searched_are_there_and_say_how_many_took_part(console):
    answers = [console.open(EVERYBODY["A"], "GET", address) for address in addresses(console)]
    assert sum(answer.status_code == 200 for answer in answers) >= 35
    for answer in answers:
        answer.close()
    board = console.open(EVERYBODY["S"], "GET", "/console/surveys/inside").text
    assert f"{sum(console.things['counts']):,}" in board


def test_the_search_finds_a_figure_that_leaks(console, monkeypatch):
    for said in ("不满意 7919", "7,919 人", f"{100 * 7919 / sum(console.things['counts']):.1f}%", WORDS):
        monkeypatch.setitem(console.app.view_functions, "organiser.notes", lambda slug, said=said: said)
        assert [address for address, _ in leaks(console, "U")] == ["/console/surveys/inside/notes"], said


@pytest.mark.parametrize("act", ["publish", "releases/review", "releases/internal", "sign/prepared"])
def test_nobody_makes_a_release_of_an_open_survey(console, act):
    answer = console.open(EVERYBODY["A"], "POST", f"/console/surveys/inside/{act}", data={"name": "林", "reason": "x"})
    assert answer.status_code in (409, 422)
    assert not figures(console).search(answer.text)


def test_no_job_gives_a_figure_and_the_audit_trail_has_none(console):
    with console.database.writing() as session:
        survey = session.scalar(select(Survey).where(Survey.slug == "inside"))
        for job in session.scalars(select(Job)):
            job.state = "cancelled"
        # As if the check before asking had failed.
        enqueue(session, JobKind.PUBLISH, survey.id, {"number": 1, "audience": "internal", "reason": None}, "test")
    assert work_once(console.app.extensions["manyi"].config, console.database, NeverStops())
    forbidden = figures(console)
    with console.database.reading() as session:
        job = session.scalars(select(Job).order_by(Job.id.desc())).first()
        assert job.state == "failed"
        assert session.scalar(select(Release.id)) is None
        assert session.scalar(select(ReleaseFile.path)) is None
        for row in session.scalars(select(Job)):
            assert not forbidden.search(f"{row.arguments} {row.trouble} {row.result!r}")
        entries = session.scalars(select(AuditEntry)).all()
        assert entries
        for entry in entries:
            assert not forbidden.search(f"{entry.about} {entry.before} {entry.after}")


class NeverStops:
    def is_set(self):
        return False

    def wait(self, seconds):
        return False
