"""Launch a survey and lead it through its states."""

from pathlib import Path

import click

from survey_app.cli.context import BY, database, progress_bar, read_file, say, tell
from survey_app.domain.lifecycle import SurveyState, state_name
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.services import launching, lifecycle, publishing
from survey_app.services.surveys import list_surveys
from survey_app.services.turnout import ballots_of_surveys

_REASON = click.option("--reason", help="原因，会记录并公布。 The reason; it is recorded and printed.")


@click.command("launch")
@click.argument("file", type=click.Path(path_type=Path))
def launch(file: Path) -> None:
    """按定义文件（JSON）新建一次测评。 Make a draft survey from a definition file.

    最后一行输出测评的名称，供其他命令使用。 The last line printed is the survey's slug.
    """
    with database().writing() as session:
        slug = launching.launch(session, read_file(file), BY).slug
    click.echo(slug)


@click.command("change")
@click.argument("survey")
@click.argument("file", type=click.Path(path_type=Path))
def change(survey: str, file: Path) -> None:
    """更换草稿的定义文件（开始测评后问卷即冻结）。 Replace a draft's definition; frozen once opened."""
    with database().writing() as session:
        launching.change_definition(session, survey, read_file(file))
    tell("Survey {slug}: its definition was replaced.", slug=survey)


@click.command("list")
def list_() -> None:
    """列出全部测评。 List the surveys."""
    with database().reading() as session:
        ballots = ballots_of_surveys(session)
        for survey in list_surveys(session):
            state = say(state_name(SurveyState(survey.state)))
            title = pick(survey.title, DEFAULT_LANGUAGE)
            click.echo(f"{survey.slug}\t{state}\t{ballots.get(survey.id, 0)}\t{title}")


@click.command("open")
@click.argument("survey")
def open_(survey: str) -> None:
    """立即开始测评，问卷随之冻结。 Open a draft now, whatever its planned date; its questionnaire freezes."""
    with database().writing() as session:
        lifecycle.open_survey(session, survey, BY)
    tell("Survey {slug} is open.", slug=survey)


@click.command("close")
@click.argument("survey")
def close(survey: str) -> None:
    """立即截止测评。 Close an open survey now, without grace."""
    with database().writing() as session:
        lifecycle.close_survey(session, survey, BY)
    tell("Survey {slug} is closed.", slug=survey)


@click.command("reopen")
@click.argument("survey")
@_REASON
def reopen(survey: str, reason: str | None) -> None:
    """24 小时内、无人看过结果时重新开放。 Reopen within 24 hours while nobody has seen a figure."""
    with database().writing() as session:
        lifecycle.reopen_survey(session, survey, BY, reason)
    tell("Survey {slug} is open.", slug=survey)


@click.command("publish")
@click.argument("survey")
@_REASON
def publish(survey: str, reason: str | None) -> None:
    """发布结果：生成一版不再变化的表和图。 Freeze the tables of a closed survey as a numbered release."""
    with progress_bar(publishing.STEPS, "发布 · release") as bar:
        release = publishing.publish(database(), survey, BY, reason, lambda done: bar.update(done - bar.pos))
    tell("Survey {slug}: release {number} is published.", slug=survey, number=release.number)


@click.command("withdraw")
@click.argument("survey")
@_REASON
def withdraw(survey: str, reason: str | None) -> None:
    """撤回最新一版：原地址保留并加说明。 Withdraw the newest release; its address stays, under a banner."""
    with database().writing() as session:
        number = publishing.withdraw(session, survey, BY, reason).number
    tell("Survey {slug}: release {number} is withdrawn.", slug=survey, number=number)
