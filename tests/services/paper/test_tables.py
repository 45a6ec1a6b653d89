"""Paper in the tables: what is printed is the sum by hand of ballots and paper, and how paper did stands by itself."""

from dataclasses import replace

import pytest

from survey_app.domain.paper import PaperCount
from survey_app.services.publishing import draft_release, publish
from survey_app.services.releases.bulletin_sections.basics import basics
from survey_app.services.releases.results import release_of
from survey_app.services.releases.stored_rows import stored_rows
from survey_app.services.releases.tables import overview, units
from survey_app.services.releases.tables.method import method
from tests.services.papering import QUESTIONS, TOTALS, close, enter, with_paper
from tests.services.polling import DEFINITION

VILLAGE = replace(TOTALS, rows={name: row for name, row in TOTALS.rows.items() if name != "buses"})


@pytest.fixture(scope="module")
def poll(shared_database):
    poll = with_paper(shared_database, "single", closed=False)
    poll.many("A12", 12, overall="satisfied", buses="dissatisfied")
    poll.many("A12", 5, overall="dissatisfied", buses="dont_know")
    poll.many("A11", 20, overall="basically_satisfied")
    poll.cast(poll.submission("A11", overall="satisfied", visits="more", reasons=["papers"]))
    close(poll)
    enter(poll)
    enter(poll, VILLAGE, place="B11")
    return poll


@pytest.fixture(scope="module")
def draft(poll):
    with poll.database.reading() as session:
        return draft_release(session, "poll")


def row(draft, code):
    return next(each for each in draft.rows if each.code == code)


def test_counts_are_the_sums_by_hand(draft):
    cell = row(draft, "C").cells["overall"]
    # Poster: 13 satisfied, 20 basically, 5 not; paper, at two places: 21, 13, 4, 2 don't know, 1 blank.
    wanted = {
        "ballots": 38 + 82,
        "rated": 38 + 76,
        "satisfied": 13 + 42,
        "basically_satisfied": 20 + 26,
        "dissatisfied": 5 + 8,
        "dont_know": 4,
        "blank": 2,
        "approval_rate": "88.6",  # 101 of 114
    }
    assert {name: cell[name] for name in wanted} == wanted


def test_paper_of_a_question_for_towns_counts_in_towns_only(draft):
    cell = row(draft, "A12").cells["buses"]
    assert (cell["satisfied"], cell["dissatisfied"], cell["dont_know"]) == (17, 9 + 12, 4 + 5)
    assert row(draft, "B11").cells["buses"]["ballots"] == 0


def test_the_head_says_how_paper_did(draft):
    head = draft.head
    assert head["paper"] == {"issued": 100, "returned": 86, "valid": 82, "invalid": 4}
    assert (head["issued"], head["returned"], head["invalid"]) == (100, 38 + 86, 4)
    assert head["ballots"] == 120
    assert head["channels"] == [{"channel": "poster", "ballots": 38}, {"channel": "paper", "ballots": 82}]
    assert head["response_rate"] == "82.0"


def test_channels_stand_apart(draft):
    cells = draft.head["channel_cells"]
    assert (cells["paper"]["satisfied"], cells["paper"]["rated"]) == (42, 76)
    assert (cells["poster"]["satisfied"], cells["poster"]["rated"]) == (13, 38)


def test_ticks_on_paper_are_added_to_those_of_the_page(sqlite_database):
    free = {name: value for name, value in QUESTIONS[3].items() if name != "show_if"}
    poll = with_paper(sqlite_database, "single", False, DEFINITION | {"questions": [QUESTIONS[0], free]})
    poll.cast(poll.submission("A12", overall="satisfied", reasons=["papers", "nobody"]))
    close(poll)
    rows = {"overall": TOTALS.rows["overall"], "reasons": (0, 7, 41)}
    enter(poll, replace(TOTALS, rows=rows))
    with poll.database.reading() as session:
        (asked,) = [
            each for each in draft_release(session, "poll").head["option_counts"] if each["question"] == "reasons"
        ]
    assert (asked["counts"], asked["base"]) == ([8, 42], 42)


