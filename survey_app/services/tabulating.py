"""The counts of a closed survey: the whole tally, read once for the tables and for the operator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from survey_app.domain.ballot import Channel
from survey_app.domain.lifecycle import Act, SurveyState, after
from survey_app.domain.questionnaire import Question, Target
from survey_app.models import Place, Survey, Unit
from survey_app.services.counting import read_tally
from survey_app.services.lifecycle import lock_survey
from survey_app.services.paper.counts import PaperSum, count_paper
from survey_app.services.slips.counts import SlipCounts, count_slips
from survey_app.services.surveys import Frame, load_frame
from survey_app.services.units.tree import UnitTree, load_tree


@dataclass(frozen=True)
class SurveyCounts:
    """All counts of a closed survey, before suppression: for the tables and for the operator, never served."""

    frame: Frame
    tree: UnitTree
    places: Sequence[tuple[Place, Unit]]
    #: Shape (places, groups, slots, blank + options + not asked), int64; channels merged.
    counts: NDArray[np.int64]
    #: Shape (places,).
    ballots: NDArray[np.int64]
    #: Shape (places, groups).
    group_ballots: NDArray[np.int64]
    #: The same over all places by channel, shape (channels, groups, slots, …), in the order of domain.ballot.Channel.
    channel_counts: NDArray[np.int64]
    #: Shape (channels,).
    channel_ballots: NDArray[np.int64]
    #: Unit id -> its slips; empty where the survey has none.
    slips: Mapping[int, SlipCounts]
    #: Unit id -> its paper; empty where the survey has none. Its ballots are in the counts above.
    paper: Mapping[int, PaperSum] = field(default_factory=dict)


def mark_figures_seen(session: Session, slug: str) -> Survey:
    """Note that somebody is about to see figures; Refused before the survey is closed."""
    survey = lock_survey(session, slug)
    after(SurveyState(survey.state), Act.TABULATE, slug)
    if survey.figures_seen_at is None:
        survey.figures_seen_at = datetime.now(UTC)
    return survey


def load_counts(session: Session, survey: Survey) -> SurveyCounts:
    """Read the whole tally of a survey; Refused before it is closed."""
    after(SurveyState(survey.state), Act.TABULATE, survey.slug)
    frame = load_frame(session, survey.id)
    rows = session.execute(
        select(Place, Unit).join(Unit, Unit.id == Place.unit_id).where(Place.survey_id == survey.id).order_by(Unit.code)
    )
    places = [(place, unit) for place, unit in rows]
    position = {place.id: index for index, (place, _) in enumerate(places)}
    group = {each.id: index for index, each in enumerate(frame.groups)}
    counts = np.zeros((len(places), len(frame.groups), *frame.tally_shape), np.int64)
    by_channel = np.zeros((len(Channel), *counts.shape[1:]), np.int64)
    ballots = np.zeros((len(places), len(frame.groups)), np.int64)
    channel_ballots = np.zeros(len(Channel), np.int64)
    for each in read_tally(session, frame):
        place, channel = position[each.key.place_id], each.key.channel
        counts[place, group[each.key.group_id]] += each.counts
        by_channel[channel, group[each.key.group_id]] += each.counts
        ballots[place, group[each.key.group_id]] += each.ballots
        channel_ballots[channel] += each.ballots
    tree = load_tree(session)
    return SurveyCounts(
        frame,
        tree,
        places,
        counts,
        ballots.sum(axis=1),
        ballots,
        by_channel,
        channel_ballots,
        count_slips(session, survey),
        count_paper(session, survey, tree),
    )


def tally_columns(by: str | None) -> tuple[str, ...]:
    """Return the columns of `tally_rows`."""
    split = {None: (), "place": ("place",), "group": ("group",)}[by]
    return ("unit_code", *split, "question", "option", "rating", "count")


def tally_rows(counted: SurveyCounts, by: str | None = None) -> Iterator[tuple[str | int, ...]]:
    """Give the counts of every rated unit x rating question x option, zero counts too; `by` place or group splits."""
    for target, question, slots in _rated(counted):
        for place_index, code in _rated_units(counted, target):
            chosen = counted.counts[place_index][..., slots, :]  # (places, groups, 1 slot, width)
            for split, part in _split(counted, chosen, place_index, by):
                for number, option in enumerate(question.options, start=1):
                    yield code, *split, question.code, option.code, str(option.rating), int(part[..., number].sum())


def _rated(counted: SurveyCounts) -> Iterator[tuple[Target | None, Question, list[int]]]:
    for index, slot in enumerate(counted.frame.questionnaire.slots()):
        if slot.question.kind == "rating":
            yield slot.target, slot.question, [index]


def _rated_units(counted: SurveyCounts, target: Target | None) -> Iterator[tuple[slice, str]]:
    if target is not None:
        yield slice(None), target.code
        return
    for index, (_, unit) in enumerate(counted.places):
        yield slice(index, index + 1), unit.code


def _split(
    counted: SurveyCounts, chosen: NDArray[np.int64], places: slice, by: str | None
) -> Iterator[tuple[tuple[str, ...], NDArray[np.int64]]]:
    if by == "place":
        for offset, (_, unit) in enumerate(counted.places[places]):
            yield (unit.code,), chosen[offset]
    elif by == "group":
        for index, group in enumerate(counted.frame.groups):
            yield (group.code,), chosen[:, index]
    else:
        yield (), chosen
