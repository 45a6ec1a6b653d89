"""A closed survey with paper, and totals that add up, for the tests of entering and tabulating them."""

from survey_app.domain.paper import PaperCount
from survey_app.models import Survey
from survey_app.services.lifecycle import close_survey
from survey_app.services.paper.totals import enter_paper, find_desk
from survey_app.services.surveys import find_survey
from tests.services.polling import DEFINITION, launch_poll

QUESTIONS = [
    *DEFINITION["questions"][:3],
    {
        "code": "reasons",
        "kind": "multiple_choice",
        "text": "为什么多跑？",
        "options": [{"code": "papers", "text": "材料"}, {"code": "nobody", "text": "没人"}],
        "show_if": {"question": "visits", "options": ["more"]},
    },
    DEFINITION["questions"][3],
]


def with_paper(database, mode="double", closed=True, definition=None):
    poll = launch_poll(database, definition or DEFINITION | {"questions": QUESTIONS})
    with database.writing() as session:
        session.get_one(Survey, poll.survey_id).paper = mode
    if closed:
        close(poll)
    return poll


def close(poll):
    with poll.database.writing() as session:
        close_survey(session, poll.frame.definition.slug or "poll", "test")


def where(poll, place="A12", group=None):
    group = group or next(iter(poll.groups))
    return poll.places[place, group][0].id, poll.groups[group]


#: For A12, which lies in a town.
TOTALS = PaperCount(
    50,
    43,
    41,
    2,
    {
        "overall": (1, 21, 13, 4, 2),
        "buses": (0, 17, 11, 9, 4),
        "visits": (3, 29, 9),
        "reasons": (0, 7, 5),
    },
)


def enter(poll, count=TOTALS, by="lin", place="A12", group=None, reason=""):
    with poll.database.writing() as session:
        return enter_paper(session, "poll", *where(poll, place, group), count, by, reason)


def desk(poll, by="lin", place="A12"):
    with poll.database.reading() as session:
        return find_desk(session, find_survey(session, "poll"), *where(poll, place), by)
