"""Who took part, as it stands in the head of a release: what was issued and came back, by which channel, and when."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from analysis.cells import count_cell
from analysis.known_splits import may_be_told
from analysis.rates import round_percent
from analysis.suppression import suppress_split
from survey_app.domain.ballot import Channel
from survey_app.models import Quota, Survey, Turnout
from survey_app.services.paper.counts import whole_paper
from survey_app.services.releases.rating_table import rating_counts
from survey_app.services.releases.result_rows import RatedRows
from survey_app.services.tabulating import SurveyCounts


def participation(
    session: Session, survey: Survey, counted: SurveyCounts, rated: Sequence[RatedRows]
) -> dict[str, Any]:
    """Return what the head says of it; `rated` are the rows of the tree and those of the listed targets."""
    return {
        **_returned(counted, rated[0]),
        **_eligible(counted),
        "quotas": _quotas(session, counted),
        "turnout_hours": _turnout_hours(session, survey),
        **_by_channel(survey, counted, rated),
    }


def _returned(counted: SurveyCounts, units: RatedRows) -> dict[str, Any]:
    """Return what was issued, by slip and on paper, and what came back; how paper did also by itself."""
    paper = whole_paper(counted.paper, counted.tree)
    handed_out = [row.issued for row in units.rows if not row.parent_code and row.issued is not None]
    issued = sum(handed_out) if handed_out else None
    came = sum(int(counted.channel_ballots[list(Channel).index(each)]) for each in (Channel.SLIP, Channel.PAPER))
    return {
        "channels": [
            {"channel": str(channel), "ballots": int(ballots)}
            for channel, ballots in zip(Channel, counted.channel_ballots, strict=True)
            if ballots
        ],
        "issued": issued,
        "returned": int(counted.ballots.sum()) + (paper.invalid if paper else 0),
        "invalid": paper.invalid if paper else None,
        "paper": asdict(paper) if paper else None,
        "response_rate": round_percent(came, issued) if issued and issued >= came else None,
    }


def _eligible(counted: SurveyCounts) -> dict[str, Any]:
    """Return how many people the places have, and of how many places that is known; None where of none."""
    known = [place.population for place, _ in counted.places if place.population is not None]
    return {"eligible": sum(known) if known else None, "eligible_places": len(known)}


def _quotas(session: Session, counted: SurveyCounts) -> list[dict[str, Any]]:
    """Return for each group with quotas how its places did: ballots expected and given there, and places that reached.

    A ballot beyond the quota of one place makes up for none that another lacks, so the places are counted too.
    """
    groups = counted.frame.groups
    expected = {(place.id, groups[0].id): place.quota for place, _ in counted.places} if len(groups) == 1 else {}
    if len(groups) > 1:
        rows = session.execute(select(Quota).where(Quota.group_id.in_([each.id for each in groups]))).scalars()
        expected = {(each.place_id, each.group_id): each.ballots for each in rows}
    found = []
    for number, group in enumerate(groups):
        cells = [
            (quota, int(counted.group_ballots[at, number]))
            for at, (place, _) in enumerate(counted.places)
            if (quota := expected.get((place.id, group.id)))
        ]
        if cells:
            found.append(
                {
                    "group": group.code,
                    "expected": sum(quota for quota, _ in cells),
                    "ballots": sum(ballots for _, ballots in cells),
                    "places": len(cells),
                    "places_reached": sum(ballots >= quota for quota, ballots in cells),
                }
            )
    return found


def _turnout_hours(session: Session, survey: Survey) -> list[list[Any]]:
    """Return ballots by hour in the survey's time zone, every hour from the first ballot to the last."""
    rows = session.execute(
        select(Turnout.hour, func.sum(Turnout.ballots)).where(Turnout.survey_id == survey.id).group_by(Turnout.hour)
    )
    found = {hour: int(ballots) for hour, ballots in rows}
    zone = ZoneInfo(survey.time_zone)
    hours = range(min(found), max(found) + 1) if found else range(0)
    start = datetime(1970, 1, 1, tzinfo=UTC)
    return [
        [(start + timedelta(hours=hour)).astimezone(zone).strftime("%Y-%m-%dT%H"), found.get(hour, 0)] for hour in hours
    ]


