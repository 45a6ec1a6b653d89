"""Table 6 of a choice, from the ballots to the printed row; worked by hand."""

import pytest
from sqlalchemy import select

from survey_app.domain.ballot import Channel
from survey_app.domain.messages import Refused
from survey_app.models import Tally
from survey_app.services import counting
from survey_app.services.publishing import draft_release, publish
from survey_app.services.releases.tables import release_tables
from tests.services.papering import TOTALS, close, enter, with_paper
from tests.services.polling import DEFINITION, launch_poll

#: By the answer to "visits", the ratings of "overall".
ONCE = {"satisfied": 20, "basically_satisfied": 8, "dissatisfied": 2}
OFTEN = {"satisfied": 6, "basically_satisfied": 6, "dissatisfied": 12, "dont_know": 1}
LEFT = {"satisfied": 10, "basically_satisfied": 3, "dissatisfied": 2}


def vote(poll, place="A11", **by_answer):
    for visits, ratings in by_answer.items():
        for rating, count in ratings.items():
            answers = {} if visits == "left" else {"visits": visits}
            poll.many(place, count, overall=rating, **answers)


def drafted(poll):
    with poll.database.reading() as session:
        return draft_release(session, "poll")


def crossing(poll):
    close(poll)
    return drafted(poll).head["crossing"]


def shown(found):
    """Question, answer, ballots, both rates, both over all; None where hidden."""
    return [
        (
            each["question"],
            each["option"] or each["row"],
            each["ballots"],
            *(each[f"{name}_rate{base}"] for base in ("", "_all") for name in ("satisfied", "approval")),
        )
        for each in found["rows"]
    ]


@pytest.fixture
def poll(sqlite_database):
    return launch_poll(sqlite_database)


def test_each_answer_has_its_counts_and_both_rates(database):
    poll = launch_poll(database)
    vote(poll, one=ONCE, left=LEFT)
    vote(poll, "B11", more=OFTEN)
    found = crossing(poll)
    assert (found["question"], found["ballots"], found["paper"]) == ("visits", 70, 0)
    assert shown(found) == [
        ("overall", "one", 30, "66.7", "93.3", "66.7", "93.3"),  # 20 and 28 of 30
        ("overall", "more", 25, "25.0", "50.0", "24.0", "48.0"),  # 6 and 12 of 24, and of 25
        ("overall", "blank", 15, "66.7", "86.7", "66.7", "86.7"),  # 10 and 13 of 15
    ]
    often = found["rows"][1]
    assert {name: often[name] for name in (*OFTEN, "rated", "blank")} == OFTEN | {"rated": 24, "blank": 0}
    table = release_tables(drafted(poll).head | {"number": 1}, drafted(poll).rows)[5]
    assert table.name == "表6 单选题与题目"
    assert table.rows[1] == ["总的来说满意吗？", "多次", 25, 24, 6, 6, 12, 1, 0, "25.0", "50.0", "24.0", "48.0", ""]
    assert [row[1] for row in table.rows] == ["一次", "多次", "未填"]
    assert not any("纸质票" in note for note in table.notes)


def test_a_small_answer_is_hidden_with_the_next_smaller(poll):
    vote(poll, one=ONCE, more={"satisfied": 3, "basically_satisfied": 2, "dissatisfied": 1}, left=LEFT)
    poll.many("A11", 40, overall="satisfied", visits="one")
    assert shown(crossing(poll)) == [
        ("overall", "one", 70, "85.7", "97.1", "85.7", "97.1"),
        ("overall", "more", 6, None, None, None, None),
        ("overall", "blank", 15, None, None, None, None),
    ]


SECOND = {"code": "second", "kind": "rating", "text": "第二题满意吗？", "required": True}


@pytest.mark.parametrize(("small", "crossed"), [(0, ["overall", "second"]), (4, ["overall"])])
def test_further_questions_are_crossed_where_nothing_is_hidden(sqlite_database, small, crossed):
    """The headline stands second here, and its rows come in the order of the questionnaire all the same."""
    questions = [SECOND, *DEFINITION["questions"]]
    poll = launch_poll(sqlite_database, DEFINITION | {"questions": questions, "headline": {"question": "overall"}})
    for visits in ("one", "more"):
        for rating in ("satisfied", "basically_satisfied", "dissatisfied"):
            for place in ("A11", "B11"):
                poll.many(place, 6, overall=rating, second=rating, visits=visits)
    poll.many("B12", small, overall="satisfied", second="satisfied", visits="one")
    found = crossing(poll)
    assert {each["question"] for each in found["rows"]} == set(crossed)
    assert found["rows"][0]["question"] == ("second" if len(crossed) > 1 else "overall")


def without(*codes, **changes):
    return [each | changes.get(each["code"], {}) for each in DEFINITION["questions"] if each["code"] not in codes]


