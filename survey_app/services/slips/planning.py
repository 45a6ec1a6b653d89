"""Which slips are to be printed: the order as given, and what it means for every place and group."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.definition import BallotMode
from survey_app.domain.lifecycle import SurveyState, state_name
from survey_app.domain.messages import Refused, message
from survey_app.models import Place, Quota, RespondentGroup, SlipBatch, Survey, Unit
from survey_app.services.units.tree import load_tree

#: More in one file nobody can print and hand out as one.
MOST_AT_ONCE = 200_000


@dataclass(frozen=True)
class SlipOrder:
    """Which slips to print: of one unit's places or of all, of one group or of all that answer by slip."""

    slug: str
    under: str | None = None
    group: str | None = None
    #: Slips a place and group; None for the ballots that are expected there.
    copies: int | None = None
    #: Needed where slips were printed before: those that are unspent become void.
    reason: str = ""


@dataclass(frozen=True)
class PlannedStack:
    """Slips to be printed for one group at one place."""

    place: Place
    group: RespondentGroup
    line: Sequence[Unit]
    count: int
    number: int


def slip_groups(session: Session, survey: Survey) -> Sequence[RespondentGroup]:
    """Return the groups of a survey that answer by slip, in their order."""
    chosen = select(RespondentGroup).where(
        RespondentGroup.survey_id == survey.id, RespondentGroup.ballot_mode == BallotMode.SLIP
    )
    return session.scalars(chosen.order_by(RespondentGroup.position)).all()


def plan_slips(session: Session, order: SlipOrder, survey: Survey) -> Sequence[PlannedStack]:
    """Return what is to be printed, in the order of handing out: by the unit above, then by place, then by group.

    Refused: the survey is closed; no group answers by slip; no such place; how many is not known; a reason is missing.
    """
    check_state(survey)
    groups = _chosen_groups(session, order, survey)
    places = _chosen_places(session, order, survey)
    quotas = {
        (each.place_id, each.group_id): each.ballots
        for each in session.scalars(
            select(Quota).join(Place, Place.id == Quota.place_id).where(Place.survey_id == survey.id)
        )
    }
    earlier = batches_of(session, survey)
    planned, unknown = [], []
    for place, line in places:
        for group in groups:
            count = order.copies or quotas.get((place.id, group.id)) or place.quota
            if count is None:
                unknown.append(line[-1].name)
            else:
                planned.append(PlannedStack(place, group, line, count, len(earlier.get((place.id, group.id), ())) + 1))
    _check_plan(order, planned, unknown)
    return planned


def check_state(survey: Survey) -> None:
    """Refuse where no slips are printed any more."""
    state = SurveyState(survey.state)
    if state not in (SurveyState.DRAFT, SurveyState.OPEN):
        raise Refused(
            message(
                "Survey {slug} is now {state}. Slips are printed for a draft or an open survey.",
                slug=survey.slug,
                state=state_name(state),
            )
        )


def _check_plan(order: SlipOrder, planned: Sequence[PlannedStack], unknown: Sequence[str]) -> None:
    if unknown:
        raise Refused(
            message(
                "{count} places have no quota ({unit} is one): say how many slips each place gets.",
                count=len(set(unknown)),
                unit=unknown[0],
            )
        )
    count = sum(each.count for each in planned)
    if count > MOST_AT_ONCE:
        raise Refused(
            message(
                "{count} slips are too many for one file; at most {most}. Print unit by unit.",
                count=count,
                most=MOST_AT_ONCE,
            )
        )
    again = sum(each.number > 1 for each in planned)
    if again and not order.reason:
        raise Refused(
            message(
                "Slips were printed before ({count} stacks). Printing again voids those that are unspent, and needs a "
                "reason, which is recorded.",
                count=again,
            )
        )


def _chosen_groups(session: Session, order: SlipOrder, survey: Survey) -> Sequence[RespondentGroup]:
    groups = slip_groups(session, survey)
    if not groups:
        raise Refused(message("Nobody answers by slip in survey {slug}; it has posters.", slug=survey.slug))
    if order.group is None:
        return groups
    chosen = [each for each in groups if each.code == order.group]
    if not chosen:
        raise Refused(
            message(
                "Group {value} does not answer by slip. Those that do: {known}.",
                value=order.group,
                known=", ".join(each.code for each in groups),
            )
        )
    return chosen


def _chosen_places(session: Session, order: SlipOrder, survey: Survey) -> Sequence[tuple[Place, Sequence[Unit]]]:
    """Return places with the units from the top down to them; those that one unit hands out stand together."""
    tree = load_tree(session)
    rank = {unit.id: position for position, unit in enumerate(tree.units)}
    places = [
        (place, tree.line(tree.by_id[place.unit_id]))
        for place in session.scalars(select(Place).where(Place.survey_id == survey.id))
    ]
    chosen = [each for each in places if order.under is None or order.under in {unit.code for unit in each[1]}]
    if not chosen:
        raise Refused(
            message("There is no place under {value} in this survey.", value=(order.under or survey.slug)[:64])
        )
    return sorted(chosen, key=lambda each: (rank[each[1][-2].id] if len(each[1]) > 1 else -1, rank[each[1][-1].id]))


def batches_of(session: Session, survey: Survey) -> Mapping[tuple[int, int], Sequence[SlipBatch]]:
    """Return the printings so far by place and group."""
    found: dict[tuple[int, int], list[SlipBatch]] = {}
    chosen = select(SlipBatch).where(SlipBatch.survey_id == survey.id).order_by(SlipBatch.number)
    for each in session.scalars(chosen.execution_options(populate_existing=True)):
        found.setdefault((each.place_id, each.group_id), []).append(each)
    return found
