"""The channels of each listed target: a table that only the workbook has. Of a survey about places see table 2."""

from collections.abc import Sequence

from survey_app.documents.printed_table import Column, PrintedTable
from survey_app.services.releases.result_rows import ResultRow
from survey_app.services.releases.tables import units, wording
from survey_app.services.releases.tables.wording import Head


def channels_table(head: Head, rows: Sequence[ResultRow]) -> PrintedTable:
    """Every listed target by channel, headline question."""
    targets = {row.code: row for row in rows if row.is_target}
    weighted = ["各渠道的占比未加权。"] if wording.is_weighted(head) else []
    return PrintedTable(
        name="附表3 各渠道",
        title=wording.title(head, "各评议对象各渠道"),
        notes=[
            f"题目：{wording.text(wording.headline(head)['text'])}",
            "其他各表合并全部渠道；此处分开列出，只列全部测评点的合计。",
            *weighted,
            f"{wording.RATED}{wording.ALL}",
            wording.versions(head),
        ],
        columns=(Column("评议对象", 24), Column("类别", 14), Column("渠道", 16), *units.CROSSED_FIGURES),
        rows=[
            [
                wording.name(targets[each["target"]]),
                wording.class_of(targets[each["target"]]),
                wording.CHANNELS[each["channel"]],
                *units.crossed_cells(each),
            ]
            for each in head["channel_targets"]
        ],
    )
