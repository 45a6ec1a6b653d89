"""Paper totals: one entry or two that agree, blind to one another, counted with the transaction that stores them."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import delete, select, update

from survey_app.domain.ballot import Channel
from survey_app.domain.messages import Refused
from survey_app.domain.paper import PaperState
from survey_app.models import AuditEntry, PaperEntry, PaperTotals, Survey, Tally
from survey_app.services import publishing
from survey_app.services.auditing import audit_tally
from survey_app.services.lifecycle import reopen_survey
from survey_app.services.paper import totals as paper_totals
from survey_app.services.paper.board import paper_board
from survey_app.services.paper.counts import PAPER
from survey_app.services.paper.totals import discard_paper, find_desk
from survey_app.services.publishing import publish
from survey_app.services.scopes import EVERYTHING, Scope
from survey_app.services.surveys import find_survey
from tests.services.papering import TOTALS, close, desk, enter, where, with_paper

OTHERWISE = replace(TOTALS, rows=TOTALS.rows | {"overall": (1, 20, 14, 4, 2)})


def tallies(poll):
    with poll.database.reading() as session:
        return session.scalars(select(Tally).where(Tally.channel == PAPER)).all()


def audited(poll):
    with poll.database.reading() as session:
        chosen = select(AuditEntry).where(AuditEntry.what.startswith("paper.")).order_by(AuditEntry.id)
        return [(each.what, each.by, each.about, each.before, each.after) for each in session.scalars(chosen)]


def recounted(poll):
    with poll.database.reading() as session:
        return audit_tally(session, "poll")


def test_one_entry_counts_where_one_is_enough(database):
    poll = with_paper(database, "single")
    assert enter(poll) is PaperState.COUNTED
    (tally,) = tallies(poll)
    counts = np.frombuffer(tally.counts, "<u4").reshape(poll.frame.tally_shape)
    assert tally.ballots == 41
    assert counts[0].tolist() == [1, 21, 13, 4, 2, 0]
    assert counts[2].tolist() == [3, 29, 9, 0, 0, 0]
    assert recounted(poll) == 41


def test_a_question_that_is_not_asked_there_is_counted_so(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    enter(poll, replace(TOTALS, rows={k: v for k, v in TOTALS.rows.items() if k != "buses"}), place="A11")
    (tally,) = tallies(poll)
    assert np.frombuffer(tally.counts, "<u4").reshape(poll.frame.tally_shape)[1].tolist() == [0, 0, 0, 0, 0, 41]


def test_two_that_agree_count(database):
    poll = with_paper(database)
    assert enter(poll) is PaperState.WAITING
    assert tallies(poll) == []
    assert enter(poll, by="wang") is PaperState.COUNTED
    assert [each.ballots for each in tallies(poll)] == [41]
    assert recounted(poll) == 41


def test_one_person_never_makes_both_entries(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    assert enter(poll, OTHERWISE) is PaperState.WAITING  # It is their first one, corrected.
    with poll.database.reading() as session:
        assert [(each.number, each.by) for each in session.scalars(select(PaperEntry))] == [(1, "lin")]


def test_two_that_differ_are_told_where_and_not_how(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    assert enter(poll, OTHERWISE, by="wang") is PaperState.DIFFER
    assert tallies(poll) == []
    seen = desk(poll, "wang")
    assert seen.own == OTHERWISE
    assert seen.differs == ["overall"]
    assert desk(poll, "lin").own == TOTALS
    assert enter(poll, by="wang") is PaperState.COUNTED
    assert desk(poll, "wang").differs == ()


def test_the_second_person_sees_nothing_of_the_first(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    seen = desk(poll, "wang")
    assert seen.own is None
    assert seen.is_second
    assert seen.differs == ()
    assert seen.entered_by == ["lin"]


def test_a_third_person_can_only_discard(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    enter(poll, OTHERWISE, by="wang")
    third = desk(poll, "zhou")
    assert third.own is None
    assert third.differs == ()
    assert "lin / wang" in str(third.shut)
    with pytest.raises(Refused, match="Only who entered it"):
        enter(poll, by="zhou")
    with poll.database.writing() as session:
        discard_paper(session, "poll", *where(poll), "zhou", "两次都数错了")
    assert desk(poll, "zhou").state is PaperState.NOTHING
    assert enter(poll, by="zhou") is PaperState.WAITING


def test_where_one_is_enough_another_does_not_overwrite_it(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    enter(poll)
    assert desk(poll, "wang").own is None
    with pytest.raises(Refused, match="entered by lin"):
        enter(poll, OTHERWISE, by="wang")


def test_correcting_what_is_counted_needs_a_reason_and_the_other_again(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    enter(poll, by="wang")
    with pytest.raises(Refused, match="needs a reason"):
        enter(poll, OTHERWISE)
    assert enter(poll, OTHERWISE, reason="重新清点") is PaperState.DIFFER
    assert tallies(poll) == []
    assert enter(poll, OTHERWISE, by="wang") is PaperState.COUNTED
    assert recounted(poll) == 41


def test_the_trail_says_who_and_when_and_no_figure(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    enter(poll, OTHERWISE, by="wang")
    with poll.database.writing() as session:
        discard_paper(session, "poll", *where(poll), "zhou", "重数")
    about = "poll A12 residents"
    assert audited(poll) == [
        ("paper.enter", "lin", about, {"state": "nothing"}, {"entry": 1, "state": "waiting"}),
        ("paper.enter", "wang", about, {"state": "waiting"}, {"entry": 2, "state": "differ"}),
        (
            "paper.discard",
            "zhou",
            about,
            {"state": "differ", "entered_by": ["lin", "wang"]},
            {"state": "nothing", "reason": "重数"},
        ),
    ]


def test_what_does_not_add_up_is_refused_whole(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    with pytest.raises(Refused) as caught:
        enter(poll, replace(TOTALS, valid=40, issued=1))
    assert len(caught.value.messages) == 5  # Issued, valid, three lines.
    with poll.database.reading() as session:
        assert session.scalars(select(PaperEntry)).all() == []
        assert session.get_one(Survey, poll.survey_id).figures_seen_at is None


def test_nothing_is_entered_before_closing(sqlite_database):
    poll = with_paper(sqlite_database, "single", closed=False)
    with pytest.raises(Refused, match="once the survey is closed"):
        enter(poll)


def test_no_paper_no_desk(sqlite_database):
    poll = with_paper(sqlite_database, "none")
    assert desk(poll) is None
    with pytest.raises(Refused, match="no paper of this place"):
        enter(poll)


def test_a_desk_of_another_survey_or_of_none_is_not_there(sqlite_database):
    poll = with_paper(sqlite_database)
    with poll.database.reading() as session:
        survey = find_survey(session, "poll")
        place, group = where(poll)
        for wrong in ((place, 999), (999, group), (2**63, group)):
            assert find_desk(session, survey, *wrong, "lin") is None


def test_an_entry_is_a_figure_that_was_seen(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    with pytest.raises(Refused, match="already seen a figure"), poll.database.writing() as session:
        reopen_survey(session, "poll", "test", "noch einmal")


@pytest.mark.usefixtures("drawn_nothing")
def test_after_a_release_paper_stands(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    enter(poll)
    publish(poll.database, "poll", "test")
    assert "stand as they are" in str(desk(poll).shut)
    with pytest.raises(Refused, match="stand as they are"):
        enter(poll, OTHERWISE, reason="spät")
    with pytest.raises(Refused, match="stand as they are"), poll.database.writing() as session:
        discard_paper(session, "poll", *where(poll), "lin", "spät")


@pytest.mark.usefixtures("drawn_nothing")
def test_no_release_while_an_entry_is_not_counted(sqlite_database):
    poll = with_paper(sqlite_database)
    enter(poll)
    with pytest.raises(Refused, match="not counted at 1 places: 桥头社区"):
        publish(poll.database, "poll", "test")


@pytest.mark.usefixtures("drawn_nothing")
def test_a_release_that_paper_overtook_is_refused(sqlite_database, monkeypatch):
    poll = with_paper(sqlite_database, "single")
    enter(poll)
    made = publishing.make_files

    def overtaken(*given):
        enter(poll, OTHERWISE, reason="inzwischen")
        return made(*given)

    monkeypatch.setattr(publishing, "make_files", overtaken)
    with pytest.raises(Refused, match="changed meanwhile"):
        publish(poll.database, "poll", "test")


@pytest.mark.parametrize("reason", ["", "  "])
def test_discarding_needs_a_reason_and_something_to_discard(sqlite_database, reason):
    poll = with_paper(sqlite_database)
    with pytest.raises(Refused, match="Nothing has been entered"), poll.database.writing() as session:
        discard_paper(session, "poll", *where(poll), "lin", "ja")
    enter(poll)
    with pytest.raises(Refused, match="needs a reason"), poll.database.writing() as session:
        discard_paper(session, "poll", *where(poll), "lin", reason)


def test_all_of_an_entry_is_stored_or_nothing(database, monkeypatch):
    poll = with_paper(database, "single")
    monkeypatch.setattr(paper_totals, "audit", lambda *_, **__: 1 / 0)  # The last that is done.
    with pytest.raises(ZeroDivisionError):
        enter(poll)
    with poll.database.reading() as session:
        assert session.scalars(select(PaperEntry)).all() == []
        assert session.scalars(select(PaperTotals)).all() == []
    assert audited(poll) == []


def test_two_who_enter_at_once_make_a_first_and_a_second(database, monkeypatch):
    poll = with_paper(database)
    look = paper_totals._entries

    def slowly(*given):
        found = look(*given)
        time.sleep(0.1)  # The other one would look too, if nobody made them wait.
        return found

    monkeypatch.setattr(paper_totals, "_entries", slowly)
    states = []
    threads = [threading.Thread(target=lambda by=by: states.append(enter(poll, by=by))) for by in ("lin", "wang")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(states) == [PaperState.COUNTED, PaperState.WAITING]
    assert recounted(poll) == 41


@pytest.mark.parametrize(
    "broken",
    [
        update(Tally).where(Tally.channel == PAPER).values(ballots=40),
        update(PaperEntry).where(PaperEntry.number == 2).values(issued=60),
        update(PaperEntry).where(PaperEntry.number == 1).values(counts=bytes(3 * 6 * 4 + 8)),
        delete(Tally).where(Tally.channel == PAPER),
        delete(PaperEntry),
        delete(PaperTotals),
    ],
)
def test_the_audit_finds_paper_that_was_tampered_with(sqlite_database, broken):
    poll = with_paper(sqlite_database)
    enter(poll)
    enter(poll, by="wang")
    with poll.database.writing() as session:
        session.execute(broken)
    with pytest.raises(Refused, match=r"differ|no entry"):
        recounted(poll)


def test_the_audit_finds_totals_whose_entries_and_counts_are_gone(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    enter(poll)
    with poll.database.writing() as session:
        session.execute(delete(PaperEntry))
        session.execute(delete(Tally).where(Tally.channel == PAPER))
    with pytest.raises(Refused, match="no entry is stored"):
        recounted(poll)


def test_the_audit_counts_paper_beside_ballots(sqlite_database):
    poll = with_paper(sqlite_database, "single", closed=False)
    poll.many("A12", 3, overall="satisfied")
    close(poll)
    enter(poll)
    assert recounted(poll) == 44
    with poll.database.reading() as session:
        ballots = {each.channel: each.ballots for each in session.scalars(select(Tally))}
    assert ballots == {list(Channel).index(Channel.POSTER): 3, PAPER: 41}


class TestBoard:
    @pytest.fixture
    def poll(self, sqlite_database):
        poll = with_paper(sqlite_database)
        enter(poll)
        enter(poll, by="wang")
        without = replace(TOTALS, rows={k: v for k, v in TOTALS.rows.items() if k != "buses"})
        enter(poll, without, place="A11")
        enter(poll, without, place="B11")
        enter(poll, replace(without, issued=60), by="wang", place="B11")
        return poll

    def board(self, poll, scope=EVERYTHING, **chosen):
        with poll.database.reading() as session:
            return paper_board(session, find_survey(session, "poll"), scope, **chosen)

    def test_every_place_has_its_state(self, poll):
        board = self.board(poll)
        assert [(row.unit.code, str(row.state), row.entered_by) for row in board.rows] == [
            ("A11", "waiting", ["lin"]),
            ("A12", "counted", ["lin", "wang"]),
            ("B11", "differ", ["lin", "wang"]),
            ("B12", "nothing", ()),
        ]
        assert board.states == dict.fromkeys(PaperState, 1)
        assert [(unit.code, missing) for unit, missing in board.parts] == [("A", 1), ("B", 2)]
        assert not board.several_groups

    def test_it_is_narrowed_by_state_unit_and_name(self, poll):
        assert [row.unit.code for row in self.board(poll, state=PaperState.DIFFER).rows] == ["B11"]
        assert [row.unit.code for row in self.board(poll, wanted=" 河边 ").rows] == ["A11", "B11"]
        assert [row.unit.code for row in self.board(poll, wanted="B12").rows] == ["B12"]
        below = self.board(poll, under="A1")
        assert [row.unit.code for row in below.rows] == ["A11", "A12"]
        assert [unit.code for unit in below.line] == ["C", "A", "A1"]
        assert self.board(poll, under="nowhere") is None

    def test_it_ends_at_the_scope(self, poll):
        county = next(unit for unit in self.board(poll).rows[0].above if unit.code == "A")
        board = self.board(poll, Scope(county.id))
        assert [row.unit.code for row in board.rows] == ["A11", "A12"]
        assert self.board(poll, Scope(county.id), under="B1") is None
