import random
from collections import Counter
from pathlib import Path

import pytest

from survey_app.domain.ballot import Channel
from survey_app.domain.messages import Refused
from survey_app.services.auditing import audit_tally
from survey_app.services.lifecycle import close_survey, reopen_survey
from survey_app.services.releases.result_rows import TABLE_COLUMNS, result_rows, table_rows
from survey_app.services.surveys import find_survey
from survey_app.services.tabulating import load_counts, mark_figures_seen, tally_columns, tally_rows
from tests.services.polling import DEFINITION, launch_poll

FOUR = ("satisfied", "basically_satisfied", "dissatisfied", "dont_know")


def close(database):
    with database.writing() as session:
        close_survey(session, "poll", "test")


def tabulated(database, by=None):
    with database.reading() as session:
        survey = find_survey(session, "poll")
        counted = load_counts(session, survey)
        tally = [dict(zip(tally_columns(by), row, strict=True)) for row in tally_rows(counted, by)]
        rows = result_rows(counted, survey.threshold, survey.empty_group)
        return tally, rows, list(table_rows(rows))


def cell(table, unit, question):
    return next(row for row in table if row["unit_code"] == unit and row["question"] == question)


def test_no_figure_before_closing(poll):
    with poll.database.reading() as session, pytest.raises(Refused, match="Close it first"):
        load_counts(session, find_survey(session, "poll"))
    with pytest.raises(Refused, match="Close it first"), poll.database.writing() as session:
        mark_figures_seen(session, "poll")


def test_the_tally_has_every_rated_unit_question_and_option_in_order(poll):
    poll.many("A11", 2, overall="basically_satisfied")
    poll.many("A12", 1, overall="dont_know", buses="dissatisfied")
    close(poll.database)
    tally, _, _ = tabulated(poll.database)
    assert [(row["unit_code"], row["question"], row["option"]) for row in tally] == [
        (unit, question, option)
        for question in ("overall", "buses")
        for unit in ("A11", "A12", "B11", "B12")
        for option in FOUR
    ]
    found = {(row["unit_code"], row["question"], row["option"]): row["count"] for row in tally if row["count"]}
    assert found == {
        ("A11", "overall", "basically_satisfied"): 2,
        ("A12", "overall", "dont_know"): 1,
        ("A12", "buses", "dissatisfied"): 1,
    }
    assert {row["rating"] for row in tally} == set(FOUR)


def test_tally_and_table_equal_what_was_sent(poll):
    draw = random.Random(7)
    sent, ballots = Counter(), Counter()
    submissions = []
    for _ in range(400):
        place = draw.choice(["A11", "A12", "B11", "B12"])
        answers = {"overall": draw.choices(FOUR, [6, 3, 1, 1])[0]}
        if place == "A12":
            answers["buses"] = draw.choice([*FOUR, ""])
        channel = draw.choice([Channel.POSTER, Channel.ASSISTED])
        submissions.append(poll.submission(place, channel=channel, **answers))
        ballots[place] += 1
        sent.update((place, question, option) for question, option in answers.items())
    poll.cast(*submissions)
    close(poll.database)
    tally, rows, table = tabulated(poll.database)
    for row in tally:
        assert row["count"] == sent[row["unit_code"], row["question"], row["option"]]
    below = {
        "C": ["A11", "A12", "B11", "B12"],
        "A": ["A11", "A12"],
        "A1": ["A11", "A12"],
        "B": ["B11", "B12"],
        "B1": ["B11", "B12"],
    }
    for row in table:
        assert not row["suppressed"]
        places = below.get(row["unit_code"], [row["unit_code"]])
        for option in FOUR:
            assert row[option] == sum(sent[place, row["question"], option] for place in places)
        if row["question"] == "overall":
            assert row["ballots"] == sum(ballots[place] for place in places)
    assert {row.code: row.ballots for row in rows if row.code in "ABC"} == {
        "A": ballots["A11"] + ballots["A12"],
        "B": ballots["B11"] + ballots["B12"],
        "C": 400,
    }
    with poll.database.reading() as session:
        assert audit_tally(session, "poll") == 400


