"""What is worth keeping between requests, in each process: doors for two seconds, forms and rendered pages for longer.

A page that was rendered for one questionnaire is never shown for another: its key carries the questionnaire's hash.
What a door says is only for showing; a ballot is accepted on what its own transaction reads.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import current_app, g
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import SQLAlchemyError

from forms.answer_form import AnswerForm, build_form
from survey_app.domain.ballot import Channel
from survey_app.domain.doors import Door
from survey_app.domain.entry_codes import is_entry_code, is_slip_code, normalise
from survey_app.domain.questionnaire import AnswerSheet
from survey_app.services.answering import answer_sheet, find_door, find_door_by_hand
from survey_app.services.plans.preview import load_plan_frame, plan_door
from survey_app.services.surveys import Frame, load_frame
from survey_app.web.languages import LANGUAGES
from survey_app.web.parts import parts
from survey_app.web.public.blueprint import public
from survey_app.web.public.cut_page import CutPage
from survey_app.web.public.recent import Recent
from survey_app.web.tickets import PlanTicket, Ticket, Use

#: Another process's change is seen after this many seconds.
DOOR_SECONDS = 2

#: Survey, hash of its questionnaire, group, scopes of the place: all that decides what is asked.
SheetKey = tuple[int, str, int, tuple[str, ...]]

#: And, beyond what is asked: language, size, what the head says of the closing, the kind of visit and its channel.
PageKey = tuple[SheetKey, str, bool, datetime | None, str, str]


@dataclass(frozen=True)
class Prepared:
    """What is made once for everybody who is asked the same."""

    frame: Frame
    sheet: AnswerSheet
    form: type[AnswerForm]
    #: The languages in which every question is written, those of the interface first.
    languages: Sequence[str]

    @property
    def asks_contact(self) -> bool:
        """Whether a first step asks which targets the person has dealt with."""
        return self.frame.definition.ask_contact and bool(self.sheet.targets)


class Kept:
    """The caches of one application."""

    def __init__(self) -> None:
        self.doors: Recent[str, Door] = Recent(4096, DOOR_SECONDS)
        #: Its one resident must read at once that a slip is spent: held only for a database that is away.
        self.slips: Recent[str, Door] = Recent(4096, 0)
        self.frames: Recent[tuple[int, str], Frame] = Recent(16)
        self.sheets: Recent[SheetKey, Prepared] = Recent(128)
        self.pages: Recent[PageKey, CutPage] = Recent(256)


@public.record
def _make(state: BlueprintSetupState) -> None:
    state.app.extensions["manyi.kept"] = Kept()


def kept() -> Kept:
    """Return the caches of the application that serves this request."""
    found: Kept = current_app.extensions["manyi.kept"]
    return found


def door_behind(code: str) -> Door | None:
    """Return what an entry code leads to, None for one that never was.

    While the database cannot be reached, what it said last is believed: a resident can go on filling in the page.
    """
    code = normalise(code)
    if not is_entry_code(code):
        return None
    doors = kept().slips if is_slip_code(code) else kept().doors
    try:
        return doors.get(code, lambda: _find(code))
    except LookupError:
        return None
    except SQLAlchemyError:
        door = doors.last(code)
        if door is None:
            raise
        return door


def _find(code: str) -> Door:
    with parts().database.reading() as session:
        door = find_door(session, code, parts().config.secret_key)
    if door is None:
        raise LookupError(code)  # Not held, so that guessed codes push no real ones out.
    return door


def door_of(ticket: Ticket) -> Door | None:
    """Return what a ticket opens; None where the survey is gone."""
    channel = Channel.TELEPHONE if ticket.use is Use.TELEPHONE else Channel.ASSISTED
    with parts().database.reading() as session:
        return find_door_by_hand(session, ticket.place_id, ticket.group_id, channel)


def door_of_plan(ticket: PlanTicket) -> Door | None:
    """Return what a ticket to a plan opens; None where the plan is gone."""
    g.typed_of_plan = ticket.typed
    with parts().database.reading() as session:
        return plan_door(session, ticket.plan_id, ticket.scopes, ticket.group, ticket.typed)


def prepared(door: Door) -> Prepared:
    """Return the form of what is asked behind a door."""
    return kept().sheets.get(sheet_key(door), lambda: _prepare(door))


def sheet_key(door: Door) -> SheetKey:
    """Return what decides which questions are asked behind a door."""
    return door.survey_id, door.questionnaire_sha256, door.group_id, door.scopes


def _prepare(door: Door) -> Prepared:
    frame = kept().frames.get((door.survey_id, door.questionnaire_sha256), lambda: _load(door.survey_id))
    sheet = answer_sheet(frame, door)
    return Prepared(frame, sheet, build_form(sheet), _languages(sheet))


def _languages(sheet: AnswerSheet) -> Sequence[str]:
    texts = [item.question.text for item in sheet.items]
    common = set(texts[0]).intersection(*texts[1:]) if texts else set()
    return [*(code for code in LANGUAGES if code in common), *sorted(common - set(LANGUAGES))] or [*LANGUAGES]


def _load(survey_id: int) -> Frame:
    with parts().database.reading() as session:
        # A plan's door carries minus its id.
        return (
            load_plan_frame(session, -survey_id, g.typed_of_plan) if survey_id < 0 else load_frame(session, survey_id)
        )
