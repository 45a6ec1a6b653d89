"""The audit of the tally: the ballots counted again must give it to the cell, and so must what paper was entered."""

from itertools import chain

from sqlalchemy.orm import Session

from survey_app.domain.messages import Refused, message
from survey_app.services.counting import read_tally, recount
from survey_app.services.paper.counts import recount_paper
from survey_app.services.surveys import find_survey, load_frame


def audit_tally(session: Session, slug: str) -> int:
    """Return how many ballots a survey has, after counting them all; Refused where the tally says otherwise."""
    frame = load_frame(session, find_survey(session, slug).id)
    kept = {each.key: each for each in read_tally(session, frame)}
    ballots = 0
    for each in chain(recount(session, frame), recount_paper(session, frame).values()):
        ballots += each.ballots
        tally = kept.pop(each.key, None)
        if tally is None or tally.ballots != each.ballots or not (tally.counts == each.counts).all():
            raise _disagrees(slug, each.key.place_id)
    for key, tally in kept.items():
        if tally.ballots:
            raise _disagrees(slug, key.place_id)
    return ballots


def _disagrees(slug: str, place_id: int) -> Refused:
    return Refused(
        message("Survey {slug}: the tally of place {place} differs from its stored ballots.", slug=slug, place=place_id)
    )
