"""Entry codes never appear in logs: a real server is scanned, guessed at, answered and broken; what it says is read."""

import json
import sqlite3
import subprocess
import sys
import time
from urllib.parse import quote, urlencode

import psutil
import pytest

from survey_app.cli.simulation.form_reader import read_form
from survey_app.domain.entry_codes import check_digit
from survey_app.models.database import Database
from survey_app.services.migrating import migrate
from tests.faults.test_kill import ROOT, environment, free_port, kill, request
from tests.services.polling import launch_poll

UNKNOWN = ["7" * 7 + check_digit("7" * 7), "7" * 15 + check_digit("7" * 15)]


@pytest.fixture
def folder(tmp_path):
    found = tmp_path / "data"
    found.mkdir()
    return found


def started(folder, url, port, said):
    server = subprocess.Popen(
        [sys.executable, "-m", "survey_app", "serve", "--workers", "1"],
        env=environment(url, folder, port),
        cwd=ROOT,
        start_new_session=True,
        stdout=said,
        stderr=subprocess.STDOUT,
    )
    for _ in range(300):
        try:
            if request(port, "GET", "/readyz")[0] == 200:
                return server
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def stop(server):
    """End it as an operator does, so that whatever is written at the end is written."""
    server.terminate()
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        kill(server)


def test_no_code_is_in_what_the_server_says_or_in_a_file_but_the_database(folder, tmp_path):
    url = f"sqlite:///{folder / 'manyi.sqlite3'}"
    database = Database(url, folder, secret_key=bytes(32))
    migrate(database)
    poll = launch_poll(database)
    database.dispose()
    codes = sorted(code for _, code in poll.places.values())
    port = free_port()
    log = tmp_path / "said.txt"
    with log.open("wb") as said:
        server = started(folder, url, port, said)
        try:
            drive(port, codes)
            breaks(folder, port, codes)
        finally:
            workers = psutil.Process(server.pid).children(recursive=True)
            stop(server)
            psutil.wait_procs(workers, 20)
    assert hits(folder) == [("unknown", 2 * len(UNKNOWN))]  # What waits in memory is written when the server ends.
    said = log.read_text()
    assert said.count("Exception on /s/******** [GET]") >= 2, said
    assert "JSONDecodeError" in said
    texts = {"the log": said} | {
        str(path): path.read_bytes().decode("latin-1")
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("manyi.sqlite3")
    }
    for code in [*codes, *UNKNOWN]:
        for name, text in texts.items():
            assert code not in text, name
            assert f"{code[:4]} {code[4:8]}" not in text, name


def hits(folder):
    connection = sqlite3.connect(folder / "manyi.sqlite3")
    found = connection.execute("SELECT reason, sum(hits) FROM code_hits GROUP BY reason").fetchall()
    connection.close()
    return found


def drive(port, codes):
    """Scan, submit, submit again, guess, and come with what is wrong."""
    for code in codes:
        status, html = request(port, "GET", f"/s/{code}")
        assert status == 200
        form = read_form(html).hidden | {"overall": "satisfied"}
        assert request(port, "POST", f"/s/{code}", urlencode(form))[0] == 303
        assert request(port, "POST", f"/s/{code}", urlencode(form | {"overall": "dissatisfied"}))[0] == 409
        assert request(port, "POST", f"/s/{code}", urlencode({"x": "y"}))[0] == 400
        assert request(port, "POST", "/", urlencode({"code": code}))[0] == 303
    for code in UNKNOWN:
        assert request(port, "GET", f"/s/{code}")[0] == 404
        assert request(port, "POST", "/", urlencode({"code": code}))[0] == 404


def breaks(folder, port, codes):
    """Break what the database says of the survey, and come with the codes, spaced as a hand would type them too."""
    with sqlite3.connect(folder / "manyi.sqlite3") as connection:
        (title,) = connection.execute("SELECT title FROM surveys").fetchone()
        assert json.loads(title)
        connection.execute("UPDATE surveys SET title = '{'")
    connection.close()
    time.sleep(2.2)  # What was read of the code is believed for two seconds.
    for code in codes[:2]:
        assert request(port, "GET", f"/s/{code}")[0] == 500
        assert request(port, "GET", f"/s/{quote(f'{code[:4]} {code[4:]}')}")[0] == 500
