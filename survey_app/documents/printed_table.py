"""A table as it is printed: the one form from which workbook, bulletin, sheets and pages are written.

Its cells are finished: a rate is the printed text, so every file has the same digits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Kind = Literal["text", "integer", "rate"]

#: What stands where there is no rate.
NO_RATE = "—"


@dataclass(frozen=True)
class Column:
    """One column: its header, its width in characters of the standard font, and what its cells are.

    text: strings. integer: ints, shown with thousands. rate: a rate as it is printed ("97.1", Decimal("97.1")), stored
    as that number and shown with as many places; None and other texts ("—", "样本不足") stay texts.
    """

    header: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True)
class PrintedTable:
    """One table: a short name, a title above it, its columns and rows, and notes under it; `basis` follows the title.

    `name` is its tab in a workbook and follows Excel's rules: at most 31 characters, no brackets, colons, asterisks,
    question marks or slashes, unique in the workbook.
    """

    name: str
    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[object]]
    basis: str = ""
