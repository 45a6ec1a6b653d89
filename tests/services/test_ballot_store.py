import dataclasses
import threading

import pytest
from sqlalchemy import func, select, update

from survey_app.domain.doors import Standing
from survey_app.domain.messages import Refused
from survey_app.models import AnswerStoredApart, Ballot, EntryCode, Place, Survey, Turnout
from survey_app.services import ballot_store
from survey_app.services.auditing import audit_tally
from survey_app.services.ballot_store import BallotStore
from survey_app.services.lifecycle import close_survey
from survey_app.services.verdicts import Outcome, Verdict
from tests.services.polling import launch_poll

NONCE = b"n" * 16


def count(database, table):
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table))


def test_a_ballot_is_stored_with_its_tally_and_turnout(poll):
    verdicts = poll.cast(poll.submission("A12", overall="dissatisfied", buses="satisfied", visits="more", wish="路灯"))
    assert verdicts == [Verdict(Outcome.STORED)]
    with poll.database.reading() as session:
        ballot = session.scalars(select(Ballot)).one()
        assert ballot.answers == bytes([3, 1, 2])
        apart = session.scalars(select(AnswerStoredApart)).one()
        assert (apart.question, apart.value) == ("wish", "路灯")
        assert apart.id != ballot.nonce
        assert session.scalars(select(Turnout.ballots)).all() == [1]
        assert audit_tally(session, "poll") == 1


def test_a_question_that_is_not_asked_here_is_marked_so(poll):
    poll.cast(poll.submission("A11", overall="satisfied"))
    with poll.database.reading() as session:
        assert session.scalars(select(Ballot.answers)).one() == bytes([1, 255, 0])


def test_the_same_page_twice_is_one_ballot(poll):
    once = poll.submission("A11", nonce=NONCE, overall="satisfied", wish="a")
    assert poll.cast(once) == [Verdict(Outcome.STORED)]
    assert poll.cast(once) == [Verdict(Outcome.REPEATED)]
    assert count(poll.database, Ballot) == 1
    assert count(poll.database, AnswerStoredApart) == 1
    with poll.database.reading() as session:
        assert audit_tally(session, "poll") == 1


@pytest.mark.parametrize("changed", [{"overall": "dissatisfied"}, {"wish": "b"}, {"wish": ""}])
def test_other_answers_under_the_same_page_are_a_conflict_and_the_first_stays(poll, changed):
    first = {"overall": "satisfied", "wish": "a"}
    poll.cast(poll.submission("A11", nonce=NONCE, **first))
    assert poll.cast(poll.submission("A11", nonce=NONCE, **first | changed)) == [Verdict(Outcome.CONFLICTING)]
    with poll.database.reading() as session:
        assert session.scalars(select(Ballot.answers)).one() == bytes([1, 255, 0])
        assert session.scalars(select(AnswerStoredApart.value)).all() == ["a"]


def test_twins_within_one_commit(poll):
    one = poll.submission("A11", nonce=NONCE, overall="satisfied")
    same = poll.submission("A11", nonce=NONCE, overall="satisfied")
    other = poll.submission("A11", nonce=NONCE, overall="dissatisfied")
    assert [each.outcome for each in poll.cast(one, same, other)] == [
        Outcome.STORED,
        Outcome.REPEATED,
        Outcome.CONFLICTING,
    ]
    assert count(poll.database, Ballot) == 1


def test_a_closed_survey_takes_nothing_but_still_knows_its_ballots(poll):
    known = poll.submission("A11", nonce=NONCE, overall="satisfied", wish="a")
    poll.cast(known)
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    late = poll.submission("A11", overall="satisfied")
    other = dataclasses.replace(poll.submission("A11", overall="dissatisfied"), nonce=NONCE)
    assert poll.cast(late, known, other) == [
        Verdict(Outcome.REFUSED, Standing.CLOSED),
        Verdict(Outcome.REPEATED),
        Verdict(Outcome.REFUSED, Standing.CLOSED),
    ]
    assert count(poll.database, Ballot) == 1
    with poll.database.reading() as session:
        assert session.scalars(select(Ballot.apart_mark)).one() is None


def test_a_paused_place_a_voided_code_and_an_unknown_code_take_nothing(poll):
    paused, voided = poll.submission("A11", overall="satisfied"), poll.submission("A12", overall="satisfied")
    unknown = dataclasses.replace(poll.submission("B11", overall="satisfied"), code="00000000")
    with poll.database.writing() as session:
        session.execute(update(Place).where(Place.id == paused.place_id).values(paused=True))
        session.execute(update(EntryCode).where(EntryCode.code == voided.code).values(state="voided"))
    assert [each.standing for each in poll.cast(paused, voided, unknown)] == [
        Standing.PAUSED,
        Standing.VOIDED,
        Standing.VOIDED,
    ]
    assert count(poll.database, Ballot) == 0


def test_nothing_tells_when_a_ballot_came(poll):
    columns = set(Ballot.__table__.columns.keys())
    assert columns == {"survey_id", "place_id", "nonce", "group_id", "channel", "answers", "apart_mark"}
    with poll.database.reading() as session:
        if poll.database.is_sqlite:
            with pytest.raises(Exception, match="no such column"):
                session.connection().exec_driver_sql("SELECT rowid FROM ballots")


