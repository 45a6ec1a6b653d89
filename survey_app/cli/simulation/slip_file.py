"""Read a file of slips, as `slips --out FILE.csv` writes it: each row is what one resident holds in the hand."""

import csv
from collections.abc import Container

from survey_app.domain.entry_codes import is_entry_code, is_slip_code
from survey_app.domain.messages import Refused, message


def read_slips(content: bytes, units: Container[str]) -> list[tuple[str, str, str]]:
    """Return unit code, group and code of each slip; Refused where a row is none, or its unit is not among `units`."""
    try:
        rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    except UnicodeDecodeError:
        raise Refused(message("The file is not UTF-8 text.")) from None
    slips = [(row.get("unit_code") or "", row.get("group") or "", row.get("code") or "") for row in rows]
    for number, (unit, group, code) in enumerate(slips, start=2):
        if unit not in units or not group or not (is_entry_code(code) and is_slip_code(code)):
            raise Refused(message("Row {row} is no slip: it needs a unit_code, a group and a code.", row=number))
    if not slips:
        raise Refused(message("There are no slips in this file."))
    return slips
