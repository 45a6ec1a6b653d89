"""Many residents at once, over HTTP: connections that stay open, retries that never make a second ballot."""

import http.client
import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urljoin, urlsplit

from survey_app.cli.simulation.form_reader import NoForm, ReadForm, read_form
from survey_app.cli.simulation.opinions import Answers, Opinions

#: A resident gives up after so many tries.
_TRIES = 6
#: A questionnaire has at most so many steps: which targets are known, the questions, those that follow from answers.
_STEPS = 8


@dataclass(frozen=True)
class Door:
    """An entry code's path and where it leads."""

    path: str
    #: Codes of the place's unit and those above it, from the top.
    line: tuple[str, ...]
    group: str

    @property
    def place(self) -> str:
        """The code of the place's unit."""
        return self.line[-1]


@dataclass
class Result:
    """What the residents submitted and how it went; only acknowledged ballots count."""

    #: How many there were.
    residents: int = 0
    acknowledged: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    #: (place, group, field name, option) -> ballots acknowledged.
    chosen: Counter[tuple[str, str, str, str]] = field(default_factory=Counter)
    #: Names of the fields that were written in, not chosen from.
    written: set[str] = field(default_factory=set)
    #: (place, group) -> ballots acknowledged.
    ballots: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: Field name and option ("…" for what is written in), in the order of the questionnaire, for the report.
    lines: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0
    fetch_seconds: list[float] = field(default_factory=list)
    submit_seconds: list[float] = field(default_factory=list)


class Crowd:
    """The residents of one simulation, shared by its threads."""

    def __init__(self, base: str, doors: Sequence[Door], plan: Sequence[int], opinions: Opinions) -> None:
        self._base = urlsplit(base)
        self._doors, self._plan, self._opinions = doors, plan, opinions
        self._next = itertools.count()
        self._lock = threading.Lock()
        self.result = Result(len(plan))

    def answer(self, concurrency: int, progress: Callable[[int], None]) -> Result:
        """Let everybody answer, so many at a time; `progress` hears of one or more that are done."""
        start = time.perf_counter()
        threads = [threading.Thread(target=self._answer_some, daemon=True) for _ in range(concurrency)]
        for thread in threads:
            thread.start()
        seen = 0
        while any(thread.is_alive() for thread in threads):
            time.sleep(0.1)
            done = self.result.acknowledged + self.result.refused.total()
            progress(done - seen)
            seen = done
        progress(self.result.acknowledged + self.result.refused.total() - seen)
        self.result.seconds = time.perf_counter() - start
        return self.result

    def _answer_some(self) -> None:
        connection = _Connection(self._base.netloc, self._base.scheme == "https")
        while (resident := next(self._next)) < len(self._plan):
            door = self._doors[self._plan[resident]]
            try:
                self._answer_one(connection, resident, door)
            except (OSError, http.client.HTTPException, NoForm) as error:
                self._refuse(type(error).__name__)
            except (ValueError, LookupError):  # What a page holds that is not this survey's.
                self._refuse("another page")
        connection.close()

    def _answer_one(self, connection: "_Connection", resident: int, door: Door) -> None:
        start = time.perf_counter()
        status, html = connection.send("GET", door.path)
        fetched = time.perf_counter()
        if status != 200:
            self._refuse(f"GET {status}")
            return
        for _ in range(_STEPS):
            form = read_form(html.decode())
            answers = self._opinions.answer(resident, form, door.line, door.group)
            body = urlencode(_successful(form, answers), doseq=True).encode()
            begun = time.perf_counter()
            status, html = connection.send("POST", urljoin(door.path, form.action), body)
            if status != 200:  # Else the page asks more, after these answers.
                break
        if status == 303:
            self.result.written.update(form.texts, form.numbers)
            self._acknowledge(door, answers, fetched - start, time.perf_counter() - begun)
        else:
            self._refuse(f"POST {status}")

    def _acknowledge(self, door: Door, answers: Answers, fetch: float, submit: float) -> None:
        picked = [
            (door.place, door.group, name, each)
            for name, given in answers.items()
            for each in ([given] if isinstance(given, str) else given)
            if each
        ]
        with self._lock:
            result = self.result
            result.acknowledged += 1
            result.ballots[door.place, door.group] += 1
            result.chosen.update(picked)
            result.fetch_seconds.append(fetch)
            result.submit_seconds.append(submit)

    def _refuse(self, why: str) -> None:
        with self._lock:
            self.result.refused[why] += 1


def _successful(form: ReadForm, answers: Answers) -> dict[str, str | list[str]]:
    """Return what a browser would send: hidden fields, and the texts that stay empty too."""
    texts = dict.fromkeys([*form.texts, *form.numbers], "")
    return {**form.hidden, **texts, **answers}


class _Connection:
    """One connection that stays open and is made anew when it breaks.

    A request whose answer was lost is sent again as it was: the ballot's nonce makes it one ballot.
    """

    def __init__(self, netloc: str, secure: bool) -> None:
        self._netloc, self._kind = netloc, http.client.HTTPSConnection if secure else http.client.HTTPConnection
        self._open: http.client.HTTPConnection | None = None

    def send(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {}
        for attempt in range(1, _TRIES + 1):
            try:
                if self._open is None:
                    self._open = self._kind(self._netloc, timeout=60)
                self._open.request(method, path, body, headers)
                answer = self._open.getresponse()
                content = answer.read()
            except (OSError, http.client.HTTPException):
                self.close()
                if attempt == _TRIES:
                    raise
            else:
                if answer.status != 503 or attempt == _TRIES:
                    return answer.status, content
            time.sleep(0.2 * 2**attempt)
        raise AssertionError("the loop returns or raises")

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None