def test_the_table_has_every_unit_and_nobody_rated_is_none(poll):
    poll.many("A11", 20, overall="satisfied")
    poll.many("A11", 2, overall="dissatisfied")
    poll.many("B11", 3, overall="dont_know")
    for option, times in zip(FOUR, (20, 10, 6, 5), strict=True):
        poll.many("B12", times, overall=option)
    close(poll.database)
    _, rows, table = tabulated(poll.database)
    assert [row.code for row in rows] == ["C", "A", "A1", "A11", "A12", "B", "B1", "B11", "B12"]
    assert set(table[0]) == set(TABLE_COLUMNS)
    a11 = cell(table, "A11", "overall")
    assert (a11["ballots"], a11["rated"], a11["satisfied_rate"], a11["approval_rate"]) == (22, 22, "90.9", "90.9")
    empty = cell(table, "A12", "overall")
    assert (empty["ballots"], empty["rated"], empty["approval_rate"], empty["suppressed"]) == (0, 0, None, False)
    few = cell(table, "B11", "overall")
    assert (few["ballots"], few["rated"], few["dont_know"], few["suppressed"]) == (3, None, None, True)
    assert cell(table, "B12", "overall")["suppressed"], "B11 is the difference of B1 and B12"
    assert cell(table, "B1", "overall")["rated"] == 36
    city = rows[0]
    assert (city.places, city.places_with_ballots, city.ballots) == (4, 3, 66)
    assert rows[3].path == ["常德市", "甲县", "东镇"]


def test_a_question_not_asked_has_no_ballots(poll):
    poll.many("A11", 30, overall="satisfied")
    close(poll.database)
    _, _, table = tabulated(poll.database)
    row = cell(table, "A11", "buses")
    assert (row["ballots"], row["blank"], row["suppressed"]) == (0, 0, False)


def test_ten_rated_ballots_are_enough_and_nine_are_not(poll):
    for place, rated in (("A11", 9), ("A12", 10), ("B11", 60), ("B12", 60)):
        options = [FOUR[index % 3] for index in range(rated)]
        poll.cast(
            *(
                poll.submission(place, overall=option, buses="")
                if place == "A12"
                else poll.submission(place, overall=option)
                for option in options
            )
        )
    close(poll.database)
    _, _, table = tabulated(poll.database)
    assert cell(table, "A11", "overall")["suppressed"]
    assert cell(table, "A12", "overall")["suppressed"], "its only sibling must not give A11 away"
    assert not cell(table, "B11", "overall")["suppressed"]


def test_figures_seen_forbid_reopening(poll):
    close(poll.database)
    with poll.database.writing() as session:
        first = mark_figures_seen(session, "poll").figures_seen_at
    with poll.database.writing() as session:
        assert mark_figures_seen(session, "poll").figures_seen_at == first
    with pytest.raises(Refused, match="seen a figure"), poll.database.writing() as session:
        reopen_survey(session, "poll", "test", "a mistake")


GROUPS = DEFINITION | {
    "groups": [
        {"code": "users", "name": "服务对象", "weight": 40},
        {"code": "cadres", "name": "基层干部", "weight": 60, "targets": ["D1"]},
    ],
    "targets": [{"code": "D1", "name": "市教育局", "class": "公共服务"}, {"code": "A1", "class": "乡镇"}],
    "questions": [
        {"code": "work", "kind": "rating", "about": "targets", "text": "对该单位满意吗？"},
        {"code": "overall", "kind": "rating", "text": "总的来说满意吗？"},
    ],
}


