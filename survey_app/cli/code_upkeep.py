"""Void, replace and pause."""

import click

from survey_app.cli.context import BY, database, tell
from survey_app.domain.entry_codes import grouped
from survey_app.services.codes import upkeep as code_upkeep

_REASON = click.option("--reason", help="原因，会记录。 The reason; it is recorded.")


@click.command("replace-code")
@click.argument("survey")
@click.argument("code")
@_REASON
def replace_code(survey: str, code: str, reason: str | None) -> None:
    """作废一个测评码并换发新码（公告外泄时用）。 Void a poster's code and give its place a new one.

    换发后请重新打印该处公告并更换。 Print the place's poster again, and hang it up instead.
    """
    with database().writing() as session:
        new = code_upkeep.replace_code(session, survey, code, BY, reason).code
    tell("The code is voided. The place's new code is {code}; print its poster again.", code=grouped(new))


@click.command("void-code")
@click.argument("survey")
@click.argument("code")
@_REASON
def void_code(survey: str, code: str, reason: str | None) -> None:
    """作废一个测评码，不换发。 Void a poster's code, with none in its place."""
    with database().writing() as session:
        voided = code_upkeep.void_code(session, survey, code, BY, reason).code
    tell("Code {code} is voided.", code=grouped(voided))


@click.command("pause")
@click.argument("survey")
@click.argument("unit")
@_REASON
def pause(survey: str, unit: str, reason: str | None) -> None:
    """暂停一个测评点（UNIT 为单位代码）。 Take no answers at a place for now; UNIT is its unit's code."""
    with database().writing() as session:
        name = code_upkeep.pause_place(session, survey, unit, BY, reason or "").name
    tell("{name} is paused.", name=name)


@click.command("resume")
@click.argument("survey")
@click.argument("unit")
def resume(survey: str, unit: str) -> None:
    """恢复一个暂停的测评点。 Take answers again at a place that is paused."""
    with database().writing() as session:
        name = code_upkeep.resume_place(session, survey, unit, BY).name
    tell("{name} takes answers again.", name=name)
