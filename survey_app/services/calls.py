"""Count telephone calls by place and how they ended."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from survey_app.domain.ballot import Channel
from survey_app.domain.calls import Calls, Disposition
from survey_app.models import CallCount, Tally
from survey_app.models.database import upsert
from survey_app.services.ballot_store import CHANNELS


def count_call(session: Session, survey_id: int, place_id: int, ended: Disposition) -> None:
    """Add a call that brought no interview."""
    connection = session.connection()
    add = upsert(connection.dialect.name, CallCount).values(
        survey_id=survey_id, place_id=place_id, disposition=ended, calls=1
    )
    connection.execute(
        add.on_conflict_do_update(
            index_elements=[CallCount.survey_id, CallCount.place_id, CallCount.disposition],
            set_={"calls": CallCount.calls + 1},
        )
    )


def calls_of(session: Session, survey_id: int, place_id: int) -> Calls:
    """Return the calls of a place. Interviews are counted where their ballots are."""
    mine = (CallCount.survey_id == survey_id, CallCount.place_id == place_id)
    ended = {row.disposition: row.calls for row in session.execute(select(CallCount).where(*mine)).scalars()}
    interviews = session.scalar(
        select(func.sum(Tally.ballots)).where(
            Tally.survey_id == survey_id,
            Tally.place_id == place_id,
            Tally.channel == CHANNELS.index(Channel.TELEPHONE),
        )
    )
    return Calls(ended.get(Disposition.UNREACHED, 0), ended.get(Disposition.REFUSED, 0), interviews or 0)
