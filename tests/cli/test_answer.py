"""Simulated residents against a server that serves a form and counts; the real one is tested by the demonstration."""

import csv
import itertools
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl

import pytest

from survey_app.cli.simulation import crowd
from tests import cast

PAGE = """<!doctype html><title>测评</title>
<form method="get" action="/"><input name="q"></form>
<form method="post" action="{action}">
<input type="hidden" name="_token" value="{token}"><input type="hidden" name="_asked" value="{asked}">
<input type="radio" name="overall" value="satisfied"><input type="radio" name="overall" value="basically_satisfied">
<input type="radio" name="overall" value="dissatisfied"><input type="radio" name="overall" value="dont_know">
<input type="radio" name="visits" value="one"><input type="radio" name="visits" value="more">
<input type="checkbox" name="reasons" value="papers"{off}><input type="checkbox" name="reasons" value="nobody"{off}>
<input type="text" inputmode="numeric" name="age"><textarea name="wish"></textarea>
<button>提交</button></form>"""


class Resident(BaseHTTPRequestHandler):
    """Serves the form of the small survey, and writes down what comes in."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server = self.server
        server.pages.append(self.path)
        if server.page is None:
            self._reply(200, self._page(f"t{next(server.tokens)}"))
        else:
            self._reply(*server.page)

    def do_POST(self):
        server = self.server
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
        sent = parse_qs(body)
        token = sent["_token"][0]
        if sent["visits"] == ["more"] and "_asked" not in sent:
            assert "reasons" not in sent
            self._reply(200, self._page(token, asked="reasons", off=""))
            return
        with server.lock:
            server.tries.append((token, body))
            first = server.stored.get(token) is None
            server.stored.setdefault(token, (self.path, body))
        if first and server.fault == "lose":
            self.close_connection = True  # The ballot is stored, and its answer never arrives.
            return
        if first and server.fault == "busy":
            self._reply(503, "busy")
            return
        self._reply(server.verdict, "")

    def _page(self, token, asked="", off=" disabled"):
        return PAGE.format(action=self.server.action, token=token, asked=asked, off=off)

    def _reply(self, status, text):
        content = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *words):
        """Say nothing."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(crowd.time, "sleep", lambda seconds: threading.Event().wait(min(seconds, 0.02)))
    found = ThreadingHTTPServer(("127.0.0.1", 0), Resident)
    found.daemon_threads = True
    found.tokens, found.lock = itertools.count(), threading.Lock()
    found.pages, found.tries, found.stored = [], [], {}
    found.page, found.action, found.fault, found.verdict = None, "", None, 303
    found.url = f"http://127.0.0.1:{found.server_port}"
    thread = threading.Thread(target=found.serve_forever, args=(0.01,))
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def answer(stage, server, *words, residents=40):
    """Let residents answer; return the result and what was submitted, with how many submitted it."""
    server.stored.clear()
    server.tries.clear()
    done = stage("answer", "small", "--residents", residents, "--url", server.url, *words)
    ballots = Counter(
        (path, tuple(sorted(pair for pair in parse_qsl(body, keep_blank_values=True) if pair[0] != "_token")))
        for path, body in server.stored.values()
    )
    return done, ballots


def digest(done):
    return done.stdout.splitlines()[-1]


def test_everybody_answers_once_and_what_was_submitted_is_printed(stage, server):
    done, ballots = answer(stage, server)
    assert done.exit_code == 0, done.output
    assert ballots.total() == len(server.tries) == 40
    lines = done.stdout.splitlines()
    assert lines[0].startswith("40 ballots acknowledged in ")
    assert lines[1].startswith("GET ms: p50 ")
    assert lines[2].startswith("POST ms: p50 ")
    printed = {tuple(line.split("\t")[:2]): int(line.split("\t")[2]) for line in lines if "\t" in line}
    sent = Counter()
    for (_, answers), times in ballots.items():
        for name, value in answers:
            sent[name, value] += times
    for option in ("satisfied", "basically_satisfied", "dissatisfied", "dont_know"):
        assert printed["overall", option] == sent["overall", option]
    assert sum(printed["overall", option] for option in ("satisfied", "dissatisfied", "dont_know")) > 0
    assert printed["buses", "satisfied"] == 0  # The page did not ask.
    assert printed["visits", "more"] == sent["visits", "more"]
    assert printed["reasons", "papers"] == sent["reasons", "papers"]
    assert printed["age", "…"] == 40
    assert digest(done).startswith("SHA-256 of all that was submitted: ")


def test_the_same_seed_gives_the_same_answers_however_many_answer_at_a_time(stage, server):
    one, alone = answer(stage, server, "--concurrency", 1)
    many, together = answer(stage, server, "--concurrency", 16)
    assert alone == together
    assert digest(one) == digest(many)


def test_another_seed_gives_other_answers(stage, server):
    one, first = answer(stage, server, "--seed", 1)
    two, second = answer(stage, server, "--seed", 2)
    assert first != second
    assert digest(one) != digest(two)


def test_residents_go_on_to_what_is_asked_only_after_another_answer(stage, server):
    _, ballots = answer(stage, server)
    given = [dict(answers) for _, answers in ballots]
    assert any(each["visits"] == "more" and "reasons" in each for each in given)
    assert not any(each["visits"] == "one" and "reasons" in each for each in given)


def test_texts_that_stay_empty_are_sent_as_a_browser_sends_them(stage, server):
    _, ballots = answer(stage, server)
    assert all("wish" in dict(answers) for _, answers in ballots)
    assert any(dict(answers)["wish"] == "" for _, answers in ballots)