def test_table_1_prints_what_was_issued_and_came_back(draft):
    printed = {line[0]: (line[1], line[2]) for line in overview.participation(draft.head | {"number": 1}).rows}
    assert "发出测评票" not in printed
    assert printed["发出纸质票"] == (100, "")
    assert printed["收回纸质票"] == (86, "86.0")
    assert printed["收回答卷"] == (124, "")
    assert printed["有效票"] == (120, "96.8")
    assert printed["无效票"] == (4, "")
    assert printed["渠道：纸质票"] == (82, "68.3")


def test_units_print_issued_returned_and_invalid(draft):
    head = draft.head | {"number": 1}
    table = units.annex(head, draft.rows)
    names = [column.header for column in table.columns]
    printed = {line[1]: dict(zip(names, line, strict=True)) for line in table.rows}
    county = printed["甲县"]
    assert (county["发出"], county["收回"], county["有效票"], county["无效票"]) == (50, 38 + 43, 79, 2)
    assert (printed["山口村"]["发出"], printed["山口村"]["收回"], printed["山口村"]["无效票"]) == (None, 0, 0)


def test_the_bulletin_and_the_method_say_it(draft):
    head = draft.head | {"number": 1}
    said = "".join(str(each) for each in basics(head, draft.rows).blocks)
    assert "发出纸质票 100 份，收回 86 份，无效票 4 份" in said
    assert "测评票回收率" not in said
    lines = {line[0]: line[1] for line in method(head).rows}
    assert "其中无效的纸质票 4 份" in lines["样本量"]
    assert "另发纸质测评表" in lines["参加方式"]


def test_few_paper_ballots_are_hidden_as_others_are(sqlite_database):
    poll = with_paper(sqlite_database, "single", closed=False)
    poll.many("A12", 30, overall="satisfied", buses="satisfied")
    close(poll)
    few = {"overall": (0, 1, 1, 1, 0), "buses": (0, 1, 1, 1, 0), "visits": (3, 0, 0), "reasons": (0, 0, 0)}
    enter(poll, replace(TOTALS, issued=4, returned=3, valid=3, invalid=0, rows=few))
    with poll.database.reading() as session:
        head = draft_release(session, "poll").head
    assert head["channels"][1] == {"channel": "paper", "ballots": 3}
    assert all(cell["suppressed"] for cell in head["channel_cells"].values())


def test_without_paper_nothing_changes(sqlite_database):
    poll = with_paper(sqlite_database, "double", closed=False)
    poll.many("A12", 12, overall="satisfied", buses="satisfied")
    close(poll)
    with poll.database.reading() as session:
        head = draft_release(session, "poll").head
    assert (head["paper"], head["issued"], head["invalid"], head["returned"]) == (None, None, None, 12)


@pytest.mark.usefixtures("drawn_nothing")
def test_a_stored_release_keeps_the_invalid_ones_of_each_unit(sqlite_database):
    poll = with_paper(sqlite_database, "single")
    enter(poll)
    publish(poll.database, "poll", "test")
    with poll.database.reading() as session:
        stored = {each.code: each for each in stored_rows(session, release_of(session, "poll", "public"))}
    assert (stored["A12"].invalid, stored["A12"].issued, stored["B12"].invalid) == (2, 50, None)


@pytest.mark.parametrize(("few", "told"), [(6, False), (36, True)])
def test_paper_of_a_sister_does_not_give_a_hidden_village_away(sqlite_database, few, told):
    """What was issued is printed by village, so where no paper was is known: A less the paper of A12 would be A11."""
    definition = DEFINITION | {"questions": [DEFINITION["questions"][0], DEFINITION["questions"][2]], "scopes": {}}
    poll = with_paper(sqlite_database, "single", closed=False, definition=definition)
    for place, good, bad in (("A11", few * 2 // 3, few // 3), ("B11", 60, 30), ("B12", 50, 20)):
        for count, answer in ((good, "satisfied"), (bad, "dissatisfied")):
            poll.many(place, count, overall=answer, visits="one" if count % 4 else "more")
    close(poll)
    enter(poll, PaperCount(30, 30, 30, 0, {"overall": (1, 15, 4, 9, 1), "visits": (0, 15, 15)}), place="A12")
    with poll.database.reading() as session:
        draft = draft_release(session, "poll")
    assert row(draft, "A11").cells["overall"]["suppressed"] is not told
    assert bool(draft.head["channel_cells"]) is told
    assert (draft.head["crossing"] is not None) is told
