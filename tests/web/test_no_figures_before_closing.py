"""Before a survey is closed nobody sees a figure of satisfaction: planted ones are searched for in all that there is.

Every page, file and JSON of the console and of the public pages is searched, as every role; so is what answers a form,
what jobs make, what commands print and write, and the audit trail. That the search finds what leaks is tested with
pages, files, jobs and commands that do.
"""

import io
import json
import zipfile
from itertools import product

import pytest
from click.testing import CliRunner
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select
from werkzeug.routing import AnyConverter

from survey_app.cli import context, main
from survey_app.cli import surveys as survey_commands
from survey_app.documents.text_workbook import write_text_workbook
from survey_app.jobs.worker import work_once
from survey_app.models import AuditEntry, EntryCode, Job, Place, Release, ReleaseFile, RespondentGroup, Survey
from survey_app.services.jobs import JobKind, enqueue
from survey_app.services.surveys import find_survey
from tests.web.console_routes import address_of, console_rules
from tests.web.planted_figures import WORDS, figures_in, planted_console
from tests.web.scoped_console import CHILD, EVERYBODY, definition

#: Forms that are not sent: the session that looks would end.
NOT_SENT = {"logout", "end_sessions"}

#: Command -> how it is run on an open survey; {new} is a file or folder that is not there yet.
COMMANDS = {
    "list": [""],
    "approve": ["inside"],
    "open": ["inside"],
    "reopen": ["inside --reason x"],
    "review": ["inside"],
    "sign": ["inside --step prepared --name lin"],
    "publish": ["inside", "inside --audience internal"],
    "withdraw": ["inside --reason x"],
    "export": ["inside --out {new}", "inside --audience internal --out {new}"],
    "sheets": ["inside --out {new}"],
    "posters": ["inside --out {new}.pdf"],
    "entry-codes": ["inside"],
    "slips": ["inside --out {new}.csv"],
    "pause": ["inside 100101 --reason x"],
    "resume": ["inside 100101"],
    "replace-code": ["inside {code} --reason x"],
    "void-code": ["inside {code} --reason x"],
    "tally": ["inside", "inside --by place", "inside --by group"],
    "table": ["inside", "inside --format json"],
    "recount": ["inside"],
    "check-audit": [""],
    "change": ["inside {definition}"],
    "launch": ["{definition}"],
    "migrate": [""],
}

#: Command -> why it is not run.
NOT_RUN = {
    "close": "It closes the survey.",
    "serve": "It serves the pages that are searched.",
    "demo": "It makes surveys of its own, and closes them.",
    "answer": "It answers as residents do.",
    "create-account": "It knows accounts only.",
    "reset-password": "It knows accounts only.",
    "import-units": "It knows units only.",
}


@pytest.fixture(scope="module")
def console(tmp_path_factory):
    with planted_console(tmp_path_factory.mktemp("figures")) as made:
        yield made
        with made.database.reading() as session:
            assert find_survey(session, "inside").state == "open", "what was searched was an open survey to the end"


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


def leaks(console, letter, where=None):
    found = []
    for address in addresses(console) if where is None else where:
        answer = console.open(EVERYBODY[letter], "GET", address)
        found += [(address, hit) for hit in figures_in(console, answer.get_data())]
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


def pdf_that_says(text):
    made = io.BytesIO()
    canvas = Canvas(made, pageCompression=1)
    canvas.drawString(50, 50, text)
    canvas.save()
    assert text.encode() not in made.getvalue()
    return made.getvalue()


def zip_of(content):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("1", content)
    return made.getvalue()


@pytest.fixture(scope="module")
def leaking(console):
    """Give files that say a figure, each in another way."""
    share = f"{100 * 7919 / sum(console.things['counts']):.1f}%"
    return {
        "count": "不满意 7919".encode(),
        "thousands": "7,919 人".encode(),
        "share": share.encode(),
        "answer": WORDS.encode(),
        "json": json.dumps({"text": WORDS}).encode(),
        "workbook": write_text_workbook(["x"], [["7919"]]),
        "words in a workbook": write_text_workbook(["x"], [[WORDS]]),
        "pdf": pdf_that_says("7919"),
        "archive": zip_of(zip_of(pdf_that_says(share))),
    }


def test_the_search_finds_a_figure_that_leaks(console, leaking, monkeypatch):
    notes = "/console/surveys/inside/notes"
    for name, said in leaking.items():
        monkeypatch.setitem(console.app.view_functions, "organiser.notes", lambda slug, said=said: said)
        assert [address for address, _ in leaks(console, "U", [notes])] == [notes], name
    assert [address for address, _ in leaks(console, "U")] == [notes]


def forms(console):
    """Give every address that a form is sent to; of a view that does several things, each."""
    known = {"slug": "inside", "unit_code": CHILD, "place_id": console.things["place"]["own"]}
    known |= {"plan_id": console.things["plan"]["own"], "job_id": console.things["job"]["outside"], "upload_id": 999}
    with console.database.reading() as session:
        known["group_id"] = session.scalar(select(RespondentGroup.id).join(Survey).where(Survey.slug == "inside"))
    for rule in console_rules(console.app):
        if "POST" in rule.methods and rule.endpoint.removeprefix("organiser.") not in NOT_SENT:
            several = {name: each.items for name, each in rule._converters.items() if isinstance(each, AnyConverter)}
            for chosen in product(*several.values()):
                yield address_of(console.app, rule, **known | dict(zip(several, chosen, strict=True)))


def answers_to_forms(console, letter, sent):
    """Give the addresses of forms whose answer, or the page it leads to, says a figure."""
    found = []
    for address in forms(console):
        answer = console.open(EVERYBODY[letter], "POST", address, data=sent, follow_redirects=True)
        assert answer.status_code < 500, address
        found += [(address, hit) for hit in figures_in(console, answer.get_data())]
        answer.close()
    return found


