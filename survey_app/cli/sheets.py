"""The result sheets (反馈单) of the units."""

from pathlib import Path

import click

from survey_app.cli.context import database, progress_bar, tell
from survey_app.domain.release import Audience
from survey_app.services.releases.sheet_files import write_sheet_files


@click.command("sheets")
@click.argument("survey")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="新文件夹 · Folder that is not there yet.")
@click.option("--under", help="只做这个单位及其下级 · Only this unit and those below it.")
@click.option(
    "--audience",
    type=click.Choice([audience.value for audience in Audience]),
    default=Audience.INTERNAL.value,
    show_default=True,
    help="取自哪一种发布 · From which release.",
)
def sheets(survey: str, out: Path, under: str | None, audience: str) -> None:
    """生成单位反馈单：合为一个 PDF，另每单位一个。 Write the units' result sheets: one PDF of all, and one each."""
    with database().reading() as session, progress_bar(1, "反馈单 · sheets") as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        written = write_sheet_files(session, survey, Audience(audience), under, out, show)
    tell("Survey {slug}: {count} sheets stand in {path}.", slug=survey, count=f"{written:,}", path=out)
