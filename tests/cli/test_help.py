import re

import click
import pytest
from click.testing import CliRunner

from survey_app.cli import main

COMMANDS = sorted(main.commands)


def shown(*words):
    done = CliRunner().invoke(main, words, prog_name="manyi")
    assert done.exit_code == 0, done.output
    return done.output


def test_the_help_lists_every_command_with_a_line_in_both_languages():
    output = shown("--help")
    lines = output.partition("Commands:")[2].splitlines()
    for name in COMMANDS:
        (line,) = [line for line in lines if re.match(rf"  {name}\b", line)]
        assert re.search("[一-鿿]{4}", line), line
    assert "migrate → import-units → launch" in output


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_options_in_both_languages(name):
    output = shown(name, "--help")
    assert output.startswith(f"Usage: manyi {name} ")
    text = main.commands[name].help
    assert re.search("[一-鿿]{4}", text)
    assert re.search("[A-Z][a-z]+ [a-z]+", text)
    for option in main.commands[name].params:
        if isinstance(option, click.Option):
            assert option.opts[0] in output
            assert re.search("[一-鿿]{2}", option.help), option.name
            assert re.search("[A-Z][a-z]+", option.help), option.name


def test_the_version():
    assert re.search(r"Manyi, version \d+\.\d+\.\d+", shown("--version"))


@pytest.mark.parametrize("words", [(), ("-h",)])
def test_no_command_at_all_shows_the_help(words):
    done = CliRunner().invoke(main, words, prog_name="manyi")
    assert done.exit_code == (0 if words else 2)
    assert "import-units" in done.output


@pytest.mark.parametrize(
    "words",
    [
        ("opne", "small"),
        ("open",),
        ("open", "a", "b"),
        ("close", "small", "--now"),
        ("launch",),
        ("import-units",),
        ("posters", "small"),
        ("posters", "small", "--out", "/"),
        ("entry-codes", "small", "--format", "xml"),
        ("tally", "small", "--by", "county"),
        ("answer", "small", "--residents", "0", "--url", "http://127.0.0.1"),
        ("answer", "small", "--residents", "5"),
        ("answer", "small", "--residents", "5", "--url", "127.0.0.1:8000"),
        ("answer", "small", "--residents", "5", "--url", "ftp://127.0.0.1"),
        ("serve", "--port", "0"),
        ("serve", "--workers", "none"),
        ("create-account", "li", "--password", "secret"),
    ],
)
def test_wrong_usage_exits_with_2(words):
    done = CliRunner().invoke(main, words, prog_name="manyi")
    assert done.exit_code == 2, done.output
    assert done.stdout == ""
    assert "Usage: manyi" in done.stderr
    assert "Error: " in done.stderr
