"""Launch a survey and lead it through its states."""

from pathlib import Path

import click

from survey_app.cli.context import BY, database, progress_bar, read_file, say, tell
from survey_app.domain.lifecycle import SurveyState, state_name
from survey_app.domain.release import Audience, DocumentHead, Step
from survey_app.domain.texts import DEFAULT_LANGUAGE, pick
from survey_app.services import launching, lifecycle, publishing
from survey_app.services.progress.turnout import ballots_of_surveys
from survey_app.services.releases import signing, withdrawing
from survey_app.services.surveys import list_surveys

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
        launching.change_definition(session, survey, read_file(file), BY)
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


@click.command("approve")
@click.argument("survey")
def approve(survey: str) -> None:
    """按草稿当前内容审批（新建或最后修改的人不能自己审批）。 Approve a draft as it stands now.

    Who launched or changed it last cannot.
    """
    with database().writing() as session:
        lifecycle.approve_survey(session, survey, BY)
    tell("Survey {slug} is approved.", slug=survey)


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


@click.command("review")
@click.argument("survey")
@click.option("--document-number", default="", help="文号 · Number of the document.")
@click.option("--main", default="", help="主送 · To whom it is addressed.")
@click.option("--copies", default="", help="抄送 · Copies to.")
@click.option(
    "--leave-out",
    "left_out",
    multiple=True,
    help="关键词中剔除的词，可重复；不给则沿用上一稿，给空词则不剔除。 Keyword to leave out, again for each; "
    "without it those of the draft before, '' for none.",
)
def review(survey: str, document_number: str, main: str, copies: str, left_out: tuple[str, ...]) -> None:
    """生成送审稿（带水印）：供核对和签发。 Make a draft for review, with a watermark, to be checked and signed."""
    document = DocumentHead(document_number.strip(), main.strip(), copies.strip())
    number = _release(survey, None, Audience.REVIEW, document, left_out or None)
    tell("Survey {slug}: draft for review {number} is made.", slug=survey, number=number)


@click.command("sign")
@click.argument("survey")
@click.option(
    "--step", required=True, type=click.Choice([step.value for step in Step]), help="经办、审核、签发 · Which step."
)
@click.option("--post", default="", help="职务 · The office that the person holds.")
@click.option("--name", required=True, help="姓名 · Who signs.")
def sign(survey: str, step: str, post: str, name: str) -> None:
    """签署最新的送审稿：经办 — 审核 — 签发。 Take the next step of the sign-off of the newest draft."""
    with database().writing() as session:
        draft = signing.sign(session, survey, Step(step), post, name, BY)
    tell("Survey {slug}: draft {number} is signed by {name}.", slug=survey, number=draft.number, name=name.strip())


@click.command("publish")
@click.argument("survey")
@_REASON
@click.option(
    "--audience",
    type=click.Choice([Audience.PUBLIC.value, Audience.INTERNAL.value]),
    default=Audience.PUBLIC.value,
    help="公开，或内部通报 · For everybody, or the office's internal bulletin.",
)
def publish(survey: str, reason: str | None, audience: str) -> None:
    """发布结果：生成一版不再变化的表和图。 Freeze the tables of a closed survey as a numbered release."""
    number = _release(survey, reason, Audience(audience))
    if audience == Audience.INTERNAL:
        tell("Survey {slug}: internal release {number} is made.", slug=survey, number=number)
    else:
        tell("Survey {slug}: release {number} is published.", slug=survey, number=number)


def _release(
    survey: str,
    reason: str | None,
    audience: Audience,
    document: DocumentHead | None = None,
    left_out: tuple[str, ...] | None = None,
) -> int:
    with progress_bar(publishing.STEPS, "发布 · release") as bar:
        release = publishing.publish(
            database(), survey, BY, reason, lambda done: bar.update(done - bar.pos), audience, document, left_out
        )
    return release.number


@click.command("withdraw")
@click.argument("survey")
@_REASON
@click.option(
    "--audience",
    type=click.Choice([Audience.PUBLIC.value, Audience.INTERNAL.value]),
    default=Audience.PUBLIC.value,
    show_default=True,
    help="公开的，或内部通报及其反馈单 · The public release, or the internal bulletin with its sheets.",
)
@click.option("--number", type=int, help="第几版；不给则为最新一版 · Its number; without it the newest.")
def withdraw(survey: str, reason: str | None, audience: str, number: int | None) -> None:
    """撤回一版：公开的原地址保留并加说明。 Withdraw a release; a public one's address stays, under a banner."""
    with database().writing() as session:
        gone = [
            (Audience(each.audience), each.number)
            for each in withdrawing.withdraw(session, survey, BY, reason, Audience(audience), number)
        ]
    for of, each in gone:
        if of is Audience.INTERNAL:
            tell("Survey {slug}: internal release {number} is withdrawn, with its sheets.", slug=survey, number=each)
        else:
            tell("Survey {slug}: release {number} is withdrawn.", slug=survey, number=each)
