"""A rendered page, cut where something differs from request to request: values, and the order of a list's targets."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from survey_app.web.compression import Piece

#: What a template writes where the page is cut: `cut("token")`. A page that is not cut has nothing there.
Cut = Callable[[str], Markup]


def uncut(name: str) -> Markup:
    """Write nothing: the page is for one request."""
    return Markup("")


@dataclass
class _List:
    """One question's targets: the finished fieldset of each, and the heading of its class."""

    fieldsets: dict[str, Piece] = field(default_factory=dict)
    headings: dict[str, Piece] = field(default_factory=dict)

    def pieces(self, targets: Sequence[str]) -> Iterator[Piece]:
        above = None
        for code in targets:
            if self.headings[code] != above:
                above = self.headings[code]
                yield above
            yield self.fieldsets[code]


class CutPage:
    """The pieces of a page that many requests share.

    The template is rendered once, with marks that nobody can have written into a questionnaire. Marks are `value:name`
    where a value goes, and around a list `list`, `class`, `target:code`, `end`.
    """

    def __init__(self, render: Callable[[Cut], str]) -> None:
        seal = secrets.token_hex(8)
        first, *rest = re.split(rf"cut-{seal}\[(.*?)\]", render(lambda name: Markup("cut-{}[{}]").format(seal, name)))
        self._parts: list[Piece | str | _List] = [Piece.lasting(first)]
        marks = iter(zip(rest[::2], rest[1::2], strict=True))
        for mark, text in marks:
            kind, _, name = mark.partition(":")
            if kind == "list":
                found, text = _read_list(marks)
                self._parts += [found, Piece.lasting(text)]
            else:
                self._parts += [name, Piece.lasting(text)]

    def fill(self, values: Mapping[str, str], targets: Sequence[str] = ()) -> Iterator[Piece]:
        """Give the page's pieces with the values in their places, escaped, and the lists in this order."""
        for part in self._parts:
            if isinstance(part, Piece):
                yield part
            elif isinstance(part, _List):
                yield from part.pieces(targets)
            else:
                yield Piece.passing(str(escape(values[part])))


def _read_list(marks: Iterator[tuple[str, str]]) -> tuple[_List, str]:
    """Read the marks of one list; return it, and the text behind it."""
    found = _List()
    heading = Piece.lasting("")
    for mark, text in marks:
        kind, _, code = mark.partition(":")
        if kind == "end":
            return found, text
        if kind == "class":
            heading = Piece.lasting(text)
        else:
            found.headings[code], found.fieldsets[code] = heading, Piece.lasting(text)
    raise ValueError("a list in the page has no end")
