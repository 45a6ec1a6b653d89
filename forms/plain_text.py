"""Open text as it is kept: readable characters and line breaks, nothing that a screen or a database trips over."""

import unicodedata

from wtforms import Field
from wtforms.form import BaseForm

from forms.faults import Fault
from survey_app.domain.messages import message

#: They turn the reading order of what follows, so that a text can look like another one. People do not type them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def plain_text(typed: str | None) -> str | None:
    """Return a text without control characters (PostgreSQL refuses NUL), tabs as spaces, one kind of line break.

    They are taken out, not refused: keyboards and pasted texts bring them along unseen, and nobody could mend it.
    """
    if typed is None:
        return None
    lines = typed.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    return "".join(each for each in lines if each == "\n" or _is_readable(each)).strip()


def _is_readable(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cs") and character not in _TURNING


class AtMostCharacters:
    """Refuse a longer text, and say how long it is."""

    def __init__(self, most: int) -> None:
        self.most = most

    def __call__(self, form: BaseForm, field: Field) -> None:
        """Count characters, not bytes or UTF-16 units: nobody is refused whom the page's own limit let through."""
        count = len(field.data or "")
        if count > self.most:
            raise Fault(
                message("Please write at most {most} characters; now there are {count}.", most=self.most, count=count)
            )
