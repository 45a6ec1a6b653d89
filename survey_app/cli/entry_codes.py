"""Posters and the codes on them."""

from pathlib import Path

import click

from survey_app.cli.context import FORMAT, config, database, print_rows, progress_bar, say, tell, whole_file
from survey_app.documents.paper import PAPERS
from survey_app.services.codes.entry_codes import address_warning, list_codes, print_posters


@click.command("posters")
@click.argument("survey")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="PDF 文件 · The PDF file.")
@click.option("--paper", type=click.Choice(list(PAPERS)), default="A4", show_default=True, help="纸张 · The paper.")
@click.option("--under", metavar="UNIT", help="只印这个单位以下的 · Only the places under this unit.")
def posters(survey: str, out: Path, paper: str, under: str | None) -> None:
    """生成测评公告（每处一页，含二维码），首页为测试页。 Make posters with QR codes, one page a place, and a test page.

    请先打印并扫描首页，再批量打印。再次生成时测评码不变。
    Print and scan the first page before the rest. Making them again never changes a code.
    """
    warning = address_warning(config().public_url)
    if warning is not None:
        click.echo(say(warning), err=True)
    with whole_file(out) as file, database().reading() as session, progress_bar(1, "PDF") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        pages = print_posters(session, survey, config().public_url, file, progress, under, paper)
    tell("{pages} posters in {path}, behind a test page. Print and scan that first.", pages=pages, path=out)


@click.command("entry-codes")
@click.argument("survey")
@FORMAT
def entry_codes(survey: str, format_: str) -> None:
    """列出测评公告上的测评码。 List the poster codes: unit_code, group, code, url."""
    with database().reading() as session:
        codes = list_codes(session, survey, config().public_url)
    columns = ("unit_code", "group", "code", "url")
    print_rows(columns, [[getattr(each, column) for column in columns] for each in codes], format_)