def test_no_answer_to_a_form_has_a_figure(console, monkeypatch):
    sent = {"name": "林", "post": "主任", "unit": CHILD, "confirmation": "no", "number": "1"}
    assert answers_to_forms(console, "A", sent) == []
    monkeypatch.setitem(console.app.view_functions, "organiser.sign", lambda **_: "7919")
    assert {address.rpartition("/")[0] for address, _ in answers_to_forms(console, "A", {})} == {
        "/console/surveys/inside/sign"
    }


@pytest.mark.parametrize("act", ["publish", "releases/review", "releases/internal", "sign/prepared"])
def test_nobody_makes_a_release_of_an_open_survey(console, act):
    answer = console.open(EVERYBODY["A"], "POST", f"/console/surveys/inside/{act}", data={"name": "林", "reason": "x"})
    assert answer.status_code in (409, 422)


def jobs_that_leak(console):
    """Give the numbers of jobs of which something says a figure."""
    with console.database.reading() as session:
        jobs = session.scalars(select(Job).order_by(Job.id)).all()
        return [
            each.id
            for each in jobs
            if figures_in(console, f"{each.arguments} {each.trouble}".encode(), each.result or b"")
        ]


def test_no_job_gives_a_figure_and_the_audit_trail_has_none(console, leaking, caplog):
    kinds = [(JobKind.POSTERS, {}), (JobKind.SLIPS, {}), (JobKind.PAPER_SHEETS, {})]
    # As if the check before asking had failed.
    releases = [{"number": 1, "audience": audience, "reason": None} for audience in ("review", "internal", "public")]
    kinds += [*product([JobKind.PUBLISH], releases), *product([JobKind.SHEETS], releases[:2])]
    with console.database.writing() as session:
        for job in session.scalars(select(Job).where(Job.state == "waiting")):
            job.state = "cancelled"
        survey = find_survey(session, "inside")
        made = [enqueue(session, kind, survey.id, arguments, "test").id for kind, arguments in kinds]
    while work_once(console.app.extensions["manyi"].config, console.database, NeverStops()):
        pass
    assert not caplog.records, "what is refused is refused in words"
    assert jobs_that_leak(console) == []
    pages = [f"/console/jobs/{number}{path}" for number in made for path in ("", "/result")]
    assert leaks(console, "A", pages) == []
    with console.database.writing() as session:
        states = {each.kind: each.state for each in session.scalars(select(Job).where(Job.id.in_(made)))}
        assert states == dict.fromkeys(("posters", "paper_sheets"), "done") | dict.fromkeys(
            ("slips", "sheets", "publish"), "failed"
        )
        assert session.scalar(select(Release.id)) is None
        assert session.scalar(select(ReleaseFile.path)) is None
        entries = session.scalars(select(AuditEntry)).all()
        assert entries
        assert not figures_in(console, *(f"{each.about} {each.before} {each.after}".encode() for each in entries))
        session.get_one(Job, made[0]).result = leaking["pdf"]
    assert jobs_that_leak(console) == made[:1]
    assert [address for address, _ in leaks(console, "A", pages)] == [pages[1]]


class Terminal:
    """Whoever types commands on the machine of the console."""

    def __init__(self, console, folder):
        self.console, self.folder = console, folder
        (folder / "given.json").write_bytes(definition("other", [CHILD]))

    def run(self, name, words):
        """Run a command, and give all that it prints and writes."""
        with self.console.database.reading() as session:
            codes = select(EntryCode.code).join(Place, Place.id == EntryCode.place_id).join(Survey)
            code = session.scalar(codes.where(Survey.slug == "inside", EntryCode.state == "active"))
        before = set(self.folder.rglob("*"))
        filled = words.format(new=self.folder / f"{len(before)}", code=code, definition=self.folder / "given.json")
        _forget()
        done = CliRunner().invoke(main, [name, *filled.split()], prog_name="manyi")
        _forget()
        assert done.exit_code in (0, 1), (name, words, done.output)
        assert done.exception is None or isinstance(done.exception, SystemExit), (name, words, done.exception)
        made = sorted(path for path in set(self.folder.rglob("*")) - before if path.is_file())
        return done.exit_code, [done.output.encode(), *(path.read_bytes() for path in made)]


def _forget():
    if context.database.cache_info().currsize:
        context.database().dispose()
    context.database.cache_clear()
    context.config.cache_clear()


@pytest.fixture
def terminal(console, tmp_path, monkeypatch):
    config = console.app.extensions["manyi"].config
    monkeypatch.setenv("SURVEY_DATA_DIR", str(config.data_dir))
    monkeypatch.setenv("SURVEY_DATABASE_URL", config.database_url)
    return Terminal(console, tmp_path)


def test_no_command_prints_or_writes_a_figure(console, terminal, monkeypatch):
    assert COMMANDS.keys() | NOT_RUN.keys() == main.commands.keys()
    done, files = set(), 0
    for name, several in COMMANDS.items():
        for words in several:
            code, said = terminal.run(name, words)
            assert figures_in(console, *said) == [], (name, words)
            done |= {name} if code == 0 else set()
            files += len(said) - 1
    refused = {"tally", "table", "review", "sign", "publish", "withdraw", "export", "sheets", "reopen"}
    assert not done & refused
    assert {"list", "posters", "entry-codes", "check-audit"} <= done
    assert files >= 1

    monkeypatch.setattr(survey_commands, "ballots_of_surveys", lambda _: dict.fromkeys(range(9), 7919))
    assert set(figures_in(console, *terminal.run("list", "")[1])) == {"7919"}


class NeverStops:
    def is_set(self):
        return False

    def wait(self, seconds):
        return False
