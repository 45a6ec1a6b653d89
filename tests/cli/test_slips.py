import csv
import re
import subprocess
import sys

import pytest
from sqlalchemy import func, select

from survey_app.cli import context
from survey_app.domain.entry_codes import is_entry_code, slip_mark
from survey_app.models import Slip, SlipBatch, SurveyAct
from survey_app.services.slips import issuing as slip_service
from tests import cast


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def marks():
    with context.database().reading() as session:
        return {bytes(each) for each in session.scalars(select(Slip.mark))}


def test_a_pdf_is_written_and_its_codes_are_issued(by_slip, settings, tmp_path):
    settings.setenv("SURVEY_PUBLIC_URL", "https://my.cd.cn")
    out = tmp_path / "slips.pdf"
    done = by_slip("slips", "by-slip", "--out", out, "--under", cast.QIMING, "--copies", 3)
    assert done.exit_code == 0, done.output
    assert done.stdout == f"6 slips in {out}. Whoever has the file can answer: delete it once it is printed.\n"
    command = ("pdftotext", "-layout", out, "-")
    text = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    codes = {code.replace(" ", "") for code in re.findall(r"\d{4} \d{4} \d{4} \d{4}", text)}
    assert {slip_mark(code, context.config().secret_key) for code in codes} == marks()
    assert len(codes) == 6
    assert out.stat().st_mode & 0o077 == 0


def test_a_csv_holds_the_codes_for_a_print_shop(by_slip, settings, tmp_path):
    settings.setenv("SURVEY_PUBLIC_URL", "https://my.cd.cn/")
    out = tmp_path / "slips.CSV"
    assert by_slip("slips", "by-slip", "--out", out).exit_code == 0
    rows = rows_of(out)
    assert list(rows[0]) == ["unit_code", "group", "code", "url"]
    assert [sum(row["unit_code"] == code for row in rows) for code in cast.VILLAGES] == [35] * 6
    for row in rows:
        assert is_entry_code(row["code"])
        assert (row["group"], row["url"]) == ("residents", f"https://my.cd.cn/s/{row['code']}")
    assert {slip_mark(row["code"], context.config().secret_key) for row in rows} == marks()


def test_printing_again_needs_a_reason_and_says_who_and_why(by_slip, tmp_path):
    out = tmp_path / "slips.csv"
    words = ("slips", "by-slip", "--out", out, "--group", "residents", "--copies", 1)
    assert by_slip(*words).exit_code == 0
    first = out.read_bytes()
    for reason in ((), ("--reason", "  ")):
        done = by_slip(*words, *reason)
        assert done.exit_code == 1
        assert "Slips were printed before (6 stacks)." in done.stderr
        assert out.read_bytes() == first
    assert by_slip(*words, "--reason", "wet").exit_code == 0
    assert out.read_bytes() != first
    with context.database().reading() as session:
        act = session.scalars(select(SurveyAct).order_by(SurveyAct.id.desc())).first()
        assert (act.act, act.by, act.reason, act.about) == ("print_slips", "command line", "wet", "residents × 6")
        assert session.scalar(select(func.sum(SlipBatch.voided))) == 6


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("none",), "There is no survey none. `list` shows the surveys there are."),
        (("small",), "Nobody answers by slip in survey small; it has posters."),
        (("by-slip", "--under", "999"), "There is no place under 999 in this survey."),
        (("by-slip", "--group", "x"), "Group x does not answer by slip. Those that do: residents."),
    ],
)
def test_what_is_refused_leaves_an_older_file_alone_and_issues_nothing(by_slip, tmp_path, words, sentence):
    out = tmp_path / "slips.pdf"
    out.write_bytes(b"older")
    done = by_slip("slips", *words, "--out", out)
    assert (done.exit_code, done.stderr) == (1, f"{sentence}\n")
    assert out.read_bytes() == b"older"
    assert marks() == set()


def test_where_the_file_cannot_be_written_nothing_is_issued(by_slip, tmp_path, monkeypatch):
    done = by_slip("slips", "by-slip", "--out", tmp_path / "none" / "slips.pdf")
    assert done.exit_code == 1
    assert "cannot be written" in done.stderr

    def full_disk(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(slip_service, "write_slips", full_disk)
    assert by_slip("slips", "by-slip", "--out", tmp_path / "slips.pdf").exit_code == 1
    assert marks() == set()
    assert not (tmp_path / "slips.pdf").exists()


def test_where_the_codes_cannot_be_stored_there_is_no_file(by_slip, tmp_path, monkeypatch):
    def broken(*given):
        raise ZeroDivisionError

    monkeypatch.setattr(sys.modules["survey_app.cli.slips"], "issue_slips", broken)  # The name leads to the command.
    assert by_slip("slips", "by-slip", "--out", tmp_path / "slips.csv").exit_code == 1
    assert marks() == set()
    assert [path.name for path in tmp_path.iterdir() if "slips" in path.name] == []


@pytest.mark.parametrize("words", [("--out", "slips.docx"), ("--out", "slips.pdf", "--copies", "0"), ()])
def test_wrong_usage(by_slip, words):
    assert by_slip("slips", "by-slip", *words).exit_code == 2


def test_a_long_address_is_warned_of(by_slip, settings, tmp_path):
    settings.setenv("SURVEY_PUBLIC_URL", "https://satisfaction.changde.gov.cn")
    done = by_slip("slips", "by-slip", "--out", tmp_path / "slips.csv", "--copies", 1)
    assert done.exit_code == 0
    assert "harder to scan" in done.stderr


@pytest.mark.parametrize("command", [("entry-codes",), ("posters", "--out", "x.pdf")])
def test_a_survey_by_slip_alone_has_no_poster_codes(by_slip, command):
    done = by_slip(command[0], "by-slip", *command[1:])
    assert done.exit_code == 1
    assert "Everybody answers survey by-slip by slip: it has no poster codes." in done.stderr


def test_of_a_mixed_survey_the_poster_codes_are_listed(by_slip, tmp_path):
    groups = [
        {"code": "users", "name": "服务对象", "weight": 50, "ballot_mode": "slip"},
        {"code": "public", "name": "群众", "weight": 50},
    ]
    (tmp_path / "mixed.json").write_bytes(cast.as_bytes(cast.definition(slug="mixed", groups=groups)))
    assert by_slip("launch", tmp_path / "mixed.json").exit_code == 0
    done = by_slip("entry-codes", "mixed")
    assert {line.split(",")[1] for line in done.stdout.splitlines()[1:]} == {"public"}
    assert by_slip("slips", "mixed", "--out", tmp_path / "slips.csv", "--copies", 1).exit_code == 0
    assert {row["group"] for row in rows_of(tmp_path / "slips.csv")} == {"users"}
