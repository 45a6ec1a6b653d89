"""Find a survey and what was fixed with it: its questionnaire, groups and slots."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from survey_app.domain.definition import BallotMode, SurveyDefinition
from survey_app.domain.lifecycle import SurveyState
from survey_app.domain.messages import Refused, message
from survey_app.domain.questionnaire import Questionnaire, Target
from survey_app.domain.reading_definition import read_definition
from survey_app.models import GroupTarget, RespondentGroup, StoredQuestionnaire, Survey, SurveyTarget

# Written once: nearly every page asks.
_BY_SLUG = select(Survey).where(Survey.slug == bindparam("slug"))


def find_survey(session: Session, slug: str) -> Survey:
    """Return the survey with this slug; Refused where there is none."""
    # What cannot be printed is no slug, and some of it PostgreSQL would refuse even to look for.
    survey = session.scalar(_BY_SLUG, {"slug": slug}) if slug.isprintable() else None
    if survey is None:
        raise Refused(message("There is no survey {slug}. `list` shows the surveys there are.", slug=slug))
    return survey


def was_taken_back(survey: Survey) -> bool:
    """Return whether the survey's launch was taken back: it rests in the archive, and never was open."""
    return survey.state == SurveyState.ARCHIVED and survey.closed_at is None


def refuse_taken_back(survey: Survey) -> None:
    """Refuse whatever is to be done with a survey whose launch was taken back."""
    if was_taken_back(survey):
        raise Refused(
            message(
                "The launch of {slug} was taken back: its codes lead nowhere, and nothing more is done with it. "
                "Its plan can be launched again.",
                slug=survey.slug,
            )
        )


def list_surveys(session: Session) -> Sequence[Survey]:
    """Return all surveys, newest first."""
    return session.scalars(select(Survey).order_by(Survey.id.desc())).all()


def ballot_modes(session: Session, survey: Survey) -> frozenset[BallotMode]:
    """Return how ballots of a survey are had: by poster, by slip, or one group so and another so."""
    modes = select(RespondentGroup.ballot_mode).where(RespondentGroup.survey_id == survey.id)
    return frozenset(map(BallotMode, session.scalars(modes)))


@dataclass(frozen=True)
class Frame:
    """What is fixed of a survey: definition, questionnaire with the targets' names, groups in order."""

    survey_id: int
    definition: SurveyDefinition
    questionnaire: Questionnaire
    groups: Sequence[RespondentGroup]
    #: Group id -> codes of the targets it rates; a group that rates all of them is absent.
    group_targets: dict[int, frozenset[str]]

    @cached_property
    def slot_count(self) -> int:
        """How many bytes a ballot has."""
        return len(self.questionnaire.slots())

    @cached_property
    def tally_shape(self) -> tuple[int, int]:
        """Slots x (blank, each option, not asked)."""
        return self.slot_count, self.questionnaire.most_options + 2


def load_frame(session: Session, survey_id: int) -> Frame:
    """Read what is fixed of a survey."""
    stored = session.get_one(StoredQuestionnaire, survey_id)
    definition = read_definition(stored.definition)
    targets = session.scalars(
        select(SurveyTarget).where(SurveyTarget.survey_id == survey_id).order_by(SurveyTarget.position)
    ).all()
    groups = session.scalars(
        select(RespondentGroup).where(RespondentGroup.survey_id == survey_id).order_by(RespondentGroup.position)
    ).all()
    named = tuple(Target(each.code, each.name, each.unit_class) for each in targets)
    codes = {each.id: each.code for each in targets}
    rated: dict[int, set[str]] = {}
    for link in session.scalars(select(GroupTarget).where(GroupTarget.group_id.in_([each.id for each in groups]))):
        rated.setdefault(link.group_id, set()).add(codes[link.target_id])
    return Frame(
        survey_id,
        definition,
        Questionnaire(definition.questionnaire.questions, named),
        groups,
        {group: frozenset(some) for group, some in rated.items()},
    )
