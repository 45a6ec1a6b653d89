"""Tables as an Excel workbook (XLSX): typed cells, a fixed head, ready to print. No cell is a formula or a link."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.delimited import neutralise
from survey_app.documents.printed_table import NO_RATE, PrintedTable
from survey_app.documents.table_layout import squares
from survey_app.documents.workbook_cover import Cover, write_cover

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_PRINTED_NUMBER = re.compile(r"[+-]?\d+(?:\.(\d+))?")
_TITLE_ROW, _HEADER_ROW, _FIRST_ROW = 0, 1, 2
_A4 = 9
#: Points that one line of a note takes.
_LINE = 16
#: A table with more columns than this is scrolled sideways.
_WIDE = 8
_FONT = {"font_name": "Microsoft YaHei", "font_size": 11}


def write_workbook(
    out: BinaryIO, sheets: Sequence[PrintedTable], created: datetime, cover: Cover | None = None
) -> None:
    """Write the sheets to `out` as one workbook; the same sheets and `created` (aware) give the same bytes.

    In each sheet row 1 is the title, row 2 the header (both stay in view; the header has filters and is repeated on
    each printed page; in a wide table the names stay in view too), then come the rows, a blank row and the notes.
    None and "" are empty cells; in a rate column None is "—". A cover comes first; its watermark heads every printed
    page.

    ValueError: a row does not have one cell for each column, a cell is not of its column's kind, or it is longer than
    Excel's 32,767 characters. xlsxwriter's own errors: a sheet's name breaks Excel's rules.
    """
    from xlsxwriter.workbook import Workbook  # noqa: PLC0415 - takes 0.05 s that only an export needs.

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
        "default_format_properties": dict(_FONT),  # The library writes into it.
    }
    with Workbook(out, options) as workbook:
        workbook.set_properties({"created": created.astimezone(UTC).replace(tzinfo=None)})
        if cover is not None:
            write_cover(workbook, cover, sheets)
        for sheet in sheets:
            _SheetWriter(workbook, sheet).write()
        if cover is not None and cover.watermark:
            for page in workbook.worksheets():
                page.set_header(f"&C&16&KC00000{cover.watermark.replace('&', '&&')}")


class _SheetWriter:
    """Writes one sheet; keeps the formats that its cells share."""

    def __init__(self, workbook: "Workbook", sheet: PrintedTable) -> None:
        self._workbook = workbook
        self._sheet = sheet
        self._page: Worksheet = workbook.add_worksheet(sheet.name)
        self._formats: dict[str, Format] = {}

    def write(self) -> None:
        self._set_up_page()
        self._write_head()
        for row, cells in enumerate(self._sheet.rows, start=_FIRST_ROW):
            if len(cells) != len(self._sheet.columns):
                raise ValueError(f"{self._place(row)}: {len(cells)} cells for {len(self._sheet.columns)} columns")
            for column, value in enumerate(cells):
                self._write_cell(row, column, value)
        below = _FIRST_ROW + len(self._sheet.rows) + 1
        for row, note in enumerate(self._sheet.notes, start=below):
            self._write_note(row, note)

    def _write_note(self, row: int, note: str) -> None:
        """Write a note across the table: beyond it, it would make the printed page wider than the table."""
        form = self._workbook_format("note", {"text_wrap": True, "valign": "top"})
        across = sum(column.width for column in self._sheet.columns)
        lines = -(-squares(note) * 2 // across) if across else 1
        self._page.set_row(row, _LINE * max(1, lines))
        if len(self._sheet.columns) > 1:
            self._page.merge_range(row, 0, row, len(self._sheet.columns) - 1, "", form)
        self._write_text(row, 0, note, form)

    def _set_up_page(self) -> None:
        page = self._page
        page.set_landscape()
        page.set_paper(_A4)
        page.fit_to_pages(1, 0)  # As wide as the paper, as long as it takes.
        page.repeat_rows(_HEADER_ROW)
        page.set_footer("&C第 &P 页，共 &N 页")
        page.freeze_panes(_FIRST_ROW, self._columns_in_view())

    def _columns_in_view(self) -> int:
        """Return how many columns stay in view: in a wide table those up to the first names."""
        kinds = [column.kind for column in self._sheet.columns]
        return kinds.index("text") + 1 if len(kinds) > _WIDE and "text" in kinds[:2] else 0

    def _write_head(self) -> None:
        title = self._workbook_format("title", {"bold": True, "font_size": 14})
        header = self._workbook_format(
            "header",
            {
                "bold": True,
                "text_wrap": True,
                "align": "center",
                "valign": "vcenter",
                "border": 1,
                "bg_color": "#E8EEF4",
            },
        )
        self._write_text(_TITLE_ROW, 0, self._sheet.title, title)
        for number, column in enumerate(self._sheet.columns):
            self._page.set_column(number, number, column.width)
            self._write_text(_HEADER_ROW, number, column.header, header)
        last_row = _HEADER_ROW + len(self._sheet.rows)
        self._page.autofilter(_HEADER_ROW, 0, last_row, len(self._sheet.columns) - 1)

    def _write_cell(self, row: int, column: int, value: object) -> None:
        kind = self._sheet.columns[column].kind
        if kind == "rate" and value != "":
            self._write_rate(row, column, NO_RATE if value is None else value)
        elif value is None or value == "":
            self._page.write_blank(row, column, None, self._cell_format("text"))
        elif kind == "integer" and isinstance(value, int):
            self._page.write_number(row, column, value, self._cell_format("#,##0"))
        elif isinstance(value, str):
            self._write_text(row, column, value, self._cell_format("text"))
        else:
            raise ValueError(f"{self._place(row)}: {value!r} in a column of kind {kind}")

    def _write_rate(self, row: int, column: int, value: object) -> None:
        if not isinstance(value, (str, Decimal)):
            raise ValueError(f"{self._place(row)}: {value!r} is no rate as it is printed")
        printed = str(value).replace("−", "-")
        number = _PRINTED_NUMBER.fullmatch(printed)
        if number is None:
            self._write_text(row, column, str(value), self._cell_format("no rate"))
            return
        places = "0." + "0" * len(number[1]) if number[1] else "0"
        shown = f"+{places};-{places};{places}" if printed.startswith("+") else places
        self._page.write_number(row, column, float(printed), self._cell_format(shown))

    def _write_text(self, row: int, column: int, text: str, form: "Format") -> None:
        if self._page.write_string(row, column, neutralise(text), form) != 0:
            raise ValueError(f"{self._place(row)}: the text has {len(text)} characters, more than a cell holds")

    def _place(self, row: int) -> str:
        return f"sheet {self._sheet.name}, row {row + 1}"

    def _cell_format(self, shown: str) -> "Format":
        """Return the format of a table's cell: "text", "no rate", or a number format."""
        if shown == "text":
            return self._workbook_format(shown, {"border": 1, "valign": "vcenter", "text_wrap": True})
        if shown == "no rate":
            return self._workbook_format(shown, {"border": 1, "valign": "vcenter", "align": "right"})
        return self._workbook_format(shown, {"border": 1, "valign": "vcenter", "num_format": shown})

    def _workbook_format(self, name: str, properties: dict[str, object]) -> "Format":
        if name not in self._formats:
            self._formats[name] = self._workbook.add_format(properties)
        return self._formats[name]
