"""Slips: print them once, or hand their codes to a print shop."""

import os
from pathlib import Path

import click

from survey_app.cli.context import BY, config, database, progress_bar, say, tell, whole_file
from survey_app.documents.delimited import write_csv
from survey_app.domain.entry_codes import SLIP_LENGTH
from survey_app.services.codes.entry_codes import address_warning
from survey_app.services.slips.issuing import issue_slips, make_slips
from survey_app.services.slips.planning import SlipOrder

#: What a file of codes has, for print shops and for `answer --slips`.
COLUMNS = ("unit_code", "group", "code", "url")


def _known_ending(context: click.Context, option: click.Parameter, path: Path) -> Path:
    if path.suffix.lower() not in (".pdf", ".csv"):
        raise click.BadParameter("*.pdf / *.csv")
    return path


@click.command("slips")
@click.argument("survey")
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_known_ending,
    required=True,
    help="PDF 或 CSV 文件 · The file: .pdf to cut, or .csv for a print shop.",
)
@click.option("--under", metavar="UNIT", help="只印这个单位以下的 · Only the places under this unit.")
@click.option("--group", metavar="CODE", help="只印这个票种 · Only this group; otherwise all that answer by slip.")
@click.option(
    "--copies", type=click.IntRange(1, 10_000), help="每处张数，默认按应答数 · Slips a place; by default its quota."
)
@click.option("--reason", default="", help="重印的原因 · Why they are printed again; it is recorded.")
def slips(survey: str, out: Path, under: str | None, group: str | None, copies: int | None, reason: str) -> None:
    """印制测评票（一次性测评码，每张 A4 十张）。 Print slips: single-use codes, ten on an A4 sheet.

    只印一次：库中不存测评码。重印会作废此前未使用的测评票。
    They are printed once: no code is stored. Printing again voids those that are unspent.
    """
    warning = address_warning(config().public_url, SLIP_LENGTH)
    if warning is not None:
        click.echo(say(warning), err=True)
    order = SlipOrder(survey, under, group, copies, reason.strip())
    with whole_file(out) as file:
        os.fchmod(file.fileno(), 0o600)  # Whoever can read it can answer.
        with database().reading() as session:
            made = make_slips(session, order, config().public_url, config().secret_key)
        if out.suffix.lower() == ".csv":
            write_csv(file, COLUMNS, made.rows(), bom=False)
        else:
            with progress_bar(made.count, "PDF") as bar:
                made.write_pdf(file, lambda done, total: bar.update(done - bar.pos))
        file.flush()
        os.fsync(file.fileno())  # The codes are nowhere else: only when they are on disk do they become slips.
        with database().writing() as session:
            issue_slips(session, made, BY, config().secret_key)
    tell(
        "{count} slips in {path}. Whoever has the file can answer: delete it once it is printed.",
        count=made.count,
        path=out,
    )
