"""What is asked of a workbook before a library may parse it: a workbook is an archive, and an archive can lie.

A few kilobytes can claim, or become, gigabytes; an entry can name a path outside; XML can define entities that grow or
that fetch. So every entry is unpacked here within bounds, and its XML is walked once without building anything.
"""

import zipfile
from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.sax import parse

from survey_app.documents.sheet_reader.sheet import too_large
from survey_app.domain.messages import Refused, message

MAX_ENTRIES = 500
#: Bytes of all entries together, unpacked; a list of 20,000 units takes about 10 million.
MAX_UNPACKED = 40_000_000
#: Spreadsheets pack ten to thirty to one.
MAX_RATIO = 150
MAX_ELEMENTS = 1_000_000
MAX_CELLS = 200_000
#: A formula that cells share is written out anew, by its length, for each of them.
MAX_FORMULA_WORK = 5_000_000


def guard_archive(content: bytes) -> None:
    """Refuse an archive that is no workbook, or that would cost more than a list of units can.

    Raises Refused; for a broken archive, zipfile's and zlib's own errors.
    """
    with zipfile.ZipFile(BytesIO(content)) as archive:
        entries = archive.infolist()
        names = [entry.filename for entry in entries]
        if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise Refused(message("The file is no Excel workbook. Open it in a spreadsheet and save it as .xlsx."))
        if len(set(names)) < len(names) or any(map(_leads_outside, names)):
            raise Refused(unreadable())
        declared = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or declared > min(MAX_UNPACKED, MAX_RATIO * len(content)):
            raise Refused(too_large())
        walk = _Walk()
        left = MAX_UNPACKED
        for entry in entries:
            # The declared size may be a lie: what is unpacked is counted, and its checksum compared at its end.
            with archive.open(entry) as unpacked:
                data = unpacked.read(left + 1)
            left -= len(data)
            if left < 0:
                raise Refused(too_large())
            walk.through(data)


def unreadable() -> Message:
    """Say that a workbook is damaged or no ordinary one."""
    return message("The workbook cannot be read. Open it in a spreadsheet and save it again as .xlsx.")


def _leads_outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


class _Walk(ContentHandler):
    """Counts the elements of XML; builds nothing, follows nothing."""