def _by_channel(survey: Survey, counted: SurveyCounts, rated: Sequence[RatedRows]) -> dict[str, Any]:
    """Return the headline's printed cells of each channel, where there are several: of the survey, or of each target.

    Channels are told apart over the whole survey only: by unit and channel at once they would say too much.
    """
    came = np.flatnonzero(counted.channel_ballots)
    told: dict[str, Any] = {"channel_cells": {}, "channel_targets": []}
    # Where groups vote in ways of their own, everybody knows that a channel is empty for a group: then the rows of
    # the groups could be subtracted from those of the channels, and the proof in analysis.suppression does not hold.
    # The same where paper or a telephone reached one group only: see _reaches_all.
    if len(came) < 2 or len({each.ballot_mode for each in counted.frame.groups}) > 1:
        return told
    some = next(each for each in rated if survey.headline_question in [question.code for question in each.questions])
    column = [each.code for each in some.questions].index(survey.headline_question)
    slots = {
        "" if slot.target is None else slot.target.code: number
        for number, slot in enumerate(counted.frame.questionnaire.slots())
        if slot.question.code == survey.headline_question
    }
    names = [str(list(Channel)[channel]) for channel in came]
    if some is not rated[0]:
        for number, row in enumerate(some.rows):
            cells = _channel_cells(survey, counted, came, some, number, column, slots[row.code])
            told["channel_targets"] += [
                {"target": row.code, "channel": name, **cell}
                for name, cell in zip(names if cells else (), cells, strict=True)
            ]
        return told
    top = top_row(some, counted.ballots.size)
    if top is not None and channels_may_be_told(counted, some, [column], [slots[""]], came, survey.threshold).all():
        cells = _channel_cells(survey, counted, came, some, top, column, slots[""])
        told["channel_cells"] = dict(zip(names if cells else (), cells, strict=True))
    return told


def _channel_cells(
    survey: Survey,
    counted: SurveyCounts,
    came: NDArray[np.int64],
    rated: RatedRows,
    row: int,
    column: int,
    slot: int,
) -> list[dict[str, Any]]:
    """Return the printed cell of each channel, of one row over all places; nothing where it may not be told."""
    counts = rating_counts(counted.channel_counts[came][:, :, slot].sum(axis=1), rated.questions[column])[:, None]
    if not _reaches_all(counted.channel_counts[came][:, :, slot, :-1].sum(axis=-1)):
        return []
    hidden = suppress_split(counts, rated.table.suppressed[row, [column]], survey.threshold)
    return [
        asdict(count_cell(None if dark else part[0], int(part.sum())))
        for part, dark in zip(counts, hidden[:, 0], strict=True)
    ]


def channels_may_be_told(
    counted: SurveyCounts,
    units: RatedRows,
    columns: Sequence[int],
    slots: Sequence[int],
    channels: NDArray[np.int64],
    threshold: int,
) -> NDArray[np.bool_]:
    """Say of which questions channels may be printed beside the table of units, where slips or sheets were issued.

    `columns` are their columns in the table and `slots` their bytes of the ballot.
    """
    issued = np.zeros((len(channels), len(counted.places)), np.bool_)
    for at, channel in enumerate(channels.tolist()):
        if (counts := _ISSUED.get(list(Channel)[channel])) is not None:
            issued[at] = [counts(counted, unit.id) for _, unit in counted.places]

    def rated(options: NDArray[np.int64]) -> NDArray[np.int64]:
        both = zip(columns, slots, strict=True)
        return np.stack([rating_counts(options[:, slot], units.questions[column]) for column, slot in both], axis=1)

    parts = rated(counted.channel_counts[channels].sum(axis=1))
    own = rated(counted.counts.sum(axis=1))
    return may_be_told(parts, issued, own, units.table.suppressed[:, list(columns)], threshold)


def _slips_issued(counted: SurveyCounts, unit: int) -> bool:
    slips = counted.slips.get(unit)
    return slips is not None and slips.printed > slips.voided


def _paper_issued(counted: SurveyCounts, unit: int) -> bool:
    paper = counted.paper.get(unit)
    return paper is not None and paper.issued > 0


#: The channels of which everybody reads how many were issued where.
_ISSUED = {Channel.SLIP: _slips_issued, Channel.PAPER: _paper_issued}


def _reaches_all(ballots: NDArray[np.int64]) -> bool:
    """Say whether every channel has ballots of every group that was asked, shape (channels, groups)."""
    asked = ballots[:, ballots.any(axis=0)]
    return asked.shape[1] < 2 or bool(asked.all())


def top_row(units: RatedRows, places: int) -> int | None:
    """Return the row of the lowest unit that has every place below it; None where there is none."""
    found = [number for number, row in enumerate(units.rows) if row.places == places]
    return found[-1] if found else None
