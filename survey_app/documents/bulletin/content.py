"""What a bulletin (通报) holds, before it is Word or PDF: finished texts, tables and pictures in numbered sections."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey_app.documents.line_breaking import LineBreaker, unbreakable_pieces
from survey_app.documents.plain_text import plain_line
from survey_app.documents.printed_table import PrintedTable
from survey_app.documents.table_layout import squares

_DIGITS = "零一二三四五六七八九"


@dataclass(frozen=True)
class Picture:
    """A PNG, `width` points wide, its text alternative, and what stands below it."""

    png: bytes
    description: str
    width: float = 430.0
    caption: str = ""

    @property
    def height(self) -> float:
        """The height in points that keeps the picture's proportions."""
        across, down = (int.from_bytes(self.png[start : start + 4]) for start in (16, 20))
        return self.width * down / across


@dataclass(frozen=True)
class Section:
    """A heading without its number, and what stands below it: paragraphs, tables, pictures, sections of their own."""

    heading: str
    blocks: Sequence["Block"]


Block = str | PrintedTable | Picture | Section


@dataclass(frozen=True)
class Bulletin:
    """One bulletin. `issuer` prints the red head (发文机关标志); `signed_by` and `date` stand under the text (落款).

    Texts that are "" are left out. `watermark` is "送审稿" while the text is under review.
    """

    title: str
    sections: Sequence[Section]
    issuer: str = ""
    document_number: str = ""
    main_recipients: str = ""
    copies_to: str = ""
    signed_by: str = ""
    date: str = ""
    watermark: str = ""
    opening: Sequence[str] = ()
    annexes: Sequence[PrintedTable] = ()
    signatures: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True)
class Heading:
    """A numbered heading: its level counts from 1."""

    text: str
    level: int


def flattened(blocks: Sequence[Block], level: int = 1) -> Iterator[str | PrintedTable | Picture | Heading]:
    """Give headings with their numbers and the blocks below them, in reading order."""
    number = 0
    for block in blocks:
        if isinstance(block, Section):
            number += 1
            yield Heading(heading_number(number, level) + block.heading, level)
            yield from flattened(block.blocks, level + 1)
        else:
            yield block


def heading_number(number: int, level: int) -> str:
    """Return the number of a heading as official documents print it: 一、 then （一） then 1. then （1）."""
    if level == 1:
        return f"{chinese_number(number)}、"
    if level == 2:
        return f"（{chinese_number(number)}）"
    return f"{number}." if level == 3 else f"（{number}）"


def chinese_number(number: int) -> str:
    """Write 1 to 99 in Chinese: 一, 十二, 二十."""
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十") + (
        "" if tens and not ones else _DIGITS[ones]
    )


def annex_lines(annexes: Sequence[PrintedTable]) -> list[str]:
    """Return the list of annexes (附件说明): one by name alone, several numbered, without punctuation at the end."""
    if len(annexes) == 1:
        return [annexes[0].title]
    return [f"{number}. {table.title}" for number, table in enumerate(annexes, start=1)]


def annex_label(number: int, of: int) -> str:
    """Return what stands at the head of an annex: 附件, or 附件2 where there are several."""
    return "附件" if of == 1 else f"附件{number}"


#: A line of a title holds so many characters at its size.
_TITLE_LINE = 19.5


def title_lines(title: str) -> Sequence[str]:
    """Break a title into balanced lines, between words (回行时词意完整)."""
    return LineBreaker(unbreakable_pieces(plain_line(title)), squares).balanced(_TITLE_LINE)


#: So many characters of signatures stand in one line.
_SIGNATURE_LINE = 30


def signature_lines(signatures: Sequence[tuple[str, str]]) -> list[str]:
    """Return who prepared, checked and signed: in one line where there is room, else in a line each."""
    each = [f"{step}：{who}" for step, who in signatures]
    together = "　".join(each)
    return [together] if each and len(together) <= _SIGNATURE_LINE else each
