"""The ten tables of a release, from its head and its rows after suppression; nothing else is read."""

from collections.abc import Sequence

from survey_app.documents.printed_table import PrintedTable
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import channels, comparisons, method, overview, units
from survey_app.services.releases.tables.wording import Head


def release_tables(head: Head, rows: Sequence[ResultRow]) -> Sequence[PrintedTable]:
    """Return tables 1 to 10 in order; one that a survey has no use for says so."""
    return [
        overview.participation(head),
        overview.headline(head, rows),
        overview.options(head, rows),
        units.areas_table(head, rows),
        units.annex(head, rows),
        comparisons.groups(head, rows),
        comparisons.waves(head, rows),
        comparisons.weighting(head, rows),
        comparisons.attention(head, rows),
        method.method(head),
    ]


def long_tables(head: Head, rows: Sequence[ResultRow]) -> Sequence[PrintedTable]:
    """Return the tables that only the workbook has: every unit by question, by group, and every target by channel."""
    groups = [units.groups_table(head, rows)] if len(head["groups"]) > 1 else []
    apart = [channels.channels_table(head, rows)] if head["channel_targets"] else []
    return [units.long_table(head, rows), *groups, *apart]


def applies(table: PrintedTable) -> bool:
    """Say whether a survey had something to put into one of the ten tables."""
    return len(table.columns) > 1
