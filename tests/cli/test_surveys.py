import csv
import io
import json

import pytest
from sqlalchemy import select, update

from analysis.ratings import Rating
from survey_app.cli import context
from survey_app.models import Release, Survey, SurveyAct
from survey_app.services.releases.result_rows import TABLE_COLUMNS
from tests import cast

FROZEN = "The questionnaire was frozen when the survey opened; a change after that is a new survey."
LEVELS = [str(rating) for rating in Rating]


def refused(done, *sentences):
    """See that a command refused with these sentences, and with nothing else."""
    assert (done.exit_code, done.stdout, done.stderr) == (1, "", "".join(f"{each}\n" for each in sentences))


def done_well(done, *lines):
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.splitlines() == list(lines)


def state():
    with context.database().reading() as session:
        return session.scalar(select(Survey.state).where(Survey.slug == "small"))


def acts():
    with context.database().reading() as session:
        return [(each.act, each.by, each.reason) for each in session.scalars(select(SurveyAct).order_by(SurveyAct.id))]


def file_of(tmp_path, given):
    path = tmp_path / "definition.json"
    path.write_bytes(given if isinstance(given, bytes) else cast.as_bytes(given))
    return path


def read_csv(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_what_a_command_launched_another_person_must_approve(stage, tmp_path):
    stage("launch", file_of(tmp_path, cast.definition(slug="careful", second_person=True)))
    who = "command line launched or changed this survey last, so somebody else must approve it."
    refused(stage("approve", "careful"), who)
    done = stage("open", "careful")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "It needs the approval of a second person" in done.stderr
    with context.database().writing() as session:
        session.execute(update(SurveyAct).values(by="lin"))
    done_well(stage("approve", "careful"), "Survey careful is approved.")
    done_well(stage("open", "careful"), "Survey careful is open.")


def test_launch_prints_the_slug_as_its_last_line(stage, tmp_path):
    done = stage("launch", file_of(tmp_path, cast.definition(slug="another")))
    assert done.exit_code == 0
    assert done.stdout.splitlines()[-1] == "another"


def test_what_is_wrong_with_a_definition_is_told_line_by_line_and_nothing_is_launched(stage, tmp_path):
    faulty = cast.definition(slug="another", time_zone="Mars", results_on="2026-02-30")
    refused(
        stage("launch", file_of(tmp_path, faulty)),
        "time_zone: there is no time zone Mars.",
        "results_on: 2026-02-30 is no date.",
    )
    refused(
        stage("launch", file_of(tmp_path, b'{"title": }')), "Line 1, column 11: this is not JSON (Expecting value)."
    )
    refused(stage("launch", tmp_path / "none"), f"{tmp_path / 'none'} cannot be read: No such file or directory")
    assert len(stage("list").stdout.splitlines()) == 1


def test_surveys_are_listed_newest_first_with_state_ballots_and_title(stage, tmp_path):
    stage("launch", file_of(tmp_path, cast.definition(slug="another", title="另一次测评")))
    stage("open", "small")
    done_well(stage("list"), "another\tdraft\t0\t另一次测评", "small\topen\t0\t2026年公共服务满意度测评")


def test_no_surveys(run):
    run("migrate")
    done_well(run("list"))


def test_a_survey_goes_its_way(stage):
    done_well(stage("open", "small"), "Survey small is open.")
    done_well(stage("close", "small"), "Survey small is closed.")
    done_well(stage("reopen", "small", "--reason", "漏了一处"), "Survey small is open.")
    done_well(stage("close", "small"), "Survey small is closed.")
    assert acts() == [
        ("launch", "command line", ""),
        ("open", "command line", ""),
        ("close", "command line", ""),
        ("reopen", "command line", "漏了一处"),
        ("close", "command line", ""),
    ]


def test_opening_twice_is_refused(stage):
    stage("open", "small")
    refused(
        stage("open", "small"),
        "Survey small is now open. Only a draft can be opened. To take answers again after closing, reopen it.",
    )
    assert state() == "open"


def test_closing_a_draft_is_refused(stage):
    refused(stage("close", "small"), "Survey small is now draft. Only an open survey can be closed.")
    assert state() == "draft"


def test_publishing_an_open_survey_is_refused(stage):
    stage("open", "small")
    refused(
        stage("publish", "small"), "Survey small is now open. Only a closed survey can be published. Close it first."
    )
    assert state() == "open"


def test_changing_a_frozen_questionnaire_is_refused(stage, tmp_path):
    stage("open", "small")
    done = stage("change", "small", file_of(tmp_path, cast.definition(title="b")))
    refused(done, f"Survey small is now open. {FROZEN}")


def test_a_draft_is_changed(stage, tmp_path):
    done = stage("change", "small", file_of(tmp_path, cast.definition(title="改过的标题")))
    done_well(done, "Survey small: its definition was replaced.")
    assert stage("list").stdout.endswith("\t改过的标题\n")


@pytest.mark.parametrize("command", ["tally", "table"])
@pytest.mark.parametrize("opened", [False, True])
def test_no_figure_before_closing(stage, command, opened):
    if opened:
        stage("open", "small")
    now = "open" if opened else "draft"
    done = stage(command, "small")
    refused(done, f"Survey small is now {now}. No figure is shown before the survey is closed. Close it first.")
    with context.database().reading() as session:
        assert session.scalar(select(Survey.figures_seen_at)) is None


@pytest.mark.parametrize("words", [(), ("--reason", ""), ("--reason", "  ")])
def test_reopening_needs_a_reason(stage, words):
    stage("open", "small")
    stage("close", "small")
    refused(
        stage("reopen", "small", *words),
        "This needs a reason, which will be recorded and printed. Give one with --reason.",
    )
    assert state() == "closed"


@pytest.mark.parametrize("command", ["tally", "table"])
def test_after_somebody_has_seen_a_figure_nothing_is_reopened(stage, command):
    stage("open", "small")
    stage("close", "small")
    assert stage(command, "small").exit_code == 0
    refused(
        stage("reopen", "small", "--reason", "漏了一处"),
        "Somebody has already seen a figure of this survey, so it can no longer be reopened.",
    )


@pytest.mark.parametrize(
    "words",
    [
        ("open",),
        ("close",),
        ("reopen", "--reason", "a"),
        ("publish",),
        ("withdraw", "--reason", "a"),
        ("tally",),
        ("table",),
        ("recount",),
        ("entry-codes",),
    ],
)
def test_no_such_survey_is_refused(stage, words):
    command, *rest = words
    refused(stage(command, "none", *rest), "There is no survey none. `list` shows the surveys there are.")


def test_in_chinese_the_refusals_are_chinese(stage, settings):
    settings.setenv("SURVEY_LANGUAGE", "zh_Hans")
    done = stage("close", "small")
    assert done.exit_code == 1
    assert "测评" in done.stderr
    assert "Only" not in done.stderr
    assert "草稿" in done.stderr


def test_the_tally_has_every_unit_question_and_option_in_order_zeros_too(stage):
    stage("open", "small")
    stage("close", "small")
    done = stage("tally", "small")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = read_csv(done.stdout)
    assert list(rows[0]) == ["unit_code", "question", "option", "rating", "count"]
    assert [(row["question"], row["unit_code"], row["option"]) for row in rows] == [
        (question, unit, option)
        for question in ("overall", "buses")
        for unit in cast.VILLAGES
        for option in ("satisfied", "basically_satisfied", "dissatisfied", "dont_know")
    ]
    assert {row["count"] for row in rows} == {"0"}
    assert [row["rating"] for row in rows[:4]] == LEVELS
    as_json = json.loads(stage("tally", "small", "--format", "json").stdout)
    assert [{key: str(value) for key, value in row.items()} for row in as_json] == rows
    assert all(row["count"] == 0 for row in as_json)


@pytest.mark.parametrize(("by", "values"), [("place", set(cast.VILLAGES)), ("group", {"residents"})])
def test_the_tally_is_split_by_place_or_group(stage, by, values):
    stage("open", "small")
    stage("close", "small")
    rows = read_csv(stage("tally", "small", "--by", by).stdout)
    assert {row[by] for row in rows} == values


def test_the_table_has_one_row_a_unit_and_question(stage):
    stage("open", "small")
    stage("close", "small")
    done = stage("table", "small")
    assert (done.exit_code, done.stderr) == (0, "")
    rows = read_csv(done.stdout)
    assert tuple(rows[0]) == TABLE_COLUMNS
    assert [(row["unit_code"], row["question"]) for row in rows][:2] == [(cast.CITY, "overall"), (cast.CITY, "buses")]
    assert len(rows) == len(cast.UNITS) * 2
    as_json = json.loads(stage("table", "small", "--format", "json").stdout)
    assert [row["name"] for row in as_json] == [row["name"] for row in rows]


def test_an_empty_survey_is_counted_again(stage):
    stage("open", "small")
    stage("close", "small")
    done = stage("recount", "small")
    done_well(done, "Survey small: 0 ballots counted again; the tally agrees in every cell.")


def test_publishing_withdrawing_and_publishing_again(stage):
    stage("open", "small")
    stage("close", "small")
    done_well(stage("publish", "small"), "Survey small: release 1 is published.")
    needs = "This needs a reason, which will be recorded and printed. Give one with --reason."
    refused(stage("publish", "small"), needs)
    refused(stage("withdraw", "small"), needs)
    done_well(stage("withdraw", "small", "--reason", "算错了"), "Survey small: release 1 is withdrawn.")
    assert state() == "closed"
    stage("publish", "small", "--audience", "internal")
    gone = stage("withdraw", "small", "--reason", "算错了", "--audience", "internal", "--number", "1")
    done_well(gone, "Survey small: internal release 1 is withdrawn, with its sheets.")
    none = "Survey small has no such release to withdraw."
    refused(stage("withdraw", "small", "--reason", "算错了", "--audience", "internal", "--number", "3"), none)
    refused(stage("publish", "small"), needs)
    done_well(stage("publish", "small", "--reason", "更正"), "Survey small: release 2 is published.")
    with context.database().reading() as session:
        found = session.scalars(select(Release).order_by(Release.id)).all()
        assert [(each.number, each.reason, each.withdrawn_reason) for each in found] == [
            (1, "", "算错了"),
            (1, "", "算错了"),
            (2, "更正", ""),
        ]
