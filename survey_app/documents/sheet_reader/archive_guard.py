"""What is asked of a workbook before a library may parse it: a workbook is an archive, and an archive can lie.

A few kilobytes can claim, or become, gigabytes; an entry can name a path outside; XML can define entities that grow or
that fetch. So every entry is unpacked here within bounds, and its XML is walked once without building anything.
"""

import zipfile
from contextlib import suppress
from io import BytesIO
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml import DefusedXmlException
from defusedxml.sax import parse

from survey_app.documents.sheet_reader.sheet import too_large
from survey_app.domain.messages import Message, Refused, message

MAX_ENTRIES = 500
#: Bytes of all entries together, unpacked; a list of 20,000 units takes about 10 million.
MAX_UNPACKED = 40_000_000
MAX_ROW_NUMBER = 1_048_576
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
        if len(set(names)) < len(names) or any(map(_leads_outside, names)) or not all(map(_is_plain, entries)):
            raise Refused(unreadable())
        declared = sum(entry.file_size for entry in entries)
        if len(entries) > MAX_ENTRIES or declared > min(MAX_UNPACKED, MAX_RATIO * len(content)):
            raise Refused(too_large())
        walk = _Walk()
        for entry in entries:
            walk.through(_unpack(archive, entry))


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    # An entry may become more than it declares, and a library that reads it would unpack it whole before cutting it
    # off. So it is allowed one byte more here, only to see whether there is one.
    declared = entry.file_size
    entry.file_size = declared + 1
    with archive.open(entry) as unpacked:
        data = unpacked.read(entry.file_size)
    if len(data) != declared:
        raise Refused(unreadable())
    return data


def unreadable() -> Message:
    """Say that a workbook is damaged or no ordinary one."""
    return message("The workbook cannot be read. Open it in a spreadsheet and save it again as .xlsx.")


def _leads_outside(name: str) -> bool:
    return name.startswith(("/", "\\")) or ":" in name or ".." in name.replace("\\", "/").split("/")


def _is_plain(entry: zipfile.ZipInfo) -> bool:
    # Only deflate is unpacked in steps: of the other methods a single step may fill the memory.
    return entry.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class _Walk(ContentHandler):
    """Counts the elements of XML; builds nothing, follows nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.elements = self.cells = 0

    def through(self, data: bytes) -> None:
        """Walk one entry. Raises Refused for a document type, rows out of order, and more than a list needs."""
        self.row = self.shared = self.longest = self.length = 0
        try:
            # A picture is no XML; XML that is broken stops the library at the same place.
            with suppress(SAXParseException):
                parse(BytesIO(data), self, forbid_dtd=True)
        except DefusedXmlException as error:
            raise Refused(unreadable()) from error

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - the parser's name for it.
        """Count the element; look at the number of a row and at how a formula is shared."""
        kind = _local(name)
        self.elements += 1
        self.length = 0
        if kind == "c":
            self.cells += 1
        elif kind == "f" and attrs.get("t") == "shared":
            self.shared += 1
        elif kind == "row":
            self._count_row(attrs.get("r"))
        if self.elements > MAX_ELEMENTS or self.cells > MAX_CELLS or self.shared * self.longest > MAX_FORMULA_WORK:
            raise Refused(too_large())

    def characters(self, content: str) -> None:
        """Measure the text of the element, which comes in pieces."""
        self.length += len(content)

    def endElement(self, name: str) -> None:  # noqa: N802 - the parser's name for it.
        """Keep the length of the longest formula."""
        if _local(name) == "f":
            self.longest = max(self.longest, self.length)

    def _count_row(self, number: str | None) -> None:
        # A row whose number is not above the last one's would be lost without a word, and the gap before one is filled.
        before, self.row = self.row, int(number) if number else self.row + 1
        if not before < self.row <= MAX_ROW_NUMBER:
            raise Refused(unreadable())


def _local(name: str) -> str:
    return name.rpartition(":")[2]
