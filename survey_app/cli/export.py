"""A release as a folder of static files."""

from pathlib import Path

import click

from survey_app.cli.context import database, progress_bar, tell
from survey_app.services.releases.static import PageMaker, export_release


@click.command("export")
@click.argument("survey")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="新文件夹 · Folder that is not there yet.")
@click.option("--release", "number", type=click.IntRange(1), help="第几版，默认最新版 · By default the newest.")
@click.option(
    "--audience",
    type=click.Choice(["public", "internal", "review"]),
    default="public",
    show_default=True,
    help="公开、内部通报或送审稿 · For whom.",
)
@click.pass_obj
def export(make_pages: PageMaker, survey: str, out: Path, number: int | None, audience: str) -> None:
    """导出一版结果为静态网页文件夹。 Write a release as a folder of static files, for any web server.

    文件夹此后不再变化；撤回、更正的说明由网站另加。
    The same release gives the same bytes; SHA256SUMS lists the hash of each file.
    """
    with database().reading() as session, progress_bar(1, "HTML") as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        exported = export_release(session, survey, number, audience, out, make_pages, show)
    tell(
        "Survey {slug}: release {number} stands in {path}, {files} files.",
        slug=survey,
        number=exported.number,
        path=out,
        files=f"{exported.files:,}",
    )
