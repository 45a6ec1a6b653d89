"""The command that writes a release as a folder."""

from click.testing import CliRunner

from survey_app.__main__ import static_pages
from survey_app.cli import main
from tests.cli.conftest import _forget


def export(*words):
    """Run the command as the program does, which brings the pages along."""
    _forget()
    return CliRunner().invoke(main, ["export", *map(str, words)], obj=static_pages)


def test_a_release_is_exported_from_the_command_line(stage, tmp_path):
    for words in (("open", "small"), ("close", "small")):
        assert stage(*words).exit_code == 0
    early = export("small", "--out", tmp_path / "site")
    assert early.exit_code == 1
    assert early.stderr == "Survey small has no such release: publish it first.\n"
    assert stage("publish", "small").exit_code == 0
    done = export("small", "--out", tmp_path / "site")
    assert done.exit_code == 0, done.output
    files = len([path for path in (tmp_path / "site").rglob("*") if path.is_file()]) - 1
    assert done.stdout == f"Survey small: release 1 stands in {tmp_path / 'site'}, {files} files.\n"
    again = export("small", "--out", tmp_path / "site", "--release", "1")
    assert (again.exit_code, again.stderr) == (
        1,
        f"{tmp_path / 'site'} is there already and not empty. Name a new folder.\n",
    )
    assert export("nothing", "--out", tmp_path / "other").exit_code == 1
