"""How many connections to the database a page of the console takes: one to read, and never two at once."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event, update

from survey_app.models import ConsoleSession

pytest_plugins = "tests.web.console_fixtures"

ALIKE = "/console/surveys/every-kind"


class Connections:
    """Counts what requests take."""

    def __init__(self, database):
        self.database = database
        self.held = self.most = self.taken = 0
        event.listen(database.engine, "checkout", self._take)
        event.listen(database.engine, "checkin", self._give)

    def _take(self, *_):
        self.held += 1
        self.taken += 1
        self.most = max(self.most, self.held)

    def _give(self, *_):
        self.held -= 1

    def of(self, ask):
        """Return how many a request took, one after the other."""
        self.taken = self.most = 0
        answer = ask()
        assert (self.held, self.most) == (0, 1)
        return answer.status_code, self.taken

    def grow_old(self):
        """Let everybody be idle so long that the next act is written down."""
        with self.database.writing() as session:
            session.execute(update(ConsoleSession).values(seen_at=datetime.now(UTC) - timedelta(minutes=5)))


@pytest.fixture
def connections(organiser, survey):
    return Connections(survey.database)


@pytest.mark.parametrize("path", ["/console/", ALIKE, f"{ALIKE}/board", "/console/units"])
def test_a_page_reads_through_one_connection(connections, organiser, path):
    assert connections.of(lambda: organiser.client.get(path, base_url=organiser.host)) == (200, 1)


def test_to_write_down_that_somebody_is_there_takes_no_second_one_meanwhile(connections, organiser):
    connections.grow_old()
    assert connections.of(lambda: organiser.get(ALIKE)) == (200, 3)
    assert connections.of(lambda: organiser.get(ALIKE)) == (200, 1)
    connections.grow_old()
    assert connections.of(lambda: organiser.get("/console/surveys/nowhere")) == (404, 2)
    assert connections.of(lambda: organiser.get("/console/surveys/nowhere")) == (404, 1)


def test_what_is_posted_is_checked_before_it_waits_for_its_turn(connections, organiser):
    organiser.get(f"{ALIKE}/close")
    assert connections.of(lambda: organiser.post(f"{ALIKE}/close", {"confirmation": "x"})) == (422, 2)
    connections.grow_old()
    assert connections.of(lambda: organiser.post("/console/surveys/nowhere/close", {})) == (404, 2)
