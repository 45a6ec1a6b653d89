"""The program as a script runs it: processes, exit codes, and what stands on which stream."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from survey_app.models.database import Database
from survey_app.services.lifecycle import close_survey, open_survey
from survey_app.services.migrating import migrate
from tests import cast
from tests.cli.test_units import SEVEN

ROOT = Path(__file__).parents[2]


@pytest.fixture
def program(tmp_path):
    (tmp_path / "units.csv").write_bytes(cast.units_csv())
    (tmp_path / "seven.csv").write_bytes(cast.units_csv(SEVEN))
    (tmp_path / "small.json").write_bytes(cast.as_bytes(cast.definition()))

    def program(*words, stdin="", **settings):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SURVEY_")}
        environment |= {"SURVEY_DATA_DIR": str(tmp_path / "data"), "PYTHONPATH": str(ROOT)} | settings
        return subprocess.run(
            [sys.executable, "-W", "error", "-m", "survey_app", *words],
            cwd=tmp_path,
            env=environment,
            input=stdin,
            capture_output=True,
            encoding="utf-8",
        )

    return program


def test_a_script_sets_up_imports_and_launches(program):
    assert program("migrate").returncode == 0
    made = program("create-account", "--password-stdin", "li", stdin="correct horse battery\n")
    assert (made.returncode, made.stderr) == (0, "")
    imported = program("import-units", "units.csv")
    assert (imported.returncode, imported.stderr) == (0, "")
    assert "12" in imported.stdout
    launched = program("launch", "small.json")
    assert (launched.returncode, launched.stdout.splitlines()[-1]) == (0, "small")
    codes = program("entry-codes", "small", "--format", "csv", SURVEY_PORT="8123")
    assert codes.stdout.splitlines()[0] == "unit_code,group,code,url"
    assert ",http://127.0.0.1:8123/s/" in codes.stdout
    early = program("tally", "small", SURVEY_LANGUAGE="en")
    assert (early.returncode, early.stdout) == (1, "")
    assert early.stderr.startswith("Survey small is now draft. No figure is shown before the survey is closed.")
    assert early.stderr.count("\n") == 1


@pytest.mark.parametrize(("language", "beginning"), [("en", "Row "), ("zh_Hans", "第")])
def test_seven_bad_rows_on_standard_error(program, language, beginning):
    program("migrate")
    done = program("import-units", "seven.csv", SURVEY_LANGUAGE=language)
    assert (done.returncode, done.stdout) == (1, "")
    assert len(done.stderr.splitlines()) == 7
    assert all(line.startswith(beginning) for line in done.stderr.splitlines())
    assert "Traceback" not in done.stderr


def test_a_plain_terminal_shows_chinese(program):
    done = program("list", LC_ALL="C", LANG="C")
    assert done.returncode == 1
    assert "migrate" in done.stderr


def test_wrong_usage(program):
    done = program("launch")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: python -m survey_app launch")


def test_a_server_that_is_not_there(program):
    done = program("list", SURVEY_DATABASE_URL="postgresql://127.0.0.1:1/none", SURVEY_LANGUAGE="en")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("The database cannot be reached: ")


def test_a_data_folder_that_is_a_file(program):
    done = program("migrate", SURVEY_DATA_DIR="units.csv", SURVEY_LANGUAGE="en")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("SURVEY_DATA_DIR: the folder ")


def test_a_reader_that_has_seen_enough_ends_it_quietly(tmp_path):
    url = f"sqlite:///{tmp_path / 'manyi.sqlite3'}"
    database = Database(url, tmp_path, secret_key=bytes(32))
    migrate(database)
    with database.writing() as session:
        cast.add_units(session)
        cast.launched(session)
        open_survey(session, "small", "tests")
        close_survey(session, "small", "tests")
    database.dispose()
    environment = os.environ | {
        "SURVEY_DATA_DIR": str(tmp_path),
        "SURVEY_DATABASE_URL": url,
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "survey_app", "tally", "small", "--by", "place"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.close()
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 0
