"""A slip is spent by exactly one ballot, in the ballot's own transaction, whoever else comes with it."""

import dataclasses
import threading

import pytest
from sqlalchemy import func, select, update

from survey_app.domain.ballot import Channel
from survey_app.domain.doors import CodeState, Standing
from survey_app.domain.entry_codes import slip_mark
from survey_app.models import Ballot, Place, Slip, Turnout
from survey_app.services.answering import find_door
from survey_app.services.auditing import audit_tally
from survey_app.services.ballot_store import BallotStore, store
from survey_app.services.lifecycle import close_survey
from survey_app.services.verdicts import Outcome, Verdict
from tests.services.slip_printing import KEY, codes_of, launch_by_slip, print_slips

NONCE = b"n" * 16


@pytest.fixture
def printed(database):
    return launch_by_slip(database)


@pytest.fixture
def poll(printed):
    return printed[0]


def by_slip(poll, code=None, nonce=None, **answers):
    found = poll.submission("A11", nonce=nonce, channel=Channel.SLIP, **answers or {"overall": "satisfied"})
    return found if code is None else dataclasses.replace(found, code=code)


def states(poll):
    with poll.database.reading() as session:
        return dict(session.execute(select(Slip.state, func.count()).group_by(Slip.state)).all())


def ballots(poll):
    with poll.database.reading() as session:
        return audit_tally(session, "poll")


def run(work, arguments):
    """Run `work` with each of the arguments at once; return what each gave."""
    given = []
    start = threading.Barrier(len(arguments))

    def one(argument):
        start.wait()
        given.append(work(argument))

    threads = [threading.Thread(target=one, args=(each,)) for each in arguments]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(given) == len(arguments)
    return given


def test_a_slip_leads_to_its_place_until_it_is_spent(printed):
    poll, made = printed
    code = codes_of(made, "A11")[0]
    with poll.database.reading() as session:
        door = find_door(session, code, KEY)
        assert (door.channel, door.code_state, door.unit_name) == (Channel.SLIP, CodeState.VALID, "河边村")
        assert find_door(session, code, b"another key" * 4) is None
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.STORED)]
    with poll.database.reading() as session:
        assert find_door(session, code, KEY).code_state is CodeState.SPENT
    assert states(poll) == {"issued": 11, "spent": 1}
    assert ballots(poll) == 1


def test_looking_at_a_slip_never_spends_it(printed):
    poll, made = printed
    with poll.database.reading() as session:
        for _ in range(3):
            assert find_door(session, codes_of(made, "A11")[0], KEY).code_state is CodeState.VALID
    assert states(poll) == {"issued": 12}


def test_the_same_page_again_is_the_same_ballot_and_another_page_finds_the_slip_spent(poll):
    assert poll.cast(by_slip(poll, nonce=NONCE, overall="satisfied", wish="a")) == [Verdict(Outcome.STORED)]
    assert poll.cast(by_slip(poll, nonce=NONCE, overall="satisfied", wish="a")) == [Verdict(Outcome.REPEATED)]
    for changed in ({"overall": "dissatisfied", "wish": "a"}, {"overall": "satisfied", "wish": "b"}):
        assert poll.cast(by_slip(poll, nonce=NONCE, **changed)) == [Verdict(Outcome.CONFLICTING)]
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.REFUSED, Standing.SPENT)]
    assert states(poll)["spent"] == ballots(poll) == 1


def test_a_replay_in_the_same_commit_takes_no_slip_from_a_fresh_page(printed):
    poll, made = printed
    spent, other_slip = codes_of(made, "A11")[:2]
    assert poll.cast(by_slip(poll, spent, NONCE)) == [Verdict(Outcome.STORED)]
    verdicts = poll.cast(by_slip(poll, other_slip, NONCE), by_slip(poll, other_slip))
    assert verdicts == [Verdict(Outcome.REPEATED), Verdict(Outcome.STORED)]
    assert states(poll)["spent"] == ballots(poll) == 2


def test_of_several_in_one_commit_the_first_has_the_slip(printed):
    poll, made = printed
    first = by_slip(poll, nonce=NONCE)
    other_slip = by_slip(poll, codes_of(made, "A11")[1])
    verdicts = poll.cast(first, by_slip(poll), by_slip(poll, nonce=NONCE), other_slip, by_slip(poll))
    assert verdicts == [
        Verdict(Outcome.STORED),
        Verdict(Outcome.REFUSED, Standing.SPENT),
        Verdict(Outcome.REPEATED),
        Verdict(Outcome.STORED),
        Verdict(Outcome.REFUSED, Standing.SPENT),
    ]
    assert states(poll)["spent"] == ballots(poll) == 2


