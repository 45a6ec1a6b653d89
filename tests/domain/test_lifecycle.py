from datetime import UTC, datetime, timedelta

import pytest

from survey_app.domain.lifecycle import (
    Act,
    Approval,
    SurveyState,
    after,
    allows,
    approval_of,
    check_approving,
    check_reopening,
    require_reason,
    state_name,
)
from survey_app.domain.messages import Refused

#: Every act in every state: the state after it, - where it is refused.
TABLE = """
              draft   open    closed     published  archived
change        draft   -       -          -          -
approve       draft   -       -          -          -
take_back     archived  -     -          -          -
open          open    -       -          -          -
close         -       closed  -          -          -
reopen        -       -       open       -          -
tabulate      -       -       closed     published  archived
review        -       -       closed     published  -
ask_units     -       -       closed     published  -
sign          -       -       closed     published  -
issue         -       -       closed     published  -
publish       -       -       published  published  -
withdraw      -       -       closed     closed     -
archive       -       -       -          archived   -
restore       -       -       -          -          published
replace_code  draft   open    -          -          -
void_code     draft   open    -          -          -
pause         draft   open    -          -          -
resume        draft   open    -          -          -
"""
_HEAD, *_LINES = [line.split() for line in TABLE.strip().splitlines()]
CASES = [(SurveyState(state), Act(line[0]), to) for line in _LINES for state, to in zip(_HEAD, line[1:], strict=True)]
CLOSED_AT = datetime(2026, 5, 1, 16, tzinfo=UTC)


def test_the_table_has_every_act_and_every_state():
    assert len(CASES) == len(SurveyState) * len(Act)


@pytest.mark.parametrize(("state", "act", "to"), CASES)
def test_every_act_in_every_state(state, act, to):
    if to == "-":
        assert not allows(state, act)
        with pytest.raises(Refused) as refused:
            after(state, act, "2026-1")
        said = str(refused.value)
        assert said.startswith(f"Survey 2026-1 is now {state}. ")
        assert said.endswith(".")
    else:
        assert allows(state, act)
        assert after(state, act, "2026-1") is SurveyState(to)


@pytest.mark.parametrize(
    ("state", "act", "reason"),
    [
        (SurveyState.OPEN, Act.OPEN, "Only a draft can be opened"),
        (SurveyState.DRAFT, Act.CLOSE, "Only an open survey can be closed"),
        (SurveyState.OPEN, Act.PUBLISH, "Only a closed survey can be published"),
        (SurveyState.OPEN, Act.REVIEW, "No release is made before the survey is closed"),
        (SurveyState.DRAFT, Act.SIGN, "No release is made before the survey is closed"),
        (SurveyState.OPEN, Act.ISSUE, "No release is made before the survey is closed"),
        (SurveyState.OPEN, Act.CHANGE, "frozen when the survey opened"),
        (SurveyState.OPEN, Act.TABULATE, "No figure is shown before the survey is closed"),
        (SurveyState.PUBLISHED, Act.REOPEN, "withdraw its release first"),
        (SurveyState.ARCHIVED, Act.WITHDRAW, "before the survey is archived"),
    ],
)
def test_a_refusal_says_what_would_be_needed(state, act, reason):
    with pytest.raises(Refused, match=reason):
        after(state, act, "2026-1")


@pytest.mark.parametrize("state", SurveyState)
def test_every_state_has_a_name(state):
    assert str(state_name(state)) == state.value


def test_reopening_is_for_a_day():
    check_reopening(CLOSED_AT, CLOSED_AT + timedelta(hours=24), figures_seen=False)
    with pytest.raises(Refused, match="within 24 hours"):
        check_reopening(CLOSED_AT, CLOSED_AT + timedelta(hours=24, microseconds=1), figures_seen=False)


def test_nothing_is_reopened_once_somebody_has_seen_a_figure():
    with pytest.raises(Refused, match="already seen a figure"):
        check_reopening(CLOSED_AT, CLOSED_AT, figures_seen=True)


@pytest.mark.parametrize("reason", [None, "", "  ", "\n", "\u3000"])
def test_a_reason_is_not_empty(reason):
    with pytest.raises(Refused, match="--reason"):
        require_reason(reason)


def test_a_reason_is_kept_without_the_spaces_around_it():
    assert require_reason(" 漏了一处 ") == "漏了一处"


AT = [CLOSED_AT + timedelta(hours=hour) for hour in range(5)]


@pytest.mark.parametrize(
    ("acts", "stands"),
    [
        ([("launch", "lin")], Approval("lin", AT[0])),
        ([("launch", "lin"), ("approve", "wang")], Approval("lin", AT[0], "wang")),
        ([("launch", "lin"), ("approve", "wang"), ("change", "lin")], Approval("lin", AT[2])),
        ([("launch", "lin"), ("change", "wang"), ("approve", "lin")], Approval("wang", AT[1], "lin")),
        (
            [("launch", "lin"), ("approve", "wang"), ("change", "wang"), ("approve", "lin")],
            Approval("wang", AT[2], "lin"),
        ),
    ],
)
def test_an_approval_is_of_the_last_change(acts, stands):
    assert approval_of([(act, by, at) for (act, by), at in zip(acts, AT, strict=False)]) == stands


def test_who_changed_it_last_does_not_approve_it_and_nobody_twice():
    check_approving(Approval("lin", CLOSED_AT), "wang")
    with pytest.raises(Refused, match="lin launched or changed this survey last"):
        check_approving(Approval("lin", CLOSED_AT), "lin")
    with pytest.raises(Refused, match="wang has approved it already"):
        check_approving(Approval("lin", CLOSED_AT, "wang"), "zhou")
