"""Which units stay where they are for now: those of surveys that take answers, or whose results are still to come.

Results are rolled up along the tree and compared within a class, so whoever could move a unit between closing and
release could choose where its figures count. Once they were issued, no later release is made over another parent, level
or class of any unit, see services.releases.earlier; so a withdrawal holds nothing, and what was changed by then can be
changed back.
"""

from collections.abc import Mapping

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session

from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Message, message
from survey_app.domain.release import Audience
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.domain.units import KnownUnit
from survey_app.models import Place, Release, Survey, SurveyTarget, Unit

#: Whoever checks a draft has nothing yet that stands.
_ISSUED = exists().where(Release.survey_id == Survey.id, Release.audience != Audience.REVIEW)
_RESULTS_TO_COME = or_(Survey.state == SurveyState.OPEN, and_(Survey.state == SurveyState.CLOSED, ~_ISSUED))

_ASKED = select(Unit.code).join(Place, Place.unit_id == Unit.id)
_RATED = select(Unit.code).join(SurveyTarget, SurveyTarget.unit_id == Unit.id)


def held_units(session: Session, known: Mapping[str, KnownUnit]) -> dict[str, Message]:
    """Return why units are held, by code: places of such a survey with all above them, and what it rates."""
    held: dict[str, Message] = {}
    for survey in session.scalars(select(Survey).where(_RESULTS_TO_COME).order_by(Survey.id)):
        why = message(
            "The survey “{title}” uses it or units below it, and its results are not issued yet.",
            title=pick(survey.title, DEFAULT_LANGUAGE),
        )
        mine = set(session.scalars(_RATED.where(SurveyTarget.survey_id == survey.id)))
        lines: set[str] = set()
        for place in session.scalars(_ASKED.where(Place.survey_id == survey.id)):
            code = place
            while code in known and code not in lines:
                lines.add(code)
                code = known[code].parent_code
        held = dict.fromkeys(mine | lines, why) | held
    return held