def test_many_at_once_each_exactly_once(poll):
    """Fifty threads send one page, fifty more a page each: one ballot and fifty."""
    store = BallotStore(poll.database, b"s" * 32)
    once = poll.submission("A11", nonce=NONCE, overall="satisfied")
    each_its_own = [poll.submission("B11", overall="dissatisfied") for _ in range(50)]
    verdicts = []
    start = threading.Barrier(100)

    def send(submission):
        start.wait()
        verdicts.append(store.submit(submission))

    threads = [threading.Thread(target=send, args=(each,)) for each in [once] * 50 + each_its_own]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outcomes = [each.outcome for each in verdicts]
    assert outcomes.count(Outcome.STORED) == 51
    assert outcomes.count(Outcome.REPEATED) == 49
    with poll.database.reading() as session:
        assert audit_tally(session, "poll") == 51
        assert session.scalar(select(func.sum(Turnout.ballots))) == 51


def test_two_processes_worth_of_writers_keep_one_tally(poll):
    """Two stores stand for two worker processes that write to the same places."""
    stores = [BallotStore(poll.database, b"s" * 32) for _ in range(2)]

    def send(store):
        for _ in range(40):
            assert store.submit(poll.submission("A11", overall="satisfied")).outcome is Outcome.STORED

    threads = [threading.Thread(target=send, args=(store,)) for store in stores for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with poll.database.reading() as session:
        assert audit_tally(session, "poll") == 320


def test_one_bad_ballot_never_fails_the_others(poll, monkeypatch):
    """The writer's commit fails as a whole; each is then tried alone, and only the bad one's request hears of it."""
    bad = poll.submission("A11", nonce=b"bad!" * 4, overall="satisfied")
    good = [poll.submission("A11", overall="satisfied") for _ in range(3)]
    real = ballot_store.store

    def failing(session, submissions, key):
        if bad in submissions:
            raise ValueError("a bad row")
        return real(session, submissions, key)

    monkeypatch.setattr(ballot_store, "store", failing)
    store = BallotStore(poll.database, b"s" * 32)
    outcomes = {}

    def send(submission):
        try:
            outcomes[submission.nonce] = store.submit(submission).outcome
        except ValueError as error:
            outcomes[submission.nonce] = str(error)

    # While the turn to write is held, all of them gather in one commit.
    with poll.database.writing() if poll.database.is_sqlite else _nothing():
        threads = [threading.Thread(target=send, args=(each,)) for each in [bad, *good]]
        for thread in threads:
            thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.pop(bad.nonce) == "a bad row"
    assert set(outcomes.values()) == {Outcome.STORED}
    assert count(poll.database, Ballot) == 3


def _nothing():
    return threading.Lock()


def test_a_closing_waits_for_ballots_on_their_way_and_refuses_those_behind_it(poll):
    """Ballots race a closing; whatever was acknowledged is in the tally that the closing leaves behind."""
    store = BallotStore(poll.database, b"s" * 32)
    acknowledged = []

    def send():
        for _ in range(30):
            verdict = store.submit(poll.submission("A11", overall="satisfied"))
            if verdict.outcome is Outcome.STORED:
                acknowledged.append(1)

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(acknowledged) < 10:
        pass
    with poll.database.writing() as session:
        close_survey(session, "poll", "test")
    with poll.database.reading() as session:
        at_closing = session.scalar(select(func.count()).select_from(Ballot))
    for thread in threads:
        thread.join()
    assert count(poll.database, Ballot) == at_closing == len(acknowledged)


def test_an_empty_survey_and_a_spoilt_tally(poll):
    with poll.database.reading() as session:
        assert audit_tally(session, "poll") == 0
    poll.many("A11", 3, overall="satisfied")
    with poll.database.writing() as session:
        session.execute(Ballot.__table__.delete().where(Ballot.place_id == poll.places["A11", "residents"][0].id))
    with poll.database.reading() as session, pytest.raises(Refused, match="differs"):
        audit_tally(session, "poll")


def test_a_ballot_without_a_tally_is_found(poll):
    poll.many("A11", 2, overall="satisfied")
    with poll.database.writing() as session:
        ballot = session.scalars(select(Ballot).limit(1)).one()
        twin = {name: getattr(ballot, name) for name in Ballot.__table__.c.keys()}  # noqa: SIM118 - no dict: its members are columns.
        session.add(Ballot(**twin | {"nonce": NONCE}))
    with poll.database.reading() as session, pytest.raises(Refused, match="differs"):
        audit_tally(session, "poll")


def test_the_grace_after_a_planned_closing(database):
    poll = launch_poll(database)
    with database.writing() as session:
        survey = session.scalars(select(Survey)).one()
        survey.closes_at = func.now()
    with database.writing() as session:
        assert session.scalars(select(Survey.closes_at)).one() is not None
    assert poll.cast(poll.submission("A11", overall="satisfied")) == [Verdict(Outcome.STORED)]
