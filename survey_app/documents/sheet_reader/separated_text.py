"""A .csv as spreadsheets write it: which encoding, which separator, which records."""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from survey_app.domain.messages import Refused, message


def read_separated_text(content: bytes) -> Iterator[list[str]]:
    """Yield the records of a .csv; a blank line is an empty record, so that counting them gives a spreadsheet's rows.

    Raises Refused for bytes that are no text and for a quotation mark out of place.
    """
    text = _decode(content)
    if "\0" in text:
        raise Refused(message("The file is no text. Save the list as .csv (UTF-8) or .xlsx."))
    first_line = next(filter(str.strip, text.splitlines()), "")
    separator = max(",;\t", key=first_line.count)
    # Without `strict` a quotation mark that is never closed would swallow the rest of the list in silence.
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row = 1
    try:
        for record in records:
            yield record
            row += 1
    except csv.Error as error:
        raise Refused(
            message("Row {row}: a quotation mark is not closed or stands in the wrong place.", row=row)
        ) from error


def _decode(content: bytes) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _decode_as(content, "utf-16")
    if content.startswith(codecs.BOM_UTF8) or _is_utf8(content):
        return _decode_as(content, "utf-8-sig")
    # Excel in Chinese saves GB18030 (GBK is a part of it).
    return _decode_as(content, "gb18030")


def _is_utf8(content: bytes) -> bool:
    """Say whether the bytes are UTF-8, be it damaged.

    One broken byte must not turn every name of a list into other characters, as GB18030 would make of UTF-8. Chinese
    in GB18030 is hardly ever valid UTF-8.
    """
    text = content.decode(errors="replace")
    broken = text.count("\N{REPLACEMENT CHARACTER}")
    sound = len(re.sub(r"[\x00-\x7f]+", "", text)) - broken
    return sound >= 10 * broken


def _decode_as(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Refused(
            message("Line {line} of the file cannot be read. Save the list again as .csv (UTF-8) or .xlsx.", line=line)
        ) from error
