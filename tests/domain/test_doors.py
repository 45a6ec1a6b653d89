from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.ballot import Channel
from survey_app.domain.doors import GRACE, CodeState, Door, Standing, standing, standing_of
from survey_app.domain.lifecycle import SurveyState

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def stands(state=SurveyState.OPEN, *, voided=False, paused=False, closes_at=None, submitting=False, code=None):
    code = code or (CodeState.VOIDED if voided else CodeState.VALID)
    return standing(code=code, paused=paused, state=state, closes_at=closes_at, now=NOW, submitting=submitting)


#: A survey that is over is over, whatever else; then a voided code; a pause is the least.
TABLE = [
    # state, voided, paused -> standing
    (SurveyState.DRAFT, False, False, Standing.NOT_YET),
    (SurveyState.DRAFT, False, True, Standing.NOT_YET),
    (SurveyState.DRAFT, True, False, Standing.VOIDED),
    (SurveyState.DRAFT, True, True, Standing.VOIDED),
    (SurveyState.OPEN, False, False, Standing.READY),
    (SurveyState.OPEN, False, True, Standing.PAUSED),
    (SurveyState.OPEN, True, False, Standing.VOIDED),
    (SurveyState.OPEN, True, True, Standing.VOIDED),
    *(
        (state, voided, paused, Standing.CLOSED)
        for state in (SurveyState.CLOSED, SurveyState.PUBLISHED)
        for voided in (False, True)
        for paused in (False, True)
    ),
    # In the archive stand those whose launch was taken back too, with all their codes voided.
    (SurveyState.ARCHIVED, False, False, Standing.CLOSED),
    (SurveyState.ARCHIVED, False, True, Standing.CLOSED),
    (SurveyState.ARCHIVED, True, False, Standing.VOIDED),
    (SurveyState.ARCHIVED, True, True, Standing.VOIDED),
]


def test_the_table_is_whole():
    assert len(TABLE) == len(SurveyState) * 2 * 2


@pytest.mark.parametrize("submitting", [False, True])
@pytest.mark.parametrize(("state", "voided", "paused", "wanted"), TABLE)
def test_every_state_code_and_pause(state, voided, paused, wanted, submitting):
    assert stands(state, voided=voided, paused=paused, submitting=submitting) is wanted


@pytest.mark.parametrize(
    ("closes_at", "submitting", "wanted"),
    [
        (NOW + SECOND, False, Standing.READY),
        (NOW, False, Standing.CLOSED),
        (NOW - SECOND, False, Standing.CLOSED),
        (NOW, True, Standing.READY),
        (NOW - GRACE + SECOND, True, Standing.READY),
        (NOW - GRACE, True, Standing.CLOSED),
    ],
)
def test_a_planned_closing_stops_pages_at_once_and_ballots_after_the_grace(closes_at, submitting, wanted):
    assert stands(closes_at=closes_at, submitting=submitting) is wanted


def test_a_spent_slip_is_said_to_be_received_while_the_survey_is_open_and_closed_afterwards():
    assert stands(code=CodeState.SPENT) is Standing.SPENT
    assert stands(code=CodeState.SPENT, paused=True) is Standing.SPENT
    assert stands(SurveyState.CLOSED, code=CodeState.SPENT) is Standing.CLOSED


def test_a_full_quota_stands_behind_what_is_wrong_with_the_code_and_before_a_pause():
    full = {"code": CodeState.VALID, "closes_at": None, "now": NOW, "submitting": False, "full": True}
    assert standing(paused=True, state=SurveyState.OPEN, **full) is Standing.FULL
    assert standing(paused=False, state=SurveyState.CLOSED, **full) is Standing.CLOSED
    assert standing(paused=False, state=SurveyState.OPEN, **full | {"code": CodeState.VOIDED}) is Standing.VOIDED


def test_the_closing_command_has_no_grace():
    assert stands(SurveyState.CLOSED, closes_at=NOW + SECOND, submitting=True) is Standing.CLOSED


def test_past_the_planned_closing_a_voided_code_and_a_pause_play_no_part():
    assert stands(voided=True, closes_at=NOW) is Standing.CLOSED
    assert stands(paused=True, closes_at=NOW) is Standing.CLOSED


def test_in_the_grace_a_pause_and_a_voided_code_still_hold():
    assert stands(paused=True, closes_at=NOW, submitting=True) is Standing.PAUSED
    assert stands(voided=True, closes_at=NOW, submitting=True) is Standing.VOIDED


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, Standing.READY),
        ({"closes_at": NOW}, Standing.CLOSED),  # Somebody who scans has no grace.
        ({"code_state": CodeState.VOIDED}, Standing.VOIDED),
        ({"place_paused": True}, Standing.PAUSED),
        ({"full": True}, Standing.FULL),
        ({"state": SurveyState.DRAFT}, Standing.NOT_YET),
    ],
)
def test_a_door_stands_as_its_parts_do(changes, wanted):
    door = {
        "code": "12345674",
        "code_state": CodeState.VALID,
        "channel": Channel.POSTER,
        "survey_id": 1,
        "survey_slug": "small",
        "questionnaire_sha256": "",
        "title": {},
        "organiser": {},
        "contact": "",
        "time_zone": "Asia/Shanghai",
        "state": SurveyState.OPEN,
        "opens_at": None,
        "closes_at": None,
        "place_id": 1,
        "place_paused": False,
        "unit_name": "新建村",
        "unit_path": (),
        "scopes": (),
        "group_id": 1,
        "group_name": {},
        "group_count": 1,
    }
    assert standing_of(Door(**(door | changes)), NOW, submitting=False) is wanted