@pytest.mark.parametrize("writers", [1, 2])
def test_fifty_at_once_with_one_slip_are_one_ballot(poll, writers):
    """Two stores stand for two worker processes."""
    stores = [BallotStore(poll.database, KEY) for _ in range(writers)]
    submissions = [by_slip(poll) for _ in range(50)]
    verdicts = run(lambda number: stores[number % writers].submit(submissions[number]), range(50))
    assert verdicts.count(Verdict(Outcome.STORED)) == 1
    assert verdicts.count(Verdict(Outcome.REFUSED, Standing.SPENT)) == 49
    assert states(poll)["spent"] == ballots(poll) == 1
    with poll.database.reading() as session:
        assert session.scalar(select(func.sum(Turnout.ballots))) == 1


def test_fifty_at_once_with_one_page_of_one_slip_are_one_ballot(poll):
    stores = [BallotStore(poll.database, KEY) for _ in range(2)]
    verdicts = run(lambda number: stores[number % 2].submit(by_slip(poll, nonce=NONCE)), range(50))
    assert verdicts.count(Verdict(Outcome.STORED)) == 1
    assert verdicts.count(Verdict(Outcome.REPEATED)) == 49
    assert states(poll)["spent"] == ballots(poll) == 1


def test_a_paused_place_and_a_closed_survey_spend_nothing(poll):
    def paused(yes):
        with poll.database.writing() as session:
            session.execute(update(Place).values(paused=yes))

    paused(True)
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.REFUSED, Standing.PAUSED)]
    paused(False)
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.REFUSED, Standing.CLOSED)]
    assert states(poll) == {"issued": 12}
    assert ballots(poll) == 0


def test_a_draft_spends_nothing(database):
    poll, _ = launch_by_slip(database, opened=False)
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.REFUSED, Standing.NOT_YET)]
    assert states(poll) == {"issued": 12}


def test_a_voided_slip_and_one_that_never_was_bring_nothing(printed):
    poll, made = printed
    print_slips(poll.database, copies=1, reason="wet")
    unknown = by_slip(poll, codes_of(made, "A11")[0][::-1])
    assert poll.cast(by_slip(poll), unknown) == [Verdict(Outcome.REFUSED, Standing.VOIDED)] * 2
    assert ballots(poll) == 0


def test_where_the_ballot_cannot_be_stored_its_slip_is_not_spent(poll):
    """Both are one transaction: it breaks after the slip was marked, and both are gone."""

    def broken():
        with poll.database.writing() as session:
            assert store(session, [by_slip(poll)], KEY) == [Verdict(Outcome.STORED)]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert states(poll) == {"issued": 12}
    assert poll.cast(by_slip(poll)) == [Verdict(Outcome.STORED)]


def test_printing_again_and_spending_at_once_never_count_a_slip_twice(printed):
    """Slips race the printing that voids them: whatever was acknowledged is spent, all others are void."""
    poll, made = printed
    store = BallotStore(poll.database, KEY)
    codes = codes_of(made, "A11") + codes_of(made, "A11")

    def work(code):
        return print_slips(poll.database, copies=1, reason="wet") if code is None else store.submit(by_slip(poll, code))

    given = run(work, [*codes, None])
    stored = given.count(Verdict(Outcome.STORED))
    with poll.database.reading() as session:
        old = {slip_mark(code, KEY) for code in codes}
        of_old = list(session.scalars(select(Slip.state).where(Slip.mark.in_(old))))
    assert (of_old.count("spent"), of_old.count("voided")) == (stored, 3 - stored)
    assert ballots(poll) == stored


def test_nothing_of_a_ballot_says_which_slip_it_spent(poll):
    poll.cast(by_slip(poll))
    assert set(Ballot.__table__.columns.keys()) & {"mark", "batch_id", "code"} == set()
    assert set(Slip.__table__.columns.keys()) == {"mark", "batch_id", "state"}
    if poll.database.is_sqlite:
        with poll.database.reading() as session, pytest.raises(Exception, match="no such column"):
            session.connection().exec_driver_sql("SELECT rowid FROM slips")
