"""Review, sign-off, internal bulletin and result sheets at the command line."""

import pytest

from survey_app.cli import context
from survey_app.models import Release
from survey_app.services import publishing
from survey_app.services.releases.files import MadeFile
from tests import cast
from tests.cli.test_surveys import done_well, refused, state


@pytest.fixture
def closed(stage, monkeypatch):
    """Give the command line with the small survey closed; releases are made without files, which others test."""
    table = MadeFile("table.csv", "text/csv", b"1")
    monkeypatch.setattr(publishing, "make_files", lambda head, rows, released_at, progress: [table])
    for command in ("open", "close"):
        assert stage(command, "small").exit_code == 0
    return stage


def heads():
    with context.database().reading() as session:
        return [(each.audience, each.number, each.head["document"]) for each in session.query(Release)]


def struck():
    with context.database().reading() as session:
        return session.query(Release).order_by(Release.id.desc()).first().left_out


def test_a_draft_is_reviewed_signed_and_released(closed, tmp_path):
    refused(
        closed("sign", "small", "--step", "prepared", "--name", "甲"),
        "There is no draft for review to sign. Make one first.",
    )
    words = ("--leave-out", " 振华 ", "--leave-out", "LED")
    made = closed(
        "review", "small", "--document-number", " 常测办12号 ", "--main", "各区县", "--copies", "市委办", *words
    )
    done_well(made, "Survey small: draft for review 1 is made.")
    document = {"number": "常测办12号", "main": "各区县", "copies": "市委办"}
    assert heads() == [("review", 1, document)]
    assert struck() == ["led", "振华"]
    waiting = "Draft for review 1 is not signed off. The next step is: Prepared by."
    refused(closed("publish", "small"), waiting)
    refused(closed("publish", "small", "--audience", "internal"), waiting)
    assert closed("publish", "small", "--audience", "review").exit_code == 2, "a draft is made by `review`"
    assert closed("sign", "small", "--step", "approved").exit_code == 2, "a signature has a name"
    for step, name in (("prepared", "甲"), ("checked", "乙"), ("approved", "丙")):
        done = closed("sign", "small", "--step", step, "--post", "主任", "--name", f" {name} ")
        done_well(done, f"Survey small: draft 1 is signed by {name}.")
    done_well(closed("publish", "small", "--audience", "internal"), "Survey small: internal release 1 is made.")
    assert state() == "closed"
    done_well(closed("publish", "small"), "Survey small: release 1 is published.")
    assert [each for each in heads() if each[0] != "review"] == [("internal", 1, document), ("public", 1, document)]
    _sheets(closed, tmp_path / "sheets")


def _sheets(closed, out):
    done = closed("sheets", "small", "--out", out, "--under", cast.QIMING)
    count = 1 + sum(code.startswith(cast.QIMING) for code in cast.VILLAGES)
    done_well(done, f"Survey small: {count} sheets stand in {out}.")
    assert {path.suffix for path in out.iterdir()} == {".pdf"}
    assert len(list(out.iterdir())) == count + 1
    refused(closed("sheets", "small", "--out", out), f"{out} is there already and not empty. Name a new folder.")
    refused(
        closed("sheets", "small", "--out", out / "new", "--under", "moon", "--audience", "public"),
        "--under: there is no unit moon in this release.",
    )


def test_nothing_is_made_before_closing_or_of_no_survey(stage, tmp_path):
    stage("open", "small")
    needs = "Survey small is now open. No release is made before the survey is closed. Close it first."
    refused(stage("review", "small"), needs)
    refused(stage("publish", "small", "--audience", "internal"), needs)
    refused(
        stage("sheets", "small", "--out", tmp_path / "sheets"), "Survey small has no such release: publish it first."
    )
    for words in (("review",), ("sign", "--step", "prepared", "--name", "a"), ("sheets", "--out", tmp_path / "sheets")):
        command, *rest = words
        refused(stage(command, "none", *rest), "There is no survey none. `list` shows the surveys there are.")
