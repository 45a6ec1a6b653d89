"""Figures of a closed survey, for the operator: the tally, the table, and the audit that counts the ballots again."""

import click

from survey_app.cli.context import FORMAT, database, print_rows, tell
from survey_app.services.auditing import audit_tally
from survey_app.services.releases.result_rows import TABLE_COLUMNS, result_rows, table_rows
from survey_app.services.surveys import find_survey
from survey_app.services.tabulating import load_counts, mark_figures_seen, tally_columns, tally_rows


@click.command("tally")
@click.argument("survey")
@FORMAT
@click.option("--by", type=click.Choice(["place", "group"]), help="按测评点或票种拆分 · Split by place or by group.")
def tally(survey: str, format_: str, by: str | None) -> None:
    """截止后的计数（未经隐藏处理，不得公布）。 Counts after closing, before suppression: not for publication."""
    with database().writing() as session:
        mark_figures_seen(session, survey)
    with database().reading() as session:
        counted = load_counts(session, find_survey(session, survey))
        print_rows(tally_columns(by), tally_rows(counted, by), format_)


@click.command("table")
@click.argument("survey")
@FORMAT
def table(survey: str, format_: str) -> None:
    """截止后的统计表（已隐藏小样本）。 The table after closing: one row a unit and question, suppression applied."""
    with database().writing() as session:
        found = mark_figures_seen(session, survey)
    with database().reading() as session:
        rows = result_rows(load_counts(session, found), found.threshold, found.empty_group)
    print_rows(TABLE_COLUMNS, ([row[column] for column in TABLE_COLUMNS] for row in table_rows(rows)), format_)


@click.command("recount")
@click.argument("survey")
def recount(survey: str) -> None:
    """重新逐张清点答卷，与计数核对。 Count the stored ballots again and hold them against the tally."""
    with database().reading() as session:
        ballots = audit_tally(session, survey)
    tell(
        "Survey {slug}: {ballots} ballots counted again; the tally agrees in every cell.", slug=survey, ballots=ballots
    )