def test_listed_targets_and_groups(database):
    poll = launch_poll(database, GROUPS)
    sent = Counter()
    draw = random.Random(3)
    submissions = []
    for _ in range(300):
        place, group = draw.choice(["A11", "B11"]), draw.choice(["users", "cadres"])
        answers = {"work__D1": draw.choice(FOUR), "overall": draw.choice(FOUR)}
        if group == "users":
            answers["work__A1"] = draw.choice(FOUR)
        submissions.append(poll.submission(place, group=group, **answers))
        for name, option in answers.items():
            question, _, target = name.partition("__")
            sent[target or place, group, question, option] += 1
    poll.cast(*submissions)
    close(database)
    tally, rows, table = tabulated(database, by="group")
    for row in tally:
        assert row["count"] == sent[row["unit_code"], row["group"], row["question"], row["option"]]
    assert sum(row["count"] for row in tally) == sum(sent.values())
    by_place, _, _ = tabulated(database, by="place")
    assert sum(row["count"] for row in by_place if row["question"] == "work") == sum(
        count for (_, _, question, _), count in sent.items() if question == "work"
    )
    targets = [row for row in rows if row.is_target]
    assert [(row.code, row.level, row.name["zh_Hans"], row.unit_class) for row in targets] == [
        ("D1", "target", "市教育局", "公共服务"),
        ("A1", "township", "东镇", "乡镇"),
    ]
    d1 = cell([row for row in table if row["question"] == "work"], "D1", "work")
    rate = {}
    for group in ("users", "cadres"):
        counts = [sent["D1", group, "work", option] for option in FOUR]
        rate[group] = (counts[0] + counts[1]) / sum(counts[:3])
        assert targets[0].group_cells[group]["work"]["satisfied"] == counts[0]
    assert float(d1["approval_rate"]) == pytest.approx(40 * rate["users"] + 60 * rate["cadres"], abs=0.051)
    a1 = targets[1].cells["work"]
    assert a1["ballots"] == sum(count for (unit, *_), count in sent.items() if unit == "A1")
    assert targets[1].group_cells["cadres"]["work"]["rated"] == 0


def test_five_level_scale_folds_into_ratings(database):
    definition = DEFINITION | {
        "scale": "five-level",
        "questions": [{"code": "overall", "kind": "rating", "text": "满意吗？"}],
    }
    poll = launch_poll(database, definition)
    for option, times in (
        ("very_satisfied", 5),
        ("satisfied", 6),
        ("basically_satisfied", 7),
        ("dissatisfied", 4),
        ("very_dissatisfied", 3),
        ("dont_know", 2),
        ("", 1),
    ):
        poll.many("A11", times, overall=option)
    close(database)
    tally, _, table = tabulated(database)
    assert [row["count"] for row in tally if row["unit_code"] == "A11"] == [5, 6, 7, 4, 3, 2]
    row = cell(table, "A11", "overall")
    assert [row[name] for name in ("ballots", "rated", *FOUR, "blank")] == [28, 25, 11, 7, 7, 2, 1]
    assert (row["satisfied_rate"], row["approval_rate"], row["approval_rate_all"]) == ("44.0", "72.0", "66.7")


@pytest.mark.parametrize("name", ["four-level", "five-level", "groups", "slips"])
def test_the_examples_tabulate_with_no_ballots(sqlite_database, name):
    examples = Path(__file__).parents[2] / "docs" / "examples"
    import json  # noqa: PLC0415

    definition = json.loads((examples / f"{name}.json").read_text(encoding="utf-8")) | {"slug": "poll"}
    launch_poll(sqlite_database, definition, (examples / "units-changde.csv").read_text(encoding="utf-8-sig"))
    close(sqlite_database)
    tally, rows, table = tabulated(sqlite_database)
    assert tally
    assert {row["count"] for row in tally} == {0}
    assert all(row["approval_rate"] is None and not row["suppressed"] for row in table)
    assert len(rows) == {"four-level": 2462, "five-level": 1 + 10 + 178, "groups": 1 + 39, "slips": 1 + 1 + 19}[name]
