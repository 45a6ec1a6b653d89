"""What stands around the tables: participation by slip, choices, words."""

import pytest

from survey_app.domain.ballot import Channel
from survey_app.services.lifecycle import close_survey
from survey_app.services.publishing import draft_release
from survey_app.services.releases.tables import overview
from tests.services.polling import DEFINITION, launch_poll
from tests.services.slip_printing import BY_SLIP, launch_by_slip


def drafted(database):
    with database.writing() as session:
        close_survey(session, "poll", "test")
    with database.reading() as session:
        return draft_release(session, "poll")


def test_slips_are_counted_where_they_were_handed_out(sqlite_database):
    poll, made = launch_by_slip(sqlite_database, definition=BY_SLIP | {"selection": "list"})
    codes = [(stack.line[-1], code) for stack in made.stacks for code in stack.printed.codes]
    for unit, code in codes[:-3]:
        record, _ = poll.places[unit, "residents"]
        poll.places[unit, "residents"] = record, code
        verdicts = poll.cast(poll.submission(unit, channel=Channel.SLIP, overall="satisfied"))
        assert [each.outcome for each in verdicts] == ["stored"]
    draft = drafted(sqlite_database)
    assert (draft.head["selection"], draft.head["issued"], draft.head["returned"]) == ("list", 12, 9)
    assert draft.head["response_rate"] == "75.0"
    assert draft.head["channels"] == [{"channel": "slip", "ballots": 9}]
    assert {row.code: row.issued for row in draft.rows} == {
        "C": 12,
        "A": 6,
        "A1": 6,
        "A11": 3,
        "A12": 3,
        "B": 6,
        "B1": 6,
        "B11": 3,
        "B12": 3,
    }


@pytest.fixture
def asked(sqlite_database):
    reasons = [
        {"code": code, "text": text} for code, text in (("papers", "材料多"), ("queue", "排队久"), ("far", "路远"))
    ]
    question = {"code": "reasons", "kind": "multiple_choice", "text": "为什么？", "options": reasons}
    return launch_poll(sqlite_database, DEFINITION | {"questions": [*DEFINITION["questions"], question]})


def test_choices_and_open_answers_are_counted_over_the_whole_survey(asked):
    asked.many(
        "A11", 12, overall="satisfied", visits="one", reasons=["papers", "queue"], wish="希望增加路灯 13812345678"
    )
    asked.many("A11", 4, overall="dissatisfied", visits="more", reasons=["queue"])
    draft = drafted(asked.database)
    counts = {each["question"]: each["counts"] for each in draft.head["option_counts"]}
    assert counts["visits"] == [12, 4]
    assert counts["reasons"] == [12, 16, 0]
    words = {each["word"]: each["count"] for each in draft.head["keywords"]}
    assert words["路灯"] == 12
    assert not any("138" in word for word in words)


def test_a_choice_that_few_made_is_hidden_whole(asked):
    asked.many("A11", 9, overall="satisfied", visits="one", wish="路灯")
    asked.many("A11", 20, overall="dissatisfied")
    draft = drafted(asked.database)
    counts = {each["question"]: each["counts"] for each in draft.head["option_counts"]}
    assert counts["visits"] is None
    assert draft.head["keywords"] == []


def test_channels_are_told_apart_over_the_survey_and_a_small_one_is_hidden(poll):
    poll.many("A11", 40, overall="satisfied")
    poll.many("B11", 12, overall="dissatisfied")
    poll.cast(*(poll.submission("A12", channel=Channel.ASSISTED, overall="satisfied") for _ in range(15)))
    poll.cast(*(poll.submission("A12", channel=Channel.ASSISTED, overall="dissatisfied") for _ in range(15)))
    poll.cast(*(poll.submission("B12", channel=Channel.TELEPHONE, overall="satisfied") for _ in range(4)))
    draft = drafted(poll.database)
    cells = draft.head["channel_cells"]
    assert {channel: cell["ballots"] for channel, cell in cells.items()} == {
        "poster": 52,
        "assisted": 30,
        "telephone": 4,
    }
    # The telephone's four are hidden, and with them the next smaller channel, which would give them away.
    assert {channel: cell["suppressed"] for channel, cell in cells.items()} == {
        "poster": False,
        "assisted": True,
        "telephone": True,
    }
    assert (cells["poster"]["satisfied"], cells["poster"]["approval_rate"]) == (40, "76.9")
    rows = {(row[0], row[1]): row[2:] for row in overview.headline(draft.head | {"number": 1}, draft.rows).rows}
    assert rows["扫测评公告", "满意和基本满意合计占比"] == [40, 52, "76.9", "主口径"]
    assert rows["电话访问", "满意占比"] == ["", "", "", "样本不足"]


def test_a_choice_that_depends_on_a_rating_says_nothing_about_hidden_ratings(sqlite_database):
    """Its ballots would say how many gave the hidden answer it depends on."""
    options = [{"code": code, "text": code} for code in ("slow", "rude")]
    condition = {"question": "overall", "options": ["dissatisfied"]}
    why = {"code": "why", "kind": "single_choice", "text": "为什么？", "options": options, "show_if": condition}
    which = why | {"code": "which", "kind": "multiple_choice"}
    definition = DEFINITION | {"questions": [*DEFINITION["questions"], why, which]}
    poll = launch_poll(sqlite_database, definition)
    poll.many("A11", 30, overall="dissatisfied", why="slow", which=["slow", "rude"])
    poll.many("A12", 8, overall="dissatisfied", why="rude", which=["rude"])
    told = {each["question"] for each in drafted(poll.database).head["option_counts"]}
    assert not told & {"why", "which"}


def test_few_who_tick_much_are_few(asked):
    asked.many("A11", 4, overall="satisfied", reasons=["papers", "queue", "far"])
    asked.many("A11", 30, overall="satisfied")
    each = next(one for one in drafted(asked.database).head["option_counts"] if one["question"] == "reasons")
    assert (each["ballots"], each["counts"]) == (34, None)
