"""One row's cells: cleaned, and what is wrong with each by itself."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from survey_app.domain.messages import Message, message
from survey_app.domain.units.level import Level, level_of
from survey_app.domain.units.unit import UnitRow

#: The columns by field, as an error names them.
COLUMNS = {
    "code": message("code"),
    "name": message("name"),
    "level": message("level"),
    "parent_code": message("parent_code"),
    "unit_class": message("class"),
    "sector": message("sector"),
}
_LONGEST = {"code": 32, "name": 100, "unit_class": 100, "sector": 100}
# A code stands in addresses, file names and CSV cells: plain characters, and no sign at its head.
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]*")
_SHOWN = 40  # An error repeats so many characters of a value.


@dataclass(frozen=True, eq=False)  # Two rows are never the same row, however alike.
class ListedUnit:
    """A row with its cells cleaned. `rank` is the level that its level's word stands for, None where it is no such."""

    raw: UnitRow
    code: str
    name: str
    level: str
    parent_code: str
    unit_class: str | None
    sector: str | None
    rank: Level | None

    @classmethod
    def read(cls, raw: UnitRow) -> "ListedUnit":
        """Clean the cells of a row: codes to NFKC, other text to NFC, spaces at the ends off and inner ones single."""
        # An input method may have typed a code in full-width digits: NFKC makes them the digits that they mean.
        code, parent = (unicodedata.normalize("NFKC", cell).strip() for cell in (raw.code, raw.parent_code))
        unit_class, sector = (None if cell is None else _clean(cell) for cell in (raw.unit_class, raw.sector))
        return cls(raw, code, _clean(raw.name), _clean(raw.level), parent, unit_class, sector, level_of(raw.level))


def _clean(cell: str) -> str:
    # Only spaces are joined: a tab or a line break inside a name is an accident that a person must see.
    return re.sub(r"[^\S\t-\r\x1c-\x1f\x85\u2028\u2029]+", " ", unicodedata.normalize("NFC", cell).strip())


def cell_faults(column: str, raw: str, clean: str) -> Iterator[tuple[Message, Message]]:
    """Yield what is wrong with one cell by itself; a formula or a hidden character is told alone."""
    hidden = next((character for character in clean if not character.isprintable()), None)
    if _is_formula(raw) or _is_formula(clean):
        yield (
            message("This is a formula, or would be one in a spreadsheet."),
            message("Write the value itself; it must not begin with = + - @, a tab or a line break."),
        )
    elif hidden is not None:
        yield (
            message("It holds a character that cannot be printed ({character}).", character=f"U+{ord(hidden):04X}"),
            message("Type the value again instead of pasting it."),
        )
    else:
        longest = _LONGEST.get(column, len(clean))
        if len(clean) > longest:
            yield (
                message("It has {length} characters.", length=len(clean)),
                message("Shorten it to {longest} characters at most.", longest=longest),
            )
        if column == "code" and clean and not _CODE.fullmatch(clean):
            yield (
                message("A code holds only letters A to Z, digits, and - _ . and begins with a letter or a digit."),
                message("Correct the code; in a spreadsheet format the column as text."),
            )


def _is_formula(cell: str) -> bool:
    # A spreadsheet may take the full-width signs for the plain ones.
    head = unicodedata.normalize("NFKC", cell[:1])
    return head in set("=+@\t\r\n") or (head == "-" and not re.fullmatch(r"\s*[\d.,]*\s*", cell[1:]))


def shown(value: str) -> str:
    """Return a value as an error repeats it: short, and with what cannot be printed written out."""
    short = value if len(value) <= _SHOWN else value[:_SHOWN] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
