"""Posters and the codes on them."""

from pathlib import Path

import click

from survey_app.cli.context import FORMAT, config, database, print_rows, tell, whole_file
from survey_app.services.entry_codes import list_codes, print_posters


@click.command("posters")
@click.argument("survey")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="PDF 文件 · The PDF file.")
@click.option("--under", metavar="UNIT", help="只印这个单位以下的 · Only the places under this unit.")
def posters(survey: str, out: Path, under: str | None) -> None:
    """生成测评公告（每处一页 A4，含二维码）。 Make A4 posters with QR codes, one page a place.

    再次生成时测评码不变。 Making them again never changes a code.
    """
    with whole_file(out) as file, database().reading() as session, click.progressbar(length=1, label="PDF") as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        pages = print_posters(session, survey, config().public_url, file, progress, under)
    tell("{pages} posters in {path}.", pages=pages, path=out)


@click.command("entry-codes")
@click.argument("survey")
@FORMAT
def entry_codes(survey: str, format_: str) -> None:
    """列出测评公告上的测评码。 List the poster codes: unit_code, group, code, url."""
    with database().reading() as session:
        codes = list_codes(session, survey, config().public_url)
    columns = ("unit_code", "group", "code", "url")
    print_rows(columns, [[getattr(each, column) for column in columns] for each in codes], format_)
