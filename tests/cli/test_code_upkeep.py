import csv
import io

import pytest

from survey_app.domain.entry_codes import grouped
from tests import cast

PLACE = cast.TOWN[0]


@pytest.fixture
def codes(stage):
    """Give a function that lists unit -> code."""
    return lambda: {
        row["unit_code"]: row["code"] for row in csv.DictReader(io.StringIO(stage("entry-codes", "small").stdout))
    }


def test_a_code_is_replaced(stage, codes):
    old = codes()
    done = stage("replace-code", "small", grouped(old[PLACE]), "--reason", "公告外泄")
    new = codes()
    said = f"The code is voided. The place's new code is {grouped(new[PLACE])}; print its poster again.\n"
    assert (done.exit_code, done.stdout) == (0, said)
    assert {unit for unit in old if old[unit] != new[unit]} == {PLACE}


def test_a_code_is_voided(stage, codes):
    code = codes()[PLACE]
    done = stage("void-code", "small", code, "--reason", "张贴错误")
    assert (done.exit_code, done.stdout) == (0, f"Code {grouped(code)} is voided.\n")
    assert PLACE not in codes()


@pytest.mark.parametrize("command", ["replace-code", "void-code"])
def test_a_code_is_kept_where_no_reason_is_given(stage, codes, command):
    before = codes()
    done = stage(command, "small", before[PLACE])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "This needs a reason, which will be recorded. Give one with --reason.\n"
    assert codes() == before


def test_a_place_is_paused_and_resumed(stage):
    done = stage("pause", "small", PLACE, "--reason", "停电")
    assert (done.exit_code, done.stdout) == (0, "马家吉社区 is paused.\n")
    again = stage("pause", "small", PLACE)
    assert (again.exit_code, again.stderr) == (1, "马家吉社区 is already paused.\n")
    done = stage("resume", "small", PLACE)
    assert (done.exit_code, done.stdout) == (0, "马家吉社区 takes answers again.\n")


def test_what_is_no_place_is_refused(stage):
    done = stage("pause", "small", cast.QIMING)
    assert (done.exit_code, done.stderr) == (1, f"{cast.QIMING} is not a place of survey small.\n")


def test_after_closing_codes_stay(stage, codes):
    code = codes()[PLACE]
    for words in (("open", "small"), ("close", "small")):
        assert stage(*words).exit_code == 0
    for words in (("replace-code", "small", code, "--reason", "r"), ("pause", "small", PLACE)):
        done = stage(*words)
        assert done.exit_code == 1
        assert "It takes no more answers" in done.stderr
