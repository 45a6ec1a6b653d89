from survey_app.domain.doors import Standing
from survey_app.services import replay_guard
from survey_app.services.ballot_store import BallotStore
from survey_app.services.lifecycle import close_survey
from survey_app.services.replay_guard import MOST_TRIES, ReplayGuard
from survey_app.services.verdicts import Outcome, Verdict

STORED, REPEATED, CONFLICTING = (Verdict(each) for each in (Outcome.STORED, Outcome.REPEATED, Outcome.CONFLICTING))
CLOSED = Verdict(Outcome.REFUSED, Standing.CLOSED)
KEY, OTHER = (1, 1, b"a"), (1, 1, b"b")


def test_after_a_few_other_answers_the_right_ones_are_not_confirmed_any_more():
    guard = ReplayGuard()
    assert guard.judge(KEY, STORED) == STORED
    for _ in range(MOST_TRIES):
        assert guard.judge(KEY, REPEATED) == REPEATED
        assert guard.judge(KEY, CONFLICTING) == CONFLICTING
    assert guard.judge(KEY, REPEATED) == CONFLICTING
    assert guard.judge(OTHER, REPEATED) == REPEATED


def test_after_closing_too():
    guard = ReplayGuard()
    for _ in range(MOST_TRIES):
        assert guard.judge(KEY, CLOSED) == CLOSED
    assert guard.judge(KEY, REPEATED) == CONFLICTING
    assert guard.judge(KEY, CLOSED) == CLOSED


def test_a_pause_is_no_try():
    guard = ReplayGuard()
    for _ in range(MOST_TRIES + 1):
        guard.judge(KEY, Verdict(Outcome.REFUSED, Standing.PAUSED))
    assert guard.judge(KEY, REPEATED) == REPEATED


def test_the_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(replay_guard, "MOST_KEYS", 2)
    guard = ReplayGuard()
    for name in (b"1", b"2", b"3"):
        for _ in range(MOST_TRIES):
            guard.judge((1, 1, name), CONFLICTING)
    assert [guard.judge((1, 1, name), REPEATED) for name in (b"1", b"3")] == [REPEATED, CONFLICTING]


def test_trying_all_answers_under_one_token_finds_nothing(poll):
    store = BallotStore(poll.database, b"s" * 32)
    nonce = b"n" * 16
    assert store.submit(poll.submission("A11", nonce=nonce, overall="dont_know", visits="more")) == STORED
    tries = [
        poll.submission("A11", nonce=nonce, overall=overall, visits=visits)
        for overall in ("satisfied", "basically_satisfied", "dissatisfied", "dont_know")
        for visits in ("one", "more")
    ]
    assert [store.submit(each) for each in tries] == [CONFLICTING] * 8
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    assert REPEATED not in [store.submit(each) for each in tries]
