"""How much 200 people who watch the progress board slow the answering down: python tests/benchmarks/bench_board.py.

A real server (`serve`, two workers) with the field case's 2,273 places; 200 residents a second answer over HTTP, or as
many as the machine lets them, in rounds without and with the watchers, one after the other in turn, so that the
machine's noise falls on both alike. Each watcher has a connection of its own and asks every 30 s with the ETag that it
last got, as the page's script does: half of them the boards of the city and its counties, each of the others that of a
township of its own. They are a process of their own, so that they and the residents do not wait for each other's
interpreter. Everybody is on this machine, so what the clients cost is in the figures too. The bar: no more than
10 % slower, in the median of the pairs, both in the time for as many answers and in the mean time of one; above it the
command fails.
"""

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.cookies import SimpleCookie
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from survey_app.cli.simulation.crowd import Crowd, Door  # noqa: E402 - after the path is set.
from survey_app.cli.simulation.form_reader import ReadForm, read_form  # noqa: E402 - as above.
from survey_app.cli.simulation.opinions import Answers, Opinions  # noqa: E402 - as above.
from survey_app.config import read_config  # noqa: E402 - as above.
from survey_app.models.database import Database  # noqa: E402 - as above.
from survey_app.services.accounts import create_account  # noqa: E402 - as above.
from survey_app.services.codes.entry_codes import list_codes  # noqa: E402 - as above.
from survey_app.services.launching import launch  # noqa: E402 - as above.
from survey_app.services.lifecycle import open_survey  # noqa: E402 - as above.
from survey_app.services.migrating import migrate  # noqa: E402 - as above.
from survey_app.services.surveys import find_survey, load_frame  # noqa: E402 - as above.
from survey_app.services.units.importing import import_units  # noqa: E402 - as above.
from survey_app.services.units.tree import load_tree  # noqa: E402 - as above.

WATCHERS, EVERY = 200, 30.0
BAR = 0.1
PAIRS, ANSWERS, A_SECOND, AT_A_TIME = 6, 2_000, 200, 32
EXAMPLES = ROOT / "docs" / "examples"
NAME, PASSWORD = "bench", "correct horse battery"


class Paced(Opinions):
    """Opinions of residents who think until it is their turn to send: so many a second."""

    def begin(self) -> None:
        """Begin a round."""
        self._begun = time.monotonic()

    def answer(self, resident: int, form: ReadForm, line: Sequence[str], group: str) -> Answers:
        """Think, and wait for the turn."""
        found = super().answer(resident, form, line, group)
        time.sleep(max(0.0, self._begun + resident / A_SECOND - time.monotonic()))
        return found


