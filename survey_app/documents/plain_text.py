"""Texts from outside as they may stand in a document: one line, and nothing in it that cannot be seen."""

import unicodedata

#: Categories that no printed text has: controls, formats (direction marks, zero-width), surrogates, private use.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def plain_line(text: str) -> str:
    """Return `text` as one line: breaks and tabs as spaces, without control, direction and unassigned characters."""
    if text.isprintable():
        return text
    spaced = "".join(" " if character in "\t\r\n\v\f\x85\u2028\u2029" else character for character in text)
    return "".join(each for each in spaced if unicodedata.category(each) not in _UNSEEN)
