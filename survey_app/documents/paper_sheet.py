"""Sheets on paper: the 纸质测评表 that a resident fills in, and the 汇总表 on which its answers are counted by hand.

Both are what the questionnaire asks of one group at one place. What differs between places is only the line that names
them, so a sheet is set once and drawn for every place that it is for. One master each: it is copied, not printed.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from survey_app.documents.fonts import missing_glyphs, register_fonts
from survey_app.documents.paper import A4
from survey_app.documents.paper_sheet_blocks import PaperBlock
from survey_app.documents.paper_sheet_page import SetSheet, draw_place, draw_shared, set_sheet
from survey_app.documents.print_file import new_print_file
from survey_app.domain.messages import Message, Refused, message

if TYPE_CHECKING:
    from reportlab.pdfgen.canvas import Canvas


@dataclass(frozen=True)
class PaperSheet:
    """What a sheet says, whatever the place. Texts are printed as they are."""

    kind: str  #: 纸质测评表 or 汇总表.
    title: str
    english: str  #: The title in English; may be empty.
    organiser: str
    contact: str
    instructions: tuple[str, ...]
    blocks: tuple[PaperBlock, ...]

    def texts(self) -> str:
        """Return all that comes from outside."""
        blocks = "".join(each.texts() for each in self.blocks)
        return "".join((self.title, self.english, self.organiser, self.contact, *self.instructions, blocks))


@dataclass(frozen=True)
class PlacedSheet:
    """A sheet of one place and group."""

    sheet: PaperSheet
    path: tuple[str, ...]  #: Names of the units above the place, from the top; names repeat.
    unit_name: str
    group: str  #: Empty where there is only one.


def _silent(done: int) -> None:
    """Report nothing."""


def write_paper_sheets(out: BinaryIO, sheets: Sequence[PlacedSheet], progress: Callable[[int], None] = _silent) -> None:
    """Write the sheets to `out` as one PDF with an outline, in the order given; `progress` hears how many are drawn.

    `Refused`, before anything is written: texts use characters that the font lacks, or a text is too long. ValueError:
    no sheets.
    """
    if not sheets:
        raise ValueError("no sheets")
    register_fonts()
    unprintable = list(_unprintable(sheets))
    if unprintable:
        raise Refused(*unprintable)
    first = sheets[0].sheet
    canvas = new_print_file(out, A4, first.kind, first.title, first.organiser)
    shared: dict[PaperSheet, SetSheet] = {}
    before: tuple[str, ...] = ()
    for number, placed in enumerate(sheets, start=1):
        if placed.sheet not in shared:
            content = placed.sheet
            shared[content] = set_sheet(content, f"sheet{len(shared)}-")
            draw_shared(canvas, content, shared[content])
        before = _outline(canvas, placed, before)
        draw_place(canvas, placed.path, placed.unit_name, placed.group, shared[placed.sheet])
        progress(number)
    canvas.save()


def _unprintable(sheets: Iterable[PlacedSheet]) -> Iterable[Message]:
    """Give a message for every text that uses characters which the font lacks."""
    texts = {placed.sheet.texts(): placed.sheet.title for placed in sheets}
    texts |= {"".join((*placed.path, placed.unit_name, placed.group)): placed.unit_name for placed in sheets}
    for text, name in texts.items():
        missing = missing_glyphs(text)
        if missing:
            yield message(
                "The sheets of {unit} cannot be printed: the font lacks {characters}. Write it with other characters.",
                unit=name,
                characters=" ".join(f"{character} (U+{ord(character):04X})" for character in missing),
            )


def _outline(canvas: "Canvas", placed: PlacedSheet, before: tuple[str, ...]) -> tuple[str, ...]:
    names = (*placed.path, " · ".join(filter(None, (placed.unit_name, placed.group))))
    for level, name in enumerate(names):
        if level == len(names) - 1 or placed.path[: level + 1] != before[: level + 1]:
            key = f"page{canvas.getPageNumber()}-{level}"
            canvas.bookmarkPage(key)
            canvas.addOutlineEntry(name, key, level, closed=True)
    return placed.path