def fill(folder: Path) -> tuple[str, list[Door], Paced, list[str], list[str]]:
    """Make the survey; return its slug, the doors, what residents think, counties and townships."""
    config = read_config({"SURVEY_DATA_DIR": str(folder)})
    database = Database(config.database_url, folder, secret_key=config.secret_key)
    migrate(database)
    with database.writing() as session:
        import_units(session, (EXAMPLES / "units-changde.csv").read_bytes(), "units.csv")
        slug = launch(session, (EXAMPLES / "four-level.json").read_bytes(), "bench").slug
        open_survey(session, slug, "bench")
        create_account(session, NAME, PASSWORD)
    with database.reading() as session:
        tree = load_tree(session)
        doors = [
            Door(f"/s/{each.code}", tuple(unit.code for unit in tree.line(tree.by_code[each.unit_code])), each.group)
            for each in list_codes(session, slug, "")
        ]
        opinions = Paced(1, load_frame(session, find_survey(session, slug).id).questionnaire)
        counties, townships = (
            [each.code for each in tree.units if each.level == level] for level in ("county", "township")
        )
    database.dispose()
    return slug, doors, opinions, counties, townships[: WATCHERS // 2]


def log_in(port: int) -> str:
    """Return the cookie of a session."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", "/console/login")
    answer = connection.getresponse()
    cookie = _cookie(answer)
    token = read_form(answer.read().decode()).hidden["csrf_token"]
    body = urlencode({"csrf_token": token, "name": NAME, "password": PASSWORD})
    kind = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": cookie}
    connection.request("POST", "/console/login", body, kind)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, answer.status
    return _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    jar = SimpleCookie("; ".join(answer.headers.get_all("Set-Cookie") or []))
    return "; ".join(f"{name}={jar[name].value}" for name in jar)


class Watchers:
    """All who watch, in one process: one of them asks every 150 ms."""

    def __init__(self, port: int, cookie: str, paths: list[str]) -> None:
        self._port, self._cookie, self._paths = port, cookie, paths
        self._connections: dict[int, http.client.HTTPConnection] = {}
        self._etags: dict[int, str] = {}
        self._turn = 0
        self.seconds: list[float] = []
        self.unchanged = 0

    def watch(self, told: Connection) -> None:
        """Ask while told to, and tell at the end how long each took and how many were unchanged."""
        while told.recv():
            due = time.monotonic()
            while not told.poll(max(0.0, due - time.monotonic())):
                if not self._ask(self._turn % WATCHERS):
                    self._ask(self._turn % WATCHERS)  # The server had closed the connection meanwhile.
                self._turn += 1
                due += EVERY / WATCHERS
            told.recv()
        told.send((self.seconds, self.unchanged))

    def _ask(self, who: int) -> bool:
        begun = time.perf_counter()
        connection = self._connections.get(who) or http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        self._connections[who] = connection
        headers = {"Cookie": self._cookie, "Accept-Encoding": "gzip", "If-None-Match": self._etags.get(who, '""')}
        try:
            connection.request("GET", self._paths[who % len(self._paths)], headers=headers)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            self._connections.pop(who).close()
            return False
        assert answer.status in (200, 304), answer.status
        self._etags[who] = answer.headers["ETag"]
        self.unchanged += answer.status == 304
        self.seconds.append(time.perf_counter() - begun)
        return True


def measure(
    port: int, slug: str, doors: list[Door], opinions: Paced, counties: list[str], townships: list[str]
) -> bool:
    """Print what the watchers cost; return whether that is within the bar."""
    address = f"/console/surveys/{slug}/board"
    above = [address, *(f"{address}?unit={county}" for county in counties)]
    paths = [
        path
        for each, township in enumerate(townships)
        for path in (above[each % len(above)], f"{address}?unit={township}")
    ]
    told, theirs = Pipe()
    watchers = Process(target=Watchers(port, log_in(port), paths).watch, args=(theirs,), daemon=True)
    watchers.start()
    plan = iter(opinions.plan([f"{each.place}/{each.group}" for each in doors], (2 * PAIRS + 1) * ANSWERS))

    def answers() -> tuple[float, float]:
        """Return answers in a second, and the mean seconds from sending one to its receipt."""
        crowd = Crowd(f"http://127.0.0.1:{port}", doors, [next(plan) for _ in range(ANSWERS)], opinions)
        opinions.begin()
        result = crowd.answer(AT_A_TIME, lambda done: None)
        assert result.acknowledged == ANSWERS, result.refused
        return ANSWERS / result.seconds, statistics.fmean(result.submit_seconds)

    def watched() -> tuple[float, float]:
        told.send(True)
        try:
            return answers()
        finally:
            told.send(None)

    answers()  # Both workers are warm.
    pairs = []
    for number in range(PAIRS):
        first, second = (answers(), watched()) if number % 2 == 0 else (watched(), answers())[::-1]
        pairs.append((first, second))
    slower = statistics.median(without[0] / with_them[0] - 1 for without, with_them in pairs)
    longer = statistics.median(with_them[1] / without[1] - 1 for without, with_them in pairs)
    rate, took = (statistics.median(without[at] for without, _ in pairs) for at in (0, 1))
    told.send(False)
    seconds, unchanged = told.recv()
    sys.stdout.write(
        f"answers without watchers: {rate:.0f} a second, each {1e3 * took:.0f} ms\n"
        f"{WATCHERS} watchers asked {len(seconds)} times, median {1e3 * statistics.median(seconds):.0f} ms, "
        f"{unchanged} times unchanged\n"
        f"answers with watchers: {100 * slower:+.1f} % time for as many, {100 * longer:+.1f} % mean time of one"
        f" (bar: +{100 * BAR:.0f} %)\n"
    )
    return max(slower, longer) <= BAR


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = fill(folder)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("SURVEY_")}
        command = [sys.executable, "-m", "survey_app", "serve", "--port", str(port), "--workers", "2"]
        server = subprocess.Popen(
            command, env=environment | {"SURVEY_DATA_DIR": name}, cwd=ROOT, stdout=subprocess.DEVNULL
        )
        try:
            _wait(port)
            return 0 if measure(port, *made) else 1
        finally:
            server.terminate()
            server.wait(30)


def _wait(port: int) -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError("the server does not answer")


if __name__ == "__main__":
    sys.exit(main())