@pytest.mark.parametrize(
    "questions",
    [
        without("visits"),
        without(visits={"asked_in": "town"}),
        without(visits={"show_if": {"question": "overall", "options": ["satisfied", "dissatisfied"]}}),
        without("overall"),
    ],
    ids=["no choice", "a choice put to towns", "a choice that depends", "a rating put to towns"],
)
def test_what_was_put_to_some_only_is_not_crossed(sqlite_database, questions):
    poll = launch_poll(sqlite_database, DEFINITION | {"questions": questions})
    codes = {each["code"] for each in questions}
    for place in ("A11", "A12"):
        asked = {"overall": "satisfied", "buses": "satisfied", "visits": "one"}
        there = codes - ({"buses"} if place == "A11" else set())
        if questions[-2].get("asked_in") and place == "A11":
            there -= {"visits"}
        poll.many(place, 30, **{code: answer for code, answer in asked.items() if code in there})
        poll.many(place, 30, **dict.fromkeys(there & {"overall", "buses"}, "dissatisfied"))
    assert crossing(poll) is None
    assert release_tables(drafted(poll).head | {"number": 1}, drafted(poll).rows)[5].rows[0][0].startswith("不适用")


def test_a_choice_that_few_made_and_groups_are_not_crossed(sqlite_database):
    poll = launch_poll(sqlite_database)
    vote(poll, one={"satisfied": 5, "dissatisfied": 4}, left={"satisfied": 20, "dissatisfied": 9})
    assert crossing(poll) is None


def test_groups_stand_in_table_6_themselves(sqlite_database):
    groups = [{"code": code, "name": code, "weight": 50} for code in ("users", "staff")]
    poll = launch_poll(sqlite_database, DEFINITION | {"groups": groups})
    for group in ("users", "staff"):
        for visits in ("one", "more"):
            poll.cast(
                *(
                    poll.submission("A11", group, overall=rating, visits=visits)
                    for rating in ("satisfied", "dissatisfied")
                    for _ in range(9)
                )
            )
    assert crossing(poll) is None


def test_ballots_are_counted_some_at_a_time(poll, monkeypatch):
    real, read = counting.cross_packed, []

    def cross_packed(packed, *given):
        read.append(len(packed))
        return real(packed, *given)

    monkeypatch.setattr(counting, "_AT_ONCE", 20)
    monkeypatch.setattr(counting, "cross_packed", cross_packed)
    vote(poll, one=ONCE, more=OFTEN)
    assert [each[2] for each in shown(crossing(poll))] == [30, 25]
    assert read == [20, 20, 15]


def test_paper_has_a_row_of_its_own_and_the_note_says_so(sqlite_database):
    poll = with_paper(sqlite_database, "single", closed=False)
    vote(poll, one=ONCE, more=OFTEN)
    close(poll)
    enter(poll)  # 41 sheets in A12: overall 21, 13, 4, 2 don't know, 1 blank.
    found = drafted(poll).head["crossing"]
    assert (found["ballots"], found["paper"]) == (55, 41)
    assert shown(found) == [
        ("overall", "one", 30, "66.7", "93.3", "66.7", "93.3"),
        ("overall", "more", 25, "25.0", "50.0", "24.0", "48.0"),
        ("overall", "paper", 41, "55.3", "89.5", "52.5", "85.0"),  # 21 and 34 of 38, and of 40
    ]
    whole = next(row for row in drafted(poll).rows if row.code == "C").cells["overall"]
    for name in ("ballots", "rated", "satisfied", "dont_know", "blank"):
        assert sum(each[name] for each in found["rows"]) == whole[name]
    table = release_tables(drafted(poll).head | {"number": 1}, drafted(poll).rows)[5]
    assert table.rows[2][1] == "纸质票（不分列）"
    assert any("不含纸质票的 55 份答卷为准，纸质票 41 份另列一行" in note for note in table.notes)


def test_answers_on_little_paper_are_not_the_difference_of_two_tables(sqlite_database):
    """Table 3 has the choice with paper, table 6 without: six sheets would be told apart."""
    poll = with_paper(sqlite_database, "single", closed=False)
    vote(poll, one=ONCE, more=OFTEN)
    close(poll)
    rows = TOTALS.rows | {"visits": (35, 4, 2), "reasons": (0, 1, 1)}
    enter(poll, TOTALS.__class__(50, 43, 41, 2, rows))
    assert drafted(poll).head["crossing"] is None


def test_counts_that_are_not_those_of_the_ballots_make_no_table(poll):
    vote(poll, one=ONCE, more=OFTEN)
    close(poll)
    with poll.database.writing() as session:
        tally = session.scalars(select(Tally).where(Tally.channel == list(Channel).index(Channel.POSTER))).first()
        tally.counts = bytes([tally.counts[0] + 1]) + tally.counts[1:]
    with pytest.raises(Refused, match="Count them again"):
        drafted(poll)


def test_a_further_release_may_not_cross_otherwise_than_one_before(poll, drawn_nothing, monkeypatch):
    vote(poll, one=ONCE, more=OFTEN, left=LEFT)
    close(poll)
    publish(poll.database, "poll", "test")
    real = draft_release

    def other(*given):
        made = real(*given)
        rows = [each | {"question": "other"} for each in made.head["crossing"]["rows"]]
        return made.__class__(made.head | {"crossing": made.head["crossing"] | {"rows": rows}}, made.rows, None)

    monkeypatch.setattr("survey_app.services.publishing.draft_release", other)
    with pytest.raises(Refused, match="would let hidden counts be worked out: visits"):
        publish(poll.database, "poll", "test", "again")
    monkeypatch.setattr("survey_app.services.publishing.draft_release", real)
    assert publish(poll.database, "poll", "test", "again").head["crossing"]["rows"]
