"""A real kill -9 of every process of the server under load: nothing acknowledged is lost, nothing is there twice."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import psutil
import pytest
from sqlalchemy import select

from survey_app.cli.simulation.form_reader import read_form
from survey_app.models import Ballot
from survey_app.models.database import Database
from survey_app.services.auditing import audit_tally
from tests.services.polling import launch_poll

ROOT = Path(__file__).parents[2]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def environment(url, folder, port):
    return os.environ | {
        "SURVEY_DATABASE_URL": url,
        "SURVEY_DATA_DIR": str(folder),
        "SURVEY_PORT": str(port),
        "PYTHONPATH": str(ROOT),
    }


def start(url, folder, port):
    server = subprocess.Popen(
        [sys.executable, "-m", "survey_app", "serve"],
        env=environment(url, folder, port),
        cwd=ROOT,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    for _ in range(300):
        try:
            if request(port, "GET", "/readyz")[0] == 200:
                return server
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


def kill(server):
    """End the server and every process that it started, at once and without warning."""
    everybody = [*psutil.Process(server.pid).children(recursive=True), psutil.Process(server.pid)]
    for process in everybody:
        process.send_signal(signal.SIGKILL)
    psutil.wait_procs(everybody, 20)
    server.wait(20)


def request(port, method, path, body=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if body else {}
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


class Residents:
    """Threads that answer until told to stop; each keeps the pages that were acknowledged and the one that was not."""

    def __init__(self, port, code, threads=8):
        self.port, self.path = port, f"/s/{code}"
        self.acknowledged, self.unsure = [], []
        self.stop = threading.Event()
        self.threads = [threading.Thread(target=self.answer) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def answer(self):
        while not self.stop.is_set():
            body = None
            try:
                _, html = request(self.port, "GET", self.path)
                body = urlencode(read_form(html).hidden | {"overall": "satisfied", "wish": "路灯"})
                if request(self.port, "POST", self.path, body)[0] == 303:
                    self.acknowledged.append(body)
            except (OSError, http.client.HTTPException):
                if body is not None:
                    self.unsure.append(body)
                return

    def wait_for(self, ballots):
        for _ in range(600):
            if len(self.acknowledged) >= ballots:
                return
            time.sleep(0.05)
        raise AssertionError(f"only {len(self.acknowledged)} ballots were acknowledged")

    def join(self):
        self.stop.set()
        for thread in self.threads:
            thread.join(30)


def stored(url, folder):
    database = Database(url, folder)
    with database.reading() as session:
        found = len(session.scalars(select(Ballot.nonce)).all()), audit_tally(session, "poll")
    database.dispose()
    return found


@pytest.mark.demo
def test_nothing_acknowledged_is_lost_to_a_kill(database, migrated_url, tmp_path):
    poll = launch_poll(database)
    code = poll.places["A11", "residents"][1]
    port = free_port()
    server = start(migrated_url, tmp_path, port)
    residents = Residents(port, code)
    residents.wait_for(60)
    kill(server)
    residents.join()
    ballots, counted = stored(migrated_url, tmp_path)
    assert ballots == counted
    assert len(residents.acknowledged) <= ballots <= len(residents.acknowledged) + len(residents.unsure)

    server = start(migrated_url, tmp_path, port)
    try:
        # Everybody retries, those who were thanked and those who do not know: each page is one ballot.
        for body in [*residents.acknowledged, *residents.unsure]:
            status, html = request(port, "POST", f"/s/{code}", body)
            assert status == 303, re.sub(r"<[^>]+>", " ", html)[:500]
    finally:
        kill(server)
    sent = len(set(residents.acknowledged) | set(residents.unsure))
    assert stored(migrated_url, tmp_path) == (sent, sent)
