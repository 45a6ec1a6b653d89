"""A running server with surveys in every state, and the bad network in front of it."""

import socket
import threading
from contextlib import contextmanager
from datetime import date

from playwright.sync_api import Error
from sqlalchemy import select
from werkzeug.serving import make_server

from survey_app.config import read_config
from survey_app.domain.entry_codes import TEST_CODES, check_digit, slip_mark
from survey_app.factory import create_app
from survey_app.models import Place, RespondentGroup, Unit
from survey_app.models.slips import Slip, SlipBatch
from survey_app.services.migrating import migrate
from survey_app.web.tickets import Ticket, Use, write_ticket
from tests.web.small_survey import EVERY_KIND, FULL, TARGETS, TOWN, SmallSurvey, other

#: The size that the page's weight and speed are measured at: fifteen questions, all but the first with six options.
LONG = other(
    EVERY_KIND,
    slug="long",
    scopes={},
    questions=[
        EVERY_KIND["questions"][0],
        *(
            {
                "code": f"work_{number}",
                "kind": "single_choice",
                "text": {
                    "zh_Hans": f"您对民生实事第 {number} 项的办理情况满意吗？",
                    "en": f"How satisfied are you with work {number}?",
                },
                "options": [
                    {"code": f"level_{level}", "text": {"zh_Hans": chinese, "en": english}}
                    for level, (chinese, english) in enumerate(
                        [
                            ("非常满意", "Very satisfied"),
                            ("满意", "Satisfied"),
                            ("基本满意", "Basically satisfied"),
                            ("不满意", "Dissatisfied"),
                            ("非常不满意", "Very dissatisfied"),
                            ("不了解", "Don't know"),
                        ]
                    )
                ],
            }
            for number in range(2, 16)
        ),
    ],
)


def load_again(page) -> None:
    """Press the browser's reload; right after a navigation Chromium may refuse to for a moment."""
    for _ in range(10):
        try:
            page.reload()
            return
        except Error:
            page.wait_for_timeout(200)


class Network:
    """What lies between phone and server; a test makes it slow or bad."""

    def __init__(self, app) -> None:
        self._app = app
        self._open = threading.Event()
        self.mend()

    def mend(self) -> None:
        """Behave from now on, and count from nothing."""
        self.posts = 0
        self.lost = 0
        self.refusals = []
        self._open.set()

    @contextmanager
    def slow(self):
        """Let nothing that is submitted arrive before the end of the block."""
        self._open.clear()
        yield
        self._open.set()

    def __call__(self, environ, start_response):
        if environ["REQUEST_METHOD"] != "POST":
            return self._app(environ, start_response)
        self.posts += 1
        self._open.wait(20)
        if self.refusals:
            start_response(self.refusals.pop(0), [("Content-Type", "text/plain")])
            return [b"proxy"]
        answer = self._app(environ, start_response)
        if self.lost:
            self.lost -= 1
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        return answer


class ResidentSite:
    """The server, its surveys, and the addresses of its pages."""

    def __init__(self, folder) -> None:
        self.app = create_app(read_config({"SURVEY_DATA_DIR": str(folder)}))
        self.parts = self.app.extensions["manyi"]
        migrate(self.parts.database)
        self.network = Network(self.app.wsgi_app)
        self.app.wsgi_app = self.network
        self._server = make_server("127.0.0.1", 0, self.app, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever)
        self.address = f"http://127.0.0.1:{self._server.port}"
        self.survey = SmallSurvey(self.parts, EVERY_KIND).open()
        self.code = self.survey.code(TOWN)
        self.questionnaire = f"{self.address}/s/{self.code}"
        self.pages = self._pages()
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.parts.database.dispose()

    def another(self, slug) -> SmallSurvey:
        """Open a survey for one test alone."""
        return SmallSurvey(self.parts, other(EVERY_KIND, slug=slug)).open()

    @contextmanager
    def adds(self, ballots):
        """Check how many ballots the block adds."""
        before = len(self.survey.ballots())
        yield
        assert len(self.survey.ballots()) - before == ballots

    def ticket(self, use: Use) -> str:
        with self.app.app_context(), self.parts.database.reading() as session:
            place = session.scalars(
                select(Place.id)
                .join(Unit, Unit.id == Place.unit_id)
                .where(Place.survey_id == self.survey.id, Unit.name == TOWN)
            ).one()
            group = session.scalars(select(RespondentGroup.id).where(RespondentGroup.survey_id == self.survey.id)).one()
            return write_ticket(Ticket(use, place, group))

    def _pages(self):
        states = {
            state: SmallSurvey(self.parts, other(EVERY_KIND, slug=state))
            for state in ("draft", "paused", "closed", "voided")
        }
        for state in ("paused", "closed", "voided"):
            states[state].open()
        states["paused"].pause()
        states["closed"].close()
        states["voided"].void(states["voided"].code(TOWN))
        contact = SmallSurvey(self.parts, other(TARGETS, slug="contact", ask_contact=True))
        preview, by_hand = self.ticket(Use.PREVIEW), self.ticket(Use.ASSISTED)
        return {
            "front": "/",
            "privacy": "/privacy",
            "questionnaire": f"/s/{self.code}",
            "long": f"/s/{SmallSurvey(self.parts, LONG).open().code(TOWN)}",
            "targets": f"/s/{SmallSurvey(self.parts, TARGETS).open().code('常德市')}",
            "contact": f"/s/{contact.open().code('常德市')}",
            "thanks": self._thanks(),
            "unknown": "/s/12345678",
            "nowhere": "/nowhere",
            "test page": f"/s/{TEST_CODES[0]}",
            "spent": f"/s/{self._spent_slip()}",
            "preview": f"/preview/{preview}",
            "preview thanks": f"/preview/{preview}/thanks",
            "by hand": f"/by-hand/{by_hand}",
            "form by hand": f"/by-hand/{by_hand}/form",
            **{name: f"/s/{each.code(TOWN)}" for name, each in states.items()},
        }

    def _thanks(self) -> str:
        client = self.app.test_client(use_cookies=False)
        page = client.get(f"/s/{self.code}").get_data(as_text=True)
        token = page.split('name="_token" value="')[1].split('"')[0]
        return client.post(f"/s/{self.code}", data={"_token": token, **FULL}).headers["Location"]

    def _spent_slip(self) -> str:
        digits = "4" * 15
        code = digits + check_digit(digits)
        with self.parts.database.writing() as session:
            place = session.scalars(select(Place).where(Place.survey_id == self.survey.id)).first()
            group = session.scalars(select(RespondentGroup).where(RespondentGroup.survey_id == self.survey.id)).one()
            batch = SlipBatch(
                survey_id=self.survey.id,
                place_id=place.id,
                group_id=group.id,
                number=1,
                printed=1,
                printed_on=date(2026, 1, 1),
                printed_by="test",
            )
            session.add(batch)
            session.flush()
            mark = slip_mark(code, self.parts.config.secret_key)
            session.add(Slip(mark=mark, batch_id=batch.id, state="spent"))
        return code