@pytest.mark.parametrize("fault", ["lose", "busy"])
def test_a_ballot_whose_answer_was_lost_is_sent_again_as_it_was(stage, server, fault):
    server.fault = fault
    done, ballots = answer(stage, server, residents=12)
    assert done.exit_code == 0, done.output
    assert ballots.total() == 12
    assert len(server.tries) == 24
    bodies = {}
    for token, body in server.tries:
        assert bodies.setdefault(token, body) == body


def test_a_form_is_sent_where_its_action_says(stage, server):
    server.action = "?lang=en"
    _, ballots = answer(stage, server, residents=5)
    assert ballots.total() == 5
    assert all(path.startswith("/s/") and path.endswith("?lang=en") for path, _ in ballots)
    server.action = ""
    _, ballots = answer(stage, server, residents=5)
    assert ballots.total() == 5
    assert {path for path, _ in ballots} <= set(server.pages)


@pytest.mark.parametrize(
    ("page", "why"),
    [
        ((410, "已截止"), "5 × GET 410"),
        ((200, "<p>没有表单</p>"), "5 × NoForm"),
        ((200, '<form method="post"><input type="radio" name="moon" value="a"></form>'), "5 × another page"),
    ],
)
def test_whoever_cannot_answer_is_counted_and_the_command_fails(stage, server, page, why):
    server.page = page
    done, ballots = answer(stage, server, residents=5)
    assert done.exit_code == 1
    assert f"Not acknowledged: {why}" in done.stdout
    assert ballots.total() == 0


def test_a_ballot_that_was_not_acknowledged_is_not_counted(stage, server):
    server.verdict = 422
    done, _ = answer(stage, server, residents=5)
    assert done.exit_code == 1
    assert "Not acknowledged: 5 × POST 422" in done.stdout
    assert "overall\tsatisfied\t0" in done.stdout


def test_a_server_that_is_not_there_is_counted_too(stage, server):
    done = stage("answer", "small", "--residents", 3, "--url", "http://127.0.0.1:1")
    assert done.exit_code == 1
    assert "Not acknowledged: 3 × ConnectionRefusedError" in done.stdout


def test_only_some_places(stage, server, tmp_path):
    save = tmp_path / "submitted.csv"
    done, _ = answer(stage, server, "--under", cast.QIMING, "--save", save)
    assert done.exit_code == 0
    with save.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["place"] for row in rows} == {code for code in cast.VILLAGES if code.startswith(cast.QIMING)}
    assert sum(int(row["ballots"]) for row in rows if row["field"] == "overall") == 40
    done, _ = answer(stage, server, "--places", 1, "--save", save)
    with save.open(encoding="utf-8", newline="") as file:
        assert len({row["place"] for row in csv.DictReader(file)}) == 1


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--under", "999"), "There is no place under 999 in this survey."),
        (("--save", "/none/submitted.csv"), "/none/submitted.csv cannot be written: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_refused_before_anybody_answers(stage, server, words, sentence):
    done, ballots = answer(stage, server, *words)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (1, sentence)
    assert server.pages == []
    assert not ballots


def test_no_such_survey(stage, server):
    done = stage("answer", "none", "--residents", 3, "--url", server.url)
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "There is no survey none. `list` shows the surveys there are.\n"


@pytest.fixture
def printed(by_slip, tmp_path):
    """Give a file of two slips a place."""
    assert by_slip("slips", "by-slip", "--out", tmp_path / "slips.csv", "--copies", 2).exit_code == 0
    return tmp_path / "slips.csv"


def answer_by_slip(run, server, *words):
    server.stored.clear()
    return run("answer", "by-slip", "--url", server.url, *words)


def slips_in(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def paths(server):
    return sorted(path for path, _ in server.stored.values())


def test_every_slip_is_used_by_one_resident(by_slip, server, printed):
    done = answer_by_slip(by_slip, server, "--slips", printed)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("12 ballots acknowledged in ")
    assert paths(server) == sorted(f"/s/{row['code']}" for row in slips_in(printed))


def test_only_so_many_of_them_are_used(by_slip, server, printed):
    words = ("--slips", printed, "--residents", 5, "--under", cast.DINGCHENG, "--seed", 3)
    assert answer_by_slip(by_slip, server, *words).exit_code == 0
    used = paths(server)
    assert len(set(used)) == 5
    theirs = {f"/s/{row['code']}" for row in slips_in(printed) if row["unit_code"].startswith(cast.DINGCHENG)}
    assert set(used) <= theirs
    assert answer_by_slip(by_slip, server, *words).exit_code == 0
    assert paths(server) == used
    assert answer_by_slip(by_slip, server, "--slips", printed, "--residents", 99).exit_code == 0
    assert len(paths(server)) == 12


def test_a_slip_that_is_refused_is_reported(by_slip, server, printed):
    server.page = (410, "")
    done = answer_by_slip(by_slip, server, "--slips", printed)
    assert done.exit_code == 1
    assert "Not acknowledged: 12 × GET 410" in done.stdout


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe", "The file is not UTF-8 text."),
        (b"", "There are no slips in this file."),
        (b"unit_code,group,code,url\n", "There are no slips in this file."),
        (b"a,b\n1,2\n", "Row 2 is no slip"),
        (b"unit_code,group,code,url\n999,residents,1000000000000000,x\n", "Row 2 is no slip"),
        (f"unit_code,group,code,url\n{cast.RURAL[0]},residents,12345674,x\n".encode(), "Row 2 is no slip"),
    ],
)
def test_a_file_that_holds_no_slips_is_refused(by_slip, server, tmp_path, content, sentence):
    (tmp_path / "bad.csv").write_bytes(content)
    done = answer_by_slip(by_slip, server, "--slips", tmp_path / "bad.csv")
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert server.pages == []


def test_without_slips_the_number_of_residents_is_needed(by_slip, server):
    assert answer_by_slip(by_slip, server).exit_code == 2
